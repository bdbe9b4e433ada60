"""Deviations told behind a value and other words: `17.6 mm of arc, at ± 0.15`, `4.0 mΩ, tolerated -0.6 / +0.6 mΩ`."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from knowledge.vocabulary import metric
from tools.extract.comparators import said_about
from tools.extract.page import Draft, Page
from tools.extract.quantities import Quantity

_LEAD = r"[^\d;:.!?。|\n±+-]{0,40}?"     # words between the value and its deviation
_NUMBER = r"\d+(?:[.,]\d+)?"
_SIDE = re.compile("<(half|plus|minus)>")
_LONGEST = 90
_MEASURED = ("length", "mass", "resistance", "charge", "energy", "voltage")
_OPEN = (None, "about", "=")           # what a comparator with a deviation may say


def margins_told(page: Page) -> None:
    """Give plain values the deviation that stands behind them; what was read of the deviation's numbers is none."""
    for made in [d for d in page.drafts if not d.dead]:
        q = made.quantity
        if q is None or not _plain(page, made, q):
            continue
        end = min(made.block.end, q.end + _LONGEST)
        match = _behind(q.unit_text).match(page.text, q.end, end)
        plus, minus = _sides(match) if match else (None, None)
        if match is None or plus is None or minus is None or max(plus, minus) >= abs(q.value) or _of_another(
                page, made, q, match.end()):
            continue
        scale = float(made.value) / q.value
        made.comparator = "tolerance"
        made.value = [float(made.value), round(minus * scale, 9), round(plus * scale, 9)]
        made.written = ([q.value, minus, plus], q.unit_text) if scale != 1.0 else None
        made.end = max(made.end, match.end())
        _take(page, made, q.end, match.end())


def _plain(page: Page, made: Draft, q: Quantity) -> bool:
    """Whether a requirement is one number that no word bounds."""
    if q.shape != "single" or not q.value or not q.units or not isinstance(made.value, float | int):
        return False
    if metric(made.metric).dimension not in _MEASURED or made.comparator == "tolerance":
        return False
    return said_about(page.text, q, *page.sentence_at(made.block, q.start)).sign in _OPEN


def _of_another(page: Page, made: Draft, q: Quantity, end: int) -> bool:
    """Whether the numbers behind are of another kind: 100 Ah, +50 / -20 °C."""
    return any(o.units and not o.dimensions & q.dimensions and o.end > q.end and o.start < end
               for o in page.blocks[made.block.index] if o is not q)


def _take(page: Page, made: Draft, start: int, end: int) -> None:
    """The numbers of a deviation belong to its value."""
    for q in page.inside(made.block, start, end):
        page.settle(q, "requirement", "the deviation of a value")
    for other in page.drafts:
        if other is not made and other.quantity is not None and start <= other.quantity.start < end and (
                other.block is made.block):
            other.dead = True


def _sides(match: re.Match[str]) -> tuple[float | None, float | None]:
    """What is allowed above and below."""
    said = {k.rstrip("0123456789"): v for k, v in match.groupdict().items() if v is not None}
    half = _amount(said.get("half"))
    return (half, half) if half is not None else (_amount(said.get("plus")), _amount(said.get("minus")))


def _amount(text: str | None) -> float | None:
    if text is None:
        return None
    return float(text.replace(",", ".")) if text[0].isdigit() else 0.0       # plus nothing


@lru_cache(maxsize=64)
def _behind(unit: str) -> re.Pattern[str]:
    """All ways to tell a deviation; a number in it has the value's unit or none."""
    own = rf"(?:\s*{re.escape(unit)}(?![^\W\d_]))?"
    nothing = "|".join(re.escape(str(w)) for w in vocabulary.words()["no_margin"])
    ways = []
    for place, way in enumerate(vocabulary.words()["margin_patterns"]):
        parts = _SIDE.split(str(way))                      # text and names of sides in turn
        parts[1::2] = [rf"(?P<{side}{place}>{_NUMBER}|{nothing})(?!\d){own}" for side in parts[1::2]]
        ways.append("".join(parts))
    return re.compile(rf"{_LEAD}(?:{'|'.join(ways)})", re.IGNORECASE)
