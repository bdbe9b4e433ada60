"""Open-circuit potentials of a system as tables, computed once from its PyBaMM set and kept on disk."""

from __future__ import annotations

import os
import zipfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.parameters.registry import UnknownSystem, system
from tools.failures import BadInput

POINTS = 2001
Array = npt.NDArray[np.float64]
Table = tuple[Array, Array, Array, Array]


def _grid(low: float, high: float) -> Array:
    """Stoichiometries from low to high, closer together at both ends where potentials are steep."""
    return low + (high - low) * 0.5 * (1 - np.cos(np.linspace(0.0, np.pi, POINTS)))


def _compute(pybamm_set: str, window: tuple[float, float]) -> Table:
    from tools.simulate.parameter_set import published_values

    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    import pybamm

    values = published_values(pybamm_set)

    def potential(name: str, stoichiometry: Array) -> Array:
        symbol = values[name](pybamm.Vector(stoichiometry))
        return np.asarray(values.process_symbol(symbol).evaluate(), dtype=float).ravel()

    x, y = _grid(0.0, 1.0), _grid(*window)
    return x, potential("Negative electrode OCP [V]", x), y, potential("Positive electrode OCP [V]", y)


def _folder() -> Path:
    import platformdirs

    return Path(os.environ.get("CELLWRIGHT_HOME") or platformdirs.user_data_dir("cellwright")) / "ocp"


def _stored(path: Path) -> Table | None:
    """The table on disk; None where there is none or the file is damaged (it is then written again)."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            table = data["x"], data["u_neg"], data["y"], data["u_pos"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return table if all(a.shape == (POINTS,) and np.isfinite(a).all() for a in table) else None


def _store(path: Path, table: Table) -> None:
    """Write the table beside its place and move it there; a read-only home only costs the next start its seconds."""
    scratch = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(scratch, x=table[0], u_neg=table[1], y=table[2], u_pos=table[3])
        scratch.replace(path)
    except OSError:
        return


@cache
def ocp_table(system_key: str) -> Table:
    """Potentials of both electrodes against lithium, (2001,) each: x, U_negative(x) [V], y, U_positive(y) [V].

    Raises:
        tools.failures.BadInput: there is no such system.
    """
    try:
        known = system(system_key)
    except UnknownSystem as error:
        raise BadInput(str(error)) from error
    window = known.published.positive_window
    name = f"{known.pybamm_set.replace(':', '-')}-{version('pybamm')}-{POINTS}-{window[0]:g}-{window[1]:g}.npz"
    path = _folder() / name
    table = _stored(path)
    if table is None:
        table = _compute(known.pybamm_set, window)
        _store(path, table)
    for array in table:
        array.setflags(write=False)
    return table
