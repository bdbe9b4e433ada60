"""Sizes whose bound or tolerance stands elsewhere: `fits into 60 x 40 x 8 mm`, `all dimensions ± 0.5 mm`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from knowledge.units import convert
from knowledge.vocabulary import units
from tools.extract.clause import Clause
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

SIZES = ("length", "width", "height", "thickness", "diameter")
_PART = re.compile(r"[,;](?!\d)|[、，；]|\s(?:and|und|et)\s")
_SIGNED = re.compile(r"\s*/?\s*")
_NEAR = 20  # characters between the word tolerance and its number


@dataclass(frozen=True, slots=True)
class Deviation:
    """A tolerance said apart from its sizes: minus and plus [mm], and the axes that it names (all where empty)."""

    minus: float
    plus: float
    axes: frozenset[str]
    start: int


def deviations(clause: Clause) -> list[Deviation]:
    """The tolerances of a clause that stand apart from their sizes; their numbers are settled."""
    page, text = clause.page, clause.text
    inside = [q for q in page.inside(clause.block, clause.start, clause.end) if id(q) not in page.fates]
    if any(q.shape == "tuple" for q in inside):
        return []                                          # said once for a tuple: read with it
    signed = [q for q in inside if not q.units and q.shape == "single" and text[q.start:q.start + 1] in "+-"]
    lengths = [q for q in inside if (q.is_a("length") or q in signed) and q.shape in ("single", "tolerance_only")]
    found: list[Deviation] = []
    used: set[int] = set()
    for place, q in enumerate(lengths):
        if id(q) in used:
            continue
        after = lengths[place + 1] if place + 1 < len(lengths) else None
        pair = after is not None and bool(after.units) and _signs(text, q, after)
        if not q.units and not pair:
            continue
        if q.shape == "tolerance_only":
            minus = plus = _mm(q, q.value)
        elif after is not None and pair:
            values = sorted((_mm(q if q.units else after, q.value), _mm(after, after.value)))
            minus, plus = abs(values[0]), values[1]
            used.add(id(after))
            page.settle(after, "requirement", "tolerance of the dimensions")
        elif _called(text, q, clause.start):
            minus = plus = abs(_mm(q, q.value))
        else:
            continue
        page.settle(q, "requirement", "tolerance of the dimensions")
        last = after if pair and after is not None else q
        found.append(Deviation(minus, plus, _axes(page, clause, q, last), q.start))
    return found


def _signs(text: str, q: Quantity, after: Quantity) -> bool:
    """`+0.1/-0.3 mm` or `+0.1 mm / -0.3 mm`."""
    signs = {text[q.start:q.start + 1], text[after.start:after.start + 1]}
    return signs == {"+", "-"} and _SIGNED.fullmatch(text[q.end:after.start]) is not None


def _called(text: str, q: Quantity, start: int) -> bool:
    """`permissible deviation 0.2 mm`: the word right before a small length makes it a tolerance."""
    hits = lexicon("deviation").find(text, max(start, q.start - _NEAR), q.start)
    return bool(hits) and not re.search(r"[\d,;、，]", text[hits[-1].end:q.start])


def _axes(page: Page, clause: Clause, q: Quantity, last: Quantity) -> frozenset[str]:
    """The axes named in the part of the sentence around a deviation."""
    cuts = list(_PART.finditer(page.text, clause.start, clause.end))
    both = [(m.start(), m.end()) for m in cuts if m.group().strip() in ("and", "und", "et")]
    edges = [m.end() for m in cuts if not ((m.start(), m.end()) in both and _joins_axes(page, m))]
    lo = max([clause.start, *(e for e in edges if e <= q.start)])
    hi = min([clause.end, *(e for e in edges if e >= last.end)])
    return frozenset(h.what for h in metric_hits(page, lo, hi) if h.what in SIZES)


def _joins_axes(page: Page, cut: re.Match[str]) -> bool:
    """`for width and height`: the word joins two axes and no two parts."""
    before = metric_hits(page, max(0, cut.start() - 24), cut.start())
    after = metric_hits(page, cut.end(), cut.end() + 24)
    return bool(before) and before[-1].end >= cut.start() - 1 and bool(after) and after[0].start <= cut.end() + 4


def _mm(q: Quantity, value: float) -> float:
    unit = next(u for u in q.units if u.dimension == "length")
    return convert(value, unit, units()["mm"])


def tolerate(page: Page, block: Block, found: list[Draft], given: list[Deviation]) -> None:
    """Give the sizes named before their deviation; `found` are those of the sentence itself."""
    if not given:
        return
    sizes = [d for d in (*page.drafts, *found) if not d.dead and d.metric in SIZES and d.comparator == "="
             and isinstance(d.value, float | int) and d.block.part == block.part
             and d.block.section == block.section]
    for one in given:
        for made in sizes:
            near = made.block is block or bool(one.axes)
            if near and made.comparator == "=" and (not one.axes or made.metric in one.axes):
                made.comparator, made.value = "tolerance", [float(made.value), one.minus, one.plus]
                made.written = None


def shared_tolerance(text: str, made: list[Draft]) -> None:
    """`width 70 mm, height 105 mm, each ± 0.5 mm`: the tolerance of the last size holds for those before it."""
    for place, last in enumerate(made):
        q = last.quantity
        if last.comparator != "tolerance" or last.metric not in SIZES or q is None or len(q.members) < 2:
            continue
        if lexicon("each").search(text, q.members[0][1], q.members[1][0]):
            for other in made[:place]:
                if other.metric in SIZES and other.comparator == "=" and isinstance(other.value, float | int):
                    other.comparator, other.value = "tolerance", [other.value, *last.value[1:]]


def in_space(text: str, start: int, end: int, made: list[Draft]) -> None:
    """`The compartment is 60 x 40 x 8 mm`: the room for a cell bounds its size."""
    if lexicon("space").search(text, start, end):
        for new in made:
            if new.metric in SIZES and new.comparator == "=":
                new.comparator = "<="


@lru_cache(maxsize=1)
def _all_most() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary.words()["all_most"]), re.IGNORECASE)


def all_bounded(text: str, start: int, end: int, found: list[Draft]) -> None:
    """`174 mm wide, 72 mm thick, each figure a maximum`: a bound that is said once for all sizes of a sentence."""
    if _all_most().search(text, start, end):
        for made in found:
            if made.metric in SIZES and made.comparator in ("=", "about"):
                made.comparator = "<="


def upright(page: Page) -> None:
    """The length of a cell that has a diameter and no other size is its height."""
    sizes = [d for d in page.drafts if not d.dead and d.level == "cell" and d.metric in SIZES]
    named = {d.metric for d in sizes}
    if named == {"length", "diameter"}:
        for made in sizes:
            made.metric = "height" if made.metric == "length" else made.metric
