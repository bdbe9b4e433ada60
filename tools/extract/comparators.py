"""Which way a bound points: words and signs before or after the number, the label, and the metric's own habit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.requirement import Comparator
from knowledge.vocabulary import MetricRow
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Said:
    """A comparator as the text says it: the sign or `up_to`, and the whole span with its words."""

    sign: str | None
    start: int
    end: int


def said_about(text: str, q: Quantity, lo: int, hi: int) -> Said:
    """The comparator next to a quantity, looked for in text[lo:hi]."""
    floor = max(lo, q.start - 60)
    found = [hit for stop in _stops(text, floor, q.start)
             if (hit := lexicon("comparators_before").ending_at(text, floor, stop))]
    if found:
        hit = max(found, key=lambda h: h.end - h.start)
        return Said(hit.what, hit.start, q.end)
    after = re.match(r"[\s,)]{0,3}", text[q.end:hi])
    place = q.end + (after.end() if after else 0)
    behind = lexicon("comparators_after").starting_at(text, place, min(hi, place + 40))
    own = behind and not re.match(r"\s*[(]?[+-]?[\d.$€]", text[behind.end:hi])     # else it belongs to the next number
    if behind and own and behind.start <= place + 1 and not text[q.end:behind.start].count(","):
        return Said(behind.what, q.start, behind.end)
    return Said(None, q.start, q.end)


def _stops(text: str, floor: int, stop: int) -> list[int]:
    """Where a comparator may end: right before the number, or before filler words such as `of` or `von`."""
    found = []
    for _ in range(3):
        stop = floor + len(text[floor:stop].rstrip(" \n\t:"))
        found.append(stop)
        hit = lexicon("filler").ending_at(text, floor, stop)
        if not hit:
            break
        stop = hit.start
    return found


def label_bound(text: str, start: int, end: int) -> str | None:
    """`>=` or `<=` where a label says minimum or maximum."""
    hits = lexicon("label_bounds").find(text, start, end)
    return hits[0].what if hits else None


def resolve(row: MetricRow, q: Quantity, sign: str | None, bound: str | None = None) -> Comparator:
    """The comparator of a requirement on this metric."""
    if q.shape == "tolerance":
        return "tolerance"
    if q.shape == "range":
        return "range"
    if sign in (">=", "<=", ">", "<", "about", "="):
        return sign  # type: ignore[return-value]
    if sign == "better":
        return row.comparator if row.comparator in (">=", "<=") else "="
    if row.comparator == "range":
        return "<=" if sign == "up_to" or q.value >= 25 else ">="
    if sign == "up_to":
        return row.comparator if row.comparator in (">=", "<=") else "<="
    if bound in (">=", "<=") and row.comparator not in (">=", "<="):
        return bound  # type: ignore[return-value]
    return row.comparator if row.comparator in (">=", "<=", "=") else "="
