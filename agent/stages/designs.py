"""Candidates → simulated designs, all on the finer meshes and aged; the best by PyBaMM too, drawn and rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.offers import evaluated_designs, ranked
from agent.services import Services
from agent.stages.front import front_request
from agent.stages.requirements import current_reading
from agent.state import RunState, house_of
from knowledge.offer import Offer
from knowledge.report import FailureRecord
from tools.optimise.front import find_front
from tools.optimise.search import SearchResult
from tools.simulate.age import age_designs
from tools.simulate.evaluate import DesignEvaluation, evaluate_designs
from tools.simulate.pack import build_packs
from tools.simulate.second_opinion import can_be_rebuilt
from tools.simulate.standard import standard_asks
from tools.tool import Tool
from tools.verify.asks import asks_for, is_ageing
from tools.verify.pack_rows import pack_needs
from tools.verify.production import estimate_yields

BEST = 5
REBUILT = 2
AGED_TWICE = 1  # a life by PyBaMM takes as long as all others together
SPARE = 4  # evaluated beyond the number asked: some fall behind on the finer mesh


def run(state: RunState, services: Services) -> dict[str, Any]:
    """Evaluate and age the candidates as the document asks; PyBaMM simulates the best five too and ages the first."""
    key = state["candidates"]["key"]
    if key is None:
        return {"designs": {"key": None}, "summary": "no candidates to simulate"}
    reading = current_reading(state, services)
    found = services.load(key, SearchResult)
    asks, _ = asks_for(reading.requirements)
    designs = [c.design.model_dump(mode="json") for c in found.candidates][: state["options"]["designs"] + SPARE]
    if not designs:
        return {"designs": {"key": None}, "summary": "the search found nothing that can be built"}
    plain = [a.model_dump(mode="json") for a in asks if not is_ageing(a)]
    house = house_of(state)
    costs = {"costs": house.costs.model_dump(mode="json")} if house and house.costs else {}
    request = {"designs": designs, "asks": plain, "mesh": "verify", "referee": False, **costs}
    evaluated = services.call(evaluate_designs, request) if plain else None
    keys: dict[str, str | None] = {"key": evaluated.key if evaluated else None}
    failures = list(state.get("failures", []))

    def attempt(name: str, tool: Tool[Any, Any], asked: dict[str, Any]) -> None:
        answer = services.attempt(tool, asked)
        if isinstance(answer, FailureRecord):
            failures.append(answer.model_dump(mode="json"))
        else:
            keys[name] = answer.key

    offers = _ranking(state, services, keys)
    if offers:
        attempt("yields", estimate_yields, {
            "designs": [{"design": o.design.model_dump(mode="json"),
                         "figures": [f.model_dump(mode="json") for f in o.figures]} for o in offers],
            "requirements": [r.model_dump(mode="json") for r in reading.requirements],
            "scatter": house.spreads if house else {}})
    needs = pack_needs(reading.requirements)
    if needs and offers:
        attempt("packs", build_packs, {"designs": [o.design.model_dump(mode="json") for o in offers],
                                       "needs": needs.model_dump(mode="json")})
    best = [o.design.model_dump(mode="json") for o in looked_at(_ranking(state, services, keys))]
    if evaluated:
        attempt("refereed", evaluate_designs, {**request, "designs": best, "referee": True})
    attempt("sheet", evaluate_designs, {"designs": best, "asks": [], "curves": True})
    again = [a for a in asks if can_be_rebuilt(a)] or [a for a in standard_asks() if can_be_rebuilt(a)]
    attempt("rebuilt", evaluate_designs, {
        "designs": best[:REBUILT], "asks": [a.model_dump(mode="json") for a in again], "mesh": "rebuild"})
    lives = [a.model_dump(mode="json") for a in asks if is_ageing(a)]
    if lives and offers:
        attempt("ageing", age_designs, {"designs": [o.design.model_dump(mode="json") for o in offers], "asks": lives,
                                        "referee": False})
        attempt("aged_twice", age_designs, {"designs": best[:AGED_TWICE], "asks": lives})
    if state["options"].get("front", True) and offers:
        attempt("front", find_front, front_request(state, reading, found))
    return {
        "designs": keys,
        "failures": failures,
        "ledger_keys": [k for k in keys.values() if k],
        "summary": _summary(evaluated_designs({**state, "designs": keys}, services), "ageing" in keys),
    }


def _summary(rows: Sequence[DesignEvaluation], aged: bool) -> str:
    checks = [[f.check for f in e.figures if f.check is not None] for e in rows]
    flagged = sum(any(c.flagged for c in own) for own in checks)
    return (f"{sum(e.build_up is not None for e in rows)} designs DFN-simulated on the finer mesh"
            f"{' and aged' if aged else ''}, the best {sum(bool(own) for own in checks)} by a second solver too"
            + (f"; the two solvers differ in {flagged} by more than their errors explain" if flagged else ""))


def looked_at(offers: Sequence[Offer]) -> list[Offer]:
    """The best five, and the first of every system that is not among them: its fellows' life is estimated from it."""
    best = list(offers[:BEST])
    for offer in offers[BEST:]:
        if offer.design.pair.system not in {o.design.pair.system for o in best}:
            best.append(offer)
    return best


def _ranking(state: RunState, services: Services, keys: dict[str, str | None]) -> tuple[Offer, ...]:
    return ranked({**state, "designs": keys}, services)
