"""The metric of a number that nothing names, by what the prose around says of it: verbs and idioms, scored."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from knowledge.units import UnitMismatch, to_canonical
from knowledge.vocabulary import metric
from tools.extract.clause import Clause
from tools.extract.comparators import Said
from tools.extract.meaning import metric_for
from tools.extract.page import Page, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.unnamed import seconds_of

NEAR = 36.0           # a cue this near is as good as a name
_FAR = 110.0          # a cue whose cost is higher says nothing
_BEFORE = 200         # characters of the block before a clause that may say what it speaks of
_EARLIER = 60.0       # what a cue of the sentence before costs more
_COMMA = 14.0
_OTHER = 30.0         # another number of the kind stands between
_AGAINST = 40.0       # the bound points against the metric's habit
_VERB_LAST = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_SPLIT = re.compile(r",(?!\d)|[;，、；。]|[.!?](?=\s)")
_CHARGE_S = (60.0, 2e5)
_LIFE_S = 1e8         # less than `seconds_of` says of half a year and more
_TALL_M = 100.0       # a length above this is a height above the sea, below it a fall


@lru_cache(maxsize=1)
def _spoken_metrics() -> tuple[str, ...]:
    return tuple(vocabulary.words()["evidence"])


def named_by_cue(
    clause: Clause, q: Quantity, said: Said, numbered: list[Quantity], far: float = _FAR
) -> str | None:
    """The metric that fits the unit and size of a number and whose verbs stand nearest; None where none is near."""
    best: tuple[float, str] | None = None
    for spoken in _spoken_metrics():
        name = metric_for(spoken, q)
        if name is None or name == "swelling" and not q.is_a("percent") or not _sized(name, q):
            continue
        if name == "calendar_life" and lexicon("slots", "storage").search(clause.text, clause.start, clause.end):
            continue                                       # three years on the shelf
        cost = _nearest(clause, spoken, q, numbered)
        habit = metric(name).comparator
        if habit in (">=", "<=") and said.sign and said.sign[0] in "<>" and said.sign[0] != habit[0]:
            cost += _AGAINST
        if cost <= far and (best is None or cost < best[0]):
            best = (cost, name)
    if far == _FAR and (best is None or best[0] > _EARLIER):
        named = [m for h in clause.topic if (m := metric_for(h.what, q)) and _sized(m, q)
                 and (metric(m).comparator != "=" or q.is_a("length"))]
        if named and not q.is_a("temperature", "count") and not any(
                metric_for(h.what, q) for h in metric_hits(clause.page, clause.start, clause.end)):
            return named[-1]
    if best and best[1] == "capacity_retention" and _stored(clause, numbered):
        return "charge_retention"
    if best and best[1] == "surface_temperature" and said.sign not in ("<", "<=", ">"):
        return None
    if best and best[1] == "swelling" and lexicon("resistance_words").search(
            clause.text, max(clause.block.start, clause.start - _BEFORE), clause.end):
        return "resistance_growth"
    return best[1] if best else None


def _stored(clause: Clause, numbered: list[Quantity]) -> bool:
    """Whether a clause tells of a store: a share left after it is charge, since no recharge is spoken of."""
    waits = any(o.is_a("time") and seconds_of(o) >= _LIFE_S for o in numbered)
    return waits and not any(o.is_a("cycle") for o in numbered) and not lexicon("recovered").search(
        clause.text, clause.start, clause.end) and lexicon("slots", "storage").search(
        clause.text, clause.start, clause.end) is not None


def _sized(name: str, q: Quantity) -> bool:
    """Whether a number has the size that the metric has in real cells."""
    if q.is_a("time"):
        seconds = seconds_of(q)
        long = seconds >= _LIFE_S
        return long and any(u.name == "year" for u in q.units) if name == "calendar_life" else (
            not long and _CHARGE_S[0] <= seconds <= _CHARGE_S[1])
    row = metric(name)
    if row.plausible is None:
        return True
    try:
        value, _ = to_canonical(q.value, q.unit_text, name, tolerance=False)
    except UnitMismatch:
        return False
    if name in ("altitude", "drop_height") and isinstance(value, float | int):
        return (value > _TALL_M) == (name == "altitude")
    low, high = row.plausible
    return isinstance(value, float | int) and (row.growth or low <= value <= high)


def _nearest(clause: Clause, spoken: str, q: Quantity, numbered: list[Quantity]) -> float:
    """What the nearest cue of a metric costs; a cue that stands nearer to another number of the kind is that one's."""
    text, words = clause.text, lexicon("evidence", spoken)
    kin = [o for o in numbered if o is not q and o.dimensions & q.dimensions]
    costs = [_FAR + 1]
    for hit in words.find(text, clause.start, clause.end):
        if hit.start < q.end and q.start < hit.end:
            continue
        before = hit.end <= q.start
        gap = text[hit.end:q.start] if before else text[q.end:hit.start]
        lo, hi = (hit.end, q.start) if before else (q.end, hit.start)
        between = sum(lo <= o.start and o.end <= hi for o in kin)
        late = 0.0 if before or _VERB_LAST.search(gap + text[hit.start:hit.end]) else 8.0
        costs.append(len(gap) + _COMMA * len(_SPLIT.findall(gap)) + _OTHER * between + late)
    floor = max(clause.block.start, clause.start - _BEFORE)
    if min(costs) > _FAR and floor < clause.start and not metric_hits(clause.page, clause.start, clause.end):
        costs += [_EARLIER for _ in words.find(text, floor, clause.start)[-1:]]
    return min(costs)


def worked_out(page: Page, clause: Clause, q: Quantity) -> bool:
    """`That is 174 Wh/kg`: a value of energy per mass or size right behind such words is a result and no demand."""
    if not q.is_a("specific_energy", "energy_density", "power", "energy", "voltage") or q.shape != "single":
        return False
    lead = lexicon("worked_out").ending_at(page.text, clause.start, q.start)
    return lead is not None and not lexicon("priority").search(page.text, lead.start, q.end)


def asks(clause: Clause, said: dict[int, Said]) -> bool:
    """Whether a clause asks: a bound, a modal word, a wish or a thing that the cell is able to do."""
    text, start, end = clause.text, clause.start, clause.end
    if clause.listed or any(s.sign for s in said.values()) or any(
            lexicon(words).search(text, start, end) for words in ("ability", "requesting")):
        return True
    return any(h.what != "info" for h in lexicon("priority").find(text, start, end))
