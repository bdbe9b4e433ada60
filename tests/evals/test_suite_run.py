"""Suites: loading, running with pydantic-evals, goals, NaN, and the scoreboard."""

import json
import math

import pytest

from evals import scoreboard
from evals.run import SCORERS, run_suite
from evals.score import Score, Scorer, share, unscored, wilson
from evals.scoreboard import append
from evals.suites import REPO, Goal, Suite, load_suite, suite_names
from tools.failures import BadInput, StoreBroken


def suite(goal: float = 0.5, names=("a", "b")) -> Suite:
    return Suite.model_validate({
        "suite": "small", "about": "for tests", "task": "read",
        "scores": {"mean": {"scorer": "length", "goal": goal}, "worst": {"scorer": "length", "over_cases": "min"}},
        "cases": [{"name": n, "document": n * (i + 1)} for i, n in enumerate(names)],
    })


def length(output, _expected):
    return unscored("nothing there") if not output else Score(float(len(output)), f"{len(output)} long")


JUDGES = (Scorer("length", "7", length),)


def run(one: Suite, task=lambda c: c.document):
    return run_suite(one, task=task, scorers=JUDGES)


def test_a_suite_gives_value_reason_and_version():
    result = run(suite())
    assert (result.n, result.passed) == (2, True)
    assert result.scores == {"mean": 1.5, "worst": 1.0, "failed_cases": 0.0}
    assert result.cases["b"]["length"] == Score(2.0, "2 long")
    assert result.scorers == {"length": "7"}
    assert list(result.summary()) == ["suite", "n", "scores", "goals", "passed"]


def test_a_missed_goal_fails_the_suite():
    result = run(suite(goal=1.6))
    assert not result.passed
    assert result.goals["mean"] == {"comparator": ">=", "goal": 1.6, "met": False}


def test_what_could_not_be_scored_is_nan_and_left_out_of_the_mean():
    result = run(suite(), task=lambda c: "" if c.name == "a" else c.document)
    assert math.isnan(result.cases["a"]["length"].value)
    assert result.cases["a"]["length"].reason == "nothing there"
    assert result.scores["mean"] == 2.0
    assert result.passed


def test_a_suite_without_any_score_meets_no_goal_and_prints_null():
    result = run(suite(), task=lambda c: "")
    assert math.isnan(result.scores["mean"])
    assert not result.passed
    assert json.loads(json.dumps(result.summary(), allow_nan=False))["scores"]["mean"] is None


def test_a_case_that_fails_is_not_scored_and_fails_the_suite():
    def task(case):
        if case.name == "a":
            raise ValueError("cannot read it")
        return case.document

    result = run(suite(), task=task)
    assert math.isnan(result.cases["a"]["length"].value)
    assert "cannot read it" in result.cases["a"]["length"].reason
    assert (result.scores["mean"], result.scores["failed_cases"], result.passed) == (2.0, 1.0, False)


def test_a_scorer_that_fails_is_not_scored_and_fails_the_suite():
    def broken(output, _expected):
        raise ZeroDivisionError("judge")

    result = run_suite(suite(), task=lambda c: c.document, scorers=(Scorer("length", "1", broken),))
    assert math.isnan(result.cases["a"]["length"].value)
    assert not result.passed


@pytest.mark.parametrize(("fold", "value"), [("mean", 2.0), ("min", 1.0), ("max", 3.0), ("sum", 4.0)])
def test_cases_are_folded_without_the_unscored(fold, value):
    assert Goal(scorer="s", over_cases=fold).aggregate([1.0, math.nan, 3.0]) == value


def test_a_share_of_nothing_is_nan():
    assert share(1, 4, "things").value == 0.25
    assert math.isnan(share(0, 0, "things").value)


def test_every_suite_loads_and_its_files_and_scorers_exist():
    assert {"requirements", "end_to_end"} <= set(suite_names())
    for name in suite_names():
        one = load_suite(name)
        known = {s.name for s in SCORERS[one.task]}
        assert {g.scorer for g in one.scores.values()} <= known
        assert len({c.name for c in one.cases}) == len(one.cases)
        for case in one.cases:
            assert (REPO / case.document).is_file(), case.document
            assert case.gold is None or (REPO / case.gold).is_file(), case.gold


def test_an_unknown_suite_is_bad_input_with_the_list():
    with pytest.raises(BadInput, match="requirements"):
        load_suite("../requirements")


def test_each_run_adds_a_line_with_date_commit_and_versions(tmp_path):
    board = tmp_path / "deep" / "scoreboard.jsonl"
    append(run(suite()), board)
    append(run(suite(), task=lambda c: ""), board)
    first, second = [json.loads(line) for line in board.read_text(encoding="utf-8").splitlines()]
    assert first["scores"]["mean"] == 1.5
    assert second["scores"]["mean"] is None
    assert first["scorers"] == {"length": "7"}
    assert first["date"] and first["versions"]["pydantic-evals"]
    assert "commit" in first


def test_outside_a_checkout_the_scoreboard_lies_at_home(tmp_path, monkeypatch):
    monkeypatch.setattr(scoreboard, "REPO", tmp_path / "installed")
    monkeypatch.setenv("CELLWRIGHT_HOME", str(tmp_path / "home"))
    assert scoreboard.scoreboard_path() == (tmp_path / "home" / "scoreboard.jsonl").resolve()


def test_a_scoreboard_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreBroken, match="CELLWRIGHT_HOME"):
        append(run(suite()), tmp_path / "file" / "scoreboard.jsonl")


@pytest.mark.parametrize(("kept", "of", "low", "high"), [
    (0, 10, 0.0, 0.2775), (15, 20, 0.5313, 0.8881), (36, 36, 0.9036, 1.0),
])
def test_wilsons_interval(kept, of, low, high):
    # By hand: 15 of 20 has centre (0.75 + 3.8415/40)/(1 + 3.8415/20) = 0.7097.
    assert wilson(kept, of) == pytest.approx((low, high), abs=1e-3)
    assert all(math.isnan(v) for v in wilson(0, 0))


def test_scores_that_say_yes_or_no_get_an_interval():
    yes = Scorer("length", "7", lambda output, _: Score(float(output != "a"), "x"))
    result = run_suite(suite(names="abcdefghijkl"), task=lambda c: c.name, scorers=(yes,))
    low, high = result.intervals["mean"]
    assert low < 11 / 12 < high < 1 and "worst" not in result.intervals
    assert result.summary()["intervals_95"]["mean"] == [low, high]
    assert run(suite()).intervals == {}


def test_every_case_is_written_down_as_it_ends(tmp_path):
    def task(case):
        if case.name == "b":
            raise ValueError("broken")
        return case.name

    yes = Scorer("yes", "1", lambda output, _: Score(float(output != "a"), "x"))
    run_suite(suite(names="ab"), task=task, scorers=(yes,), rows=tmp_path / "rows.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [r["case"] for r in rows] == ["a", "b"]
    assert rows[0]["scores"]["yes"][0] == 0.0 and rows[1]["scores"] == "the case failed"
