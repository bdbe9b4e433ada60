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

_COLD = 11                 # degC; a share of the capacity below it is one of the cold
_CELL_VOLTAGE = 6          # volts; more is a battery's
_COMMON = {"ambient_temperature_C": "temperature_C", "start_temperature_C": "temperature_C", "discharge_C": "rate_C"}
_TEMPERATURES = ("temperature_C", "ambient_temperature_C", "start_temperature_C", "inlet_temperature_C")
_LOADS = ("rate_C", "rate_P", "current_A", "power_W", "discharge_C", "discharge_A", "charge_C", "charge_A")


def read_defaults(page: Page, block: Block, start: int, end: int) -> bool:
    """Take a sentence that states defaults; whether it was one."""
    text = page.text
    if _defines_end(page, block, start, end):
        return True
    window = lexicon("defaults_window").search(text, start, end)
    general = general_defaults(page, start, end) or _under_heading(page, block, start, end) or (
        page.general == block.index and (
            _conditions_only(page, block, start, end) or _protocol(page, block, start, end)))
    prose = block.table is None or block.index in page.loose
    if not general and not (window and prose and _only_voltages(page, block, start, end)):
        return False
    taken = _take(page, block, start, end, general)
    page.general = block.index if taken and general else page.general
    return taken


def heading_defaults(page: Page, block: Block) -> None:
    """A heading may state what holds below it (`1 Electrical (all at 25 °C unless noted)`)."""
    if general_defaults(page, block.start, block.end):
        read_defaults(page, block, block.start, block.end)


def general_defaults(page: Page, start: int, end: int) -> bool:
    """Whether a sentence says what holds where nothing else is said."""
    return bool(lexicon("defaults").search(page.text, start, end) or _patterns().search(page.text, start, end)) or bool(
        _leads().match(page.text, start, end) and _conditions_only(page, page.block_at(start), start, end))


_CONDITIONS = ("temperature", "rate", "rate_P", "current", "voltage", "percent", "time", "humidity", "cycle",
               "temperature_difference", "frequency")


def _conditions_only(page: Page, block: Block, start: int, end: int) -> bool:
    """Whether text[start:end] holds numbers of test conditions and no bound, a temperature or a state of life."""
    numbered = [q for q in page.inside(block, start, end) if q.units]
    tests = any(q.is_a("temperature") for q in numbered) or lexicon("life").search(page.text, start, end) is not None
    return tests and all(q.is_a(*_CONDITIONS) for q in numbered) and not any(
        said_about(page.text, q, start, end).sign for q in numbered if not q.is_a("time", "cycle", "voltage"))


def _protocol(page: Page, block: Block, start: int, end: int) -> bool:
    """`Charged with 0.5C to 3.65 V, discharged to 2.5 V` behind a general condition: how cells are cycled in tests."""
    numbered = [q for q in page.inside(block, start, end) if q.units]
    return sum(q.is_a("voltage") for q in numbered) == 2 and all(
        q.is_a("voltage", "rate", "current", "time") for q in numbered) and not any(
        said_about(page.text, q, start, end).sign for q in numbered)


def _under_heading(page: Page, block: Block, start: int, end: int) -> bool:
    """A sentence of nothing but conditions below `General conditions` or `Test conditions`."""
    prose = block.table is None or block.index in page.loose
    return prose and bool(block.section) and lexicon("defaults_section").search(
        block.section[-1]) is not None and _conditions_only(page, block, start, end)


