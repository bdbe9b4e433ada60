"""What a figure is computed from, and the answer that comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.offer import BuildUp
from tools.simulate.point import Outcome
from tools.simulate.runs import Run


class Answer(NamedTuple):
    """A value, or None; whether the design cannot do it; what a reader must know; its own interval where it has one."""

    value: float | None
    cannot: bool = False
    note: str = ""
    ends: tuple[float, float] | None = None


class Case(NamedTuple):
    """All that is known when a figure is computed: the question, the design, its build-up and the simulated runs."""

    ask: Ask
    design: CellDesign
    build_up: BuildUp
    runs: Sequence[tuple[Run, Outcome]]

    def outcome(self, role: str = "main") -> Outcome:
        """The first outcome of that role."""
        return next(outcome for run, outcome in self.runs if run.role == role)

    def number(self, condition: str) -> float | None:
        """A numeric condition of the ask."""
        value = self.ask.conditions.get(condition)
        return float(value) if isinstance(value, int | float) else None
