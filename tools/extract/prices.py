"""Prices: a currency before or behind a number, and what is paid for: `ZAR 118 each`, `48 cents a cell`.

A currency and a basis are put together here, since their products are thousands.
"""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from knowledge.units import spellings
from knowledge.vocabulary import UnitRow
from tools.extract.numbers import Number

Priced = tuple[int, tuple[UnitRow, ...], str]      # where it ends, its meaning, as written


def _any_of(words: list[str]) -> str:
    parts = []
    for word in sorted(set(words), key=len, reverse=True):
        body = re.escape(word).replace(r"\ ", r"\s+")
        begin = r"(?<![A-Za-zÀ-ɏ])" if word[0].isalpha() and ord(word[0]) < 0x250 else ""
        parts.append(begin + body + (r"(?![A-Za-z0-9_²³])" if word[-1].isalnum() and ord(word[-1]) < 0x250 else ""))
    return "|".join(parts)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {spelling: code for code, group in vocabulary.currencies().items() for spelling in group}


@lru_cache(maxsize=1)
def _bases() -> dict[str, str]:
    """What may follow a currency (`/kWh`, `each`) → the basis of the price."""
    return {alias.removeprefix("USD").strip(): str(row.name.removeprefix("USD/")) for row in vocabulary.units().values()
            if row.currency == "USD" and row.name != "USD" for alias in row.aliases if alias.startswith("USD")}


@lru_cache(maxsize=1)
def _basis() -> re.Pattern[str]:
    return re.compile(rf"\s*(?P<basis>{_any_of([*_bases()])})")


@lru_cache(maxsize=1)
def _behind() -> re.Pattern[str]:
    return re.compile(rf"\s{{0,3}}-?(?P<sign>{_any_of(list(_codes()))})(?:\s(?:US|USD)(?![\w]))?")


@lru_cache(maxsize=1)
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any_of([*_codes()])})\s?$".replace(r"(?![A-Za-z0-9_²³])", ""))


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    return tuple({spelling.split()[-1] for spelling in _codes()})


@lru_cache(maxsize=1)
def _short_signs() -> dict[str, str]:
    return {str(k): str(v) for k, v in vocabulary.words()["short_currency_signs"].items()}


@lru_cache(maxsize=1)
def _short_before() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, _short_signs()))})\s?$")


@lru_cache(maxsize=1)
def _hundredths() -> tuple[re.Pattern[str], dict[str, str]]:
    codes = {str(w): code for code, words in vocabulary.words()["hundredths"].items() for w in words}
    return re.compile(rf"\s{{0,2}}(?P<sign>{_any_of(list(codes))})"), codes


_AMOUNT = re.compile(r"[\d一二两三四五六七八九十百千万亿]\s?$")       # 8.5元一颗: the sign belongs to the number before


def _per(text: str, place: int, end: int) -> tuple[int, str] | None:
    found = _basis().match(text, place, end)
    if not found:
        return None
    written = " ".join(found.group("basis").split())
    return found.end(), _bases()[written]


def _made(code: str, basis: tuple[int, str] | None, stop: int, written: str) -> Priced:
    name = f"{code}/{basis[1]}" if basis else code
    text = " ".join(written.split())
    return basis[0] if basis else stop, (vocabulary.units()[name],), text if text in spellings() else name


def price_at(text: str, place: int, end: int) -> Priced | None:
    """The currency that begins at `place` or behind a space, with what is paid for."""
    found = _behind().match(text, place, end)
    if not found:
        return None
    sign = " ".join(found.group("sign").split())
    basis = _per(text, found.end(), end)
    stop = basis[0] if basis else found.end()
    return _made(_codes()[sign], basis, found.end(), text[found.start("sign"):stop])


def price_around(text: str, number: Number, floor: int, end: int) -> tuple[int, Priced] | None:
    """A price with its currency before the number: its beginning, and the rest."""
    lead = text[max(floor, number.start - 8):number.start]
    before = _before().search(lead) if lead.rstrip().endswith(_endings()) else None
    if before and number.word and before.group().isascii():
        return None                                        # two dollars thirty
    start = number.start - len(lead)
    if before and not _AMOUNT.search(text, max(floor, start + before.start() - 4), start + before.start()):
        code = _codes()[" ".join(before.group().split())]
        behind = re.compile(r"\s?(?:元|圓|圆)").match(text, number.end, end)         # 新台幣二百六十元
        stop = behind.end() if behind else number.end
        basis = _per(text, stop, end)
        return start + before.start(), _made(code, basis, stop, "")
    short = None if number.word or lead[-1:].islower() else _short_before().search(lead)
    basis = _per(text, number.end, end) if short else None
    if short and basis:                                    # R 95 a cell, and no R100
        return start + short.start(), _made(_short_signs()[short.group().strip()], basis, number.end, "")
    return None


def hundredths_at(text: str, place: int, end: int) -> Priced | None:
    """`48 US cents a cell`: hundredths of a currency; alone they are none."""
    pattern, codes = _hundredths()
    found = pattern.match(text, place, end)
    basis = _per(text, found.end(), end) if found else None
    return _made(codes[" ".join(found.group("sign").split())], basis, found.end(), "") if found and basis else None


_AND_MORE = re.compile(r"\s+(?:and\s+|und\s+|et\s+)?$")
_ENDS = re.compile(r"\s*(?:[.,;:)]|$|\n|(?:US|a|per|each|pro|je|par)\b)")
_GOES_ON = re.compile(r"(?!\s?[-%/°]|\s(?:per\s?cent|days?|weeks?|months?|years?|cells|pieces|samples|Ah|mm|Tage|"
                      r"Wochen|jours)\b)")
_WORDY = 4            # letters of a currency that is spelled out


def with_hundredths(text: str, unit: Priced, after: Number | None, end: int) -> tuple[float, Priced] | None:
    """`two dollars thirty US a cell`, `zwei Euro fünfzig`: hundredths behind a spelled-out currency, and the unit."""
    row = unit[1][0]
    if after is None or not row.currency or row.name != row.currency or len(unit[2]) < _WORDY or not unit[2].isalpha():
        return None
    whole = 1 < after.value < 100 and after.value == int(after.value) and after.start > unit[0]
    if not whole or not _AND_MORE.fullmatch(text[unit[0]:after.start]):
        return None
    sign = _hundredths()[0].match(text, after.end, end)
    stop = sign.end() if sign else after.end
    if not sign and (after.value < 10 or not (_ENDS if not after.word else _GOES_ON).match(text, stop, end)):
        return None
    country = re.compile(r"\s+US(?!\w)").match(text, stop, end)
    stop = country.end() if country else stop
    return after.value / 100, _made(row.currency, _per(text, stop, end), stop, "")
