"""A proposal from outside (a model, a person) names a metric and quotes the document: the value is read by code."""

from __future__ import annotations

from pydantic import Field

from knowledge.document import Document
from knowledge.frozen import Frozen
from knowledge.requirement import Method, Priority, Requirement
from knowledge.vocabulary import METRICS, metric
from tools.extract.comparators import said_of_all
from tools.extract.conditions import infer, merge, tidy
from tools.extract.meaning import draft, final_metric, level_of, metric_for
from tools.extract.page import lay_out


class Proposal(Frozen):
    """What somebody says a passage asks. It carries no number: the number is in the quote or nowhere."""

    quote: str = Field(min_length=1, max_length=600)
    metric: str
    priority: Priority = "must"


def requirement_of(document: Document, proposal: Proposal, name: str, method: Method) -> Requirement | str:
    """The requirement that the quote states for the proposed metric, or one sentence that says why there is none."""
    if proposal.metric not in METRICS:
        return f"{proposal.metric!r} is no metric of the vocabulary"
    place = document.text.find(proposal.quote)
    block = next((b for b in document.blocks if b.start <= place < b.end), None)
    end = place + len(proposal.quote)
    if block is None or end > block.end:
        return "the quote does not stand in the document"
    page = lay_out(document)
    row = metric(proposal.metric)
    if row.dimension in ("text", "date"):
        return Requirement(id=name, metric=row.name, comparator="required", value=" ".join(proposal.quote.split()),
                           level=row.level, priority=proposal.priority, source=page.span(block, place, end),
                           confidence=0.5, method=method)
    found = [q for q in page.inside(block, place, end) if q.units]
    own = next((q for q in found if metric_for(row.name, q) == row.name), None)
    if own is None:
        return f"the quote holds no number with a unit of {row.name}"
    said = said_of_all(page.text, found, place, end)
    made = draft(page, block, own, row.name, said[id(own)])
    if made is None:
        return f"the number in the quote cannot be {row.name}"
    for q in found:
        slots = infer(page.text, q, place, end, row.name, said[id(q)].sign) if q is not own else None
        merge(made.conditions, [slots] if slots else [])
    made.conditions = tidy(made.conditions, made.metric)
    made.metric = final_metric(made, page.text, place, end)
    return Requirement(
        id=name, metric=made.metric, level=level_of(page, place, end, row.level), comparator=made.comparator,
        value=made.value, unit=made.unit, conditions=made.conditions, priority=proposal.priority,
        source=page.span(block, place, end), confidence=0.5, method=method)
