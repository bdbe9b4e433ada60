"""A point and a protocol → the inputs of the DFN, or the reason why there is nothing to simulate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from knowledge.parameters.registry import system
from knowledge.parameters.system import System
from knowledge.protocol import CalendarAgeing, CycleAgeing, FastCharge, Protocol, RoundTrip, ThermalDischarge
from tools.failures import ToolFailure
from tools.simulate.balance import Balance, balance
from tools.simulate.formulation import active_fraction, phase_fractions
from tools.simulate.point import Outcome, SimulationPoint

KELVIN = 273.15
REAL_RADIUS_UM = 1.0  # graphite below it stands for a diffusion length, not for a particle (assumption)
Validity = Literal["inside", "extrapolated", "out of validity"]


@dataclass(frozen=True)
class Prepared:
    """A point that can be simulated: its balance, its load, and whether it lies inside the set's validity box."""

    point: SimulationPoint
    system: System
    balance: Balance
    rate_C: float | None
    temperature_C: float
    validity: Validity
    note: str

    @property
    def one_C_A_m2(self) -> float:
        """The current of 1C [A/m²], and the balanced capacity [Ah/m²]."""
        return self.balance.areal_capacity_mAh_cm2 * 10

    @property
    def load_A_m2(self) -> float:
        """The protocol's current [A/m²]."""
        if self.rate_C is None:
            raise ValueError("this protocol has no rate")
        return self.rate_C * self.one_C_A_m2

    def inputs(self, soc: float) -> dict[str, float]:
        """Design inputs of the DFN at equilibrium at a state of charge from 0 to 1, SI, one square metre."""
        published = self.system.published
        x, y = self.balance.stoichiometry(soc)
        second = {}
        if self.point.pair.negative.second is not None and published.second is not None:
            x, z = self.balance.phases(soc)
            second = {"negative second concentration": z * published.second.sites_mol_m3}
        return {
            **self._coatings,
            "negative concentration": x * published.negative_sites_mol_m3,
            "positive concentration": y * published.positive_sites_mol_m3,
            "temperature": self.temperature_C + KELVIN, **second,
        }

    @cached_property
    def _coatings(self) -> dict[str, float]:
        """The inputs that no protocol changes; every mesh and phase asks for them again."""
        pair = self.point.pair
        fractions, second = phase_fractions(pair.negative, "negative"), {}
        if pair.negative.second is not None and self.system.published.second is not None:
            second = {"negative second active fraction": fractions[1],
                      "negative second radius": pair.negative.second.particle_radius_um * 1e-6}
        return {
            "negative thickness": pair.negative.coating_thickness_um * 1e-6,
            "separator thickness": pair.separator.thickness_um * 1e-6,
            "positive thickness": pair.positive.coating_thickness_um * 1e-6,
            "negative porosity": pair.negative.porosity,
            "separator porosity": pair.separator.porosity,
            "positive porosity": pair.positive.porosity,
            "negative active fraction": fractions[0],
            "positive active fraction": active_fraction(pair.positive, "positive"),
            "negative radius": pair.negative.particle_radius_um * 1e-6,
            "positive radius": pair.positive.particle_radius_um * 1e-6,
            "path resistance": self.point.path_resistance_ohm_cm2 * 1e-4, **second,
        }

    def thermal_inputs(self, heat_transfer_W_m2K: float) -> dict[str, float]:
        """Heat capacity and cooling of the cell per square metre of electrode."""
        capacity, ratio = self.point.heat_capacity_J_K_cm2, self.point.cooled_surface_ratio
        if capacity is None or ratio is None:
            raise ValueError("a thermal protocol needs the point's heat capacity and cooled surface")
        return {"heat capacity": capacity * 1e4, "cooled surface": ratio, "heat transfer": heat_transfer_W_m2K}

    def outcome(self, values: Mapping[str, float], note: str = "") -> Outcome:
        """An outcome with status 'ok' that carries this point's validity."""
        words = f"{note}; {self.note}" if note and self.note else note or self.note
        return Outcome(status="ok", values=dict(values), validity=self.validity, note=words)


