"""From what the ledger holds of a run to its ranked offers: joins figures of the several tool runs a design has."""

from __future__ import annotations

from agent.services import Services
from agent.stages.requirements import current_reading
from agent.state import RunState, house_of
from knowledge.figure import Figure
from knowledge.offer import Offer, ProductionYield
from knowledge.pack import PackBuilt
from tools.generate.space import spaces_for
from tools.simulate.age import DesignsAged
from tools.simulate.cross_check import lives_compared
from tools.simulate.evaluate import Curves, DesignEvaluation, DesignsEvaluated
from tools.simulate.pack import PacksBuilt
from tools.simulate.second_opinion import with_second_opinions
from tools.verify.ageing_estimate import without_left
from tools.verify.asks import asks_for
from tools.verify.offers import Evaluated, make_offers
from tools.verify.production import YieldsEstimated


def ranked(state: RunState, services: Services) -> tuple[Offer, ...]:
    """Every evaluated design as an offer, best first; figures of ageing runs win over their estimates."""
    key = state["designs"].get("key")
    if key is None:
        return ()
    reading = current_reading(state, services)
    _, unanswerable = asks_for(reading.requirements)
    evaluations = evaluated_designs(state, services)
    aged = _aged_figures(state, services)
    rebuilt, yields, packs = _rebuilt_figures(state, services), _yields(state, services), _packs(state, services)
    evaluated = [
        Evaluated(e.design, e.build_up, (
            *with_second_opinions(e.figures, rebuilt.get(e.design.id, ())), *aged.get(e.design.id, ())),
            yields.get(e.design.id), packs.get(e.design.id))
        for e in evaluations if e.build_up is not None
    ]
    materials = state["materials"]
    spaces = spaces_for(reading.requirements, materials["systems"], materials["formats"], house_of(state))
    return make_offers(evaluated, reading.requirements, unanswerable, spaces, state["options"].get("weights"))


def evaluated_designs(state: RunState, services: Services) -> tuple[DesignEvaluation, ...]:
    """The evaluations of a run; where PyBaMM has simulated a design too, the one that compares both solvers."""
    keys = state["designs"]
    if keys.get("key") is None:
        return ()
    rows = services.load(keys["key"], DesignsEvaluated).evaluations
    again = keys.get("refereed")
    refereed = {e.design.id: e for e in services.load(again, DesignsEvaluated).evaluations} if again else {}
    return tuple(refereed.get(e.design.id, e) for e in rows)


def _yields(state: RunState, services: Services) -> dict[str, ProductionYield | None]:
    key = state["designs"].get("yields")
    if key is None:
        return {}
    return {row.design_id: row.production_yield for row in services.load(key, YieldsEstimated).rows}


def _packs(state: RunState, services: Services) -> dict[str, PackBuilt | str]:
    key = state["designs"].get("packs")
    if key is None:
        return {}
    return {row.design_id: row.pack or row.why for row in services.load(key, PacksBuilt).rows}


def _aged_figures(state: RunState, services: Services) -> dict[str, tuple[Figure, ...]]:
    aged, twice = (_aged_rows(state["designs"].get(name), services) for name in ("ageing", "aged_twice"))
    for design, figures in twice.items():
        if design in aged:
            aged[design] = tuple(lives_compared(a, b) for a, b in zip(aged[design], figures, strict=True))
    return {design: without_left(figures) for design, figures in aged.items()}


def _aged_rows(key: str | None, services: Services) -> dict[str, tuple[Figure, ...]]:
    return {row.design_id: row.figures for row in services.load(key, DesignsAged).rows} if key else {}


def _rebuilt_figures(state: RunState, services: Services) -> dict[str, tuple[Figure, ...]]:
    key = state["designs"].get("rebuilt")
    if key is None:
        return {}
    return {e.design.id: e.figures for e in services.load(key, DesignsEvaluated).evaluations}


def sheets(state: RunState, services: Services) -> dict[str, tuple[tuple[Figure, ...], Curves]]:
    """The data-sheet figures and curves of the best designs, by design id."""
    key = state["designs"].get("sheet")
    if key is None:
        return {}
    return {e.design.id: (e.figures, e.curves) for e in services.load(key, DesignsEvaluated).evaluations}
