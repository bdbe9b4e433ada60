"""Numbers as people write them, with places: 1 500 · 1,500 · 1.500 · 0,55 · C/3 · 1.2 million · minus 30 · zwölf."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from knowledge import vocabulary
from tools.extract.number_words import HAN, fraction_patterns, fractions, han_value, number_words, tells_a_part
from tools.extract.spoken_numbers import spoken

Decimal = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class Number:
    """A number at [start, end) of the normalised text."""

    start: int
    end: int
    value: float
    word: bool = False
    rate: bool = False       # C/3 or 1/3C: the unit is in the number


_DIGITS = re.compile(
    r"(?:(?<![A-Za-zÀ-ɏ0-9_])|(?<=SOC)|(?<=SoC)|(?<=DOD)|(?<=DoD)|(?<=SOH)"
    r"|(?<=\bUSD)|(?<=\bEUR)|(?<=\bGBP)|(?<=\bCNY)|(?<=\bRMB)|(?<=\bINR)|(?<=\bCHF)|(?<=\bRs)(?=\d)"
    r"|(?<=\bR)(?=[\d ]+(?:[.,]\d+)?\s?(?:/|per\b|a\s|each\b)))"
    r"(?:(?<![A-Za-zÀ-ɏ0-9_][.,])|(?<=\bRs\.))(?P<sign>[+-](?=[\d.]))?"
    r"(?P<body>\d{1,3}(?:[ '](?=\d{3}(?!\d))\d{3})+(?:[.,]\d+)?"
    r"|\d+(?:[\u200b-\u200d\u2060\ufeff\u00ad]+\d+)*(?:[.,]\d+)*|(?<!\.)\.\d+)"
    r"(?P<exp>(?:[eE]|\s?[×x]\s?10\^?)[+-]?\d{1,4}(?!\d)(?!\s?(?:mm|cm|in)\b)(?!\s?[×xX*]\s?\d))?"
)
_C_OVER = re.compile(r"(?<![A-Za-zÀ-ɏ0-9_.])[CP]\s?/\s?(\d+(?:\.\d+)?)(?![A-Za-zÀ-ɏ0-9_])(?!\.\d)")
_FRACTION_C = re.compile(r"(?<![A-Za-zÀ-ɏ0-9_./])(\d+)\s?/\s?(\d+)\s?C(?![A-Za-zÀ-ɏ0-9_])")


def decimal_convention(text: str, language: str | None) -> Decimal:
    """The decimal sign of a document, by counting numbers that leave no doubt; the language breaks a tie.

    >>> decimal_convention("71,5 mm and 0,55 mΩ, 3.700 g", "de")
    ','
    """
    comma = len(re.findall(r"(?<![\d.,])(?:\d{1,3}(?:\.\d{3})+,\d|\d+,(?:\d{1,2}|\d{4,})(?![\d,]))", text))
    comma += len(re.findall(r"(?<![\d.,])0,\d", text))
    point = len(re.findall(r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+\.\d|\d+\.(?:\d{1,2}|\d{4,})(?![\d.]))", text))
    point += len(re.findall(r"(?<![\d.,])0\.\d", text))
    if comma != point:
        leading = comma > point
        return "," if leading and (language in ("de", "fr") or comma > 2 * point) else (
            "," if language in ("de", "fr") and 2 * comma >= point and comma > 0 else ".")
    return "," if language in ("de", "fr") else "."


def parse(body: str, decimal: Decimal) -> float:
    """The value of a digit group.

    >>> parse("3.700", ","), parse("3.700", "."), parse("1 200", "."), parse("71,5", ".")
    (3700.0, 3.7, 1200.0, 71.5)
    """
    text = re.sub(r"[\s'\u200b-\u200d\u2060\ufeff\u00ad]", "", body)
    marks = [c for c in text if c in ".,"]
    if not marks:
        return float(text)
    if len(set(marks)) == 2:
        last = text[max(text.rfind("."), text.rfind(","))]
        return float(text.replace("," if last == "." else ".", "").replace(last, "."))
    mark = marks[0]
    groups = text.split(mark)
    grouped = all(len(g) == 3 for g in groups[1:]) and 1 <= len(groups[0]) <= 3 and groups[0] not in ("0", "00", "")
    if len(marks) > 1:
        if _LAKH.fullmatch(text):                          # 1,80,000
            return float("".join(groups))
        return float("".join(groups)) if grouped else float(groups[0] + "." + groups[1])
    if grouped and mark != decimal:
        return float("".join(groups))
    return float(text.replace(mark, "."))


_LAKH = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")         # the thousands, then groups of two, as in India
_SPOKEN_SIGN = re.compile(r"\b(?:(minus|negative|moins)|plus)\s+$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _words() -> re.Pattern[str]:
    table = sorted(number_words(), key=len, reverse=True)
    body = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in table)
    return re.compile(rf"(?<![\w-])(?:{body})(?![\w])", re.IGNORECASE)


@lru_cache(maxsize=1)
def _scales() -> re.Pattern[str]:
    table = sorted(vocabulary.words()["scales"], key=len, reverse=True)
    return re.compile(r"\s?(" + "|".join(re.escape(w) for w in table) + r")(?![A-Za-z])")


@lru_cache(maxsize=1)
def _minus() -> re.Pattern[str]:
    body = "|".join(vocabulary.words()["minus_words"])
    return re.compile(rf"(?<!\bau )(?<!\bde )(?<!\bdu )(?<!\bpas )(?:{body})\s?$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _plus() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(vocabulary.words()['plus_words'])})\s?$|\bplus\s$")


def numbers(text: str, start: int, end: int, decimal: Decimal) -> list[Number]:
    """All numbers in text[start:end], in order, not overlapping."""
    found: list[Number] = []
    for match in _C_OVER.finditer(text, start, end):
        if float(match.group(1)) > 0:
            found.append(Number(match.start(), match.end(), 1 / float(match.group(1)), rate=True))
    for match in _FRACTION_C.finditer(text, start, end):
        if float(match.group(2)) > 0:
            value = float(match.group(1)) / float(match.group(2))
            found.append(Number(match.start(), match.end(), value, rate=True))
    found += _parts_of_c(text, start, end)
    taken, reached = [(n.start, n.end) for n in found], start
    for match in _DIGITS.finditer(text, start, end):
        if match.start() >= reached and not _overlaps(match.start("body"), match.end(), taken):
            found.append(_number(text, start, match, decimal))
            reached = found[-1].end                        # 2万5000
    taken = [(n.start, n.end) for n in found]
    for match in re.finditer(r"(?<=[x×])\d+(?:[.,]\d+)*", text[start:end]):
        if not _overlaps(start + match.start(), start + match.end(), taken):
            found.append(Number(start + match.start(), start + match.end(), parse(match.group(), decimal)))
    found += _worded(text, start, end, [(n.start, n.end) for n in found])
    return sorted((n for n in found if math.isfinite(n.value)), key=lambda n: n.start)


@lru_cache(maxsize=1)
def _part_of_c() -> re.Pattern[str]:
    counts, parts = fraction_patterns()
    stop = r"[\s-]{0,2}(?-i:C)(?![A-Za-z0-9_°/])"
    return re.compile(
        rf"(?<![\w-])(?<!\band )(?<!\band a )(?:(?P<count>{counts})[\s-]+)?(?P<part>{parts})(?:\s+(?:of|von|de))?"
        rf"(?:\s+(?:an?|one|einem?))?{stop}"
        rf"|(?P<under>[二三四五六七八九十이삼사오])(?:分[之の]一|분의\s?일){stop}|半{stop}", re.IGNORECASE)


_OTHER_PART = re.compile("分[之の]一|분의|半")
_UNDER = {"이": 2.0, "삼": 3.0, "사": 4.0, "오": 5.0}


def _parts_of_c(text: str, start: int, end: int) -> list[Number]:
    """`a tenth of a C`, `ein halbes C`, `三分の一C`: rates."""
    made = list[Number]()
    if not _OTHER_PART.search(text, start, end) and not tells_a_part(text, start, end):
        return made
    for match in _part_of_c().finditer(text, start, end):
        value = 0.5
        if under := match.group("under"):
            value = 1 / (_UNDER.get(under) or han_value(under) or 1.0)
        elif part := match.group("part"):
            words, counts = fractions()
            value = words[part.lower()] * counts.get((match.group("count") or "").lower(), 1.0)
        made.append(Number(match.start(), match.end(), value, rate=True))
    return made


def _worded(text: str, start: int, end: int, taken: list[tuple[int, int]]) -> list[Number]:
    """Numbers written as words, the longest at each place, with the sign that stands before them in words."""
    table = number_words()
    said = list(spoken(text, start, end))
    said += [(m.start(), m.end(), table[" ".join(m.group().lower().split())])
             for m in _words().finditer(text, start, end)]
    for match in HAN.finditer(text, start, end):
        han = han_value(match.group())
        if han is not None:
            said.append((match.start(), match.end(), han))
    found, reached = list[Number](), start
    for first, last, value in sorted(said, key=lambda s: (s[0], -s[1])):
        if first < reached or _overlaps(first, last, taken):
            continue
        reached = last
        begin = first
        if (sign := _SPOKEN_SIGN.search(text, max(start, first - 12), first)) and sign.end() == first:
            value, begin = -value if sign.group(1) else value, sign.start()
        elif text[first] > "\u1100" and (below := _minus().search(text, max(start, first - 6), first)) and (
                below.end() == first):
            value, begin = -value, below.start()           # 零下二十五度, 영하 사십 도
        found.append(_scaled(text, begin, last, value, word=True))
    return found


def _number(text: str, start: int, match: re.Match[str], decimal: Decimal) -> Number:
    value = parse(match.group("body"), decimal)
    if match.group("exp"):
        power = int(re.sub(r"^(?:[eE]|\s?[×x]\s?10\^?)", "", match.group("exp")))
        value = value * 10.0 ** power if abs(power) < 300 else math.inf          # no number of this world
    sign = (match.group("sign") or "").strip()
    first = match.start()
    if sign == "-":
        value = -value
    elif not sign and (minus := _minus().search(text, max(start, first - 12), first)) and minus.end() == first:
        value, first = -value, minus.start()
    elif not sign and (below := _FROM_BELOW.search(text, max(start, first - 12), first)) and _DEGREES.match(
            text, match.end()):
        value, first = -value, below.start(1)              # de moins 30 °C à plus 45 °C
    elif not sign and (plus := _plus().search(text, max(start, first - 8), first)) and _DEGREES.match(
            text, match.end()):
        first = plus.start()                               # 영하 20℃부터 영상 60℃까지
    return _scaled(text, first, match.end(), value)


_FROM_BELOW = re.compile(r"\bde\s(moins)\s$")
_DEGREES = re.compile(r"\s?(?:°\s?C|℃|Grad|degr)")


_MYRIAD, _THOUSAND = 10_000.0, 1000.0
_BELOW_MYRIAD = re.compile(r"(?:(?<=만) )?([1-9]\d{0,3})(?![\d.,])(\s?[千천])?")


def _scaled(text: str, first: int, last: int, value: float, word: bool = False) -> Number:
    match = _scales().match(text, last)
    if match and not (match.group(1) == "k" and text[last:last + 1] != "k"):
        scale = vocabulary.words()["scales"][match.group(1)]
        value, last = value * scale, match.end()
        if scale == _MYRIAD and (more := _BELOW_MYRIAD.match(text, last)):       # 2万5000個, 1万5千次, 3만 5천 개
            value += float(more.group(1)) * (_THOUSAND if more.group(2) else 1)
            last = more.end()
    return Number(first, last, value, word)


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < stop and end > begin for begin, stop in spans)
