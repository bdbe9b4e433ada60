"""Counts whose noun is left out or stands apart, and hours with minutes: `180,000 a year`, `600K pcs`, `2 h 30`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from knowledge import vocabulary
from tools.extract.numbers import Number
from tools.extract.written_units import Term, unit_at

_CLOCK = re.compile(r"\s?h\s?([0-5]\d)(?![\w%°:/]|[.,]\d)")
_OCLOCK = re.compile(r"(?:\b(?:à|at|um|vers|dès|avant|du|de)|@|-)\s?$", re.IGNORECASE)
_LONGEST = 48.0       # hours
_CAPITALS = {"K": 1e3, "M": 1e6}
_CAPITAL = re.compile(r"\s?([KM])(?=\s|/)")
_FEWEST_YEARLY = 500  # of what is counted by the year; 15 a year may be anything


def hours_and_minutes(text: str, number: Number, start: int, end: int) -> Term | None:
    """`2 h 30`, and no time of the day."""
    clock = _CLOCK.match(text, number.end, end)
    if not clock or number.word or number.value > _LONGEST or unit_at(text, clock.end(), end) or _OCLOCK.search(
            text[max(start, number.start - 7):number.start]):
        return None
    value = number.value + float(clock.group(1)) / 60
    return Term(replace(number, value=value), number.start, clock.end(), (vocabulary.units()["h"],), "h")


def in_capitals(text: str, number: Number, end: int) -> Number | None:
    """`600K pcs`, `1,2 M cellules/an`: a capital letter is thousands or millions only before what is counted."""
    match = _CAPITAL.match(text, number.end, end)
    if not match or number.word:
        return None
    unit = unit_at(text, match.end(), end)
    counted = unit and any(u.dimension == "count" for u in unit[1]) or _yearly().match(text, match.end(), end)
    return replace(number, end=match.end(), value=number.value * _CAPITALS[match.group(1)]) if counted else None


@lru_cache(maxsize=1)
def _yearly() -> re.Pattern[str]:
    words = sorted(map(str, vocabulary.words()["yearly"]), key=len, reverse=True)
    body = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in words)
    return re.compile(rf"\s*(?:{body})(?!\w)", re.IGNORECASE)


_GENERAL = ("the|a|an|of|in|for|per|and|or|to|with|by|at|on|from|first|more|is|are|as|than|before|after|until|our|your|"
            "their|when|between|over|under|hours|days|weeks|months|years")
_QUALIFIED = re.compile(rf"(?:\s+(?!(?:{_GENERAL})\b)[a-z][a-z-]{{2,}}){{1,2}}\s+"
                        r"(?:samples|specimens|pcs|pieces|prototypes)\b")
_SUCH_CYCLES = re.compile(rf"\s+(?:of\s+)?(?:(?!(?:{_GENERAL}|half)\b)[a-z][a-z-]{{2,}}\s+){{1,2}}cycles\b")
_UNTIL = re.compile(r"\s+[a-z]{4,}s\s+(?:to|till|until|down to)\s+\d\d\s?(?:%|per\s?cent)")     # 350 dives to 80 %
_FEWEST_CYCLES = 30
_DOZENS = re.compile(r"(?:dozen|dutzend|douzaines?)"
                     r"(?=\s*(?:$|[.,;:)\n]|(?:to|by|before|of|für|vor|bis|avant|pour|here)\b))", re.IGNORECASE)


def without_noun(text: str, number: Number, end: int) -> Term | None:
    """`180,000 a year`, `two hundred evaluation pcs`, `send a dozen`: what is counted is not said, or said later."""
    if number.value != int(number.value) or number.value <= 1:
        return None
    piece = (vocabulary.units()["piece"],)
    yearly = _yearly().match(text, number.end, end) if number.value >= _FEWEST_YEARLY else None
    if yearly:
        return Term(number, number.start, yearly.end(), piece, "pcs")
    if found := _QUALIFIED.match(text, number.end, end):
        return Term(number, number.start, found.end(), piece, "pcs")
    cycles = _SUCH_CYCLES.match(text, number.end, end) or number.value >= _FEWEST_CYCLES and _UNTIL.match(
        text, number.end, end)
    if cycles:
        return Term(number, number.start, number.end, (vocabulary.units()["cycle"],), "cycle")
    dozens = _DOZENS.search(text, max(number.start, number.end - 9), min(end, number.end + 8)) if number.word else None
    return Term(number, number.start, number.end, piece, "pcs") if dozens else None
