"""Whether models can be compiled here, and where the compiled code is kept. Light: no PyBaMM is imported."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from pathlib import Path

CACHE_VARIABLE = "PYBAMM_CASADI_AOT_CACHE"


def compiler_available() -> bool:
    """Whether the C compiler that PyBaMM calls is on the path."""
    return shutil.which("gcc") is not None


def keep_compiled_models(home: Path) -> Path:
    """Let PyBaMM keep its compiled models under `home`, by kind of processor: they are made for this one."""
    folder = home / "compiled" / processor_key()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[CACHE_VARIABLE] = str(folder)
    return folder


def processor_key() -> str:
    """Eight hex digits that differ between processors with different instruction sets."""
    flags = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return hashlib.sha256(f"{platform.system()} {platform.machine()} {flags}".encode()).hexdigest()[:8]
