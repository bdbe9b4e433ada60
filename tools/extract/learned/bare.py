"""Numbers whose unit the writer left out: `charge 0 to 45`, `Cycles: 800`, `would love 3,200`."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

from knowledge.document import Block
from knowledge.units import accepts, meanings
from knowledge.vocabulary import UnitRow, metric, units
from tools.extract.meaning import metric_for
from tools.extract.page import Page
from tools.extract.quantities import Quantity

# Between the two ends of a range that have no unit.
_TO = re.compile(r"\s*(?:to|up to|till?|bis|à|a|et|/|-|–|~|～|…|\.\.\.?|から|至|到|에서|부터)\s*(?:\+\s*)?",
                 re.IGNORECASE)
_NUMBERING = re.compile(r"(?:^|\n)\s*(?:[-*•>|]\s*)*\(?$")
_COUNTS = ("sample_quantity", "order_quantity", "dpa_sample_size")


def bare_numbers(page: Page, block: Block) -> list[Quantity]:
    """The numbers of a block that have no unit, two that span a range as one; numbering in front of lines is none."""
    open_ = [q for q in page.blocks[block.index] if not q.units and q.shape in ("single", "range", "tolerance")]
    found: list[Quantity] = []
    place = 0
    while place < len(open_):
        q = open_[place]
        after = open_[place + 1] if place + 1 < len(open_) else None
        if after is not None and q.shape == after.shape == "single" and q.value < after.value and _TO.fullmatch(
                page.text, q.end, after.start):
            # kept by the page, since fates are by identity
            found.append(page.bare_ranges.setdefault((q.start, after.end), Quantity(
                q.start, after.end, "range", (q.value, after.value),
                members=((q.start, q.end), (after.start, after.end)))))
            place += 2
            continue
        place += 1
        if not _NUMBERING.search(page.text[max(block.start, q.start - 8):q.start]) or block.table is not None:
            found.append(q)
    return found


def with_unit(page: Page, q: Quantity, name: str) -> Quantity | None:
    """The number in the unit that it must have as a value of a metric: the nearest one said before, else the usual one.

    None where no unit can be told (a price without a currency anywhere before).
    """
    row = metric(name)
    if row.dimension in ("text", "date"):
        return None
    if row.dimension == "cycle":
        return replace(q, units=(units()["cycle"],), unit_text="cycle")
    if name in _COUNTS:
        return replace(q, units=(units()["piece"],), unit_text="pcs")
    like = _in_row(page, q, name) or _nearest(page, q, name)
    if like is not None:
        return replace(q, units=like[0], unit_text=like[1])
    if row.unit is None or row.dimension == "price":
        return None
    known = units().get(row.unit)
    return replace(q, units=(known,), unit_text=row.unit) if known else None


_BREAK = re.compile(r"[\s,;:()\[\]|]+")


def _in_row(page: Page, q: Quantity, name: str) -> tuple[tuple[UnitRow, ...], str] | None:
    """The unit that the row's label, its unit column or the column's title says: `Capacity, mAh, min | 800`."""
    block = page.block_at(q.start)
    if block.table is None:
        return None
    row = metric(name)
    for other in (*page.row_of(block), *page.head_of(block)):
        text = other.text[:_LONGEST]
        for word in (text.strip(), *_BREAK.split(text)):
            known = meanings(word) if word and not word.isdigit() else ()
            if any(accepts(row, u.dimension) for u in known):
                return tuple(u for u in known if accepts(row, u.dimension)), word
    return None


_LONGEST = 120        # characters of a cell in which a unit is looked for


def _nearest(page: Page, q: Quantity, name: str) -> tuple[tuple[UnitRow, ...], str] | None:
    """The unit of the last number before that could be a value of the metric, else of the first one behind."""
    blocks, own = page.document.blocks, page.block_at(q.start).index
    before = (o for place in range(own, max(-1, own - _AROUND), -1) for o in reversed(page.blocks[blocks[place].index])
              if o.end <= q.start)
    behind = (o for place in range(own, min(len(blocks), own + _AROUND)) for o in page.blocks[blocks[place].index]
              if o.start >= q.end)
    like = next((o for o in chain(before, behind) if o.units and metric_for(name, o) == name), None)
    return (like.units, like.unit_text) if like else None


_AROUND = 300         # blocks on each side in which a unit is looked for
