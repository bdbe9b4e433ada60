"""Corrections that name no row: a postscript, an answer, `4 000 cycles instead of 5 000`; the old value leads."""

from __future__ import annotations

from dataclasses import replace

from knowledge.document import Block
from knowledge.units import convert
from knowledge.vocabulary import units
from tools.extract.amendments import amending_section, bury
from tools.extract.comparators import Said, said_about
from tools.extract.conditions import merge
from tools.extract.meaning import draft
from tools.extract.old_values import is_old
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.priorities import spoken
from tools.extract.quantities import Quantity
from tools.extract.unnamed import WINDOW_METRICS

_SLOT_UNITS = {"duration_s": "s", "hours": "h", "days": "d", "months": "month", "years": "year",
               "temperature_C": "degC", "ambient_temperature_C": "degC", "start_temperature_C": "degC", "soc_pct": "%",
               "soc_from_pct": "%", "soc_to_pct": "%", "dod_pct": "%", "eol_pct": "%", "rate_C": "C", "charge_C": "C",
               "discharge_C": "C",
               "current_A": "A", "charge_A": "A", "discharge_A": "A", "cycles": "cycle"}
# Slots whose values tell two requirements on one metric apart.
_TELLING = ("temperature_C", "rate_C", "rate_P", "charge_C", "discharge_C", "current_A", "duration_s", "soc_pct",
            "life", "kind", "option", "eol_pct", "soc_from_pct", "soc_to_pct", "cycles", "days", "months", "years",
            "element")
_WAYS = {">": ">=", "<": "<="}
_TEXTUAL = ("in", "required", "prohibited")


def postscripts(page: Page) -> None:
    """Mark what stands below a postscript of its message: it amends what was written above."""
    below: dict[str | None, bool] = {}
    for block in page.document.blocks:
        if block.hidden or block.kind in ("quoted", "comment", "metadata", "cell"):
            continue
        if lexicon("postscript").starting_at(page.text, block.start, min(block.end, block.start + 40)):
            below[block.part] = True
        if below.get(block.part):
            page.correcting.add(block.index)


def correcting(page: Page, block: Block, start: int, end: int) -> bool:
    """Whether a statement changes what was said before it."""
    return (block.index in page.correcting or amending_section(page, block, "")
            or any(lexicon("amend", key).search(page.text, start, end) for key in ("replace", "move")))


def withdrawn(page: Page, block: Block, start: int, end: int) -> bool:
    """`Forget the 270 Wh/kg`: a value that is called off by itself; whether there was one."""
    if _forgotten(page, block, start, end):
        return True
    if not lexicon("withdraw").search(page.text, start, end):
        return False
    inside = page.inside(block, start, end)
    if not any(q.units for q in inside) and (named := _named_only(page, block, start, end)):
        gone = named
    else:
        told = [q for q in inside if q.units] or inside        # `Note 3: … asked for 600 cycles`: not the 3
        gone = [d for q in told for d in _holding(page, q, start) if d.comparator not in _TEXTUAL]
    if not gone or len({d.metric for d in gone}) > 1:
        return False
    for old in gone:
        old.dead = True
        said = " ".join(page.document.text[old.start:old.end].split())
        page.note("superseded", f"{old.metric}: {said} is withdrawn by a later statement", block, start, end,
                  gone=[old])
        if old.quantity is not None:
            page.reject(old.quantity, "withdrawn by a later statement of the document")
    for q in page.inside(block, start, end):
        page.settle(q, "ignored", "the value that is withdrawn")
    return True


def _named_only(page: Page, block: Block, start: int, end: int) -> list[Draft]:
    """`The requirement on self-discharge is withdrawn`: the one demand on the metric named, or its wish."""
    names = {h.what for h in metric_hits(page, start, end)}
    live = [d for d in page.drafts if not d.dead and d.metric in names and d.block is not block]
    wish = spoken(page, start, end, end) == "should"
    live = [d for d in live if d.priority == "should"] if wish else live
    return live if len(live) == 1 else []


def _forgotten(page: Page, block: Block, start: int, end: int) -> bool:
    """`電話でお伝えした1,800mAhは忘れてください`: a number of an earlier talk that stands nowhere in the document."""
    numbers = [q for q in page.inside(block, start, end) if q.units]
    if not numbers or not lexicon("forget").search(page.text, start, end) or any(
            _holding(page, q, start) for q in numbers):
        return False
    for q in numbers:
        page.reject(q, "withdrawn by the document itself")
    words = ", ".join(page.document.text[q.start:q.end] for q in numbers)
    page.note("superseded", f"{words} is withdrawn", block, start, end)
    return True


