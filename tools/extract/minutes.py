"""What a text says of its own parts: minutes whose decisions ask, and sentences that take back the one before."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract.background import REASONS
from tools.extract.page import Page
from tools.extract.phrases import lexicon

_LABELLED = re.compile(r"[\s*_#>-]*(?P<word>[^\W\d_][^:：\n.]{1,28}?)[\s*_]*[:：]")
_FEWEST = 3           # decisions that make a text minutes


def label_of(page: Page, block: Block) -> str | None:
    """`decided` or `undecided` where a paragraph opens with such a label (`Agreed:`), else None."""
    opened = _LABELLED.match(page.text, block.start, block.end)
    if opened is None:
        return None
    word = opened.group("word").strip()
    for kind in ("decided", "undecided"):
        hit = lexicon(kind).starting_at(word, 0, len(word))
        if hit is not None and hit.end == len(word):
            return kind
    return None


def discussed(page: Page) -> set[int]:
    """The blocks of minutes that tell how a decision came about: no label, and not the list under a decision."""
    labels = [(b, label_of(page, b)) for b in page.document.blocks if b.kind in ("paragraph", "list_item")]
    if sum(kind == "decided" for _, kind in labels) < _FEWEST:
        return set()
    told: set[int] = set()
    standing: str | None = None
    seen = False
    for block, kind in labels:
        if kind is not None or block.kind != "list_item":
            standing = kind
        seen = seen or kind is not None
        if standing != "decided" and (seen or not lexicon("defaults").search(page.text, block.start, block.end)):
            told.add(block.index)
    return told


def _looking_back(page: Page, start: int, end: int) -> bool:
    """`Those figures are settled by us`: a sentence that points at the one before and has no number of its own."""
    if any(q.units for q in page.inside(page.block_at(start), start, end)):
        return False
    return lexicon("pointing").starting_at(page.text, start, end) is not None


def take_back(page: Page, block: Block, span: tuple[int, int], cause: str, before: list[tuple[int, int]]) -> None:
    """Set aside what the sentences before told without a word that asks, where this one says that it is not asked."""
    if cause != "level" or not before or not _looking_back(page, *span):
        return
    for start, end in reversed(before):
        if any(h.what != "info" for h in lexicon("priority").find(page.text, start, end)):
            return
        units = [q for q in page.inside(block, start, end) if q.units]
        for made in page.drafts:
            if made.block is block and start <= made.start < end and made.quantity is not None:
                made.dead = True
        for q in units:
            page.reject(q, REASONS["level"])
        if units:
            words = ", ".join(page.document.text[q.start:q.end].replace("\n", " ") for q in units)
            page.note("distractor", f"{words}: {REASONS['level']}", block, start, end)
