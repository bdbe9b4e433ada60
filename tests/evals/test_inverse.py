"""Requirement sets whose answer is known: how they are made, and how a search for one is scored."""

import numpy as np
import pytest

from evals.brute_force import non_dominated
from evals.held_back import ASKED, FOLDER, SIZES, hidden_design, requirements_of
from evals.inverse import frozen_sets
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


def test_what_every_other_point_beats_is_no_front():
    points = np.array([[1.0, 5.0], [2.0, 6.0], [1.5, 7.0], [3.0, 9.0], [np.nan, 1.0]])
    assert non_dominated(points).tolist() == [[1.0, 5.0], [2.0, 6.0], [3.0, 9.0]]


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
