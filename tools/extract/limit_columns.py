"""Tables that spread one requirement over columns: minimum, typical and maximum, or a size and its deviations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tools.extract.comparators import Said, said_about
from tools.extract.meaning import draft
from tools.extract.page import Draft
from tools.extract.quantities import Quantity
from tools.extract.table_row import Row

Choose = Callable[[Quantity], str | None]
_DEVIATIONS = ("plus", "minus", "tolerance")


def limits_of(row: Row, choose: Choose) -> list[Draft]:
    """Min, typ and max columns: a minimum and a maximum are a range, a typical value stands by itself."""
    page, made = row.page, list[Draft]()
    low, typ, high = (_first(row, r) for r in ("min", "typ", "max"))
    place = next((q for q in (low, typ, high) if q is not None), None)
    name = choose(place) if place else None
    if name is None:
        return []
    if low and high and low.shape == high.shape == "single":
        joined = replace(low, shape="range", values=(low.value, high.value))
        made += _limit(row, joined, name, None, low)
        page.settle(high, "requirement")
    else:
        for q, sign in ((low, ">="), (high, "<=")):
            if q:
                made += _limit(row, q, name, sign, q)
    one_sided = len(made) == 1 and not (low and high)
    if one_sided and (typ or name in ("capacity", "energy")):
        made[0].conditions.setdefault("kind", "minimum" if low else "maximum")
    if typ:
        new = _limit(row, typ, name, "=", typ)
        for one in new:
            if low or high or name in ("capacity", "nominal_voltage"):
                one.conditions["kind"] = "typical"
        made += new
    return made


def _first(row: Row, role: str) -> Quantity | None:
    """The first number of a role's cells that nothing has claimed."""
    return next((q for b in row.parts.get(role, []) for q in row.page.blocks[b.index]
                 if q.units and id(q) not in row.page.fates), None)


def deviations_of(row: Row, choose: Choose) -> list[Draft]:
    """A nominal size with its deviations in columns beside it: one tolerance."""
    page = row.page
    if not any(row.parts.get(r) for r in _DEVIATIONS):
        return []
    size = _first(row, "value") or _first(row, "typ")
    plus, minus, both = (_first(row, r) for r in _DEVIATIONS)
    if size is None or size.shape != "single" or not (plus or minus or both):
        return []
    name = choose(size)
    if name is None:
        return []
    pair = _signed(row)
    if pair:
        both, (down, up) = pair[0], sorted(q.value for q in pair)
        plus = pair[1]
    elif both is not None:
        up, down = (both.values[1], both.values[0]) if both.shape == "range" else (both.values[-1], both.values[0])
        if both.shape == "single":
            up, down = (both.value, 0.0) if both.value > 0 else (0.0, both.value)
    else:
        up, down = plus.value if plus else 0.0, minus.value if minus else 0.0
    joined = replace(size, shape="tolerance", values=(size.value, abs(down), abs(up)))
    new = _limit(row, joined, name, None, size)
    for q in (plus, minus, both):
        if q is not None and new:
            page.settle(q, "requirement", "deviation of the size")
    return new


def _signed(row: Row) -> list[Quantity]:
    """`+0.10 / -0.15` in one cell: a number with a plus and one with a minus."""
    for block in row.parts.get("tolerance", []):
        found = [q for q in row.page.blocks[block.index] if q.units and id(q) not in row.page.fates]
        if len(found) == 2 and all(q.shape == "single" for q in found) and found[0].value * found[1].value <= 0:
            return found
    return []


def _limit(row: Row, q: Quantity, name: str, sign: str | None, origin: Quantity) -> list[Draft]:
    page = row.page
    block = next(b for b in row.cells if b.start <= origin.start < b.end)
    said = said_about(page.text, origin, block.start, block.end)
    new = draft(page, block, q, name, Said(said.sign or sign, said.start, said.end))
    if new is None:
        return []
    page.settle(origin, "requirement")
    new.quantity = origin
    return [new]
