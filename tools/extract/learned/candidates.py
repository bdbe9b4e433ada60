"""Which numbers of a page may be conditions of a requirement, and what each would be in each slot."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from knowledge.document import Block
from knowledge.requirement import ConditionValue
from tools.extract.clauses import clauses
from tools.extract.conditions import amounts
from tools.extract.page import Draft, Page
from tools.extract.quantities import Quantity

# The unit of a number in a slot, by dimension.
SLOTS: dict[str, dict[str, str]] = {
    "temperature": dict.fromkeys(("temperature_C", "ambient_temperature_C", "start_temperature_C",
                                  "inlet_temperature_C", "surface_limit_C"), "degC"),
    "percent": dict.fromkeys(("soc_pct", "soc_from_pct", "soc_to_pct", "eol_pct", "dod_pct", "humidity_pct"), "%"),
    "humidity": {"humidity_pct": "%RH"},
    "rate": dict.fromkeys(("rate_C", "charge_C", "discharge_C", "reference_C"), "C"),
    "current": dict.fromkeys(("current_A", "charge_A", "discharge_A"), "A"),
    "power": {"power_W": "W"},
    "voltage": dict.fromkeys(("v_min", "v_max"), "V"),
    "time": {"duration_s": "s", "hours": "h", "days": "d", "months": "month", "years": "year"},
    "cycle": {"cycles": "cycle"},
    "frequency": {"frequency_Hz": "Hz"},
}
_PLAIN = ("order_volume", "repeats")                     # a count as it is written
_BARE = ("soc_from_pct", "soc_to_pct", "soc_pct", "eol_pct", "dod_pct", "rate_C", "charge_C", "discharge_C", "cycles",
         "temperature_C", "v_min", "v_max", "order_volume", "repeats")
# One range that fills two slots.
WINDOWS = {"soc_window": ("soc_from_pct", "soc_to_pct"), "v_window": ("v_min", "v_max")}
_GENERAL = "of the whole document"                       # the rules' word for a general condition
FREE = "free"                                            # the relation of a sentence that asks for nothing itself
_NEAR_BLOCKS = 3
_MOST_FREE = 14            # numbers of such sentences that are looked at, the nearest first
_MOST = 36                 # numbers that are looked at for one requirement
_PARAGRAPH = 4             # sentences before and behind
_ROW = 14                  # cells of a row


@dataclass(frozen=True)
class Candidate:
    """A number and how it stands to a requirement; `relation` is `clause`, `sentence`, `before1`, `row`, …"""

    quantity: Quantity
    block: Block
    relation: str
    span: tuple[int, int]


def values(q: Quantity) -> dict[str, ConditionValue | tuple[float, float]]:
    """What a number is in each slot that its unit allows, in the slot's unit; a pair for a window of two slots."""
    if q.shape in ("tuple", "tolerance_only"):
        return {}
    if not q.units:
        found: dict[str, ConditionValue | tuple[float, float]] = dict.fromkeys(_BARE, q.value)
        return found | ({"soc_window": (min(q.values), max(q.values))} if q.shape == "range" else {})
    found = {}
    for dimension in sorted(q.dimensions):
        for slot, unit in SLOTS.get(dimension, {}).items():
            found[slot] = amounts(q, unit)
    if q.is_a("count", "ratio", "cycle"):
        found |= dict.fromkeys(_PLAIN, q.value)
    if q.shape == "range":
        for window, (slot, _) in WINDOWS.items():
            whole = found.get(slot)
            if isinstance(whole, list):
                found[window] = (whole[0], whole[1])
    return found


