"""What a parameter set says of one system at one temperature, as tables that compiled code can read.

Made once per (system, temperature) from the very functions that the PyBaMM simulator uses, and kept on disk. Each table
is piecewise cubic on a uniform grid: row i holds the polynomial in the local coordinate (0 to 1) of interval i.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.parameters.registry import system
from tools.failures import OutOfValidity

Array = npt.NDArray[np.float64]
FORMAT = 5
KELVIN = 273.15
STOICHIOMETRY_INTERVALS = 4000
CONCENTRATION_INTERVALS, CONCENTRATION_MAX = 600, 6000.0  # mol/m³: knots every 10, where PyBaMM clips κ and De
ONE_MOLAR, USUAL = 100, 300  # intervals at 1 and 3 mol/L
# Beyond 1 mol/L some sets' functions fall below zero or have a pole; where they leave these multiples of their value
# at 1 mol/L the last sound value is held.
SANE = 1e-3, 10.0
SCALARS = ("k_n", "k_p", "ds_n", "ds_p", "sites_n", "sites_p", "transference", "c_start", "bruggeman_n", "bruggeman_s",
           "bruggeman_p", "bruggeman_solid_n", "bruggeman_solid_p", "sigma_n", "sigma_p")
TABLES = ("u_n", "u_p", "conductivity", "diffusivity", "thermodynamic")


@dataclass(frozen=True)
class Tables:
    """Tables and constants of a system at a temperature; `errors` are the largest seen between knots.

    `u_n`, `u_p` [V] over stoichiometry 0–1; `conductivity` [S/m], `diffusivity` [m²/s] and `thermodynamic` [-] of the
    electrolyte over concentration. `k` [A/m²/(mol/m³)^0.5] gives the exchange current k·√(c·x·(1−x)).
    """

    system: str
    temperature_C: float
    arrays: dict[str, Array]
    constants: dict[str, float]
    errors: dict[str, float]

    @property
    def potentials(self) -> tuple[Array, Array]:
        """Coefficients of both open-circuit potentials (negative, positive)."""
        return self.arrays["u_n"], self.arrays["u_p"]


def piecewise_cubic(values: Array, rising: Array, arriving: Array) -> Array:
    """Hermite coefficients (n, 4) from knots (n + 1,) and slopes per interval at its left and right end (n,)."""
    rise = values[1:] - values[:-1]
    return np.stack([values[:-1], rising, 3 * rise - 2 * rising - arriving, rising + arriving - 2 * rise], axis=1)


def evaluate(table: Array, position: Array) -> Array:
    """Values of a table at positions in units of its intervals, for checks outside compiled code."""
    i = np.clip(position.astype(int), 0, len(table) - 1)
    s, a = position - i, table[i]
    return np.asarray(a[:, 0] + s * (a[:, 1] + s * (a[:, 2] + s * a[:, 3])))


def _from_function(function: Any, top: float, intervals: int, root: bool = False) -> tuple[Array, Array]:
    """The table of a function on [0, top] and its error at the middles of the intervals."""
    width = top / intervals
    knots = np.linspace(0.0, top, intervals + 1)
    step = 1e-3 * width
    values = function(knots)
    # One-sided slopes of second order: the sets' functions have kinks, which lie on knots.
    left, right = knots[:-1], knots[1:]
    rising = (4 * function(left + step) - function(left + 2 * step) - 3 * values[:-1]) / (2 * step) * width
    arriving = (3 * values[1:] - 4 * function(right - step) + function(right - 2 * step)) / (2 * step) * width
    if root:
        # A square root has no slope at zero; three times the secant is the steepest monotone cubic.
        first = abs(values[1] - values[0])
        rising[0] = np.clip(rising[0], -3 * first, 3 * first)
    table = piecewise_cubic(values, rising, arriving)
    middles = 0.5 * (knots[1:] + knots[:-1])
    return table, np.asarray(evaluate(table, middles / width) - function(middles))


def _held(table: Array) -> Array:
    """The table with its last sound value held from where the set's function stops to mean anything."""
    usual = table[ONE_MOLAR, 0]
    sound = (table[:, 0] >= SANE[0] * usual) & (table[:, 0] <= SANE[1] * usual) & np.isfinite(table).all(axis=1)
    unsound = np.flatnonzero(~sound[ONE_MOLAR:])
    if unsound.size:
        end = ONE_MOLAR + int(unsound[0])
        table[end:] = [table[end - 1, 0], 0.0, 0.0, 0.0]
    return table


def _exchange_constant(j0: Any, sites: float, name: str) -> float:
    """k of j0 = k·√(c·x·(1−x)).

    Raises:
        tools.failures.OutOfValidity: the set's exchange current has another form.
    """
    c, x = np.array([10.0, 300.0, 1000.0, 2500.0]), np.array([0.02, 0.3, 0.6, 0.97])
    k = j0(c, x * sites) / np.sqrt(c * x * (1 - x))
    if np.ptp(k) > 2e-3 * k.mean():
        raise OutOfValidity(f"the exchange current of {name} is not k·√(c·x·(1−x)); use the PyBaMM simulator")
    return float(k[2])


def _constant(values: Array, name: str) -> float:
    if np.ptp(values) > 1e-9 * abs(values.mean()):
        raise OutOfValidity(f"{name} depends on concentration; use the PyBaMM simulator")
    return float(values[0])


