"""The electrode variables of one system: unit vectors ↔ electrode pairs, the N/P ratio held by construction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from knowledge.cell import ELECTRODE_VARIABLES, ElectrodePair
from knowledge.frozen import content_digest
from knowledge.house import HouseProfile, default_profile
from knowledge.requirement import Requirement
from tools.failures import BadInput

LEAST_WINDOW_V = 0.3


@dataclass(frozen=True)
class Variable:
    """One independent variable and its range."""

    name: str
    low: float
    high: float
    log: bool = False

    def value(self, u: float) -> float:
        """The value at u in [0, 1]."""
        if self.log:
            return float(self.low * (self.high / self.low) ** u)
        return float(self.low + u * (self.high - self.low))

    def unit(self, value: float) -> float:
        """The place of a value in the range, in [0, 1] where it lies inside; the middle of an empty range."""
        if self.high - self.low <= 1e-12 * max(abs(self.high), 1.0):
            return 0.5
        if self.log:
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return float((value - self.low) / (self.high - self.low))


@dataclass(frozen=True)
class ElectrodeSpace:
    """Ranges of the electrode variables of one system, and the pair that everything else is taken from."""

    system: str
    template: ElectrodePair
    variables: tuple[Variable, ...]
    loadings_mg_cm2: tuple[float | None, float | None] = (None, None)  # the coater's limits: positive, negative

    def __post_init__(self) -> None:
        if tuple(v.name for v in self.variables) != ELECTRODE_VARIABLES:
            raise BadInput(f"the electrode variables must be {', '.join(ELECTRODE_VARIABLES)}, in this order")

    @property
    def digest(self) -> str:
        """Identity of the ranges and the template, for content-addressed labels."""
        ranges = [[v.name, v.low, v.high, v.log] for v in self.variables]
        limits = [list(self.loadings_mg_cm2)] if any(self.loadings_mg_cm2) else []
        return content_digest([self.template.model_dump(mode="json"), ranges, *limits])

    def pair(self, u: Sequence[float] | np.ndarray) -> ElectrodePair:
        """The pair at a unit vector (7,); the negative's thickness follows from the N/P ratio."""
        t_p, eps_p, eps_n, np_ratio, r_p, r_n, t_s = (
            v.value(float(x)) for v, x in zip(self.variables, u, strict=True)
        )
        per_positive = np_ratio / self.np_at_equal_thickness(eps_p, eps_n)
        t_p = min(t_p, self._coatable_um(eps_p, eps_n, per_positive))
        t_n = t_p * per_positive
        base = self.template
        return base.model_copy(update={
            "positive": base.positive.model_copy(
                update={"coating_thickness_um": t_p, "porosity": eps_p, "particle_radius_um": r_p}),
            "negative": base.negative.model_copy(
                update={"coating_thickness_um": t_n, "porosity": eps_n, "particle_radius_um": r_n}),
            "separator": base.separator.model_copy(update={"thickness_um": t_s}),
        })

    def unit(self, pair: ElectrodePair) -> np.ndarray:
        """The unit vector (7,) of a pair; outside [0, 1] where the pair lies outside the ranges."""
        p, n = pair.positive, pair.negative
        np_ratio = self.np_at_equal_thickness(p.porosity, n.porosity) * n.coating_thickness_um / p.coating_thickness_um
        values = (p.coating_thickness_um, p.porosity, n.porosity, np_ratio, p.particle_radius_um,
                  n.particle_radius_um, pair.separator.thickness_um)
        return np.array([v.unit(value) for v, value in zip(self.variables, values, strict=True)])

    def np_at_equal_thickness(self, positive_porosity: float, negative_porosity: float) -> float:
        """N/P of the template's materials with equally thick coatings.

        The areal capacity of a coating is proportional to its thickness and to 1 − porosity, so one balance serves
        all: N/P = (N/P)₀ · (tₙ/tₚ) · (1 − εₙ)/(1 − εₙ₀) · (1 − εₚ₀)/(1 − εₚ).
        """
        p, n = self.template.positive, self.template.negative
        solid = (1 - negative_porosity) / (1 - n.porosity) * (1 - p.porosity) / (1 - positive_porosity)
        return self._reference_np * solid

    def _coatable_um(self, positive_porosity: float, negative_porosity: float, per_positive: float) -> float:
        """The thickest positive [µm] whose loading, and its negative's, the coater can lay down."""
        most = np.inf
        sides = (("positive", positive_porosity, 1.0), ("negative", negative_porosity, per_positive))
        for limit, solid, (_, porosity, ratio) in zip(self.loadings_mg_cm2, self._solid_mg_cm2_um, sides, strict=True):
            if limit is not None:
                most = min(most, limit / (solid * (1 - porosity)) / ratio)
        return float(most)

    @cached_property
    def _solid_mg_cm2_um(self) -> tuple[float, float]:
        from tools.simulate.formulation import solid_density_kg_m3

        p, n = self.template.positive, self.template.negative
        return solid_density_kg_m3(p, "positive") * 1e-4, solid_density_kg_m3(n, "negative") * 1e-4

    @cached_property
    def _reference_np(self) -> float:
        from tools.simulate.balance import np_ratio

        p, n = self.template.positive, self.template.negative
        return float(np_ratio(self.template)) * p.coating_thickness_um / n.coating_thickness_um


