"""Questions and their answers: what a yes agrees to, and where a labelled question ends."""

from __future__ import annotations

import re

from tools.extract import wording
from tools.extract.conditions import infer, merge
from tools.extract.meaning import final_metric
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon

IN_A_QUESTION = "in a question"
_LABELLED = re.compile(r"\s*([^\W\d_]+)\s?\d{0,3}\s*[:：.]\s*")


def is_question(page: Page, start: int, end: int) -> bool:
    """A question asks the reader; the numbers in it are proposals."""
    return page.text[start:end].rstrip("\"' )")[-1:] in "?？" or label_end(page, "asking", start, end) is not None


def label_end(page: Page, label: str, start: int, end: int) -> int | None:
    """Where the label and colon end that text[start:end] opens with: `Q4:`, `Antwort 2:`."""
    opened = _LABELLED.match(page.text, start, end)
    hit = lexicon(label).starting_at(opened.group(1), 0, len(opened.group(1))) if opened else None
    return opened.end() if opened and hit is not None and hit.end == len(opened.group(1)) else None


def question(
    page: Page, spans: list[tuple[int, int]], place: int, asked: tuple[int, int] | None
) -> tuple[int, int] | None:
    """The question that a sentence is or goes on with, None where it asks nothing of the reader."""
    start, end = spans[place]
    if is_question(page, start, end):
        return start, end
    return (asked[0], end) if asked and still_asking(page, spans, place, asked) else None


def still_asking(page: Page, spans: list[tuple[int, int]], place: int, asked: tuple[int, int] | None) -> bool:
    """Whether a sentence goes on with a labelled question: the label of its answer is still to come."""
    if asked is None or label_end(page, "asking", *asked) is None or label_end(page, "answering", *spans[place]):
        return False
    return any(label_end(page, "answering", *span) for span in spans[place + 1:])


def agreed(page: Page, asked: tuple[int, int], start: int, end: int) -> bool:
    """Whether text[start:end] says yes to a question and gives no number of its own in the question's unit."""
    first = label_end(page, "answering", start, end) or start
    first += len(page.text[first:end]) - len(page.text[first:end].lstrip(" [【("))
    if not lexicon("positive_answer").starting_at(page.text, first, end):
        return False
    proposed = [q for q in page.inside(page.block_at(asked[0]), *asked) if q.units]
    own = [q for q in page.inside(page.block_at(start), start, end) if q.units]
    return not any(q.dimensions & o.dimensions for q in proposed for o in own)


def reopen(page: Page, asked: tuple[int, int]) -> None:
    """Take the numbers of a question back that were set aside as proposals."""
    for q in page.inside(page.block_at(asked[0]), *asked):
        if page.fates.get(id(q)) == ("ignored", IN_A_QUESTION):
            del page.fates[id(q)]


def conditions(page: Page, asked: tuple[int, int] | None, made: list[Draft]) -> None:
    """The numbers of a question are the conditions of its answer: `How much is left at -20 °C? 70 %.`"""
    numbers = [q for q in page.inside(page.block_at(asked[0]), *asked) if q.units] if asked and made else []
    for q in numbers:
        if asked is None or page.fates.get(id(q)) != ("ignored", IN_A_QUESTION):
            continue
        for new in made:
            slots = infer(page.text, q, *asked, new.metric, None) if new.quantity is not None else None
            if slots:
                page.resettle(q, "condition")
                merge(new.conditions, [slots])
    for new in made if asked and numbers else []:
        new.metric = final_metric(new, page.text, *asked) if asked and new.quantity is not None else new.metric


def in_words(page: Page, asked: tuple[int, int]) -> list[Draft]:
    """Standards and substances of a question that was answered with yes."""
    block = page.block_at(asked[0])
    made = wording.standard_drafts(page, block, *asked, row=True)
    return made or [d for d in wording.chemistry_drafts(page, block, *asked) if d.comparator == "in"]


def loosens(page: Page, asked: tuple[int, int]) -> bool:
    """Whether a question asks for leave (`would 74 g be acceptable?`) and not what is required."""
    must = any(h.what == "must" for h in lexicon("priority").find(page.text, *asked))
    return not must and lexicon("allowing").search(page.text, *asked) is not None
