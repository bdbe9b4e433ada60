"""What a sentence says of all it asked (`le tout à 0 °C`), of the cycles before (`上述循环结束时`), and twice."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract import background
from tools.extract.clauses import clauses
from tools.extract.conditions import infer, merge
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon

_CYCLED = ("cycles", "charge_C", "discharge_C", "rate_C", "rate_P", "dod_pct", "temperature_C", "charge_A",
           "discharge_A")
_KINDS = ("temperature", "percent", "rate", "current", "voltage", "frequency", "humidity")
_LEAD = re.compile(r"[\s,;:，；、]*")


def holds_for_all(page: Page, block: Block, span: tuple[int, int], before: list[Draft]) -> bool:
    """Give a clause of conditions alone that opens with `all of it` to every demand of its sentence before."""
    text, (start, end) = page.text, span
    numbers = [q for q in page.inside(block, start, end) if q.units and id(q) not in page.fates]
    opening = _LEAD.match(text, start)
    place = opening.end() if opening else start
    if not before or not numbers or not all(q.is_a(*_KINDS) for q in numbers) or not lexicon(
            "all_of_it").starting_at(text, place, end):
        return False
    for q in numbers:
        slots = infer(text, q, start, end, before[-1].metric, None)
        if slots is None and q.is_a("percent"):
            slots = {"soc_pct": q.value}                       # batterie à 40 %
        if slots is None:
            continue
        page.settle(q, "condition", "holds for the whole sentence")
        for made in before:
            merge(made.conditions, [slots])
    return True


def closes_with_all(page: Page, block: Block, span: tuple[int, int]) -> bool:
    """Whether the last clause of a sentence says conditions for all before it: the sentence states no default."""
    parts = clauses(page.text, *span)
    if len(parts) < 2:
        return False
    first = _LEAD.match(page.text, parts[-1][0])
    place = first.end() if first else parts[-1][0]
    return lexicon("all_of_it").starting_at(page.text, place, span[1]) is not None and any(
        q.units and not q.is_a(*_KINDS) or q.is_a("current", "rate", "power") for q in page.inside(block, *parts[0]))


def holds_for_paragraph(page: Page, block: Block, span: tuple[int, int]) -> bool:
    """`いずれも-10℃、SOC50%とする。`: a sentence of its own, of a state of charge or a load for those before it."""
    numbers = [q for q in page.inside(block, *span) if q.units]
    if not any(q.is_a("percent", "rate", "current") for q in numbers):
        return False
    before = [d for d in page.drafts if not d.dead and d.block is block and d.end <= span[0]
              and d.quantity is not None]
    return holds_for_all(page, block, span, before)


def under_load(page: Page, block: Block, span: tuple[int, int], last: Draft) -> bool:
    """`その間の電圧は2.5Vを下回らないこと。`: a sentence about the voltage under the load of the sentence before."""
    numbers = [q for q in page.inside(block, *span) if q.units and id(q) not in page.fates]
    return last.metric.startswith(("discharge_", "charge_")) and bool(numbers) and all(
        q.is_a("voltage") for q in numbers) and lexicon("meanwhile").search(page.text, *span) is not None


def after_these_cycles(page: Page, block: Block, span: tuple[int, int], found: list[Draft]) -> None:
    """`At the end of these cycles no more than 10 % thicker`: the cycles are those of the life asked for before."""
    if not found or not lexicon("these_cycles").search(page.text, *span):
        return
    last = next((d for d in reversed(page.drafts) if not d.dead and d.block is block and d.start < span[0]
                 and (d.metric == "cycle_life" or "cycles" in d.conditions)), None)
    if last is None:
        return
    slots = {k: v for k, v in last.conditions.items() if k in _CYCLED}
    if last.metric == "cycle_life":
        slots["cycles"] = last.value
    for made in found:
        if made.metric not in ("cycle_life", "calendar_life"):
            merge(made.conditions, [slots])


def taken_back(page: Page, block: Block, span: tuple[int, int], before: list[tuple[int, int]]) -> bool:
    """`Ces deux valeurs sont remplacées`: a sentence without numbers that calls the one before it off."""
    text, (start, end) = page.text, span
    if not before or any(q.units for q in page.inside(block, start, end)) or not lexicon("superseded_back").search(
            text, start, end) or not lexicon("pointing").starting_at(text, start, end):
        return False
    first, last = before[-1]
    for made in page.drafts:
        if made.block is block and first <= made.start < last and made.quantity is not None:
            made.dead = True
    background.ignore_span(page, block, first, last, "superseded")
    return True


def say_once(page: Page) -> None:
    """A load asked for twice in a paragraph under conditions that do not contradict each other is one demand."""
    live = [d for d in page.drafts if not d.dead and d.block.table is None and d.metric.startswith(
        ("discharge_", "charge_rate", "charge_current", "charge_power"))]
    for place, made in enumerate(live):
        for first in live[:place]:
            alike = (first.metric, first.level, first.comparator, first.value, first.unit, first.priority) == (
                made.metric, made.level, made.comparator, made.value, made.unit, made.priority)
            if first.dead or not alike or first.block is not made.block or not _agree(first, made):
                continue
            merge(first.conditions, [made.conditions])
            made.dead = True
            break


def _agree(first: Draft, second: Draft) -> bool:
    shared = first.conditions.keys() & second.conditions.keys()
    return all(first.conditions[k] == second.conditions[k] for k in shared) and (
        bool(first.conditions) != bool(second.conditions) or "duration_s" in first.conditions)
