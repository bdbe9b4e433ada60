"""Designs → relative margins of every requirement, measured by the same figures and rules as the final verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.requirement import Requirement
from tools.optimise.forward import Builder
from tools.simulate.evaluate import evaluate_all
from tools.simulate.point import Simulator
from tools.verify.compare import Allowed, allowed, room, two_sided
from tools.verify.judge import INFORMATION, judge
from tools.verify.rank import meets_all, violation

CANNOT = -1.0
WISH = 0.15           # weight of a wish beside a must
SOFT = 0.5            # margins are compressed as SOFT·tanh(m/SOFT): detail near the bound, no pull far from it


@dataclass(frozen=True)
class Target:
    """One requirement that a figure answers: which ask, and how much it weighs."""

    requirement: Requirement
    ask: int
    weight: float

    @property
    def id(self) -> str:
        """The requirement's id."""
        return self.requirement.id


@dataclass(frozen=True)
class Measured:
    """Figures and margins of some designs."""

    designs: tuple[CellDesign, ...]
    figures: tuple[tuple[Figure, ...], ...]
    margins: np.ndarray      # (n_designs, n_targets), NaN where not evaluated
    half_width: np.ndarray   # (n_designs, n_targets): half of the stated interval, as a fraction of the bound


def targets_of(requirements: Sequence[Requirement], asks: Sequence[Ask]) -> tuple[Target, ...]:
    """The numeric musts and wishes that the asks answer; prices and pure information steer nothing."""
    found = []
    for j, ask in enumerate(asks):
        for r in requirements:
            steers = r.id in ask.requirement_ids and r.priority != "info" and allowed(r) is not None
            if steers and r.metric != "price" and r.metric not in INFORMATION:
                found.append(Target(r, j, 1.0 if r.priority == "must" else WISH))
    return tuple(found)


def measure(
    designs: Sequence[CellDesign], asks: Sequence[Ask], targets: Sequence[Target], simulator: Simulator,
    builder: Builder, origin: str = "",
) -> Measured:
    """Evaluate designs with a simulator (a surrogate's or a real one) and take the margin of every target."""
    rows = evaluate_all(designs, asks, simulator, "search", origin=origin, builder=builder)
    margins = np.full((len(designs), len(targets)), np.nan)
    half = np.zeros_like(margins)
    bounds = [allowed(t.requirement) for t in targets]
    for i, row in enumerate(rows):
        for k, target in enumerate(targets):
            if row.build_up is None:
                margins[i, k] = CANNOT
                continue
            margins[i, k], half[i, k] = _margin(bounds[k], row.figures[target.ask])
    return Measured(tuple(designs), tuple(r.figures for r in rows), margins, half)


def _margin(bounds: Allowed | None, figure: Figure) -> tuple[float, float]:
    if figure.cannot or figure.value is None or figure.validity == "out of validity":
        return (CANNOT if figure.cannot else np.nan), 0.0
    inside = None if bounds is None else room(bounds, figure.value)
    if bounds is None or inside is None:
        return np.nan, 0.0
    scale = abs(bounds.low if math.isfinite(bounds.low) else bounds.high) or 1.0
    low, high = figure.low, figure.high
    return inside, (high - low) / 2 / scale if low is not None and high is not None else 0.0


def margin_of(requirement: Requirement, figure: Figure) -> float:
    """The relative margin of one figure; NaN where it was not evaluated."""
    return _margin(allowed(requirement), figure)[0]


def softened(margins: np.ndarray) -> np.ndarray:
    """Margins compressed for learning; 0 stays 0."""
    return np.asarray(SOFT * np.tanh(margins / SOFT))


def needs(targets: Sequence[Target], measured: Measured) -> np.ndarray:
    """Margin (n_targets,) at which a verdict is *met* and not *at risk*: half of the stated interval.

    Where both sides are bounded no more is asked than 60 % of the best margin seen.
    """
    half = np.array([np.median(h[np.isfinite(m)]) if np.isfinite(m).any() else 0.0
                     for h, m in zip(measured.half_width.T, measured.margins.T, strict=True)])
    best = np.array([np.nanmax(c) if np.isfinite(c).any() else 0.0 for c in measured.margins.T])
    both = np.array([two_sided(t.requirement) for t in targets], dtype=bool)
    return np.asarray(np.where(both, np.minimum(half, 0.6 * np.maximum(best, 0.0)), half))


def steerable(margins: np.ndarray) -> np.ndarray:
    """Targets (n_targets,) of bool whose margin differs between designs (n_designs, n_targets); the rest is given."""
    return np.array([bool(np.isfinite(c).any()) and float(np.ptp(np.nan_to_num(c, nan=CANNOT))) > 1e-6
                     for c in margins.T], dtype=bool)


@dataclass(frozen=True)
class Judged:
    """What the final rules say of one simulated design."""

    meets: bool
    violation: float


def judged(requirements: Sequence[Requirement], figures: Sequence[Figure]) -> Judged:
    """Whether a design keeps every evaluated must, and by how much it misses."""
    verdicts = judge(requirements, figures)
    return Judged(meets_all(verdicts), violation(verdicts))
