"""Numbers with the unit that follows or leads them: `70 g`, `$62/kWh`, `doubled`, `八成`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from knowledge import vocabulary
from knowledge.units import spellings
from knowledge.vocabulary import UnitRow
from tools.extract.number_words import han_value
from tools.extract.numbers import Decimal, Number, numbers
from tools.extract.phrases import lexicon


@dataclass(frozen=True, slots=True)
class Term:
    """A number with the unit that follows or leads it."""

    number: Number
    start: int
    end: int
    units: tuple[UnitRow, ...]
    text: str


_SHY = {"in": r"(?=\s*[.,;)]|\s*$|\s*[×x])", "a": r"(?!\s+[a-z])", "x": r"(?!\s*\d)", "×": r"(?!\s*\d)",
        "d": r"(?!\w)", "t": r"(?!\w)", "m": r"(?!\s*/)", "A": r"(?![\s-](?:sample|Muster))", "만": ""}


@lru_cache(maxsize=1)
def _unit_patterns() -> dict[str, re.Pattern[str]]:
    buckets: dict[str, list[str]] = {}
    for alias in spellings():
        if not re.fullmatch(r"[a-z]+_[a-z]+.*|cycle|piece", alias):
            buckets.setdefault(alias[0], []).append(alias)
    made = {}
    for first, aliases in buckets.items():
        parts = []
        for alias in sorted(aliases, key=len, reverse=True):
            body = re.escape(alias).replace(r"\ ", r"\s+").replace("μ", "[μµ]")
            latin = alias[-1].isalnum() and ord(alias[-1]) < 0x250
            parts.append(body + (r"(?![A-Za-z0-9_²³])" if latin else "") + _SHY.get(alias, ""))
        made[first] = re.compile("|".join(parts))
    return made


@lru_cache(maxsize=1)
def _folded() -> dict[str, tuple[UnitRow, ...]]:
    return {alias.replace("µ", "μ"): rows for alias, rows in spellings().items()}


_WRAPPED = 40         # a unit may stand at the beginning of the next line, behind its indentation


def unit_at(text: str, place: int, end: int) -> tuple[int, tuple[UnitRow, ...], str] | None:
    """The unit that begins at `place` or after a space or hyphen: (its end, its meanings, as written)."""
    for gap in re.finditer(r"[ \t]{0,3}\n[ \t]*(?=\S)|\s{0,3}|-(?=[A-Za-zΩμ%°])", text[place:place + _WRAPPED]):
        if gap.start() > 0:
            break
        start = place + gap.end()
        if start >= end:
            continue
        pattern = _unit_patterns().get(text[start]) or (_unit_patterns().get("µ") if text[start] == "μ" else None)
        match = pattern.match(text, start, end) if pattern else None
        if match:
            written = match.group()
            found = _folded().get(" ".join(written.split())) or _folded().get(written)
            if found:
                return match.end(), found, written
    if text[place:place + 1] == "-" and (match := re.compile(r"-(?=[A-Za-z%°])").match(text, place)):
        return unit_at(text, match.end(), end) if match.end() < end else None
    return None


@lru_cache(maxsize=1)
def _currency_before() -> re.Pattern[str]:
    signs = sorted((s for group in vocabulary.currencies().values() for s in group), key=len, reverse=True)
    return re.compile("(?:" + "|".join(re.escape(s) for s in signs) + r")\s?$")


_AMOUNT = re.compile(r"[\d一二两三四五六七八九十百千万亿]\s?$")       # 8.5元一颗: the sign belongs to the number before


@lru_cache(maxsize=1)
def _per() -> re.Pattern[str]:
    return re.compile(r"\s*(?:/|per|je|pro|a)\s*(?P<per>kWh|Wh|cell|Zelle|pc|pcs|piece|Stück|unit|battery|pack)(?!\w)")


def _currency_unit(text: str, number: Number, floor: int, end: int) -> tuple[int, int, UnitRow, str] | None:
    """A price with its currency before the number: `$62/kWh`, `USD 62 per kWh`."""
    before = _currency_before().search(text, max(floor, number.start - 8), number.start)
    if not before or before.end() != number.start or number.word or _AMOUNT.search(
            text, max(floor, before.start() - 4), before.start()):
        return None
    sign = before.group().strip()
    code = next(c for c, group in vocabulary.currencies().items() if sign in group)
    per = _per().match(text, number.end, end)
    basis = {"Zelle": "cell", "pc": "cell", "pcs": "cell", "piece": "cell", "Stück": "cell", "unit": "cell",
             "pack": "battery"}
    name = f"{code}/{basis.get(per.group('per'), per.group('per'))}" if per else code
    return before.start(), per.end() if per else number.end, vocabulary.units()[name], name


@lru_cache(maxsize=1)
def _half_more() -> re.Pattern[str]:
    return re.compile(r"\s?(?:" + "|".join(re.escape(str(w)) for w in vocabulary.words()["half_more"]) + ")")


_COLD = re.compile(r"\b(?:at|below|to|bei|unter|bis|à|sous|jusqu'à)\s+(?:minus|moins)\s?\d+$", re.IGNORECASE)
_GOES_ON = re.compile(r"\s?(?:[-/.,]?\d|[-–/]|to\b|bis\b|à\b|and\b|und\b|et\b|%)")


def terms_in(text: str, start: int, end: int, decimal: Decimal) -> list[Term]:
    """All numbers of text[start:end] with their units, in order."""
    terms: list[Term] = []
    for number in numbers(text, start, end, decimal):
        if number.word and terms and number.start < terms[-1].end:
            continue                                       # the cent of `30 per cent`
        if number.rate:
            name = "P" if text[number.start] == "P" else "C"
            terms.append(Term(number, number.start, number.end, (vocabulary.units()[name],), name))
            continue
        priced = _currency_unit(text, number, start, end)
        if priced:
            terms.append(Term(number, priced[0], priced[1], (priced[2],), priced[3]))
            continue
        unit = unit_at(text, number.end, end)
        factor = None if unit else lexicon("factor_lead").ending_at(text, max(start, number.start - 14), number.start)
        if factor:
            terms.append(Term(number, factor.start, number.end, (vocabulary.units()["ratio"],), "×"))
        elif unit:
            number = _grouped(text, number, unit[1])
            half = _half_more().match(text, unit[0], end) if any(u.dimension == "time" for u in unit[1]) else None
            if half:                                       # 1時間半
                number = replace(number, value=number.value + 0.5)
            terms.append(Term(number, number.start, half.end() if half else unit[0], unit[1], unit[2]))
        elif number.value < 0 and _COLD.search(text, max(start, number.start - 10), number.end) and not _GOES_ON.match(
                text, number.end):
            terms.append(Term(number, number.start, number.end, (vocabulary.units()["degC"],), "°C"))
        else:
            terms.append(Term(number, number.start, number.end, (), ""))
    return terms


_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


def _grouped(text: str, number: Number, rows: tuple[UnitRow, ...]) -> Number:
    """`24.000 Stück`: what is counted has no thousandths, whichever sign the document takes for decimals."""
    written = text[number.start:number.end]
    counted = all(u.dimension in ("count", "cycle", "start") for u in rows)
    if not counted or not _THOUSANDS.fullmatch(written) or written.startswith("0"):
        return number
    return replace(number, value=float(re.sub(r"[.,]", "", written)))


_SHARE = re.compile(r"百分之(?P<of>[一二三四五六七八九十两]+|\d+(?:\.\d+)?)|(?P<wari>[一二三四五六七八九])割|"
                    r"(?P<tenth>[一二三四五六七八九两]|\d(?:\.\d)?)成(?![为本分型都])|(?P<quarter>[一二三两])刻[钟鐘]")


@lru_cache(maxsize=1)
def _factor_words() -> re.Pattern[str]:
    """Words such as `doubled` or `by half`; Latin ones stand alone."""
    words = sorted(vocabulary.words()["factors"], key=len, reverse=True)
    latin = "|".join(re.escape(w) for w in words if ord(w[0]) < 0x250)
    other = "|".join(re.escape(w) for w in words if ord(w[0]) >= 0x250)
    return re.compile(rf"(?<!\w)(?:{latin})(?!\w)|{other}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _factor_values() -> dict[str, float]:
    return {str(w).lower(): float(v) for w, v in vocabulary.words()["factors"].items()}


def with_factors(text: str, start: int, end: int, terms: list[Term]) -> list[Term]:
    """`double the initial value`, `rise by half`: factors without a digit."""
    found = []
    for match in _factor_words().finditer(text, start, end):
        if not any(t.start < match.end() and match.start() < t.end for t in terms):
            number = Number(match.start(), match.end(), _factor_values()[match.group().lower()])
            found.append(Term(number, match.start(), match.end(), (vocabulary.units()["ratio"],), "×"))
    for match in _SHARE.finditer(text, start, end):
        kind, digits = str(match.lastgroup), match.group(str(match.lastgroup))
        value = han_value(digits) if not digits[0].isdigit() else float(digits)
        if value is None:
            continue
        unit = "min" if kind == "quarter" else "%"
        value *= {"of": 1, "quarter": 15}.get(kind, 10)
        terms = [t for t in terms if not (t.start < match.end() and match.start() < t.end)]
        found.append(Term(Number(match.start(), match.end(), value), match.start(), match.end(),
                           (vocabulary.units()[unit],), unit))
    return sorted([*terms, *found], key=lambda t: t.start) if found else terms
