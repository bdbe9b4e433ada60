"""A document laid out for reading: normalised text, quantities per block, and what became of each of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal

from knowledge import vocabulary
from knowledge.document import Block, Document
from knowledge.documents.mail_in_force import IN_FORCE
from knowledge.requirement import Comparator, ConditionValue, Level, Method, Priority, SourceSpan
from knowledge.vocabulary import UnitRow, metrics
from tools.extract import standards
from tools.extract.characters import normalise
from tools.extract.clauses import sentences
from tools.extract.days import dates_in
from tools.extract.numbers import Decimal, decimal_convention
from tools.extract.phrases import Hit, Phrases
from tools.extract.quantities import Quantity, scan

Fate = Literal["requirement", "condition", "ignored"]


@dataclass(eq=False)
class Draft:
    """A requirement in the making; the value is canonical, the place is in the document's text."""

    metric: str
    comparator: Comparator
    value: Any
    unit: str | None
    start: int
    end: int
    block: Block
    level: Level = "cell"
    priority: Priority = "must"
    written: tuple[Any, str] | None = None
    conditions: dict[str, ConditionValue] = field(default_factory=dict)
    quantity: Quantity | None = None
    row_id: str | None = None
    confidence: float = 0.9
    up_to: bool = False
    dead: bool = False
    method: Method = "rule"


@dataclass
class Page:
    """The document with its working notes."""

    document: Document
    text: str
    blocks: dict[int, list[Quantity]]
    fates: dict[int, tuple[Fate, str]] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    defaults: dict[str, ConditionValue] = field(default_factory=dict)
    cells_only: bool = False
    loose: set[int] = field(default_factory=set)
    rows: dict[str, list[Draft]] = field(default_factory=dict)
    decimal: Decimal = "."
    sheet_titles: dict[str, str] = field(default_factory=dict)
    paragraphs: set[str] = field(default_factory=set)
    stated: dict[int, tuple[str | None, Priority | None]] = field(default_factory=dict)
    codes: dict[str, Priority] = field(default_factory=dict)
    unmarked: Priority | None = None
    footnotes: set[str] = field(default_factory=set)
    changed: dict[int, str | None] = field(default_factory=dict)
    correcting: set[int] = field(default_factory=set)
    asks: dict[int, tuple[int, int]] = field(default_factory=dict)
    definitions: dict[str, Any] = field(default_factory=dict)
    room: float | None = None
    general: int | None = None
    beside: dict[int, list[tuple[Block, bool]]] = field(default_factory=dict)
    level_tags: dict[str, Any] = field(default_factory=dict)
    top_level: Level | None = None
    bare_ranges: dict[tuple[int, int], Quantity] = field(default_factory=dict)
    theirs: list[tuple[int, int]] = field(default_factory=list)
    parted: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    levels_named: dict[str, int] = field(default_factory=dict)

    @cached_property
    def headline(self) -> str | None:
        """The outermost title of the document's first part that has one."""
        return next((b.section[0] for b in self.document.blocks if b.section), None)

    @cached_property
    def starts(self) -> list[int]:
        """Where each block begins, in order."""
        return [b.start for b in self.document.blocks]

    @cached_property
    def _table_rows(self) -> dict[tuple[int, int], list[Block]]:
        found: dict[tuple[int, int], list[Block]] = {}
        for block in self.document.blocks:
            if block.table is not None and block.row is not None:
                found.setdefault((block.table, block.row), []).append(block)
        return found

    @cached_property
    def _table_heads(self) -> dict[tuple[int, int], list[Block]]:
        found: dict[tuple[int, int], list[Block]] = {}
        for block in self.document.blocks:
            if block.table is not None and block.column is not None and block.header_row:
                found.setdefault((block.table, block.column), []).append(block)
        return found

    def row_of(self, block: Block) -> list[Block]:
        """The other cells of a cell's row, in order; nothing outside of tables."""
        if block.table is None or block.row is None:
            return []
        return [b for b in self._table_rows.get((block.table, block.row), []) if b.index != block.index]

    def head_of(self, block: Block) -> list[Block]:
        """The header cells of a cell's column; a header has none."""
        if block.table is None or block.column is None or block.header_row:
            return []
        return self._table_heads.get((block.table, block.column), [])

    def sentences(self, block: Block) -> list[tuple[int, int]]:
        """The sentences of a block, parted once."""
        if block.index not in self.parted:
            self.parted[block.index] = sentences(self.text, block.start, block.end)
        return self.parted[block.index]

    def sentence_at(self, block: Block, place: int) -> tuple[int, int]:
        """The sentence of a block in which a place lies; the whole block where it lies in none."""
        spans = self.sentences(block)
        at = bisect_right(spans, place, key=lambda span: span[0]) - 1
        return spans[at] if at >= 0 and place < spans[at][1] else (block.start, block.end)

    def block_at(self, place: int) -> Block:
        """The block of a place."""
        return self.document.blocks[max(0, bisect_right(self.starts, place) - 1)]

    def settle(self, q: Quantity, fate: Fate, reason: str = "") -> None:
        """Say what a quantity is; the first word counts, and a requirement outranks the rest."""
        if id(q) not in self.fates or fate == "requirement":
            self.fates[id(q)] = (fate, reason)

    def resettle(self, q: Quantity, fate: Fate, reason: str = "") -> None:
        """Say anew what a quantity is that was taken for something else; a requirement stays one."""
        if self.fate_of(q) != "requirement":
            self.fates[id(q)] = (fate, reason)

    def fate_of(self, q: Quantity) -> Fate | None:
        """What a quantity is so far."""
        return self.fates[id(q)][0] if id(q) in self.fates else None

    def reject(self, q: Quantity, reason: str) -> None:
        """Take a quantity out of the running, whatever it was before."""
        self.fates[id(q)] = ("ignored", reason)

    def inside(self, block: Block, start: int, end: int) -> list[Quantity]:
        """The quantities of a block that lie in [start, end)."""
        found = self.blocks.get(block.index, [])
        first = bisect_left(found, start, key=lambda q: q.start)
        last = bisect_left(found, end, first, key=lambda q: q.start)
        return [q for q in found[first:last] if q.end <= end]

    def scan(self, block: Block, given: tuple[tuple[UnitRow, ...], str] | None = None) -> list[Quantity]:
        """The quantities of a block, anew; `given` is the unit of its bare numbers."""
        masks = standards.masks(self.text, block.start, block.end)
        masks += [(day.start, day.end) for day in dates_in(self.text, block.start, block.end)]
        return scan(self.text, block.start, block.end, self.decimal, masks, given)

    def span(self, block: Block, start: int, end: int) -> SourceSpan:
        """The place of text[start:end] with its exact quote."""
        line = block.line
        if line is not None:
            line += self.document.text.count("\n", block.start, start) if block.page is None else 0
        return SourceSpan(
            document=self.document.name, quote=self.document.text[start:end], start=start, end=end, page=block.page,
            sheet=block.sheet, cell=block.cell, line=line, part=block.part)

    def note(self, kind: str, text: str, block: Block, start: int, end: int, **more: Any) -> None:
        """Keep a finding; `drafts` in `more` become its ids."""
        self.notes.append({"kind": kind, "text": text, "block": block, "start": start, "end": end, **more})


