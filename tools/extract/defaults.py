"""Test conditions that hold for the whole document: `all items at 25 °C, BOL, unless the row says otherwise`."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract.comparators import said_about
from tools.extract.conditions import Slots, infer
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon

_TEMPERATURES = ("temperature_C", "ambient_temperature_C", "start_temperature_C")


def read_defaults(page: Page, block: Block, start: int, end: int) -> bool:
    """Take a sentence that states defaults; whether it was one."""
    text = page.text
    if _defines_end(page, block, start, end):
        return True
    window = lexicon("defaults_window").search(text, start, end)
    general = general_defaults(page, start, end)
    prose = block.table is None or block.index in page.loose
    if not general and not (window and prose and _only_voltages(page, block, start, end)):
        return False
    return _take(page, block, start, end, general)


def general_defaults(page: Page, start: int, end: int) -> bool:
    """Whether a sentence says what holds where nothing else is said."""
    return bool(lexicon("defaults").search(page.text, start, end) or _patterns().search(page.text, start, end))


def _take(page: Page, block: Block, start: int, end: int, general: bool = True) -> bool:
    """Keep the conditions that text[start:end] states; whether there were any."""
    text = page.text
    numbered = [q for q in page.inside(block, start, end) if q.units]
    if not numbered and not lexicon("life").search(text, start, end):
        return False
    found: Slots = {}
    for q in numbered:
        said = said_about(text, q, start, end)
        slots = infer(text, q, start, end, None, said.sign) or {}
        page.settle(q, "condition", "a condition of the whole document")
        for key, value in slots.items():
            found.setdefault("temperature_C" if key in _TEMPERATURES else key, value)
    life = lexicon("life").search(text, start, end)
    if life and general:
        found["life"] = life.what
    for key in ("temperature_C", "life", "v_min", "v_max", "rate_C", "rate_P"):
        if key in found:
            page.defaults.setdefault(key, found[key])
    return True


@lru_cache(maxsize=1)
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary.words()["defaults_patterns"]), re.IGNORECASE)


def default_row(page: Page, label: Block, cells: list[Block]) -> bool:
    """A table row such as `Reference temperature | 23 °C`; whether it was one."""
    text = page.text
    if not lexicon("defaults_label").search(text, label.start, label.end) and not any(
            _patterns().search(text, b.start, b.end) for b in cells):
        return False
    return sum(_take(page, block, block.start, block.end) for block in cells) > 0


def _defines_end(page: Page, block: Block, start: int, end: int) -> bool:
    """`We define end of life as 70 % of the initial capacity` holds for every life that names none of its own."""
    text = page.text
    life = lexicon("life").search(text, start, end)
    if not life or life.what != "EOL" or not lexicon("define").search(text, start, end):
        return False
    shares = [q for q in page.inside(block, start, end) if q.is_a("percent") and 30 <= q.value < 100]
    if len(shares) != 1:
        return False
    page.defaults.setdefault("eol_pct", shares[0].value)
    page.settle(shares[0], "condition", "the end of life of the whole document")
    return not any(q.units for q in page.inside(block, start, end) if q is not shares[0])


def ends_life(page: Page, block: Block, start: int, end: int, last: Draft) -> bool:
    """`The end criterion is 80 % of the capacity` completes the life that the sentence before asked for."""
    shares = [q for q in page.inside(block, start, end) if q.is_a("percent") and 30 <= q.value < 100]
    if last.metric not in ("cycle_life", "calendar_life") or len(shares) != 1 or not lexicon("end_criterion").search(
            page.text, start, end) or any(q.units for q in page.inside(block, start, end) if q is not shares[0]):
        return False
    last.conditions.setdefault("eol_pct", shares[0].value)
    page.settle(shares[0], "condition", "the end of the life asked for before")
    return True


def _only_voltages(page: Page, block: Block, start: int, end: int) -> bool:
    numbered = [q for q in page.inside(block, start, end) if q.units]
    return bool(numbered) and all(q.is_a("voltage") for q in numbered) and not re.search(
        r"\b(?:shall|must|muss|required)\b", page.text[start:end])


_NEAR = 320                # characters between two bounds on one metric
_WISHED = ("kind", "note", "order_volume", "basis")


def share_with_wishes(page: Page) -> None:
    """`5 Ah at C/5 and 23 °C; we would love 5.2 Ah`: a further bound without conditions has the first one's."""
    live = [d for d in page.drafts if not d.dead and d.quantity is not None and d.block.table is None]
    for place, made in enumerate(live):
        if any(k not in _WISHED for k in made.conditions) or made.comparator in ("range", "tolerance", "in"):
            continue
        first = next((d for d in reversed(live[:place]) if d.block is made.block and d.metric == made.metric
                      and d.level == made.level and 0 <= made.start - d.end < _NEAR), None)
        if first is not None and (made.priority == "should") != (first.priority == "should"):
            made.conditions.update({k: v for k, v in first.conditions.items() if k not in _WISHED
                                    and k not in made.conditions})


_PROTOCOL = {"dcir": ("duration_s", "soc_pct", "direction"), "calendar_life": ("eol_pct",),
             "specific_energy": ("rate_C", "rate_P"), "energy_density": ("rate_C", "rate_P")}
_SOURCES = {"calendar_life": ("cycle_life", "calendar_life"),
            "specific_energy": ("capacity", "energy", "specific_energy", "energy_density"),
            "energy_density": ("capacity", "energy", "specific_energy", "energy_density")}


def share_protocols(page: Page) -> None:
    """How a resistance is pulsed, a density discharged or a life ended is said once in a paragraph or a document.

    A value that leaves it open has it from the one before; what ends a life only where all lives end alike.
    """
    live = [d for d in page.drafts if not d.dead and d.quantity is not None and d.block.table is None]
    ends = {d.conditions["eol_pct"] for d in live if "eol_pct" in d.conditions and isinstance(
        d.conditions["eol_pct"], float | int)}
    for place, made in enumerate(live):
        for slot in _PROTOCOL.get(made.metric, ()):
            sources = _SOURCES.get(made.metric, (made.metric,))
            near = [d for d in live[:place] if d.metric in sources and slot in d.conditions and (
                d.block is made.block or slot == "eol_pct" and len(ends) == 1)]
            taken = slot.startswith("rate") and any(
                k.startswith(("rate_", "current_", "power_")) for k in made.conditions)
            if near and not taken:
                made.conditions.setdefault(slot, near[-1].conditions[slot])


def apply_defaults(page: Page) -> None:
    """Fill the conditions that a requirement leaves open and that matter to its metric."""
    for made in page.drafts:
        if made.level != "cell":
            continue
        ends = ("eol_pct",) if made.metric in ("cycle_life", "calendar_life") else ()
        slots = (*metric(made.metric).defaults, *ends)
        for slot in slots:
            if slot not in page.defaults or slot in made.conditions:
                continue
            if slot == "rate_P" and any(k in made.conditions for k in ("rate_C", "current_A", "power_W")):
                continue
            if slot == "temperature_C" and any(t in made.conditions for t in _TEMPERATURES):
                continue
            if slot == "life" and ("eol_pct" in made.conditions or "cycles" in made.conditions):
                continue
            made.conditions[slot] = page.defaults[slot]
