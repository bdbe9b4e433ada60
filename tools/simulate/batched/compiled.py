"""Ways to compile a function: without the interpreter's lock, with IEEE arithmetic, an entry kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])
COMPILED_FILES = "compiled", "tables", "layout", "newton", "history", "limits", "stepping"


def compiled(function: F) -> F:
    """The function as machine code, made together with the entry that calls it.

    Fused multiply-add is allowed ('contract'); nothing that would reorder sums or drop NaN is.
    """
    return cast(F, numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "nsz"})(function))


def compiled_entry(function: F) -> F:
    """A compiled function that is kept in numba's cache (NUMBA_CACHE_DIR, else beside its file).

    The cache notices changes of the function's own file and of its closure: an entry closes over `sources()`.
    """
    compiler = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
    return cast(F, compiler(function))


@cache
def sources() -> str:
    """Digest of the files that are compiled: an entry's cached machine code is never older than what it calls."""
    folder = Path(__file__).parent
    return sha256(b"".join((folder / f"{name}.py").read_bytes() for name in COMPILED_FILES)).hexdigest()[:16]
