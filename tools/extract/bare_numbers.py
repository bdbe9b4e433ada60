"""Numbers without a unit that ask again for what was just asked: `800 cycles, ideally 1000`; `18 mΩ, better 15`."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.vocabulary import metric, units
from tools.extract.clause import Clause
from tools.extract.comparators import Said, said_about
from tools.extract.conditions import merge
from tools.extract.meaning import draft
from tools.extract.page import Draft, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.turned import against_habit

_PART = re.compile(r"[,;:](?!\d)|[、，；。]|[.!?](?=\s|$)|\s[-–]\s")
_NOUN = re.compile(r"\s*[-–]?[A-Za-zÀ-ÿ\u3040-\u9fff\uac00-\ud7a3]")
_LIKE = (0.3, 3.0)      # a second bound on one metric is of the first one's size
_FAR = 160              # characters from the requirement that it repeats
_LEAST_CYCLES = 50.0


def unit_of_life(clause: Clause) -> list[Quantity]:
    """`Cycle life: 800 to 80 %`: a bare number right behind the name of a count of cycles has its unit."""
    page, text = clause.page, clause.text
    inside = page.inside(clause.block, clause.start, clause.end)
    if any(q.is_a("cycle") for q in inside):
        return []
    found = []
    for q in inside:
        if q.units or id(q) in page.fates or q.shape != "single" or q.value < _LEAST_CYCLES or _counts(text, q, clause):
            continue
        asked = not any(o.end <= q.start for o in inside) and any(
            metric(h.what).dimension == "cycle" for h in clause.lead_hits)          # Which cycle life? - 1,500 to 80 %
        named = [h for h in metric_hits(page, max(clause.start, q.start - 40), q.start) if metric(h.what).dimension
                 == "cycle"] or lexicon("cycle_word").find(text, max(clause.start, q.start - 40), q.start)
        if asked or named and not re.search(r"[\d,;，；]", text[named[-1].end:q.start]):
            found.append(_united(q, Quantity(q.start, q.end, "single", q.values, (units()["cycle"],), "cycle")))
            page.settle(q, "requirement")
    return found


def repeated(clause: Clause, made: list[Draft]) -> list[Draft]:
    """Bare numbers of a clause as further bounds on the requirement before them; `made` are the clause's own."""
    page, text, found = clause.page, clause.text, list[Draft]()
    for q in page.inside(clause.block, clause.start, clause.end):
        if q.units or id(q) in page.fates or q.shape != "single" or q.value <= 0:
            continue
        first = _first(clause, made, q)
        if first is None or first.quantity is None or not _like(q, first) or _counts(text, q, clause):
            continue
        lo, hi = _part(clause, q)
        said = said_about(text, q, lo, hi)
        wish = lexicon("priority").search(text, lo, hi)
        if not (said.sign or lexicon("limit_word").search(text, q.end, hi) or wish and wish.what == "should"):
            continue
        said = against_habit(text, metric(first.metric), q, said, (lo, hi))
        new = draft(page, clause.block, _united(q, first.quantity), first.metric, said)
        if new is None or new.value == first.value:
            continue
        new.level = first.level
        if new.metric == "price":
            new.unit = first.unit
        if said.sign is None and first.comparator in (">=", "<=", ">", "<"):
            new.comparator = ">=" if first.comparator in (">=", ">") else "<="
        merge(new.conditions, [{k: v for k, v in first.conditions.items() if k != "kind"}])
        page.settle(q, "requirement")
        found.append(new)
    return found


def asked_again(clause: Clause, q: Quantity, said: Said) -> str | None:
    """The metric of a number in the unit of the requirement before it: `20 minutes; 15 minutes would be ideal`."""
    first, text = clause.before, clause.text
    if clause.block.index in clause.page.correcting:
        return _one_of_its_kind(clause, q)
    if first is None or first.quantity is None or q.start - first.end > _FAR:
        return None
    if first.block is not clause.block and not _item_below(clause, first):
        return None
    if not q.dimensions & first.quantity.dimensions or not _like(q, first) or q.shape != "single" or q.is_a(
            "percent", "voltage", "temperature"):          # these say too many things
        return None
    lo, hi = _part(clause, q) if first.block is clause.block else (clause.start, clause.end)
    wish = lexicon("priority").search(text, lo, hi)
    return first.metric if said.sign or wish and wish.what == "should" else None


def _item_below(clause: Clause, first: Draft) -> bool:
    """`- mass of 64 g or less`, `- hoped for: 61 g`: a wish in an item of its own, right below what it betters."""
    wish = lexicon("priority").search(clause.text, clause.start, clause.end)
    return clause.block.kind == first.block.kind == "list_item" and wish is not None and wish.what == "should" and (
        clause.block.index - first.block.index == 1)


def _one_of_its_kind(clause: Clause, q: Quantity) -> str | None:
    """In a correction: the one metric asked for before whose numbers have this unit and size."""
    if q.shape != "single" or q.is_a("percent", "voltage", "temperature", "time"):
        return None
    kinds = {d.metric for d in clause.page.drafts if not d.dead and d.block is not clause.block
             and d.quantity is not None and d.quantity.dimensions & q.dimensions and _like(q, d)}
    return kinds.pop() if len(kinds) == 1 else None


def _united(q: Quantity, like: Quantity) -> Quantity:
    return replace(q, units=like.units, unit_text=like.unit_text)


def _first(clause: Clause, made: list[Draft], q: Quantity) -> Draft | None:
    """The requirement with a number that stands nearest before a bare one."""
    before = [d for d in made if d.quantity is not None and d.quantity.end <= q.start]
    if before:
        return max(before, key=lambda d: d.end)
    last = clause.before
    near = last is not None and last.block is clause.block and q.start - last.end < _FAR and last.end <= q.start
    return last if near else None


def _like(q: Quantity, first: Draft) -> bool:
    value = first.quantity.value if first.quantity is not None else 0.0
    return first.comparator in (">=", "<=", ">", "<", "=", "about") and value > 0 and (
        _LIKE[0] <= q.value / value <= _LIKE[1])


def _counts(text: str, q: Quantity, clause: Clause) -> bool:
    """Whether a noun follows, so that the number counts something else; a word of the demand itself is none."""
    if not _NOUN.match(text, q.end):
        return False
    stop = min(clause.end, q.end + 30)
    return not any(lexicon(*path).starting_at(text, q.end, stop) for path in (
        ("priority",), ("comparators_after",), ("limit_word",), ("refused_value",),
        ("slots", "eol_lead"), ("auxiliary",)))


def _part(clause: Clause, q: Quantity) -> tuple[int, int]:
    edges = [clause.start, *(m.end() for m in _PART.finditer(clause.text, clause.start, clause.end)), clause.end]
    return max(e for e in edges if e <= q.start), min(e for e in edges if e >= q.end)
