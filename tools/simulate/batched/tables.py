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
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.parameters.registry import system
from tools.failures import OutOfValidity

Array = npt.NDArray[np.float64]
FORMAT = 8
KELVIN = 273.15
STOICHIOMETRY_INTERVALS = 4000
CONCENTRATION_INTERVALS, CONCENTRATION_MAX = 600, 6000.0  # mol/m³: knots every 10, where PyBaMM clips κ and De
ONE_MOLAR, USUAL = 100, 300  # intervals at 1 and 3 mol/L
# Beyond 1 mol/L some sets' functions fall below zero or have a pole; where they leave these multiples of their value
# at 1 mol/L the last sound value is held.
SANE = 1e-3, 10.0
SCALARS = ("sites_n", "sites_p", "transference", "c_start", "bruggeman_n", "bruggeman_s",
           "bruggeman_p", "bruggeman_solid_n", "bruggeman_solid_p", "sigma_n", "sigma_p")
TABLES = ("u_n", "u_p", "entropic_n", "entropic_p", "conductivity", "diffusivity", "thermodynamic", "kinetics")
OF_CONTENT = ("spread_n", "spread_p", "rate_n", "rate_p")
FEW = np.array([0.05, 0.3, 0.6, 0.9])
MIDDLE, FULLEST = 0.5, 1 - 1e-4  # stoichiometries: of the value in `kinetics`, and of the last that is looked at
LEAST = 1e-3  # of that value: no property falls below
SHAPE = 0.01  # that it may change with temperature otherwise than as a whole
CONSTANT = np.array([[1.0, 0.0, 0.0, 0.0]])
# Where a cell heats up, properties are linear between tables this far apart (0.1 % off halfway for 35 kJ/mol).
SPACING_K, COLDER, NODES = 2.0, 5, 50


@dataclass(frozen=True)
class Tables:
    """Tables and constants of a system at a temperature; `errors` are the largest seen between knots.

    `u_n`, `u_p` [V] and `entropic_n`, `entropic_p` [V/K] over stoichiometry 0–1; `conductivity` [S/m], `diffusivity`
    [m²/s] and `thermodynamic` [-] of the electrolyte over concentration, one temperature after the other; a row of
    `kinetics` for each: k of both electrodes [A/m²/(mol/m³)^0.5], with the exchange current k·√(c·x·(1−x)), and the
    solid diffusivities, each at a stoichiometry of `MIDDLE` where it depends on that. `spread_n`, `spread_p`, `rate_n`
    and `rate_p` are diffusivity and k over that value, over stoichiometry; a single row where they are constant.
    """

    system: str
    temperature_C: float
    arrays: dict[str, Array]
    constants: dict[str, float]
    errors: dict[str, float]

    @property
    def in_shells(self) -> bool:
        """Whether particles need shells: a solid diffusivity or an exchange constant depends on stoichiometry."""
        return any(len(self.arrays[name]) > 1 for name in OF_CONTENT)


class Properties(NamedTuple):
    """A system on a mesh as compiled code reads it; see `Tables`."""

    electrode: int        # cells
    separator: int
    thermal: bool         # whether there are tables of several temperatures
    ideal: bool           # whether the thermodynamic factor is 1 throughout
    anion: float          # 1 − transference number
    decay: Array          # (modes,) λ
    weight: Array         # (modes,) w
    u_n: Array
    u_p: Array
    entropic_n: Array
    entropic_p: Array
    conductivity: Array
    diffusivity: Array
    thermodynamic: Array
    kinetics: Array
    table_K: float        # temperature of the potentials
    coldest_K: float      # temperature of the first tables of the electrolyte
    spacing_K: float
    nodes: float          # temperatures, at least 2
    wear: Any             # `wear.Wear`; None without ageing
    solid: Any            # `solid.Solid`; None where stress does not change solid diffusivities
    shells: Any           # `shells.Shells`; None where particles are described by modes
    apart: Any            # 1 where the particles of a side differ; else None


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


def _exchange(j0: Any, sites: float, name: str) -> tuple[float, Array, float]:
    """k of j0 = k·√(c·x·(1−x)), its table over stoichiometry and the largest error of that [%].

    Raises:
        tools.failures.OutOfValidity: the set's exchange current has another form.
    """
    c, x = np.array([10.0, 300.0, 1000.0, 2500.0]), np.array([0.02, 0.3, 0.6, 0.97])

    def constant(c: Array, x: Array) -> Array:
        return np.asarray(j0(c, x * sites) / np.sqrt(c * x * (1 - x)))

    k, of_salt = constant(c, x), constant(c, np.full_like(c, MIDDLE))
    if np.ptp(k) <= 2e-3 * k.mean():
        return float(k[2]), CONSTANT, 0.0
    if not np.ptp(of_salt) <= 2e-3 * of_salt.mean():
        raise OutOfValidity(f"the exchange current of {name} is not k(x)·√(c·x·(1−x)); use the PyBaMM simulator")
    return _over_middle(lambda x: constant(np.full_like(x, 1000.0), x))