class Field:
    """The page as a model of conditions looks at it: sentences, rows, headings and the numbers in them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._values: dict[int, dict[str, ConditionValue | tuple[float, float]]] = {}
        self.live = sorted((d for d in page.drafts if not d.dead), key=lambda d: (d.start, d.end))
        self.starts = [d.start for d in self.live]
        self._titles = {" ".join(b.text.split()): b for b in page.document.blocks if b.kind == "heading"}
        self._free = sorted(self._free_numbers(), key=lambda c: c.quantity.start)
        self._free_starts = [c.quantity.start for c in self._free]
        self._kept: dict[int, list[Candidate]] = {}

    def values(self, q: Quantity) -> dict[str, ConditionValue | tuple[float, float]]:
        """What a number of the page is in each slot, found once."""
        if id(q) not in self._values:
            self._values[id(q)] = values(q)
        return self._values[id(q)]

    def sentence(self, block: Block, place: int) -> tuple[int, int]:
        """The sentence of a block in which a place lies."""
        return self.page.sentence_at(block, place)

    def row(self, block: Block) -> list[Block]:
        """The other cells of a cell's row, as many as are looked at."""
        return self.page.row_of(block)[:_ROW]

    def between(self, start: int, end: int) -> list[Draft]:
        """The live requirements that begin in [start, end)."""
        return self.live[bisect_left(self.starts, start):bisect_left(self.starts, end)]

    def nearest(self, place: int) -> tuple[Draft | None, Draft | None]:
        """The live requirements before and behind a place."""
        at = bisect_right(self.starts, place)
        return (self.live[at - 1] if at else None), (self.live[at] if at < len(self.live) else None)

    def _free_numbers(self) -> list[Candidate]:
        found = []
        for block in self.page.document.blocks:
            numbers = self.page.blocks[block.index]
            if not any(q.units for q in numbers):
                continue
            for start, end in self.page.sentences(block):
                inside = [q for q in self.page.inside(block, start, end) if q.units]
                general = any(_GENERAL in self.page.fates.get(id(q), ("", ""))[1] for q in inside)
                if inside and (general or not self.between(start, end)):
                    found += [Candidate(q, block, FREE, (start, end)) for q in inside if self.values(q)]
        return found

    def of(self, made: Draft) -> list[Candidate]:
        """The numbers that may be conditions of a requirement, each once in its nearest relation."""
        if id(made) not in self._kept:
            self._kept[id(made)] = self._gathered(made)
        return self._kept[id(made)]

    def _gathered(self, made: Draft) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        for one in (*self._paragraph(made), *self._table(made), *self._around(made), *self._far(made)):
            if one.quantity is not made.quantity:
                found.setdefault(id(one.quantity), one)
        return list(found.values())[:_MOST]

    def _paragraph(self, made: Draft) -> list[Candidate]:
        page, block = self.page, made.block
        spans = self.page.sentences(block)
        own = next((i for i, (a, b) in enumerate(spans) if a <= made.start < b), 0)
        found = []
        for i in sorted(range(max(0, own - _PARAGRAPH), min(len(spans), own + _PARAGRAPH + 1)),
                        key=lambda i: abs(i - own)):
            side = "before" if i < own else "after"
            if i != own:
                found += [Candidate(q, block, f"{side}{min(abs(i - own), 3)}", spans[i])
                          for q in page.inside(block, *spans[i]) if q.units and self.values(q)]
                continue
            parts = clauses(page.text, *spans[i])
            mine = next(((a, b) for a, b in parts if a <= made.start < b), spans[i])
            for q in page.inside(block, *spans[i]):
                relation = "clause" if mine[0] <= q.start < mine[1] else "sentence"
                if self.values(q):
                    found.append(Candidate(q, block, relation, spans[i]))
        return found

    def _table(self, made: Draft) -> list[Candidate]:
        found = []
        for relation, cells in (("row", self.row(made.block)), ("head", self.page.head_of(made.block))):
            for cell in cells:
                found += [Candidate(q, cell, relation, (cell.start, cell.end))
                          for q in self.page.blocks[cell.index] if self.values(q) and (q.units or relation == "row")]
        return found

    def _around(self, made: Draft) -> list[Candidate]:
        blocks, own = self.page.document.blocks, made.block
        found = []
        for title in reversed(own.section[-3:]):
            block = self._titles.get(" ".join(title.split()))
            if block is not None:
                found += [Candidate(q, block, "title", (block.start, block.end))
                          for q in self.page.blocks[block.index] if q.units and self.values(q)]
        if own.table is not None:
            return found
        for step in range(1, _NEAR_BLOCKS + 1):
            for side, index in (("above", own.index - step), ("below", own.index + step)):
                if 0 <= index < len(blocks) and (side == "above" or step < _NEAR_BLOCKS):
                    block = blocks[index]
                    found += [Candidate(q, block, f"{side}{step}", self.sentence(block, q.start))
                              for q in self.page.blocks[index] if q.units and self.values(q)]
        return found

    def _far(self, made: Draft) -> list[Candidate]:
        at = bisect_left(self._free_starts, made.start)
        near = self._free[max(0, at - _MOST_FREE):at + _MOST_FREE]
        return sorted(near, key=lambda c: abs(c.quantity.start - made.start))[:_MOST_FREE]
