"""What a row says beside its value: parallel lists under one label, bounds and bans in the remark."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract.comparators import Said, said_about
from tools.extract.meaning import direct, draft, metric_for
from tools.extract.page import Draft, Page, metric_hits, synonyms
from tools.extract.phrases import Hit, lexicon
from tools.extract.quantities import Quantity
from tools.extract.table_row import Row
from tools.extract.wording import CHEMICAL, chemistry_drafts

# Metrics that a remark may bound in its own words; others are conditions there (`voltage not below 2.3 V`).
_OWN_BOUND = frozenset({"temperature_rise", "insulation_resistance", "vent_pressure",
                        "capacity_spread", "swelling"})
_JOINED = re.compile(r"[^\w]{0,4}(?:/|、|,|，|;|×|x|&|\band\b|\bund\b|\bet\b|和|及|및|와|과|と)[^\w]{0,4}")


_WAYS = {
    "charge": {"time": "charge_time", "temperature": "operating_temperature_charge", "rate": "charge_rate",
               "rate_P": "charge_rate", "current": "charge_current", "voltage": "charge_voltage",
               "power": "charge_power"},
    "discharge": {"temperature": "operating_temperature_discharge", "rate": "discharge_rate_continuous",
                  "rate_P": "discharge_rate_continuous", "current": "discharge_current_continuous",
                  "voltage": "end_of_discharge_voltage", "power": "discharge_power"}}


def by_way(page: Page, q: Quantity, label: Block) -> str | None:
    """`Charge | CC-CV, 0.5C, 4.20 V`: a label that says only which way the load goes."""
    ways = [kind for kind in _WAYS if lexicon("slots", kind).search(page.text, label.start, label.end)]
    if len(ways) != 1 or len(label.text) > 36:
        return None
    return next((name for dimension, name in _WAYS[ways[0]].items() if q.is_a(dimension)), None)


def parallel(row: Row, hits: list[Hit[str]], numbered: list[Quantity]) -> dict[int, str]:
    """`Outer diameter / height | 21.6 mm / 70.9 mm`: each number has the name of its place in the label."""
    for label in row.label:
        if elided := _elided(label.text, numbered):
            return {id(q): name for name, q in zip(elided, numbered, strict=True)}
        own = [h for h in hits if label.start <= h.start < label.end]
        if len(own) < 2 or len(own) != len(numbered) or len({h.what for h in own}) != len(own):
            continue
        gaps = [row.page.text[a.end:b.start] for a, b in zip(own, own[1:], strict=False)]
        names = [metric_for(h.what, q) for h, q in zip(own, numbered, strict=True)]
        if all(_JOINED.fullmatch(g) for g in gaps) and all(n == h.what for n, h in zip(names, own, strict=True)):
            return {id(q): h.what for h, q in zip(own, numbered, strict=True)}
    return {}


_SHARED = re.compile(r"\s*([^\W\d_][\w.-]*)\s*(?:/|,|and|und|et|or|oder|ou)\s*([^\W\d_][\w.-]*)\s+(.+)", re.IGNORECASE)


def _elided(label: str, numbered: list[Quantity]) -> list[str]:
    """`Upper / lower voltage limit`: two names that share their noun, for two numbers."""
    parts = _SHARED.match(" ".join(label.split()))
    if parts is None or len(numbered) != 2:
        return []
    names = [next((h.what for h in synonyms().find(f"{word} {parts[3]}") if h.what), "") for word in parts.group(1, 2)]
    fits = all(n and metric_for(n, q) == n for n, q in zip(names, numbered, strict=True))
    return names if fits and names[0] != names[1] else []


def shared_sign(said: Said, place: int, numbered: list[Quantity], text: str, block: Block) -> Said:
    """A bound that is said once behind parallel numbers holds for all of them."""
    if said.sign is not None:
        return said
    last = said_about(text, numbered[-1], block.start, block.end)
    first = said_about(text, numbered[0], block.start, block.end)
    behind = last.sign if last.end > numbered[-1].end else None
    ahead = first.sign if first.start < numbered[0].start else None
    return Said(behind or ahead, said.start, said.end)


def directed(row: Row, made: list[Draft]) -> None:
    """`-20 … 60 °C (discharge) / 0 … 45 °C (charge)`: the words at each number say which way."""
    windows = [d for d in made if d.quantity is not None and metric(d.metric).directed]
    if len(windows) < 2:
        return
    text = row.page.text
    for place, new in enumerate(windows):
        stop = windows[place + 1].start if place + 1 < len(windows) else new.block.end
        tail = re.match(r"\s*[(（][^()（）]{1,40}[)）]", text[new.end:stop])
        start = windows[place - 1].end if place else new.block.start
        span = (new.end, new.end + tail.end()) if tail else (start, new.start)
        new.metric = direct(row.page, new.metric, *span)


def remark_demands(row: Row, made: list[Draft], hits: list[Hit[str]]) -> list[Draft]:
    """Bounds of their own in a remark: a wish on the row's metric, or another metric that the remark names."""
    page, found = row.page, list[Draft]()
    if not made or metric(made[0].metric).dimension == "text":
        return found
    for block in row.blocks("condition", "remark"):
        named = metric_hits(page, block.start, block.end)
        for q in page.blocks[block.index]:
            said = said_about(page.text, q, block.start, block.end)
            if not q.units and made[0].quantity is not None and lexicon("priority").search(
                    page.text, block.start, q.start):
                q = _with_unit(q, made[0].quantity)
            if not q.units or id(q) in page.fates:
                continue
            own = next((h.what for h in named if h.what in _OWN_BOUND and h.end <= q.start and metric_for(
                h.what, q) == h.what), None)
            wish = lexicon("priority").search(page.text, block.start, block.end)
            if own is None and wish and wish.what == "should" and metric_for(made[0].metric, q) == made[0].metric and (
                    said.sign or wish.end <= q.start) and not _conditional(made[0].metric):
                own = made[0].metric
                said = Said(said.sign or made[0].comparator, said.start, said.end)
            new = draft(page, block, q, own, said) if own and (said.sign or wish) else None
            if new is None:
                continue
            page.settle(q, "requirement")
            if own == made[0].metric:
                if any(d.value == new.value for d in made):
                    next(d for d in made if d.value == new.value).priority = "should"
                    continue
                new.priority = "should"
            found.append(new)
    return found


