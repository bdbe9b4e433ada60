"""One way to compile a function: cached on disk, without the interpreter's lock, with IEEE arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function as machine code, made at its first call and kept in numba's cache (NUMBA_CACHE_DIR).

    Fused multiply-add is allowed ('contract'); nothing that would reorder sums or drop NaN is.
    """
    compiler = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
    return cast(F, compiler(function))
