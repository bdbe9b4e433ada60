"""Tables drawn with characters: Markdown pipe tables, `a | b` rows with rules, `+---+` grids, box-drawing frames."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.assemble import Draft, cell_name
from knowledge.documents.header_rows import header_rows
from knowledge.documents.lines import Line

_BARS = "|│┃║¦"
_BAR = re.compile(rf"(?<!\\)[{_BARS}]")
_RULE = re.compile(r"\s*[|+:\-=_ \t─━═│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╪╤╧]+$")
_GRID_RULE = re.compile(r"\s*[+├╠╞┼]")


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of one line that lies in one column."""

    column: int
    start: int
    text: str


@dataclass(slots=True)
class Row:
    """The pieces of one table row; more than one line when cells are wrapped."""

    group: int
    line: int
    pieces: list[Piece]

    @property
    def texts(self) -> dict[int, str]:
        """Cell text by column."""
        joined: dict[int, str] = {}
        for piece in self.pieces:
            joined[piece.column] = f"{joined[piece.column]} {piece.text}" if piece.column in joined else piece.text
        return joined


def is_rule(line: Line) -> bool:
    """A line of dashes, equal signs or frame characters."""
    return bool(_RULE.match(line.text)) and len(re.findall(r"[-=_─━═]", line.text)) >= 3


def is_row(line: Line) -> bool:
    """A line with at least one column bar and something beside it."""
    bars = len(_BAR.findall(line.text))
    return bars >= 1 and not is_rule(line) and (bars >= 2 or any(ch.isalnum() for ch in line.text))


def table_length(lines: Sequence[Line], at: int) -> int:
    """How many lines from `at` on are one drawn table; 0 when none starts here."""
    if not (is_row(lines[at]) or (is_rule(lines[at]) and at + 1 < len(lines) and is_row(lines[at + 1]))):
        return 0
    end = at
    while end < len(lines) and not lines[end].blank and (is_row(lines[end]) or is_rule(lines[end])):
        end += 1
    rows = [line for line in lines[at:end] if is_row(line)]
    inner_rule = any(is_rule(line) for line in lines[at + 1:end])
    if len(rows) < 2 and not (rows and inner_rule):
        return 0
    bars = [len(_BAR.findall(line.text)) for line in rows]
    return end - at if inner_rule or (min(bars) == max(bars)) or min(bars) >= 2 else 0


def table_drafts(lines: Sequence[Line], table: int, section: tuple[str, ...], markdown: bool) -> list[Draft]:
    """The cells of a drawn table, each a slice of the text.

    A cell that is wrapped over several lines is no slice: each of its lines is a draft with the same row and column.
    """
    rows = _merged_rows(lines, markdown)
    groups = {row.group for row in rows}
    ruled = {i for i, row in enumerate(rows) if row.group == min(groups)}
    if len(groups) > 1 and len(ruled) <= 3:
        heads = frozenset(ruled)
    else:
        heads = header_rows([row.texts for row in rows])
    drafts = []
    for number, row in enumerate(rows):
        for piece in row.pieces:
            drafts.append(Draft(
                "cell", piece.text, piece.start, line=row.line, section=section, table=table, row=number,
                column=piece.column, cell=cell_name(table, number, piece.column), header_row=number in heads))
    return drafts


def _merged_rows(lines: Sequence[Line], markdown: bool) -> list[Row]:
    groups: list[list[tuple[Line, list[Piece]]]] = [[]]
    grid_rules = 0
    for line in lines:
        if is_rule(line):
            grid_rules += bool(_GRID_RULE.match(line.text))
            if groups[-1]:
                groups.append([])
        else:
            groups[-1].append((line, _pieces(line)))
    groups = [group for group in groups if group]
    # With a grid rule between all rows, the lines between two rules are one row.
    grid = grid_rules >= 3 and len(groups) >= 3
    rows: list[Row] = []
    for number, group in enumerate(groups):
        for position, (line, pieces) in enumerate(group):
            if not pieces:
                continue
            before = rows[-1] if rows and rows[-1].group == number else None
            if before and position and (grid or not markdown and _continues(before, pieces)):
                before.pieces.extend(pieces)
            else:
                rows.append(Row(number, line.number, pieces))
    return rows


def _continues(row: Row, pieces: list[Piece]) -> bool:
    """A line with an empty first cell and few others goes on with the row above."""
    return pieces[0].column > 0 and 0 in row.texts and len(pieces) <= max(1, len(row.texts) // 2)


def _pieces(line: Line) -> list[Piece]:
    """The non-empty cells of a line; an outer bar opens no column."""
    marks = [m.start() for m in _BAR.finditer(line.text)]
    first = len(line.text) - len(line.text.lstrip())
    if not marks or marks[0] != first:
        marks.insert(0, -1)
    marks.append(len(line.text))
    pieces = []
    for column, (left, right) in enumerate(zip(marks, marks[1:], strict=False)):
        raw = line.text[left + 1:right]
        text = raw.strip()
        if text:
            pieces.append(Piece(column, line.start + left + 1 + raw.index(text), text))
    return pieces
