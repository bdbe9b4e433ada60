"""Material and manufacturing cost of one cell, with an interval: an estimate, never an offer price.

Material: mass (or separator area) × the card's dated price ÷ the material's yield. Manufacturing: coated area × coating
and stacking rates + one closing + energy × formation rate, for the plant size that the process card states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.materials.cards import Property, card
from knowledge.offer import CostItem

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


@cache
def material_price(key: str) -> Price:
    """A card's price in USD; RMB converted at the process card's stated rate."""
    found = card(key).properties["price"]
    currency, _, per = found.unit.partition("/")
    rate = 1.0 if currency == "USD" else 1.0 / _process("rmb_per_usd").value
    low = found.low if found.low is not None else found.value
    high = found.high if found.high is not None else found.value
    return Price(found.value * rate, low * rate, high * rate, per == "m2", found.source)


def _process(name: str) -> Property:
    return card(PROCESS).properties[name]


def _bounds(name: str) -> tuple[float, float, float]:
    p = _process(name)
    return p.value, p.low if p.low is not None else p.value, p.high if p.high is not None else p.value


def cell_cost(bill: Sequence[Bill], coated_m2: float, energy_Wh: float, format_: str) -> Cost:
    """Cost of one cell [USD]; low and high take every price at its end at once, so they span a wide interval."""
    scrap = _process("yield").value
    items, total, lowest, highest = [], 0.0, 0.0, 0.0
    for line in bill:
        price = material_price(line.material)
        amount = (line.area_m2 if price.per_area else line.mass_kg) / scrap
        items.append(CostItem(item=line.component, cost_usd=amount * price.usd, source=price.source))
        total, lowest, highest = total + amount * price.usd, lowest + amount * price.low, highest + amount * price.high
    for name, key, amount in (
        ("electrode manufacturing", "coating_usd_per_m2", coated_m2),
        ("winding or stacking", "assembly_usd_per_m2", coated_m2),
        ("assembly and closing", f"assembly_{format_}_usd", 1.0),
        ("formation and ageing", "formation_usd_per_kWh", energy_Wh / 1000),
    ):
        middle, low, high = _bounds(key)
        items.append(CostItem(item=name, cost_usd=amount * middle, source=_process(key).source))
        total, lowest, highest = total + amount * middle, lowest + amount * low, highest + amount * high
    return Cost(total, lowest, highest, tuple(items))
