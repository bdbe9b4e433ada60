"""The stated interval of a figure: a spread per metric from `intervals.yaml`, plus the mesh shift where it is known."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.figure import Figure
from knowledge.frozen import Frozen


class Spread(Frozen):
    """Half-width in % of the value, and what it rests on."""

    pct: float
    basis: str


FROM_100 = frozenset({"capacity_retention", "energy_retention", "resistance_growth", "energy_efficiency"})


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = (Path(__file__).parent / "intervals.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@lru_cache(maxsize=256)
def spread_of(metric: str) -> Spread:
    """The spread of a metric: its own row, its group's, or the default."""
    table = _table()
    group = next((g for g, members in table["groups"].items() if metric in members), None)
    row = table.get(metric) or (table[group] if group else None) or table["default"]
    return Spread.model_validate(row)


def with_interval(figure: Figure, shift: float = 0.0) -> Figure:
    """The figure with `low` and `high`: value ± (spread + |shift|); a range that is already there is kept.

    The spread of a temperature is taken of its rise above the ambient, that of a retention, growth or
    efficiency of the change from 100 %.

    Args:
        shift: difference of the value between meshes, in the figure's unit.
    """
    if figure.value is None or figure.low is not None:
        return figure
    scale = abs(figure.value)
    if figure.metric == "surface_temperature":
        ambient = figure.conditions.get("ambient_temperature_C", 25.0)
        scale = abs(figure.value - (ambient if isinstance(ambient, int | float) else 25.0))
    elif figure.metric in FROM_100:
        scale = abs(figure.value - 100)
    half = scale * spread_of("estimate" if figure.method == "surrogate" else figure.metric).pct / 100 + abs(shift)
    return figure.model_copy(update={"low": figure.value - half, "high": figure.value + half})
