"""The suites: cases, scorers and goals as YAML in `evals/cases/`."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from knowledge.frozen import Frozen
from tools.failures import BadInput

CASES = Path(__file__).resolve().parent / "cases"
REPO = CASES.parents[1]


class Goal(Frozen):
    """How the cases' values become one, and the bound that one has to keep."""

    scorer: str
    over_cases: Literal["mean", "median", "min", "max", "sum"] = "mean"
    comparator: Literal[">=", "<="] = ">="
    goal: float | None = None

    def aggregate(self, values: list[float]) -> float:
        """One value out of the scored cases; NaN where none was scored."""
        scored = [v for v in values if not math.isnan(v)]
        if not scored:
            return math.nan
        folds = {"mean": statistics.fmean(scored), "median": statistics.median(scored),
                 "min": min(scored), "max": max(scored), "sum": sum(scored)}
        return folds[self.over_cases]

    def met(self, value: float) -> bool:
        """Whether the bound is kept; a NaN keeps none."""
        if self.goal is None:
            return True
        return value >= self.goal if self.comparator == ">=" else value <= self.goal


class SuiteCase(Frozen):
    """One document of a suite; paths are relative to the repository."""

    name: str
    document: str
    gold: str | None = None
    expected: dict[str, Any] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)


class Suite(Frozen):
    """A named set of cases with one task, and the goals its scores are held to."""

    suite: str
    about: str
    task: Literal["read", "design", "compare", "search", "cite", "mine", "invert"]
    scores: dict[str, Goal]
    cases: tuple[SuiteCase, ...]


def suite_names() -> list[str]:
    """The suites there are, in alphabetical order."""
    return sorted(p.stem for p in CASES.glob("*.yaml"))


def load_suite(name: str) -> Suite:
    """Read a suite.

    Raises:
        BadInput: there is no suite of that name; the message lists those there are.
    """
    if name not in suite_names():
        raise BadInput(f"there is no suite {name!r}; the suites are {', '.join(suite_names())}")
    data = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return Suite.model_validate(data)
