"""Numbers with the unit that follows or leads them: `70 g`, `$62/kWh`, `doubled`, `八成`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from knowledge import vocabulary
from knowledge.vocabulary import UnitRow
from tools.extract.counted import hours_and_minutes, in_capitals, without_noun
from tools.extract.number_words import fraction_patterns, fractions, han_value, tells_a_part
from tools.extract.numbers import Decimal, Number, numbers
from tools.extract.phrases import lexicon
from tools.extract.prices import hundredths_at, price_around, with_hundredths
from tools.extract.written_units import Term, Unit, unit_at


@lru_cache(maxsize=1)
def _half_more() -> re.Pattern[str]:
    return re.compile(r"\s?(?:" + "|".join(re.escape(str(w)) for w in vocabulary.words()["half_more"]) + ")")


_COLD = re.compile(r"\b(?:at|below|to|bei|unter|bis|à|sous|jusqu'à)\s+(?:minus|moins)\s?\d+$", re.IGNORECASE)
_GOES_ON = re.compile(r"\s?(?:[-/.,]?\d|[-–/]|to\b|bis\b|à\b|and\b|und\b|et\b|%)")


def terms_in(text: str, start: int, end: int, decimal: Decimal) -> list[Term]:
    """All numbers of text[start:end] with their units, in order."""
    terms: list[Term] = []
    found = numbers(text, start, end, decimal)
    for place, number in enumerate(found):
        if terms and number.start < terms[-1].end:
            continue                                       # the cent of `30 per cent`, the 1 of `Wh kg-1`
        after = found[place + 1] if place + 1 < len(found) else None
        terms.append(_term(text, number, after, start, end))
    return terms


def _term(text: str, number: Number, after: Number | None, start: int, end: int) -> Term:
    """A number with its unit; `after` is the number that follows."""
    if number.rate:
        name = "P" if text[number.start] == "P" else "C"
        return Term(number, number.start, number.end, (vocabulary.units()[name],), name)
    if priced := price_around(text, number, start, end):
        return Term(number, priced[0], *priced[1])
    if cents := hundredths_at(text, number.end, end):
        return Term(replace(number, value=number.value / 100), number.start, *cents)
    if clock := hours_and_minutes(text, number, start, end):
        return clock
    unit = unit_at(text, number.end, end)
    if large := in_capitals(text, number, end):
        number, unit = large, unit_at(text, large.end, end)
    if unit:
        return _with_unit(text, number, after, unit, end)
    factor = lexicon("factor_lead").ending_at(text, max(start, number.start - 14), number.start)
    times = None if factor else _TIMES_LEAD.search(text, max(start, number.start - 8), number.start)
    if factor or times:
        first = factor.start if factor else times.start(1) if times else number.start
        return Term(number, first, number.end, (vocabulary.units()["ratio"],), "×")
    if counted := without_noun(text, number, end):
        return counted
    if number.value < 0 and _COLD.search(text, max(start, number.start - 10), number.end) and not _GOES_ON.match(
            text, number.end):
        return Term(number, number.start, number.end, (vocabulary.units()["degC"],), "°C")
    return Term(number, number.start, number.end, (), "")


_TIMES_LEAD = re.compile(r"(?:^|[:;,(|<>≤≥=\n]|\b(?:to|max|limit|of|than|by|bis|auf|à))\s*([x×])\s?$")   # max x1.4
_MORE_HALF = re.compile(r"\s+(?:et\s+demie?|and\s+a\s+half)\b")
_HALF_SIGN = re.compile(r"半(?![年月天小分径徑圆數数固自电電导導充])")
_RATE_AT_MOST = 5.0


def _with_unit(text: str, number: Number, after: Number | None, unit: Unit, end: int) -> Term:
    """A number and its unit, with what a half or hundredths behind the unit add."""
    if more := with_hundredths(text, unit, after, end):
        return Term(replace(number, value=number.value + more[0]), number.start, *more[1])
    number = _grouped(text, number, unit[1])
    timed = any(u.dimension == "time" for u in unit[1])
    half = _half_more().match(text, unit[0], end) if timed else _HALF_SIGN.match(text, unit[0], end) if (
        ord(unit[2][-1]) >= 0x2e80) else None
    half = half or _MORE_HALF.match(text, unit[0], end)
    if half:                                               # 1時間半, 七克半, deux heures et demie
        return Term(replace(number, value=number.value + 0.5), number.start, half.end(), *unit[1:])
    rows = unit[1]
    if number.word and unit[2] == "C" and 0 < number.value <= _RATE_AT_MOST:
        rows = tuple(u for u in rows if u.dimension == "rate") or rows          # one C is no temperature
    return Term(number, number.start, unit[0], rows, unit[2])


_THOUSANDTHS = re.compile(r"\d{1,2}[.,]\d{3}")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


def _grouped(text: str, number: Number, rows: tuple[UnitRow, ...]) -> Number:
    """`24.000 Stück`: what is counted has no thousandths, whichever sign the document takes for decimals."""
    written = text[number.start:number.end]
    if _THOUSANDTHS.fullmatch(written) and all(u.name == "in" for u in rows):
        return replace(number, value=float(written.replace(",", ".")))          # 2.776 in, whatever the text
    counted = all(u.dimension in ("count", "cycle", "start") for u in rows)
    if not counted or not _THOUSANDS.fullmatch(written) or written.startswith("0"):
        return number
    return replace(number, value=float(re.sub(r"[.,]", "", written)))


_SHARE = re.compile(r"百分之(?P<of>[一二三四五六七八九十两百零]+(?:[点點][一二三四五六七八九零]+)?|\d+(?:\.\d+)?)|"
                    r"(?P<wari>[一二三四五六七八九])割|"
                    r"(?P<tenth>[一二三四五六七八九两]|\d(?:\.\d)?)成(?P<more>(?!三元)[一二三四五六七八九])?"
                    r"(?![为本分型都])|(?P<quarter>[一二三两])刻[钟鐘]")


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


@lru_cache(maxsize=1)
def _parts() -> re.Pattern[str]:
    counts, parts = fraction_patterns()
    nouns = "|".join(re.escape(str(w)) for w in vocabulary.words()["share_of"])
    return re.compile(
        rf"(?<![\w-])(?:(?P<count>{counts})[\s-]+)?(?P<part>{parts})(?=\s+(?:of|the|its|der|des|von|de|du|d'|l')"
        rf"[^.,;:\d]{{0,36}}?\b(?:{nouns}))", re.IGNORECASE)


def _shares(text: str, start: int, end: int) -> list[Term]:
    """`three quarters of the room-temperature capacity`, as a percentage."""
    if not tells_a_part(text, start, end):
        return []
    words, counts = fractions()
    made = []
    for match in _parts().finditer(text, start, end):
        if re.search(r"\b(?:by|um|de)\s$", text[max(start, match.start() - 4):match.start()]):
            continue                                       # grown by half of the first value
        value = 100 * words[match.group("part").lower()] * counts.get((match.group("count") or "").lower(), 1.0)
        made.append(Term(Number(match.start(), match.end(), round(value, 4)), match.start(), match.end(),
                         (vocabulary.units()["%"],), "%"))
    return made


def with_factors(text: str, start: int, end: int, terms: list[Term]) -> list[Term]:
    """`double the initial value`, `rise by half`: factors without a digit."""
    found = []
    for match in _factor_words().finditer(text, start, end):
        if not any(t.start < match.end() and match.start() < t.end for t in terms):
            number = Number(match.start(), match.end(), _factor_values()[match.group().lower()])
            found.append(Term(number, match.start(), match.end(), (vocabulary.units()["ratio"],), "×"))
    for share in _shares(text, start, end):
        clash = [t for t in terms if t.start < share.end and share.start < t.end]
        if all(t.number.word for t in clash):
            terms = [t for t in terms if t not in clash]
            found = [t for t in found if t.end <= share.start or t.start >= share.end] + [share]
    for match in _SHARE.finditer(text, start, end):
        more = match.group("more")
        kind = "tenth" if more else str(match.lastgroup)
        digits = match.group(kind)
        value = han_value(digits) if not digits[0].isdigit() else float(digits)
        if value is None:
            continue
        unit = "min" if kind == "quarter" else "%"
        value = value * {"of": 1, "quarter": 15}.get(kind, 10) + (more and han_value(more) or 0)      # 六成五
        terms = [t for t in terms if not (t.start < match.end() and match.start() < t.end)]
        found.append(Term(Number(match.start(), match.end(), value), match.start(), match.end(),
                           (vocabulary.units()[unit],), unit))
    return sorted([*terms, *found], key=lambda t: t.start) if found else terms
