"""Ways to compile a function: without the interpreter's lock, with IEEE arithmetic, an entry kept on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs

from tools.simulate.compiler import processor_key

F = TypeVar("F", bound=Callable[..., object])
COMPILED_FILES = ("compiled", "lanes", "views", "tables", "layout", "wear", "solid", "shells", "newton", "history",
                  "limits", "stepping", "integrate")
CACHE_VARIABLE = "NUMBA_CACHE_DIR"


def compiled(function: F) -> F:
    """The function as machine code, made together with the entry that calls it.

    Fused multiply-add is allowed ('contract'); nothing that would reorder sums or drop NaN is. It can be called from
    compiled code only: what Python would need for a call of its own is not made.
    """
    compiler = numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"}, no_cpython_wrapper=True,
                          no_cfunc_wrapper=True, forceinline=True)
    return cast(F, compiler(function))


def compiled_entry(function: F) -> F:
    """A compiled function whose machine code is kept in `code_folder()`, where that can be written.

    The cache notices changes of the function's own file and of its closure: an entry closes over `sources()`.
    """
    folder = code_folder()
    compiler = numba.njit(cache=folder is not None, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder or "")  # read while the entry is declared
    try:
        return cast(F, compiler(function))
    finally:
        settings.CACHE_DIR = before


def code_folder() -> Path | None:
    """NUMBA_CACHE_DIR, else a folder of this kind of processor under CELLWRIGHT_HOME; None where it is read-only."""
    given = os.environ.get(CACHE_VARIABLE)
    home = Path(os.environ.get("CELLWRIGHT_HOME") or platformdirs.user_data_dir("cellwright"))
    folder = Path(given) if given else home / "compiled" / processor_key() / "numba"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@cache
def sources() -> str:
    """Digest of the files that are compiled: an entry's cached machine code is never older than what it calls."""
    folder = Path(__file__).parent
    return sha256(b"".join((folder / f"{name}.py").read_bytes() for name in COMPILED_FILES)).hexdigest()[:16]
