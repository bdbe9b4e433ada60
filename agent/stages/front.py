"""What the front is asked: where the search found something, and from which designs it begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.state import RunState, house_given
from knowledge.requirement import Reading
from tools.optimise.search import SearchResult, Simulated
from tools.verify.costs import limiting
from tools.verify.judge import judge

KNOWN = 64            # designs of the search that the front begins with
NEAREST = 2           # spaces where none serves
TIME_LIMIT_S = 120.0  # no new round begins after this; seldom reached


def front_request(state: RunState, reading: Reading, found: SearchResult) -> dict[str, Any]:
    """The request of `find_front`: spaces with a design that keeps every must, else the nearest ones."""
    serving = [s for s in found.simulated if s.meets]
    near = sorted(found.simulated, key=lambda s: (s.violation, s.design.id))
    spaces = list(dict.fromkeys(s.space for s in serving or near))[: None if serving else NEAREST]
    known = [s for s in (serving or near) if s.space in spaces][:KNOWN]
    limit = state["options"].get("time_limit_s")
    return {
        "requirements": [r.model_dump(mode="json") for r in reading.requirements],
        "systems": state["materials"]["systems"], "formats": state["materials"]["formats"], "spaces": spaces,
        "known": [{"design": s.design.model_dump(mode="json"), "space": s.space,
                   "life": [f.model_dump(mode="json") for f in s.figures if f.method == "ageing run"]} for s in known],
        "feasible": bool(serving), "missed": [] if serving else _missed(reading, known),
        "labels": state["options"]["simulations"],
        "time_limit_s": min(limit, TIME_LIMIT_S) if limit else TIME_LIMIT_S, **house_given(state),
    }


def _missed(reading: Reading, known: Sequence[Simulated]) -> list[str]:
    """The musts that none of some designs keeps, the one that is missed by most first."""
    rows = [judge(reading.requirements, s.figures) for s in known]
    return [e.requirement_id for e in limiting(rows)] if rows else []
