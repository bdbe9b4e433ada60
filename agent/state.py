"""The state of a run: small and plain. One field a stage; results are named by their ledger keys."""

from __future__ import annotations

from typing import Any, TypedDict

from knowledge.house import HouseProfile


class RunState(TypedDict, total=False):
    """What the checkpoint database holds after every step."""

    run_id: str
    started: str
    document_path: str
    document_sha256: str
    folder: str
    options: dict[str, Any]          # seed, designs, simulations, review, weights, house
    requirements: dict[str, Any]     # {key, corrections}
    evidence: dict[str, Any]         # {key}
    materials: dict[str, Any]        # {key, systems, formats}
    candidates: dict[str, Any]       # {key}
    designs: dict[str, Any]          # {keys, ageing_keys}
    report: dict[str, Any]           # {files, exit_code}
    stages: list[dict[str, Any]]     # one record a finished stage
    failures: list[dict[str, Any]]


def house_of(state: RunState) -> HouseProfile | None:
    """The maker's own limits that the run was begun with; none: the public default."""
    given = state["options"].get("house")
    return HouseProfile.model_validate(given) if given else None


def house_given(state: RunState) -> dict[str, Any]:
    """The same as a part of a tool's request."""
    given = state["options"].get("house")
    return {"house": given} if given else {}