def _conditional(name: str) -> bool:
    """Metrics whose dimension is also that of their conditions: a temperature, a percentage, a time."""
    return metric(name).dimension in ("temperature", "percent", "time")


def _with_unit(q: Quantity, source: Quantity) -> Quantity:
    return Quantity(q.start, q.end, q.shape, q.values, source.units, source.unit_text, q.rate, q.members)


def also_allowed(row: Row, made: list[Draft]) -> None:
    """`LFP | LMFP acceptée`: a substance that the remark of the row admits joins those of the value."""
    page, text = row.page, row.page.text
    for new in made:
        if new.metric not in CHEMICAL or new.comparator != "in" or not isinstance(new.value, list):
            continue
        for block in row.blocks("condition", "remark"):
            if block is not new.block and lexicon("also_allowed").search(text, block.start, block.end):
                extra = chemistry_drafts(page, block, block.start, block.end, new.metric)
                new.value = list(dict.fromkeys([*new.value, *(
                    v for d in extra if d.comparator == "in" and d.metric == new.metric for v in d.value)]))


def bans_beside(row: Row, hits: list[Hit[str]]) -> list[Draft]:
    """`LFP | no ternary cells`: the remark of a chemistry excludes another."""
    if not hits or hits[0].what not in CHEMICAL:
        return []
    return [d for b in row.blocks("condition", "remark")
            for d in chemistry_drafts(row.page, b, b.start, b.end, hits[0].what) if d.comparator == "prohibited"]
