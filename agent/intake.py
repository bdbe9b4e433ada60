"""The optional model on top of the rules: it places what the rules left over; its numbers are read by code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from agent.llm import Llm
from agent.prompts import prompt
from knowledge.document import Document
from knowledge.documents.read import read_document
from knowledge.frozen import Frozen
from knowledge.requirement import Finding, Leftover, Priority, Reading, Requirement
from knowledge.vocabulary import METRICS
from tools.extract.clauses import sentences
from tools.extract.proposals import Proposal, requirement_of

_MOST_PASSAGES = 40
_UNSURE = 0.7  # at most: a rule's reading that the model is asked about


class Placed(Frozen):
    """What the model says a passage is."""

    quote: str
    what: Literal["requirement", "condition", "background"]
    metric: str | None = None
    priority: Priority = "must"


def with_model(reading: Reading, path: Path, llm: Llm) -> Reading:
    """The reading with what the model placed. Nothing of the rules is dropped: agreement is `both`, dissent a finding.

    Raises:
        BackendMissing: the endpoint does not answer.
    """
    document = read_document(path)
    passages = _passages(reading, document)
    if not passages:
        return reading
    placed, refused = _ask(llm, passages)
    requirements = list(reading.requirements)
    findings = list(reading.findings)
    residual = list(reading.residual)
    for item in placed:
        refusal = _take(item, document, requirements, findings, residual)
        refused += refusal
    if refused:
        findings.append(Finding(kind="ambiguity", text=(
            f"{refused} proposals of the model were refused: their quotes do not stand in the document, or hold no "
            "number of the metric")))
    return reading.model_copy(update={
        "requirements": tuple(requirements), "findings": tuple(findings), "residual": tuple(residual)})


def _passages(reading: Reading, document: Document) -> list[str]:
    """The sentences around leftovers and unsure readings, each once, in document order."""
    spans = [x.source for x in reading.residual]
    spans += [r.source for r in reading.requirements if r.confidence <= _UNSURE]
    found: dict[int, str] = {}
    for span in spans:
        block = next((b for b in document.blocks if span.start is not None and b.start <= span.start < b.end), None)
        if block is None or span.start is None:
            continue
        for a, b in sentences(document.text, block.start, block.end):
            if a <= span.start < b:
                found[a] = document.text[a:b]
    return [found[a] for a in sorted(found)][:_MOST_PASSAGES]


def _ask(llm: Llm, passages: list[str]) -> tuple[list[Placed], int]:
    """The model's answer, validated, and how many rows were lost; a malformed answer is asked for again."""
    text = prompt("intake", metrics=", ".join(METRICS),
                  passages="\n".join(f"<passage>{p}</passage>" for p in passages))
    good, bad = [], 0
    for row in llm.listed(text) or []:
        try:
            good.append(Placed(what=row.get("is"), **{k: row[k] for k in ("quote", "metric", "priority")
                                                      if row.get(k) is not None}))
        except (ValidationError, AttributeError, TypeError):
            bad += 1
    return good, bad


def _take(
    item: Placed, document: Document, requirements: list[Requirement], findings: list[Finding],
    residual: list[Leftover],
) -> int:
    """Apply one placing; 1 where it was refused."""
    if item.what != "requirement":
        if item.what == "background" and item.quote in document.text:
            findings.append(Finding(kind="distractor", text="the model takes this for background", quote=item.quote))
        return 0
    proposal = Proposal(quote=item.quote[:600] or "-", metric=item.metric or "", priority=item.priority)
    made = requirement_of(document, proposal, f"R{len(requirements) + 1:02d}", "llm")
    if isinstance(made, str):
        return 1
    for place, own in enumerate(requirements):
        if own.source.start is None or not _overlap(own, made):
            continue
        if (own.metric, own.value) == (made.metric, made.value):
            requirements[place] = own.model_copy(update={"method": "both", "confidence": max(own.confidence, 0.8)})
        elif own.value == made.value:
            findings.append(Finding(
                kind="ambiguity", ids=(own.id,), quote=own.source.quote, source=own.source,
                text=f"the rules read {own.metric}, the model {made.metric}; the rules' reading is kept",
                question=f"Does “{' '.join(own.source.quote.split())}” ask for {own.metric.replace('_', ' ')} or for "
                         f"{made.metric.replace('_', ' ')}?"))
        else:
            continue
        return 0
    requirements.append(made)
    residual[:] = [x for x in residual if not _inside(x, made)]
    return 0


def _overlap(a: Requirement, b: Requirement) -> bool:
    first, second = a.source, b.source
    return (first.start or 0) < (second.end or 0) and (second.start or 0) < (first.end or 0)


def _inside(left: Leftover, made: Requirement) -> bool:
    start, end = made.source.start or 0, made.source.end or 0
    return left.source.start is not None and start <= left.source.start < end
