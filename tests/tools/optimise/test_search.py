"""The whole search on an analytic simulator: what random designs miss is found, what cannot be is recognised."""

import pytest

from knowledge.requirement import Requirement, SourceSpan
from tests.tools.optimise.analytic import AnalyticSimulator
from tools.failures import BadInput, Infeasible
from tools.optimise.search import SearchDesigns, search
from tools.tool import Context

SPAN = SourceSpan(document="ask.md", quote="x")


def ask(id, metric, comparator, value, unit, priority="must", **conditions):
    return Requirement(id=id, metric=metric, comparator=comparator, value=value, unit=unit, priority=priority,
                       source=SPAN, conditions=conditions)


def drone(specific_energy=258.0, minutes=18.0):
    return (
        ask("R1", "capacity", ">=", 22.0, "Ah", rate_C=1 / 3), ask("R3", "mass", "<=", 400.0, "g"),
        ask("R2", "specific_energy", ">=", specific_energy, "Wh/kg", rate_C=1 / 3),
        ask("R4", "fast_charge_time", "<=", minutes, "min", soc_from_pct=10.0, soc_to_pct=80.0),
        ask("R5", "thickness", "<=", 10.0, "mm"), ask("R6", "width", "<=", 90.0, "mm"),
        ask("R7", "standard_compliance", "required", "UN 38.3", None),
    )


SYSTEMS = ("nmc811_graphite_siox", "lfp_graphite")


def run(home, requirements, systems=SYSTEMS, seed=0, simulator=None, **more):
    request = SearchDesigns(requirements=requirements, systems=systems, formats=("pouch",), designs=6, simulations=64,
                            **more)
    return search(request, Context(home=home, seed=seed), simulator or AnalyticSimulator(), origin="test")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def feasible(home):
    return run(home, drone())


def test_designs_that_keep_every_must_are_found_where_no_random_one_does(feasible):
    survey = [s for s in feasible.log if s.step == "survey" and s.system == SYSTEMS[0]]
    assert survey[0].count == 512 and survey[0].kept == 0
    assert feasible.meeting >= 6 and not feasible.exhausted and feasible.feasible_predicted
    assert all(c.meets and c.violation == 0 for c in feasible.candidates)
    assert len(feasible.candidates) == 6


def test_most_of_what_is_expected_to_serve_does(feasible):
    tried = [s for s in feasible.simulated if s.space.startswith(SYSTEMS[0])]
    assert sum(s.meets for s in tried) / len(tried) > 0.9


def test_the_candidates_are_distinct_by_definition(feasible):
    assert all(c.distance.kind in {"system", "format", "layers", "variables"} for c in feasible.candidates)
    assert len({c.design.id for c in feasible.candidates}) == 6


def test_predictions_are_marked_as_such_and_agree(feasible):
    for candidate in feasible.candidates:
        for predicted, found in zip(candidate.predictions, candidate.figures, strict=True):
            assert predicted.metric == found.metric
            assert predicted.method != "dfn" and found.method in {"dfn", "build-up"}
            if found.value:
                assert predicted.value == pytest.approx(found.value, rel=0.05)


def test_a_system_that_cannot_serve_is_tried_and_logged(feasible):
    lfp = [s for s in feasible.simulated if s.space.startswith("lfp")]
    assert lfp and not any(s.meets for s in lfp)
    assert any(s.system == "lfp_graphite" and "simulate" in s.step and "violation" in s.note for s in feasible.log)


def test_same_seed_and_database_give_the_same_result_and_simulate_no_label_again(home, feasible):
    simulator = AnalyticSimulator()
    again = run(home, drone(), simulator=simulator)
    assert again.candidates == feasible.candidates and again.simulated == feasible.simulated
    assert again.database_digest == feasible.database_digest
    assert again.labels_fresh == 0 and simulator.points == again.simulations


def test_an_infeasible_ask_is_recognised_and_the_nearest_designs_are_returned(home):
    found = run(home, drone(specific_energy=330.0, minutes=14.0), systems=SYSTEMS[:1])
    assert found.exhausted and found.meeting == 0 and not found.feasible_predicted
    assert not any(s.meets for s in found.simulated)
    rounds = [s for s in found.log if s.step.startswith("round") and s.step.endswith("simulate")]
    assert len(rounds) == 3
    violations = [s.violation for s in found.simulated]
    assert found.candidates[0].violation == min(violations) < 0.35
    assert [c.violation > 0 for c in found.candidates] == [True] * 6


def test_wishes_do_not_decide(home):
    wish = ask("R8", "specific_energy", ">=", 400.0, "Wh/kg", "should", rate_C=1 / 3)
    found = run(home, (*drone(specific_energy=200.0, minutes=25.0), wish), systems=SYSTEMS[:1])
    assert found.meeting >= 6


def test_nothing_to_search_for_is_refused(home):
    with pytest.raises(BadInput, match="nothing to search"):
        run(home, (ask("R7", "standard_compliance", "required", "UN 38.3", None),))


def test_a_format_that_does_not_exist_is_named(home):
    request = SearchDesigns(requirements=drone(), systems=SYSTEMS, formats=("spherical",))
    with pytest.raises(BadInput, match="spherical"):
        search(request, Context(home=home), AnalyticSimulator())


def test_a_case_without_room_is_infeasible(home):
    tiny = (ask("R1", "capacity", ">=", 1.0, "Ah"), ask("R2", "thickness", "<=", 0.55, "mm"),
            ask("R3", "width", "<=", 10.5, "mm"), ask("R4", "height", "<=", 10.5, "mm"))
    with pytest.raises(Infeasible, match="no design can be built"):
        run(home, tiny, systems=SYSTEMS[:1])


def test_what_is_proved_impossible_is_logged_and_costs_one_round(home):
    found = run(home, drone(specific_energy=900.0), systems=SYSTEMS[:1])
    first = found.log[0]
    assert first.step == "bounds" and "R2" in first.note and "active materials" in first.note
    rounds = [s for s in found.log if s.step.startswith("round") and s.step.endswith("simulate")]
    assert len(rounds) == 1 and found.exhausted and found.candidates

