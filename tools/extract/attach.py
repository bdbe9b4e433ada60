"""Give each requirement of a clause the conditions of its part, then those said once for all."""

from __future__ import annotations

import re

from knowledge.vocabulary import metric
from tools.extract.clause import Clause
from tools.extract.comparators import Said
from tools.extract.conditions import Slots, infer, merge, tidy, worded
from tools.extract.given import suppositions
from tools.extract.meaning import direct, final_metric, level_of, priced_per, way_behind
from tools.extract.page import Draft
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.sizes import shared_tolerance
from tools.extract.unnamed import WINDOW_METRICS, WINDOWS, chunk_around

_PART = re.compile(r",(?!\d)|[;、，]|(?<=[가-힣])(?:고|며|지만|는데|으나)\s|"
                   r"\s(?:and|und|et|sowie|but|aber|or|oder|ou|bzw\.?)\s|\.\s")


def _segments(text: str, start: int, end: int, made: list[Draft]) -> list[tuple[int, int]]:
    """The part of a clause that belongs to each requirement, cut at the last separator before the next one."""
    edges = [start]
    for left, right in zip(made, made[1:], strict=False):
        gap_start, gap_end = left.end, max(left.end, right.start)
        gap = text[gap_start:gap_end]
        cuts = [m.start() for m in _PART.finditer(gap) if not _opened(gap, m.start())]
        shut = gap.rfind(")")
        if not cuts and shut >= 0 and "(" in gap[:shut]:
            cuts = [shut + 1]                              # 3.0 Ah (at 0.2C, to 2.5 V) at 3.6 V
        edges.append(gap_start + cuts[-1] if cuts else gap_start)
    edges.append(end)
    return list(zip(edges, edges[1:], strict=False))


def _opened(gap: str, place: int) -> bool:
    """Whether a comma stands in a bracket that both opens and ends between two numbers."""
    return gap.rfind("(", 0, place) > gap.rfind(")", 0, place) and ")" in gap[place:]


def attach(clause: Clause, made: list[Draft], quantities: list[Quantity], said: dict[int, Said]) -> None:
    """Give each requirement the conditions of its part of the clause, then those said once for all."""
    page, text = clause.page, clause.text
    made.sort(key=lambda d: d.start)
    if not made:
        return
    spans = _segments(text, clause.start, clause.end, made)
    groups: list[list[Slots]] = [[] for _ in made]
    excepted = [p for p in suppositions(clause) if p.excepts]
    own: list[Slots] = []                                  # a time behind the first number is that one's alone
    found: Slots | None
    for q in quantities:
        if id(q) in page.fates or q.shape == "tolerance_only":
            continue
        index = next((i for i, (a, b) in enumerate(spans) if a <= q.start < b), len(made) - 1)
        if any(p.start <= q.start < p.end for p in excepted):   # unless above 45 °C, where 20 A are enough
            index = next((i for i, new in enumerate(made) if new.start > q.end), index)
        found = infer(text, q, spans[index][0], spans[index][1], made[index].metric, said[id(q)].sign)
        if found is None and q.is_a("percent", "time"):
            found = infer(text, q, clause.start, clause.end, made[index].metric, said[id(q)].sign)
        if found is None and index and q.is_a("percent"):
            index -= 1                                     # 12분 안에 30%에서 95%까지 …, 4C
            found = infer(text, q, clause.start, clause.end, made[index].metric, said[id(q)].sign)
        if found is None:
            continue
        page.settle(q, "condition", "" if found else "a remark beside a requirement")
        groups[index].append(found)
        if index == 0 and q.is_a("time") and q.start > made[0].start:
            own.append(found)
    _share(groups, made, own)
    for new, slots, (a, b) in zip(made, groups, spans, strict=True):
        merge(new.conditions, [*slots, worded(text, a, b, new.metric)])
        if len(made) > 1:
            merge(new.conditions, [worded(text, clause.start, made[0].start, new.metric)])
            if new.metric == made[-1].metric:              # 14 mΩ, better 11 mΩ, both at half charge
                merge(new.conditions, [worded(text, made[-1].end, clause.end, new.metric)])
        _refer_back(clause, new, a, b)
        _kind_here(clause, new)
        new.conditions = tidy(new.conditions, new.metric)
        around = chunk_around(text, new.quantity, a, b) if new.quantity is not None else (a, b)
        new.metric = direct(page, new.metric, *around)
        before = direct(page, new.metric, a, b if len(made) == 1 else new.end)
        new.metric = before if before != new.metric else direct(page, new.metric, a, b)
        new.metric = way_behind(text, new, final_metric(new, text, clause.start, clause.end, a), clause.end)
        new.conditions = tidy(new.conditions, new.metric)
        so = lexicon("hence").find(text, clause.start, new.start)      # the cabinet has bays, so the width is
        new.level = level_of(page, so[-1].end if so else clause.start, clause.end, metric(new.metric).level,
                             clause.block)
        new.level = "cell" if new.level == "system" and new.metric in _OF_CELLS else new.level
    shared_tolerance(text, made)
    _respectively(clause, made)
    joined_windows(made)
    _warmed_by(made)
    for new in made:
        if new.metric == "price":
            new.unit = priced_per(text[clause.start:clause.end], new.unit, _priced_before(clause, new))


