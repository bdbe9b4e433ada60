"""A pause in which the user may correct the requirements before anything is searched."""

from __future__ import annotations

from typing import Any

from agent.corrections import corrected
from agent.services import Services
from agent.stages.requirements import current_reading
from agent.state import RunState


def run(state: RunState, services: Services) -> dict[str, Any]:
    """Interrupt the graph; resume with `{"corrections": [...]}` (an empty list accepts the reading)."""
    from langgraph.types import interrupt

    answer = interrupt({"requirements_key": state["requirements"]["key"]})
    corrections = list((answer or {}).get("corrections", []))
    corrected(current_reading(state, services), corrections)
    return {
        "requirements": {**state["requirements"], "corrections": corrections},
        "summary": f"{len(corrections)} corrections",
    }
