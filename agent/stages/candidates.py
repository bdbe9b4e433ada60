"""Systems and formats → candidate designs that the search expects, and has simulated, to meet the ask."""

from __future__ import annotations

from typing import Any

from agent.services import Services, StageFailed
from agent.stages.requirements import current_reading
from agent.state import RunState, house_given
from knowledge.report import FailureRecord
from tools.failures import FailureClass
from tools.optimise.search import search_designs
from tools.verify.asks import asks_for
from tools.verify.pack_rows import pack_hint

# These say something about the ask, so the report is written all the same.
SEARCHED_IN_VAIN = {FailureClass.BAD_INPUT.value, FailureClass.INFEASIBLE.value}


def run(state: RunState, services: Services) -> dict[str, Any]:
    """Search every serving system and format; nothing is searched where none serves."""
    reading = current_reading(state, services)
    chosen = state["materials"]
    if not chosen["systems"] or not chosen["formats"]:
        return {"candidates": {"key": None}, "summary": "no system or format can serve; nothing was searched"}
    asks, _ = asks_for(reading.requirements)
    options = state["options"]
    answer = services.attempt(search_designs, {
        "requirements": [r.model_dump(mode="json") for r in reading.requirements],
        "asks": [a.model_dump(mode="json") for a in asks],
        "systems": chosen["systems"],
        "formats": chosen["formats"],
        "designs": options["designs"],
        "simulations": options["simulations"],
        "time_limit_s": options.get("time_limit_s"),
        **house_given(state),
    })
    if isinstance(answer, FailureRecord):
        if answer.failure_class not in SEARCHED_IN_VAIN:
            raise StageFailed(FailureClass(answer.failure_class), answer.message)
        hint = "" if asks else pack_hint(reading.requirements, chosen["systems"][0])
        why = "; ".join(words for words in (answer.message, hint) if words)
        return {
            "candidates": {"key": None, "why": why},
            "failures": [*state.get("failures", []), answer.model_dump(mode="json")],
            "summary": why,
        }
    result = answer.result
    return {
        "candidates": {"key": answer.key, "database_digest": result.database_digest},
        "ledger_keys": [answer.key],
        "summary": f"{len(result.candidates)} candidates out of {len(result.simulated)} simulated",
    }
