"""Reading order of a page: stretches set in two columns are read column by column."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from knowledge.documents.pdf_words import TextLine, Word, lines_of, segments

_MIN_LINES = 5


def reading_regions(words: Sequence[Word]) -> list[list[TextLine]]:
    """Lines in reading order, one list for each stretch of full-width text or single column."""
    lines = lines_of(words)
    if len(lines) < 2 * _MIN_LINES // 2:
        return [lines] if lines else []
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    best: list[tuple[int, int, float]] = []
    covered = 0
    for step in range(31):
        x = left + (right - left) * (0.35 + 0.01 * step)
        bands = _bands(lines, x)
        count = sum(end - start for start, end, _ in bands)
        if count > covered:
            best, covered = bands, count
    if not best:
        return [lines]
    regions = []
    at = 0
    for start, end, x in best:
        regions.append(lines[at:start])
        band = [w for line in lines[start:end] for w in line.words]
        regions.append(lines_of([w for w in band if w.x <= x]))
        regions.append(lines_of([w for w in band if w.x > x]))
        at = end
    regions.append(lines[at:])
    return [region for region in regions if region]


def _bands(lines: Sequence[TextLine], x: float) -> list[tuple[int, int, float]]:
    """Stretches of lines that leave the gutter at `x` free and read as two columns of prose."""
    bands = []
    start = 0
    for at in range(len(lines) + 1):
        if at == len(lines) or any(w.x0 < x + 3 and w.x1 > x - 3 for w in lines[at].words):
            if _two_columns(lines[start:at], x):
                bands.append((start, at, x))
            start = at + 1
    return bands


def _two_columns(lines: Sequence[TextLine], x: float) -> bool:
    words = [w for line in lines for w in line.words]
    halves = [lines_of([w for w in words if w.x <= x]), lines_of([w for w in words if w.x > x])]
    if min(map(len, halves)) < _MIN_LINES:
        return False
    for half in halves:
        left, right = min(line.x0 for line in half), max(line.x1 for line in half)
        filled = statistics.median((line.x1 - line.x0) / max(right - left, 1) for line in half)
        broken = sum(len(segments(line, 1.2)) > 1 for line in half) / len(half)
        length = statistics.median(len(line.text) for line in half)
        if filled < 0.7 or broken > 0.2 or length < 18:
            return False
    return True
