"""The order volume that a price holds for, where it is said beside the price and not in its own words."""

from __future__ import annotations

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


def _volume(page: Page, made: Draft, q: Quantity) -> bool:
    """Whether a count beside a price is a yearly volume, or was read as an order."""
    if q.shape != "single" or not q.is_a("count") and q.units or abs(q.start - made.start) > _FAR:
        return False
    ordered = any(d.metric == "order_quantity" and d.quantity is q and not d.dead for d in page.drafts)
    lo, hi = max(made.block.start, q.start - 12), min(made.block.end, q.end + 24)
    return ordered or q.is_a("count") and lexicon("yearly").search(page.text, lo, hi) is not None
