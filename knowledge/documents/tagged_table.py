"""HTML tables in the source of plain text and Markdown: the cells are slices of the source, without its tags."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.documents.assemble import Draft, cell_name
from knowledge.documents.header_rows import header_rows
from knowledge.documents.lines import Line

_OPENS = re.compile(r"\s*<table\b", re.IGNORECASE)
_CLOSES = re.compile(r"</table\s*>\s*$", re.IGNORECASE)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)(?=</tr\s*>|<tr\b|\Z)", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<(t[dh])\b[^>]*>(.*?)(?=</t[dh]\s*>|<t[dh]\b|\Z)", re.DOTALL | re.IGNORECASE)
_OUTER = re.compile(r"^(?:\s|</?[a-zA-Z][^<>]*>)+|(?:\s|</?[a-zA-Z][^<>]*>)+$")
_MOST = 2_000              # lines of one table that are looked at


def table_length(lines: Sequence[Line], at: int) -> int:
    """Lines of the table whose first tag opens the line; 0 where none does or it is not closed at a line's end."""
    if not _OPENS.match(lines[at].text):
        return 0
    return next((end - at + 1 for end in range(at, min(len(lines), at + _MOST)) if _CLOSES.search(lines[end].text)), 0)


def table_drafts(lines: Sequence[Line], table: int, section: tuple[str, ...], _markdown: bool) -> list[Draft]:
    """The filled cells of a table written with tags."""
    first = lines[0].start
    source = ""
    for line in lines:                                     # line ends become spaces, so that the places stay
        source += " " * (line.start - first - len(source)) + line.text
    drafts: list[Draft] = []
    texts: list[dict[int, str]] = []
    styled: set[int] = set()
    for number, row in enumerate(_ROW.finditer(source)):
        cells = list(_CELL.finditer(source, *row.span(1)))
        texts.append({})
        if cells and all(c.group(1).lower() == "th" for c in cells):
            styled.add(number)
        for column, cell in enumerate(cells):
            text = _OUTER.sub("", cell.group(2))
            if not re.search(r"\S", text):
                continue
            start = cell.start(2) + cell.group(2).index(text)
            texts[number][column] = text
            drafts.append(Draft("cell", text, first + start, section=section, table=table, row=number, column=column,
                                line=next(n.number for n in reversed(lines) if n.start <= first + start),
                                cell=cell_name(table, number, column)))
    heads = header_rows(texts, frozenset(styled)) | {n for n in styled if n <= 2}
    for draft in drafts:
        draft.header_row = draft.row in heads
        length = draft.start + len(draft.text)
        draft.text = _as_written(lines, draft.start, length)
    return drafts


def _as_written(lines: Sequence[Line], start: int, end: int) -> str:
    """The part of the first line of a cell; a cell over several lines ends with its first one."""
    line = next(n for n in reversed(lines) if n.start <= start)
    return line.text[start - line.start:min(end, line.end) - line.start].rstrip()
