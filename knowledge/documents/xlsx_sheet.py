"""One worksheet, streamed: only filled cells are kept, whatever size the sheet claims to have."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from knowledge.document import Unread
from knowledge.documents.xlsx_numbers import date_text, is_date, plain_number, shown
from knowledge.documents.xlsx_parts import Package, S, SheetInfo, rich_text

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})$")


@dataclass(slots=True)
class SheetCell:
    """A filled cell; row and column are 0-based places on the sheet."""

    row: int
    column: int
    text: str
    hidden: bool
    bold: bool
    row_span: int = 1
    column_span: int = 1

    @property
    def reference(self) -> str:
        """The cell's name, such as B7."""
        return f"{column_letters(self.column)}{self.row + 1}"


def column_letters(column: int) -> str:
    """A for 0, AA for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place(reference: str) -> tuple[int, int] | None:
    """0-based (row, column) of a name such as B7."""
    match = _REFERENCE.match(reference)
    if not match:
        return None
    column = 0
    for letter in match.group(1):
        column = 26 * column + ord(letter) - 64
    return int(match.group(2)) - 1, column - 1


class SheetCells:
    """Reads the cells of one sheet, at most `limit` of them."""

    def __init__(self, package: Package, info: SheetInfo, limit: int) -> None:
        self.package = package
        self.info = info
        self.limit = limit
        self.unread: list[Unread] = []
        self.found: list[SheetCell] = []
        self.merged: dict[tuple[int, int], tuple[int, int]] = {}
        self.hidden_columns: list[tuple[int, int]] = []
        self._codes: dict[int, tuple[str, bool]] = {}

    def cells(self) -> list[SheetCell]:
        """Filled cells row by row."""
        from lxml import etree

        row = -1
        tags = [f"{S}{tag}" for tag in ("row", "col", "mergeCell")]
        stream = etree.iterparse(io.BytesIO(self.package.open(self.info.path)), tag=tags, resolve_entities=False,
                                 no_network=True, load_dtd=False, huge_tree=False)
        for _, node in stream:
            if node.tag == f"{S}row":
                number = node.get("r")
                row = int(number) - 1 if number and number.isdigit() else row + 1
                if len(self.found) + len(node) <= self.limit:
                    self.row(node, row)
                elif len(node):
                    self.unread.append(Unread(place=f"{self.info.name}, row {row + 1} and after", reason="more cells "
                                              "than are read; send the specification without its data tables"))
                    break
            elif node.tag == f"{S}col" and node.get("hidden") in ("1", "true"):
                self.hidden_columns.append((int(node.get("min", 0)) - 1, int(node.get("max", 0)) - 1))
            elif node.tag == f"{S}mergeCell":
                self.merge(node.get("ref") or "")
            node.clear()
            while node.getprevious() is not None and node.tag != f"{S}col":
                del node.getparent()[0]
        return self.finished()

    def finished(self) -> list[SheetCell]:
        """Cells with merged spans and hidden columns applied."""
        for cell in self.found:
            cell.row_span, cell.column_span = self.merged.get((cell.row, cell.column), (1, 1))
            cell.hidden = cell.hidden or any(a <= cell.column <= b for a, b in self.hidden_columns)
        return self.found

    def merge(self, reference: str) -> None:
        """A merged range; its top left cell holds the value."""
        corners = [place(part) for part in reference.split(":")]
        if len(corners) == 2 and corners[0] and corners[1]:
            (top, left), (bottom, right) = corners[0], corners[1]
            self.merged[top, left] = (max(bottom - top + 1, 1), max(right - left + 1, 1))

    def row(self, node: Any, row: int) -> None:
        """The filled cells of one row."""
        hidden = node.get("hidden") in ("1", "true")
        column = -1
        for cell in node:
            if cell.tag != f"{S}c":
                continue
            where = place(cell.get("r") or "")
            column = where[1] if where else column + 1
            style = int(cell.get("s") or 0)
            text = " ".join(part.strip() for part in [self.text(cell, style, f"{column_letters(column)}{row + 1}")])
            if text:
                bold = style < len(self.package.styles.bold) and self.package.styles.bold[style]
                self.found.append(SheetCell(row, column, text, hidden, bold))

    def text(self, cell: Any, style: int, name: str) -> str:
        """A cell's value as it is shown; a formula without a kept value is noted and gives nothing."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(f"{S}is")
            return rich_text(inline) if inline is not None else ""
        value = cell.findtext(f"{S}v")
        if value is None or (value == "" and kind == "n"):
            if cell.find(f"{S}f") is not None:
                self.note(name, "the formula was never calculated; open the file in Excel, save it and send it again")
            return ""
        if kind == "s":
            index = int(value)
            return self.package.strings[index] if 0 <= index < len(self.package.strings) else ""
        if kind == "b":
            return "TRUE" if value in ("1", "true") else "FALSE"
        if kind == "e":
            self.note(name, f"the cell shows the error {value}")
            return ""
        return self.number(float(value), style) if kind == "n" else value

    def number(self, value: float, style: int) -> str:
        """A number, date or time by its format."""
        if style not in self._codes:
            codes = self.package.styles.codes
            code = codes[style] if style < len(codes) else "General"
            self._codes[style] = (code, is_date(code))
        code, dated = self._codes[style]
        if dated:
            try:
                return date_text(value, code, self.package.since_1904)
            except (ValueError, OverflowError):
                return plain_number(value)
        return plain_number(value) if code == "General" or code == "@" else shown(value, code)

    def note(self, name: str, reason: str) -> None:
        """Record a cell that could not be read."""
        self.unread.append(Unread(place=f"{self.info.name}!{name}", reason=reason))
