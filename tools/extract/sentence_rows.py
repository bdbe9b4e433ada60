"""Tables whose cells are sentences (`ID | requirement text | class`), and tables whose header names the metrics."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.requirement import Priority
from tools.extract import answers, background
from tools.extract.comparators import said_about
from tools.extract.conditions import infer, merge
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.priorities import cell_priority
from tools.extract.table_row import VALUES, Row

_WORDS = re.compile(r"[^\W\d_]{2,}")
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


def is_sentence(text: str) -> bool:
    """Whether a cell is a statement and no name or value: several words, in any script, fewer with a modal word."""
    words = sum(word not in ("mm", "cm") for word in _WORDS.findall(text))       # 148 mm × 98 mm × 27 mm
    return words >= 5 or len(_CJK.findall(text)) >= 12 or words >= 3 and lexicon("modal").search(text) is not None


def as_sentences(row: Row) -> bool:
    """Hand a row's statements to the reader of running text; whether there were any.

    A row whose label names a metric in a few words is a row of values and is left alone.
    """
    page = row.page
    if told := [b for b in row.parts.get("statement", []) if re.search(r"\w", b.text)]:
        _hand_over(row, told)
        return True
    for label in row.label:
        if metric_hits(page, label.start, label.end) and not is_sentence(label.text):
            return False
        if answers.is_question(page, label.start, label.end) and any(
                re.search(r"\w", b.text) for b in row.blocks(*VALUES)):
            return False                              # What does it weigh? | not a gram over 71 g
    spoken = [b for b in row.blocks("label", "condition", "remark", *VALUES) if is_sentence(b.text)]
    if not any(_states(page, b) for b in spoken):
        return False
    if any(b not in spoken and re.search(r"\w", b.text) for b in row.blocks(*VALUES)):
        return False                              # a long label beside a value of its own
    _hand_over(row, spoken)
    return True


def _hand_over(row: Row, spoken: list[Block]) -> None:
    """Statements of a row become running text that knows its row's id, class and cells beside it."""
    page = row.page
    priority = next((p for b in row.parts.get("priority", []) if (p := cell_priority(b.text, row.codes))), None)
    beside = [(b, b in row.parts.get("condition", [])) for b in row.blocks("condition", "remark") if b not in spoken]
    for block in spoken:
        page.loose.add(block.index)
        page.stated[block.index] = (row.row_id, priority)
        page.beside[block.index] = beside
    for block in row.parts.get("background", []):
        background.ignore_span(page, block, block.start, block.end, "competitor")


def _states(page: Page, block: Block) -> bool:
    hits = metric_hits(page, block.start, block.end)
    return bool(hits) or any(q.units for q in page.blocks[block.index])


def turned_rows(
    page: Page, header: list[list[Block]], body: list[list[Block]], codes: dict[str, Priority]
) -> list[Row]:
    """One row for each cell below a header that names metrics; empty where labels beside name them."""
    if not header or not body:
        return []
    named = {b.column: b for row in header for b in row
             if b.column is not None and metric_hits(page, b.start, b.end) and len(b.text) < 60}
    if len(named) < 2:
        return []
    filled = sum(any(b.column in named and (page.blocks[b.index] or re.search(r"\d", b.text)) for b in row)
                 for row in body)
    labelled = sum(any(b.column not in named and metric_hits(page, b.start, b.end) for b in row) for row in body)
    under = [b for row in body for b in row if b.column in named]
    numeric = sum(bool(page.blocks[b.index]) for b in under)
    if filled < len(body) or labelled or numeric < 0.6 * len(under):
        return []
    made = []
    for row in body:
        name = next((" ".join(b.text.split()) for b in row if b.column not in named and not page.blocks[b.index]), "")
        for cell in row:
            if cell.column not in named:
                continue
            made.append(Row(page, [named[cell.column], cell], {}, codes, options={
                cell.column: name} if name and len(body) > 1 and cell.column is not None else {}))
            made[-1].parts = {"label": [named[cell.column]], "value": [cell]}
    return made


def as_row(page: Page, block: Block, made: list[Draft]) -> None:
    """A statement in a table has its row's id and class; a wish in its own words stays one."""
    name, priority = page.stated.get(block.index, (None, None))
    for new in made:
        new.row_id = name or new.row_id
        if priority and not (priority == "must" and new.priority == "should"):
            new.priority = priority
    _conditions_beside(page, block, made)
    if name and made:
        page.rows.setdefault(name, []).extend(made)


def _conditions_beside(page: Page, block: Block, made: list[Draft]) -> None:
    """Numbers in the other cells of a statement's row are its conditions, and else a remark beside it."""
    live = [d for d in made if not d.dead]
    for cell, binding in page.beside.get(block.index, []):
        for q in page.blocks[cell.index]:
            if not q.units or id(q) in page.fates:
                continue
            slots = infer(page.text, q, cell.start, cell.end, live[0].metric, said_about(
                page.text, q, cell.start, cell.end).sign) if live and binding else None
            page.settle(q, "condition", "" if slots else "a remark beside a requirement")
            for new in live if slots else []:
                merge(new.conditions, [slots or {}])
                if new.metric == "dcir" and new.conditions.get("frequency_Hz") == 1000:
                    new.metric = "acir_1khz"
