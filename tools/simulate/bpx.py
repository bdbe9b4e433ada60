"""A design as a BPX file: the open format for physics-based cell models, which PyBaMM and others load.

Functions of a set become tables at its reference temperature, with activation energies taken over the 10 K above it: a
file is exact at the reference temperature and close to it elsewhere. Its description says what BPX has no place for.
"""

from __future__ import annotations

import copy
import json
import math
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.cell import CellDesign, Electrode
from knowledge.offer import BuildUp
from knowledge.parameters.registry import system
from tools.failures import OutOfValidity
from tools.physics.lithium import FARADAY_C_MOL
from tools.simulate.balance import Balance, balance
from tools.simulate.buildup import build_up
from tools.simulate.formulation import Side, active_fraction
from tools.simulate.ocp import Array, ocp_table

GAS_CONSTANT = 8.314462618  # J/(mol K), CODATA 2018
WARMER_K = 10.0
STOICHIOMETRIES = np.linspace(0.005, 0.995, 100)
CONCENTRATIONS = np.linspace(5.0, 4000.0, 80)  # mol/m³
OCP_STRIDE = 8  # of the 2001 points of the potentials' table
CONSTANT = 1e-9  # relative spread below which a table is a constant
NAMES: dict[Side, str] = {"negative": "Negative electrode", "positive": "Positive electrode"}


def write_bpx(design: CellDesign, path: Path | None = None) -> dict[str, Any]:
    """The BPX of a design as a dictionary, checked against the BPX schema, and written to `path` where one is given.

    One electrode pair with the cell's whole coated area stands for all of its pairs in parallel.

    Raises:
        tools.failures.BadInput, tools.failures.Infeasible: the design cannot be built.
        tools.failures.OutOfValidity: the design's negative is a blend, whose hysteresis BPX has no place for.
    """
    second = design.pair.negative.second
    if second is not None:
        raise OutOfValidity(f"a negative with {second.active_material} as a second active material is not written as "
                            "BPX: the format has no place for a potential that differs between charge and discharge")
    content = bpx_of(design, build_up(design), balance(design.pair))
    schema().parse_bpx_obj(copy.deepcopy(content))
    if path is not None:
        path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return content


