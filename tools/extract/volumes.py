"""The order volume that a price holds for, where it is said beside the price and not in its own words."""

from __future__ import annotations

import re

from knowledge.vocabulary import currencies
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

_BREATH = 160  # characters between a target and the ceiling above it
_FAR = 240  # characters between a volume and its price in one paragraph


def order_volumes(page: Page) -> None:
    """Give each price the volume of its paragraph: a yearly count of cells, the nearest one."""
    for made in page.drafts:
        if made.metric != "price" or made.dead or "order_volume" in made.conditions or made.block.table is not None:
            continue
        near = [q for q in page.blocks[made.block.index] if _volume(page, made, q)]
        if near:
            closest = min(near, key=lambda q: abs(q.start - made.start))
            made.conditions["order_volume"] = closest.value
            page.settle(closest, "condition")


def target_prices(page: Page) -> None:
    """`Budget 3.90 each, walk-away 4.25`: of two ceilings on one price in one breath the lower is the target."""
    live = [d for d in page.drafts if d.metric == "price" and not d.dead and d.block.table is None
            and d.comparator in ("<=", "<") and isinstance(d.value, float | int)]
    for low, high in zip(live, live[1:], strict=False):
        low, high = sorted((low, high), key=lambda d: d.value)
        same = low.block is high.block and low.level == high.level and low.unit == high.unit and low.value < high.value
        apart = any(low.conditions.get(k) != high.conditions.get(k) for k in ("order_volume", "option", "incoterm"))
        if same and not apart and abs(low.start - high.start) < _BREATH and low.priority == high.priority == "must":
            low.priority = "should"


def prices_alike(page: Page) -> None:
    """`Above JPY 14,800 per kWh … JPY 13,500`, `2,95 $ CA … 2,70 $`: what a price before says holds for a bare one."""
    live = sorted((d for d in page.drafts if d.metric == "price" and not d.dead and d.unit and d.quantity is not None
                   and isinstance(d.value, float | int)), key=lambda d: d.start)
    country = _dollars_of(page)
    for made in live:
        q = made.quantity
        if q is not None and country and _bare_dollar(page, q) and made.unit and made.unit.startswith("USD"):
            made.unit = country + made.unit[len("USD"):]
    for last, made in zip(live, live[1:], strict=False):
        if not _says_basis(page, last) or _says_basis(page, made) or last.block is not made.block:
            continue
        same = (last.unit or "").split("/")[0] == (made.unit or "").split("/")[0]
        if same and last.level == made.level and _ALIKE[0] < made.value / (last.value or 1.0) < _ALIKE[1] and (
                made.start - last.end < _FAR):
            made.unit = last.unit


def _says_basis(page: Page, made: Draft) -> bool:
    """Whether the words of a price or of its sentence say what is paid for."""
    q = made.quantity
    if q is None or any(u.name not in currencies() for u in q.units):
        return True
    return lexicon("price_basis").search(page.text, *page.sentence_at(made.block, q.start)) is not None


def _bare_dollar(page: Page, q: Quantity) -> bool:
    """Whether a price is in dollars that no letters tell from others."""
    return _DOLLAR.search(page.text[max(0, q.start - 2):q.end + 4]) is not None


def _dollars_of(page: Page) -> str | None:
    """The one country whose dollars a document's prices name, where it is not the United States'."""
    named: set[str] = set()
    for found in page.blocks.values():
        for q in found:
            if q.is_a("price") and "$" in page.text[q.start:q.end] and not _bare_dollar(page, q):
                named |= {u.currency for u in q.units if u.currency}
    return named.pop() if len(named) == 1 and named != {"USD"} else None


_ALIKE = (0.5, 2.0)   # of two prices in one breath
_DOLLAR = re.compile(r"(?<![A-Za-z])\$(?!\s?[A-Z])")     # and no A$, $ CA


def _volume(page: Page, made: Draft, q: Quantity) -> bool:
    """Whether a count beside a price is a yearly volume, or was read as an order."""
    if q.shape != "single" or not q.is_a("count") and q.units or abs(q.start - made.start) > _FAR:
        return False
    ordered = any(d.metric == "order_quantity" and d.quantity is q and not d.dead for d in page.drafts)
    lo, hi = max(made.block.start, q.start - 12), min(made.block.end, q.end + 24)
    return ordered or q.is_a("count") and lexicon("yearly").search(page.text, lo, hi) is not None
