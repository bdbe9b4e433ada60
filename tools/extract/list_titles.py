"""Items of a list that are titles of the items below them: `Regeneration`, then `380 W for 2 s into 60 % SOC`."""

from __future__ import annotations

from typing import Literal

from knowledge.document import Block
from tools.extract.meaning import absorbed
from tools.extract.page import Draft, metric_hits
from tools.extract.page import Page as _Page
from tools.extract.phrases import Hit, lexicon
from tools.extract.unnamed import WINDOW_METRICS, WINDOWS
from tools.extract.walk import Walk


def way_of(page: _Page, block: Block) -> Literal["charge", "discharge", "storage"] | None:
    """Which way a title of a few words goes, where it names one only."""
    ways: tuple[Literal["charge", "discharge", "storage"], ...] = ("discharge", "charge", "storage")
    found = [way for way in ways if lexicon("slots", way).search(page.text, block.start, block.end)]
    return found[0] if found and (len(found) == 1 or found[0] == "discharge") else None


def leads(walk: Walk) -> list[Hit[str]]:
    """The metrics that the line above a list and the item above an item name."""
    own = metric_hits(walk.page, walk.item.start, walk.item.end) if walk.item is not None else []
    return [*own, *walk.lead_hits]


def turn(walk: Walk, block: Block, span: tuple[int, int], made: list[Draft]) -> None:
    """Loads and windows below a title that names a way go that way, unless their own words name one."""
    page, item = walk.page, walk.item
    if item is None or block.kind != "list_item" or item is block:
        return
    way = way_of(page, item)
    if way is None or any(lexicon("slots", kind).search(page.text, *span) for kind in ("charge", "discharge")):
        return
    for new in made:
        if new.metric == "operating_temperature" and new.metric in WINDOW_METRICS:
            new.metric = dict(WINDOWS)[way]
        elif way == "charge":
            new.metric = absorbed(page, new.metric, item.start, item.end)
