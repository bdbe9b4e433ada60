"""Numbers with their units, joined to ranges, tolerances and dimension tuples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from knowledge import vocabulary
from knowledge.units import convert
from knowledge.vocabulary import UnitRow
from tools.extract.numbers import Decimal
from tools.extract.terms import terms_in, with_factors
from tools.extract.written_units import Term, unit_at

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
    dimensions: frozenset[str] = field(init=False, repr=False)     # what the unit may measure; empty without a unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", frozenset(u.dimension for u in self.units))

    def is_a(self, *dimensions: str) -> bool:
        """Whether the unit may measure one of these."""
        return not self.dimensions.isdisjoint(dimensions)

    @property
    def value(self) -> float:
        """The first number."""
        return self.values[0]


_TOLERANCE = re.compile(r"\s*[(,，]?\s*(?:±|\+\s?/\s?-?|\+-|plus/minus|plus or minus|plus or|give or take|plus oder|"
                        r"plus ou|plus/|"
                        r"(?:each|chacune?|je|jeweils|all|tolerance|Toleranz|tolérance|公差)?\s*(?:à|of|von)?\s*±|"
                        r"(?:with|mit|avec)?\s*(?:a|an|einer|une)?\s*(?:tolerance|Toleranz|tolérance)\s*(?:of|von|de)|"
                        r"(?:公差|允差|許容差|공차)\s*)\s*")
_COMPOUND = {("lb", "oz"): 16, ("ft", "in"): 12, ("h", "min"): 60, ("kg", "g"): 1000, ("min", "s"): 60}
_COMPOUND_GAP = re.compile(r"\s+(?:and|und|et)\s+")
_PLAIN = re.compile(r"\s*[(,]?\s*(?:(?:with\s+)?(?:a\s+)?(?:tolerance|Toleranz|tolérance)\s*(?:of)?\s*)?"
                    r"(?:plus\s*|[+-]\s+)?")
_SLASH = re.compile(r"\s*(?:[/,;|、，]|and|und|et)?\s*(?:[+-]\s+)?")
_MOST_SIZES = 8       # members of one tuple
_TIMES = re.compile(r"\s*(?:[×x*X]|by|mal|par)\s*")


def _without_loose_words(text: str, terms: list[Term]) -> list[Term]:
    """A number word without a unit counts only where it begins a range (`from five to ten °C`)."""
    kept = []
    for place, term in enumerate(terms):
        after = terms[place + 1] if place + 1 < len(terms) else None
        gap = text[term.end:after.start] if after is not None and after.units else None
        if text[term.start:term.end].strip() in vocabulary.words()["counting_words"]:
            gap = None                                     # 셀 하나에서 5 A: out of one cell
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


def _bounded(text: str, a: Term, b: Term) -> bool:
    """`0℃以上45℃以下`: a least and a most of one dimension side by side are a window."""
    return (bool(_dims(a) & _dims(b)) and a.number.value < b.number.value
            and _bound_words("range_least").fullmatch(text[a.end:b.start]) is not None
            and _bound_words("range_most").match(text, b.end) is not None)


_AND = re.compile(r"\s+(?:and|und|et)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between|zwischen|entre|inside)\s*$", re.IGNORECASE)


def _enclosed(text: str, a: Term, b: Term) -> bool:
    """`10 ℃와 40 ℃ 사이`: a word between two rising numbers and one behind them make a range."""
    return (a.number.value < b.number.value and _bound_words("between_joint").fullmatch(text[a.end:b.start]) is not None
            and _bound_words("between_tail").match(text, b.end) is not None)


def _near(text: str, a: Term, b: Term) -> bool:
    """`65.3 mm à 0.3 mm près`: the second number is what the first may deviate."""
    return (b.number.value < a.number.value and bool(a.units)
            and _bound_words("nearness_joint").fullmatch(text[a.end:b.start].strip(" ,")) is not None
            and _bound_words("nearness_tail").match(text, b.end) is not None)


def _is_range(text: str, a: Term, b: Term) -> bool:
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
    if _enclosed(text, a, b):
        return True
    if _AND.fullmatch(gap):
        return bool(_BETWEEN.search(text[max(0, a.start - 12):a.start]))
    if not _range_gap().fullmatch(gap) or gap.strip() == ":":
        return False
    word = gap.strip().lower()
    if word == "à" and a.text == "C" and b.text != "C":
        return False                                       # 1C à -40 °C: a rate at a temperature
    return not (word in ("and", "et", "und", "à") and not _BETWEEN.search(text[max(0, a.start - 12):a.start])
                and word != "à") and not (word == "auf" and not _dims(b) & {"percent"})


def _dims(term: Term) -> set[str]:
    return {u.dimension for u in term.units}


def scan(
    text: str, start: int, end: int, decimal: Decimal, masks: Sequence[tuple[int, int]] = (),
    given: tuple[tuple[UnitRow, ...], str] | None = None,
) -> list[Quantity]:
    """All quantities of text[start:end], in order; `masks` are spans (standards, size codes) to leave alone.

    `given` is the unit of bare numbers, where a column or a label says it.
    """
    terms = [t for t in terms_in(text, start, end, decimal)
             if not any(t.number.start < stop and t.number.end > begin for begin, stop in masks)]
    terms = with_factors(text, start, end, _without_loose_words(text, terms))
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


def _shared(text: str, terms: list[Term], i: int) -> list[Term]:
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


def _joined(text: str, terms: list[Term], i: int) -> tuple[Quantity, int]:
    a = terms[i]
    b = terms[i + 1] if i + 1 < len(terms) else None
    c = terms[i + 2] if i + 2 < len(terms) else None
    lead = re.search(r"(?:±|\+\s?/\s?-?|plus(?:\s?/\s?|\s(?:or|and|oder|ou)\s)(?:minus|moins)?)\s*$",
                     text[max(0, a.start - 14):a.start], re.IGNORECASE)
    if lead and (i == 0 or a.start - terms[i - 1].end > 4):
        return Quantity(a.start, a.end, "tolerance_only", (abs(a.number.value),), a.units, a.text), 1
    if b and (times := _compound(text, a, b)):
        return _made("single", text, (a, b), (a.number.value * times + b.number.value,)), 2
    if b and a.units and "percent" in _dims(b) and "percent" not in _dims(a) and _TOLERANCE.fullmatch(
            text[a.end:b.start]):
        width = abs(a.number.value * b.number.value) / 100          # 34 Ah ± 3 %: a share of the nominal value
        return Quantity(a.start, b.end, "tolerance", (a.number.value, width, width), a.units, a.text,
                        members=((a.start, a.end), (b.start, b.end))), 2
    if b and (_TOLERANCE.fullmatch(text[a.end:b.start]) or _near(text, a, b)):
        half = abs(b.number.value) * _scale(b, a)
        return _made("tolerance", text, (a, b), (a.number.value, half, half)), 2
    if b and _signed_pair(text, a, b):
        return _made("range", text, (a, b), (a.number.value, b.number.value)), 2
    if b and c and _PLAIN.fullmatch(text[a.end:b.start]) and _SLASH.fullmatch(text[b.end:c.start]):
        signs = _sign(text, b), _sign(text, c)
        alike = all(not t.units or not a.units or _dims(t) & _dims(a) for t in (b, c))    # 100 Ah, +50 / -20 °C
        if alike and signs in (("+", "-"), ("-", "+")):
            plus, minus = (b, c) if signs[0] == "+" else (c, b)
            values = (a.number.value, abs(minus.number.value), abs(plus.number.value))
            return _made("tolerance", text, (a, b, c), values), 3
    if b and _TIMES.fullmatch(text[a.end:b.start]) and not a.number.rate:
        group = [a, b]
        while (c := terms[i + len(group)] if i + len(group) < len(terms) else None) \
                and _TIMES.fullmatch(text[group[-1].end:c.start]) and len(group) < _MOST_SIZES:
            group.append(c)
        if "length" in {d for t in group for d in _dims(t)}:
            return _made("tuple", text, group, tuple(t.number.value for t in group)), len(group)
    if b and c and _slashed(text, a, b, c):
        return _made("tuple", text, (a, b, c), (a.number.value, b.number.value, c.number.value)), 3
    if b and _bounded(text, a, b):
        return _made("range", text, (a, b), (a.number.value, b.number.value)), 2
    if b and _is_range(text, a, b) and not (a.number.rate and b.number.rate and text[a.end:b.start].strip() == "/"):
        return _made("range", text, (a, b), (a.number.value, b.number.value)), 2
    return Quantity(a.start, a.end, "single", (a.number.value,), a.units, a.text, a.number.rate), 1


def _compound(text: str, a: Term, b: Term) -> int | None:
    """How many of b's unit are one of a's, where both make one number: `2 lb 3 oz`, `one kilo and eighty grams`."""
    if not a.units or not b.units or b.number.value < 0:
        return None
    times = _COMPOUND.get((a.units[0].name, b.units[0].name))
    gap = text[a.end:b.start]
    joined = not gap.strip() or a.units[0].dimension == "mass" and _COMPOUND_GAP.fullmatch(gap) is not None
    return times if times and joined and b.number.value < times else None


def _slashed(text: str, a: Term, b: Term, c: Term) -> bool:
    """`148 / 27 / 130 mm`: three sizes."""
    gaps = text[a.end:b.start], text[b.end:c.start]
    return (not a.units and not b.units and "length" in _dims(c) and gaps[0] == gaps[1] == " / "
            and min(t.number.value for t in (a, b, c)) > 0 and len({t.number.value for t in (a, b, c)}) > 1)


def _scale(part: Term, whole: Term) -> float:
    """What one unit of the deviation is in units of the nominal value: 30 mV of 4.2 V."""
    pair = next(((p, w) for p in part.units for w in whole.units
                 if p.dimension == w.dimension and p.name != w.name), None)
    if pair is None or _dims(part) & {"temperature", "percent"}:
        return 1.0
    return convert(1.0, *pair)


def _signed_pair(text: str, a: Term, b: Term) -> bool:
    """`-25 / +60 °C`: a value below zero and one with a plus sign are the ends of a range."""
    return (a.number.value <= 0 < b.number.value and text[b.start:b.start + 1] == "+"
            and re.fullmatch(r"\s*/\s*", text[a.end:b.start]) is not None
            and "temperature" in _dims(b) and (not a.units or "temperature" in _dims(a)))


def _sign(text: str, term: Term) -> str:
    """The sign of a deviation, in its own character or in a word before it."""
    if term.number.value < 0:
        return "-"
    apart = re.search(r"([+-])\s+$", text[max(0, term.start - 4):term.start])
    if apart:
        return apart.group(1)
    return "+" if re.search(r"plus\s*$", text[max(0, term.start - 6):term.start]) else text[term.start]


def _made(shape: Shape, text: str, terms: Sequence[Term], values: tuple[float, ...]) -> Quantity:
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
