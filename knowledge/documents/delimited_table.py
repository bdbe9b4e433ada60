"""Tables written with a delimiter: lines of `item;value;unit;remark`, of `item -> value`, or with leaders of dots."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.assemble import Draft, cell_name
from knowledge.documents.header_rows import header_rows, reads_as_header
from knowledge.documents.lines import Line, list_marker

_LEAST_LINES = 3
_LABEL = 48                # characters of a name before a single mark
_FIGURES = 0.34            # share of names with digits before a single mark, at most
_LOOKED_AT = 60            # lines whose names are looked at
_ENDED = re.compile(r"[.:：。,，]\s*$|\. ")
_QUOTED = re.compile(r'\s*"[^"]*"\s*(?=,|$)|[^,]*')


@dataclass(frozen=True, slots=True)
class _Mark:
    """What parts the cells of a line: how many it needs, and whether a header must say that it is a table."""

    pattern: re.Pattern[str]
    least: int
    headed: bool = False


_MARKS = (
    _Mark(re.compile(";"), 2), _Mark(re.compile("\t"), 2),
    _Mark(re.compile(r"\s*(?:\.{4,}|(?:\. ){3,}\.?|…{2,}|·{4,}|_{4,})\s*"), 1),
    _Mark(re.compile(r"\s+(?:->|→|=>|⇒|:=)\s+|\s*→\s*"), 1), _Mark(re.compile(r"\s+=\s+"), 1),
    _Mark(re.compile(";"), 1), _Mark(re.compile(","), 2, headed=True))


def table_length(lines: Sequence[Line], at: int) -> int:
    """How many lines from `at` on are cut by the same delimiter; 0 for fewer than three."""
    return _found(lines, at)[0]


def _found(lines: Sequence[Line], at: int) -> tuple[int, _Mark | None]:
    for mark in _MARKS:
        if length := _length(lines, at, mark):
            return length, mark
    return 0, None


def _length(lines: Sequence[Line], at: int, mark: _Mark) -> int:
    if not mark.pattern.search(lines[at].text):
        return 0
    first = _cells(lines[at], mark)
    if not _cut(first, mark):
        return 0
    headed = len(first) > 2 and reads_as_header([text for _, text in first])
    if mark.headed and not headed:
        return 0
    if mark.least == 1 and not _names(lines[at:at + _LOOKED_AT], mark):
        return 0
    end = at + 1
    while end < len(lines) and mark.pattern.search(lines[end].text):
        cells = _cells(lines[end], mark)
        if not (_cut(cells, mark) and len(cells) == len(first) or headed and 2 <= len(cells) < len(first)
                and cells[0][1]):
            break
        end += 1
    return end - at if end - at >= _LEAST_LINES else 0


def _cut(cells: Sequence[tuple[int, str]], mark: _Mark) -> bool:
    """Enough cells, the first of them filled; around a single mark both are, and there is no other."""
    if len(cells) <= mark.least or not cells[0][1]:
        return False
    return mark.least > 1 or len(cells) == 2 and bool(cells[1][1]) and len(cells[0][1]) <= _LABEL


def _names(lines: Sequence[Line], mark: _Mark) -> bool:
    """Whether what stands before a single mark are names: few figures, no items of a list, no ends of sentences."""
    names = []
    for line in lines:
        cells = _cells(line, mark)
        if not mark.pattern.search(line.text) or not _cut(cells, mark):
            break
        if list_marker(line.text) is not None or _ENDED.search(cells[0][1]):
            return False
        names.append(cells[0][1])
    return sum(any(ch.isdigit() for ch in name) for name in names) <= _FIGURES * len(names)


def _cells(line: Line, mark: _Mark) -> list[tuple[int, str]]:
    """Where each cell of a line begins, and its text; quotes around a cell are left out."""
    if mark.headed:
        spans = [m.span() for m in _QUOTED.finditer(line.text) if m.end() > m.start() or line.text[m.end():m.end() + 1]
                 == "," or m.start() == len(line.text)]
        spans = [s for n, s in enumerate(spans) if n == 0 or s[0] > spans[n - 1][1]]
    else:
        found = list(mark.pattern.finditer(line.text))
        spans = list(zip([0, *(m.end() for m in found)], [*(m.start() for m in found), len(line.text)], strict=True))
    cells = []
    for start, end in spans:
        raw = line.text[start:end]
        text = raw.strip()
        if mark.headed and len(text) > 1 and text[0] == text[-1] == '"':
            text = text[1:-1].strip()
        cells.append((line.start + start + (raw.index(text) if text else 0), text))
    return cells


def table_drafts(lines: Sequence[Line], table: int, section: tuple[str, ...], _markdown: bool) -> list[Draft]:
    """The filled cells of a delimited table, each a slice of the text."""
    _, mark = _found(lines, 0)
    rows = [[(column, start, text) for column, (start, text) in enumerate(_cells(line, mark)) if text]
            for line in lines] if mark else []
    heads = header_rows([{column: text for column, _, text in row} for row in rows])
    return [Draft("cell", text, start, line=lines[number].number, section=section, table=table, row=number,
                  column=column, cell=cell_name(table, number, column), header_row=number in heads)
            for number, row in enumerate(rows) for column, start, text in row]
