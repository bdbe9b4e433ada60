"""Nothing that a test computes reaches the user's own caches."""

import os
import tempfile

# Before any package reads it: tables and compiled models of the tests live in a folder of their own.
os.environ["CELLWRIGHT_HOME"] = tempfile.mkdtemp(prefix="cellwright-tests-")
os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
