"""What stands between a requirement and a number that may be its condition, as names of features."""

from __future__ import annotations

import math
import re

from knowledge.requirement import ConditionValue
from knowledge.vocabulary import metric as metric_row
from tools.extract.learned.candidates import FREE, WINDOWS, Candidate, Field
from tools.extract.learned.surroundings import words
from tools.extract.page import Draft, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

_STEM = 5
_TELLING = (0, 10, 20, 23, 25, 30, 50, 70, 80, 100)
_SAME = 0.015
_PLACES = (12, 30, 60, 120, 250, 600)      # characters between
_MOST_WORDS = 14
_FAR = 25                 # words between from which a number is as far as any


def same(a: object, b: object) -> bool:
    """Whether two values of a condition are equal within rounding (C/3 is 0.33)."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= _SAME * max(abs(a), abs(b)) + 1e-9
    return a == b


def holds(conditions: dict[str, ConditionValue], slot: str, value: object) -> bool:
    """Whether the conditions have this value in this slot, or in both slots of a window."""
    if slot in WINDOWS:
        first, last = WINDOWS[slot]
        return isinstance(value, tuple) and same(conditions.get(first), value[0]) and same(
            conditions.get(last), value[1])
    return slot in conditions and same(conditions[slot], value)


class Pairs:
    """Features of (requirement, number); what does not depend on the requirement is made once."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._said: dict[tuple[int, int], tuple[frozenset[str], list[str]]] = {}
        self._owned: dict[int, tuple[list[str], list[str]]] = {}
        self._dims: dict[int, str] = {}
        self._holders: dict[int, list[tuple[Draft, str]]] = {}
        self._quantities = {id(d.quantity): d.metric for d in field.live if d.quantity is not None}
        for made in field.live:
            for one in field.of(made):
                for slot, value in field.values(one.quantity).items():
                    if holds(made.conditions, slot, value):
                        self._holders.setdefault(id(one.quantity), []).append((made, slot))

    def features(self, made: Draft, one: Candidate, others: list[Candidate]) -> list[str]:
        """What is seen without the rules' conditions."""
        q, relation = one.quantity, one.relation
        own, near = self._own(one)
        dims = self._dimension(q)
        metric = made.metric
        found = [*own, *(f"{relation}|{w}" for w in near), f"r={relation}", f"{dims}@{relation}", f"m={metric}",
                 f"{metric}^{dims}", f"{metric}^{dims}@{relation}", f"{metric}^{q.unit_text.lower()}",
                 f"cmp={made.comparator}^{dims}", f"lang={self._field.page.document.language}^{dims}@{relation}"]
        found += [f"{metric}|{w}" for w in near[:4]]
        for v in q.values[:1]:
            found += [f"{metric}^{dims}={v:g}", f"{metric}^{dims}~{_order(v)}"]
        found += self._places(made, one, others, dims)
        found += self._discourse(made, one, others, dims)
        role = self._quantities.get(id(q))
        found += [f"is={role}", f"is={role}^{metric}", f"asked={role is not None}@{relation}"]
        return list(dict.fromkeys(found))

    def rule_features(self, made: Draft, one: Candidate) -> list[str]:
        """What the rules made of the number, and of the slots it could fill."""
        found = []
        relation, metric = one.relation, made.metric
        dims = self._dimension(one.quantity)
        for slot, value in self._field.values(one.quantity).items():
            if holds(made.conditions, slot, value):
                found += [f"has={slot}", f"has={slot}@{relation}", f"has={slot}^{metric}"]
            elif slot in made.conditions:
                found += [f"other={slot}", f"other={slot}@{relation}", f"other={slot}^{metric}"]
            elif slot not in WINDOWS:
                found.append(f"open={slot}")
        held = [(d, slot) for d, slot in self._holders.get(id(one.quantity), ()) if d is not made]
        close = [(d, slot) for d, slot in held if d.block.index == one.block.index or (
            d.block.table is not None and (d.block.table, d.block.row) == (one.block.table, one.block.row))]
        for d, slot in close[:4]:
            found += [f"gave={slot}", f"gave={slot}@{relation}", f"gave={slot}^{d.metric}^{metric}"]
        found.append(f"held={min(len(held), 5)}@{relation}")
        fate, reason = self._field.page.fates.get(id(one.quantity), ("residual", ""))
        found += [f"fate={fate}@{relation}", f"fate={fate}^{dims}", f"why={reason[:30]}", f"why={reason[:30]}^{dims}"]
        return list(dict.fromkeys(found))

    def _dimension(self, q: Quantity) -> str:
        if id(q) not in self._dims:
            self._dims[id(q)] = "|".join(sorted(q.dimensions)) or "bare"
        return self._dims[id(q)]

    def _own(self, one: Candidate) -> tuple[list[str], list[str]]:
        """(the number and its sentence, the words right beside it)"""
        q = one.quantity
        if id(q) in self._owned:
            return self._owned[id(q)]
        text, (start, end) = self._field.page.text, one.span
        dims = self._dimension(q)
        left = words(text[max(start, q.start - 90):q.start])[::-1]
        right = words(text[q.end:min(end, q.end + 90)])
        found = [f"D={dims}", f"U={q.unit_text.lower()}", f"{dims}:{q.shape}", f"{dims}:{_order(q.value)}"]
        if q.value in _TELLING:
            found.append(f"{dims}:is={q.value:g}")
        near = []
        for side, line in (("B", left), ("A", right)):
            for place, word in enumerate(line[:10]):
                stem = word[:_STEM]
                found += [f"{side}={stem}", f"{dims}{side}={stem}"]
                if place < 3:
                    found += [f"{side}n={word}", f"{dims}{side}n={word}"]
            found += [f"{dims}{side}2={a}_{b}" for a, b in zip(line[:4], line[1:4], strict=False)]
            near.append(f"{dims}{side}0={line[0] if line else '-'}")
            near.append(f"{dims}{side}01={'_'.join(line[:2])}")
        for word in words(text[start:min(end, start + 60)])[:5]:
            found.append(f"first={word[:_STEM]}")
        if lexicon("defaults").search(text, start, end):
            found.append("general")
        if one.block.table is not None:
            for cell in self._field.page.head_of(one.block):
                found += [f"H={w}^{dims}" for w in words(cell.text[:60])]
            label = self._field.row(one.block)[:1]
            found += [f"R0={w[:_STEM]}^{dims}" for cell in label for w in words(cell.text[:60])[:8]]
        self._owned[id(q)] = (found, near)
        return found, near

    def _sentence(self, span: tuple[int, int]) -> tuple[frozenset[str], list[str]]:
        """(the metrics that a sentence names, the dimensions of its numbers in order)"""
        if span not in self._said:
            page = self._field.page
            named = frozenset(h.what for h in metric_hits(page, *span))
            inside = page.inside(page.block_at(span[0]), *span)
            self._said[span] = named, [self._dimension(q) for q in inside if q.units]
        return self._said[span]

    def _discourse(self, made: Draft, one: Candidate, others: list[Candidate], dims: str) -> list[str]:
        """What a sentence of its own has to do with the requirement."""
        field, relation, metric = self._field, one.relation, made.metric
        kind = relation.rstrip("0123456789")
        takes = metric_row(metric).defaults
        found = [f"k={kind}", f"{dims}@{kind}", f"{metric}^{dims}@{kind}"]
        found += [f"takes={slot}^{dims}@{kind}" for slot in takes if slot in field.values(one.quantity)]
        if relation == "clause":
            return found
        named, inside = self._sentence(one.span)
        theirs = {d.metric for d in field.between(*one.span)}
        found += [f"names={metric in named}@{kind}", f"names={metric in named}^{bool(named)}@{kind}^{dims}",
                  f"theirs={metric in theirs}@{kind}^{dims}", f"inside={'_'.join(inside[:5])}@{kind}"]
        found += [f"their={other}^{metric}" for other in sorted(theirs)[:3]]
        found += [f"their={other}^{metric}^{dims}" for other in sorted(theirs)[:3]]
        found += [f"named={other}^{metric}" for other in sorted(named)[:4]]
        own = any(c.relation in ("clause", "sentence", "row") and self._dimension(c.quantity) == dims for c in others)
        found += [f"own={own}@{kind}^{dims}", f"own={own}^{metric}^{dims}"]
        lo, hi = sorted((made.start, one.quantity.start))
        between = [d for d in field.between(lo, hi) if d is not made]
        alike = sum(d.metric == metric for d in between)
        steps = abs(made.block.index - one.block.index)
        found += [f"asked={_few(len(between))}@{kind}^{dims}", f"alike={_few(alike)}@{kind}",
                  f"steps={_few(steps)}@{kind}^{dims}", f"steps={_few(steps)}^{_few(len(between))}@{kind}",
                  f"what={made.block.kind}^{one.block.kind}@{kind}"]
        place = one.quantity.start * 4 // max(1, len(field.page.text))
        found += [f"part={place}@{kind}", f"part={place}@{kind}^{dims}"]
        return found

    def _places(self, made: Draft, one: Candidate, others: list[Candidate], dims: str) -> list[str]:
        q, relation, text = one.quantity, one.relation, self._field.page.text
        right = q.start >= made.start
        lo, hi = (made.end, q.start) if right else (q.end, made.start)
        alike = [c for c in others if self._dimension(c.quantity) == dims]
        nearer = sum(abs(c.quantity.start - made.start) < abs(q.start - made.start) for c in alike)
        same_relation = [c for c in alike if c.relation == relation]
        rank = sum(abs(c.quantity.start - made.start) < abs(q.start - made.start) for c in same_relation)
        between = len(self._field.between(lo, hi)) if lo < hi else 0
        side = "right" if right else "left"
        before, behind = self._field.nearest(q.start)
        closest = "both" if before is made and behind is made else "before" if before is made else (
            "behind" if behind is made else "none")
        size = sum(abs(hi - lo) > p for p in _PLACES)
        found = [f"{side}@{relation}", f"{side}^{dims}@{relation}", f"near={closest}@{relation}",
                 f"near={closest}^{dims}@{relation}", f"rank={min(rank, 3)}of{min(len(same_relation), 4)}@{relation}",
                 f"rank={min(rank, 3)}of{min(len(same_relation), 4)}^{dims}", f"nearer={min(nearer, 3)}^{dims}",
                 f"alone={len(alike) == 1}^{dims}@{relation}", f"size={size}@{relation}",
                 f"asked={min(between, 3)}@{relation}", f"asked={min(between, 3)}{side}^{dims}@{relation}"]
        if relation in ("clause", "sentence") and lo <= hi:
            gap = text[lo:hi]
            said = words(gap, _FAR)
            found += [f"gap={w[:_STEM]}" for w in said[:_MOST_WORDS]]
            found.append(f"gap:{'_'.join(said)}" if len(said) < 5 else f"gap#{min(len(said), _FAR) // 5}")
            found.append(f"{side}gap:{'_'.join(said[:2])}")
            shut = bool(re.search(r"[)）\]]", gap)), bool(re.search(r"[(（\[]", gap))
            found += [f"bracket={shut}{side}", f"comma={min(gap.count(','), 3)}{side}^{dims}"]
            span = self._field.between(*one.span)
            found.append(f"live={min(len(span), 4)}{side}^{dims}")
        else:
            asked = len(self._field.between(*one.span))
            found += [f"asks={min(asked, 3)}@{relation}", f"asks={min(asked, 3)}^{dims}@{relation}"]
            ours = made.block.section[-1:] == one.block.section[-1:]
            found.append(f"section={ours}@{relation}^{dims}")
            if relation == FREE or relation.startswith(("above", "before", "title")):
                lead = words(text[one.span[0]:min(one.span[1], one.span[0] + 240)])[:30]
                found += [f"{dims}free={w[:_STEM]}" for w in lead]
        mine = words(text[max(made.block.start, made.start - 30):made.start])[-3:]
        found += [f"mine={w}^{dims}" for w in mine]
        return found


def _few(n: int) -> str:
    return str(n) if n < 4 else "4-7" if n < 8 else "8+"


def _order(value: float) -> str:
    return str(round(2 * math.log10(abs(value)))) if value else "zero"
