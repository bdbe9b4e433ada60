"""Numbers written as words: forty-five, zweihundert, quatre-vingt-dix, 三十五, made from the words of each language."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary

_EN = ("one two three four five six seven eight nine", "twenty thirty forty fifty sixty seventy eighty ninety")
_DE = ("ein zwei drei vier fünf sechs sieben acht neun",
       "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_FR = ("un deux trois quatre cinq six sept huit neuf", "vingt trente quarante cinquante soixante")
_HAN = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HAN_SCALE = {"十": 10, "百": 100, "千": 1000}
HAN = re.compile("(?!十分(?!の?間|之|钟|鐘))"       # enough, and no ten minutes
                 "(?![一二]次(?:电池|電池|元|电芯|锂|側|侧|コード))(?![一二三]元(?:コード|码))"
                 "[一二两兩三四五六七八九十百千]+(?!元[\\d锂材正系])|半(?=小时|个?小时|時間|시간|年|分)")


@lru_cache(maxsize=1)
def number_words() -> dict[str, float]:
    """Every number word, in lower case with single spaces, and its value."""
    table: dict[str, float] = {str(k).lower(): float(v) for k, v in vocabulary.words()["number_words"].items()}
    for name, value in {**_english(), **_german(), **_french()}.items():
        table.setdefault(name, value)
    return table


def _english() -> dict[str, float]:
    units, tens = (words.split() for words in _EN)
    found: dict[str, float] = {}
    for i, ten in enumerate(tens, 2):
        found[ten] = 10.0 * i
        for j, unit in enumerate(units, 1):
            found[f"{ten}-{unit}"] = found[f"{ten} {unit}"] = 10.0 * i + j
    found |= {f"{unit} and a half": j + 0.5 for j, unit in enumerate(units, 1)}
    found |= {"half an": 0.5, "half a": 0.5, "one and a half": 1.5, "an": 1.0}
    teens = ["ten", "eleven", "twelve", *(f"{s}teen" for s in ("thir", "four", "fif", "six", "seven", "eigh", "nine"))]
    found |= {name: float(10 + i) for i, name in enumerate(teens)}
    for j, unit in [*enumerate(units, 1), *enumerate(teens, 10)]:
        for scale, times in (("hundred", 100.0), ("thousand", 1000.0)):
            found[f"{unit} {scale}"] = j * times
    for i, ten in enumerate(tens, 2):
        found[f"{ten} thousand"] = 10_000.0 * i
    return found


def _german() -> dict[str, float]:
    units, tens = (words.split() for words in _DE)
    found: dict[str, float] = {}
    for i, ten in enumerate(tens, 2):
        found[ten] = 10.0 * i
        for j, unit in enumerate(units, 1):
            found[f"{unit}und{ten}"] = 10.0 * i + j
    found |= {f"{unit}einhalb": j + 0.5 for j, unit in enumerate(units, 1)} | {"anderthalb": 1.5, "eineinhalb": 1.5}
    for name, value in (("dreizehn", 13), ("vierzehn", 14), ("sechzehn", 16), ("siebzehn", 17), ("neunzehn", 19)):
        found[name] = value
    for j, unit in enumerate(units, 1):
        for scale, times in (("hundert", 100.0), ("tausend", 1000.0)):
            found[f"{unit}{scale}"] = j * times
    return found


def _french() -> dict[str, float]:
    units, tens = (words.split() for words in _FR)
    found: dict[str, float] = {"treize": 13, "quatorze": 14, "seize": 16, "dix-sept": 17, "dix-huit": 18,
                               "dix-neuf": 19, "quatre-vingt": 80, "quatre-vingts": 80, "quatre-vingt-dix": 90,
                               "soixante-dix": 70, "soixante-quinze": 75, "quatre-vingt-cinq": 85,
                               "quatre-vingt-quinze": 95}
    for i, ten in enumerate(tens, 2):
        found[ten] = 10.0 * i
        found[f"{ten} et un"] = 10.0 * i + 1
        for j, unit in enumerate(units[1:], 2):
            found[f"{ten}-{unit}"] = 10.0 * i + j
    for j, unit in enumerate(units[1:], 2):
        for scale, times in (("cents", 100.0), ("cent", 100.0), ("mille", 1000.0)):
            found[f"{unit} {scale}"] = j * times
    return found


def han_value(text: str) -> float | None:
    """The value of a Han numeral below ten thousand; None where it is none.

    >>> han_value("三十五"), han_value("六十"), han_value("十"), han_value("两百")
    (35.0, 60.0, 10.0, 200.0)
    """
    if text == "半":
        return 0.5
    total, digit = 0, 0
    for character in text:
        if character in _HAN:
            if digit:
                return None
            digit = _HAN[character]
        else:
            total += (digit or 1) * _HAN_SCALE[character]
            digit = 0
    return float(total + digit) if text else None
