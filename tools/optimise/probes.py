"""What a round of the front simulates because its predictions may be wrong, beside what they say is best.

Rounds that only go where the predictions are best learn nothing of where they are too low: the front then ends beside
better designs that differ in one variable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tools.optimise.hypervolume import non_dominated, pick_by_gain

if TYPE_CHECKING:
    from tools.optimise.front_rounds import FrontSearch, Tested

TURNED = 64   # designs of the front of which one variable is drawn anew
PROBES = 2    # of these, those that would add most volume; and simulated in a space that has no simulated design
HOPE = 2.0    # standard deviations by which the predictions may be too low
SHARE = 4     # of what a round simulates, one in so many is a probe at most


def probes(run: FrontSearch, number: int, ideal: np.ndarray, reference: np.ndarray, count: int
           ) -> list[tuple[int, np.ndarray]]:
    """Points (ground, vector) for a round that simulates `count`.

    From the second round on a space without a simulated design is probed where its predictions miss least.

    Args:
        ideal: best value of each objective (m,) that is known or predicted.
        reference: point (m,) below which hypervolume counts.
    """
    seen = {t.ground for t in run.tested}
    unseen = [g for g in range(len(run.grounds)) if g not in seen] if number > 1 else []
    found = []
    for g in unseen:
        nearest = np.argsort(run.short(run.grounds[g].seen.margins))[:PROBES]
        found += [(g, run.grounds[g].x[i]) for i in nearest]
    points, values = _hoped_for(run, _turned(run, number))
    if points:
        low = np.minimum(ideal, values.min(0))
        found += [points[i] for i in pick_by_gain(values, run.front_values(), low, reference, PROBES)]
    return found[: count // SHARE]


def _turned(run: FrontSearch, number: int) -> dict[int, np.ndarray]:
    """Designs of the front (n, d) by their ground, one variable of each drawn anew."""
    draw = np.random.default_rng([run.seed, number, len(run.grounds)])
    front = _front(run.tested, len(run.wanted))
    chosen = [front[i] for i in draw.integers(len(front), size=TURNED)] if front else []
    found = {}
    for g in sorted({t.ground for t in chosen}):
        x = np.array([t.vector for t in chosen if t.ground == g])
        x[np.arange(len(x)), draw.integers(x.shape[1], size=len(x))] = draw.random(len(x))
        found[g] = x
    return found


def _front(tested: Sequence[Tested], objectives: int) -> list[Tested]:
    able = [t for t in tested if t.able]
    keep = non_dominated(np.array([t.values for t in able]).reshape(len(able), objectives))
    return [t for t, k in zip(able, keep, strict=True) if k]


def _hoped_for(run: FrontSearch, turned: dict[int, np.ndarray]) -> tuple[list[tuple[int, np.ndarray]], np.ndarray]:
    """The points that may keep the musts, and the best objectives (n, m) that they may have."""
    points: list[tuple[int, np.ndarray]] = []
    values = []
    for g, x in turned.items():
        designs = [run.grounds[g].space.design(u) for u in x]
        low, high = (run.evaluated(designs, replace(run.predictor, sigmas=s)) for s in (-HOPE, HOPE))
        hoped = np.fmin(low.values, high.values)
        good = (run.short(np.fmax(low.margins, high.margins)) <= 0) & np.isfinite(hoped).all(1)
        points += [(g, u) for u in x[good]]
        values.append(hoped[good])
    return points, np.concatenate(values) if values else np.empty((0, len(run.wanted)))
