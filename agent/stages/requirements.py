"""RFx document → requirements."""

from __future__ import annotations

from typing import Any

from agent.services import NoRequirement, Services
from agent.state import RunState
from knowledge.requirement import Reading
from tools.extract.requirements import read_requirements
from tools.failures import FailureClass


def run(state: RunState, services: Services) -> dict[str, Any]:
    """Read the document once; its content hash is part of the ledger key."""
    answer = services.call(
        read_requirements, {"path": state["document_path"], "sha256": state["document_sha256"]}
    )
    reading = answer.result
    if not reading.requirements:
        raise NoRequirement(
            FailureClass.BAD_INPUT,
            f"{reading.document.name} was read and no requirement was found in it; "
            "check that it is the RFx and not a cover letter or a drawing",
        )
    musts = sum(r.priority == "must" for r in reading.requirements)
    return {
        "requirements": {"key": answer.key},
        "ledger_keys": [answer.key],
        "summary": f"{len(reading.requirements)} requirements ({musts} musts), {len(reading.findings)} findings, "
                   f"{len(reading.residual)} numbers left over",
    }


def current_reading(state: RunState, services: Services) -> Reading:
    """The reading as it stands: the document's, with the user's corrections on top."""
    from agent.corrections import corrected

    field = state["requirements"]
    reading = services.load(field["key"], Reading)
    return corrected(reading, field.get("corrections", []))
