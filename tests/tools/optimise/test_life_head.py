"""The forward model's head for life: what it reads of ageing runs, what it gives back, and how near it comes."""

import numpy as np
import pytest

from knowledge.ask import Ask
from knowledge.protocol import CycleAgeing
from tools.generate.electrodes import electrode_space
from tools.optimise.database import Database
from tools.optimise.features import features_for
from tools.optimise.forward import Needed, forward_models
from tools.optimise.life import foreseen
from tools.optimise.prediction import LONGEST, SurrogateSimulator, head_values
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.point import LEFT_WORDS, Outcome
from tools.tool import silent

KEY = "nmc532_graphite"
PROTOCOL = CycleAgeing(charge_C=0.5, discharge_C=1.0, max_cycles=1500)
pytestmark = pytest.mark.timeout(900)  # the solver that ages is compiled where it was not yet


def lives(*outcomes):
    names = sorted({n for o in outcomes for n in o})
    return head_values(PROTOCOL, names, np.array([[o.get(n, np.nan) for n in names] for o in outcomes]))[:, 0]


def test_a_life_is_read_off_or_told_by_what_was_lost():
    ended = {"cycles": 640.0, "last_cycle": 650.0, "capacity_retention_pct": 79.5}
    half = {"last_cycle": 1500.0, "capacity_retention_pct": 90.0}
    hardly = {"last_cycle": 1500.0, "capacity_retention_pct": 99.99}
    gaining = {"last_cycle": 1500.0, "capacity_retention_pct": 101.0}
    assert lives(ended, half, hardly) == pytest.approx([640.0, 3000.0, LONGEST * 1500.0])
    assert np.isnan(lives(ended, gaining)[1])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The head from 96 lives of one system, and its space and features."""
    class Space:
        system, electrodes = KEY, electrode_space(KEY)

    database = Database(tmp_path_factory.mktemp("database"), BatchedSimulator(None))
    models, labels, log = forward_models([Space], [Needed(KEY, PROTOCOL, None)], database, 96, silent)
    assert len(labels[0].x) == 96 and "cycles_to_end" in log[0].note
    return models


def held_out(count=12):
    space = electrode_space(KEY)
    features = features_for(space, PROTOCOL, None)
    return [features.point(space, u) for u in features.sobol(64, seed=20261129)[-count:]]


def test_lives_of_unseen_designs_are_foreseen(model):
    points = held_out()
    found = BatchedSimulator(None).simulate(points, PROTOCOL)
    names = ("capacity_retention_pct", "cycles", "last_cycle")
    wanted = head_values(PROTOCOL, names, np.array([[o.values.get(n, np.nan) for n in names] for o in found]))[:, 0]
    foretold = SurrogateSimulator(model).simulate(points, PROTOCOL)
    given = head_values(PROTOCOL, names, np.array([[o.values.get(n, np.nan) for n in names] for o in foretold]))[:, 0]
    assert np.ptp(np.log(wanted)) > 0.2  # they do differ
    assert np.abs(np.log(given / wanted)).max() < 0.1 and np.median(np.abs(np.log(given / wanted))) < 0.03


def test_a_run_teaches_the_head_but_an_unanswered_one_does_not(model):
    predictor, point = SurrogateSimulator(dict(model)), held_out(1)[0]
    before = predictor.simulate([point], PROTOCOL)[0].values["cycles"]
    predictor.learn({PROTOCOL: {point: Outcome(status="failed", note="aged later")}})
    assert predictor.simulate([point], PROTOCOL)[0].values["cycles"] == before
    shorter = {"cycles": 0.7 * before, "last_cycle": 0.7 * before, "capacity_retention_pct": 80.0}
    predictor.learn({PROTOCOL: {point: Outcome(status="ok", values=shorter)}})
    after = predictor.simulate([point], PROTOCOL)[0].values["cycles"]
    assert 0.7 * before < after < 0.85 * before  # more than half of the way: a correction is damped


def test_what_follows_from_a_life_is_foreseen_and_nothing_else():
    asks = [Ask(metric=m, unit=u, protocol=PROTOCOL) for m, u in (
        ("cycle_life", "cycle"), ("resistance_growth", "%"), ("capacity_retention", "%"))]
    assert [a.metric for a in foreseen(asks)] == ["cycle_life", "capacity_retention"]


def test_a_cycle_in_amperes_is_another_protocol_for_each_design_and_not_foreseen():
    told = [{"charge_A": 4.0, "discharge_A": 10.0}, {"current_A": 4.0}, {"discharge_A": 10.0, "discharge_C": 1.0}]
    asks = [Ask(metric="cycle_life", unit="cycle", protocol=PROTOCOL, conditions=c) for c in told]
    assert foreseen(asks) == (asks[2],)


def test_the_solver_alone_leaves_unsolved_lives_and_says_so(monkeypatch):
    monkeypatch.setattr("tools.simulate.batched.batched_simulator.solved", lambda points, *_: ["stuck"] * len(points))
    found = BatchedSimulator(None).simulate(held_out(3), PROTOCOL)
    assert all(o.status == "failed" and o.note == f"{LEFT_WORDS}: stuck" for o in found)


def test_no_more_than_two_unsolved_lives_of_a_call_go_to_the_reference(monkeypatch):
    class Reference:
        name = "reference"

        def simulate(self, points, protocol, mesh="search", curves=False):
            return [Outcome(status="ok", values={"cycles": 500.0})] * len(points)

    monkeypatch.setattr("tools.simulate.batched.batched_simulator.solved", lambda points, *_: ["stuck"] * len(points))
    found = BatchedSimulator(Reference()).simulate(held_out(5), PROTOCOL)
    assert [o.status for o in found].count("ok") == 2
    assert all(o.note.startswith(LEFT_WORDS) for o in found if o.status == "failed")
