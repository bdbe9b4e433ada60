"""Requirements → the electrochemical systems and formats that can serve."""

from __future__ import annotations

from typing import Any

from agent.services import Services
from agent.stages.requirements import current_reading
from agent.state import RunState, house_given
from tools.retrieve.evidence import EvidenceResult
from tools.screen.systems import choose_systems


def run(state: RunState, services: Services) -> dict[str, Any]:
    """Choose by sourced cards; those ruled out keep their reason."""
    reading = current_reading(state, services)
    evidence = services.load(state["evidence"]["key"], EvidenceResult) if "evidence" in state else None
    reported = [r.model_dump(mode="json") for r in evidence.reported] if evidence else []
    answer = services.call(
        choose_systems,
        {"requirements": [r.model_dump(mode="json") for r in reading.requirements], "reported": reported,
         **house_given(state)},
    )
    systems = [c.key for c in answer.result.systems if c.serves]
    formats = [c.key for c in answer.result.formats if c.serves]
    return {
        "materials": {"key": answer.key, "systems": systems, "formats": formats},
        "ledger_keys": [answer.key],
        "summary": f"systems: {', '.join(systems) or 'none'}; formats: {', '.join(formats) or 'none'}",
    }
