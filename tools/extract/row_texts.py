"""Rows that ask in words: a chemistry, a shape, a standard, a test with its criterion, a device, a marking, a date."""

from __future__ import annotations

from knowledge.vocabulary import metric
from tools.extract import dates, standards, substances, wording
from tools.extract.page import Draft, metric_hits
from tools.extract.phrases import Hit, lexicon
from tools.extract.table_row import Row


def texts_of(row: Row, hits: list[Hit[str]]) -> list[Draft]:
    """A row without a number to hold: chemistry, format, standard, test, device, marking."""
    page, made = row.page, list[Draft]()
    label = hits[0].what if hits else None
    blocks = row.blocks("value", "should", *(("min", "typ", "max") if not row.parts.get("value") else ()))
    made += dates_of(row)
    for block in (*row.label, *blocks) if label in (None, "standard_compliance") else blocks:
        made += substances.ban_drafts(page, block, block.start, block.end)
        made += wording.standard_drafts(page, block, block.start, block.end, row=True)
        if label in wording.CHEMICAL or label is None:
            made += wording.chemistry_drafts(page, block, block.start, block.end, label)
        if label == "format" or label is None and block not in row.label and standards.formats().starting_at(
                page.text, block.start, block.end):
            made += wording.format_drafts(page, block, block.start, block.end)
    names = [h for h in hits if text_only(h.what) or metric(h.what).text]
    unnamed = [b for b in blocks if not hits and any(text_only(h.what) for h in metric_hits(page, b.start, b.end))]
    if (names or unnamed) and not made:
        block = next((b for b in unnamed or blocks if b.text.strip()), row.label[0] if row.label else row.cells[0])
        place = (row.label[0].start, row.label[0].end) if names else (block.start, block.end)
        made += wording.test_drafts(page, block, block.start, block.end, place)
        for q in page.blocks[block.index]:
            page.settle(q, "requirement", "part of a criterion in words")
    elif made and any(d.metric == "standard_compliance" for d in made):
        made += _tests_beside(row)
    if not made and label in wording.CHEMICAL and blocks:
        block = blocks[0]
        made.append(Draft(label, "in", [" ".join(block.text.split())], None, block.start, block.end, block,
                          level="material"))
    return made


def dates_of(row: Row) -> list[Draft]:
    """The dates of a row whose label or cell speaks of a delivery."""
    text = row.page.text
    named = any(lexicon("delivered").search(text, b.start, b.end) for b in row.label)
    if any(dates.of_bids(text, b.start, b.end) for b in row.label):
        return []
    return [d for b in row.blocks("value", "should", "condition", "remark")
            for d in dates.delivery_drafts(row.page, b, b.start, b.end, named)]


def _tests_beside(row: Row) -> list[Draft]:
    """A test named beside standards; its criterion may stand in the condition column."""
    page = row.page
    for block in row.blocks("condition", "value"):
        hits = [h for h in metric_hits(page, block.start, block.end) if metric(h.what).test]
        if hits and lexicon("negation").search(page.text, block.start, block.end):
            for q in page.blocks[block.index]:
                page.settle(q, "requirement", "part of a criterion in words")
            return wording.test_drafts(page, block, block.start, block.end)
    return []


def texts_beside(row: Row, hits: list[Hit[str]]) -> list[Draft]:
    """Chemistry words beside a number: `Ni-rich layered oxide; cobalt <= 6 mol%`."""
    if not hits or hits[0].what not in wording.CHEMICAL:
        return []
    found = [d for b in row.blocks("value") for d in wording.chemistry_drafts(
        row.page, b, b.start, b.end, hits[0].what)]
    return [d for d in found if d.comparator == "in"]


def text_only(name: str) -> bool:
    """Whether a metric is asked for in words and never as a number, a standard, a shape or a chemistry."""
    row = metric(name)
    return row.dimension == "text" and name not in ("standard_compliance", "format", *wording.CHEMICAL)
