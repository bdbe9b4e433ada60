"""Requirements → evidence."""

from __future__ import annotations

from typing import Any

from agent.services import Services
from agent.stages.requirements import current_reading
from agent.state import RunState
from knowledge.parameters.registry import SYSTEMS
from tools.retrieve.evidence import find_evidence


def run(state: RunState, services: Services) -> dict[str, Any]:
    """Passages from the starter library and the user's own papers that bear on the musts and wishes."""
    from tools.retrieve.stores import store_digest

    reading = current_reading(state, services)
    asked = [r for r in reading.requirements if r.priority != "info"]
    answer = services.call(find_evidence, {
        "requirements": [r.model_dump(mode="json") for r in asked],
        "systems": list(SYSTEMS),
        "store_digest": store_digest(services.settings.home),
    })
    return {
        "evidence": {"key": answer.key},
        "ledger_keys": [answer.key],
        "summary": f"{len(answer.result.evidence)} passages; "
                   f"{len(answer.result.without_evidence)} musts without evidence",
    }
