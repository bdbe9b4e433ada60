"""Run a suite with pydantic-evals: each case through its task, each output through the scorers, then the goals."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.gold import read_gold
from evals.score import Score, Scorer, unscored, wilson
from evals.scorers import (
    citations,
    claims,
    end_to_end,
    findings,
    forward_model,
    inverse,
    optimisation,
    real_cells,
    requirements,
    retrieval,
)
from evals.suites import REPO, Suite, SuiteCase
from evals.tasks import TASKS

if TYPE_CHECKING:
    from pydantic_evals.evaluators import Evaluator
    from pydantic_evals.reporting import EvaluationReport

SCORERS: dict[str, tuple[Scorer, ...]] = {"read": (*requirements.SCORERS, *findings.SCORERS),
                                        "design": end_to_end.SCORERS,
                                        "compare": real_cells.SCORERS, "search": retrieval.SCORERS,
                                        "cite": citations.SCORERS, "mine": claims.SCORERS, "invert": inverse.SCORERS,
                                        "simulate": forward_model.SCORERS, "optimise": optimisation.SCORERS}
NOT_SCORED = "not scored"
COUNTED = 10  # cases that say yes or no: with fewer an interval says nothing


@dataclass(frozen=True)
class SuiteResult:
    """How a suite went. `cases` maps a case to its scores; `scores` holds one value per goal, NaN where unscored.

    `groups` maps a format or language to the mean of some scores and their number of cases. The cases of a sealed
    suite are counted (`sealed_n`) and not told. `intervals` holds the 95 % interval of each score that says yes or no.
    """

    suite: str
    scores: dict[str, float]
    goals: dict[str, dict[str, Any]]
    passed: bool
    cases: dict[str, dict[str, Score]]
    scorers: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, float]] = field(default_factory=dict)
    sealed_n: int = 0
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many cases there were."""
        return len(self.cases) or self.sealed_n

    def summary(self) -> dict[str, Any]:
        """The JSON of `cellwright evals run`; NaN is null."""
        return {
            "suite": self.suite, "n": self.n, "scores": {k: _plain(v) for k, v in self.scores.items()},
            "goals": self.goals, "passed": self.passed,
            **({"intervals_95": {k: list(v) for k, v in self.intervals.items()}} if self.intervals else {}),
            **({"groups": self.groups} if self.groups else {}),
        }


def run_suite(
    suite: Suite, task: Callable[[SuiteCase], Any] | None = None, scorers: tuple[Scorer, ...] | None = None,
    rows: Path | None = None,
) -> SuiteResult:
    """Run every case of a suite. A case whose task fails is not scored, and a suite with such a case does not pass.

    Args:
        task: in place of the suite's own, for tests.
        scorers: in place of the task's own, for tests.
        rows: a file that gets a JSON line for every case as it ends, so that a long run that stops has told something.
    """
    from pydantic_evals import Case, Dataset

    judges = scorers or SCORERS[suite.task]
    dataset: Dataset[Any, Any, Any] = Dataset(
        name=suite.suite,
        cases=[Case(name=c.name, inputs=c, expected_output=_expected(suite, c)) for c in suite.cases],
        evaluators=[_evaluator(judge) for judge in judges],
    )
    run = task or TASKS[suite.task]
    report = dataset.evaluate_sync(run if rows is None or suite.sealed else _written_down(run, judges, suite, rows),
                                   max_concurrency=1, progress=False)
    return _result(suite, _scores_by_case(suite, report, judges), judges)


def _written_down(task: Callable[[SuiteCase], Any], judges: tuple[Scorer, ...], suite: Suite, rows: Path
                  ) -> Callable[[SuiteCase], Any]:
    """The task, which also writes each case's scores and seconds down."""

    def run(case: SuiteCase) -> Any:
        begun = time.perf_counter()
        row: dict[str, Any] = {"suite": suite.suite, "case": case.name}
        try:
            output = task(case)
            scores = {j.name: j(output, _expected(suite, case)) for j in judges}
            row["scores"] = {name: [_plain(s.value), s.reason] for name, s in scores.items()}
        finally:
            row.setdefault("scores", "the case failed")
            row["wall_s"] = round(time.perf_counter() - begun, 2)
            with rows.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return output

    return run


