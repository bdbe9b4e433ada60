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


def stage_sums(built):
    return {stage: tuple(sum(getattr(i, f) for i in built.cost_items if i.stage == stage)
                         for f in ("cost_usd", "low_usd", "high_usd"))
            for stage in {i.stage for i in built.cost_items}}


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
    bought = sum(i.cost_usd for i in built.cost_items if i.stage == "material")
    own = priced(built, basis(process={"yield": {"value": 0.475, "unit": "1"}}))
    assert own.cost_usd - built.cost_usd == pytest.approx(bought)
    rmb = basis({CATHODE: {"value": 142.0, "unit": "RMB/kg"}}, {"rmb_per_usd": {"value": 7.1, "unit": "RMB/USD"}})
    assert material_price(CATHODE, rmb).usd == pytest.approx(20.0)


def test_an_own_cost_of_a_stage_replaces_its_sum_and_no_other():
    built = build_up(DESIGN)
    rate = {"value": 0.2, "unit": "USD/cell", "low": 0.18, "high": 0.25}
    own = priced(built, basis(process={"cell_assembly": rate}))
    parts, before = stage_sums(own), stage_sums(built)
    assert parts["cell_assembly"] == pytest.approx((0.2, 0.18, 0.25))
    assert {k: v for k, v in parts.items() if k != "cell_assembly"} == {
        k: pytest.approx(v) for k, v in before.items() if k != "cell_assembly"}
    shares = [i.cost_usd / parts["cell_assembly"][0] for i in own.cost_items if i.stage == "cell_assembly"]
    assert shares == pytest.approx([i.cost_usd / before["cell_assembly"][0] for i in built.cost_items
                                    if i.stage == "cell_assembly"])


def test_an_own_plant_is_named_and_changes_only_the_making():
    built = build_up(DESIGN)
    own = priced(built, basis(process={"annual_volume_GWh": {"value": 40, "unit": "GWh/year"}}))
    assert (built.cost_volume_GWh, own.cost_volume_GWh) == (20, 40)
    assert stage_sums(own)["material"] == pytest.approx(stage_sums(built)["material"])
    assert all(own.cost_usd < built.cost_usd for own, built in zip(own.cost_items, built.cost_items, strict=True)
               if own.stage != "material")
    assert {i.source for i in own.cost_items if i.stage != "material"} == {"batterycost; house profile, 2026-11-01"}
    assert {i.source for i in built.cost_items if i.stage != "material"} == {"batterycost"}
    narrow = {"process_factor": {"value": 1.2, "unit": "1"}}
    assert stage_sums(priced(built, basis(process=narrow)))["electrode_making"] == pytest.approx(
        [1.2 * stage_sums(built)["electrode_making"][0]] * 3)


def test_an_evaluation_uses_the_basis_of_its_request(tmp_path):
    costs = {"date": "2026-11-01", "process": {"electrode_making": {"value": 0.5, "unit": "USD/m2"}}}
    ask = {"metric": "mass", "unit": "g"}
    request = evaluate_designs.request_type.model_validate({"designs": [EXAMPLE_DESIGN], "asks": [ask], "costs": costs})
    found = evaluate_designs.function(request, Context(home=tmp_path)).evaluations[0].build_up
    making = [i for i in found.cost_items if i.stage == "electrode_making"]
    assert sum(i.cost_usd for i in making) == pytest.approx(0.5 * found.electrode_area_cm2 / 1e4)
    assert {i.source for i in making} == {"house profile, 2026-11-01"}
