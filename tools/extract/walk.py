"""Where the walk over running text stands: what the line above, the sentence before and the question left open."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.document import Block
from knowledge.requirement import Priority
from tools.extract.page import Draft, Page
from tools.extract.phrases import Hit


@dataclass
class Walk:
    """Where the walk stands: the line above a list, the last requirement, the running background."""

    page: Page
    lead: str = ""
    lead_priority: Priority | None = None
    lead_hits: list[Hit[str]] = field(default_factory=list)
    item: Block | None = None                              # an item of a list that is a title of the next ones
    last: Draft | None = None
    topic: list[Hit[str]] = field(default_factory=list)    # what the sentence before in the paragraph named
    headed: bool = False
    asked: tuple[int, int] | None = None
    title_hits: list[Hit[str]] = field(default_factory=list)   # what the heading above names
    told: set[int] = field(default_factory=set)            # blocks of minutes that only tell
    decided: bool = False
    given: tuple[Block, int, int] | None = None            # a part before that states conditions and asks nothing
