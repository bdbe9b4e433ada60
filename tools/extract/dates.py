"""Dates by which something is to be delivered: `no later than March 2, 2026` is delivery_date <= 2026-03-02."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from knowledge.requirement import Comparator
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon

_ORDINAL = r"(?:st|nd|rd|th|er|\.)?"


@dataclass(frozen=True, slots=True)
class Day:
    """A date at [start, end); `text` is ISO where the day is known or the month's end is meant."""

    start: int
    end: int
    text: str


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    return {str(name).lower(): number for number, names in enumerate(vocabulary.words()["months"].values(), 1)
            for name in names}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(m) for m in sorted(_months(), key=len, reverse=True))
    month = rf"(?P<{{}}>{names})\.?"
    return re.compile("|".join((
        rf"(?P<d1>\d{{1,2}}){_ORDINAL}\s*(?:of\s|de\s)?{month.format('m1')},?\s*(?P<y1>20\d\d)",
        rf"{month.format('m2')}\s*(?P<d2>\d{{1,2}}){_ORDINAL},?\s+(?P<y2>20\d\d)",
        r"(?P<y3>20\d\d)\s?[-/.年년]\s?(?P<m3>\d{1,2})\s?[-/.月월]\s?(?P<d3>\d{1,2})(?!\d)\s?[日일]?",
        r"(?P<d4>\d{1,2})[./](?P<m4>\d{1,2})[./](?P<y4>20\d\d)",
        rf"{month.format('m5')},?\s*(?P<y5>20\d\d)",
        r"(?P<y6>20\d\d)\s?[年년]\s?(?P<m6>\d{1,2})\s?(?:月|월)(?!\s?\d{1,2}\s?[日일])(?:末|底|\s?말)?",
        r"(?P<other>(?:Q[1-4][ /]20\d\d|(?:KW|CW|week|calendar week|semaine)\s?\d{1,2}[ /]\s?(?:of\s)?20\d\d|"
        r"20\d\d\s?[年년]\s?(?:第?[一二三四1-4]\s?季度|[1-4]\s?분기)))"))
        , re.IGNORECASE)


def dates_in(text: str, start: int, end: int) -> list[Day]:
    """All dates of text[start:end]; a month alone stands for its last day."""
    found = []
    for match in _pattern().finditer(text, start, end):
        if match.start() and text[match.start() - 1].isdigit():
            continue
        if match.group("other"):
            found.append(Day(match.start(), match.end(), match.group("other")))
            continue
        form = next(n for n in "123456" if match.group(f"y{n}"))
        year, month = int(match.group(f"y{form}")), match.group(f"m{form}")
        number = int(month) if month.isdigit() else _months()[month.lower()]
        if not 1 <= number <= 12:
            continue
        last = calendar.monthrange(year, number)[1]
        day = int(match.group(f"d{form}")) if form in "1234" else last
        if 1 <= day <= last:
            found.append(Day(match.start(), match.end(), f"{year:04d}-{number:02d}-{day:02d}"))
    return found


def delivery_drafts(page: Page, block: Block, start: int, end: int, row: bool = False) -> list[Draft]:
    """One requirement per date that text[start:end] sets for samples, deliveries or the start of production.

    `row` says that a label beside names the delivery. The closing date of the bids is no delivery.
    """
    text, made = page.text, list[Draft]()
    if lexicon("bid_date").search(text, start, end) and not lexicon("delivered").search(text, start, end):
        return []
    if not row and not lexicon("delivered").search(text, start, end):
        return []
    for day in dates_in(text, start, end):
        opened = text[start:day.start].count("(") > text[start:day.start].count(")")
        sign = _sign(text, start, end, day)
        if opened and sign is None or lexicon("bid_date").search(text, max(start, day.start - 40), day.start):
            continue
        if sign is None and not row and not lexicon("priority").search(text, start, end):
            continue
        comparator: Comparator = sign if sign in ("<", "<=", ">=") else "=" if sign == "=" else "<="  # type: ignore[assignment]
        made.append(Draft("delivery_date", comparator, day.text, None, day.start, day.end, block))
        for q in page.inside(block, day.start - 1, day.end + 1):
            page.settle(q, "requirement", "part of a date")
    return made


def _sign(text: str, start: int, end: int, day: Day) -> str | None:
    """`by` and `until` are an upper bound, `before` a strict one."""
    before = lexicon("date_before").ending_at(text, max(start, day.start - 30), day.start)
    behind = lexicon("date_after").starting_at(text, day.end, min(end, day.end + 12))
    hit = before or behind
    return hit.what if hit else None
