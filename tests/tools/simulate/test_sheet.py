"""Design sheets: teardown and designer's terms, what is assumed, what contradicts."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.cell import CellDesign, Cylindrical
from knowledge.parameters.registry import SYSTEMS
from knowledge.sheet import DesignSheet
from tools.failures import BadInput, Infeasible
from tools.ledger import Ledger
from tools.run import Failure, run
from tools.simulate.balance import balance
from tools.simulate.buildup import build_up, layout_of
from tools.simulate.evaluate import EvaluateDesign, evaluate_design
from tools.simulate.formulation import active_fraction, solid_density_kg_m3
from tools.simulate.sheet import resolve_sheet
from tools.simulate.template import FORMATS, template
from tools.tool import Context

ROUND = {"kind": "cylindrical", "diameter_mm": 21, "height_mm": 70}


def sheet(**update):
    return DesignSheet.model_validate({"system": "nmc811_graphite_siox", "format": ROUND, **update})


@pytest.mark.parametrize("terms", ["teardown", "designer"])
@pytest.mark.parametrize("kind", FORMATS)
def test_a_template_says_all_and_gives_the_reference_design_back(kind, terms):
    found = resolve_sheet(DesignSheet.model_validate(json.loads(json.dumps(template(kind, terms)))))
    reference = CellDesign(pair=SYSTEMS["nmc811_graphite_siox"].reference, format=FORMATS[kind])
    assert build_up(found.design).mass_g == pytest.approx(build_up(reference).mass_g, rel=3e-3)
    assert balance(found.design.pair).areal_capacity_mAh_cm2 == pytest.approx(
        balance(reference.pair).areal_capacity_mAh_cm2, rel=5e-3)
    assert {a.field for a in found.assumed} <= {"layers", "positive_length_mm, positive_width_mm"}
    assert (not found.assumed) == (terms == "teardown")


def test_what_is_left_out_is_named_with_its_value():
    found = resolve_sheet(sheet(positive={"coating_thickness_um": 70}))
    assumed = {a.field: a for a in found.assumed}
    assert assumed["positive.porosity"].value == SYSTEMS["nmc811_graphite_siox"].reference.positive.porosity
    assert assumed["np_ratio"].value == 1.1 and assumed["format.can_wall_mm"].value == 0.2
    assert "positive.coating_thickness_um" not in assumed and "positive.recipe" in assumed
    assert balance(found.design.pair).np_ratio == pytest.approx(1.1)


@settings(max_examples=30, deadline=None)
@given(st.floats(40, 110), st.floats(0.2, 0.45))
def test_any_two_of_a_coating_s_values_give_the_same_coating(thickness, porosity):
    electrode = SYSTEMS["nmc811_graphite_siox"].reference.positive
    density = solid_density_kg_m3(electrode, "positive") / 1000 * (1 - porosity)
    loading = 0.1 * thickness * density
    for known in ({"loading_mg_cm2": loading, "coating_thickness_um": thickness},
                  {"loading_mg_cm2": loading, "density_g_cm3": density},
                  {"loading_mg_cm2": loading, "porosity": porosity},
                  {"coating_thickness_um": thickness, "density_g_cm3": density}):
        positive = resolve_sheet(sheet(positive=known)).design.pair.positive
        assert positive.coating_thickness_um == pytest.approx(thickness)
        assert positive.porosity == pytest.approx(porosity)


def test_a_third_value_is_checked_and_a_contradiction_refused():
    fits = {"loading_mg_cm2": 23.0, "coating_thickness_um": 75.6, "porosity": 0.32}
    found = resolve_sheet(sheet(positive=fits))
    assert [c.field for c in found.checks] == ["positive.solid volume fraction (1 − porosity)"]
    assert abs(found.checks[0].difference_pct) < 5
    with pytest.raises(BadInput, match="positive.solid volume fraction.*leave one of"):
        resolve_sheet(sheet(positive={**fits, "porosity": 0.5}))


def test_designer_s_terms_set_the_areal_capacity_and_the_balance():
    held = balance(resolve_sheet(sheet(areal_capacity_mAh_cm2=4.0, np_ratio=1.15)).design.pair)
    assert held.areal_capacity_mAh_cm2 == pytest.approx(4.0, rel=1e-6) and held.np_ratio == pytest.approx(1.15)
    fixed = sheet(areal_capacity_mAh_cm2=4.0, negative={"coating_thickness_um": 90, "porosity": 0.3})
    pair = resolve_sheet(fixed).design.pair
    assert balance(pair).areal_capacity_mAh_cm2 == pytest.approx(4.0, rel=1e-3)
    assert pair.negative.coating_thickness_um == 90
    with pytest.raises(Infeasible, match="at most"):
        resolve_sheet(sheet(areal_capacity_mAh_cm2=9.0, negative={"coating_thickness_um": 60, "porosity": 0.3}))


def test_an_areal_capacity_that_the_coating_cannot_hold_is_refused():
    with pytest.raises(BadInput, match="areal_capacity_mAh_cm2 is 8"):
        resolve_sheet(sheet(areal_capacity_mAh_cm2=8.0, positive={"coating_thickness_um": 70, "porosity": 0.33}))


def test_a_volume_fraction_stands_in_place_of_the_recipe():
    positive = resolve_sheet(sheet(positive={"coating_thickness_um": 70, "porosity": 0.3,
                                             "active_volume_fraction": 0.6})).design.pair.positive
    assert active_fraction(positive, "positive") == pytest.approx(0.6, rel=1e-6)
    with pytest.raises(BadInput, match="active_volume_fraction is 0.9"):
        resolve_sheet(sheet(positive={"porosity": 0.3, "active_volume_fraction": 0.9}))
    with pytest.raises(BadInput, match="takes the place"):
        resolve_sheet(sheet(positive={"porosity": 0.3, "active_volume_fraction": 0.6, "active_mass_fraction": 0.9}))


@pytest.mark.parametrize(("update", "field"), [
    ({"positive": {"loading_mg_cm2": 0.023}}, "positive.loading_mg_cm2"),
    ({"negative": {"coating_thickness_um": 0.08}}, "negative.coating_thickness_um"),
    ({"positive": {"foil_thickness_um": 0.013}}, "positive.foil_thickness_um"),
    ({"separator": {"thickness_um": 0.012}}, "separator.thickness_um"),
])
def test_a_slip_of_a_thousand_names_the_field_and_its_range(update, field):
    with pytest.raises(BadInput, match="plausible are") as error:
        resolve_sheet(sheet(**update))
    assert error.value.message.startswith(field)


def test_a_strip_of_known_size_is_built_as_it_is():
    known = resolve_sheet(sheet(positive_length_mm=750, positive_width_mm=61)).design
    foil = layout_of(known).positive_foil
    assert (foil.length_m, foil.width_m) == pytest.approx((0.75, 0.061))
    whole = build_up(CellDesign(pair=known.pair, format=Cylindrical(diameter_mm=21, height_mm=70)))
    assert build_up(known).mass_g < whole.mass_g
    with pytest.raises(BadInput, match="electrode.length_mm is 2000"):
        build_up(resolve_sheet(sheet(positive_length_mm=2000, positive_width_mm=61)).design)
    area = resolve_sheet(sheet(electrode_area_cm2=1000, positive_width_mm=61)).design
    assert build_up(area).electrode_area_cm2 == pytest.approx(1000)


@pytest.mark.parametrize(("size", "field"), [
    ({"positive_length_mm": 0.75, "positive_width_mm": 61}, "positive_length_mm is 0.75; plausible are 10 to"),
    ({"positive_length_mm": 750, "positive_width_mm": 0.061}, "positive_width_mm is 0.061; plausible are 10 to")])
def test_a_strip_in_metres_is_refused(size, field):
    with pytest.raises(BadInput, match=field):
        build_up(resolve_sheet(sheet(**size)).design)


def test_a_sheet_in_metres_is_refused():
    pouch = {"kind": "pouch", "width_mm": 98, "thickness_mm": 8.7, "height_mm": 300}
    with pytest.raises(BadInput, match="positive_width_mm is 0.09; plausible are 10 to"):
        build_up(resolve_sheet(sheet(format=pouch, layers=20, positive_length_mm=280, positive_width_mm=0.09)).design)


def test_sheets_of_known_size_and_number():
    pouch = {"kind": "pouch", "width_mm": 98, "thickness_mm": 8.7, "height_mm": 300}
    found = resolve_sheet(sheet(format=pouch, layers=20, positive_length_mm=280, positive_width_mm=90)).design
    assert build_up(found).electrode_area_cm2 == pytest.approx(2 * 20 * 28.0 * 9.0)
    with pytest.raises(BadInput, match="layers"):
        resolve_sheet(sheet(format=pouch, electrode_area_cm2=1000, positive_width_mm=90))
    with pytest.raises(BadInput, match="positive_length_mm is missing"):
        resolve_sheet(sheet(format=pouch, positive_width_mm=90))


def test_a_design_that_fills_its_case_keeps_its_identity():
    design = CellDesign(pair=SYSTEMS["lfp_graphite"].reference, format=Cylindrical(diameter_mm=26, height_mm=65))
    sized = CellDesign.model_validate({**design.model_dump(), "electrode": {"length_mm": 700, "width_mm": 55}})
    assert design.id != sized.id
    assert design.model_copy(update={"name": "another"}).id == design.id


def test_evaluating_a_sheet_says_what_was_assumed(tmp_path):
    request = {"design": sheet(positive={"coating_thickness_um": 70}).model_dump(mode="json"),
               "asks": [{"metric": "mass", "unit": "g"}]}
    answer = run(evaluate_design, request, Context(home=tmp_path), Ledger(tmp_path / "ledger"))
    assert any(a.field == "positive.porosity" for a in answer.result.assumed)
    assert answer.result.figures[0].value > 50 and answer.result.design.pair.positive.coating_thickness_um == 70


def test_a_file_that_is_neither_names_its_missing_field(tmp_path):
    answer = run(evaluate_design, {"design": {"format": ROUND}}, Context(home=tmp_path), Ledger(tmp_path / "ledger"))
    assert isinstance(answer, Failure) and "system" in answer.message
    assert EvaluateDesign.model_validate({"design": sheet().model_dump()}).design == sheet()


def test_the_files_of_the_page_are_complete():
    page = (Path(__file__).parents[3] / "docs" / "design_files.md").read_text(encoding="utf-8")
    teardown, designer = (resolve_sheet(DesignSheet.model_validate(json.loads(block)))
                          for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    assert not teardown.assumed and {c.field for c in designer.assumed} == {
        "layers", "positive_length_mm, positive_width_mm"}
    assert build_up(teardown.design).mass_g > 60 and build_up(designer.design).mass_g > 500
