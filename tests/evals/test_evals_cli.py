"""`cellwright evals`: what it prints and how it exits."""

import json

import pytest
from typer.testing import CliRunner

import evals.cli
import evals.run
import evals.scoreboard
from evals.run import SuiteResult
from evals.score import Score, unscored

RUNNER = CliRunner()


def result(passed: bool) -> SuiteResult:
    return SuiteResult(
        suite="requirements", scores={"f1": 0.5, "precision": float("nan")},
        goals={"f1": {"comparator": ">=", "goal": 0.9, "met": passed}}, passed=passed,
        cases={"one": {"f1": Score(0.5, "half [of] it"), "precision": unscored("nothing read")}},
    )


@pytest.fixture
def board(tmp_path, monkeypatch):
    path = tmp_path / "scoreboard.jsonl"
    monkeypatch.setattr(evals.scoreboard, "scoreboard_path", lambda: path)
    return path


@pytest.fixture
def outcome(monkeypatch):
    def choose(passed: bool) -> None:
        monkeypatch.setattr(evals.run, "run_suite", lambda suite, rows=None: result(passed))
    return choose


def call(*words):
    return RUNNER.invoke(evals.cli.app, ["evals", *words])


def test_list_names_the_suites():
    answer = call("list", "--json")
    assert answer.exit_code == 0
    listed = {s["suite"]: s for s in json.loads(answer.stdout)}
    assert {"requirements", "end_to_end"} <= set(listed)
    assert listed["requirements"]["goals"]["injections_obeyed"] == "<= 0"
    assert "requirements" in call("list").stdout


def test_an_unknown_suite_exits_2_with_the_list(board):
    answer = call("run", "nonsense")
    assert answer.exit_code == 2
    assert "end_to_end" in answer.stderr
    assert not board.exists()


def test_a_missed_goal_exits_1_and_prints_json(board, outcome):
    outcome(passed=False)
    answer = call("run", "requirements", "--json")
    assert answer.exit_code == 1
    printed = json.loads(answer.stdout)
    assert set(printed) == {"suite", "n", "scores", "goals", "passed"}
    assert printed["scores"] == {"f1": 0.5, "precision": None}
    assert len(board.read_text(encoding="utf-8").splitlines()) == 1


def test_a_passed_suite_exits_0_and_prints_a_table(board, outcome):
    outcome(passed=True)
    answer = call("run", "requirements")
    assert answer.exit_code == 0
    assert "not scored" in answer.stdout
    assert "half [of] it" in answer.stdout
    assert "met" in answer.stdout


def test_without_a_name_every_suite_is_run(board, outcome):
    outcome(passed=True)
    answer = call("run", "--json")
    assert answer.exit_code == 0
    assert len(json.loads(answer.stdout)) == len(board.read_text(encoding="utf-8").splitlines()) >= 2