def electrode_space(system_key: str, requirements: Sequence[Requirement] = (), house: HouseProfile | None = None
                    ) -> ElectrodeSpace:
    """The electrode variables of a system, its cut-off voltages narrowed to what the document allows.

    Raises:
        BadInput: there is no such system, or the house profile leaves nothing of one of its ranges.
    """
    from knowledge.parameters.registry import UnknownSystem, system

    try:
        found = system(system_key)
    except UnknownSystem as error:
        raise BadInput(str(error)) from error
    v_min, v_max = voltage_window(requirements, found.v_min, found.v_max)
    ranges = {name: found.design_ranges[name] for name in ELECTRODE_VARIABLES}
    for name in ("positive_thickness_um", "positive_porosity", "negative_porosity"):
        low, high = getattr(found.validity, name)   # outside the box a figure is extrapolated, and no verdict says met
        ranges[name] = (max(low, ranges[name][0]), min(high, ranges[name][1]))
    house = house or default_profile()
    for name, (low, high) in house.electrodes.items():
        ranges[name] = (max(low, ranges[name][0]), min(high, ranges[name][1]))
        if ranges[name][0] > ranges[name][1]:
            raise BadInput(f"house profile {house.name!r}: electrodes.{name} {low:g} to {high:g} has nothing in common "
                           f"with what the set of {found.label} is valid for")
    variables = tuple(Variable(name, float(low), float(high)) for name, (low, high) in ranges.items())
    loadings = (house.largest_positive_loading_mg_cm2, house.largest_negative_loading_mg_cm2)
    template = found.reference.model_copy(update={"v_min": v_min, "v_max": v_max})
    return ElectrodeSpace(system_key, template, variables, loadings)


def voltage_window(requirements: Sequence[Requirement], v_min: float, v_max: float) -> tuple[float, float]:
    """The window [V] that both the parameter set and the document's cell-level voltage limits allow.

    A window of less than 0.3 V is no use: the set's own one is kept then, and the verdicts will say so.
    """
    low, high = v_min, v_max
    for r in requirements:
        if r.level != "cell" or r.priority == "should":
            continue
        values = [float(v) for v in (r.value if isinstance(r.value, list) else [r.value]) if isinstance(v, int | float)]
        if not values:
            continue
        if r.metric in {"max_voltage", "charge_voltage"} and r.comparator not in {">", ">="}:
            high = min(high, max(values) if r.comparator == "range" else values[0])
        elif r.metric == "min_voltage" and r.comparator not in {"<", "<="}:
            low = max(low, min(values) if r.comparator == "range" else values[0])
        elif r.metric == "voltage_window" and len(values) >= 2:
            low, high = max(low, min(values)), min(high, max(values))
    return (low, high) if high - low >= LEAST_WINDOW_V else (v_min, v_max)
