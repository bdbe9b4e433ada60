"""Addenda laid out as clauses: `2.6  reads: maximum 0.40 mΩ …`, `New  6.5  Nail of 5 mm …`."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract.page import Page
from tools.extract.phrases import lexicon

_NUMBER = re.compile(r"(?:[A-Za-z§.]{1,9}\s?)?(\d{1,2}(?:\.\d{1,2})+|[A-Z]{1,4}[-.]?\d{1,3})[.:)]?")


def clause_changes(page: Page, rows: list[list[Block]]) -> bool:
    """Whether the rows of a table are changed and new clauses; they are handed to the reader of running text."""
    kinds = [_kind(page, row) for row in rows]
    if "changed" not in kinds or kinds.count(None) > len(rows) // 3:
        return False
    for row, kind in zip(rows, kinds, strict=True):
        number = next((m.group(1) for b in row[:2] if (m := _NUMBER.fullmatch(b.text.strip()))), None)
        for block in row:
            if _NUMBER.fullmatch(block.text.strip()) or block is row[0]:
                for q in page.blocks[block.index]:
                    page.settle(q, "ignored", "the number of a clause")
                continue
            page.loose.add(block.index)
            if kind == "changed":
                page.changed[block.index] = number
                page.correcting.add(block.index)
            else:
                page.stated[block.index] = (number, None)
    return True


def _kind(page: Page, row: list[Block]) -> str | None:
    """A clause that is changed, or a new one."""
    if len(row) < 2:
        return None
    first = row[0].text.strip()
    if _NUMBER.fullmatch(first):
        told = row[1].start, min(row[1].end, row[1].start + 40)
        return "changed" if lexicon("clause_reads").starting_at(page.text, *told) else None
    return "new" if lexicon("clause_new").starting_at(page.text, row[0].start, row[0].end) and len(first) < 12 else None
