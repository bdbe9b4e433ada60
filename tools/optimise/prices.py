"""What each must costs where no design keeps them all: the bound is relaxed a little, and the space searched again.

A price by differences: the nearest design is sought once under the bounds as they are and once with one must relaxed,
by the same search from the same starts; every number comes from simulated designs.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from knowledge.offer import RequirementPrice
from knowledge.requirement import Requirement
from tools.optimise.margins import softened
from tools.optimise.refine import refine, screen
from tools.optimise.rounds import SCREEN, STARTS, Proposal, Search, Territory, predicted_margins
from tools.verify.compare import allowed, bound_text, two_sided
from tools.verify.costs import NOTHING

if TYPE_CHECKING:
    from tools.optimise.trial import Tried

RELAXED = 0.05   # of the bound
EACH = 3         # designs simulated for each relaxed must
MOST = 10        # musts that are priced, those that bind first


def price_requirements(run: Search, number: int) -> tuple[RequirementPrice, ...]:
    """The prices of the musts that the nearest space can trade, the most rewarding first; none where a design serves.

    Args:
        number: of the round, for the record.
    """
    if not run.tried or any(t.verdict.meets for t in run.tried):
        return ()
    nearest = min(run.tried, key=lambda t: (t.verdict.violation, t.design.id))
    territory = next((t for t in run.territories if t.space.key == nearest.space), None)
    if territory is None or territory.model is None:
        return ()
    started, known = time.perf_counter(), {t.design for t in run.tried}
    columns = _binding(run, territory)
    chosen: list[Proposal] = []
    for place, k in enumerate([None, *columns]):
        run.progress("pricing requirements", place, len(columns) + 1)
        for p in _nearest(run, territory, k):
            if p.design not in known:
                known.add(p.design)
                chosen.append(p)
    if chosen:
        run.simulate(chosen, number)
    run.log.append(run.step(territory.space, "price: simulate", len(chosen), sum(
        t.verdict.meets for t in run.tried if t.round == number), started,
        f"{len(columns)} musts relaxed by {RELAXED:.0%} in turn"))
    if any(t.verdict.meets for t in run.tried):
        return ()
    prices = [_price(run, k) for k in columns]
    return tuple(sorted(prices, key=lambda p: (p.violation_after, p.requirement_id)))


def _binding(run: Search, territory: Territory) -> list[int]:
    """Musts that the space's designs can trade, those with the least margin in the nearest designs first."""
    mine = sorted((t for t in run.tried if t.space == territory.space.key), key=lambda t: t.verdict.violation)[:STARTS]
    margins = np.array([t.margins for t in mine])
    columns = [int(k) for k in np.intersect1d(territory.columns, run.musts) if np.isfinite(margins[:, k]).any()]
    return sorted(columns, key=lambda k: (float(np.nanmin(margins[:, k])), k))[:MOST]


def _need(run: Search, relaxed: int | None) -> np.ndarray:
    """Margin wanted (n_targets,): the bound itself, and less than that of the one that is relaxed."""
    need = np.zeros(len(run.targets))
    if relaxed is not None:
        need[relaxed] = -RELAXED
    return need


def _nearest(run: Search, territory: Territory, relaxed: int | None) -> list[Proposal]:
    """The designs predicted to miss least in sum under the bounds with one of them relaxed."""
    assert territory.model is not None
    need, columns = _need(run, relaxed), territory.columns
    musts = np.intersect1d(columns, run.musts)
    weight = np.where(np.isin(columns, run.musts), 1.0, 0.0)
    predicted, wanted = predicted_margins(territory.model), softened(need[columns])
    order = np.argsort(run.loss(territory.margins, need, musts), kind="stable")
    best = territory.x[order[: STARTS // 2]]
    sobol = territory.space.sobol(SCREEN, run.seed + 15485863)
    starts = np.concatenate([best, screen(predicted, sobol, wanted, weight, STARTS - len(best))])
    found = refine(predicted, starts, wanted, weight, sum_of_violations=True)
    here = run.proposals(territory, found.x)
    run.correct(territory, found.x, np.array([p.expected for p in here]))
    short = run.loss(np.array([p.expected for p in here]), need, musts)
    return [here[i] for i in np.argsort(short, kind="stable")[:EACH]]


def _price(run: Search, relaxed: int) -> RequirementPrice:
    before, after = (_least(run, k) for k in (None, relaxed))
    r = run.targets[relaxed].requirement
    x, y = _violation(run, before, None), _violation(run, after, relaxed)
    return RequirementPrice(requirement_id=r.id, relaxed_by=RELAXED, violation_before=x, violation_after=y,
                            design_id=after.design.id, text=_words(run, r, relaxed, before, after, x, y))


def _least(run: Search, relaxed: int | None) -> Tried:
    return min(run.tried, key=lambda t: (_violation(run, t, relaxed), t.design.id))


def _violation(run: Search, tried: Tried, relaxed: int | None) -> float:
    """Sum of relative violations with one bound relaxed; what is not steered (life) stays as it was judged."""
    here = _sum(run, tried, None)
    return max(tried.verdict.violation - here + _sum(run, tried, relaxed), 0.0)


def _sum(run: Search, tried: Tried, relaxed: int | None) -> float:
    short = (_need(run, relaxed) - tried.margins)[run.musts]
    return float(np.clip(np.nan_to_num(short), 0.0, 1.0).sum())


def _words(run: Search, r: Requirement, relaxed: int, before: Tried, after: Tried, x: float, y: float) -> str:
    name = f"{r.id} ({r.metric.replace('_', ' ')} {bound_text(r)})"
    step = f"relaxing {name} by {RELAXED:.0%}{_to(r)}"
    if y <= NOTHING:
        return f"{step} is enough"
    if x - y < NOTHING:
        return f"{step} buys nothing"
    text = f"{step} brings the least total shortfall from {x:.1%} to {y:.1%}"
    return text + _exchange(run, r, relaxed, before, after)


def _exchange(run: Search, r: Requirement, relaxed: int, before: Tried, after: Tried) -> str:
    """`; each 10 g buys 4.8 Wh/kg`, where both designs miss one and the same other must most."""
    worst = [int(run.musts[np.nanargmin(t.margins[run.musts])]) for t in (before, after)]
    if worst[0] != worst[1] or worst[0] == relaxed:
        return ""
    target = run.targets[worst[0]].requirement
    bounds, other = allowed(r), allowed(target)
    if bounds is None or other is None or two_sided(r) or two_sided(target):
        return ""
    own = abs(bounds.low if np.isfinite(bounds.low) else bounds.high)
    limit = abs(other.low if np.isfinite(other.low) else other.high)
    gained = (after.margins[worst[0]] - before.margins[worst[0]]) * limit
    if not own or gained <= 0:
        return ""
    rate = gained / (RELAXED * own)
    return (f"; each {_unit(r)} buys {rate:.3g} {target.unit or ''} of {target.id} "
            f"({target.metric.replace('_', ' ')})")


def _unit(r: Requirement) -> str:
    return f"1 {r.unit}" if r.unit else "unit"


def _to(r: Requirement) -> str:
    bounds = allowed(r)
    if bounds is None or two_sided(r):
        return ""
    own = bounds.low if np.isfinite(bounds.low) else bounds.high
    moved = own - RELAXED * abs(own) if np.isfinite(bounds.low) else own + RELAXED * abs(own)
    return f" to {moved:.4g} {r.unit or ''}".rstrip()
