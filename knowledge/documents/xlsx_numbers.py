"""How a workbook shows a number: number formats, dates, and the digits that Excel would print."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKENS = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|([0#?.,]+)|(E[+-][0#?]+)|(%)'
                     r"|(General)|(.)", re.IGNORECASE)


def plain_number(value: float) -> str:
    """A number in the General format: at most 11 significant digits, so 3.9000000000004 is 3.9."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.11g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        if -10 <= int(exponent) < 0:
            return f"{value:.15f}".rstrip("0").rstrip(".")
        return f"{mantissa}E{int(exponent):+03d}"
    return text


def shown(value: float, code: str) -> str:
    """The number as the format `code` prints it; a format that is not understood falls back to General."""
    sections = _sections(code)
    section = sections[0]
    if value < 0 and len(sections) > 1:
        section, value = sections[1], -value
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    prefix, digits, exponent, suffix, percent, general = _parsed(section)
    if "/" in section:  # a fraction
        return plain_number(value)
    if general or not digits and not exponent:
        body = plain_number(value) if general or not prefix + suffix else ""
        return (prefix + body + suffix).strip() or plain_number(value)
    return (prefix + _digits(value * 100**percent, digits, exponent) + suffix).strip()


def _sections(code: str) -> list[str]:
    return re.findall(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])+)', code.replace(";;", "; ;")) or ["General"]


@lru_cache(maxsize=512)
def _parsed(section: str) -> tuple[str, str, str, str, int, bool]:
    """Text before, digit places, exponent, text after, number of percent signs, and whether it says General."""
    prefix = suffix = digits = exponent = ""
    percent = 0
    general = False
    for quoted, escaped, currency, places, power, sign, word, other in _TOKENS.findall(section):
        text = quoted or escaped or currency or ("%" if sign else "") or other
        percent += bool(sign)
        if places and not (digits or exponent):
            digits = places
        elif power:
            exponent = power
        elif word:
            general = True
        elif digits or exponent or general:
            suffix += text
        else:
            prefix += text
    return prefix, digits, exponent, suffix, percent, general


def _digits(value: float, places: str, exponent: str) -> str:
    scale = len(places) - len(places.rstrip(","))
    value /= 1000**scale
    body = places.rstrip(",")
    whole, _, part = body.partition(".")
    if exponent:
        mantissa, power = f"{value:.{len(part)}E}".split("E")
        return f"{mantissa}E{power[0]}{power[1:].zfill(2)}"
    text = f"{value:,.{len(part)}f}" if "," in whole else f"{value:.{len(part)}f}"
    optional = len(part) - len(part.rstrip("#?"))
    while optional and text.endswith("0") and "." in text:
        text, optional = text[:-1], optional - 1
    head, dot, tail = text.rstrip(".").partition(".")
    wanted = sum(ch == "0" for ch in whole)
    if "," not in whole:
        sign = "-" if head.startswith("-") else ""
        head = sign + head.lstrip("-").zfill(wanted)
    return head + dot + tail


def is_date(code: str) -> bool:
    """Whether a number format shows days or times."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code.split(";")[0])
    return bool(re.search(r"[ymdhs]", bare, re.IGNORECASE)) and "general" not in bare.lower() and "0" not in bare


def date_text(value: float, code: str, since_1904: bool) -> str:
    """ISO date, time or both, as the format asks."""
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    found = from_excel(value, CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900)
    bare = re.sub(r'"[^"]*"|\\.|\[\$[^\]]*\]', "", code).lower()
    days, clock = bool(re.search(r"[yd]", bare)), bool(re.search(r"[hs]", bare))
    if hasattr(found, "date") and days and not clock:
        return str(found.date())
    if hasattr(found, "time") and clock and not days:
        return str(found.time().isoformat("minutes" if "s" not in bare else "seconds"))
    return str(found)
