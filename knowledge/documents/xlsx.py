"""XLSX to blocks: every sheet cell by cell, with headers found, hidden places marked, uncalculated formulas named."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Sequence

from knowledge.document import Unread
from knowledge.documents.assemble import Content, Draft, stack
from knowledge.documents.errors import PARSER_FAULTS, UnreadableDocument
from knowledge.documents.header_rows import header_rows
from knowledge.documents.limits import MAX_BLOCKS
from knowledge.documents.xlsx_parts import Package, SheetInfo
from knowledge.documents.xlsx_sheet import SheetCell, SheetCells

_HEADER_ROWS = 5_000  # header rows are looked for in so many filled rows of a sheet


def read_xlsx(data: bytes, name: str) -> Content:
    """Cells as the workbook shows them; what Excel never calculated is in `unread`.

    Raises UnreadableDocument for damaged files.
    """
    from lxml import etree

    try:
        with Package(data) as package:
            content = _content(package)
    except (*PARSER_FAULTS, etree.LxmlError, zipfile.BadZipFile) as fault:
        raise UnreadableDocument(f"{name} is a damaged or unusual workbook ({type(fault).__name__}); open it in Excel "
                                 "and save it again as XLSX.") from fault
    return content


def _content(package: Package) -> Content:
    drafts: list[Draft] = []
    unread: list[Unread] = []
    tables = 0
    for info in package.sheets():
        if not info.path:
            unread.append(Unread(place=f"sheet {info.name}", reason="the sheet is no table of cells (a chart or macro "
                                 "sheet) and was not read"))
            continue
        reader = SheetCells(package, info, MAX_BLOCKS - len(drafts))
        cells = reader.cells()
        unread += reader.unread
        made, used = _drafts(info, cells, tables)
        tables += used
        drafts += made
        drafts += _beside(package, info)
    return stack("xlsx", drafts, unread)


def _drafts(info: SheetInfo, cells: Sequence[SheetCell], first_table: int) -> tuple[list[Draft], int]:
    """Drafts of one sheet; a new table begins at a header row that follows an empty row."""
    rows: dict[int, dict[int, str]] = {}
    bold: dict[int, bool] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = cell.text
        bold[cell.row] = bold.get(cell.row, True) and cell.bold
    order = sorted(rows)
    heads = _heads(order[:_HEADER_ROWS], rows, bold)
    table_of = _tables(order, rows, heads, first_table)
    drafts = [Draft("cell", c.text, sheet=info.name, cell=c.reference, table=table_of[c.row], row=c.row,
                    column=c.column, row_span=c.row_span, column_span=c.column_span, header_row=c.row in heads,
                    hidden=c.hidden or info.hidden) for c in cells]
    return drafts, len(set(table_of.values()))


def _tables(order: Sequence[int], rows: dict[int, dict[int, str]], heads: set[int], table: int) -> dict[int, int]:
    """Table number of each row; the title right above a later header goes with that header."""
    table_of: dict[int, int] = {}
    for k, row in enumerate(order):
        table_of[row] = table
        if row not in heads or k == 0 or order[k - 1] in heads:
            continue
        start = k
        while start and len(rows[order[start - 1]]) == 1 and order[start - 1] == order[start] - 1:
            start -= 1
        apart = start < k or order[k - 1] != row - 1
        if apart and any(table_of[r] == table and len(rows[r]) > 1 for r in order[:start]):
            table += 1
            table_of.update(dict.fromkeys(order[start:k + 1], table))
    return table_of


def _heads(order: Sequence[int], rows: dict[int, dict[int, str]], bold: dict[int, bool]) -> set[int]:
    """Header rows of each stretch between empty rows; titles of one cell above a header are passed over."""
    heads: set[int] = set()
    stretch: list[int] = []
    for k, row in enumerate(order):
        alone = len(rows[row]) == 1
        if stretch and (order[k - 1] != row - 1 or alone):
            heads |= _heads_of(stretch, rows, bold, not heads)
            stretch = []
        if not alone or stretch:
            stretch.append(row)
    return heads | (_heads_of(stretch, rows, bold, not heads) if stretch else set())


def _heads_of(stretch: list[int], rows: dict[int, dict[int, str]], bold: dict[int, bool],
              by_shape: bool) -> set[int]:
    styled = frozenset(k for k, row in enumerate(stretch) if bold[row])
    found = header_rows([rows[row] for row in stretch], styled if len(styled) < len(stretch) else frozenset(),
                        by_shape)
    return {stretch[k] for k in found}


def _beside(package: Package, info: SheetInfo) -> list[Draft]:
    """Comments of the sheet, and the text of its drawings."""
    drafts = [Draft("comment", text, sheet=info.name, cell=where, hidden=info.hidden)
              for where, text in package.comments(info)]
    drafts += [Draft("paragraph", text, sheet=info.name, part=posixpath.basename(path), hidden=info.hidden)
               for path, text in package.drawings(info)]
    return drafts
