"""What a document says about a cell's outer dimensions: one range for each side of each format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from knowledge.cell import Cylindrical, Pouch, Prismatic
from knowledge.house import HouseProfile, default_profile
from knowledge.requirement import Requirement
from tools.failures import Infeasible
from tools.verify.ask_rules import axis_of
from tools.verify.asks import sides

FormatKind = Literal["cylindrical", "prismatic", "pouch"]
AXES: dict[FormatKind, tuple[str, ...]] = {
    "cylindrical": ("height", "diameter"), "prismatic": ("thickness", "width", "height"),
    "pouch": ("thickness", "width", "height"),
}
FORMATS: dict[str, type[Cylindrical] | type[Prismatic] | type[Pouch]] = {
    "cylindrical": Cylindrical, "prismatic": Prismatic, "pouch": Pouch,
}
LENGTHS = frozenset({"length", "width", "thickness", "height", "diameter"})
NARROW = 0.05
CAN_NAME = 0.02
_CODE = re.compile(r"(?<!\d)(\d{2})(\d{3}|\d{2}|xx)(?!\d)", re.IGNORECASE)


class Side(NamedTuple):
    """A range [mm] for one outer dimension; `stated` tells whether the document says so."""

    low: float
    high: float
    stated: bool

    @property
    def fixed(self) -> bool:
        """Whether there is nothing left to choose."""
        return self.high - self.low < 1e-9


def size_code(text: str) -> tuple[float, float | None] | None:
    """Diameter and height [mm] of a round-cell size code; the height is None where it is left open.

    >>> size_code("INR21700"), size_code("18650"), size_code("4680"), size_code("46120"), size_code("46xx")
    ((21.0, 70.0), (18.0, 65.0), (46.0, 80.0), (46.0, 120.0), (46.0, None))
    """
    found = _CODE.search(text)
    if found is None:
        return None
    diameter, rest = float(found[1]), found[2].lower()
    if not 8 <= diameter <= 80:
        return None
    if rest == "xx":
        return diameter, None
    height = float(rest[:2]) if len(rest) == 3 and rest.endswith("0") and float(rest[:2]) >= 30 else float(rest)
    return (diameter, height) if height >= 20 else None


def sides_of(requirements: Sequence[Requirement], kind: FormatKind, house: HouseProfile | None = None
             ) -> dict[str, Side]:
    """The range of every outer dimension of a format, from size codes, bounds and the house's ranges.

    A tolerance is designed at its nominal, a narrow range (within 5 %) at its middle.

    Raises:
        Infeasible: two statements about one dimension cannot both hold, or no such cell can be described.
    """
    house = house or default_profile()
    own = getattr(house, kind)
    spans = {axis: getattr(own, f"{axis}_mm") for axis in AXES[kind]}
    defaults = {axis: Side(low, high, False) for axis, (low, high) in spans.items()}
    asked = sides(requirements)
    stated: dict[str, list[Requirement]] = {}
    for r in requirements:
        if r.level == "cell" and r.metric in LENGTHS:
            side = axis_of(r.metric, asked)
            if side in defaults:
                stated.setdefault(side, []).append(r)
    found = dict(defaults)
    if kind == "cylindrical":
        found |= _from_codes(requirements, set(stated))
    for axis, bounds in stated.items():
        found[axis] = _narrowed(axis, bounds, defaults[axis], house)
    return {axis: _possible(kind, axis, side) for axis, side in found.items()}


def cans_of(sides: dict[str, Side], house: HouseProfile) -> list[dict[str, Side]]:
    """The cans of a house that fit the sides of a cylindrical cell; the sides themselves where it has no list.

    What the document fixes stays as it is written if a can is within 2 % of it: a can's name is no drawing.

    Raises:
        Infeasible: there is no such can.
    """
    if not house.cylindrical.sizes:
        return [sides]
    found = []
    for size in house.cylindrical.sizes:
        can = dict(zip(("diameter", "height"), size, strict=True))
        if all(_fits(sides[axis], value) for axis, value in can.items()):
            found.append({axis: s if s.fixed else Side(can[axis], can[axis], s.stated) for axis, s in sides.items()})
    if not found:
        cans = ", ".join(f"{d:g} × {h:g}" for d, h in house.cylindrical.sizes)
        raise Infeasible(f"house profile {house.name!r} has no can of the asked size; it has {cans} mm")
    return found


def _fits(side: Side, value: float) -> bool:
    if side.fixed:
        return abs(value - side.low) <= CAN_NAME * side.low
    return side.low <= value <= side.high


def _possible(kind: FormatKind, axis: str, side: Side) -> Side:
    """The side within what the format's noun allows."""
    limits = FORMATS[kind].model_json_schema()["properties"][f"{axis}_mm"]
    low, high = float(limits["exclusiveMinimum"]) * 1.01, float(limits["maximum"])
    if side.low > high or side.high < low:
        raise Infeasible(f"{axis}: a {kind} cell of {side.high:g} mm is outside what is designed here, {low:.3g} to "
                         f"{high:g} mm")
    return Side(max(side.low, low), min(side.high, high), side.stated)


