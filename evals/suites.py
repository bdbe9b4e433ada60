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

    @property
    def format(self) -> str:
        """The kind of file, by its suffix."""
        return Path(self.document).suffix.lower().lstrip(".")


class Suite(Frozen):
    """A named set of cases with one task, and the goals its scores are held to.

    `folder` adds every `*.gold.yaml` below it with the document beside it; `cases_of` takes over another suite's cases.
    A `sealed` suite prints and records aggregates only, so that nobody tunes on its cases. `by_group` names the scores
    that are also given for each format and language.
    """

    suite: str
    about: str
    task: Literal["read", "design", "compare", "search", "cite", "mine", "invert", "simulate", "optimise"]
    scores: dict[str, Goal]
    cases: tuple[SuiteCase, ...] = ()
    folder: str | None = None
    cases_of: str | None = None
    sealed: bool = False
    by_group: tuple[str, ...] = ()


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
    suite = Suite.model_validate(data)
    more = load_suite(suite.cases_of).cases if suite.cases_of else ()
    return suite.model_copy(update={"cases": (*suite.cases, *more, *_in_folder(suite))})


def _in_folder(suite: Suite) -> list[SuiteCase]:
    """The cases of a suite's folder, in alphabetical order; a document has the name of its labels."""
    if suite.folder is None:
        return []
    cases = []
    for gold in sorted((REPO / suite.folder).rglob("*.gold.yaml")):
        stem = gold.name.removesuffix(".gold.yaml")
        beside = [p for p in sorted(gold.parent.iterdir()) if p.stem == stem and p.suffix != ".yaml" and p.is_file()]
        if len(beside) != 1:
            raise BadInput(f"{gold.name} needs exactly one document of its name beside it")
        parent = "" if gold.parent == REPO / suite.folder else f"{gold.parent.name}/"
        cases.append(SuiteCase(name=f"{parent}{stem}", document=str(beside[0].relative_to(REPO)),
                               gold=str(gold.relative_to(REPO))))
    return cases
