"""Material and manufacturing cost of one cell, with an interval: an estimate, never an offer price.

Material: mass (or separator area) × the card's dated price ÷ the material's yield. Manufacturing: the steps of a
published plant, scaled to the volume that `process_costs.yaml` states (`cost_steps.py`). A maker's own prices and rates
(`costs` of the house profile) override the cards and carry the profile's date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from knowledge.house import CostBasis
from knowledge.materials.cards import card
from knowledge.offer import BuildUp, CostItem, CostUnit
from knowledge.process_steps import STAGE_UNITS, Stage, plant
from tools.simulate.cost_steps import Making, Rates, StepCost, rates_of, step_costs

PROCESS = "process_costs"


@dataclass(frozen=True)
class Bill:
    """One line of the bill of materials."""

    component: str
    material: str
    mass_kg: float
    area_m2: float


@dataclass(frozen=True)
class Cost:
    """The sum with its interval [USD], the plant's volume and the lines."""

    usd: float
    low_usd: float
    high_usd: float
    volume_GWh: float
    items: tuple[CostItem, ...]


@dataclass(frozen=True)
class Price:
    """USD per kg or per m², with its interval and its source key."""

    usd: float
    low: float
    high: float
    per_area: bool
    source: str


def material_price(key: str, basis: CostBasis | None = None) -> Price:
    """A material's price in USD, the house's own or its card's; RMB converted at the stated rate."""
    if basis is None:
        return _public_price(key)
    own = basis.materials.get(key)
    if own is None:
        return _card_price(key, _bounds("rmb_per_usd", basis)[0])
    rate = 1.0 if own.unit.startswith("USD") else 1.0 / _bounds("rmb_per_usd", basis)[0]
    low, high = own.low if own.low is not None else own.value, own.high if own.high is not None else own.value
    return Price(own.value * rate, low * rate, high * rate, own.unit.endswith("/m2"), _own_words(basis))


@cache
def _public_price(key: str) -> Price:
    return _card_price(key, _bounds("rmb_per_usd", None)[0])


@cache
def _card_price(key: str, rmb_per_usd: float) -> Price:
    found = card(key).properties["price"]
    currency, _, per = found.unit.partition("/")
    rate = 1.0 if currency == "USD" else 1.0 / rmb_per_usd
    low = found.low if found.low is not None else found.value
    high = found.high if found.high is not None else found.value
    return Price(found.value * rate, low * rate, high * rate, per == "m2", found.source)


def _own_words(basis: CostBasis) -> str:
    return f"house profile, {basis.date}"


def _bounds(name: str, basis: CostBasis | None) -> tuple[float, float, float, str]:
    """Middle, low, high and source of a process rate."""
    own = basis.process.get(name) if basis is not None else None
    found = own or card(PROCESS).properties[name]
    source = _own_words(basis) if own is not None and basis is not None else card(PROCESS).properties[name].source
    return (found.value, found.low if found.low is not None else found.value,
            found.high if found.high is not None else found.value, source)


def cell_cost(bill: Sequence[Bill], made: Making) -> Cost:
    """Cost of one cell [USD] by the public cards; low and high take every price at its end at once: a wide interval."""
    lines = []
    for b in bill:
        per_area = material_price(b.material).per_area
        lines.append(_Line(b.component, b.material, b.area_m2 if per_area else b.mass_kg, "m2" if per_area else "kg"))
    return _cost(lines, made, None)


def priced(build_up: BuildUp, basis: CostBasis | None) -> BuildUp:
    """A build-up with its cost by a maker's own prices and rates; what the basis does not name stays public."""
    if basis is None or not build_up.cost_items:
        return build_up
    lines = [_Line(i.item, i.key, i.amount, i.unit) for i in build_up.cost_items if i.stage == "material"]
    handled = {i.unit: i.amount for i in build_up.cost_items if i.stage != "material"}
    made = Making(handled["kWh"], handled["m2 facing"], handled["kg positive"], handled["kg negative"])
    return build_up.model_copy(update=cost_fields(_cost(lines, made, basis)))


def cost_fields(cost: Cost) -> dict[str, object]:
    """The fields of a build-up that hold its cost."""
    return {"cost_items": cost.items, "cost_usd": cost.usd, "cost_low_usd": cost.low_usd,
            "cost_high_usd": cost.high_usd, "cost_volume_GWh": cost.volume_GWh}


class _Line(NamedTuple):
    item: str
    key: str
    amount: float
    unit: CostUnit


def _cost(lines: Sequence[_Line], made: Making, basis: CostBasis | None) -> Cost:
    scrap = _bounds("yield", basis)[0]
    items = []
    for line in lines:
        price, amount = material_price(line.key, basis), line.amount / scrap
        items.append(CostItem(
            item=line.item, cost_usd=amount * price.usd, low_usd=amount * price.low, high_usd=amount * price.high,
            source=price.source, key=line.key, amount=line.amount, unit=line.unit))
    rates = _public_rates() if basis is None else rates_of(lambda name: _bounds(name, basis)[0])
    items += _process_items(made, rates, basis)
    return Cost(sum(i.cost_usd for i in items), sum(i.low_usd for i in items), sum(i.high_usd for i in items),
                rates.annual_volume_GWh, tuple(items))


@lru_cache(maxsize=1)
def _public_rates() -> Rates:
    return rates_of(lambda name: _bounds(name, None)[0])


def _process_items(made: Making, rates: Rates, basis: CostBasis | None) -> list[CostItem]:
    """The steps; a maker's own cost of a stage is shared over its steps as the published plant shares it.

    Else the interval also spans whether a step goes by the count of cells, as published, or by their energy.
    """
    steps = step_costs(made, rates)
    amounts = {"kWh": made.energy_kWh, "m2 facing": made.facing_m2, "kg positive": made.positive_kg,
               "kg negative": made.negative_kg}
    own_plant = basis is not None and not basis.process.keys().isdisjoint({*Rates._fields, "process_factor"})
    public = plant().source + (f"; {_own_words(basis)}" if own_plant and basis is not None else "")
    own_stages = STAGE_UNITS.keys() & basis.process.keys() if basis is not None else frozenset()
    factors = {stage: _factors(stage, steps, made, basis, public) for stage in STAGE_UNITS}
    items = []
    for s in steps:
        middle, low, high, source = factors[s.stage]
        least, most = (s.usd, s.usd) if s.stage in own_stages else sorted((s.usd, s.usd_by_energy))
        items.append(CostItem(
            item=s.name, cost_usd=s.usd * middle, low_usd=least * low, high_usd=most * high, source=source, key=s.key,
            amount=amounts.get(s.driver, 1.0), unit=s.driver, stage=s.stage))
    return items


def _factors(stage: Stage, steps: Sequence[StepCost], made: Making, basis: CostBasis | None,
             public: str) -> tuple[float, float, float, str]:
    """Middle, low and high factor on a stage's steps, and their source."""
    if basis is None or stage not in basis.process:
        return (*_bounds("process_factor", basis)[:3], public)
    own = basis.process[stage]
    amount = {"USD/m2": made.facing_m2, "USD/cell": 1.0, "USD/kWh": made.energy_kWh}[own.unit]
    each = amount / sum(s.usd for s in steps if s.stage == stage)
    low, high = own.low if own.low is not None else own.value, own.high if own.high is not None else own.value
    return own.value * each, low * each, high * each, _own_words(basis)
