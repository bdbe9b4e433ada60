"""Sizes joined by ×, each with its axis beside it: `174 mm（宽）× 54 mm（厚）`, `幅148mm×厚さ27mm`, `宽148×厚27 mm`."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.document import Block
from tools.extract.comparators import said_about
from tools.extract.meaning import draft
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.sizes import SIZES

_TIMES = re.compile(r"[×xX*]")
_FEWEST = 2
_WIDEST = 24          # characters between two joined sizes


def joined_sizes(page: Page, block: Block, start: int, end: int, numbered: list[Quantity]) -> list[Draft]:
    """One requirement per size of text[start:end] that is joined to another by × and has its own axis."""
    made: list[Draft] = []
    for group in _groups(page, block, start, end):
        names = _axes(page.text, start, end, group)
        unit = next((q for q in reversed(group) if q.is_a("length")), None)
        if names is None or unit is None:
            continue
        said = said_about(page.text, group[-1], start, end)
        for q, name in zip(group, names, strict=True):
            one = q if q.is_a("length") else replace(q, units=unit.units, unit_text=unit.unit_text)
            own = said_about(page.text, q, start, end)
            new = draft(page, block, one, name, own if own.sign or said.sign not in ("<=", ">=") else replace(
                said, start=q.start, end=q.end))
            if new:
                made.append(new)
                page.settle(q, "requirement")
    return made


def _groups(page: Page, block: Block, start: int, end: int) -> list[list[Quantity]]:
    """Runs of lengths with words and × between them."""
    text, groups = page.text, list[list[Quantity]]()
    sizes = [q for q in page.inside(block, start, end) if id(q) not in page.fates and q.shape in ("single", "tolerance")
             and (q.is_a("length") or not q.units or q.unit_text in ("×", "x"))]     # 宽148×厚27×高98 mm
    for q in sizes:
        before = groups[-1][-1] if groups else None
        gap = text[_number_end(before):q.start] if before is not None else ""
        if before is not None and len(gap) <= _WIDEST and _TIMES.search(gap) and not re.search(r"[\d;。]", gap):
            groups[-1].append(q)
        else:
            groups.append([q])
    return [g for g in groups if len(g) >= _FEWEST and any(q.is_a("length") for q in g)]


def _number_end(q: Quantity) -> int:
    """Where a size ends; a × that was read as its unit joins it to the next."""
    return q.end if q.is_a("length") else q.end - len(q.unit_text)


def _axes(text: str, start: int, end: int, group: list[Quantity]) -> list[str] | None:
    """The axis of each size: all behind their numbers, or all before them."""
    edges = [start, *(q.end for q in group)], [*(q.start for q in group[1:]), end]
    lead = [_nearest(text, max(a, q.start - 12), q.start, last=True) for a, q in zip(edges[0][:-1], group, strict=True)]
    tail = [_nearest(text, q.end, min(b, q.end + 16), last=False) for q, b in zip(group, edges[1], strict=True)]
    for names in (lead, tail):
        whole = [n for n in names if n in SIZES]
        if len(whole) == len(group) == len(set(whole)):
            return whole
    return None


def _nearest(text: str, lo: int, hi: int, last: bool) -> str | None:
    cut = [m.end() if last else m.start() for m in _TIMES.finditer(text, lo, hi)]
    if cut:
        lo, hi = (cut[-1], hi) if last else (lo, cut[0])
    hits = lexicon("axes").find(text, lo, hi)
    return hits[-1 if last else 0].what if hits else None


def at_most(page: Page, start: int, end: int, found: list[Draft]) -> None:
    """`All three are maximum dimensions`: sizes of the sentence without a bound of their own are upper ones."""
    if not lexicon("all_most").search(page.text, start, end):
        return
    for made in found:
        if made.metric in SIZES and made.comparator == "=":
            made.comparator = "<="
