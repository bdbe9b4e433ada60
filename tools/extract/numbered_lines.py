"""Lines of one paragraph that open with a clause number (`4.2 Ten years …`): each is a clause of its own."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract.level_tags import tag_at
from tools.extract.page import Draft, Page
from tools.extract.standards import CLAUSE_NUMBER

_LEAD = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2})+)[.)]?\s")


def numbered_lines(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """(number, start, end) of each numbered line of text[start:end]; empty unless the first line has a number."""
    if not _LEAD.match(text, start, end):
        return []
    places = [start]
    places += [m.end() for m in re.finditer(r"\n", text[start:end])]
    places = [start, *(start + p for p in places[1:])]
    leads = [(m.group(1), p) for p in places if (m := _LEAD.match(text, p, end)) and (
        p == start or CLAUSE_NUMBER.match(text, p, end) or text[m.end():m.end() + 1] in "*[(")]
    edges = [*(p for _, p in leads[1:]), end]
    return [(name, p, stop) for (name, p), stop in zip(leads, edges, strict=True)]


def number_paragraph(page: Page, block: Block, made: list[Draft]) -> None:
    """A numbered paragraph or line (`3.3 Cell mass …`) can be amended by its number like a row."""
    for name, start, end in numbered_lines(page.text, block.start, block.end):
        own = [d for d in made if start <= d.start < end]
        for new in own:
            new.row_id = new.row_id or name
        if own:
            page.rows.setdefault(name, []).extend(own)
            page.paragraphs.add(name)


def stands_alone(page: Page, block: Block, place: int) -> bool:
    """Whether a place lies in an item of a list, a numbered line or a tagged clause: it asks without a verb."""
    return block.kind == "list_item" or block.table is None and (
        any(a <= place < b for _, a, b in numbered_lines(page.text, block.start, block.end))
        or tag_at(page, block, place) is not None)
