"""The DFN with every design variable, load and limit as an input: built once, solved for any design and protocol.

One square metre of electrode pair is modelled, so amperes are A/m² and ohms are ohm·m². The current is the solution of
one control equation whose four terms are switched by inputs (current, voltage, power, anode potential), and the
termination events compare with inputs: discharge, pulse, constant power and every phase of a charge share one model.
Equations: Doyle, Fuller and Newman, J. Electrochem. Soc. 140 (1993) 1526, as implemented in PyBaMM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import pybamm

from tools.simulate.pybamm_mesh import InterfaceFiniteVolume, MeshSize, symbolic_mesh
from tools.simulate.segment import ANODE, CHARGE, CURRENT, TEMPERATURE, VOLTAGE

Variant = Literal["isothermal", "thermal", "ageing", "storage"]

NEGATIVE_OCP = "X-averaged negative electrode open-circuit potential [V]"
SEI_THICKNESS = "X-averaged negative SEI thickness [m]"

Control = Callable[[Mapping[str, Any]], Any]
Ends = Callable[[Mapping[str, Any]], list[Any]]
DESIGN_INPUTS: dict[str, str] = {
    "Negative electrode thickness [m]": "negative thickness",
    "Separator thickness [m]": "separator thickness",
    "Positive electrode thickness [m]": "positive thickness",
    "Negative electrode porosity": "negative porosity",
    "Separator porosity": "separator porosity",
    "Positive electrode porosity": "positive porosity",
    "Negative electrode active material volume fraction": "negative active fraction",
    "Positive electrode active material volume fraction": "positive active fraction",
    "Negative particle radius [m]": "negative radius",
    "Positive particle radius [m]": "positive radius",
    "Initial concentration in negative electrode [mol.m-3]": "negative concentration",
    "Initial concentration in positive electrode [mol.m-3]": "positive concentration",
    "Ambient temperature [K]": "temperature",
    "Initial temperature [K]": "temperature",
    "Contact resistance [Ohm]": "path resistance",
    "Current function [A]": "current",
}
# A composite negative has two of these.
FIRST = ("Negative electrode active material volume fraction", "Negative particle radius [m]",
         "Initial concentration in negative electrode [mol.m-3]")
BLEND: dict[str, Any] = {
    "particle phases": ("2", "1"),
    # Silicon's potential as it fills is another one than as it empties; the sign of the current says which.
    "open-circuit potential": (("single", "current sigmoid"), "single"),
}
THERMAL_INPUTS: dict[str, str] = {
    "Cell heat capacity [J.K-1.m-3]": "heat capacity",
    "Cell cooling surface area [m2]": "cooled surface",
    "Total heat transfer coefficient [W.m-2.K-1]": "heat transfer",
}
LUMPED = {"thermal": "lumped", "use lumped thermal capacity": "true"}
ONE_SQUARE_METRE: dict[str, float] = {
    "Electrode height [m]": 1.0, "Electrode width [m]": 1.0, "Cell volume [m3]": 1.0,
    "Number of electrodes connected in parallel to make a cell": 1.0,
    "Number of cells connected in series to make a battery": 1.0,
}

def blended(values: Any) -> bool:
    """Whether a parameter set describes a negative of two materials."""
    return f"Secondary: {FIRST[0]}" in values


def phase_options(values: Any) -> dict[str, Any]:
    """PyBaMM's model options for the materials of a parameter set's negative."""
    return dict(BLEND) if blended(values) else {}


def design_inputs(values: Any) -> dict[str, str]:
    """The set's parameters that a design gives, each with the input's name."""
    if not blended(values):
        return DESIGN_INPUTS
    plain = {name: key for name, key in DESIGN_INPUTS.items() if name not in FIRST}
    first = {f"Primary: {name}": DESIGN_INPUTS[name] for name in FIRST}
    second = {f"Secondary: {name}": DESIGN_INPUTS[name].replace("negative", "negative second") for name in FIRST}
    return plain | first | second


def control_residual(variables: Mapping[str, Any]) -> Any:
    """Zero where the switched-on quantity has its set point; the switches are inputs of 0 or 1."""
    given = pybamm.InputParameter
    current, voltage = variables[CURRENT], variables[VOLTAGE]
    return (
        given("by current") * (current - given("current"))
        + given("by voltage") * (voltage - given("voltage"))
        + given("by power") * (current * voltage - given("power"))
        + given("by anode") * (variables[ANODE] - given("anode"))
    )


def limit_events(variables: Mapping[str, Any]) -> list[Any]:
    """Termination events, each an expression that is positive inside its limit. Charge currents are negative."""
    given = pybamm.InputParameter
    voltage, current, charge = variables[VOLTAGE], variables[CURRENT], variables[CHARGE]
    return [
        pybamm.Event("voltage floor", voltage - given("voltage floor")),
        pybamm.Event("voltage ceiling", given("voltage ceiling") - voltage),
        pybamm.Event("anode floor", variables[ANODE] - given("anode floor")),
        pybamm.Event("charge floor", charge - given("charge floor")),
        pybamm.Event("charge ceiling", given("charge ceiling") - charge),
        pybamm.Event("taper current", -current - given("taper current")),
        pybamm.Event("charge current ceiling", given("charge current ceiling") + current),
    ]


def heating_rate(variables: Mapping[str, Any], param: Any) -> Any:
    """dT/dt [K/s] from the first law: C dT/dt = I (U − T dU/dT − V) − h A (T − T_ambient).

    U is the open-circuit voltage at the mean stoichiometries, which follow from the charge passed. I (U − V) holds
    every loss, that of the path and of diffusion in the particles included. PyBaMM's own heat source leaves the latter
    out unless its heat of mixing is on, which tabulated potentials do not allow: at 1C an LG M50 pair would then heat
    by a third less than the energy it loses (a test compares the rise with the energy).
    """
    temperature, current = variables[TEMPERATURE], variables[CURRENT]
    passed = variables[CHARGE] * 3600 / param.F  # mol/m² of electrode
    enthalpy_voltage = 0
    for side, electrode, sign in (("negative", param.n, -1), ("positive", param.p, 1)):
        sites = pybamm.Parameter(f"Maximum concentration in {side} electrode [mol.m-3]")
        held = pybamm.InputParameter(f"{side} thickness") * pybamm.InputParameter(f"{side} active fraction") * sites
        stoichiometry = pybamm.InputParameter(f"{side} concentration") / sites + sign * passed / held
        potential = electrode.prim.U(stoichiometry, temperature) - temperature * electrode.prim.dUdT(stoichiometry)
        enthalpy_voltage = enthalpy_voltage + sign * potential
    heat = current * (enthalpy_voltage - variables[VOLTAGE]) + variables["Surface total cooling [W]"]
    return heat / variables["Volume-averaged effective heat capacity [J.K-1.m-3]"]


def crack_only_in_tension(model: Any) -> None:
    """Paris' law with the stress clipped at zero: da/dt = k (max(σ, 0) b √(π a))^m / 3600.

    PyBaMM multiplies the stress by (σ ≥ 0); at rest rounding can give the two factors different signs, and a tiny
    negative number to a broken power is no number, so some designs could not start.
    """
    lengths = {v.name.split()[0].lower(): v for v in model.rhs if v.name.endswith("particle crack length [m]")}
    for side, length in lengths.items():
        law = (model.param.n if side == "negative" else model.param.p).prim
        stress = model.variables[f"{side.capitalize()} particle surface tangential stress [Pa]"]
        rate = law.k_cr(model.variables[f"{side.capitalize()} electrode temperature [K]"])
        tension = pybamm.maximum(stress, 0) * law.b_cr * pybamm.sqrt(np.pi * length)
        model.rhs[length] = rate * tension**law.m_cr / 3600


def build_model(
    parameter_values: Any, variant: Variant, size: MeshSize, mechanisms: Mapping[str, Any] | None = None,
    control: Control = control_residual, ends: Ends = limit_events,
) -> Any:
    """A discretised DFN with inputs.

    Args:
        parameter_values: `pybamm.ParameterValues` of the system; it is copied, not changed.
        mechanisms: PyBaMM model options of the degradation mechanisms (variants 'ageing' and 'storage' only).
        control: model variables → what is zero where the load is as asked; `ends`: → the termination events.
    """
    options: dict[str, Any] = {"contact resistance": "true", "operating mode": control,
                               **phase_options(parameter_values)}
    if variant == "thermal":
        options.update(LUMPED)
    if variant in {"ageing", "storage"}:
        options.update(mechanisms or {})
    model = pybamm.lithium_ion.DFN(options)
    crack_only_in_tension(model)
    model.events = ends(model.variables)
    if variant == "thermal":
        model.rhs[model.variables[TEMPERATURE]] = heating_rate(model.variables, model.param)
    values = parameter_values.copy()
    inputs = design_inputs(values) | (THERMAL_INPUTS if variant == "thermal" else {})
    values.update({name: pybamm.InputParameter(key) for name, key in inputs.items()}, check_already_exists=False)
    values.update(ONE_SQUARE_METRE, check_already_exists=False)
    geometry = model.default_geometry
    values.process_model(model)
    values.process_geometry(geometry)
    submeshes = symbolic_mesh(model, geometry, size)
    methods = {**model.default_spatial_methods, "macroscale": InterfaceFiniteVolume()}
    pybamm.Discretisation(submeshes, methods).process_model(model)
    return model
