"""What a requirement allows, how far a value is inside it, and how much of an interval is."""

from __future__ import annotations

import math
from typing import NamedTuple

from knowledge.requirement import Requirement

EQUAL_BAND = 0.02   # "= x" without a tolerance: within 2 %
ABOUT_BAND = 0.05   # "about x": within 5 %
_EPS = 1e-9


class Allowed(NamedTuple):
    """The allowed interval; infinite where there is no bound. `open` ends exclude the bound itself."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value is allowed, to rounding."""
        above = value > self.low if self.low_open else value >= self.low - _slack(self.low)
        below = value < self.high if self.high_open else value <= self.high + _slack(self.high)
        return above and below


# What a data sheet calls typical or nominal is a level, not a tolerance.
NOMINAL = frozenset({"typical", "nominal", "nameplate"})


def allowed(requirement: Requirement) -> Allowed | None:
    """The interval that a numeric requirement allows; None where its value is words or malformed."""
    value, comparator = requirement.value, requirement.comparator
    if isinstance(value, list):
        return _from_list([float(v) for v in value], comparator) if _numbers(value) else None
    if isinstance(value, str):
        return None
    number = float(value)
    if comparator == "=" and requirement.conditions.get("kind") in NOMINAL:
        return _band(number, ABOUT_BAND)
    if comparator in {">=", ">"}:
        return Allowed(low=number, low_open=comparator == ">")
    if comparator in {"<=", "<"}:
        return Allowed(high=number, high_open=comparator == "<")
    if comparator in {"=", "in", "required"}:
        return _band(number, EQUAL_BAND)
    return _band(number, ABOUT_BAND) if comparator == "about" else None


def _numbers(value: list[float] | list[str]) -> bool:
    return bool(value) and all(isinstance(v, int | float) for v in value)


def _from_list(numbers: list[float], comparator: str) -> Allowed | None:
    if comparator == "tolerance" and len(numbers) == 3:
        nominal, minus, plus = numbers
        return Allowed(nominal - minus, nominal + plus)
    if comparator in {"range", "in", "=", "about"} and len(numbers) == 2:
        return Allowed(min(numbers), max(numbers))
    if len(numbers) == 1:
        return Allowed(*_band(numbers[0], EQUAL_BAND)[:2])
    return None


def _band(number: float, share: float) -> Allowed:
    half = abs(number) * share
    return Allowed(number - half, number + half)


def _slack(bound: float) -> float:
    return _EPS * max(abs(bound), 1.0) if math.isfinite(bound) else 0.0


def margin(requirement: Requirement, value: float) -> float | None:
    """Distance to the nearer bound as a fraction of that bound, absolute where the bound is 0; negative outside."""
    bounds = allowed(requirement)
    return None if bounds is None else room(bounds, value)


def room(bounds: Allowed, value: float) -> float | None:
    """The same of bounds that are known; None where neither end is finite."""
    rooms = []
    if math.isfinite(bounds.low):
        rooms.append((value - bounds.low) / (abs(bounds.low) or 1.0))
    if math.isfinite(bounds.high):
        rooms.append((bounds.high - value) / (abs(bounds.high) or 1.0))
    return min(rooms) if rooms else None


def share_inside(bounds: Allowed, low: float, high: float) -> float:
    """Which part of the interval [low, high] is allowed, 0 … 1; a point is in or out."""
    if high - low <= _slack(high):
        return 1.0 if bounds.holds((low + high) / 2) else 0.0
    overlap = min(high, bounds.high) - max(low, bounds.low)
    return min(max(overlap / (high - low), 0.0), 1.0)


def two_sided(requirement: Requirement) -> bool:
    """Whether the requirement bounds the value on both sides, so that more margin is not better."""
    bounds = allowed(requirement)
    return bounds is not None and math.isfinite(bounds.low) and math.isfinite(bounds.high)


def bound_text(requirement: Requirement) -> str:
    """The bound in words: `≥ 285 Wh/kg`, `45.9 … 46.05 mm`, `one of LFP`."""
    unit = f" {requirement.unit}" if requirement.unit else ""
    bounds = allowed(requirement)
    if bounds is None:
        words = requirement.value if isinstance(requirement.value, list) else [requirement.value]
        kind = {"in": "one of", "prohibited": "not", "required": "required:"}.get(requirement.comparator, "")
        return " ".join(w for w in (kind, ", ".join(str(w) for w in words)) if w)
    if math.isinf(bounds.high):
        return f"{'>' if bounds.low_open else '≥'} {_figures(bounds.low)}{unit}"
    if math.isinf(bounds.low):
        return f"{'<' if bounds.high_open else '≤'} {_figures(bounds.high)}{unit}"
    return f"{bounds.low:.5g} … {bounds.high:.5g}{unit}"


def _figures(number: float) -> str:
    """Four figures without an exponent: 60000, not 6e+04."""
    text = f"{number:.4g}"
    return f"{float(text):.0f}" if "e+" in text else text
