"""What is said but not asked: other people's cells, old issues, system data, information, and orders to the reader."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from tools.extract.comparators import said_about
from tools.extract.other_products import other_product
from tools.extract.page import Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

REASONS = {
    "predecessor": "a number of an earlier or present cell, not of the one asked for",
    "competitor": "a number of another maker's product",
    "level": "a number of the pack, module or system that is not asked for",
    "informative": "stated as information, not as a requirement",
    "superseded": "replaced or withdrawn by the document itself",
    "equipment": "a number of test equipment",
    "quoted": "quoted from an older message",
    "hidden": "in a hidden part of the document",
    "injection": "part of a text that tries to instruct the reader",
}
_BEHIND = re.compile(r"\s*\([^()]{2,120}\)")
_BEFORE = re.compile(r"\d\s?(?:k?Wh|V|Ah|kg|kW)[\s,-]+(?:[A-Za-z-]+\s)?$")


def injected(page: Page, start: int, end: int) -> bool:
    """Whether a sentence addresses the reading machine with an order."""
    hits = lexicon("injection").find(page.text, start, end)
    return bool(hits) and lexicon("order_to_reader").search(page.text, start, end) is not None


def sentence_background(page: Page, start: int, end: int, listed: bool = False) -> str | None:
    """Why the numbers of a sentence are no requirements, or None. An item of a list tells no story."""
    hits = lexicon("background").find(page.text, start, end)
    refused = [*lexicon("forbidden").find(page.text, start, end), *lexicon("refused_value").find(page.text, start, end)]
    hits = [h for h in hits if not any(r.start <= h.start and h.end <= r.end for r in refused)]
    weak = lexicon("weak_background").find(page.text, start, end)
    if weak and _asks(page, start, end):
        hits = [h for h in hits if not any(w.start <= h.start and h.end <= w.end for w in weak)]
    if not hits:
        return _told_of(page, start, end) or (
            "predecessor" if not listed and _told(page, start, end) else None) or (
            None if _asks(page, start, end) else other_product(page, start, end))
    first = hits[0]
    if first.what == "superseded" and lexicon("amend", "replace").search(page.text, start, end):
        others = [h for h in hits if h.what != "superseded"]
        return others[0].what if others else None
    if first.what == "informative" and _bracketed(page.text, start, first.start):
        return None
    return first.what


_PART = re.compile(r"[;；，、]|,(?!\d)")
_AND = re.compile(r"\s(?=(?:and|und|et)\s)")
_COARSE = re.compile(r"[;；，]|,\s+")
_TOLD = ("predecessor", "competitor", "level")


def parts(page: Page, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a sentence between its commas and words of contrast; a suffix of contrast ends its part.

    What is said of packs and devices holds for a longer list, and ends at a contrast only.
    """
    text = page.text
    systems = any(h.what == "level" for h in lexicon("background").find(text, start, end))
    cut = [m for m in (_COARSE if systems else _PART).finditer(text, start, end)
           if not m.group().startswith(",") or not systems or lexicon("turning").starting_at(text, m.end(), end)]
    edges = {start, end, *(m.end() for m in cut)}
    if not systems:
        told = lexicon("now").find(text, start, end)
        edges |= {m.end() for m in _AND.finditer(text, start, end) if told and told[0].end <= m.start()}
        edges |= {h.end if ord(text[h.start]) > 0x2e7f else h.start for h in lexicon("contrast").find(text, start, end)}
    cuts = sorted(e for e in edges if e in (start, end) or not _in_bracket(text, start, e))
    return [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if text[a:b].strip(" ,;，；、")]


def _in_bracket(text: str, start: int, place: int) -> bool:
    before = text[start:place]
    return sum(map(before.count, "(（")) > sum(map(before.count, ")）"))


