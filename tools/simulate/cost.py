"""Material and manufacturing cost of one cell, with an interval: an estimate, never an offer price.

Material: mass (or separator area) × the card's dated price ÷ the material's yield. Manufacturing: coated area × coating
and stacking rates + one closing + energy × formation rate, for the plant size that the process card states. A maker's
own prices and rates (`costs` of the house profile) override the cards and carry the profile's date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from knowledge.house import CostBasis
from knowledge.materials.cards import card
from knowledge.offer import BuildUp, CostItem, CostUnit

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
    """The sum with its interval [USD] and its lines."""

    usd: float
    low_usd: float
    high_usd: float
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
    own = basis.materials.get(key) if basis is not None else None
    if own is None:
        return _card_price(key, _bounds("rmb_per_usd", basis)[0])
    assert basis is not None
    rate = 1.0 if own.unit.startswith("USD") else 1.0 / _bounds("rmb_per_usd", basis)[0]
    low, high = own.low if own.low is not None else own.value, own.high if own.high is not None else own.value
    return Price(own.value * rate, low * rate, high * rate, own.unit.endswith("/m2"), _own_words(basis))


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


def cell_cost(bill: Sequence[Bill], coated_m2: float, energy_Wh: float, format_: str) -> Cost:
    """Cost of one cell [USD] by the public cards; low and high take every price at its end at once: a wide interval."""
    lines = []
    for b in bill:
        per_area = material_price(b.material).per_area
        lines.append(_Line(b.component, b.material, b.area_m2 if per_area else b.mass_kg, "m2" if per_area else "kg"))
    lines += [
        _Line("electrode manufacturing", "coating_usd_per_m2", coated_m2, "m2 coated"),
        _Line("winding or stacking", "assembly_usd_per_m2", coated_m2, "m2 coated"),
        _Line("assembly and closing", f"assembly_{format_}_usd", 1.0, "cell"),
        _Line("formation and ageing", "formation_usd_per_kWh", energy_Wh / 1000, "kWh"),
    ]
    return _cost(lines, None)


def priced(build_up: BuildUp, basis: CostBasis | None) -> BuildUp:
    """A build-up with its cost by a maker's own prices and rates; what the basis does not name stays public."""
    if basis is None or not build_up.cost_items:
        return build_up
    cost = _cost([_Line(i.item, i.key, i.amount, i.unit) for i in build_up.cost_items], basis)
    return build_up.model_copy(update={"cost_items": cost.items, "cost_usd": cost.usd, "cost_low_usd": cost.low_usd,
                                       "cost_high_usd": cost.high_usd})


class _Line(NamedTuple):
    item: str
    key: str
    amount: float
    unit: CostUnit


def _cost(lines: Sequence[_Line], basis: CostBasis | None) -> Cost:
    scrap = _bounds("yield", basis)[0]
    items, total, lowest, highest = [], 0.0, 0.0, 0.0
    for line in lines:
        if line.unit in {"kg", "m2"}:
            price, amount = material_price(line.key, basis), line.amount / scrap
            middle, low, high, source = price.usd, price.low, price.high, price.source
        else:
            (middle, low, high, source), amount = _bounds(line.key, basis), line.amount
        items.append(CostItem(item=line.item, cost_usd=amount * middle, source=source, key=line.key,
                              amount=line.amount, unit=line.unit))
        total, lowest, highest = total + amount * middle, lowest + amount * low, highest + amount * high
    return Cost(total, lowest, highest, tuple(items))
