"""Real cells whose design is published, at least in part: what the product predicts, beside what was published.

A cell file holds a design sheet with what its source states and nothing else, and rows of published figures. All else
is the project's default, the same for every cell.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from evals.suites import CASES
from knowledge.ask import Ask
from knowledge.frozen import Frozen
from knowledge.protocol import Discharge, Pulse
from knowledge.requirement import ConditionValue
from knowledge.sheet import DesignSheet

FOLDER = CASES / "cells"
Kind = Literal["measured", "data sheet", "nominal"]


class PublishedRow(Frozen):
    """One published figure. Without a current or rate a capacity or energy is taken at C/3; 25 °C throughout."""

    figure: str
    value: float
    unit: str
    kind: Kind
    current_A: float | None = None
    rate_C: float | None = None
    source: str = Field(default="", description="where it differs from the cell's")
    judged: bool = Field(default=True, description="False where the condition is not stated")

    @property
    def label(self) -> str:
        """The figure with its load, unique within a cell."""
        load = f" at {self.current_A:g} A" if self.current_A else f" at {self.rate_C:g}C" if self.rate_C else ""
        return f"{self.figure.replace('_', ' ')}{load}"

    def ask(self) -> Ask | None:
        """The question that predicts this figure; None for a strip's length, which the build-up gives."""
        if self.figure == "foil_length":
            return None
        if self.figure == "mass":
            return Ask(metric="mass", unit="g")
        conditions: dict[str, ConditionValue] = {"temperature_C": 25.0}
        if self.figure == "dcir":
            return Ask(metric="dcir", unit="mohm", protocol=Pulse(), conditions=conditions)
        rate = None if self.current_A else self.rate_C or 1 / 3
        return Ask(metric=self.figure, unit=self.unit, protocol=Discharge(rate_C=rate), current_A=self.current_A,
                   conditions=conditions)


class PublishedCell(Frozen):
    """A cell file of `evals/cases/cells`."""

    name: str
    chemistry: str
    stand_in: str | None = Field(description="where the set is not of the cell's own chemistry")
    source: str
    doi: str | None = None
    set_fitted_to_this_cell: bool = False
    sheet: DesignSheet
    published: tuple[PublishedRow, ...]
    left_out: str = ""


class Compared(Frozen):
    """One published figure beside its prediction; `predicted` is None where the cell could not be computed."""

    cell: str
    row: PublishedRow
    predicted: float | None
    low: float | None
    high: float | None
    assumed: int
    stand_in: bool
    fitted: bool = Field(default=False, description="the set was fitted to this very cell")
    note: str = ""

    @property
    def error_pct(self) -> float | None:
        """(predicted − published) / published in %."""
        return None if self.predicted is None else 100 * (self.predicted / self.row.value - 1)

    @property
    def width_pct(self) -> float | None:
        """P90 − P10 in % of the prediction."""
        if self.predicted is None or self.low is None or self.high is None:
            return None
        return 100 * (self.high - self.low) / self.predicted

    @property
    def covered(self) -> bool | None:
        """Whether the published value lies between P10 and P90."""
        return None if self.low is None or self.high is None else self.low <= self.row.value <= self.high


def published_cells() -> dict[str, PublishedCell]:
    """Every cell file by its key."""
    return {path.stem: read_cell(path) for path in sorted(FOLDER.glob("*.yaml"))}


def read_cell(path: Path) -> PublishedCell:
    """One cell file."""
    return PublishedCell.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=64)
def compared(path: Path) -> tuple[Compared, ...]:
    """All rows of a cell file with their predictions and P10–P90 intervals."""
    cell = read_cell(path)
    predicted, assumed, note = _predicted(cell)
    return tuple(
        Compared(cell=cell.name, row=row, assumed=assumed, stand_in=cell.stand_in is not None,
                 fitted=cell.set_fitted_to_this_cell, note=note,
                 **predicted.get(row.label, {"predicted": None, "low": None, "high": None}))
        for row in cell.published)


def _predicted(cell: PublishedCell) -> tuple[dict[str, dict[str, Any]], int, str]:
    import tempfile

    from tools.failures import ToolFailure
    from tools.simulate.buildup import layout_of
    from tools.simulate.evaluate import EvaluateDesign, evaluate_design
    from tools.simulate.sheet import resolve_sheet
    from tools.tool import Context

    asked = {row.label: ask for row in cell.published if (ask := row.ask()) is not None}
    request = EvaluateDesign(design=cell.sheet, asks=tuple(asked.values()), curves=False)
    try:
        sheet = resolve_sheet(cell.sheet)
        found: dict[str, dict[str, Any]] = {"foil length": {
            "predicted": 1000 * layout_of(sheet.design).positive_foil.length_m, "low": None, "high": None}}
        if asked:
            with tempfile.TemporaryDirectory() as home:
                figures = evaluate_design.function(request, Context(home=Path(home))).figures
            for label, figure in zip(asked, figures, strict=True):
                found[label] = {"predicted": figure.value, "low": figure.low, "high": figure.high}
    except ToolFailure as failure:
        return {}, 0, failure.message
    return found, len(sheet.assumed), ""


def table(rows: tuple[Compared, ...]) -> str:
    """The rows as the Markdown table of docs/real_cells.md."""
    lines = ["| cell | assumed | figure | predicted (P10–P90) | published | error |", "|---|---|---|---|---|---|"]
    for row in rows:
        name = row.cell + (" *" if row.stand_in else "")
        span = "" if row.low is None else f" ({row.low:.3g}–{row.high:.3g})"
        value = "not computed" if row.predicted is None else f"{row.predicted:.4g}{span}"
        error = "" if row.error_pct is None else f"{row.error_pct:+.1f} %"
        judged = row.row.kind if row.row.judged else f"{row.row.kind}, not judged"
        lines.append(f"| {name} | {row.assumed} | {row.row.label} [{row.row.unit}] | {value} | {row.row.value:g} "
                     f"({judged}) | {error} |")
    return "\n".join(lines)


def every_row() -> tuple[Compared, ...]:
    """All rows of all cells, in the order of the page."""
    return tuple(row for key in published_cells() for row in compared(FOLDER / f"{key}.yaml"))


if __name__ == "__main__":
    print(table(every_row()))
