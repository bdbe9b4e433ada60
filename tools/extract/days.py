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
        r"(?P<d4>\d{1,2})(?P<s4>[./-])(?P<m4>\d{1,2})(?P=s4)(?P<y4>20\d\d)",
        rf"{month.format('m5')},?\s*(?P<y5>20\d\d)",
        r"(?P<y6>20\d\d)\s?[年년]\s?(?P<m6>\d{1,2})\s?(?:月|월)(?!\s?\d{1,2}\s?[日일])(?:末日|末|月底|底|\s?말일|\s?말)?",
        r"(?P<other>(?:Q[1-4][ /]20\d\d|(?:KW|CW|week|calendar week|semaine)\s?\d{1,2}[ /]\s?(?:of\s)?20\d\d|"
        r"20\d\d\s?[年년]\s?(?:第?[一二三四1-4]\s?季度|[1-4]\s?분기)))"))
        , re.IGNORECASE)


def dates_in(text: str, start: int, end: int) -> list[Day]:
    """All dates of text[start:end]; a month alone stands for its last day, a day without a year for the next one."""
    found: list[Day] = []
    dated = _pattern().finditer(text, start, end) if _YEAR.search(text, start, end) else ()
    for match in dated:
        if match.start() and text[match.start() - 1].isdigit():
            continue
        if match.group("other"):
            found.append(Day(match.start(), match.end(), match.group("other")))
            continue
        form = next(n for n in "123456" if match.group(f"y{n}"))
        year, month = int(match.group(f"y{form}")), match.group(f"m{form}")
        number = int(month) if month.isdigit() else _months()[month.lower()]
        day = int(match.group(f"d{form}")) if form in "1234" else None
        if form == "4" and day is not None and (number > _MONTHS or match.group("s4") == "/" and _month_first(text)):
            day, number = number, day
        if made := _day(match.start(), match.end(), year, number, day):
            found.append(made)
    taken = [(d.start, d.end) for d in found]
    return sorted([*found, *_yearless(text, start, end, taken)], key=lambda d: d.start)


def _day(start: int, end: int, year: int, month: int, day: int | None) -> Day | None:
    if not 1 <= month <= _MONTHS:
        return None
    last = calendar.monthrange(year, month)[1]
    day = last if day is None else day
    return Day(start, end, f"{year:04d}-{month:02d}-{day:02d}") if 1 <= day <= last else None


_MONTHS = 12
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/20\d\d(?!\d)")
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_HAN = "〇零○一二三四五六七八九十"


@lru_cache(maxsize=8)
def _month_first(text: str) -> bool:
    """Whether a text writes 3/28/2031 somewhere and 28/3/2031 nowhere."""
    found = [(int(a), int(b)) for a, b in _SLASHED.findall(text)]
    return any(b > _MONTHS for _, b in found) and not any(a > _MONTHS for a, _ in found)


@lru_cache(maxsize=1)
def _sent_line() -> re.Pattern[str]:
    names = "|".join(re.escape(str(word)) for word in vocabulary.words()["sent_on"])
    return re.compile(rf"^[ \t>*|]*(?:{names})\**\s?[:：][^\n]*?(20\d\d)", re.MULTILINE | re.IGNORECASE)


@lru_cache(maxsize=8)
def _sent(text: str) -> tuple[int, int, int] | None:
    """The day on which a mail was sent: a date without a year is the next one from there."""
    line = _sent_line().search(text)
    if line is None:
        return None
    days = [d for d in _written(text, line.start(), line.end() + _LINE) if len(d) == _ISO]
    year, month, day = (int(n) for n in (days[0] if days else f"{line.group(1)}-01-01").split("-"))
    return year, month, day


_LINE, _ISO = 12, 10


def _written(text: str, start: int, end: int) -> list[str]:
    """The dates of a mail's head, with their year."""
    found = []
    for match in _pattern().finditer(text, start, min(end, len(text))):
        form = next((n for n in "1234" if match.group(f"y{n}")), None)
        if form is not None:
            month = match.group(f"m{form}")
            number = int(month) if month.isdigit() else _months()[month.lower()]
            if made := _day(0, 0, int(match.group(f"y{form}")), number, int(match.group(f"d{form}"))):
                found.append(made.text)
    return found


@lru_cache(maxsize=1)
def _bare() -> re.Pattern[str]:
    names = "|".join(re.escape(n) for m in sorted(_months(), key=len, reverse=True) if len(m) > _SHORT
                     for n in dict.fromkeys((m, m.capitalize())) if n not in ("march", "may"))
    return re.compile(
        rf"(?<![\d.,/-])(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s(?:of\s)?(?P<m1>{names})(?![^\W\d_])|"
        rf"(?<![^\W_])(?P<m2>{names})\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[.,:]\d|\s?[%°A-Za-z])|"
        rf"(?<![\d年년{_HAN}])(?P<m3>\d{{1,2}}|十?[一二三四五六七八九十])\s?[月월]\s?"
        rf"(?P<d3>\d{{1,2}}|[一二三]?十?[一二三四五六七八九十])\s?[日号號일]")


_SHORT = 2            # letters of the shortest name of a month that stands without a year: mai
_BEHIND = re.compile(r"[^\d\n]{0,6}[(（]\s?(20\d\d)\s?(?:年|년)?\s?(?P<more>[-./]\d)?")
_NUMBERED = re.compile(rf"(?P<y>20\d\d|[二][{_HAN}]{{3}})\s?年\s?(?P<m>\d{{1,2}}|[{_HAN}]{{1,2}})\s?月\s?"
                       rf"(?P<d>\d{{1,2}}|[{_HAN}]{{1,3}})\s?[日号號]")


def _yearless(text: str, start: int, end: int, taken: list[tuple[int, int]]) -> list[Day]:
    """`pour le 28 mai`, `11月15号前`, `8월 29일(2031년)`, `二〇三一年九月三十日`."""
    made = []
    for match in _NUMBERED.finditer(text, start, end):
        if _free(match, taken):
            made.append(_day(match.start(), match.end(), _number(match.group("y")), _number(match.group("m")),
                             _number(match.group("d"))))
    taken = [*taken, *((d.start, d.end) for d in made if d)]
    for match in _bare().finditer(text, start, end):
        form = next(n for n in "123" if match.group(f"m{n}"))
        name = match.group(f"m{form}")
        month = _months().get(name.lower()) or _number(name)
        behind, sent = _BEHIND.match(text, match.end()), _sent(text)
        if not _free(match, taken) or behind and behind.group("more") or not (behind or sent):
            continue
        day = _number(match.group(f"d{form}"))
        year = int(behind.group(1)) if behind else sent[0] + ((month, day) < sent[1:]) if sent else 0
        made.append(_day(match.start(), match.end(), year, month, day))
    return [d for d in made if d is not None]


def _free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    return all(match.end() <= a or match.start() >= b for a, b in taken)


def _number(text: str) -> int:
    """30, 三十, 二〇三一 as a number."""
    if text.isascii():
        return int(text)
    if "十" not in text:
        return int("".join(str(_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
