"""Heavy libraries wait until they are needed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "pybamm", "chromadb", "pymatgen", "matplotlib", "langgraph", "botorch", "pdfplumber", "openai",
         "scipy", "numba")


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_command_line_loads_nothing_heavy():
    assert loaded_after("import evals.cli") == set()


def test_the_catalogue_loads_nothing_heavy():
    assert loaded_after("import tools.catalogue") == set()
