"""Tables in plain text whose columns are aligned with spaces or separated by tabs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.assemble import Draft, cell_name
from knowledge.documents.header_rows import header_rows
from knowledge.documents.lines import Line, list_marker

# Two spaces after a full stop are a typist's habit and no column.
_GAP = re.compile(r"\t+|(?<![.!?:;,\])])\s{2,}|(?<!\])\s{3,}")
_MAX_LOOK_AHEAD = 400


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line between two gaps; `left` and `right` are character columns."""

    left: int
    right: int
    text: str


def segments_of(text: str) -> list[Segment]:
    """The pieces of a line between tabs or runs of spaces."""
    found = []
    at = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    for gap in _GAP.finditer(text, at, end):
        if gap.start() > at:
            found.append(Segment(at, gap.start(), text[at:gap.start()]))
        at = gap.end()
    if at < end:
        found.append(Segment(at, end, text[at:end]))
    return found


def _dashes(text: str) -> bool:
    return bool(re.fullmatch(r"[\s\-=_─━═+]{3,}", text)) and bool(text.strip())


def table_length(lines: Sequence[Line], at: int) -> int:
    """How many lines from `at` on are one aligned table; 0 when none starts here."""
    first = segments_of(lines[at].text)
    if len(first) < 2:
        return 0
    tabs = "\t" in lines[at].text.strip()
    end = at + 1
    rows = [first]
    while end < min(len(lines), at + _MAX_LOOK_AHEAD) and not lines[end].blank:
        text = lines[end].text
        parts = segments_of(text)
        if _dashes(text):
            end += 1
            continue
        if tabs and "\t" in text.strip() and len(parts) >= 2 or not tabs and _aligned(rows[-1], parts):
            if len(parts) >= 2:
                rows.append(parts)
        else:
            break
        end += 1
    while end > at and _dashes(lines[end - 1].text):
        end -= 1
    return end - at if len(rows) >= (2 if tabs else 3) and _tabular(lines[at:end], rows, tabs) else 0


def _aligned(above: list[Segment], here: list[Segment]) -> bool:
    """A second or later piece begins or ends where a later piece of the row above does."""
    later = here[1:] if len(here) > 1 else here
    return any(abs(a.left - b.left) <= 1 or abs(a.right - b.right) <= 1 for a in above[1:] for b in later)


def _tabular(lines: Sequence[Line], rows: list[list[Segment]], tabs: bool) -> bool:
    """Not a list with labels in the margin, and not prose in two columns."""
    if max(map(len, rows)) > 2 or tabs:
        return True
    marked = sum(list_marker(line.text) is not None for line in lines)
    second = [len(row[1].text) for row in rows if len(row) > 1]
    return marked < 0.5 * len(lines) and sum(second) / len(second) <= 40


def table_drafts(lines: Sequence[Line], table: int, section: tuple[str, ...], markdown: bool) -> list[Draft]:
    """The cells of an aligned table, each a slice of the text; a wrapped cell gives one draft per line."""
    parts = [(line, segments_of(line.text)) for line in lines if not _dashes(line.text)]
    tabs = "\t" in lines[0].text.strip()
    edges = [] if tabs else _column_starts([p for _, p in parts])
    texts: list[dict[int, str]] = []
    drafts: list[Draft] = []
    for line, pieces in parts:
        columns = _tab_columns(line.text, pieces) if tabs else [_column(edges, p) for p in pieces]
        if not (texts and columns[0] > 0 and len(pieces) == 1):
            texts.append({})
        row = len(texts) - 1
        for column, piece in zip(columns, pieces, strict=True):
            texts[row][column] = f"{texts[row].get(column, '')} {piece.text}".strip()
            drafts.append(Draft("cell", piece.text, line.start + piece.left, line=line.number, section=section,
                                table=table, row=row, column=column, cell=cell_name(table, row, column)))
    heads = header_rows(texts)
    for draft in drafts:
        draft.header_row = draft.row in heads
    return drafts


def _column_starts(rows: list[list[Segment]]) -> list[int]:
    """Left edges of the stretches of character columns that some row fills."""
    starts: list[int] = []
    reach = -1
    heads = max(rows[:3], key=len, default=[])
    single = [p for row in rows if len(row) > 1 for p in row
              if sum(p.left < h.right and h.left < p.right for h in heads) < 2 or row is heads]
    for piece in sorted(single, key=lambda p: p.left):     # a text across several columns opens none
        if piece.left > reach:
            starts.append(piece.left)
        reach = max(reach, piece.right)
    return starts


def _column(edges: list[int], piece: Segment) -> int:
    return max(sum(edge <= piece.left for edge in edges) - 1, 0)


def _tab_columns(text: str, pieces: list[Segment]) -> list[int]:
    """With tabs an empty cell counts: each tab opens the next column."""
    return [text.count("\t", 0, piece.left) for piece in pieces]
