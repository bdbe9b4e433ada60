"""What each must costs where none can be kept together: prices by simulated designs, and the smallest relaxations."""

import pytest

from tests.tools.optimise.test_search import drone, run
from tools.optimise.prices import RELAXED
from tools.verify.costs import smallest_relaxations
from tools.verify.judge import judge
from tools.verify.rank import kept

HARD = drone(specific_energy=330.0)


@pytest.fixture(scope="module")
def infeasible(tmp_path_factory):
    return run(tmp_path_factory.mktemp("home"), HARD, systems=("nmc811_graphite_siox",))


def test_every_price_stands_on_a_simulated_design_and_relaxing_never_hurts(infeasible):
    ids = {s.design.id for s in infeasible.simulated}
    assert infeasible.prices and not infeasible.meeting
    for price in infeasible.prices:
        assert price.design_id in ids and price.relaxed_by == RELAXED
        assert 0 <= price.violation_after <= price.violation_before + 1e-12


def test_the_must_that_no_design_keeps_is_worth_its_own_relaxation(infeasible):
    energy = next(p for p in infeasible.prices if p.requirement_id == "R2")
    assert energy.violation_before - energy.violation_after == pytest.approx(RELAXED, rel=0.3)
    assert "330 Wh/kg) by 5% to 313.5 Wh/kg" in energy.text
    other = next(p for p in infeasible.prices if p.requirement_id == "R1")
    assert "buys" in other.text or "brings" in other.text


def test_a_feasible_ask_has_no_price(tmp_path):
    assert run(tmp_path, drone(), systems=("nmc811_graphite_siox",)).prices == ()


def test_the_smallest_relaxations_are_met_by_their_design_and_none_is_milder_than_another(infeasible):
    table = {s.design.id: judge(HARD, s.figures) for s in infeasible.simulated}
    found = smallest_relaxations(table)
    assert found
    for relaxation in found:
        missed = {v.requirement.id: -v.margin for v in table[relaxation.design_id]
                  if v.requirement.priority == "must" and v.verdict != "not evaluated" and not kept(v)}
        assert relaxation.by == pytest.approx(missed)
    for one in found:
        for other in found:
            if one is not other:
                assert any(by > other.by.get(name, 0.0) for name, by in one.by.items())
