"""Open-circuit potentials of a system as tables, computed once from its PyBaMM set and kept on disk.

A composite negative's materials stand at one potential, so its own table follows from theirs and their shares.
"""

from __future__ import annotations

import os
import zipfile
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.parameters.registry import UnknownSystem, system
from knowledge.parameters.system import System
from tools.failures import BadInput

POINTS = 2001
NAMES = ("x", "u_neg", "y", "u_pos")
Array = npt.NDArray[np.float64]
Table = tuple[Array, ...]
Branch = Literal["lithiation", "delithiation"]


class NegativeTable(NamedTuple):
    """A negative's potential [V] against its whole lithium content, and where each of its materials then stands.

    Stoichiometries are shares of the sites, of both materials together (`x`) and of either; all (n,), `x` rising.
    """

    x: Array
    u: Array
    first: Array
    second: Array | None


def _grid(low: float, high: float) -> Array:
    """Stoichiometries from low to high, closer together at both ends where potentials are steep."""
    return low + (high - low) * 0.5 * (1 - np.cos(np.linspace(0.0, np.pi, POINTS)))


def _compute(pybamm_set: str, parts: tuple[tuple[str, Array], ...]) -> Table:
    """Each part's grid (where it is another one than the last part's) and its potential there."""
    from tools.simulate.parameter_set import published_values

    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    import pybamm

    values = published_values(pybamm_set)
    found: list[Array] = []
    for name, grid in parts:
        symbol = values[name](pybamm.Vector(grid))
        potential = np.asarray(values.process_symbol(symbol).evaluate(), dtype=float).ravel()
        found += [potential] if any(grid is before for before in found) else [grid, potential]
    return tuple(found)


def _folder() -> Path:
    import platformdirs

    return Path(os.environ.get("CELLWRIGHT_HOME") or platformdirs.user_data_dir("cellwright")) / "ocp"


def _stored(path: Path, names: tuple[str, ...] = NAMES) -> Table | None:
    """The table on disk; None where there is none or the file is damaged (it is then written again)."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            table = tuple(data[name] for name in names)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return table if all(a.shape == (POINTS,) and np.isfinite(a).all() for a in table) else None


def _store(path: Path, table: Table, names: tuple[str, ...] = NAMES) -> None:
    """Write the table beside its place and move it there; a read-only home only costs the next start its seconds."""
    scratch = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        columns: dict[str, Any] = dict(zip(names, table, strict=True))
        np.savez(scratch, **columns)
        scratch.replace(path)
    except OSError:
        return


@cache
def ocp_table(system_key: str) -> Table:
    """Potentials of both electrodes against lithium, (2001,) each: x, U_negative(x) [V], y, U_positive(y) [V].

    Of a composite negative it is the first material's.

    Raises:
        tools.failures.BadInput: there is no such system.
    """
    known = _known(system_key)
    window, first = known.published.positive_window, "Primary: " if known.published.second is not None else ""
    name = f"{known.pybamm_set.replace(':', '-')}-{version('pybamm')}-{POINTS}-{window[0]:g}-{window[1]:g}.npz"
    parts = ((f"{first}Negative electrode OCP [V]", _grid(0.0, 1.0)), ("Positive electrode OCP [V]", _grid(*window)))
    return _kept(known.pybamm_set, name, parts, NAMES)


@cache
def second_table(system_key: str) -> Table:
    """Potentials of a composite negative's second material, (2001,) each: z, U_lithiation(z), U_delithiation(z) [V].

    Raises:
        tools.failures.BadInput: there is no such system, or its negative is of one material.
    """
    known = _known(system_key)
    if known.published.second is None:
        raise BadInput(f"the negative of {known.label} is of one material")
    low, high = known.published.second.window
    grid, name = _grid(low, high), f"{known.pybamm_set}-{version('pybamm')}-{POINTS}-second-{low:g}-{high:g}.npz"
    parts = tuple((f"Secondary: Negative electrode {branch} OCP [V]", grid) for branch in ("lithiation",
                                                                                           "delithiation"))
    return _kept(known.pybamm_set, name, parts, ("z", "u_lithiation", "u_delithiation"))


@lru_cache(maxsize=1024)
def negative_table(system_key: str, second_site_share: float = 0.0, branch: Branch = "delithiation") -> NegativeTable:
    """The potential of a negative whose second material has a share of the sites, as it fills or empties."""
    x, u_first, _, _ = ocp_table(system_key)
    if second_site_share == 0.0:
        return NegativeTable(x, u_first, x, None)
    z, *branches = second_table(system_key)
    falling = np.minimum.accumulate(u_first), np.minimum.accumulate(branches[branch == "delithiation"])
    u = np.unique(np.concatenate(falling))[::-1]
    first, second = (np.interp(-u, -f, grid) for f, grid in zip(falling, (x, z), strict=True))
    return NegativeTable((1 - second_site_share) * first + second_site_share * second, u, first, second)


def _known(system_key: str) -> System:
    try:
        return system(system_key)
    except UnknownSystem as error:
        raise BadInput(str(error)) from error


def _kept(pybamm_set: str, name: str, parts: tuple[tuple[str, Array], ...], names: tuple[str, ...]) -> Table:
    """The table of that file name, read or made and written; its arrays cannot be changed."""
    path = _folder() / name
    table = _stored(path, names)
    if table is None:
        table = _compute(pybamm_set, parts)
        _store(path, table, names)
    for array in table:
        array.setflags(write=False)
    return table
