"""Verbs: typed, seeded tools. PyBaMM asks about telemetry at its first import; here the answer is always no."""

import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