_OF_CELLS = frozenset({"specific_energy", "energy_density"})     # the vehicle needs 250 Wh/kg
_LOADED = {"C": "rate_C", "A": "current_A", "W": "power_W"}


def _warmed_by(made: list[Draft]) -> None:
    """`1C continuous, cell wall no hotter than 50 °C`: the load is the limit's condition, and the limit the load's."""
    limits = [d for d in made if d.metric == "surface_temperature" and d.comparator in ("<=", "<")]
    loads = [d for d in made if d.metric.startswith(("discharge_", "charge_rate", "charge_current", "charge_power"))
             and d.unit in _LOADED and isinstance(d.value, float | int)]
    if len(limits) != 1 or len(loads) != 1 or not isinstance(limits[0].value, float | int):
        return
    unit, conditions = loads[0].unit, limits[0].conditions
    if not any(k.endswith(("_C", "_A", "_W")) and "temperature" not in k and "surface" not in k for k in conditions):
        conditions[_LOADED[unit or ""]] = float(loads[0].value)
    loads[0].conditions.setdefault("surface_limit_C", float(limits[0].value))


def _priced_before(clause: Clause, new: Draft) -> str | None:
    """The unit of a price said just before in the same currency and size: `95 USD per kWh; 85 would be a dream`."""
    last = clause.before
    if last is None or last.metric != "price" or last.block is not clause.block or not last.unit or not new.unit:
        return None
    near = isinstance(last.value, float | int) and isinstance(new.value, float | int) and 0.5 < new.value / (
        last.value or 1) < 2
    return last.unit if near and last.unit.split("/")[0] == new.unit.split("/")[0] else None


def _kind_here(clause: Clause, new: Draft) -> None:
    """`Minimum 4,800 mAh, typically 4,900`: the word right at a number says which of the two it is."""
    if new.metric not in ("capacity", "energy") or new.quantity is None:
        return
    before = _PART.split(clause.text[max(clause.start, new.start - 24):new.start])[-1]
    hits = lexicon("kinds").find(before)
    after = lexicon("kinds").starting_at(clause.text, new.quantity.end, min(clause.end, new.quantity.end + 12))
    place = new.quantity.start
    right = lexicon("kinds").ending_at(clause.text, max(clause.start, place - 24), place)      # typ. 4.1 Ah
    kind = right.what if right else hits[-1].what if hits else after.what if after else None
    new.conditions.update({"kind": kind} if kind else {})
    _rated(clause, new)
    if kind is None:
        return
    signed = (new.start, new.end) != (new.quantity.start, new.quantity.end)
    if kind == "typical" and new.comparator == ">=" and not signed:
        new.comparator = "="


_LEAST = re.compile(r"\bmin(?:imum|imal\w*|\.|\b)|最小|最低|최소", re.IGNORECASE)


