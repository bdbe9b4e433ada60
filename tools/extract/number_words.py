"""Han numerals (三十五, 四点二, 三万五千), and the number words that no grammar makes: `half an`, `anderthalb`."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary

_HAN = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
        "零": 0, "〇": 0}
_HAN_SCALE = {"十": 10, "百": 100, "千": 1000}
_HAN_LARGE = {"万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}
_ONES = "一二两兩三四五六七八九"
HAN = re.compile("(?!十分(?!の?間|之|钟|鐘))"       # enough, and no ten minutes
                 "(?![一二]次(?:电池|電池|元|电芯|锂|側|侧|コード))(?![一二三]元(?:コード|码))(?!千万[不别要])"
                 f"(?:[{_ONES}百十]|千(?![克瓦帕]))(?:[{_ONES}十百零〇万萬亿億]|千(?![克瓦帕]))*"   # 六十五千克
                 f"(?:[点點][{_ONES}零〇]+)?(?!元[\\d锂材正系])"
                 f"|[零〇](?:[点點][{_ONES}零〇]+|(?=\\s?[度到至℃~]))|半(?=小时|个?小时|時間|시간|年|分)")


@lru_cache(maxsize=1)
def number_words() -> dict[str, float]:
    """The number words that no grammar makes, in lower case with single spaces, and their values."""
    return {str(k).lower(): float(v) for k, v in vocabulary.words()["number_words"].items()}


@lru_cache(maxsize=1)
def fractions() -> tuple[dict[str, float], dict[str, float]]:
    """The words of parts (`third`) and how many of them may be counted (`two`), in lower case, with their values."""
    words = vocabulary.words()
    return ({str(k).lower(): float(v) for k, v in words["fractions"].items()},
            {str(k).lower(): float(v) for k, v in words["fraction_counts"].items()})


def fraction_patterns() -> tuple[str, str]:
    """(counts, parts) as alternatives of a regular expression, the longest first."""
    parts, counts = ("|".join(sorted(map(re.escape, table), key=len, reverse=True)) for table in fractions())
    return counts, parts


def tells_a_part(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] holds the word of a part at all; most do not."""
    lower = text[start:end].lower()
    return any(part in lower for part in fractions()[0])


def han_value(text: str) -> float | None:
    """The value of a Han numeral; None where it is none.

    >>> han_value("三十五"), han_value("十"), han_value("两百"), han_value("四点二"), han_value("三万五千")
    (35.0, 10.0, 200.0, 4.2, 35000.0)
    """
    if text == "半":
        return 0.5
    whole, point, part = text.replace("點", "点").partition("点")
    if point:
        value = han_value(whole)
        known = value is not None and value <= 1e15 and part
        return float(f"{value:.0f}." + "".join(str(_HAN[c]) for c in part)) if known else None
    if len(text) > 1 and "〇" in text and all(c in _HAN for c in text):
        return float("".join(str(_HAN[c]) for c in text))
    total, below, digit, last = 0.0, 0, 0, 10_000
    for character in text:
        if character in ("零", "〇"):
            last = 10
        elif character in _HAN:
            if digit:
                return None
            digit = _HAN[character]
        elif character in _HAN_LARGE:
            total, below, digit, last = (total + below + digit or 1) * _HAN_LARGE[character], 0, 0, 10_000
        else:
            last = _HAN_SCALE[character]
            below, digit = below + (digit or 1) * last, 0
    if digit and last >= 100 and last < 10_000 and text[-2:-1] not in ("零", "〇"):
        digit *= last // 10                                # 三百五: three hundred and fifty
    return total + below + digit if text else None
