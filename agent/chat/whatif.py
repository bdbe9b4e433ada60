"""Another bound on the same simulated designs: who would meet it, without simulating again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.report import Report
from tools.failures import BadInput
from tools.verify.judge import judge

if TYPE_CHECKING:
    from agent.chat.session import Said


def what_if(report: Report, requirement_id: str, value: float) -> Said:
    """Judge every offer again with one requirement's value replaced.

    Raises:
        BadInput: no such requirement, or its bound is no single number.
    """
    from agent.chat.session import Said
    from agent.report import words

    requirements = report.reading.requirements
    chosen = next((r for r in requirements if r.id == requirement_id), None)
    if chosen is None:
        raise BadInput(f"there is no requirement {requirement_id!r}")
    if not isinstance(chosen.value, int | float):
        raise BadInput(f"{requirement_id} has no single number to change ({words.bound_words(chosen)})")
    changed = chosen.model_copy(update={"value": value})
    rows, meeting = [], 0
    for offer in report.offers:
        verdicts = judge([changed if r.id == requirement_id else r for r in requirements], offer.figures,
                         report.unanswerable)
        mine = next(v for v in verdicts if v.requirement.id == requirement_id)
        missed = [v.requirement.id for v in verdicts
                  if v.requirement.priority == "must" and v.verdict == "not met"]
        meeting += not missed
        rows.append({"#": offer.rank, "design": offer.title, "figure": words.figure_words(mine.figure),
                     requirement_id: mine.verdict, "musts not met": ", ".join(missed) or "none"})
    text = (f"With {requirement_id} {words.metric_words(chosen.metric)} {words.bound_words(changed)} instead of "
            f"{words.bound_words(chosen)}: {meeting} of {len(rows)} offered designs miss no evaluated must. "
            "Nothing was simulated again; /set and /design search anew.")
    return Said(text, tuple(rows))
