"""How much thicker a pouch becomes as it charges: the volume its active materials gain, laid on the stack.

A coating is held sideways by its foil, so what its particles gain goes into its thickness, or into its pores:
Δ = 2 n (t_n Σ φᵢ gᵢ Δxᵢ + t_p φ_p g_p Δy), n double-sided positives, g the growth of a material from empty to full.
"""

from __future__ import annotations

from typing import NamedTuple

from knowledge.cell import CellDesign, Pouch
from knowledge.materials.cards import card
from knowledge.offer import BuildUp
from tools.simulate.balance import Balance, balance
from tools.simulate.formulation import phase_fractions
from tools.simulate.varied import card_value

GROWTH = "growth_pct"
# Of the sum of the materials' growth: pores may take half of it, stiffer coatings and films may add half (assumptions).
LEAST, MOST = 0.5, 1.5
NOTE = ("estimated from the published volume change of the active materials between 0 and 100 % SOC, in an unclamped "
        "cell: half of it may go into pores; neither gas nor ageing is in it")


class Breathing(NamedTuple):
    """Growth of the outer thickness from 0 to 100 % SOC in %, with what it may be; or why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = NOTE


def breathing(design: CellDesign, build: BuildUp) -> Breathing:
    """The reversible swelling of a pouch cell."""
    pair, shape = design.pair, design.format
    if not isinstance(shape, Pouch):
        return Breathing(None, note="the can or case holds the stack; how much it bulges is not computed")
    keys = [key for electrode in (pair.positive, pair.negative) for key, _ in electrode.actives]
    unknown = [key for key in keys if GROWTH not in card(key).properties]
    if unknown:
        return Breathing(None, note=f"no published volume change of {card(unknown[0]).name} was found")
    held = balance(pair)
    negative, positive = phase_fractions(pair.negative, "negative"), phase_fractions(pair.positive, "positive")
    filled = _filled(held)
    grown = pair.negative.coating_thickness_um * sum(
        fraction * card_value(key, GROWTH) / 100 * change
        for (key, _), fraction, change in zip(pair.negative.actives, negative, filled, strict=True))
    y0, y100 = held.positive_stoichiometry
    growth = card_value(pair.positive.active_material, GROWTH) / 100
    grown += pair.positive.coating_thickness_um * positive[0] * growth * (y100 - y0)
    value = 100 * 2 * build.layers * grown / (1000 * build.dimensions_mm["thickness"])
    return Breathing(value, LEAST * value, MOST * value)


def _filled(held: Balance) -> tuple[float, ...]:
    """Change of stoichiometry of each of the negative's materials over a charge."""
    if held.second_site_share == 0.0:
        empty, full = held.negative_stoichiometry
        return (full - empty,)
    return tuple(full - empty for empty, full in zip(held.phases(0.0), held.phases(1.0), strict=True))
