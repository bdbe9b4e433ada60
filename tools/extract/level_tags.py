"""Tags of a document's own that open a clause and say whose number it is: `[PACK] …`, `4.1 **MOD** …`, `BG: …`.

The document declares them: `the module (MOD)`, `MOD = module`, `a clause tagged BG is background`.
"""

from __future__ import annotations

import re
from typing import Literal

from knowledge.document import Block
from knowledge.requirement import Level
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.priorities import legend_words

Tag = Level | Literal["info"]
_BRACKETED = re.compile(r"([^\W\d][^\n,;.:()\[\]|]{1,40}?)\s*[(\[]\s*\**([A-Z]{1,5})\**\s*[)\]]")
_EQUAL = re.compile(r"(?<!\w)\**([A-Z]{1,5})\**\s*(?:=|:|\s[-–]\s|means|stands for|steht für|bedeutet|désigne)\s*"
                    r"([^\n,;.|()=]{3,40})")
_TOLD = re.compile(r"(?:tagged|marked|labell?ed|headed|gekennzeichnet|markiert|marqu\w+|repér\w+)\s+"
                   r"(?:with\s|as\s|mit\s)?"
                   r"[\"“„(]?([A-Z]{1,5})[\"”)]?\s+([^.;,]{3,50})")
_HEAD = r"(?:^|\n)[ \t]*(?:[-*•]\s+)?(?:\d+(?:\.\d+)*[.)]?\s+)?"       # where a clause begins, and its number
_MIN_USES = 4      # of all tags together


def read_tags(page: Page) -> None:
    """Find the tags that a document declares and uses; fewer than two levels are no system of tags."""
    found: dict[str, Tag] = {}
    for block in page.document.blocks:
        if block.table is not None or block.kind == "heading":
            continue
        for pattern, name, words in ((_BRACKETED, 2, 1), (_EQUAL, 1, 2), (_TOLD, 1, 2)):
            for match in pattern.finditer(page.text, block.start, block.end):
                tag = _meant(match.group(words))
                if tag == "info" or tag is not None and match.group(name) not in page.codes:
                    found.setdefault(match.group(name), tag)
    levels = {t for t in found.values() if t != "info"}
    if "module" in levels and "pack" not in levels and "system" in levels:
        found = {n: "pack" if t == "system" else t for n, t in found.items()}      # what holds the modules
    uses = {n: len(_lead(n).findall(page.text)) for n in found}
    used = {n: t for n, t in found.items() if uses[n]}
    if len({t for t in used.values() if t != "info"}) >= 2 and sum(uses.values()) >= _MIN_USES:
        page.level_tags.update(used)
        page.top_level = "pack" if "system" in levels and "system" not in found.values() else None


def _meant(words: str) -> Tag | None:
    """The level that the last words before or after a tag name, or that they call background."""
    hits = [h for h in lexicon("level").find(words) if h.what in ("cell", "module", "pack", "system")]
    if hits:
        return hits[-1].what  # type: ignore[return-value]
    said = legend_words().search(words)
    return "info" if said is not None and said.what == "info" else None


def _lead(names: str) -> re.Pattern[str]:
    """A tag where a clause begins: at a line's start, behind its number, or as a table cell of its own."""
    return re.compile(rf"{_HEAD}[*_\[(|]*\s*(?:{names})(?![A-Za-z0-9])[*_\])]*[:.|]?(?=\s)")


_LINE = re.compile(_HEAD + r"[*_\[(]*(?:(?P<tag>[A-Z]{1,5})(?![A-Za-z0-9])[*_\])]*"
                   r"[:.]?(?=\s)|(?<=[.)\d]\s)(?=\S))")


def tag_at(page: Page, block: Block, place: int) -> Tag | None:
    """The tag of the clause of running text that holds a place."""
    if not page.level_tags or block.table is not None:
        return None
    now: Tag | None = None
    for match in _LINE.finditer(page.text[block.start:max(place, block.start) + 32]):
        if block.start + match.start() > place:
            break
        name = match.group("tag")
        if name in page.level_tags:
            now = page.level_tags[name]
        elif name is None:
            now = None                                     # a numbered line without a tag
    return now


def tagged(page: Page, block: Block, place: int) -> bool:
    """Whether a number may be a pack's: it stands in a tagged clause, or in a correction of such clauses."""
    return tag_at(page, block, place) is not None or bool(page.level_tags) and any(
        lexicon("amend", "section").search(title) for title in block.section)


def tag_of_row(page: Page, cells: list[Block]) -> Tag | None:
    """The tag that a cell of its own gives a table row."""
    return next((page.level_tags[t] for b in cells if (t := b.text.strip(" *_[]().:")) in page.level_tags), None)


def give_level(page: Page, made: list[Draft], tag: Tag | None) -> None:
    """The requirements of a tagged clause have its level."""
    for new in made:
        if new.level == "system" and page.top_level:
            new.level = page.top_level
        if tag is not None and tag != "info" and new.level != "material":
            new.level = tag


def cause_of(tag: Tag | None, cause: str | None) -> str | None:
    """Why a tagged clause asks for nothing: its tag calls it background, or another cause than its level."""
    return cause if tag is None else "informative" if tag == "info" else None if cause == "level" else cause
