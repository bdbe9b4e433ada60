"""Pages of a PDF to drafts in reading order, with the words each draft is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from knowledge.documents.assemble import Draft, Sections, cell_name
from knowledge.documents.header_rows import header_rows, reads_as_header
from knowledge.documents.pdf import PdfPage, known_words
from knowledge.documents.pdf_columns import reading_regions
from knowledge.documents.pdf_margins import running_lines
from knowledge.documents.pdf_paragraphs import Passage, TypeSizes, passages
from knowledge.documents.pdf_tables import Cell, Table, borderless_run, borderless_table
from knowledge.documents.pdf_words import TextLine, Word, join_lines, lines_of

_STAND_IN = "\ufffc"
Laid = list[tuple[Draft, list[Word]]]


def lay_out(pages: Sequence[PdfPage]) -> Laid:
    """Drafts with their words; each word of `pages` is in exactly one of them."""
    return Layout(pages).laid


@dataclass(slots=True)
class OpenTable:
    """The table that ends a page and may go on at the top of the next."""

    number: int = -1
    rows: int = 0
    columns: int = 0
    x0: float = 0.0
    x1: float = 0.0
    bottom: float = 0.0
    first_row: list[str] = field(default_factory=list)


class Layout:
    """Goes through the pages once, carrying sections and an open table along."""

    def __init__(self, pages: Sequence[PdfPage]) -> None:
        self.laid: Laid = []
        self.sections = Sections()
        self.tables = 0
        self.open: OpenTable | None = None
        self.known = known_words(pages)
        self.sizes = TypeSizes.of([w for page in pages for w in page.words if not w.hidden])
        running = running_lines([page.words for page in pages], [page.height for page in pages])
        for page, lines in zip(pages, running, strict=True):
            self.page(page, lines)

    def page(self, page: PdfPage, running: Sequence[tuple[str, TextLine]]) -> None:
        """One page: running lines, then tables and text in reading order, then what is hidden or turned."""
        aside = {id(w) for _, line in running for w in line.words}
        tables = [t for t in page.tables if not any(id(w) in aside for c in t.cells for w in c.words)]
        ruled = {id(w) for t in tables for c in t.cells for w in c.words}
        self.running(page, running, "header")
        free = [w for w in page.words if id(w) not in aside | ruled and not w.hidden and w.upright]
        for item in self.ordered(page, tables, free):
            if isinstance(item, Table):
                self.table(page, item)
            else:
                self.passage(page, item)
        for words in ([w for w in page.words if w.hidden and id(w) not in aside | ruled],
                      [w for w in page.words if not w.hidden and not w.upright]):
            if words:
                lines = lines_of(words) if words[0].upright else [TextLine(words)]
                text = join_lines([line.text for line in lines])
                self.put(Draft("paragraph", text, page=page.number, hidden=words[0].hidden), words)
        self.running(page, running, "footer")

    def running(self, page: PdfPage, lines: Sequence[tuple[str, TextLine]], kind: Literal["header", "footer"]) -> None:
        """The page's header or footer lines."""
        for name, line in lines:
            if name == kind:
                self.put(Draft(kind, line.text, page=page.number), line.words)

    def ordered(self, page: PdfPage, tables: Sequence[Table], free: Sequence[Word]) -> Iterator[Table | Passage]:
        """Ruled tables, borderless tables and passages; a wide ruled table parts the text above from that below."""
        # A table takes part in finding the columns of the page as one word of its size.
        marks = [Word(_STAND_IN, t.x0, t.x1, t.top, t.bottom, 10.0) for t in tables]
        stand_ins = {id(mark): table for mark, table in zip(marks, tables, strict=True)}
        for region in reading_regions([*free, *marks]):
            inside = sorted((w for line in region for w in line.words if id(w) in stand_ins), key=lambda w: w.top)
            rest = [w for line in region for w in line.words if id(w) not in stand_ins]
            for mark in inside:
                above = [w for w in rest if w.y < mark.top]
                rest = [w for w in rest if w.y >= mark.top]
                yield from self.flow(page, lines_of(above))
                yield stand_ins[id(mark)]
            yield from self.flow(page, lines_of(rest) if inside else region)

    def flow(self, page: PdfPage, lines: Sequence[TextLine]) -> Iterator[Table | Passage]:
        """Text of one column without ruled tables."""
        if lines:
            at, start = 0, 0
            while at < len(lines):
                length = borderless_run(lines, at)
                if length:
                    yield from passages(lines[start:at], self.sizes, self.known)
                    yield borderless_table(lines[at:at + length], page.rules)
                    at = start = at + length
                else:
                    at += 1
            yield from passages(lines[start:], self.sizes, self.known)

    def put(self, draft: Draft, words: list[Word]) -> None:
        """Keep a draft with its words."""
        self.laid.append((draft, words))

    def passage(self, page: PdfPage, passage: Passage) -> None:
        """A heading opens a section; a paragraph may go on from the page or column before."""
        if passage.kind == "heading":
            above = self.sections.enter(passage.level, passage.text)
            self.put(Draft("heading", passage.text, page=page.number, section=above), passage.words)
            return
        before = next((k for k in range(len(self.laid) - 1, -1, -1)
                       if self.laid[k][0].kind not in ("header", "footer")), None)
        if before is not None and passage.kind == "paragraph" and _broken_off(*self.laid[before], passage, page):
            draft, words = self.laid[before]
            draft.text = join_lines([draft.text, passage.text], self.known)
            words.extend(passage.words)
            return
        self.put(Draft(passage.kind, passage.text, page=page.number, section=self.sections.path), passage.words)

    def table(self, page: PdfPage, table: Table) -> None:
        """Cells with running row numbers when the table goes on from the page before."""
        cells = [c for c in table.cells if c.words]
        grid: list[dict[int, str]] = [{} for _ in range(table.rows)]
        for cell in cells:
            grid[cell.row][cell.column] = self.cell_text(cell)
        top = [grid[0].get(c, "") for c in range(table.columns)]
        going_on = self.goes_on(page, table, top)
        number = self.open.number if going_on and self.open else self.tables
        shift = self.open.rows if going_on and self.open else 0
        bold = frozenset(r for r in range(table.rows) if (own := [c for c in cells if c.row == r])
                         and all(w.bold for c in own for w in c.words))
        heads = set(header_rows(grid, bold if len(bold) < table.rows else frozenset()))
        if going_on and self.open:
            heads = {0} if top == self.open.first_row else {r for r in heads if r != 0 or 0 in bold}
        for cell in cells:
            row = cell.row + shift
            self.put(Draft("cell", grid[cell.row][cell.column], page=page.number, section=self.sections.path,
                           table=number, row=row, column=cell.column, cell=cell_name(number, row, cell.column),
                           row_span=cell.row_span, column_span=cell.column_span, header_row=cell.row in heads),
                     cell.words)
        first = self.open.first_row if going_on and self.open else top
        self.open = OpenTable(number, shift + table.rows, table.columns, table.x0, table.x1, table.bottom, first)
        self.tables = max(self.tables, number + 1)

    def goes_on(self, page: PdfPage, table: Table, top: Sequence[str]) -> bool:
        """The last block was a table of the same shape on the page or in the column before."""
        last = next((d for d, _ in reversed(self.laid) if d.kind not in ("header", "footer")), None)
        if self.open is None or last is None or last.table != self.open.number or table.columns != self.open.columns:
            return False
        if top != self.open.first_row and reads_as_header(top):
            return False
        next_page = last.page == page.number - 1
        next_column = last.page == page.number and table.top < self.open.bottom and table.x0 > self.open.x1
        wide, before = table.x1 - table.x0, self.open.x1 - self.open.x0
        return (next_page or next_column) and abs(wide - before) < max(0.08 * before, 20)

    def cell_text(self, cell: Cell) -> str:
        """The lines of a cell as one text."""
        return join_lines([line.text for line in lines_of(cell.words)], self.known)


def _broken_off(draft: Draft, words: Sequence[Word], passage: Passage, page: PdfPage) -> bool:
    """The block before stops within a sentence and this one goes on with it, on another page or in another column."""
    elsewhere = draft.page != page.number or words[-1].bottom > passage.top
    if not elsewhere or draft.kind not in ("paragraph", "list_item") or draft.hidden:
        return False
    unfinished = len(draft.text) > 40 and draft.text[-1:] not in ".:;!?。；：！？"
    return unfinished and bool(re.match("[a-zà-ÿ]", passage.text))
