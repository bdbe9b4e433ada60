"""Tables of a PDF page: ruled ones by their lines, borderless ones by aligned gaps under a header."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.documents.header_rows import reads_as_header
from knowledge.documents.pdf_words import TextLine, Word, join_words, lines_of, segments

_MAX_EDGES = 4_000
_MARK = re.compile(r"(?:[-*+•–—‣▪■□◦○●◆►▶➢✓·]|\(?\d{1,3}(?:\.\d{1,2}){0,4}[.)]?|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}[.)]|"
                   r"[A-Z]{1,3}-?\d{1,3}[.:)]?|§|\[\w{1,6}\])$")


@dataclass(slots=True)
class Cell:
    """Words of one table cell and its place in the grid."""

    row: int
    column: int
    words: list[Word]
    row_span: int = 1
    column_span: int = 1


@dataclass(slots=True)
class Table:
    """A table on one page."""

    top: float
    bottom: float
    x0: float
    x1: float
    cells: list[Cell]
    columns: int
    rows: int


def ruled_tables(page: Any, words: Sequence[Word]) -> list[Table]:
    """Tables whose cells are closed by lines; a word belongs to the cell that holds its middle."""
    if len(page.edges) > _MAX_EDGES:
        return []
    found = []
    taken: set[int] = set()
    for raw in page.filter(_is_no_shade).find_tables({"vertical_strategy": "lines", "horizontal_strategy": "lines"}):
        boxes = [box for box in raw.cells if box]
        lefts = _edges([b[0] for b in boxes])
        tops = _edges([b[1] for b in boxes])
        if len(lefts) < 2 or len(boxes) < 2:
            continue
        cells = []
        for box in boxes:
            inside = [w for w in words if id(w) not in taken and box[0] <= w.x <= box[2] and box[1] <= w.y <= box[3]]
            if inside:
                taken.update(map(id, inside))
                row, column = _index(tops, box[1]), _index(lefts, box[0])
                below = sum(t < box[3] - 2 for t in tops) - row
                right = sum(x < box[2] - 2 for x in lefts) - column
                cells.append(Cell(row, column, inside, max(below, 1), max(right, 1)))
        cells, count = _split_stacked(cells, len(tops))
        if not _worth(cells):
            taken.difference_update(id(w) for c in cells for w in c.words)
            continue
        x0, top, x1, bottom = raw.bbox
        found.append(Table(top, bottom, x0, x1, cells, len(lefts), count))
    return found


def _is_no_shade(thing: dict[str, Any]) -> bool:
    """A filled box without an outline shades a row or a cell; its edges are no rules."""
    return not (thing["object_type"] == "rect" and thing.get("fill") and not thing.get("stroke")
                and thing["width"] > 3 and thing["height"] > 3)


def _edges(values: Sequence[float]) -> list[float]:
    merged: list[float] = []
    for value in sorted(values):
        if not merged or value - merged[-1] > 2:
            merged.append(value)
    return merged


def _index(edges: Sequence[float], value: float) -> int:
    return max(sum(edge <= value + 2 for edge in edges) - 1, 0)


def _worth(cells: Sequence[Cell]) -> bool:
    """At least two filled columns, not one box of prose."""
    return len({c.column for c in cells}) >= 2


def _split_stacked(cells: list[Cell], rows: int) -> tuple[list[Cell], int]:
    """A body without lines between its rows comes as one tall row: cut it at the lines of its first column."""
    result: list[Cell] = []
    shift = 0
    for row in range(rows):
        here = [c for c in cells if c.row == row]
        lines = [lines_of(c.words) for c in here]
        tall = len(here) >= 2 and all(c.row_span == 1 for c in here) and len(lines[0]) >= 3 \
            and sum(len(part) == len(lines[0]) for part in lines) >= max(2, len(here) - 1) \
            and all(abs(a.top - b.top) < 3 for a, b in zip(lines[0], lines[1], strict=False))
        if not tall:
            result += [Cell(c.row + shift, c.column, c.words, c.row_span, c.column_span) for c in here]
            continue
        starts = [line.top for line in lines[0]]
        for cell, parts in zip(here, lines, strict=True):
            for k, _ in enumerate(starts):
                upper = starts[k + 1] if k + 1 < len(starts) else float("inf")
                lower = starts[k] if k else float("-inf")
                inside = [w for part in parts if lower - 3 <= part.top < upper - 3 for w in part.words]
                if inside:
                    result.append(Cell(row + shift + k, cell.column, inside, 1, cell.column_span))
        shift += len(starts) - 1
    return result, rows + shift


def horizontal_rules(page: Any) -> list[tuple[float, float, float]]:
    """Horizontal lines and thin boxes as (y, x0, x1)."""
    if len(page.edges) > _MAX_EDGES:
        return []
    return sorted((e["top"], e["x0"], e["x1"]) for e in page.edges
                  if e["orientation"] == "h" and e["x1"] - e["x0"] > 20)


# --- borderless ---------------------------------------------------------------------------------------------------


def columns_of_line(line: TextLine) -> list[list[Word]]:
    """Segments of a line, with a list mark or clause number joined to the text that it counts."""
    parts = segments(line)
    while len(parts) == 2 and _MARK.match(join_words(parts[0])):
        parts = [parts[0] + parts[1]]
    return parts


def borderless_run(lines: Sequence[TextLine], at: int) -> int:
    """How many lines from `at` on form one borderless table; 0 when none begins here."""
    first = columns_of_line(lines[at])
    if len(first) < 2:
        return 0
    rows = [first]
    anchors = list(first)
    end = at + 1
    last_full = at
    while end < len(lines):
        line = lines[end]
        em = line.size
        pitch = line.top - lines[end - 1].top
        parts = columns_of_line(line)
        if pitch > 3.6 * em or em > 1.5 * lines[at].size or _second_head(rows, parts, pitch, em):
            break
        if len(parts) >= 2 and _aligned(anchors, parts):
            rows.append(parts)
            anchors += parts
            last_full = end
        elif not (len(parts) == 1 and _inside_column(rows, parts[0], pitch <= 1.7 * em)):
            break
        end += 1
    while end - 1 > last_full and columns_of_line(lines[end - 1])[0][0].x0 <= lines[at].x0 + 3:
        end -= 1  # a line at the left edge after the last row is the text below the table
    needed = 2 if reads_as_header([join_words(p) for p in first]) else 3
    return end - at if len(rows) >= needed and not _prose(rows) else 0


def _second_head(rows: Sequence[list[list[Word]]], parts: Sequence[list[Word]], pitch: float, em: float) -> bool:
    """Another header after a wider space: the next table."""
    texts = [join_words(p) for p in parts]
    return len(rows) > 1 and pitch > 2.4 * em and reads_as_header(texts)


def _aligned(anchors: Sequence[list[Word]], parts: Sequence[list[Word]]) -> bool:
    """Some piece after the first shares its left, right or middle with a piece above."""
    for part in parts[1:]:
        x0, x1 = part[0].x0, part[-1].x1
        for other in anchors:
            left, right = other[0].x0, other[-1].x1
            if abs(x0 - left) < 3 or abs(x1 - right) < 3 or abs(x0 + x1 - left - right) < 5:
                return True
    return False


def _inside_column(rows: Sequence[list[list[Word]]], part: list[Word], close: bool) -> bool:
    """A lone piece that goes on in one column: under a later column, or close under the first one."""
    x0, x1 = part[0].x0, part[-1].x1
    starts = sorted(p[0].x0 for p in rows[0])
    if x0 > starts[0] + 3:
        return any(abs(x0 - p[0].x0) < 3 or abs(x0 + x1 - p[0].x0 - p[-1].x1) < 5 for row in rows for p in row)
    return close and x1 < starts[1] - 2


def _prose(rows: Sequence[list[list[Word]]]) -> bool:
    """Two columns of running text side by side, or text with a single wide space in it."""
    if statistics.median(map(len, rows)) > 2:
        return False
    widths = [len(join_words(p)) for row in rows for p in row]
    return statistics.mean(widths) > 42 and min(
        statistics.mean(len(row[0]) for row in rows), statistics.mean(len(row[-1]) for row in rows)) > 5


def borderless_table(lines: Sequence[TextLine], rules: Sequence[tuple[float, float, float]]) -> Table:
    """Cells of a run of lines: columns anchored on the header, wrapped lines merged into their rows."""
    bounds = _boundaries(lines)
    placed = [_place(line, bounds) for line in lines]
    x0, x1 = min(line.x0 for line in lines), max(line.x1 for line in lines)
    rows = _row_numbers(lines, placed, [y for y, left, right in rules if right - left > 0.5 * (x1 - x0)])
    gathered: dict[tuple[int, int], list[Word]] = {}
    spans: dict[tuple[int, int], int] = {}
    for row, cells in zip(rows, placed, strict=True):
        for column, (words, span) in cells.items():
            gathered.setdefault((row, column), []).extend(words)
            spans[row, column] = max(span, spans.get((row, column), 1))
    cells_found = [Cell(r, c, words, 1, spans[r, c]) for (r, c), words in sorted(gathered.items())]
    return Table(lines[0].top, lines[-1].bottom, x0, x1, cells_found, len(bounds) + 1, rows[-1] + 1)


def _boundaries(lines: Sequence[TextLine]) -> list[float]:
    """Places between neighbouring anchor pieces that the fewest words cross, the widest gap among equals."""
    parts = [columns_of_line(line) for line in lines]
    typical = statistics.median(len(p) for p in parts if len(p) > 1)
    head = next((p for p in parts[:2] if len(p) >= typical), None) or max(parts, key=len)
    words = [w for line in lines for w in line.words]
    bounds = []
    for left, right in zip(head, head[1:], strict=False):
        low, high = left[0].x0 + 1, right[-1].x1 - 1
        stops = sorted({low, high, *(w.x0 for w in words if low < w.x0 < high),
                        *(w.x1 for w in words if low < w.x1 < high)})
        best = (10**9, 0.0, 0.5 * (left[-1].x1 + right[0].x0))
        for a, b in zip(stops, stops[1:], strict=False):
            middle = 0.5 * (a + b)
            # Crossing either anchor is never right.
            crossing = sum(w.x0 < middle < w.x1 for w in words) + 1000 * (
                middle < left[-1].x1 - 0.1 or middle > right[0].x0 + 0.1)
            best = min(best, (crossing, a - b, middle))
        bounds.append(best[2])
    return bounds


def _place(line: TextLine, bounds: Sequence[float]) -> dict[int, tuple[list[Word], int]]:
    """Column to words and column span; a lone piece over several columns stays whole in its first."""
    parts = columns_of_line(line)
    if len(parts) == 1:
        first, last = _column(bounds, parts[0][0].x), _column(bounds, parts[0][-1].x)
        return {first: (list(parts[0]), last - first + 1)}
    cells: dict[int, tuple[list[Word], int]] = {}
    for word in line.words:
        cells.setdefault(_column(bounds, word.x), ([], 1))[0].append(word)
    return cells


def _column(bounds: Sequence[float], x: float) -> int:
    return sum(x > bound for bound in bounds)


def _row_numbers(lines: Sequence[TextLine], placed: Sequence[dict[int, Any]], rules: Sequence[float]) -> list[int]:
    """The row of each line: by rules between rows, else by line pitch, else by an empty first column."""
    crossed = [sum(lines[k - 1].top + 1 < y < lines[k].bottom - 1 and lines[k].top + 0.6 * lines[k].size > y
                   for y in rules) > 0 for k in range(1, len(lines))]
    pitches = [b.top - a.top for a, b in zip(lines, lines[1:], strict=False)]
    between = [p for p, rule in zip(pitches, crossed, strict=True) if rule]
    within = [p for p, rule in zip(pitches, crossed, strict=True) if not rule]
    if len(between) >= 3 and max(within, default=0) < 0.95 * min(between):
        new = crossed
    else:
        new = [_new_row(k, pitches, placed) or crossed[k] for k in range(len(pitches))]
    numbers = [0]
    for fresh in new:
        numbers.append(numbers[-1] + fresh)
    return numbers


def _new_row(k: int, pitches: Sequence[float], placed: Sequence[dict[int, Any]]) -> bool:
    above, here = placed[k], placed[k + 1]
    small = min(pitches)
    close = [j for j, p in enumerate(pitches) if p <= 1.15 * small]
    if max(pitches) >= 1.25 * small and _fewer_filled(placed, close):
        return pitches[k] > 1.15 * small
    # One pitch for all: a line goes on when its first cell is empty and it fills at most half of the cells above.
    return 0 in here or len(here) > max(1, len(above) // 2)


def _fewer_filled(placed: Sequence[dict[int, Any]], close: Sequence[int]) -> bool:
    """Whether the lines close to the one above are wrapped text: they fill fewer columns than the others."""
    near = [len(placed[j + 1]) for j in close]
    far = [len(cells) for j, cells in enumerate(placed) if j == 0 or j - 1 not in close]
    return statistics.mean(near) < 0.8 * statistics.mean(far)