def lay_out(document: Document) -> Page:
    """Normalise the text and find every quantity, block by block."""
    text = _parted(document, _unmarked(document, normalise(document.text)))
    decimal = decimal_convention(text, document.language)
    page = Page(document, text, {}, decimal=decimal)
    for block in document.blocks:
        page.blocks[block.index] = page.scan(block)
    return page


_MARKS = re.compile(r"(?<=\n)[ \t]{0,3}(?:>+[ \t]*)+")


def _parted(document: Document, text: str) -> str:
    """The text with spaces for the commas between the cells of a row; they would read as part of a number."""
    cells = [b for b in document.blocks if b.table is not None]
    gaps = [(a.end, b.start) for a, b in zip(cells, cells[1:], strict=False)
            if (a.table, a.row) == (b.table, b.row) and "," in text[a.end:b.start]]
    pieces, at = [], 0
    for start, end in gaps:
        pieces += [text[at:start], text[start:end].replace(",", " ")]
        at = end
    return "".join([*pieces, text[at:]])


def _unmarked(document: Document, text: str) -> str:
    """The text without the marks inside an older message that is in force; they would read as comparators."""
    for block in document.blocks:
        if block.part == IN_FORCE:
            inside = _MARKS.sub(lambda m: " " * len(m.group()), text[block.start:block.end])
            text = text[:block.start] + inside + text[block.end:]
    return text


@lru_cache(maxsize=1)
def synonyms() -> Phrases[str]:
    """Every synonym of every metric; the payload is the metric's name."""
    entries: dict[str, str] = {}
    for row in metrics().values():
        for phrases in row.synonyms.values():
            for phrase in phrases:
                entries.setdefault(phrase, row.name)
        entries.setdefault(row.name.replace("_", " "), row.name)
    for phrase in vocabulary.words()["no_metric"]:
        entries.setdefault(str(phrase), "")
    return Phrases(entries.items())


def metric_hits(page: Page, start: int, end: int) -> list[Hit[str]]:
    """The metrics named in text[start:end], in order."""
    return [h for h in synonyms().find(page.text, start, end) if h.what]
