"""The open questions of a reading as a numbered list that can be mailed to the customer."""

from __future__ import annotations

from knowledge.frozen import Frozen
from knowledge.requirement import Reading, Requirement

_MOST_LEFTOVERS = 12


class Question(Frozen):
    """One question; `ids` are the requirements that its answer settles."""

    id: str
    text: str
    quote: str | None = None
    place: str | None = None
    ids: tuple[str, ...] = ()


def questions(reading: Reading) -> tuple[Question, ...]:
    """What the findings leave open, then low-confidence readings, then numbers that nobody could place."""
    asked: list[tuple[str, str | None, str | None, tuple[str, ...]]] = []
    for f in reading.findings:
        text = f.question or ("Is this really needed? " + f.text if f.kind == "infeasible" else None)
        if text:
            asked.append((text, f.quote, f.source.place if f.source else None, f.ids))
    for r in reading.requirements:
        if r.confidence <= 0.5:
            asked.append((f"We read this as {_words(r)}, which is unusual. Is it right?", r.source.quote,
                          r.source.place, (r.id,)))
    for left in reading.residual[:_MOST_LEFTOVERS]:
        asked.append(("What does this number ask for?", left.quote, left.source.place, ()))
    return tuple(
        Question(id=f"Q{n:02d}", text=" ".join(text.split()), quote=" ".join(quote.split()) if quote else None,
                 place=place, ids=ids)
        for n, (text, quote, place, ids) in enumerate(dict.fromkeys(asked), 1))


def mail(reading: Reading, asked: tuple[Question, ...]) -> str:
    """The questions as plain text; each can be answered by its number."""
    if not asked:
        return f"We have no questions about {reading.document.name}.\n"
    lines = [f"Questions about {reading.document.name}", ""]
    for q in asked:
        lines.append(f"{q.id}  {q.text}")
        if q.quote:
            lines.append(f"     “{q.quote[:200]}”" + (f" ({q.place})" if q.place else ""))
        lines.append("")
    return "\n".join(lines)


def _words(r: Requirement) -> str:
    value = f"{r.value:g}" if isinstance(r.value, float | int) else str(r.value)
    return f"{r.metric.replace('_', ' ')} {r.comparator} {value} {r.unit or ''}".strip()