def _over_middle(function: Any) -> tuple[float, Array, float]:
    """The value at `MIDDLE`, the table of what a property is over it, and the largest error of that [%].

    Beyond `FULLEST` and its counterpart the table is held.
    """
    middle = float(function(np.array([MIDDLE]))[0])

    def over(x: Array) -> Array:
        return np.asarray(np.maximum(function(np.clip(x, 1 - FULLEST, FULLEST)) / middle, LEAST))

    table, error = _from_function(over, 1.0, STOICHIOMETRY_INTERVALS)
    return middle, table, float(100 * np.abs(error / table[:, 0]).max())


def _constant(values: Array, name: str) -> float:
    if not _same(values):
        raise OutOfValidity(f"{name} depends on concentration; use the PyBaMM simulator")
    return float(values[0])


def _same(values: Array) -> bool:
    return bool(np.ptp(values) <= 1e-9 * abs(values.mean()))


class Functions:
    """The functions of a parameter set, as the PyBaMM simulator uses them, evaluated at one temperature."""

    def __init__(self, key: str, temperature_C: float) -> None:
        os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
        import pybamm

        from tools.simulate.pybamm_kernels import parameter_values

        self.system = system(key)
        if self.system.published.second is not None:
            raise OutOfValidity(f"the negative of {self.system.label} is a blend of two materials; use the PyBaMM "
                                "simulator")
        self.values = parameter_values(self.system)
        self.p, self.temperature, self.vector = pybamm.LithiumIonParameters(), pybamm.Scalar(temperature_C + KELVIN), \
            pybamm.Vector
        self.sides = (("n", self.p.n), ("p", self.p.p))

    def of(self, symbol: Any, like: Array) -> Array:
        """The values of a symbol, as many as `like` has."""
        found = np.asarray(self.values.process_symbol(symbol).evaluate(), dtype=float).ravel()
        return np.broadcast_to(found, like.shape).astype(float)

    def potentials(self) -> tuple[dict[str, Array], dict[str, float]]:
        """Tables of the open-circuit potentials [V] and their slopes in temperature [V/K], and their errors."""
        from pybamm.parameters.lithium_ion_parameters import U_asymptotes

        vector, arrays, errors = self.vector, {}, {}
        for side, domain in self.sides:
            table, error = _from_function(
                lambda x, d=domain: self.of(d.prim.U(vector(x), self.temperature) - U_asymptotes(vector(x)), x),
                1.0, STOICHIOMETRY_INTERVALS)
            usual = (table[:, 0] > -0.2) & (table[:, 0] < 5.0)
            arrays[f"u_{side}"], errors[f"u_{side}_V"] = table, float(np.abs(error[usual]).max())
            arrays[f"entropic_{side}"], _ = _from_function(
                lambda x, d=domain: self.of(d.prim.dUdT(vector(x)), x), 1.0, STOICHIOMETRY_INTERVALS)
        return arrays, errors

    def kinetics(self) -> tuple[Array, dict[str, Array], dict[str, float]]:
        """k of both electrodes [A/m²/(mol/m³)^0.5] and both solid diffusivities [m²/s]; `OF_CONTENT`; their errors."""
        found, tables, errors = np.zeros(4), {}, {}
        for place, (side, domain) in enumerate(self.sides):
            sites = float(self.of(domain.prim.c_max, FEW)[0])
            name = f"the {domain.domain} electrode of {self.system.label}"
            found[place], tables[f"rate_{side}"], errors[f"rate_{side}_pct"] = _exchange(
                lambda c, s, d=domain: self.of(d.prim.j0(self.vector(c), self.vector(s), self.temperature), c),
                sites, name)

            def spread(x: Array, d: Any = domain, sites: float = sites) -> Array:
                return self.of(d.prim.D(self.vector(x * sites), self.temperature), x)

            few = spread(FEW)
            found[2 + place], tables[f"spread_{side}"], errors[f"spread_{side}_pct"] = (
                (float(few[0]), CONSTANT, 0.0) if _same(few) else _over_middle(spread))
        return found, tables, errors

    def constants(self) -> dict[str, float]:
        """What is one number; conductivities of the solids at this temperature."""
        found: dict[str, float] = {}
        for side, domain in self.sides:
            found[f"sites_{side}"] = float(self.of(domain.prim.c_max, FEW)[0])
            found[f"sigma_{side}"] = float(self.of(domain.sigma(None, self.temperature), FEW)[0])
            found[f"bruggeman_{side}"] = float(self.of(domain.b_e, FEW)[0])
            found[f"bruggeman_solid_{side}"] = float(self.of(domain.b_s, FEW)[0])
        found["bruggeman_s"] = float(self.of(self.p.s.b_e, FEW)[0])
        salt = self.of(self.p.t_plus(self.vector(1000 * FEW), self.temperature), FEW)
        found["transference"] = _constant(salt, "transference")
        found["c_start"] = float(self.of(self.p.c_e_init, FEW)[0])
        return found

    def electrolyte(self) -> tuple[dict[str, Array], dict[str, float]]:
        """Tables of conductivity, diffusivity and thermodynamic factor over concentration, and their errors."""
        functions = {"conductivity": self.p.kappa_e, "diffusivity": self.p.D_e,
                     "thermodynamic": self.p.thermodynamic_factor}
        arrays, errors = {}, {}
        for name, function in functions.items():
            with np.errstate(all="ignore"):
                table, error = _from_function(
                    lambda c, f=function: self.of(f(self.vector(c), self.temperature), c),
                    CONCENTRATION_MAX, CONCENTRATION_INTERVALS, root=True)
            least = SANE[0] * table[ONE_MOLAR, 0]
            arrays[name] = _held(table)
            if name == "conductivity":
                # No salt, no ions: PyBaMM clips c, which lets an empty cell conduct.
                table[0] = [0.0, table[1, 0], 0.0, 0.0]
            errors[f"{name}_pct"] = float(100 * np.abs(error[:USUAL] / np.maximum(table[:USUAL, 0], least)).max())
        return arrays, errors


