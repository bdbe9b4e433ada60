"""Tables that do not ask but change: revision histories, lists of amendments, and cells with orders to the reader."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract import background
from tools.extract.owner_lines import inside
from tools.extract.page import Page
from tools.extract.phrases import lexicon

_REFERENCE = re.compile(r"(?:zu|to|re|ad|item|row|line|clause|ligne|Zeile|Pos\.?|Nr\.?|第)?\s*"
                        r"([A-Z]{0,4}[-.]?\d[\w.-]*)", re.IGNORECASE)


def changes(page: Page, header: list[list[Block]], body: list[list[Block]]) -> bool:
    """Whether a table lists changes; its rows are handed to the reader of running text, the old ones set aside."""
    names = [b for row in header for b in row]
    if answered(page, header, body) or replaced(page, header, body):
        return True
    told = [b for b in names if lexicon("change_column").search(b.text) and len(b.text) < 40]
    if not told or not body or len(names) > 4:
        return False
    history = any(lexicon("version_column").search(b.text) for b in names)
    if not history and told[0].text.strip() in ("内容", "内容 "):
        return False                                        # `content` heads values as well
    for place, row in enumerate(body):
        for block in row:
            if block.column != told[0].column:
                continue
            if history and place < len(body) - 1:
                background.ignore_span(page, block, block.start, block.end, "superseded")
                continue
            page.loose.add(block.index)
            first = _REFERENCE.fullmatch(row[0].text.strip()) if row[0] is not block else None
            name = first.group(1) if first else None
            page.changed[block.index] = name if not history else None
    return True


def answered(page: Page, header: list[list[Block]], body: list[list[Block]]) -> bool:
    """A table of questions and answers: the answers are read as corrections, the questions say what they are about."""
    columns = {kind: next((b.column for row in header for b in row if b.text.strip() and len(b.text) < 40
                           and lexicon("asked_columns", kind).search(b.text)), None) for kind in ("question", "answer")}
    given = sum(b.column == columns["answer"] and re.search(r"\w", b.text) is not None for row in body for b in row)
    if columns["question"] is None or columns["answer"] is None or 2 * given < sum(len(row) > 1 for row in body):
        return False                                        # a column of answers that the reader has to fill
    numbers = lexicon("asked_columns", "number")
    numbered = any(numbers.starting_at(b.text, 0, len(b.text)) for row in header for b in row)
    for row in body:
        asked = next((b for b in row if b.column == columns["question"]), None)
        for block in row:
            if block.column != columns["answer"]:
                for q in page.blocks[block.index]:
                    page.settle(q, "ignored", "in a question")
                continue
            page.loose.add(block.index)
            page.correcting.add(block.index)
            if asked is not None:
                page.asks[block.index] = (asked.start, asked.end)
            first = _REFERENCE.fullmatch(row[0].text.strip()) if row[0] is not block and not numbered else None
            if first:
                page.changed[block.index] = first.group(1)
    return True


def replaced(page: Page, header: list[list[Block]], body: list[list[Block]]) -> bool:
    """A table of old and new values (`row | before | after | reason`): the new ones amend the rows that they name."""
    columns = {kind: next((b.column for row in header for b in row if b.text.strip() and len(b.text) < 30
                           and lexicon("before_after", kind).search(b.text)), None) for kind in ("before", "after")}
    if columns["before"] is None or columns["after"] is None or columns["before"] == columns["after"]:
        return False
    named = [_REFERENCE.fullmatch(row[0].text.strip()) for row in body]
    if not any(m and m.group(1) in page.rows for m in named):
        return False
    for row, reference in zip(body, named, strict=True):
        known = reference is not None and reference.group(1) in page.rows
        for block in row:
            if block.column == columns["before"]:
                background.ignore_span(page, block, block.start, block.end, "superseded")
            elif block.column == columns["after"]:
                page.loose.add(block.index)
                if known and reference is not None:
                    page.changed[block.index] = reference.group(1)
                    page.correcting.add(block.index)
            elif block is not row[0]:
                for q in page.blocks[block.index]:
                    page.settle(q, "ignored", "the reason of a change")
    return True


def without_others(page: Page, cells: list[Block]) -> list[Block]:
    """A row without the cells that a tag gives to others; their numbers are set aside."""
    theirs = [b for b in cells if page.theirs and inside(page, b.start, b.end)]
    for block in theirs:
        background.ignore_span(page, block, block.start, block.end, "competitor")
    return [b for b in cells if b not in theirs]


def ordered(page: Page, cells: list[Block]) -> bool:
    """A row with an order to the reading machine; it is quoted and read no further."""
    found = [b for b in cells if any(background.injected(page, s, e) for s, e in page.sentences(b))]
    for block in found:
        background.ignore_span(page, block, block.start, block.end, "injection", "injection")
    return bool(found)
