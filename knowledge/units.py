"""Units: one pint registry, made at first use, and conversion that goes through the alias table first.

Raw text is never given to pint: `C` is coulomb there, `P` poise and `cycles` turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from knowledge.vocabulary import MetricRow, UnitRow, dimension_aliases, metric, units


class UnitMismatch(ValueError):
    """A unit that is unknown, or is not of the metric's dimension."""


@lru_cache(maxsize=1)
def registry() -> Any:
    """The one pint registry (a `pint.UnitRegistry`)."""
    import pint

    made: Any = pint.UnitRegistry()
    made.define("mil_length = 0.001 * inch")
    made.define("kilorad = 1000 * rads")
    made.define("megarad = 1000000 * rads")
    return made


@lru_cache(maxsize=1)
def spellings() -> Mapping[str, tuple[UnitRow, ...]]:
    """Every spelling, as written → the units that it may mean."""
    found: dict[str, tuple[UnitRow, ...]] = {}
    for row in units().values():
        for alias in {row.name, *row.aliases}:
            found[alias] = (*found.get(alias, ()), row)
    return found


def meanings(unit_as_written: str) -> tuple[UnitRow, ...]:
    """The units a spelling may mean; white space is folded. Empty when the spelling is unknown."""
    text = " ".join(unit_as_written.split())
    table = spellings()
    return table.get(text) or table.get(text.rstrip(".")) or table.get(text.replace(" ", "")) or ()


def accepts(row: MetricRow, dimension: str) -> bool:
    """Whether a number of this dimension can be a value of the metric."""
    return dimension == row.dimension or dimension in dimension_aliases().get(row.dimension, ()) or (
        dimension in {k for k, v in row.by_dimension.items() if v == row.name})


def unit_for(unit_as_written: str, row: MetricRow) -> UnitRow:
    """The meaning of a spelling that the metric takes.

    Raises:
        UnitMismatch: the spelling is unknown or of another dimension.
    """
    candidates = meanings(unit_as_written)
    for unit in candidates:
        if unit.dimension == row.dimension:
            return unit
    for unit in candidates:
        if accepts(row, unit.dimension):
            return unit
    known = f"a unit of {candidates[0].dimension}" if candidates else "not in the unit table"
    raise UnitMismatch(f"{unit_as_written!r} is {known}, but {row.name} is measured in {row.unit}")


@lru_cache(maxsize=512)
def _affine(unit: str, target: str, difference: bool) -> tuple[float, float]:
    """(factor, offset) of unit → target. A temperature difference is scaled, never shifted."""
    if unit == target:
        return 1.0, 0.0
    u = registry()
    if difference:
        unit, target = (f"delta_{name}" if name.startswith("degree_") else name for name in (unit, target))
        return float(u.Quantity(1, unit).to(target).magnitude), 0.0
    zero = float(u.Quantity(0, unit).to(target).magnitude)
    return float(u.Quantity(1, unit).to(target).magnitude) - zero, zero


def convert(value: float, unit: UnitRow, target: UnitRow, difference: bool = False) -> float:
    """A number from one unit of the table to another; tidied to twelve significant digits."""
    if unit.name == target.name:
        return value
    if unit.pint and target.pint:
        factor, offset = _affine(unit.pint, target.pint, difference)
        return _tidy(value * factor + offset)
    return _tidy(value * unit.scale / target.scale)


def _tidy(value: float) -> float:
    return float(f"{value:.10g}")


def to_canonical(
    value: float | Sequence[float], unit_as_written: str, metric_name: str, tolerance: bool = False
) -> tuple[float | list[float], str | None]:
    """A value in the metric's canonical unit, and that unit.

    Args:
        value: a number, a range `[lo, hi]`, or with `tolerance` `[nominal, minus, plus]`, the last two differences.
        unit_as_written: a spelling of knowledge/vocabulary/units.yaml.

    Raises:
        UnitMismatch: the unit is unknown or of another dimension.

    >>> to_canonical(0.415, "kg", "mass")
    (415.0, 'g')
    >>> to_canonical([-40, 140], "degF", "storage_temperature")
    ([-40.0, 60.0], 'degC')
    >>> to_canonical(18, "°F", "temperature_rise")
    (10.0, 'K')
    >>> to_canonical(1.5, "times", "resistance_growth")
    (150.0, '%')
    """
    row = metric(metric_name)
    unit = unit_for(unit_as_written, row)
    target_name = row.unit
    if unit.dimension == "ratio":
        return _each(value, lambda v, _: _tidy(v * 100)), target_name
    if unit.dimension == "price":
        return _each(value, lambda v, _: v), unit.name
    if unit.dimension != row.dimension and unit.dimension not in dimension_aliases().get(row.dimension, ()):
        return _each(value, lambda v, _: v), unit.name
    target = units()[target_name or unit.name]
    if row.dimension == "cycle_rate":
        return _each(value, lambda v, _: v), unit.name
    difference = row.dimension == "temperature_difference"
    return _each(
        value, lambda v, place: convert(v, unit, target, difference or (tolerance and place > 0))
    ), target_name


def _each(value: float | Sequence[float], function: Any) -> float | list[float]:
    if isinstance(value, int | float):
        return float(function(value, 0))
    return [float(function(v, i)) for i, v in enumerate(value)]
