"""The order volume that a price holds for, where it is said beside the price and not in its own words."""

from __future__ import annotations

from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

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


def _volume(page: Page, made: Draft, q: Quantity) -> bool:
    """Whether a count beside a price is a yearly volume, or was read as an order."""
    if q.shape != "single" or not q.is_a("count") and q.units or abs(q.start - made.start) > _FAR:
        return False
    ordered = any(d.metric == "order_quantity" and d.quantity is q and not d.dead for d in page.drafts)
    lo, hi = max(made.block.start, q.start - 12), min(made.block.end, q.end + 24)
    return ordered or q.is_a("count") and lexicon("yearly").search(page.text, lo, hi) is not None
