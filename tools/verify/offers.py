"""Evaluated designs → ranked offers with verdicts, reasons and distances; and whether the ask can be met at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from knowledge.ask import Unanswerable
from knowledge.cell import CellDesign
from knowledge.figure import Figure, Verdict
from knowledge.offer import BuildUp, Distance, Feasibility, Offer, ProductionYield, RequirementPrice, SearchStep
from knowledge.pack import PackBuilt
from knowledge.requirement import Finding, Requirement
from tools.verify.ageing_estimate import estimates
from tools.verify.asks import asks_for, is_ageing
from tools.verify.costs import limiting, requirement_costs, smallest_relaxations
from tools.verify.judge import judge
from tools.verify.pack_rows import with_pack
from tools.verify.rank import (
    cost_per_kWh,
    meets_all,
    missed_words,
    reason_sentence,
    score_parts,
    violation,
    weights_with,
)
from tools.verify.title import title_of

if TYPE_CHECKING:
    from tools.generate.space import DesignSpace


class Evaluated(NamedTuple):
    """A design that has been built up and simulated."""

    design: CellDesign
    build_up: BuildUp
    figures: tuple[Figure, ...]
    production_yield: ProductionYield | None = None
    pack: PackBuilt | str | None = None


def make_offers(
    evaluated: Sequence[Evaluated], requirements: Sequence[Requirement], unanswerable: Sequence[Unanswerable] = (),
    spaces: Sequence[DesignSpace] = (), weights: Mapping[str, float] | None = None,
) -> tuple[Offer, ...]:
    """Judge, score and rank. Offers that keep every evaluated must come first, then those that miss least.

    Designs without an ageing run get an estimate from the runs of the others of their system.

    Args:
        spaces: the design spaces that were searched, for the distances; where a design's own is not among them,
            its electrode variables over fixed ranges are used.
        weights: of the parts of the score, on top of the defaults.

    Raises:
        tools.failures.BadInput: an unknown or negative weight.
    """
    scale = weights_with(weights)
    evaluated = _with_estimates(evaluated, requirements)
    judged = [with_pack(judge(requirements, e.figures, unanswerable), e.pack) for e in evaluated]
    costs = [cost_per_kWh(e.build_up, e.figures) for e in evaluated]
    cheapest = min((c for c in costs if c is not None), default=None)
    rows = []
    for e, verdicts, cost in zip(evaluated, judged, costs, strict=True):
        parts = score_parts(verdicts, cost, cheapest, e.production_yield)
        score = sum(scale[name] * value for name, value in parts.items())
        missed = violation(verdicts)
        rows.append((not meets_all(verdicts), missed if missed > 0 else 0.0, -score, e, verdicts, parts))
    rows.sort(key=lambda row: (row[0], round(row[1], 9) if row[0] else 0.0, row[2], row[3].design.id))
    distances = _distances([row[3] for row in rows], spaces)
    return tuple(
        Offer(
            rank=rank, id=e.design.id, title=title_of(e.design), design=e.design, build_up=e.build_up,
            figures=e.figures, verdicts=verdicts, meets_all_musts=not misses, violation=missed, score=-negative,
            score_parts=parts, reason=reason_sentence(verdicts, parts), distance=distances.get(e.design.id),
            production_yield=e.production_yield,
        )
        for rank, (misses, missed, negative, e, verdicts, parts) in enumerate(rows, 1)
    )


def re_ranked(offers: Sequence[Offer], requirements: Sequence[Requirement], unanswerable: Sequence[Unanswerable] = (),
              weights: Mapping[str, float] | None = None) -> tuple[Offer, ...]:
    """The same designs judged and ranked anew, under other requirements or weights, without any simulation."""
    before = {o.id: o for o in offers}
    evaluated = [Evaluated(o.design, o.build_up, o.figures, o.production_yield) for o in offers]
    fresh = make_offers(evaluated, requirements, unanswerable, weights=weights)
    return tuple(
        o.model_copy(update={"distance": before[o.id].distance, "curves": before[o.id].curves}) for o in fresh
    )


def _with_estimates(evaluated: Sequence[Evaluated], requirements: Sequence[Requirement]) -> list[Evaluated]:
    asks = [a for a in asks_for(requirements)[0] if is_ageing(a)]
    guesses = estimates(asks, [e.design for e in evaluated], [e.figures for e in evaluated])
    return [e._replace(figures=(*e.figures, *g)) for e, g in zip(evaluated, guesses, strict=True)]


def _distances(evaluated: Sequence[Evaluated], spaces: Sequence[DesignSpace]) -> dict[str, Distance]:
    from tools.optimise.diversity import distance
    from tools.verify.place import place_of

    here = [place_of(e.design, e.build_up.layers, spaces) for e in evaluated]
    return {place.id: distance(place, here) for place in here}


def feasibility(
    offers: Sequence[Offer], requirements: Sequence[Requirement], bounds: Sequence[Finding] = (),
    search: Sequence[SearchStep] = (), simulated: Mapping[str, Sequence[Verdict]] | Sequence[Sequence[Verdict]] = (),
    prices: Sequence[RequirementPrice] = (),
) -> Feasibility:
    """Whether any design keeps every must, with the proof: a simulated design, a physical bound, or the search's log.

    Args:
        bounds: findings of `tools.verify.bounds`, each a proof that the ask cannot be met.
        simulated: design id → verdicts, of every design simulated in the search; an offer's own verdicts win.
            Without ids (a plain sequence) a design that is offered too counts twice.
    """
    searched = simulated if isinstance(simulated, Mapping) else {str(i): row for i, row in enumerate(simulated)}
    rows = {**searched, **{o.id: o.verdicts for o in offers}}
    table = list(rows.values())
    keeping = [o for o in offers if o.meets_all_musts]
    if keeping:
        return Feasibility(
            feasible=True, proof="simulated design",
            text=f"{len(keeping)} of {len(offers)} offered designs keep every must that is evaluated, "
                 f"{keeping[0].title} first",
        )
    if bounds:
        return Feasibility(feasible=False, proof="physical bound", text=" ".join(b.text for b in bounds),
                           limiting=limiting(table), costs=requirement_costs(table),
                           relaxations=smallest_relaxations(rows), prices=tuple(prices))
    if not any(v.verdict != "not evaluated" for row in table for v in row if v.requirement.priority == "must"):
        musts = sum(r.priority == "must" for r in requirements)
        return Feasibility(feasible=bool(offers), proof="no evaluable must",
                           text=f"none of the {musts} musts can be evaluated by the models here")
    tight = limiting(table)
    tried = sum(s.count for s in search) or len(table)
    ids = ", ".join(e.requirement_id for e in tight) or "the musts together"
    return Feasibility(
        feasible=False, proof="exhausted search", limiting=tight, costs=requirement_costs(table),
        relaxations=smallest_relaxations(rows), prices=tuple(prices),
        text=f"none of the designs that were searched ({tried} in {max(len(search), 1)} logged steps) and none of the "
             f"{len(table)} simulated ones keeps every must; limiting: {ids}{_nearest(offers)}",
    )


def _nearest(offers: Sequence[Offer]) -> str:
    if not offers:
        return ""
    return f". The nearest offer {missed_words(offers[0].verdicts, most=4)}"