def _compute(key: str, temperature_C: float, heated: bool) -> Tables:
    functions = Functions(key, temperature_C)
    potentials, errors = functions.potentials()
    constants = functions.constants()
    kinetics, of_content, off = functions.kinetics()
    errors |= off
    if not heated:
        electrolyte, more = functions.electrolyte()
        arrays = {**potentials, **electrolyte, "kinetics": kinetics[None], **of_content}
        return Tables(key, temperature_C, arrays, constants, errors | more)
    nodes = [Functions(key, temperature_C + SPACING_K * (i - COLDER)) for i in range(NODES)]
    found = [node.electrolyte() for node in nodes]
    arrays = {name: np.concatenate([tables[name] for tables, _ in found]) for name in found[0][0]}
    for name in found[0][1]:
        errors[name] = max(more[name] for _, more in found)
    warmed = [node.kinetics() for node in nodes]
    for name in OF_CONTENT:
        ends, here = [tables[name] for _, tables, _ in (warmed[0], warmed[-1])], of_content[name]
        if any(len(end) != len(here) or np.abs(end - here).max() > SHAPE for end in ends):
            raise OutOfValidity(f"{name} of {functions.system.label} changes its shape with temperature; use the "
                                "PyBaMM simulator")
    arrays = {**potentials, **arrays, "kinetics": np.array([row for row, _, _ in warmed]), **of_content}
    return Tables(key, temperature_C, arrays, constants, errors)


def _path(key: str, temperature_C: float, heated: bool) -> Path:
    import platformdirs

    home = Path(os.environ.get("CELLWRIGHT_HOME") or platformdirs.user_data_dir("cellwright"))
    known = system(key)
    kind = f"{FORMAT}{'h' if heated else ''}"
    return home / "transport" / f"{known.digest[:12]}-{version('pybamm')}-{kind}-{temperature_C:g}.npz"


def _stored(path: Path, key: str, temperature_C: float) -> Tables | None:
    """The tables on disk; None where there are none or the file is damaged (it is then written again)."""
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: np.ascontiguousarray(data[name]) for name in (*TABLES, *OF_CONTENT)}
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
def tables(key: str, temperature_C: float, heated: bool = False) -> Tables:
    """Tables of a system at a temperature [°C]; with `heated` also at `NODES` temperatures around it.

    Raises:
        tools.failures.OutOfValidity: a function of the set has a form that this solver does not describe.
    """
    path = _path(key, temperature_C, heated)
    found = _stored(path, key, temperature_C)
    if found is None:
        try:
            found = _compute(key, temperature_C, heated)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            # A user's own set may hold anything that PyBaMM reads.
            raise OutOfValidity(f"the functions of {key} cannot be made into tables ({error}); use the PyBaMM "
                                "simulator") from error
        _store(path, found)
    return found


def properties(
    found: Tables, electrode: int, separator: int, modes: tuple[Array, Array], wear: Any = None, solid: Any = None,
    shells: Any = None,
) -> Properties:
    """What compiled code reads of a system on a mesh; with `wear` and `solid` (of a `WearTable`) it ages."""
    a, nodes = found.arrays, len(found.arrays["kinetics"])
    heated = nodes > 1
    here = found.temperature_C + KELVIN
    flat = {name: np.ascontiguousarray(a[name]).ravel() for name in TABLES}
    return Properties(
        electrode, separator, heated, bool((a["thermodynamic"] == [1.0, 0.0, 0.0, 0.0]).all()),
        1 - found.constants["transference"], modes[0], modes[1], **flat, table_K=here,
        coldest_K=here - SPACING_K * COLDER if heated else here, spacing_K=SPACING_K, nodes=float(max(nodes, 2)),
        wear=wear, solid=solid, shells=shells, apart=None if solid is None and shells is None else 1)
