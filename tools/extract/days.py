"""Dates as documents write them: `March 2, 2026`, `15. April 2026`, `2026年9月末`, `KW 12/2026`."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge import vocabulary

_YEAR = re.compile(r"20\d\d")                     # every form has one
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
        rf"(?P<d1>\d{{1,2}}){_ORDINAL}[\s-]*(?:of\s|de\s)?{month.format('m1')},?[\s-]*(?P<y1>20\d\d)",
        rf"{month.format('m2')}\s*(?P<d2>\d{{1,2}}){_ORDINAL},?\s+(?P<y2>20\d\d)",
        r"(?P<y3>20\d\d)\s?[-/.年년]\s?(?P<m3>\d{1,2})\s?[-/.月월]\s?(?P<d3>\d{1,2})(?!\d)\s?[日일]?",
        r"(?P<d4>\d{1,2})[./](?P<m4>\d{1,2})[./](?P<y4>20\d\d)",
        rf"{month.format('m5')},?\s*(?P<y5>20\d\d)",
        r"(?P<y6>20\d\d)\s?[年년]\s?(?P<m6>\d{1,2})\s?(?:月|월)(?!\s?\d{1,2}\s?[日일])(?:末日|末|月底|底|\s?말일|\s?말)?",
        r"(?P<other>(?:Q[1-4][ /]20\d\d|(?:KW|CW|week|calendar week|semaine)\s?\d{1,2}[ /]\s?(?:of\s)?20\d\d|"
        r"20\d\d\s?[年년]\s?(?:第?[一二三四1-4]\s?季度|[1-4]\s?분기)))"))
        , re.IGNORECASE)


def dates_in(text: str, start: int, end: int) -> list[Day]:
    """All dates of text[start:end]; a month alone stands for its last day."""
    found: list[Day] = []
    if not _YEAR.search(text, start, end):
        return found
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
