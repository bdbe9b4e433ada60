"""The unit that stands at a place of the text, and the term that it makes with a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge import vocabulary
from knowledge.units import spellings
from knowledge.vocabulary import UnitRow
from tools.extract.numbers import Number
from tools.extract.prices import price_at

Unit = tuple[int, tuple[UnitRow, ...], str]      # where it ends, its meanings, as written


@dataclass(frozen=True, slots=True)
class Term:
    """A number with the unit that follows or leads it."""

    number: Number
    start: int
    end: int
    units: tuple[UnitRow, ...]
    text: str


_CJK = "\u3040-\u9fff\uac00-\ud7a3"
_SHY = {"a": r"(?!\s+[a-z])", "x": r"(?!\s*\d)", "×": r"(?!\s*\d)", "d": r"(?!\w)", "t": r"(?!\w)", "m": r"(?!\s*/)",
        "A": r"(?![\s-](?:sample|Muster))", "만": "", "po": r"(?!\w)", "安": r"(?![全装裝定排])", "欧": r"(?![元洲盟])",
        "off": r"(?!\s+(?:the|of|from|by|my|our|to|at|when|during|in|grid|and|time)\b|[-\w])",
        "キロ": r"(?![メワヘボリアバ])", "킬로": r"(?![미와헤볼])", "センチ": "(?!メ)", "ft": r"(?!\w)"}


def _inch() -> str:
    """`in` is an inch before a sign, the end of a phrase, another script and some words, and else a preposition."""
    words = "|".join(re.escape(str(w)) for w in sorted(vocabulary.words()["after_inch"], key=len, reverse=True))
    return rf"(?=\s*[.,;:)/|×x*±+<>≤≥{_CJK}]|\s*$|\s+[-(]|\s+(?:{words})(?!\w))"


@lru_cache(maxsize=1)
def _unit_patterns() -> dict[str, re.Pattern[str]]:
    buckets: dict[str, list[str]] = {}
    money = {row.name for row in vocabulary.units().values() if row.currency}
    for alias, rows in spellings().items():
        if not all(r.name in money for r in rows) and not re.fullmatch(r"[a-z]+_[a-z]+.*|cycle|piece", alias):
            buckets.setdefault(alias[0], []).append(alias)
    made, shy = {}, _SHY | {"in": _inch()}
    for first, aliases in buckets.items():
        parts = []
        for alias in sorted(aliases, key=len, reverse=True):
            body = re.escape(alias).replace(r"\ ", r"\s+").replace("μ", "[μµ]")
            latin = alias[-1].isalnum() and ord(alias[-1]) < 0x250
            parts.append(body + (r"(?![A-Za-z0-9_²³])" if latin else "") + shy.get(alias, ""))
        made[first] = re.compile("|".join(parts))
    return made


@lru_cache(maxsize=1)
def _folded() -> dict[str, tuple[UnitRow, ...]]:
    return {alias.replace("µ", "μ"): rows for alias, rows in spellings().items()}


_WRAPPED = 40         # a unit may stand at the beginning of the next line, behind its indentation


def unit_at(text: str, place: int, end: int) -> Unit | None:
    """The unit that begins at `place` or after a space or hyphen: (its end, its meanings, as written)."""
    for gap in re.finditer(r"[ \t]{0,3}\n[ \t]*(?=\S)|\s{0,3}|-(?=[A-Za-zΩμ%°])", text[place:place + _WRAPPED]):
        if gap.start() > 0:
            break
        start = place + gap.end()
        if start >= end:
            continue
        pattern = _unit_patterns().get(text[start]) or (_unit_patterns().get("µ") if text[start] == "μ" else None)
        match = pattern.match(text, start, end) if pattern else None
        priced = price_at(text, start, end)
        if priced and (match is None or match.end() < priced[0]):
            return priced
        if match:
            written = match.group()
            found = _folded().get(" ".join(written.split())) or _folded().get(written)
            if found:
                return match.end(), found, written
    if text[place:place + 1] == "-" and (match := re.compile(r"-(?=[A-Za-z%°])").match(text, place)):
        return unit_at(text, match.end(), end) if match.end() < end else None
    return None
