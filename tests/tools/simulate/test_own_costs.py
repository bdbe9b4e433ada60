"""A maker's own prices over the public cards: what they change, what they leave, and under which name."""

import pytest

from knowledge.cell import CellDesign
from knowledge.house import CostBasis
from tools.simulate.buildup import build_up
from tools.simulate.cost import material_price, priced
from tools.simulate.evaluate import evaluate_designs
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context

DESIGN = CellDesign.model_validate(EXAMPLE_DESIGN)
CATHODE = DESIGN.pair.positive.active_material


def basis(materials=None, process=None):
    return CostBasis.model_validate({"date": "2026-11-01", "materials": materials or {}, "process": process or {}})


def of(built, key):
    return sum(i.cost_usd for i in built.cost_items if i.key == key)


def test_without_a_basis_nothing_changes():
    built = build_up(DESIGN)
    assert priced(built, None) is built
    assert priced(built, basis()).cost_usd == pytest.approx(built.cost_usd)


def test_a_material_at_twice_its_price_costs_its_part_once_more():
    built, double = build_up(DESIGN), 2 * material_price(CATHODE).usd
    own = priced(built, basis({CATHODE: {"value": double, "unit": "USD/kg"}}))
    assert of(own, CATHODE) == pytest.approx(2 * of(built, CATHODE))
    assert own.cost_usd - built.cost_usd == pytest.approx(of(built, CATHODE))
    assert {i.source for i in own.cost_items if i.key == CATHODE} == {"house profile, 2026-11-01"}
    assert sum(i.cost_usd for i in own.cost_items) == pytest.approx(own.cost_usd)


def test_an_own_price_without_an_interval_narrows_the_estimate():
    built = build_up(DESIGN)
    own = priced(built, basis({CATHODE: {"value": material_price(CATHODE).usd, "unit": "USD/kg"}}))
    assert own.cost_usd == pytest.approx(built.cost_usd)
    assert own.cost_high_usd - own.cost_low_usd < built.cost_high_usd - built.cost_low_usd


def test_scrap_and_exchange_rate_are_rates_like_the_others():
    built = build_up(DESIGN)
    bought = sum(i.cost_usd for i in built.cost_items if i.unit in {"kg", "m2"})
    own = priced(built, basis(process={"yield": {"value": 0.475, "unit": "1"}}))
    assert own.cost_usd - built.cost_usd == pytest.approx(bought)
    rmb = basis({CATHODE: {"value": 142.0, "unit": "RMB/kg"}}, {"rmb_per_usd": {"value": 7.1, "unit": "RMB/USD"}})
    assert material_price(CATHODE, rmb).usd == pytest.approx(20.0)


def test_an_evaluation_uses_the_basis_of_its_request(tmp_path):
    costs = {"date": "2026-11-01", "process": {"coating_usd_per_m2": {"value": 0.5, "unit": "USD/m2"}}}
    ask = {"metric": "mass", "unit": "g"}
    request = evaluate_designs.request_type.model_validate({"designs": [EXAMPLE_DESIGN], "asks": [ask], "costs": costs})
    found = evaluate_designs.function(request, Context(home=tmp_path)).evaluations[0].build_up
    coated = next(i for i in found.cost_items if i.key == "coating_usd_per_m2")
    assert coated.cost_usd == pytest.approx(0.5 * coated.amount) and coated.source == "house profile, 2026-11-01"
