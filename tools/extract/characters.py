"""Make a document's characters comparable without moving any of them: every position stays what it was."""

from __future__ import annotations

import re
import unicodedata

_DASHES = "‐‑‒–−﹣－"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LOOKALIKES = dict(zip("АВЕКМНОРСТХаеорсхуІі", "ABEKMHOPCTXaeopcxyIi", strict=True))
_TABLE = {
    **{ord(c): "-" for c in _DASHES},
    **{ord(c): " " for c in _SPACES},
    **{ord(c): latin for c, latin in _LOOKALIKES.items()},
    **{c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F) if c not in (0xFF0D, 0xFF0C)},
    ord("✕"): "×", ord("⨯"): "×", ord("✖"): "×", ord("∙"): "·", ord("•"): "•", ord("⁄"): "/", ord("∕"): "/",
    ord("\u2126"): "Ω", ord("µ"): "μ", ord("≧"): "≥", ord("≦"): "≤", ord("⩾"): "≥", ord("⩽"): "≤",
    ord("〜"): "~", ord("∼"): "~", ord("～"): "~", ord("‘"): "'", ord("’"): "'", ord("“"): '"', ord("”"): '"',
    ord("→"): "→", ord("➔"): "→", ord("⇒"): "→", ord("₂"): "2", ord("\u2217"): "*",
}
# A wide comma parts clauses (`≥3000，25℃`) and groups digits only between wide digits.
_WIDE_GROUP = re.compile("(?<=[\uff10-\uff19])\uff0c(?=[\uff10-\uff19])")
_ZERO_LIKE = re.compile(r"(?<=[0-9])[Oo](?=[0-9])")
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def normalise(text: str) -> str:
    """The text with look-alike characters replaced one for one; `len` and all positions are unchanged.

    >>> normalise("１ ５００ cycles, −20 °C")
    '1 500 cycles, -20 °C'
    """
    if text.isascii():
        return text
    plain = _WIDE_GROUP.sub(",", text).translate(_TABLE)
    other = {ord(c): str(unicodedata.decimal(c)) for c in set(plain) if not c.isascii() and c.isdecimal()}
    plain = plain.translate(other)
    return _ZERO_LIKE.sub("0", plain)
