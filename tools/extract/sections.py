"""Whole parts of a document that are about something else: a sheet of competitors, an archive, the vehicle's data."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from knowledge.document import Block
from knowledge.requirement import Level
from tools.extract.page import Page
from tools.extract.phrases import lexicon

_MOSTLY = 2           # cells are named so many times as often as the level of a document's title


@lru_cache(maxsize=256)
def title_background(title: str) -> str | None:
    """Why everything below a title is no requirement on the cell: information, another product, another level."""
    if lexicon("background_section").search(title) and not lexicon("requirement_section").search(title):
        return "informative"
    hits = lexicon("background").find(title)
    stated = next((h.what for h in hits if h.what in ("informative", "superseded")), None)
    if hits and (stated or not lexicon("requirement_section").search(title)):
        return stated or hits[0].what
    return None


@lru_cache(maxsize=256)
def level_title(title: str) -> Level | None:
    """The level that a title asks for (`Article 4 - The module`), where it names one and not the cell."""
    found = {h.what for h in lexicon("level").find(title)}
    named = found & {"pack", "module", "system"}
    return named.pop() if len(named) == 1 and not found & {"cell", "scope_cell"} else None  # type: ignore[return-value]


def section_level(page: Page, block: Block) -> Level | None:
    """The level that the nearest heading with one names; the document's own title names none where cells are asked."""
    return next((level for title in reversed(block.section)
                 if (level := level_title(title)) and not (title == page.headline and _of_cells(page, level))), None)


def _of_cells(page: Page, level: Level) -> bool:
    """Whether a document speaks of cells, mostly: `Storage system in Lodz` is what they are for."""
    if not page.levels_named:
        page.levels_named.update(Counter(str(h.what) for h in lexicon("level").find(page.text)))
    return page.levels_named.get("cell", 0) >= _MOSTLY * page.levels_named.get(level, 0)


@lru_cache(maxsize=256)
def title_level(title: str) -> bool:
    """Whether a title speaks of the pack, the system or the vehicle and not of the cell."""
    found = {h.what for h in lexicon("level").find(title)} | {h.what for h in lexicon("device").find(title)}
    return bool(found) and not found & {"cell", "scope_cell"}


def sheet_background(page: Page, block: Block) -> str | None:
    """Why a whole sheet is set aside: by its name, or by the title in its first row."""
    if block.sheet is None:
        return None
    title = _sheet_titles(page).get(block.sheet, "")
    for words in (block.sheet, title):
        cause = title_background(words) if words else None
        if cause:
            return cause
    others = [s for s in _sheet_titles(page) if s != block.sheet]
    if others and title_level(block.sheet) and not all(title_level(s) for s in others):
        return "level"
    return None


def _sheet_titles(page: Page) -> dict[str, str]:
    if not page.sheet_titles:
        for block in page.document.blocks:
            if block.sheet is not None and block.sheet not in page.sheet_titles:
                alone = not any(b is not block and b.row == block.row and b.table == block.table and b.text.strip()
                                for b in page.document.blocks[block.index + 1:block.index + 8]
                                if b.sheet == block.sheet)
                page.sheet_titles[block.sheet] = block.text if alone and not re.search(r"\d\s*\w", block.text) else ""
    return page.sheet_titles
