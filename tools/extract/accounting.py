"""The books: every number with a unit is in exactly one list, and what nobody explained is the residual."""

from __future__ import annotations

from knowledge.document import Block
from knowledge.requirement import Leftover
from tools.extract.page import Page

UNEXPLAINED = "a number with a unit that no rule could place"


def balance(page: Page) -> tuple[tuple[Leftover, ...], tuple[Leftover, ...]]:
    """(residual, ignored), in document order."""
    residual, ignored = [], []
    for block in page.document.blocks:
        for q in page.blocks[block.index]:
            if not q.units:
                continue
            fate, reason = page.fates.get(id(q), ("residual", UNEXPLAINED))
            if fate == "residual":
                residual.append(_leftover(page, block, q.start, q.end, reason))
            elif fate == "ignored":
                ignored.append(_leftover(page, block, q.start, q.end, reason))
    return tuple(residual), tuple(ignored)


def _leftover(page: Page, block: Block, start: int, end: int, reason: str) -> Leftover:
    start, end = max(start, block.start), min(end, block.end)
    source = page.span(block, start, end)
    return Leftover(quote=source.quote, source=source, reason=reason)


def accounts(page: Page) -> dict[str, int]:
    """How many numbers with a unit met which fate; the sum is their number."""
    counts = {"requirement": 0, "condition": 0, "ignored": 0, "residual": 0}
    for quantities in page.blocks.values():
        for q in quantities:
            if q.units:
                counts[page.fates.get(id(q), ("residual", ""))[0]] += 1
    return counts
