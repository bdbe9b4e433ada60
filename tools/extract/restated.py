"""What a later text says again and leaves as it is: `the ceiling of 66 EUR stays`, `no, 6.0 kg stands`."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract.page import Page
from tools.extract.phrases import lexicon

_PART = re.compile(r"[,;](?!\d)|[，、；。]|[.!?]\s")


def settle_restated(page: Page, block: Block, start: int, end: int) -> None:
    """Numbers of a part that says that they stand, and that an earlier requirement holds, ask for nothing anew."""
    edges = [start, *(m.end() for m in _PART.finditer(page.text, start, end)), end]
    for q in page.inside(block, start, end):
        lo, hi = max(e for e in edges if e <= q.start), min((e for e in edges if e >= q.end), default=end)
        if not q.units or q.is_a("percent") or not lexicon("stands").search(page.text, lo, hi):
            continue
        if any(not d.dead and d.block is not block and d.quantity is not None and d.quantity.value == q.value
               and (d.quantity.dimensions & q.dimensions) for d in page.drafts):
            page.settle(q, "ignored", "says again what stands")