def _expected(suite: Suite, case: SuiteCase) -> Any:
    if suite.task == "design":
        return end_to_end.Expected.model_validate(case.expected)
    return None


def _evaluator(judge: Scorer) -> Evaluator[Any, Any, Any]:
    from pydantic_evals.evaluators import EvaluationReason, Evaluator, EvaluatorContext

    class Judge(Evaluator[Any, Any, Any]):
        """A plain scorer behind pydantic-evals' interface, which takes no NaN: that becomes a label."""

        def get_default_evaluation_name(self) -> str:
            return judge.name

        def get_evaluator_version(self) -> str:
            return judge.version

        def evaluate(self, ctx: EvaluatorContext[Any, Any, Any]) -> EvaluationReason:
            score = judge(ctx.output, ctx.expected_output)
            return EvaluationReason(score.value if score.scored else NOT_SCORED, score.reason)

    return Judge()


def _scores_by_case(
    suite: Suite, report: EvaluationReport[Any, Any, Any], judges: tuple[Scorer, ...]
) -> dict[str, dict[str, Score]]:
    failures = {f.name: f.error_message for f in report.failures}
    found: dict[str, dict[str, Score]] = {}
    for case in report.cases:
        row = {name: Score(float(result.value), result.reason or "") for name, result in case.scores.items()}
        row.update({name: unscored(result.reason or "") for name, result in case.labels.items()})
        row.update({f.name: unscored(f"the scorer failed: {f.error_message}") for f in case.evaluator_failures})
        found[case.name] = row
    for case_name, message in failures.items():
        found[case_name] = {j.name: unscored(f"the case failed: {message}") for j in judges}
    return {c.name: found[c.name] for c in suite.cases}


def _result(suite: Suite, cases: dict[str, dict[str, Score]], judges: tuple[Scorer, ...]) -> SuiteResult:
    scores: dict[str, float] = {}
    goals: dict[str, dict[str, Any]] = {}
    for name, goal in suite.scores.items():
        value = goal.aggregate([row[goal.scorer].value for row in cases.values() if goal.scorer in row])
        scores[name] = round(value, 4)
        if goal.goal is not None:
            goals[name] = {"comparator": goal.comparator, "goal": goal.goal, "met": goal.met(value)}
    broken = sum(any("failed:" in s.reason and not s.scored for s in row.values()) for row in cases.values())
    scores["failed_cases"] = float(broken)
    goals["failed_cases"] = {"comparator": "<=", "goal": 0.0, "met": broken == 0}
    return SuiteResult(
        suite=suite.suite, scores=scores, goals=goals, passed=all(g["met"] for g in goals.values()),
        cases={} if suite.sealed else cases, sealed_n=len(cases) if suite.sealed else 0,
        scorers={j.name: j.version for j in judges}, groups=_groups(suite, cases), intervals=_intervals(suite, cases),
    )


def _intervals(suite: Suite, cases: dict[str, dict[str, Score]]) -> dict[str, tuple[float, float]]:
    found = {}
    for name, goal in suite.scores.items():
        values = [row[goal.scorer].value for row in cases.values() if goal.scorer in row and row[goal.scorer].scored]
        if goal.over_cases == "mean" and len(values) >= COUNTED and set(values) <= {0.0, 1.0}:
            low, high = wilson(int(sum(values)), len(values))
            found[name] = (round(low, 4), round(high, 4))
    return found


def _groups(suite: Suite, cases: dict[str, dict[str, Score]]) -> dict[str, dict[str, float]]:
    """The mean of the `by_group` scores for each format and each language, with the number of cases."""
    members: dict[str, list[dict[str, Score]]] = {}
    for case in suite.cases if suite.by_group else ():
        language = read_gold(REPO / case.gold).language if case.gold else "unknown"
        for group in (f"format {case.format}", f"language {language}"):
            members.setdefault(group, []).append(cases[case.name])
    found: dict[str, dict[str, float]] = {}
    for group, rows in sorted(members.items()):
        found[group] = {"n": float(len(rows))}
        for name in suite.by_group:
            values = [row[name].value for row in rows if name in row and row[name].scored]
            if values:
                found[group][name] = round(sum(values) / len(values), 4)
    return found


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
