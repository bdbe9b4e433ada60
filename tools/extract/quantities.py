"""Numbers with their units, joined to ranges, tolerances and dimension tuples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from knowledge import vocabulary
from knowledge.units import spellings
from knowledge.vocabulary import UnitRow
from tools.extract.number_words import han_value
from tools.extract.numbers import Decimal, Number, numbers

Shape = Literal["single", "range", "tolerance", "tuple", "tolerance_only"]


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """One number, range, tolerance or tuple at [start, end) of the normalised text, in the unit as written.

    `values`: (v,) · (lo, hi) in the order written · (nominal, minus, plus) · the tuple's members · (half width,).
    """

    start: int
    end: int
    shape: Shape
    values: tuple[float, ...]
    units: tuple[UnitRow, ...] = ()
    unit_text: str = ""
    rate: bool = False
    members: tuple[tuple[int, int], ...] = field(default=())

    @property
    def dimensions(self) -> frozenset[str]:
        """What the unit may measure; empty without a unit."""
        return frozenset(u.dimension for u in self.units)

    def is_a(self, *dimensions: str) -> bool:
        """Whether the unit may measure one of these."""
        return any(d in dimensions for d in self.dimensions)

    @property
    def value(self) -> float:
        """The first number."""
        return self.values[0]


@dataclass(frozen=True, slots=True)
class _Term:
    """A number with the unit that follows or leads it."""

    number: Number
    start: int
    end: int
    units: tuple[UnitRow, ...]
    text: str


_TOLERANCE = re.compile(r"\s*[(,，]?\s*(?:±|\+\s?/\s?-?|\+-|plus/minus|plus or minus|plus or|plus oder|plus ou|plus/|"
                        r"(?:each|chacune?|je|jeweils|all|tolerance|Toleranz|tolérance|公差)?\s*(?:à|of|von)?\s*±)\s*")
_COMPOUND = {("lb", "oz"): 16, ("ft", "in"): 12, ("h", "min"): 60}
_PLAIN = re.compile(r"\s*[(,]?\s*(?:(?:with\s+)?(?:a\s+)?(?:tolerance|Toleranz|tolérance)\s*(?:of)?\s*)?"
                    r"(?:plus\s*|[+-]\s+)?")
_SLASH = re.compile(r"\s*(?:[/,;|、，]|and|und|et)?\s*(?:[+-]\s+)?")
_TIMES = re.compile(r"\s*(?:[×x*X]|by|mal|par)\s*")
_NEVER = re.compile(r"(?!)")
_FACTOR = re.compile(r"(?:factor(?:\s+of)?|Faktor(?:\s+von)?|facteur(?:\s+de)?)\s*$", re.IGNORECASE)
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


def unit_at(text: str, place: int, end: int) -> tuple[int, tuple[UnitRow, ...], str] | None:
    """The unit that begins at `place` or after a space or hyphen: (its end, its meanings, as written)."""
    for gap in re.finditer(r"\s{0,3}|-(?=[A-Za-zΩμ%°])", text[place:place + 4]):
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


def _terms(text: str, start: int, end: int, decimal: Decimal) -> list[_Term]:
    terms = []
    for number in numbers(text, start, end, decimal):
        if number.rate:
            terms.append(_Term(number, number.start, number.end, (vocabulary.units()["C"],), "C"))
            continue
        priced = _currency_unit(text, number, start, end)
        if priced:
            terms.append(_Term(number, priced[0], priced[1], (priced[2],), priced[3]))
            continue
        unit = unit_at(text, number.end, end)
        factor = _FACTOR.search(text, max(start, number.start - 14), number.start)
        if factor and factor.end() == number.start and not unit:
            terms.append(_Term(number, factor.start(), number.end, (vocabulary.units()["ratio"],), "×"))
        elif unit:
            terms.append(_Term(number, number.start, unit[0], unit[1], unit[2]))
        else:
            terms.append(_Term(number, number.start, number.end, (), ""))
    return terms


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


def _factors(text: str, start: int, end: int, terms: list[_Term]) -> list[_Term]:
    """`double the initial value`, `rise by half`: factors without a digit."""
    found = []
    for match in _factor_words().finditer(text, start, end):
        if not any(t.start < match.end() and match.start() < t.end for t in terms):
            number = Number(match.start(), match.end(), _factor_values()[match.group().lower()])
            found.append(_Term(number, match.start(), match.end(), (vocabulary.units()["ratio"],), "×"))
    for match in _SHARE.finditer(text, start, end):
        kind, digits = str(match.lastgroup), match.group(str(match.lastgroup))
        value = han_value(digits) if not digits[0].isdigit() else float(digits)
        if value is None:
            continue
        unit = "min" if kind == "quarter" else "%"
        value *= {"of": 1, "quarter": 15}.get(kind, 10)
        terms = [t for t in terms if not (t.start < match.end() and match.start() < t.end)]
        found.append(_Term(Number(match.start(), match.end(), value), match.start(), match.end(),
                           (vocabulary.units()[unit],), unit))
    return sorted([*terms, *found], key=lambda t: t.start) if found else terms


def _without_loose_words(text: str, terms: list[_Term]) -> list[_Term]:
    """A number word without a unit counts only where it begins a range (`from five to ten °C`)."""
    kept = []
    for place, term in enumerate(terms):
        after = terms[place + 1] if place + 1 < len(terms) else None
        gap = text[term.end:after.start] if after is not None and after.units else None
        if not term.number.word or term.units or gap is not None and (
                _range_gap().fullmatch(gap) or _instead().fullmatch(gap)):
            kept.append(term)
    return kept


@lru_cache(maxsize=1)
def _instead() -> re.Pattern[str]:
    """`twelve instead of ten years`: the number word has the unit of the value that it replaces."""
    words = sorted(vocabulary.words()["old_lead"], key=len, reverse=True)
    return re.compile(rf"[\s,]*(?:{'|'.join(map(re.escape, words))})\s*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _range_gap() -> re.Pattern[str]:
    words = sorted({*vocabulary.words()["range_words"], "auf"}, key=len, reverse=True)
    body = "|".join(re.escape(w) for w in words)
    joints = "|".join(re.escape(str(w)) for w in sorted(vocabulary.words()["range_joints"], key=len, reverse=True))
    return re.compile(rf"\s*(?:-|->|–>|→|…|\.\.\.?|~|÷|:|\s(?:{body})\s|(?:{joints}))\s*", re.IGNORECASE)


@lru_cache(maxsize=2)
def _bound_words(key: str) -> re.Pattern[str]:
    body = "|".join(re.escape(str(w)) for w in sorted(vocabulary.words()[key], key=len, reverse=True))
    return re.compile(rf"\s?(?:{body})[\s、,]?\s?")


def _bounded(text: str, a: _Term, b: _Term) -> bool:
    """`0℃以上45℃以下`: a least and a most of one dimension side by side are a window."""
    return (bool(_dims(a) & _dims(b)) and a.number.value < b.number.value
            and _bound_words("range_least").fullmatch(text[a.end:b.start]) is not None
            and _bound_words("range_most").match(text, b.end) is not None)


_AND = re.compile(r"\s+(?:and|und|et)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between|zwischen|entre)\s*$", re.IGNORECASE)


def _is_range(text: str, a: _Term, b: _Term) -> bool:
    gap = text[a.end:b.start]
    if len(gap) > 14 or not (a.units or b.units):
        return False
    if b.text == "C" and a.units and a.text != "C" and b.number.value < 11 and text[b.end - 2].isdigit():
        return False                                       # -20 ℃에서 0.5C: a rate at a temperature
    if a.units and b.units and not (_dims(a) & _dims(b)):
        return False
    if not a.units and "percent" in _dims(b) and a.number.value > 100 >= b.number.value:
        return False
    if a.units and not b.units and not _dims(a) & {"percent", "temperature", "voltage", "length"}:
        return False
    if b.number.start > b.start and _dims(b) != _dims(a) and not b.number.word:
        return False
    if _AND.fullmatch(gap):
        return bool(_BETWEEN.search(text[max(0, a.start - 12):a.start]))
    if not _range_gap().fullmatch(gap) or gap.strip() == ":":
        return False
    word = gap.strip().lower()
    if word == "à" and a.text == "C" and b.text != "C":
        return False                                       # 1C à -40 °C: a rate at a temperature
    return not (word in ("and", "et", "und", "à") and not _BETWEEN.search(text[max(0, a.start - 12):a.start])
                and word != "à") and not (word == "auf" and not _dims(b) & {"percent"})


def _dims(term: _Term) -> set[str]:
    return {u.dimension for u in term.units}


def scan(
    text: str, start: int, end: int, decimal: Decimal, masks: Sequence[tuple[int, int]] = (),
    given: tuple[tuple[UnitRow, ...], str] | None = None,
) -> list[Quantity]:
    """All quantities of text[start:end], in order; `masks` are spans (standards, size codes) to leave alone.

    `given` is the unit of bare numbers, where a column or a label says it.
    """
    terms = [t for t in _terms(text, start, end, decimal)
             if not any(t.number.start < stop and t.number.end > begin for begin, stop in masks)]
    terms = _factors(text, start, end, _without_loose_words(text, terms))
    if given:
        terms = [t if t.units else replace(t, units=given[0], text=given[1]) for t in terms]
    found: list[Quantity] = []
    i = 0
    while i < len(terms):
        made, used = _joined(text, _shared(text, terms, i), i)
        found.append(_settle(made, text))
        i += used
    return found


_LISTED = re.compile(r"\s*(?:/|;|and|und|et|,|，)\s*")


def _shared(text: str, terms: list[_Term], i: int) -> list[_Term]:
    """`0...45 / -20...75 / -30...50 °C`: ranges in a row have the unit of the last."""
    a = terms[i]
    b = terms[i + 1] if i + 1 < len(terms) else None
    if b is None or a.units or b.units or not _range_gap().fullmatch(text[a.end:b.start]) or text[
            a.end:b.start].strip() == ":":
        return terms
    place = i + 2
    while place + 1 < len(terms) and _LISTED.fullmatch(text[terms[place - 1].end:terms[place].start]) and (
            _range_gap().fullmatch(text[terms[place].end:terms[place + 1].start])):
        if terms[place + 1].units:
            last = terms[place + 1]
            if not _dims(last) & {"temperature", "percent", "voltage"}:
                return terms
            return [*terms[:i + 1], replace(b, units=last.units, text=last.text), *terms[i + 2:]]
        place += 2
    return terms


def _joined(text: str, terms: list[_Term], i: int) -> tuple[Quantity, int]:
    a = terms[i]
    b = terms[i + 1] if i + 1 < len(terms) else None
    c = terms[i + 2] if i + 2 < len(terms) else None
    lead = re.search(r"(?:±|\+\s?/\s?-?)\s*$", text[max(0, a.start - 6):a.start])
    if lead and (i == 0 or a.start - terms[i - 1].end > 8):
        return Quantity(a.start, a.end, "tolerance_only", (abs(a.number.value),), a.units, a.text), 1
    if b and (times := _COMPOUND.get((a.text.rstrip("s"), b.text.rstrip("s")))) and not text[a.end:b.start].strip():
        return _made("single", text, (a, b), (a.number.value * times + b.number.value,)), 2
    if b and a.units and "percent" in _dims(b) and "percent" not in _dims(a) and _TOLERANCE.fullmatch(
            text[a.end:b.start]):
        width = abs(a.number.value * b.number.value) / 100          # 34 Ah ± 3 %: a share of the nominal value
        return Quantity(a.start, b.end, "tolerance", (a.number.value, width, width), a.units, a.text,
                        members=((a.start, a.end), (b.start, b.end))), 2
    if b and _TOLERANCE.fullmatch(text[a.end:b.start]):
        return _made("tolerance", text, (a, b), (a.number.value, abs(b.number.value), abs(b.number.value))), 2
    if b and c and _PLAIN.fullmatch(text[a.end:b.start]) and _SLASH.fullmatch(text[b.end:c.start]):
        signs = _sign(text, b), _sign(text, c)
        if signs in (("+", "-"), ("-", "+")):
            plus, minus = (b, c) if signs[0] == "+" else (c, b)
            values = (a.number.value, abs(minus.number.value), abs(plus.number.value))
            return _made("tolerance", text, (a, b, c), values), 3
    if b and _TIMES.fullmatch(text[a.end:b.start]) and not a.number.rate:
        group = [a, b]
        while (c := terms[i + len(group)] if i + len(group) < len(terms) else None) \
                and _TIMES.fullmatch(text[group[-1].end:c.start]):
            group.append(c)
        if "length" in {d for t in group for d in _dims(t)}:
            return _made("tuple", text, group, tuple(t.number.value for t in group)), len(group)
    if b and _bounded(text, a, b):
        return _made("range", text, (a, b), (a.number.value, b.number.value)), 2
    if b and _is_range(text, a, b) and not (a.number.rate and b.number.rate and text[a.end:b.start].strip() == "/"):
        return _made("range", text, (a, b), (a.number.value, b.number.value)), 2
    return Quantity(a.start, a.end, "single", (a.number.value,), a.units, a.text, a.number.rate), 1


def _sign(text: str, term: _Term) -> str:
    """The sign of a deviation, in its own character or in a word before it."""
    if term.number.value < 0:
        return "-"
    apart = re.search(r"([+-])\s+$", text[max(0, term.start - 4):term.start])
    if apart:
        return apart.group(1)
    return "+" if re.search(r"plus\s*$", text[max(0, term.start - 6):term.start]) else text[term.start]


def _made(shape: Shape, text: str, terms: Sequence[_Term], values: tuple[float, ...]) -> Quantity:
    order = terms if shape == "tolerance" else terms[::-1]
    units = next((t for t in order if t.units), terms[-1])
    end = terms[-1].end
    if not units.units:                      # 70.0 (+0.6 / -0.1) mm: the unit stands behind the bracket
        close = re.match(r"\s*\)\s*", text[end:end + 4])
        unit = unit_at(text, end + close.end(), len(text)) if close else None
        if unit:
            return Quantity(terms[0].start, unit[0], shape, values, unit[1], unit[2],
                            members=tuple((t.start, t.end) for t in terms))
    if shape == "tolerance" and text[terms[0].end:terms[1].start].count("(") and text[end:end + 1] == ")":
        end += 1
        if not units.units and (unit := unit_at(text, end, len(text))):
            return Quantity(terms[0].start, unit[0], shape, values, unit[1], unit[2])
    return Quantity(terms[0].start, end, shape, values, units.units, units.text,
                    members=tuple((t.start, t.end) for t in terms))


def _settle(q: Quantity, text: str) -> Quantity:
    """Decide whether a bare C is a rate or Celsius, from its size, the space before it and the words around it."""
    if q.unit_text == "C-rate" or not {"rate", "temperature"} <= q.dimensions or q.rate:
        return q
    follows = text[q.end:q.end + 16].lower()
    before = text[max(0, q.start - 24):q.start].lower()
    glued = text[q.end - 2:q.end - 1].isdigit()
    rate_words = re.match(r"[\s-]*(?:rate|charge|discharge|disch|cccv|cc|pulse|continuous|/|entlad|lad|puls)", follows)
    warm = any(v <= 0 or v >= (31 if glued else 11) for v in q.values if q.shape != "tolerance") or (
        q.shape == "tolerance" and q.values[0] >= 11)
    said = re.search(r"temp|\bt\s*[=<≤:]|skin|ambient|cold|warm|cell at|air", before)
    rate_before = re.search(r"rate|charge|current|crate", before)
    if glued and not warm:
        celsius = bool(said and not rate_words and q.value >= 5 and not rate_before)
    elif rate_words and not warm:
        celsius = False
    else:
        celsius = warm and not (rate_words and glued) or bool(said) or not (rate_words or rate_before)
    keep = "temperature" if celsius else "rate"
    return replace(q, units=tuple(u for u in q.units if u.dimension == keep))
