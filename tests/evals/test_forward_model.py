"""The suite of the batched DFN: references that are there, scorers by hand, and one small case in earnest."""

import json
import math

import pytest

from evals.forward_model import Judged, Solved, against_finer_mesh, against_reference, unsolved_of_wide, wide_points
from evals.forward_reference import FOLDER
from evals.scorers.forward_model import (
    covered,
    depleted_close,
    estimate_over_error,
    settled,
    undepleted_close,
    unsolved,
    voltage_rmse_mV,
)
from evals.suites import REPO, load_suite

pytestmark = pytest.mark.timeout(900)
CASE = Solved((Judged(0, False, 0.1, 0.2, 2.0), Judged(1, False, -0.7, 0.2, 4.0),
               Judged(2, True, 0.4, 0.1, math.nan)), 1, 0, 4)


def test_scores_of_a_case_by_hand():
    assert undepleted_close(CASE, {}).value == 0.5 and depleted_close(CASE, {}).value == 1.0
    assert covered(CASE, {}).value == pytest.approx(1 / 3)
    assert voltage_rmse_mV(CASE, {}).value == 4.0
    assert unsolved(CASE, {}).value == 0 and settled(CASE, {}).value == 0.75
    assert estimate_over_error(CASE, {}).value == pytest.approx(2 / 7)
    assert not undepleted_close(Solved((), 0, 0, 10), {}).scored


def test_every_case_of_the_suite_has_its_file():
    suite = load_suite("forward_model")
    assert all((REPO / case.document).is_file() for case in suite.cases)
    for path in FOLDER.glob("*.json"):
        stored = json.loads(path.read_text())
        assert stored["count"] == len(stored["rows"]) >= 20


def test_a_reference_file_is_met():
    found = against_reference(FOLDER / "nmc811_graphite_siox_1C.json", "search")
    assert found.simulated == 20 and found.unsolved == 0 and len(found.judged) >= 18
    assert max(abs(j.error_pct) for j in found.judged) < 0.1


def test_wide_ranges_are_wide_and_solved():
    points = wide_points("nmc532_graphite", 40, 5)
    assert min(p.rate_C for p in points) < 1 and max(p.rate_C for p in points) > 5
    assert unsolved_of_wide("nmc532_graphite", 40, 5)[0] == 0


def test_estimates_hold_against_a_finer_mesh():
    found = against_finer_mesh("nmc532_graphite", 1.0, 12, 6)
    assert len(found.judged) == 12 and found.unsolved == 0 and found.unsettled == 0
    assert max(abs(j.error_pct) for j in found.judged) < 0.1 and covered(found, {}).value > 0.8
