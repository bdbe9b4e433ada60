"""Every number of a page with what stands around it and what the rules made of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from knowledge.document import Block
from knowledge.vocabulary import metrics
from tools.extract.learned.bare import bare_numbers
from tools.extract.learned.surroundings import Sight, Surroundings
from tools.extract.learned.weights import NONE
from tools.extract.meaning import metric_for
from tools.extract.page import Draft, Page
from tools.extract.quantities import Quantity

# Text that is no part of the ask: what the rules say of its numbers stands, however it reads.
_OUTSIDE = ("part of a text that tries to instruct", "in a hidden part", "in a page ", "in the document's metadata")
CONDITION = "condition"                 # what a number is, beside the names of metrics and none
LEAD_TIME = "delivery_date"             # a time may also be one of delivery
_SURE = 0.9
_REASON = 30                            # characters of a reason that tell it from others


@dataclass(frozen=True)
class Observation:
    """A number, its sentence in its block, its surroundings, the metrics that its unit allows, the rules' verdict."""

    block: Block
    quantity: Quantity
    sentence: int
    around: Surroundings
    said: str
    fits: tuple[str, ...]
    drafts: tuple[Draft, ...]
    fate: str
    reason: str

    @property
    def features(self) -> tuple[str, ...]:
        """What stands around the number and the comparator beside it."""
        return (*self.around.features, self.said)

    @property
    def outside(self) -> bool:
        """Whether the number stands in no part of the ask: hidden, a header, an order to the reader."""
        return outside(self.block) or self.fate == "ignored" and self.reason.startswith(
            tuple(reason[:_REASON] for reason in _OUTSIDE))

    @property
    def verdict(self) -> str:
        """The metric that the rules gave the number, else `condition` or `none`."""
        if self.drafts:
            return self.drafts[0].metric
        return CONDITION if self.fate == "condition" else NONE

    def kinds(self) -> dict[str, tuple[str, ...]]:
        """How near each metric is named, and what the rules said."""
        said = ["rule"]
        if self.drafts and self.drafts[0].confidence >= _SURE:
            said.append("rule_sure")
        if self.block.table is not None:
            said.append("rule_table")
        if len(self.drafts) > 1:
            said.append("rule_more")
        return {**self.around.named, self.verdict: (*self.around.named.get(self.verdict, ()), *said)}

    def rule_features(self) -> list[str]:
        """What the rules said, as names of features."""
        found = [f"fate={self.fate}", f"reason={self.reason}", f"made={len(self.drafts)}"]
        for made in self.drafts:
            found += [f"rule={made.metric}", f"level={made.level}", f"bound={made.comparator}",
                      f"sure={made.confidence}"]
        return [*found, *(f"{name}@table" for name in found)] if self.block.table is not None else found


def outside(block: Block) -> bool:
    """Whether a block is hidden or beside the text."""
    return block.hidden or block.kind in ("comment", "header", "footer", "metadata", "caption")


def _allowed(q: Quantity) -> tuple[str, ...]:
    """The metrics that a number of this unit may be; without a unit all that are numbers."""
    if q.units:
        found = tuple(name for name in metrics() if metric_for(name, q) == name)
        return (*found, LEAD_TIME) if q.is_a("time") and q.shape == "single" else found
    return tuple(name for name, row in metrics().items() if row.dimension not in ("text", "date"))


def observe(page: Page) -> list[Observation]:
    """All numbers, with a unit or without, in document order."""
    made: dict[tuple[int, int], list[Draft]] = {}
    for draft in page.drafts:
        if draft.quantity is not None and not draft.dead:
            made.setdefault((draft.quantity.start, draft.quantity.end), []).append(draft)
    sight = Sight(page)
    allowed: dict[frozenset[str], tuple[str, ...]] = {}
    found = []
    for block in page.document.blocks:
        whole = [q for q in page.blocks[block.index] if q.units]
        starts = [start for start, _ in page.sentences(block)]
        for q in sorted([*whole, *bare_numbers(page, block)], key=lambda q: q.start):
            if q.dimensions not in allowed:
                allowed[q.dimensions] = _allowed(q)
            fate, reason = page.fates.get(id(q), ("residual", ""))
            found.append(Observation(
                block, q, bisect_right(starts, q.start), sight.of(block, q), sight.said(block, q),
                allowed[q.dimensions], tuple(made.get((q.start, q.end), ())), fate, reason[:_REASON]))
    return found
