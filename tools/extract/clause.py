"""A piece of running text under reading, with what the reader knew before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.document import Block
from knowledge.requirement import Priority
from tools.extract.page import Draft, Page
from tools.extract.phrases import Hit


@dataclass
class Clause:
    """A piece of running text under reading."""

    page: Page
    block: Block
    start: int
    end: int
    priority: Priority | None = None
    lead_hits: list[Hit[str]] = field(default_factory=list)
    before: Draft | None = None
    listed: bool = False
    topic: list[Hit[str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole normalised text of the document."""
        return self.page.text
