"""Requirement sets whose answer is known: how they are made, and how a search for one is scored."""

import numpy as np
import pytest

from evals.brute_force import Pool, non_dominated
from evals.held_back import ASKED, FOLDER, SIZES, hidden_design, requirements_of
from evals.inverse import frozen_sets
from evals.inverse_sets import beyond_set
from evals.scorers.inverse import Inverted, enough_distinct, hit, recognised, verified_share
from evals.suites import load_suite
from knowledge.parameters import SYSTEMS
from tools.failures import ToolFailure
from tools.simulate.buildup import build_up

CASE = Inverted(feasible=True, level="easy", wanted=24, offered=24, keeping=22, distinct=20, simulated=40, labels=0,
                searched_s=5.0, wall_s=9.0, systems=("lfp_graphite",))


@pytest.mark.parametrize("kind", list(SIZES))
def test_hidden_designs_lie_within_their_systems_ranges(kind):
    draw = np.random.default_rng(1)
    built = 0
    for key, known in SYSTEMS.items():
        design = hidden_design(draw, known, kind)
        low, high = known.design_ranges["positive_radius_um"]
        assert design.pair.system == key and low <= design.pair.positive.particle_radius_um <= high
        try:
            built += build_up(design).mass_g > 0
        except ToolFailure:
            continue
    assert built


@pytest.mark.parametrize("name", ["feasible", "infeasible"])
def test_frozen_sets_are_requirements_of_the_vocabulary(name):
    sets = frozen_sets(str((FOLDER / f"{name}.yaml").relative_to(FOLDER.parents[2])))
    assert len(sets) >= 100
    assert len({(s["system"], s["format"]) for s in sets.values()}) >= (12 if name == "feasible" else 3)
    for entry in sets.values():
        found = requirements_of(entry["requirements"])
        assert {r.metric for r in found} & set(ASKED)


def test_what_another_point_beats_in_every_metric_is_no_front():
    points = np.array([[5.0, 1.0], [6.0, 2.0], [7.0, 1.5], [9.0, 3.0], [1.0, np.nan]])   # mass, capacity
    assert non_dominated(points).tolist() == [0, 1, 3]


@pytest.fixture
def found():
    """A pool of four designs; the last one is a child of others."""
    values = np.array([[60.0, 4.0, 240.0, 600.0, 20.0, 20.0], [58.0, 3.0, 200.0, 500.0, 10.0, 15.0],
                       [70.0, 5.0, 260.0, 700.0, 40.0, np.nan], [60.0, 4.4, 264.0, 660.0, 20.0, 20.0]])
    return Pool("lfp_graphite", "cylindrical", (21.1, 70.1), np.full((4, 9), 0.5), values,
                np.array([True, True, True, False]))


def test_a_share_counts_random_designs_only(found):
    names = ("capacity", "dcir")
    assert found.share(names, np.array([3.9, 20.0])) == pytest.approx(1 / 3)
    assert found.share(names, np.array([2.0, 50.0])) == 1.0


def test_how_far_a_set_lies_beyond_is_what_every_bound_could_be_loosened_by(found):
    bounds = np.array([5.0, 20.0])
    assert found.beyond(("capacity", "dcir"), bounds) == pytest.approx(0.12)
    assert found.beyond(("capacity", "dcir"), np.array([4.0, 20.0])) <= 0
    assert found.beyond(("fast_charge_time",), np.array([10.0])) == pytest.approx(0.5)


def test_a_set_beyond_the_front_fixes_the_size_and_is_kept_by_no_design(found):
    made = beyond_set(np.random.default_rng(0), found)
    assert made["beyond_pct"] >= 10
    asked = {e["metric"]: e["value"] for e in made["requirements"] if e["metric"] in ASKED}
    assert found.share(tuple(asked), np.array(list(asked.values()))) == 0
    sizes = [e for e in made["requirements"] if e["metric"] in {"diameter", "height"}]
    assert [e["comparator"] for e in sizes] == ["tolerance", "tolerance"]


def test_a_feasible_set_is_scored_by_what_was_verified():
    assert hit(CASE, None).value == 1.0 and verified_share(CASE, None).value == pytest.approx(22 / 24)
    assert enough_distinct(CASE, None).value == 1.0
    assert not recognised(CASE, None).scored


def test_an_infeasible_set_is_scored_by_what_was_not_found():
    from dataclasses import replace

    beyond = replace(CASE, feasible=False, keeping=0)
    assert recognised(beyond, None).value == 1.0 and not hit(beyond, None).scored
    assert recognised(replace(beyond, keeping=1), None).value == 0.0


def test_the_suites_name_sets_that_exist():
    for name in ("inverse_design", "inverse_design_short"):
        for case in load_suite(name).cases:
            assert case.name in frozen_sets(case.document)