def _rated(clause: Clause, new: Draft) -> None:
    """`Rated capacity 50 Ah` names the cell; no word of the sentence makes it a least."""
    if new.metric == "capacity" and new.conditions.get("kind") == "rated" and new.comparator == ">=" and (
            new.quantity is not None and (new.start, new.end) == (new.quantity.start, new.quantity.end)
            and clause.block.table is None and not lexicon("label_bounds").search(
                clause.text, clause.start, min(clause.end, new.end + 12)) and not _LEAST.search(
                clause.text, clause.start, min(clause.end, new.end + 12))):
        new.comparator = "="


def joined_windows(made: list[Draft]) -> None:
    """`Never below 10 °C nor above 40 °C` is one window."""
    for low in list(made):
        for high in list(made):
            if (low.metric == high.metric and low.metric in WINDOW_METRICS and low.comparator in (">=", ">")
                    and high.comparator in ("<=", "<") and low.value < high.value and low in made and high in made):
                low.comparator, low.value = "range", [low.value, high.value]
                low.start, low.end = min(low.start, high.start), max(low.end, high.end)
                merge(low.conditions, [high.conditions])
                made.remove(high)


def _share(groups: list[list[Slots]], made: list[Draft], own: list[Slots]) -> None:
    """Conditions before the first number hold for all; those after the last reach back to numbers that have none."""
    if len(made) < 2:
        return
    first = [dict(s) for s in groups[0] if not any(s is o for o in own)]
    last = [dict(s) for s in groups[-1]]
    bare = [not g for g in groups]
    for index in range(1, len(groups)):
        if groups[0]:
            groups[index].extend(_apart(made[0], made[index], _missing(first, groups[index])))
    for index in range(len(groups) - 1):
        if bare[index]:
            steady = made[index].metric.endswith("continuous")
            groups[index].extend({k: v for k, v in more.items() if not (steady and k == "duration_s")}
                                 for more in _apart(made[-1], made[index], _missing(last, groups[index])))


def _apart(said: Draft, other: Draft, slots: list[Slots]) -> list[Slots]:
    """`Full in two hours, 80 % in 45 minutes`: the share of charge belongs to the time that it was said of."""
    if {said.metric, other.metric} != {"charge_time", "fast_charge_time"}:
        return slots
    return [{k: v for k, v in s.items() if k not in ("soc_pct", "soc_from_pct", "soc_to_pct")} for s in slots]


def _missing(more: list[Slots], have: list[Slots]) -> list[Slots]:
    known = {k for s in have for k in s}
    return [{k: v for k, v in s.items() if k not in known} for s in more]


def _refer_back(clause: Clause, new: Draft, a: int, b: int) -> None:
    """`under the same conditions` and `thereby` take over what the requirement before said."""
    before = clause.before
    if before is None:
        return
    if lexicon("same_conditions").search(clause.text, a, b):
        taken = {k: v for k, v in before.conditions.items() if k != "eol_pct"}
        merge(new.conditions, [taken])
    if lexicon("thereby").search(clause.text, a, b):
        unit = {"C": "rate_C", "A": "current_A", "W": "power_W"}.get(before.unit or "")
        if unit and isinstance(before.value, float | int):
            new.conditions.setdefault(unit, float(before.value))


def _respectively(clause: Clause, made: list[Draft]) -> None:
    """`Charge and discharge temperature: A and B`: the values follow the order of the words."""
    row = metric("operating_temperature")
    windows = (row.name, *row.directed.values(), "storage_temperature", "survival_temperature")
    own = [d for d in made if d.metric in windows and d.comparator == "range"]
    if len(own) < 2:
        return
    words: dict[str, int] = {}
    for kind, _ in WINDOWS:
        if kind != "operating" and (h := lexicon("slots", kind).search(clause.text, clause.start, own[0].start)):
            words[kind] = h.start
    if "charge" in words and words.get("discharge") == words["charge"]:
        del words["charge"]
    gaps = [clause.text[a.end:b.start] for a, b in zip(own, own[1:], strict=False)]
    if len(words) == len(own) and all(len(g) < 16 for g in gaps):
        for new, kind in zip(own, sorted(words, key=lambda k: words[k]), strict=True):
            new.metric = dict(WINDOWS)[kind]