def told_parts(page: Page, start: int, end: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(parts about other cells, parts that may ask) of a sentence: `the present cell has 4.8 Ah, we need 5.2 Ah`.

    A part that names another cell and has no bound of its own tells; what follows tells on until a part asks.
    """
    told: list[tuple[int, int]] = []
    live: list[tuple[int, int]] = []
    telling = False
    for first, last in parts(page, start, end):
        weak = lexicon("weak_background").find(page.text, first, last) if _asks(page, first, last) else []
        named = any(h.what in _TOLD and not any(w.start <= h.start and h.end <= w.end for w in weak)
                    for h in lexicon("background").find(page.text, first, last))
        if named or _told_of(page, first, last) == "predecessor" or (
                not _asks(page, first, last) and other_product(page, first, last)):
            telling = True
            if not any(q.units for q in page.inside(page.block_at(first), first, last)):   # …, that is our own affair
                told += [span for span in live if not _asks(page, *span)]
                live = [span for span in live if _asks(page, *span)]
        elif _asks(page, first, last) or lexicon("new_cell").search(page.text, first, last):
            telling = False
        (told if telling else live).append((first, last))
    return told, live


def live_parts(page: Page, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a sentence that ask in words of their own beside a part about other cells."""
    told, live = told_parts(page, start, end)
    asking = [(a, b) for a, b in live if _asks(page, a, b) or lexicon("new_cell").search(page.text, a, b)]
    return live if told and asking else []


def ignore_told(page: Page, block: Block, start: int, end: int) -> None:
    """Set aside what a sentence that asks tells beside it: of packs, devices and other cells."""
    earlier = _earlier_issue().search(page.text, start, end)
    turned = [lexicon(*path).search(page.text, start, end) for path in (("turning",), ("amend", "replace"))]
    if earlier and not any(turned):
        ignore_span(page, block, start, end, "superseded")
    for first, last in parts(page, start, end) if earlier else []:
        if _earlier_issue().search(page.text, first, last):
            ignore_span(page, block, first, last, "superseded")
    ignore_other_levels(page, block, start, end)
    ignore_bracketed_system(page, block, start, end)
    whole = () if lexicon("hence").search(page.text, start, end) else ((start, end),)
    for first, last in (*whole, *parts(page, start, end)):
        ignore_host(page, block, first, last)
    told, live = told_parts(page, start, end)
    for first, last in told if live else []:
        ignore_span(page, block, first, last, "predecessor")


@lru_cache(maxsize=1)
def _earlier_issue() -> re.Pattern[str]:
    """`Issue 03 had 1.1 MWh`, `was 70 A in rev E`: what an earlier issue of the document said."""
    return re.compile("|".join(vocabulary.words()["earlier_issue"]), re.IGNORECASE)


def between(live: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What of text[start:end] is not live."""
    edges = [start, *(e for span in live for e in span), end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _told(page: Page, start: int, end: int) -> bool:
    """A sentence that tells what was or is today, and asks nothing: no modal word, no bound."""
    past = lexicon("past").search(page.text, start, end) or lexicon("now").search(page.text, start, end)
    if lexicon("new_cell").search(page.text, start, end):
        return False                                       # 80 % of what the new cell had
    return bool(past) and not _asks(page, start, end)


_ASKING = (("priority",), ("requesting",), ("amend", "replace"), ("forbidden",), ("refused_value",))


def _asks(page: Page, start: int, end: int) -> bool:
    """Whether text[start:end] has a modal word, a ban, a change or a number with a bound."""
    spoken = any(h.what != "info" for path in _ASKING for h in lexicon(*path).find(page.text, start, end)) or bool(
        lexicon("hence").search(page.text, max(0, start - 2), end))
    return spoken or any(said_about(page.text, q, start, end).sign not in (None, "about")
                         for q in page.inside(page.block_at(start), start, end))


def _told_of(page: Page, start: int, end: int) -> str | None:
    """A sentence about test equipment or other cells: their name stands before the numbers, and nothing is asked."""
    places = [q.start for q in page.inside(page.block_at(start), start, end) if q.units]
    hit = next((h for h in lexicon("told_of").find(page.text, start, places[-1]) if h.what != "host"),
               None) if places else None
    if hit is None:
        return None
    if hit.what == "equipment":
        if lexicon("weak_background").search(page.text, hit.start, hit.end) and _asks(page, start, end):
            return None                                    # our lab says below 180 milliohm
        spoken = any(h.what == "must" for h in lexicon("priority").find(page.text, start, end)) or lexicon(
            "level", "cell").search(page.text, start, places[0])
        return None if spoken else "equipment"
    asked = any(lexicon(*path).search(page.text, start, end) for path in _ASKING)
    past = lexicon("past").search(page.text, start, end)
    return None if asked or not past and _asks(page, start, end) else "predecessor"


def _bracketed(text: str, start: int, place: int) -> bool:
    """A remark in brackets, such as `(for information: as P05)`, says nothing about the sentence."""
    before = text[start:place]
    return before.count("(") > before.count(")") and len(before) > 40


def paragraph_background(page: Page, start: int, end: int) -> str | None:
    """A statement about the whole paragraph or section."""
    return "informative" if lexicon("background_paragraph").search(page.text, start, end) else None


def section_background(page: Page, block: Block) -> str | None:
    """Background by the headings above; one that also names requirements, or titles the document, does not count.

    A "Request for Information" is a request whose title says "for information".
    """
    title = page.document.blocks[0].text.strip() if page.document.blocks else ""
    for heading in block.section:
        if heading.strip() == title:
            continue
        if lexicon("amend", "correction").search(heading):
            return None                                    # a corrigendum, be it for information of bidders
        found = lexicon("background_section").search(heading)
        asks = lexicon("requirement_section").search(heading)
        if found and (asks is None or lexicon("negator").search(heading, 0, asks.start)):
            return "informative"                           # Background (no part of the requirements)
    return None


def requirement_section(block: Block) -> bool:
    """Whether a heading above announces requirements."""
    return any(lexicon("requirement_section").search(h) for h in block.section)


def ignore_other_levels(page: Page, block: Block, start: int, end: int) -> None:
    """`our 36 V pack (10s4p, 500 Wh, 2.9 kg)`: what stands before or in brackets behind a pack describes the pack."""
    text = page.text
    for hit in lexicon("device").find(text, start, end):
        close = _BEHIND.match(text, hit.end, end)
        if close:
            spans = [(close.start(), close.end())]
        else:
            spans = []
        if _BEFORE.search(text, max(start, hit.start - 30), hit.start):
            spans.append((max(start, hit.start - 30), hit.start))
        for first, last in spans:
            inside = [q for q in page.inside(block, first, last) if q.units and id(q) not in page.fates]
            if inside and not lexicon("priority").search(text, first, last):
                _set_aside(page, block, inside)


_HOST_NUMBERS = ("count", "mass", "length", "energy", "charge", "voltage", "price", "sound", "volume")
_HOST_LOADS = ("current", "power")
_CELL_V = 6.0  # no single cell has more between its poles


def ignore_host(page: Page, block: Block, start: int, end: int) -> None:
    """`The charger delivers 54.6 V and 10 A`: a sentence that names a device first and asks for nothing.

    The load that a device draws stays, since its cell has to give it, unless a voltage shows that it has many cells.
    """
    text = page.text
    inside = [q for q in page.inside(block, start, end) if q.units and id(q) not in page.fates]
    if not inside or _asks(page, start, end):
        return
    if any(q.is_a("temperature") for q in inside) and lexicon("hence").search(text, start, end):
        return
    if lexicon("level", "cell").search(text, start, inside[0].start) or lexicon("level", "scope_cell").search(
            text, start, end):
        return
    named = [h for words in ("told_of", "host", "device") for h in lexicon(words).find(text, start, inside[0].start)]
    if not named or any(h.what in ("equipment", "other_cell") for h in named):
        return
    high = any(q.is_a("voltage") and max(q.values) > _CELL_V for q in inside)
    _set_aside(page, block, [q for q in inside if q.is_a(*_HOST_NUMBERS) or high and q.is_a(*_HOST_LOADS)])


def ignore_bracketed_system(page: Page, block: Block, start: int, end: int) -> None:
    """`(48 V, 100 Ah, 45 kg)`: a bracket with more volts than a cell has and a charge, mass or energy is a system's."""
    for match in _SYSTEM_BRACKET.finditer(page.text, start, end):
        inside = [q for q in page.inside(block, match.start(), match.end()) if q.units and id(q) not in page.fates]
        if any(q.is_a("voltage") and max(q.values) > _CELL_V for q in inside) and any(
                q.is_a("charge", "mass", "energy") for q in inside):
            _set_aside(page, block, inside)


_SYSTEM_BRACKET = re.compile(r"[(（][^()（）]{4,120}[)）]")


def _set_aside(page: Page, block: Block, numbers: list[Quantity]) -> None:
    if not numbers:
        return
    for q in numbers:
        page.reject(q, REASONS["level"])
    words = ", ".join(page.document.text[q.start:q.end].replace("\n", " ") for q in numbers)
    page.note("distractor", f"{words}: {REASONS['level']}", block, numbers[0].start, numbers[-1].end)


def ignore_span(page: Page, block: Block, start: int, end: int, cause: str, kind: str = "distractor") -> None:
    """Set every quantity of a span aside and keep the span as a finding."""
    units = [q for q in page.inside(block, start, end) if q.units]
    for q in units:
        page.reject(q, REASONS[cause])
    if units or kind == "injection":
        words = ", ".join(page.document.text[q.start:q.end].replace("\n", " ") for q in units)
        text = f"{words}: {REASONS[cause]}"
        if kind == "injection":
            text = "a text that tries to instruct the reader; quoted, not followed" + (
                f" ({words} in it is no requirement)" if words else "")
        page.note(kind, text, block, start, end)