def _compute(key: str, temperature_C: float) -> Tables:
    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    import pybamm
    from pybamm.parameters.lithium_ion_parameters import U_asymptotes

    from tools.simulate.pybamm_kernels import parameter_values

    known = system(key)
    values = parameter_values(known)
    p, kelvin = pybamm.LithiumIonParameters(), temperature_C + KELVIN

    def of(symbol: Any, like: Array) -> Array:
        found = np.asarray(values.process_symbol(symbol).evaluate(), dtype=float).ravel()
        return np.broadcast_to(found, like.shape).astype(float)

    arrays: dict[str, Array] = {}
    constants: dict[str, float] = {}
    errors: dict[str, float] = {}
    temperature = pybamm.Scalar(kelvin)
    few = np.array([0.05, 0.3, 0.6, 0.9])
    for side, domain in (("n", p.n), ("p", p.p)):
        table, error = _from_function(
            lambda x, d=domain: of(d.prim.U(pybamm.Vector(x), temperature) - U_asymptotes(pybamm.Vector(x)), x),
            1.0, STOICHIOMETRY_INTERVALS)
        arrays[f"u_{side}"] = table
        usual = (table[:, 0] > -0.2) & (table[:, 0] < 5.0)
        errors[f"u_{side}_V"] = float(np.abs(error[usual]).max())
        sites = float(of(domain.prim.c_max, few)[0])
        constants[f"sites_{side}"] = sites
        name = f"the {domain.domain} electrode of {known.label}"
        constants[f"k_{side}"] = _exchange_constant(
            lambda c, s, d=domain: of(d.prim.j0(pybamm.Vector(c), pybamm.Vector(s), temperature), c), sites, name)
        diffusion = of(domain.prim.D(pybamm.Vector(few * sites), temperature), few)
        constants[f"ds_{side}"] = _constant(diffusion, f"solid diffusion in {name}")
        sigma = of(domain.sigma(None, temperature), few)
        constants[f"sigma_{side}"] = float(sigma[0])
        constants[f"bruggeman_{side}"] = float(of(domain.b_e, few)[0])
        constants[f"bruggeman_solid_{side}"] = float(of(domain.b_s, few)[0])
    constants["bruggeman_s"] = float(of(p.s.b_e, few)[0])
    constants["transference"] = _constant(of(p.t_plus(pybamm.Vector(1000 * few), temperature), few), "transference")
    constants["c_start"] = float(of(p.c_e_init, few)[0])
    electrolyte = {"conductivity": p.kappa_e, "diffusivity": p.D_e, "thermodynamic": p.thermodynamic_factor}
    for name, function in electrolyte.items():
        with np.errstate(all="ignore"):
            table, error = _from_function(lambda c, f=function: of(f(pybamm.Vector(c), temperature), c),
                                          CONCENTRATION_MAX, CONCENTRATION_INTERVALS, root=True)
        least = SANE[0] * table[ONE_MOLAR, 0]
        arrays[name] = _held(table)
        if name == "conductivity":
            # No salt, no ions: PyBaMM clips c at 10 mol/m³ here, which lets an empty cell conduct.
            table[0] = [0.0, table[1, 0], 0.0, 0.0]
        errors[f"{name}_pct"] = float(100 * np.abs(error[:USUAL] / np.maximum(table[:USUAL, 0], least)).max())
    return Tables(key, temperature_C, arrays, constants, errors)


def _path(key: str, temperature_C: float) -> Path:
    import platformdirs

    home = Path(os.environ.get("CELLWRIGHT_HOME") or platformdirs.user_data_dir("cellwright"))
    known = system(key)
    return home / "transport" / f"{known.digest[:12]}-{version('pybamm')}-{FORMAT}-{temperature_C:g}.npz"


def _stored(path: Path, key: str, temperature_C: float) -> Tables | None:
    """The tables on disk; None where there are none or the file is damaged (it is then written again)."""
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: np.ascontiguousarray(data[name]) for name in TABLES}
            constants = dict(zip(SCALARS, data["constants"].tolist(), strict=True))
            errors = dict(zip(data["error_names"].tolist(), data["errors"].tolist(), strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    good = all(a.ndim == 2 and a.shape[1] == 4 and np.isfinite(a).all() for a in arrays.values())
    return Tables(key, temperature_C, arrays, constants, errors) if good else None


def _store(path: Path, tables: Tables) -> None:
    """Write beside the place and move there; a read-only home only costs the next start its seconds."""
    scratch = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        content: dict[str, Any] = {
            "constants": [tables.constants[name] for name in SCALARS], "errors": list(tables.errors.values()),
            "error_names": list(tables.errors), **tables.arrays}
        np.savez(scratch, **content)
        scratch.replace(path)
    except OSError:
        return


@lru_cache(maxsize=64)
def tables(key: str, temperature_C: float) -> Tables:
    """Tables of a system at a temperature [°C].

    Raises:
        tools.failures.OutOfValidity: a function of the set has a form that this solver does not describe.
    """
    path = _path(key, temperature_C)
    found = _stored(path, key, temperature_C)
    if found is None:
        found = _compute(key, temperature_C)
        _store(path, found)
    return found
