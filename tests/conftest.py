"""Nothing that a test computes reaches the user's own caches."""

import os
import tempfile
from pathlib import Path

# Before any package reads it: tables and compiled models of the tests live in a folder of their own.
os.environ["CELLWRIGHT_HOME"] = tempfile.mkdtemp(prefix="cellwright-tests-")
# The batched solver takes some 20 CPU-s to compile: its code is kept between test runs.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "numba"))
os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
