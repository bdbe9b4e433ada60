"""A customer's document as blocks with exact positions.

`Document.text` is the whole readable text. For plain text and Markdown it is the file's own text, so a quote is a
substring of the file; for the other formats it is the block texts joined by newlines. Every block is a slice of it:
`document.text[block.start:block.end] == block.text`, and no two blocks overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from knowledge.frozen import Frozen

BlockKind = Literal[
    "heading", "paragraph", "list_item", "cell", "header", "footer", "comment", "caption", "quoted", "metadata"
]


class Block(Frozen):
    """One piece of a document that is read as a unit: a paragraph, a heading, one table cell."""

    index: int
    kind: BlockKind
    text: str
    start: int
    end: int
    page: int | None = None          # 1-based, PDF only
    sheet: str | None = None         # XLSX
    cell: str | None = None          # "B7" in a workbook, "T2R3C1" in a document's table (all 1-based)
    line: int | None = None          # 1-based line in a text file, or running paragraph number
    part: str | None = None          # attachment or message part inside an e-mail
    section: tuple[str, ...] = ()    # headings above, outermost first
    table: int | None = None         # running table number, 0-based
    row: int | None = None           # 0-based
    column: int | None = None        # 0-based
    row_span: int = 1                # rows that a merged cell covers
    column_span: int = 1             # columns that a merged cell covers
    header_row: bool = False         # this cell belongs to the table's header
    hidden: bool = False             # hidden sheet, hidden row, HTML comment or sub-visible text


class Unread(Frozen):
    """Something in the document that could not be read, and why."""

    place: str
    reason: str


class Document(Frozen):
    """A document that has been read whole."""

    name: str
    sha256: str
    media: Literal["pdf", "docx", "xlsx", "eml", "msg", "zip", "html", "markdown", "text"]
    text: str
    blocks: tuple[Block, ...]
    language: str | None = None      # ISO 639-1, by simple evidence
    pages: int | None = None
    unread: tuple[Unread, ...] = ()

    def table_rows(self, table: int) -> list[list[Block]]:
        """The cells of one table, row by row, in column order; a missing cell is simply absent."""
        return _by_row(b for b in self.blocks if b.table == table)

    def tables(self) -> list[list[list[Block]]]:
        """All tables in the order of their numbers, each row by row."""
        cells: dict[int, list[Block]] = {}
        for block in self.blocks:
            if block.table is not None:
                cells.setdefault(block.table, []).append(block)
        return [_by_row(cells[number]) for number in sorted(cells)]


def _by_row(cells: Iterable[Block]) -> list[list[Block]]:
    rows: dict[int, list[Block]] = {}
    for block in cells:
        if block.row is not None:
            rows.setdefault(block.row, []).append(block)
    return [sorted(rows[r], key=lambda b: b.column or 0) for r in sorted(rows)]