def _from_codes(requirements: Sequence[Requirement], stated: set[str]) -> dict[str, Side]:
    found: dict[str, Side] = {}
    for r in requirements:
        if r.metric != "format" or r.level != "cell" or r.comparator == "prohibited":
            continue
        words = r.value if isinstance(r.value, list) else [r.value]
        codes = [code for code in (size_code(str(word)) for word in words) if code is not None]
        if len(codes) == 1:
            (diameter, height), = codes
            if "diameter" not in stated:
                found["diameter"] = Side(diameter, diameter, True)
            if height is not None and "height" not in stated:
                found["height"] = Side(height, height, True)
    return found


def _narrowed(axis: str, bounds: Sequence[Requirement], default: Side, house: HouseProfile) -> Side:
    """Musts and stated facts first; a wish only narrows what they leave."""
    low, high, low_stated = default.low, default.high, False
    upper: list[float] = []
    lower: list[float] = []
    for r in sorted(bounds, key=lambda r: r.priority == "should"):
        nominal = _nominal(r)
        if nominal is not None:
            if r.priority != "should" or not (upper or lower):
                return Side(nominal, nominal, True)
            continue
        a, b = _bounds(r)
        if a is not None and (r.priority != "should" or not upper or a <= min(upper)):
            lower.append(a)
        if b is not None and (r.priority != "should" or not lower or b >= max(lower)):
            upper.append(b)
    below, above = house.below_bound, house.above_bound
    if lower:
        low, low_stated = max(lower), True
        high = max(low * above[1], high if not upper else low)
    if upper:
        high = min(upper)
        low = low if low_stated else high * below[0]
    if low > high + 1e-9:
        ids = ", ".join(r.id for r in bounds)
        raise Infeasible(f"{axis}: at least {low:g} mm and at most {high:g} mm cannot both hold ({ids})")
    if upper and lower and high - low <= NARROW * high:
        return Side((low + high) / 2, (low + high) / 2, True)
    return Side(low, high, True)


def _nominal(r: Requirement) -> float | None:
    if isinstance(r.value, int | float) and r.comparator in {"=", "about", "required", "in"}:
        return float(r.value)
    if isinstance(r.value, list) and r.comparator == "tolerance":
        return float(r.value[0])
    return None


def _bounds(r: Requirement) -> tuple[float | None, float | None]:
    """The lower and upper bound [mm] of a requirement on a dimension, where it has one."""
    numbers = [float(v) for v in r.value if isinstance(v, int | float)] if isinstance(r.value, list) else []
    if r.comparator in {"range", "in"} and numbers:
        return min(numbers), max(numbers)
    if isinstance(r.value, int | float):
        value = float(r.value)
        if r.comparator in {"<=", "<"}:
            return None, value * (1 if r.comparator == "<=" else 0.999)
        if r.comparator in {">=", ">"}:
            return value * (1 if r.comparator == ">=" else 1.001), None
    return None, None