def correct(page: Page, block: Block, start: int, end: int, found: list[Draft]) -> None:
    """Let a correcting statement replace what it speaks of; `found` are its own requirements, and grow."""
    amending = correcting(page, block, start, end)
    used: set[int] = set()
    for old, new in _pairs(page, block, start, end, amending, found):
        if _replace_value(page, block, (start, end), old, new, found, used):
            continue
        _replace_slot(page, block, (start, end), old, new, found)
    if amending:
        for made in [d for d in found if id(d) not in used and d.comparator not in _TEXTUAL]:
            _as_its_twin(page, made)
            replace_metric(page, block, (start, end), made)


def _pairs(
    page: Page, block: Block, start: int, end: int, amending: bool, made: list[Draft]
) -> list[tuple[Quantity, Quantity]]:
    """(old, new) values of a statement: marked by words, or of one dimension in a correction."""
    inside, found = page.inside(block, start, end), list[tuple[Quantity, Quantity]]()
    for q in inside:
        whole = any(d.quantity is q and d.metric in WINDOW_METRICS for d in made) and not lexicon(
            "amend", "move").search(page.text, start, end)
        if q.shape == "range" and amending and not whole:  # a window that replaces a window is no move of an end
            old, new = (replace(q, shape="single", values=(v,)) for v in q.values)
            found.append((old, new))
            continue
        marked = is_old(page.text, q, start, end)
        if not (marked or amending) or q.shape == "range":
            continue
        others = [o for o in inside if o is not q and o.shape != "range" and (
            o.dimensions & q.dimensions or marked and bool(o.units) != bool(q.units))]
        if not others:
            continue
        nearest = min(others, key=lambda o: max(o.start - q.end, q.start - o.end))
        gap = page.text[min(q.end, nearest.end):max(q.start, nearest.start)]
        if marked or lexicon("amend", "replace").search(gap) or lexicon("amend", "move").search(gap):
            found.append((q, nearest))
    return found


def _holding(page: Page, q: Quantity, start: int) -> list[Draft]:
    """Live requirements said before `start` that have this number in their own words."""
    return [d for d in page.drafts if not d.dead and d.quantity is not None
            and (d.end <= start or d.start > start + 400) and d.quantity is not q and q.value in d.quantity.values and (
                not q.units or q.unit_text == d.quantity.unit_text or q.dimensions & d.quantity.dimensions)]


def _move_edge(
    page: Page, block: Block, span: tuple[int, int], old: Quantity, new: Quantity, found: list[Draft]
) -> bool:
    """`Charging starts at 5 °C, not 10 °C`: one end of a window moves; whether it was one."""
    held = [d for d in _holding(page, old, span[0]) if d.comparator == "range" and isinstance(d.value, list)
            and d.quantity is not None and d.quantity.shape == "range"]
    if len(held) != 1 or new.shape != "single" or not held[0].unit or held[0].quantity is None:
        return False
    target, source = held[0], held[0].quantity
    unit = target.unit or ""
    now = _in_unit(replace(new, units=new.units or source.units), unit, source)
    was = _in_unit(replace(old, units=old.units or source.units), unit, source)
    if now is None or was is None or was not in target.value:
        return False
    target.value = sorted(now if v == was else v for v in target.value)
    found[:] = [d for d in found if d.quantity is None or d.quantity.start not in (old.start, new.start)]
    for q in (old, new):
        page.fates[id(q)] = ("condition", "moves an end of an earlier window")
    page.note("superseded", f"{target.metric}: {was:g} becomes {now:g}", block, *span, drafts=[target])
    return True


def _replace_value(
    page: Page, block: Block, span: tuple[int, int], old: Quantity, new: Quantity, found: list[Draft], used: set[int]
) -> bool:
    """Replace the requirement that has the old value; whether there was just one."""
    if old.value == new.value:
        return False
    if _move_edge(page, block, span, old, new, found):
        return True
    holders = _holding(page, old, span[0])
    named = {h.what for h in metric_hits(page, *span)}
    holders = [d for d in holders if d.metric in named] or holders
    if not holders or len({d.metric for d in holders}) > 1 or len(holders) > 2:
        return False
    target = holders[-1]
    made = next((d for d in found if d.quantity is not None and d.quantity.start == new.start
                 and d.metric == target.metric), None)
    if made is None:
        source = target.quantity
        assert source is not None
        fitted = new if new.units else replace(new, units=source.units, unit_text=source.unit_text)
        way = target.comparator if target.comparator in (">=", "<=", ">", "<", "=", "about") else None
        said = said_about(page.text, fitted, *span)
        made = draft(page, block, fitted, target.metric, Said(said.sign or way, said.start, said.end))
        if made is None:
            return False
        found[:] = [d for d in found if d.quantity is None or d.quantity.start != new.start]
        found.append(made)
    used.add(id(made))
    page.settle(new, "requirement")
    page.reject(old, "the value that is replaced")
    found[:] = [d for d in found if d is made or d.quantity is None or d.quantity.start != old.start]
    _take_over(page, block, span, target, made)
    return True


