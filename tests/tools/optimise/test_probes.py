"""Probes of a front's round: near the front but for one variable, few, and in spaces that nothing was simulated in."""

import numpy as np
import pytest

from tests.tools.optimise.analytic import AnalyticSimulator
from tests.tools.optimise.test_search import drone
from tools.optimise.front import FindFront, _prepared
from tools.optimise.front_rounds import corners
from tools.optimise.probes import PROBES, probes
from tools.tool import Context

BOTH = ("lfp_graphite", "nmc811_graphite_siox")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A front's search over two systems, with eight designs simulated in one of them."""
    request = FindFront(requirements=drone(specific_energy=150.0, minutes=40.0), systems=BOTH, formats=("pouch",),
                        objectives=("specific_energy", "fast_charge_time"), labels=64)
    found = _prepared(request, Context(home=tmp_path_factory.mktemp("home"), seed=1), AnalyticSimulator(), "")
    g = next(i for i, ground in enumerate(found.grounds) if ground.space.system == BOTH[1])
    able = np.flatnonzero(found.short(found.grounds[g].seen.margins) <= 0)[:8]
    found.simulate([(g, found.grounds[g].x[i].copy()) for i in able], 1)
    assert any(t.able for t in found.tested) and {t.ground for t in found.tested} == {g}
    return found


def test_a_probe_differs_from_a_design_of_the_front_in_one_variable(run):
    ideal, reference = corners(run.front_values())
    found = probes(run, 1, ideal, reference, 16)
    assert 1 <= len(found) <= PROBES
    for g, u in found:
        assert min(int((np.abs(u - t.vector) > 1e-12).sum()) for t in run.tested if t.ground == g) == 1


def test_a_space_without_a_simulated_design_is_probed_from_the_second_round_on(run):
    ideal, reference = corners(run.front_values())
    g = 1 - run.tested[0].ground
    assert g not in {ground for ground, _ in probes(run, 1, ideal, reference, 16)}
    assert sum(ground == g for ground, _ in probes(run, 2, ideal, reference, 16)) == PROBES


def test_probes_are_a_quarter_of_a_round_at_most(run):
    ideal, reference = corners(run.front_values())
    assert len(probes(run, 2, ideal, reference, 8)) == 2 and probes(run, 2, ideal, reference, 3) == []


def test_the_same_round_is_probed_alike(run):
    ideal, reference = corners(run.front_values())
    once, again = (probes(run, 2, ideal, reference, 16) for _ in range(2))
    assert [g for g, _ in once] == [g for g, _ in again]
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(once, again, strict=True))
