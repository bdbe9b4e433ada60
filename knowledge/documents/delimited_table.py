"""Tables written with a delimiter: lines of `item;value;unit;remark`, as a spreadsheet exports them."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.documents.assemble import Draft, cell_name
from knowledge.documents.header_rows import header_rows
from knowledge.documents.lines import Line

_DELIMITERS = ";\t"
_LEAST_LINES = 3
_LEAST_MARKS = 2


def delimiter(line: Line) -> str | None:
    """The delimiter that cuts a line into three cells or more, the first of them filled."""
    for mark in _DELIMITERS:
        if line.text.count(mark) >= _LEAST_MARKS and line.text.split(mark)[0].strip():
            return mark
    return None


def table_length(lines: Sequence[Line], at: int) -> int:
    """How many lines from `at` on hold the same number of the same delimiter; 0 for fewer than three."""
    mark = delimiter(lines[at])
    if mark is None:
        return 0
    marks = lines[at].text.count(mark)
    end = at
    while end < len(lines) and delimiter(lines[end]) == mark and lines[end].text.count(mark) == marks:
        end += 1
    return end - at if end - at >= _LEAST_LINES else 0


def table_drafts(lines: Sequence[Line], table: int, section: tuple[str, ...], _markdown: bool) -> list[Draft]:
    """The filled cells of a delimited table, each a slice of the text."""
    rows: list[list[tuple[int, int, str]]] = []
    for line in lines:
        mark, place, row = delimiter(line) or _DELIMITERS[0], line.start, list[tuple[int, int, str]]()
        for column, raw in enumerate(line.text.split(mark)):
            if raw.strip():
                row.append((column, place + len(raw) - len(raw.lstrip()), raw.strip()))
            place += len(raw) + 1
        rows.append(row)
    heads = header_rows([{column: text for column, _, text in row} for row in rows])
    return [Draft("cell", text, start, line=lines[number].number, section=section, table=table, row=number,
                  column=column, cell=cell_name(table, number, column), header_row=number in heads)
            for number, row in enumerate(rows) for column, start, text in row]
