"""Ageing runs are for the best few; the other designs of the same system get an estimate from those runs."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from tools.simulate.point import LEFT_WORDS
from tools.verify.judge import figure_key
from tools.verify.place import RANGES, variables

EXTRA = 0.3   # half-width added to the spread of the runs, as a fraction of the value: an assumption
NEAR = 0.02   # squared distance that softens the weights


def estimate(ask: Ask, design: CellDesign, aged: Sequence[tuple[CellDesign, Figure]]) -> Figure | None:
    """Mean of the runs of the same system, weighted by 1 / (d² + 0.02) in the electrode variables over their ranges.

    None where no design of the system was aged with a value for this ask.
    """
    near = [(d, f) for d, f in aged if d.pair.system == design.pair.system and f.value is not None and not f.cannot]
    if not near:
        return None
    weights = [1 / (_squared(design, d) + NEAR) for d, _ in near]
    values = [float(f.value or 0.0) for _, f in near]
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    half = EXTRA * abs(mean)
    closest = near[weights.index(max(weights))][1]
    return Figure(
        metric=ask.metric, value=mean, unit=ask.unit, method="surrogate", origin=closest.origin,
        conditions=ask.conditions, low=min(*values, mean) - half, high=max(*values, mean) + half,
        validity=closest.validity,
        note=f"estimated from the ageing runs of {len(near)} designs of the same system",
    )


def without_left(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Without those that no solver has answered although one could: an estimate takes their place."""
    return tuple(f for f in figures if f.value is not None or LEFT_WORDS not in (f.note or ""))


def estimates(asks: Sequence[Ask], designs: Sequence[CellDesign], figures: Sequence[Sequence[Figure]]
              ) -> list[tuple[Figure, ...]]:
    """For each design the estimates of the ageing asks that it has no figure for."""
    known = [{figure_key(f.metric, f.conditions): f for f in row} for row in figures]
    found: list[tuple[Figure, ...]] = []
    for design, own in zip(designs, known, strict=True):
        row = []
        for ask in asks:
            key = figure_key(ask.metric, ask.conditions)
            if key in own:
                continue
            aged = [(d, k[key]) for d, k in zip(designs, known, strict=True) if key in k]
            guess = estimate(ask, design, aged)
            if guess is not None:
                row.append(guess)
        found.append(tuple(row))
    return found


def _squared(one: CellDesign, other: CellDesign) -> float:
    a, b = variables(one), variables(other)
    return sum(((a[n] - b[n]) / (high - low)) ** 2 for n, (low, high) in RANGES.items())
