"""L × W × H: one requirement per dimension, named by the words beside it, with a tolerance said once for all."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract import standards
from tools.extract.comparators import Said, said_about
from tools.extract.meaning import draft
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

_NEAR = 30        # characters before a tuple that may call it a footprint
_DEFAULT = {2: ("diameter", "height"), 3: ("length", "width", "height")}


def tuples(page: Page, block: Block, start: int, end: int, quantities: list[Quantity]) -> list[Draft]:
    """Requirements for every dimension tuple in text[start:end]."""
    made: list[Draft] = []
    loose = next((q for q in quantities if q.shape == "tolerance_only" and q.is_a("length")), None)
    for q in quantities:
        if q.shape != "tuple" or id(q) in page.fates or len(q.values) not in _DEFAULT:
            continue
        names = _names(page, start, end, q) or _usual(page, q)
        said = said_about(page.text, q, start, end)
        tail = lexicon("comparators_after").starting_at(page.text, min(q.end + 1, end), min(end, q.end + 16))
        labels = lexicon("label_bounds").find(page.text, start, q.start)
        stated = said.sign or (tail.what if tail else None) or (labels[-1].what if labels else None)
        sign = stated if stated in ("<=", ">=", "about") else None
        for name, value in zip(names, q.values, strict=True):
            one = _one(q, value, loose)
            new = draft(page, block, one, name, Said(sign, said.start, said.end), quote=(q.start, q.end))
            if new:
                new.quantity = q
                made.append(new)
        page.settle(q, "requirement")
        if loose:
            page.settle(loose, "requirement", "tolerance of the dimensions")
    return made


def _usual(page: Page, q: Quantity) -> tuple[str, ...]:
    """The axes of a tuple without names: its thinnest member is a thickness, first of a pouch's sizes or last."""
    shapes = {h.what for h in standards.formats().find(page.text)}
    if len(q.values) == 2 and lexicon("footprint").search(page.text, max(0, q.start - _NEAR), q.start):
        return ("width", "length") if q.values[0] <= q.values[1] else ("length", "width")
    if len(q.values) == 2 and shapes & {"pouch", "prismatic"} and "cylindrical" not in shapes:
        return ("width", "length") if q.values[0] <= q.values[1] else ("length", "width")
    thin = min(range(len(q.values)), key=lambda i: q.values[i])
    others = [v for i, v in enumerate(q.values) if i != thin]
    if len(q.values) != 3 or q.values[thin] > 0.5 * min(others):
        return _DEFAULT[len(q.values)]
    if thin == 0:
        return ("thickness", "width", "length" if "pouch" in shapes else "height")
    return ("length", "width", "thickness") if thin == 2 else _DEFAULT[3]


def _one(q: Quantity, value: float, loose: Quantity | None) -> Quantity:
    if loose:
        return Quantity(q.start, q.end, "tolerance", (value, loose.value, loose.value), q.units, q.unit_text)
    return Quantity(q.start, q.end, "single", (value,), q.units, q.unit_text)


def _names(page: Page, start: int, end: int, q: Quantity) -> tuple[str, ...] | None:
    """Axis words joined by × near the tuple, as many as it has members."""
    count = len(q.values)
    hits = [h for h in lexicon("axes").find(page.text, start, end) if h.end <= q.start or h.start >= q.end]
    for i in range(len(hits) - count + 1):
        group = hits[i:i + count]
        gaps = [page.text[a.end:b.start] for a, b in zip(group, group[1:], strict=False)]
        names = tuple(h.what for h in group)
        joined = all(re.fullmatch(r"[^\w\n]{0,3}(?:[×x*,/]|and|by)[^\w\n]{0,3}", g) for g in gaps)
        if joined and len(set(names)) == count:
            return names
    return None