def _take(page: Page, block: Block, start: int, end: int, general: bool = True) -> bool:
    """Keep the conditions that text[start:end] states; whether there were any."""
    text = page.text
    numbered = [q for q in page.inside(block, start, end) if q.units]
    if not numbered and not any(lexicon(words).search(text, start, end) for words in ("life", "room")):
        return False
    found: Slots = {}
    for q in numbered:
        said = said_about(text, q, start, end)
        page.settle(q, "condition", "a condition of the whole document")
        if q.is_a("rate", "current") and lexicon("taper").ending_at(text, max(start, q.start - 24), q.start):
            continue                                       # where a charge ends, no load
        slots = infer(text, q, start, end, None, said.sign) or {}
        for key, value in slots.items():
            found.setdefault(_COMMON.get(key, key), value)
    cuts = sorted(q.value for q in numbered if q.is_a("voltage") and q.shape == "single" and q.value < _CELL_VOLTAGE)
    if len(cuts) == 2:                                     # charge to 4.10 V, discharge to 2.70 V
        found["v_min"], found["v_max"] = cuts
    if general and page.room is not None and lexicon("room").search(text, start, end):
        found.setdefault("temperature_C", page.room)
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


@lru_cache(maxsize=1)
def _leads() -> re.Pattern[str]:
    return re.compile(rf"[\W_]*(?:{'|'.join(vocabulary.words()['defaults_lead'])})", re.IGNORECASE)


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
    ends = life and life.what == "EOL" and lexicon("define").search(text, start, end)
    if not ends and not lexicon("end_criterion").search(text, start, end):
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
             "specific_energy": ("rate_C", "rate_P", "v_min", "v_max"),
             "energy_density": ("rate_C", "rate_P", "v_min", "v_max")}
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


def _titles(page: Page) -> dict[str, Slots]:
    """What headings say of all below them: one temperature (`3 Electrical at -20 °C`), a state of life."""
    found: dict[str, Slots] = {}
    for block in page.document.blocks:
        if block.kind != "heading" or page.general == block.index:
            continue
        warm = [q for q in page.blocks[block.index] if q.is_a("temperature")]
        slots: Slots = {}
        if len(warm) == 1 and warm[0].shape in ("single", "tolerance"):
            slots = infer(page.text, warm[0], block.start, block.end, None) or {}
        life = lexicon("life").search(page.text, block.start, block.end)
        if life:
            slots["life"] = life.what
        if slots:
            found[" ".join(block.text.split())] = found[block.text] = slots
    return found


def _under(made: Draft, said: Slots) -> None:
    """Conditions of a heading for what stands below it and takes such conditions."""
    takes = metric(made.metric).defaults
    for key, value in said.items():
        slot = _COMMON.get(key, key)
        if slot == "temperature_C" and (any(t in made.conditions for t in _TEMPERATURES) or not (
                slot in takes or made.metric == "calendar_life")):
            continue
        if slot == "life" and (slot not in takes or "cycles" in made.conditions):
            continue
        if slot in ("temperature_C", "life"):
            made.conditions.setdefault(slot, value)
    warm = made.conditions.get("temperature_C")
    aged = any(k in made.conditions for k in ("cycles", "years", "months", "days", "eol_pct"))
    if said and made.metric == "capacity_retention" and not aged and isinstance(warm, float | int) and warm < _COLD:
        made.metric = "low_temperature_capacity"


def apply_defaults(page: Page) -> None:
    """Fill the conditions that a requirement leaves open and that matter to its metric."""
    titles = _titles(page)
    for made in page.drafts:
        if made.level != "cell" and not page.level_tags:
            continue
        for title in reversed(made.block.section):
            _under(made, titles.get(title, {}))
        ends = ("eol_pct",) if made.metric in ("cycle_life", "calendar_life") else ()
        slots = (*metric(made.metric).defaults, *ends)
        for slot in slots:
            if slot not in page.defaults or slot in made.conditions:
                continue
            if slot in ("rate_C", "rate_P") and any(k in made.conditions for k in _LOADS):
                continue
            if slot == "temperature_C" and any(t in made.conditions for t in _TEMPERATURES):
                continue
            if slot == "life" and ("eol_pct" in made.conditions or "cycles" in made.conditions):
                continue
            made.conditions[slot] = page.defaults[slot]
