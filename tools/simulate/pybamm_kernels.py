"""The kernels of this process: one a system, variant and mesh, built when first needed and kept."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import pybamm

from knowledge.parameters.registry import system
from knowledge.parameters.system import Mechanism, System
from tools.simulate.parameter_set import published_values
from tools.simulate.point import BatchedMesh
from tools.simulate.pybamm_kernel import AGEING_LADDER, FINE_LADDER, LADDER, Kernel
from tools.simulate.pybamm_mesh import mesh_size
from tools.simulate.pybamm_model import NEGATIVE_OCP, SEI_THICKNESS, Variant, build_model
from tools.simulate.segment import ANODE, CHARGE, CURRENT, OCV, TEMPERATURE, VOLTAGE

COUPLED_CRACKING = frozenset({"OKane2022"})
STILL_AT_REST = frozenset({"SEI", "particle cracking"})  # cracks do not grow at rest, the film in them does
MOST_ENTROPIC_V_K = 1e-3
ELECTROLYTE = ("Electrolyte conductivity [S.m-1]", "Electrolyte diffusivity [m2.s-1]", "Thermodynamic factor")
SALT_MOL_M3 = (1.0, 4000.0)
STEEP_V = 50.0  # per unit of stoichiometry
ENTROPIC = "electrode OCP entropic change [V.K-1]"
OUTPUTS = (VOLTAGE, CHARGE, CURRENT, ANODE, OCV)


@lru_cache(maxsize=32)
def kernel(system_key: str, variant: Variant, mesh: BatchedMesh) -> Kernel:
    """The kernel of a system, variant and mesh."""
    known = system(system_key)
    aged = variant in {"ageing", "storage"}
    mechanisms = ageing_options(known, at_rest=variant == "storage") if aged else None
    size = mesh_size(variant, mesh, known.uneven_diffusion)
    model = build_model(parameter_values(known), variant, size, mechanisms)
    ladder = AGEING_LADDER if aged else FINE_LADDER if mesh == "verify" else LADDER
    added: dict[Variant, tuple[str, ...]] = {
        "thermal": (TEMPERATURE,), "ageing": (NEGATIVE_OCP,), "storage": (SEI_THICKNESS,)}
    outputs = (*OUTPUTS, *added.get(variant, ()))
    compilable = (variant, mesh) == ("isothermal", "search")
    return Kernel(model, outputs, size, ladder, compilable=compilable)


def parameter_values(known: System) -> Any:
    """PyBaMM's parameter values of a system, with the changes that its module states."""
    values = published_values(known.pybamm_set)
    if known.overrides:
        values.update(dict(known.overrides), check_already_exists=False)
    for name in [name for name in values if name.endswith(ENTROPIC)]:
        published = values[name]
        if callable(published):
            values.update({name: partial(plausible_entropic_change, published)})
    low, high = known.published.positive_window
    name = "Positive electrode OCP [V]"
    values.update({name: partial(continued_potential, values[name], low, high)})
    for name in ELECTROLYTE:
        published = values[name]
        if callable(published):
            values.update({name: partial(kept_in_range, published)})
    return values


def kept_in_range(published: Any, concentration: Any, *arguments: Any) -> Any:
    """An electrolyte property with the salt concentration kept within 1–4000 mol/m³.

    Fits turn negative or rise without bound outside, which a depleted electrode can reach.
    """
    inside = pybamm.maximum(pybamm.minimum(concentration, SALT_MOL_M3[1]), SALT_MOL_M3[0])
    return published(inside, *arguments)


def continued_potential(published: Any, low: float, high: float, stoichiometry: Any) -> Any:
    """A set's potential inside its range, and a steep fall with stoichiometry outside.

    A polynomial runs off outside its range (Kim2011's NCA: −203 V at 1), which a particle's surface can reach under
    load. PyBaMM itself keeps stoichiometries between 0 and 1, so only narrower ranges need this.
    """
    inside = pybamm.maximum(pybamm.minimum(stoichiometry, high), low)
    return published(inside) - STEEP_V * (stoichiometry - inside)


def plausible_entropic_change(published: Any, *arguments: Any) -> Any:
    """A set's dU/dT, kept within ±1 mV/K.

    Fits run off outside their range (Ai2020: +110 mV/K below a stoichiometry of 0.4, valid from 0.43) or near a pole
    (Mohtat2020: −15 mV/K at 0.98), where they would heat a cell by tens of kelvins; measured values stay below 1 mV/K
    (assumption).
    """
    return pybamm.maximum(pybamm.minimum(published(*arguments), MOST_ENTROPIC_V_K), -MOST_ENTROPIC_V_K)


def ageing_options(known: System, at_rest: bool = False) -> dict[str, Any]:
    """PyBaMM's model options for the mechanisms of `simulated_mechanisms`; at rest the growth of films alone.

    SEI on cracks only where the set's paper couples the two: elsewhere (Ai2020) the pair does not integrate. Plating
    without a back reaction follows a Tafel law, so over years at rest it would go on far above 0 V.
    """
    options: dict[str, Any] = {}
    mechanisms = (mechanisms_at_rest if at_rest else simulated_mechanisms)(known)
    if "SEI" in mechanisms:
        options.update({"SEI": "solvent-diffusion limited", "SEI porosity change": "true"})
    if "lithium plating" in mechanisms:
        stripping = "Dead lithium decay rate [s-1]" in parameter_values(known)
        kind = "partially reversible" if stripping else "irreversible"
        options.update({"lithium plating": kind, "lithium plating porosity change": "true"})
    if "particle cracking" in mechanisms:
        options.update({"particle mechanics": ("swelling and cracking", "swelling only"), "SEI on cracks": "true"})
    if "loss of active material" in mechanisms:
        options["loss of active material"] = "stress-driven"
    return options


def simulated_mechanisms(known: System) -> tuple[Mechanism, ...]:
    """The mechanisms of a set that an ageing run simulates: cracking only where its SEI is coupled to it."""
    coupled = known.pybamm_set in COUPLED_CRACKING
    return tuple(m for m in known.ageing if coupled or m != "particle cracking")


def mechanisms_at_rest(known: System) -> tuple[Mechanism, ...]:
    """Those of `simulated_mechanisms` that go on while a cell is stored."""
    return tuple(m for m in simulated_mechanisms(known) if m in STILL_AT_REST)