def prepare(point: SimulationPoint, protocol: Protocol) -> Prepared | Outcome:
    """Check a point against a protocol; an `Outcome` where there is nothing to simulate."""
    try:
        found = balance(point.pair)
    except ToolFailure as failure:
        return Outcome(status="failed", note=failure.message)
    known = system(point.pair.system)
    rate = protocol_rate(point, protocol)
    temperature = protocol.ambient_C if isinstance(protocol, ThermalDischarge) else protocol.temperature_C
    refusal = why_not(known, point, protocol, rate, temperature)
    if refusal:
        return Outcome(status="out of validity", validity="out of validity", note=refusal)
    if needs_rate(protocol) and rate is None:
        return Outcome(status="failed", note="neither the protocol nor the point has a C-rate")
    outside = list(known.validity.outside(point.pair))
    slow, fast = known.validity.rate_C
    if rate is not None and not isinstance(protocol, FastCharge) and not slow <= rate <= fast:
        outside.append(f"rate {rate:.3g}C is outside {slow:g}–{fast:g}C")
    return Prepared(
        point=point, system=known, balance=found, rate_C=rate, temperature_C=temperature,
        validity="extrapolated" if outside else "inside", note="; ".join(outside),
    )


def protocol_rate(point: SimulationPoint, protocol: Protocol) -> float | None:
    """The C-rate of the protocol, or of the point where the protocol leaves it open; None where there is none."""
    if isinstance(protocol, FastCharge):
        return protocol.max_rate_C if protocol.max_rate_C is not None else point.rate_C
    if isinstance(protocol, CycleAgeing):
        return max(protocol.charge_C, protocol.discharge_C)
    if isinstance(protocol, RoundTrip):
        rates = [own for r in (protocol.charge_C, protocol.discharge_C) if (own := r or point.rate_C) is not None]
        return max(rates) if len(rates) == 2 else None
    given = getattr(protocol, "rate_C", None)
    return given if given is not None else point.rate_C


def needs_rate(protocol: Protocol) -> bool:
    """Whether the protocol is driven by a C-rate (pulse power and storage are not)."""
    return protocol.kind not in {"pulse_power", "calendar_ageing"}


def why_not(
    known: System, point: SimulationPoint, protocol: Protocol, rate_C: float | None, temperature_C: float
) -> str:
    """Why the system's set has no basis for this question; empty where it has."""
    cold, hot = known.validity.temperature_C
    if not cold <= temperature_C <= hot:
        why = "has a basis" if known.has_temperature_dependence else "holds, as it hardly depends on temperature"
        return f"{temperature_C:g} °C is outside the {cold:g}–{hot:g} °C for which the set of {known.label} {why}"
    if isinstance(protocol, ThermalDischarge):
        if not known.has_thermal_parameters:
            return f"the parameter set of {known.label} has no thermal parameters"
        if point.heat_capacity_J_K_cm2 is None or point.cooled_surface_ratio is None:
            return "the point has no heat capacity or no cooled surface"
    if isinstance(protocol, CycleAgeing) and not known.ageing:
        return f"the parameter set of {known.label} has no ageing parameters"
    if isinstance(protocol, CalendarAgeing):
        return _why_not_stored(known, point)
    if isinstance(protocol, FastCharge) and protocol.soc_from_pct >= protocol.soc_to_pct:
        return "the charge's window is empty"
    return ""


def _why_not_stored(known: System, point: SimulationPoint) -> str:
    if "SEI" not in known.ageing:
        return f"the parameter set of {known.label} has no film growth (SEI), so storage does not age it"
    radius = point.pair.negative.particle_radius_um
    if radius < REAL_RADIUS_UM:
        return (f"the negative's particles of {radius:g} µm are the effective ones of the set of {known.label}: the "
                "surface on which a film grows is not known")
    return ""
