"""The nearest designs sharpened by the DFN's own slopes, where the models' refinement has met nothing.

A model that is right to a few per cent cannot say which of two designs near a bound keeps it. Here every margin is
differentiated through the simulator and the build-up (central differences, all designs in one batch), and a linear
programme takes the step that leaves the least sum of violations inside a trust region. What it proposes is simulated.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tools.optimise.margins import CANNOT, measure

if TYPE_CHECKING:
    from tools.optimise.rounds import Search
    from tools.optimise.trial import Tried

NEAR = 4             # designs that are sharpened, the nearest of each space first
BEHIND = 0.1         # a design that misses by so much more than the nearest is left
STEPS = 3
DIFFERENCE = 0.02    # of a variable's range, each way: layers are whole, and the solver's steps add some 0.05 %
REGION = 0.12        # of a variable's range that one step may go; halved where a step gains nothing
SHARES = (1.0, 0.5)  # of the region: both steps are simulated
ROOM = 0.003         # margin that the linear programme asks for


def polish(run: Search, number: int) -> int:
    """Sharpen the nearest designs of a search in which none keeps every must; returns how many were simulated.

    Args:
        number: of the round, for the record.
    """
    held = _nearest(run)
    started, begun, regions = time.perf_counter(), len(run.tried), [REGION] * len(held)
    before = min((_missed(run, t.margins) for t in held), default=0.0)
    for step in range(STEPS):
        if not held or any(t.verdict.meets for t in run.tried):
            break
        run.progress("sharpening the nearest designs", step, STEPS)
        known = len(run.tried)
        _simulate(run, held, slopes(run, held), regions, number)
        for i, old in enumerate(held):
            mine = [t for t in run.tried[known:] if t.space == old.space]
            best = min(mine, key=lambda t: (_missed(run, t.margins), t.design.id), default=old)
            if _missed(run, best.margins) < _missed(run, old.margins):
                held[i] = best
            else:
                regions[i] /= 2
    made = run.tried[begun:]
    if made:
        after = min(_missed(run, t.margins) for t in made)
        space = next(t.space for t in run.territories if t.space.key == made[0].space)
        run.log.append(run.step(
            space, f"round {number}: sharpen", len(made), sum(t.verdict.meets for t in made), started,
            f"steps by the DFN's own slopes from the nearest {len(held)} designs; least sum of relative violations "
            f"{before:.3g} before, {after:.3g} after"))
    return len(made)


def slopes(run: Search, designs: Sequence[Tried]) -> list[np.ndarray]:
    """d margin / d variable of each design, (n_targets, n_variables), in units of the variables' ranges.

    0 where a margin is not answered on both sides.
    """
    spaces = {t.space.key: t.space for t in run.territories}
    moved, widths, ends = [], [], [0]
    for t in designs:
        for i in range(len(t.vector)):
            for sign in (-1.0, 1.0):
                x = t.vector.copy()
                x[i] = np.clip(x[i] + sign * DIFFERENCE, 0.0, 1.0)
                widths.append(x[i])
                moved.append(spaces[t.space].design(x))
        ends.append(len(moved))
    found = measure(moved, run.asks, run.targets, run.simulator.inner, run.builder).margins
    run.simulator.count += len(moved)
    at = np.array(widths)
    rows = []
    for begin, end in zip(ends[:-1], ends[1:], strict=True):
        low, high = found[begin:end:2], found[begin + 1:end:2]
        width = (at[begin + 1:end:2] - at[begin:end:2])[:, None]
        usable = np.isfinite(low) & np.isfinite(high) & (low > CANNOT) & (high > CANNOT)
        rows.append(np.where(usable, (high - low) / width, 0.0).T)
    return rows


def best_step(margins: np.ndarray, slope: np.ndarray, x: np.ndarray, region: float, room: float = ROOM) -> np.ndarray:
    """The step (n_variables,) inside a region and the unit box that leaves the least sum of linear violations.

    Args:
        margins: (n_targets,) at x.
        slope: (n_targets, n_variables).
    """
    from scipy.optimize import linprog

    n, k = len(x), len(margins)
    cost = np.concatenate([np.zeros(n), np.ones(k)])
    left = np.hstack([-slope, -np.eye(k)])
    sides = [*zip(np.maximum(-region, -x), np.minimum(region, 1 - x), strict=True), *[(0.0, None)] * k]
    found = linprog(cost, left, margins - room, bounds=sides, method="highs")
    return np.asarray(found.x[:n]) if found.status == 0 else np.zeros(n)


def _nearest(run: Search) -> list[Tried]:
    """The design that misses least in each space, then the next ones, as far as they are about as near."""
    order = sorted(run.tried, key=lambda t: (_missed(run, t.margins), t.design.id))
    order = [t for t in order if _missed(run, t.margins) <= _missed(run, order[0].margins) + BEHIND]
    firsts = [next(t for t in order if t.space == key) for key in dict.fromkeys(t.space for t in order)]
    rest = [t for t in order if all(t is not f for f in firsts)]
    return [*firsts, *rest][:NEAR]


def _missed(run: Search, margins: np.ndarray) -> float:
    """Sum of the relative violations of the musts that steer; one that is not answered counts as missed in full."""
    return float(np.clip(-np.nan_to_num(margins[run.musts], nan=CANNOT), 0.0, 1.0).sum())


def _simulate(run: Search, held: Sequence[Tried], slope: Sequence[np.ndarray], regions: Sequence[float], number: int
              ) -> None:
    territories = {t.space.key: t for t in run.territories}
    known = {t.design for t in run.tried}
    for key in dict.fromkeys(t.space for t in held):
        x = []
        for t, g, region in zip(held, slope, regions, strict=True):
            columns = [k for k in run.musts if np.isfinite(t.margins[k])]
            if t.space == key and columns:
                x += [t.vector + best_step(t.margins[columns], g[columns], t.vector, share * region)
                      for share in SHARES]
        proposals = [p for p in run.proposals(territories[key], np.clip(np.array(x), 0.0, 1.0))
                     if p.design not in known]
        if proposals:
            run.simulate(proposals, number)
