"""The nearest designs sharpened by the simulator's own slopes."""

import numpy as np
import pytest

from tests.tools.optimise.analytic import AnalyticSimulator
from tests.tools.optimise.test_search import SYSTEMS, drone
from tools.generate.space import spaces_for
from tools.optimise.forward import Builder
from tools.optimise.polish import DIFFERENCE, best_step, polish, slopes
from tools.optimise.prediction import Recorder
from tools.optimise.rounds import Search
from tools.optimise.search import steering_asks
from tools.tool import silent


def test_the_step_closes_what_the_slopes_can_close():
    step = best_step(np.array([-0.05, 0.2]), np.array([[1.0, 0.5], [-1.0, 0.0]]), np.array([0.5, 0.5]), 0.1, room=0.0)
    assert (np.abs(step) <= 0.1 + 1e-9).all() and step @ [1.0, 0.5] >= 0.05 - 1e-9 and step[0] <= 0.2


def test_the_step_stays_in_the_box_and_in_the_region():
    step = best_step(np.array([-1.0]), np.array([[1.0, -1.0]]), np.array([0.97, 0.5]), 0.1)
    assert step == pytest.approx([0.03, -0.1])


def test_two_bounds_that_exclude_each_other_leave_the_least_sum():
    # x ≥ 0.6 and x ≤ 0.5: every x between is as good, none outside.
    step = best_step(np.array([-0.3, 0.2]), np.array([[1.0], [-1.0]]), np.array([0.3]), 0.5, room=0.0)
    assert 0.2 - 1e-9 <= step[0] <= 0.3 + 1e-9


class Knowing(AnalyticSimulator):
    """A predictor that is the simulator itself."""

    models = {}

    def learn(self, known):
        pass


@pytest.fixture
def run():
    asked = drone()
    spaces = spaces_for(asked, SYSTEMS[:1], ["pouch"])
    found = Search(asked, steering_asks(asked), spaces, Recorder(AnalyticSimulator()), Knowing(), Builder(), 0, silent)
    found.survey()
    found.simulate(found.proposals(found.territories[0], spaces[0].sobol(8, seed=3)), 1)
    return found


def test_near_designs_are_led_to_what_is_asked(run):
    before = min(t.verdict.violation for t in run.tried)
    assert before > 0.05 and not run.meeting()
    made = polish(run, 5)
    assert made == sum(t.round == 5 for t in run.tried) and run.meeting()
    assert run.log[-1].step == "round 5: sharpen" and run.log[-1].kept >= 1


def test_slopes_are_those_of_the_simulator(run):
    tried = run.tried[0]
    slope = slopes(run, [tried])[0]
    space = run.territories[0].space
    assert slope.shape == (len(run.targets), len(space.variables))
    mass = [t.requirement.metric for t in run.targets].index("mass")
    i = [v.name for v in space.variables].index("positive_foil_um")
    ends = []
    for sign in (-1, 1):
        x = tried.vector.copy()
        x[i] += sign * DIFFERENCE
        ends.append((400.0 - run.builder(space.design(x)).mass_g) / 400.0)
    assert slope[mass, i] == pytest.approx((ends[1] - ends[0]) / (2 * DIFFERENCE))