def schema() -> Any:
    """The `bpx` package, whose import uses a spelling that pyparsing has renamed and warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import bpx
    return bpx


def load_bpx(path: Path) -> Any:
    """`pybamm.ParameterValues` of a BPX file, at 100 % SOC."""
    import pybamm

    schema()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyBaMM reads pydantic fields the old way
        warnings.simplefilter("ignore", UserWarning)  # files of BPX 0.x are converted
        return pybamm.ParameterValues.create_from_bpx(str(path))


def bpx_of(design: CellDesign, build: BuildUp, found: Balance) -> dict[str, Any]:
    """The content of the file; `write_bpx` checks it."""
    from tools.simulate.pybamm_kernels import parameter_values

    known = system(design.pair.system)
    values = _Set(parameter_values(known))
    volume, mass = build.volume_mL * 1e-6, build.mass_g / 1000
    notes = [f"{known.label}, parameter set {known.pybamm_set} of PyBaMM {version('pybamm')}."]
    if not values.constant_thermodynamic_factor:
        notes.append("The set's thermodynamic factor depends on concentration; BPX has 1.")
    loose = [name.lower() for name in NAMES.values() if not values.constant_rate(name)]
    if loose:
        notes.append(f"The set's rate constant of the {' and the '.join(loose)} depends on concentration; BPX has one "
                     "number, here at half of the sites: voltages under load differ.")
    notes.append("The contact resistance of foils, tabs and terminals is a user-defined parameter.")
    separator = design.pair.separator
    return {
        "Header": {
            "BPX": version("bpx"), "Title": design.name or design.id, "Model": "DFN", "Description": " ".join(notes),
            "References": "; ".join(known.sources),
        },
        "Parameterisation": {
            "Cell": {
                "Electrode area [m2]": build.electrode_area_cm2 * 1e-4,
                "External surface area [m2]": build.cooled_surface_cm2 * 1e-4,
                "Volume [m3]": volume, "Number of electrode pairs connected in parallel to make a cell": 1,
                "Lower voltage cut-off [V]": design.pair.v_min, "Upper voltage cut-off [V]": design.pair.v_max,
                "Nominal cell capacity [A.h]": build.stoichiometric_capacity_Ah,
                "Reference temperature [K]": values.reference_K, "Density [kg.m-3]": mass / volume,
                "Specific heat capacity [J.K-1.kg-1]": build.heat_capacity_J_K / mass,
            },
            "Electrolyte": values.electrolyte(),
            "Negative electrode": _electrode(values, design.pair.negative, "negative", found),
            "Separator": {
                "Thickness [m]": separator.thickness_um * 1e-6, "Porosity": separator.porosity,
                "Transport efficiency": separator.porosity ** values.number(
                    "Separator Bruggeman coefficient (electrolyte)"),
            },
            "Positive electrode": _electrode(values, design.pair.positive, "positive", found),
            "User-defined": {
                "Contact resistance [Ohm]": build.path_resistance_mohm / 1000,
                "Open-circuit voltage at 0% SOC [V]": design.pair.v_min,
                "Open-circuit voltage at 100% SOC [V]": design.pair.v_max,
            },
        },
        "State": {
            "Initial conditions": {
                "Initial state-of-charge": 1.0, "Initial temperature [K]": values.reference_K,
                "Initial electrolyte concentration [mol.m-3]": values.salt,
            },
            "Thermal environment": {"Ambient temperature [K]": values.reference_K},
        },
    }


def _electrode(values: _Set, electrode: Electrode, side: Side, found: Balance) -> dict[str, Any]:
    window = found.negative_stoichiometry if side == "negative" else found.positive_stoichiometry
    name, radius = NAMES[side], electrode.particle_radius_um * 1e-6
    solid = (1 - electrode.porosity) ** values.number(f"{name} Bruggeman coefficient (electrode)")
    pores = electrode.porosity ** values.number(f"{name} Bruggeman coefficient (electrolyte)")
    x, u_neg, y, u_pos = ocp_table(found.system)
    grid, potential = (x, u_neg) if side == "negative" else (y, u_pos)
    diffusivity = f"{name.split()[0]} particle diffusivity [m2.s-1]"
    rate, rate_energy = values.reaction_rate(name)
    return {
        "Thickness [m]": electrode.coating_thickness_um * 1e-6, "Porosity": electrode.porosity,
        "Transport efficiency": pores, "Conductivity [S.m-1]": values.number(f"{name} conductivity [S.m-1]") * solid,
        "Minimum stoichiometry": min(window), "Maximum stoichiometry": max(window),
        "Maximum concentration [mol.m-3]": values.number(f"Maximum concentration in {name.lower()} [mol.m-3]"),
        "Particle radius [m]": radius,
        "Surface area per unit volume [m-1]": 3 * active_fraction(electrode, side) / radius,
        "Diffusivity [m2.s-1]": values.table(diffusivity, STOICHIOMETRIES),
        "Diffusivity activation energy [J.mol-1]": values.activation_energy(diffusivity, 0.5),
        "OCP [V]": _table(_thin(grid), _thin(potential)),
        "Entropic change coefficient [V.K-1]": values.entropic(name),
        "Reaction rate constant [mol.m-2.s-1]": rate,
        "Reaction rate constant activation energy [J.mol-1]": rate_energy,
    }


def _thin(column: Array) -> Array:
    return np.append(column[:-1:OCP_STRIDE], column[-1])


def _table(x: Array, y: Array) -> float | dict[str, list[float]]:
    """A constant where the values hardly differ, else a table of nine significant digits."""
    if float(np.ptp(y)) <= CONSTANT * float(np.abs(y).max(initial=0.0)):
        return float(y[0])
    return {"x": [float(f"{v:.9g}") for v in x], "y": [float(f"{v:.9g}") for v in y]}


class _Set:
    """A PyBaMM parameter set whose numbers and functions are read at its reference temperature."""

    def __init__(self, values: Any) -> None:
        self.values = values
        self.reference_K = self.number("Reference temperature [K]")
        self.salt = self.number("Initial concentration in electrolyte [mol.m-3]")

    def number(self, name: str) -> float:
        return float(self.values[name])

    def at(self, name: str, temperature_K: float | None, *arguments: Array | float) -> Array:
        """A parameter at column arguments; a plain number gives a constant column."""
        import pybamm

        columns = [np.atleast_1d(np.asarray(a, dtype=float)) for a in arguments]
        rows = max(len(c) for c in columns)
        found = self.values[name]
        if not callable(found):
            return np.full(rows, float(found))
        given = [pybamm.Vector(np.broadcast_to(c, (rows,)).copy()) for c in columns]
        tail = [] if temperature_K is None else [pybamm.Scalar(temperature_K)]
        symbol = self.values.process_symbol(pybamm.convert_to_symbol(found(*given, *tail)))
        result = np.asarray(symbol.evaluate(), dtype=float).ravel()
        return np.full(rows, result[0]) if len(result) == 1 else result

    def table(self, name: str, grid: Array) -> float | dict[str, list[float]]:
        return _table(grid, self.at(name, self.reference_K, grid))

    def activation_energy(self, name: str, at: float) -> float:
        """Ea of f = f_ref·exp(Ea/R·(1/T_ref − 1/T)) between the reference temperature and 10 K above [J/mol]."""
        warm = self.reference_K + WARMER_K
        here, there = (float(self.at(name, t, at)[0]) for t in (self.reference_K, warm))
        return _energy(here, there, self.reference_K, warm)

    def electrolyte(self) -> dict[str, Any]:
        both = {}
        for label, unit in (("Diffusivity", "[m2.s-1]"), ("Conductivity", "[S.m-1]")):
            name = f"Electrolyte {label.lower()} {unit}"
            both[f"{label} {unit}"] = self.table(name, CONCENTRATIONS)
            both[f"{label} activation energy [J.mol-1]"] = self.activation_energy(name, self.salt)
        number = float(self.at("Cation transference number", self.reference_K, self.salt)[0])
        return {"Cation transference number": number, **both}

    def entropic(self, name: str) -> float | dict[str, list[float]]:
        parameter = f"{name} OCP entropic change [V.K-1]"
        return _table(STOICHIOMETRIES, self.at(parameter, None, STOICHIOMETRIES))

    def reaction_rate(self, name: str) -> tuple[float, float]:
        """BPX's K of j0 = F·K·√(c_e/c_e0 · θ(1 − θ)), from the set's j0 at θ = 1/2, and its activation energy."""
        parameter = f"{name} exchange-current density [A.m-2]"
        sites = self.number(f"Maximum concentration in {name.lower()} [mol.m-3]")
        warm = self.reference_K + WARMER_K
        here, there = (float(self.at(parameter, t, self.salt, sites / 2, sites)[0]) for t in (self.reference_K, warm))
        return here / (0.5 * FARADAY_C_MOL), _energy(here, there, self.reference_K, warm)

    def constant_rate(self, name: str) -> bool:
        """Whether j0 is K·√(c_e·θ(1 − θ)) with one K over lithiation, within 1 %."""
        sites = self.number(f"Maximum concentration in {name.lower()} [mol.m-3]")
        theta = np.array([0.1, 0.5, 0.9])
        j0 = self.at(f"{name} exchange-current density [A.m-2]", self.reference_K, self.salt, theta * sites, sites)
        rate = j0 / np.sqrt(theta * (1 - theta))
        return bool(np.ptp(rate) <= 0.01 * rate[1])

    @property
    def constant_thermodynamic_factor(self) -> bool:
        return not callable(self.values["Thermodynamic factor"])


def _energy(here: float, there: float, cold_K: float, warm_K: float) -> float:
    return GAS_CONSTANT * math.log(there / here) / (1 / cold_K - 1 / warm_K)
