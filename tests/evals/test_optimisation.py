"""The suite that compares optimisers: its problems, its counting, and how it is scored."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from evals import against_pybop, front_runs, optimisation
from evals.optimisation import METHODS, PROBLEMS, Compared, Lab, Trace, at_random, near_the_best, reference_of, scored
from evals.scorers.optimisation import SCORERS
from evals.suites import load_suite
from tests.tools.optimise.analytic import AnalyticSimulator

BY_NAME = {s.name: s for s in SCORERS}
CASE = Compared("NCA pouch", {"random": {80: [0.5, 0.7]}, "pymoo NSGA-II": {80: [0.8, 0.8]},
                              "this front": {80: [0.9, 1.0]}}, {}, ("other",))


def test_the_front_is_held_against_the_best_other_method():
    ahead = BY_NAME["ahead_80"](CASE, None)
    assert ahead.value == pytest.approx(0.15) and "0.950 against 0.800 of pymoo NSGA-II" in ahead.reason
    words = BY_NAME["front_80"](CASE, None).reason
    assert words.startswith("this front 0.950 ± 0.050 (n=2); pymoo NSGA-II") and "other: not installed" in words


def test_what_was_not_run_is_not_scored():
    assert math.isnan(BY_NAME["ahead_160"](CASE, None).value)
    assert math.isnan(BY_NAME["from_nothing_80"](CASE, None).value)


def test_every_problem_has_a_brute_force_front_and_a_case():
    names = [c.name for c in load_suite("optimisation").cases]
    assert names == list(PROBLEMS)
    for problem in PROBLEMS.values():
        edge, reference = reference_of(problem)
        assert edge.shape[1] == len(problem.objectives) and (edge < reference).all()


def test_the_brute_force_front_scores_one_against_itself(monkeypatch):
    edge, _ = reference_of(PROBLEMS["NCA pouch"])
    monkeypatch.setattr(optimisation, "BUDGETS", (len(edge),))
    monkeypatch.setitem(METHODS, "random", (at_random, len(edge)))
    found = scored("NCA pouch", [Trace("random", 0, edge, np.zeros(len(edge)), 1.0),
                                 Trace("random", 1, edge, np.ones(len(edge)), 1.0)])
    assert found.volumes["random"][len(edge)] == [1.0, 0.0]


def test_runs_are_kept_one_by_one_and_no_run_is_made_twice(tmp_path, monkeypatch, capsys):
    edge, _ = reference_of(PROBLEMS["NCA pouch"])
    made = []

    def two_designs(lab, budget, seed, context):
        made.append(seed)
        lab.values, lab.violation = [edge[seed], edge[-1]], [0.0, 1.0]

    monkeypatch.setitem(METHODS, "random", (two_designs, 160))
    monkeypatch.setattr("tools.simulate.pool.search_simulator", lambda context: AnalyticSimulator())
    monkeypatch.setattr(optimisation, "Lab", lambda problem, simulator: SimpleNamespace(values=[], violation=[]))
    asked = ["--home", str(tmp_path), "--folder", str(tmp_path / "runs"), "--problems", "NCA pouch"]
    front_runs.main([*asked, "--methods", "random", "--seeds", "0", "1"])
    front_runs.main([*asked, "--methods", "random", "--seeds", "1", "2"])
    assert made == [0, 1, 2]
    held = front_runs.kept(tmp_path / "runs" / "NCA_pouch.jsonl")
    assert [r.seed for r in held] == made and np.allclose(held[2].values, [edge[2], edge[-1]])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("| random | 0.") and last.split(" | ")[3] == "3"


def test_a_method_gets_its_budget_and_no_more():
    lab = Lab(PROBLEMS["mixed 21700"], AnalyticSimulator())
    lab.run.spaces = tuple(s for s in lab.run.spaces if s.system != "nmc532_graphite")  # the stand-in knows two
    near_the_best(lab, 24, 0, None)
    assert len(lab.values) == len(lab.violation) == 24
    assert lab.dimensions == lab.genes + 1 and all(len(v) == 3 for v in lab.values)


def test_methods_that_need_a_package_are_named_where_it_is_missing(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert optimisation.absent_methods() == ("pymoo NSGA-II",) and "pymoo NSGA-II" in METHODS


def test_the_rounds_find_the_top_of_a_known_hill_and_without_pybop_the_comparison_says_so(monkeypatch, capsys):
    best = against_pybop.ours(lambda u: 300 - 50 * ((u - 0.3) ** 2).sum(1), 40, 0)
    assert best == pytest.approx(300, abs=0.01)
    monkeypatch.delenv("CELLWRIGHT_PYBOP_PYTHON", raising=False)
    against_pybop.main([])
    assert "PyBOP was not there" in capsys.readouterr().out