def _replace_slot(
    page: Page, block: Block, span: tuple[int, int], old: Quantity, new: Quantity, found: list[Draft]
) -> None:
    """`60 seconds and not 45`: the old value is a condition of an earlier requirement."""
    named = {h.what for h in metric_hits(page, *span)}
    fits: list[tuple[Draft, str, float]] = []
    for made in page.drafts:
        for slot, value in made.conditions.items():
            unit = _SLOT_UNITS.get(slot)
            if made.dead or unit is None or not isinstance(value, float | int):
                continue
            was, now = _in_unit(old, unit, new), _in_unit(new, unit, old)
            if was is not None and now is not None and abs(was - value) < 1e-9 and now != was:
                fits.append((made, slot, now))
    fits = [f for f in fits if f[0].metric in named] or fits
    if not fits or len({(f[0].block.index, f[1]) for f in fits}) > 1:
        return
    for made, slot, now in fits:
        before = made.conditions[slot]
        made.conditions[slot] = now
        page.note("superseded", f"{made.metric}: {slot} {before:g} becomes {now:g}", block, *span, drafts=[made])
    for q in (old, new):
        found[:] = [d for d in found if d.quantity is None or d.quantity.start != q.start]
        page.fates[id(q)] = ("condition", "changes a condition of an earlier requirement")


def _in_unit(q: Quantity, unit: str, partner: Quantity) -> float | None:
    """The value in a slot's unit; a bare number has its partner's."""
    target = units()[unit]
    row = next((u for u in q.units or partner.units if u.dimension == target.dimension), None)
    return convert(q.value, row, target) if row else None


_TWINS = (("discharge_current_continuous", "discharge_current_pulse"), ("discharge_power", "discharge_power_pulse"),
          ("discharge_rate_continuous", "discharge_rate_pulse"))


def _as_its_twin(page: Page, made: Draft) -> None:
    """`Please make that 34 A`: a corrected load is a pulse where only a pulse was asked for before, or the reverse."""
    twin = next((b if made.metric == a else a for a, b in _TWINS if made.metric in (a, b)), None)
    before = [d.metric for d in page.drafts if not d.dead and d.level == made.level]
    if twin and made.metric not in before and before.count(twin) == 1:
        made.metric = twin


def replace_metric(page: Page, block: Block, span: tuple[int, int], made: Draft) -> None:
    """A new value on a metric replaces the one earlier value that its conditions do not tell apart."""
    earlier = [d for d in page.drafts if not d.dead and (d.metric, d.level) == (made.metric, made.level)
               and d.block is not block and d.comparator not in _TEXTUAL and not _told_apart(d, made)]
    same = [d for d in earlier if _WAYS.get(d.comparator, d.comparator) == _WAYS.get(made.comparator, made.comparator)]
    sign = made.quantity is not None and said_about(page.text, made.quantity, *span).sign
    earlier = same or ([] if sign else earlier)
    wish = spoken(page, *span, made.start)
    if len(earlier) > 1 and any(d.block.part == block.part for d in earlier):
        earlier = [d for d in earlier if d.block.part == block.part]
    if len(earlier) > 1:
        earlier = [d for d in earlier if d.priority == (wish or "must")]
    if len(earlier) != 1 or earlier[0].value == made.value or made.quantity is None:
        return
    if wish == "should" and earlier[0].priority == "must":
        return                                             # a wish beside the must, which stays
    _take_over(page, block, span, earlier[0], made)


def loosen(page: Page, block: Block, span: tuple[int, int], made: Draft) -> None:
    """A value that was agreed to takes the place of the one limit on its metric."""
    earlier = [d for d in page.drafts if not d.dead and d is not made and d.metric == made.metric
               and d.level == made.level and d.comparator not in _TEXTUAL and not _told_apart(d, made)]
    if len(earlier) == 1 and made.quantity is not None and earlier[0].value != made.value:
        _take_over(page, block, span, earlier[0], made)


def _told_apart(a: Draft, b: Draft) -> bool:
    return any(a.conditions[k] != b.conditions[k] for k in _TELLING if k in a.conditions and k in b.conditions)


def _take_over(page: Page, block: Block, span: tuple[int, int], old: Draft, made: Draft) -> None:
    """The new value stands under what the old one said of conditions, priority and direction."""
    merge(made.conditions, [old.conditions])
    made.level, made.row_id = old.level, old.row_id
    if spoken(page, *span, made.start) is None:
        made.priority = old.priority
    unsigned = made.quantity is not None and said_about(page.text, made.quantity, *span).sign is None
    if made.comparator in ("=", "about") and old.comparator in (">=", "<=", ">", "<") or (
            made.comparator != old.comparator and unsigned
            and made.comparator in (">=", "<=") and old.comparator in (">=", "<=", "=")):
        made.comparator = old.comparator
    bury(page, old, made, block, span)
