"""What is wrong with a field: its path, its value and its plausible range, at whatever place it is refused."""

import json
import re

import pytest

from knowledge.sheet import DesignSheet
from tools.ledger import Ledger
from tools.run import Failure, run
from tools.simulate.evaluate import EvaluateDesign, evaluate_design
from tools.simulate.sheet import resolve_sheet
from tools.simulate.template import template
from tools.tool import Context
from tools.wrong_field import validation_message

PLAUSIBLE = r"plausible are [\d.e+]+ to [\d.e+]+"


def changed(path, value, kind="cylindrical", terms="teardown"):
    """A template as JSON with one value changed, or left out where it is Ellipsis."""
    design = json.loads(json.dumps(template(kind, terms)))
    *folders, last = path.split(".")
    place = design
    for name in folders:
        place = place.setdefault(name, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return design


def refusal(design, tmp_path):
    answer = run(evaluate_design, {"design": design}, Context(home=tmp_path), Ledger(tmp_path))
    assert isinstance(answer, Failure) and answer.failure_class in ("bad input", "infeasible"), answer
    return answer.message


SLIPS = [
    ("positive.coating_thickness_um", 75.6e-6), ("positive.coating_thickness_um", 75600), ("positive.porosity", 33.5),
    ("positive.porosity", -0.3), ("positive.loading_mg_cm2", 0.023), ("positive.loading_mg_cm2", 230),
    ("negative.foil_thickness_um", 0.008), ("negative.particle_radius_um", 5860), ("negative.density_g_cm3", 1600),
    ("positive.active_mass_fraction", 97), ("separator.thickness_um", 0.012), ("separator.porosity", 47),
    ("format.diameter_mm", 2.1), ("format.diameter_mm", 21000), ("format.height_mm", 0.07),
    ("format.can_wall_mm", 200), ("format.can_wall_mm", 0.0002), ("v_max", 4200), ("v_min", 2500), ("v_min", 0.1),
    ("electrolyte_excess", 110), ("fill_clearance_mm", 300), ("positive_length_mm", 0.84), ("np_ratio", 110),
    ("positive_length_mm", 840_000), ("positive_width_mm", 0.064), ("areal_capacity_mAh_cm2", 46_000),
]


@pytest.mark.parametrize(("field", "value"), SLIPS)
def test_a_slip_of_the_unit_names_the_field_and_both_ends_of_its_range(field, value, tmp_path):
    message = refusal(changed(field, value), tmp_path)
    assert message.removeprefix("design.").startswith(f"{field} is {value:g}")
    assert re.search(PLAUSIBLE, message)


@pytest.mark.parametrize(("field", "value", "words"), [
    ("system", ..., "design.system is missing: key of the parameter set .* such as 'nmc811_graphite_siox'"),
    ("format", ..., "design.format is missing: .*'cylindrical', 'prismatic', 'pouch'"),
    ("format.kind", ..., "design.format.kind is missing; there are 'cylindrical', 'prismatic', 'pouch'"),
    ("format.kind", "coin", "design.format.kind is 'coin'; there are 'cylindrical', 'prismatic', 'pouch'"),
    ("format.diameter_mm", ..., "design.format.diameter_mm is missing: plausible are 5 to 100, such as 21"),
    ("format.can", "plastic", "design.format.can is 'plastic'; it must be 'steel' or 'aluminium'"),
    ("positive.coating_thicknes_um", 70, "did you mean coating_thickness_um"),
    ("positive.zzz", 70, "positive.zzz is no field that is known; there are loading_mg_cm2"),
    ("positive.coating_thickness_um", "75.6 um", "a number is needed, plausible are 5 to 400"),
    ("layers", 30.5, "a whole number is needed, plausible are 1 to 1000"),
    ("positive", [1], "design.positive is .*; an object with named fields is needed"),
    ("electrolyte", "pe_ceramic", "a card of kind 'separator'; of kind 'electrolyte' there are lp57_like"),
    ("positive_length_mm", 1500, "electrode.length_mm is 1500 .positive_length_mm of a sheet.; the can holds"),
])
def test_what_is_missing_unknown_or_of_another_kind_says_what_there_is(field, value, words, tmp_path):
    assert re.search(words, refusal(changed(field, value), tmp_path))


@pytest.mark.parametrize(("field", "value", "words"), [
    ("areal_capacity_mAh_cm2", 35, "areal_capacity_mAh_cm2 is 35; plausible are 0.2 to 15"),
    ("areal_capacity_mAh_cm2", 0.25, r"0.25; with this .* plausible are 0.31 to 15: it makes the pos"),
    ("np_ratio", 0.9, "N/P is 0.900.*at least 1, usual are 1.03 to 1.3"),
    ("format.thickness_mm", 0.6, "format.thickness_mm is 0.6 and no electrode fits.*plausible are at least 1.1"),
])
def test_a_thickness_that_follows_is_refused_in_the_name_of_what_was_asked(field, value, words, tmp_path):
    assert re.search(words, refusal(changed(field, value, "pouch", "designer"), tmp_path))


def test_an_area_that_makes_impossible_sheets_is_refused_by_name(tmp_path):
    sheet = {**changed("positive_width_mm", ..., "pouch"), "electrode_area_cm2": 4_200_000}
    assert "electrode_area_cm2 is" in (message := refusal(sheet, tmp_path)) and re.search(PLAUSIBLE, message)


def test_other_wrong_fields_are_named_too():
    wrong = {**changed("v_max", 42), "v_min": 25, "zzz": 1}
    with pytest.raises(ValueError, match="validation") as error:
        EvaluateDesign.model_validate({"design": wrong})
    message = validation_message(error.value, EvaluateDesign)
    assert message.endswith("(and 2 more: design.v_max, design.zzz)") and "design.v_min is 25" in message
    assert "less than" in validation_message(error.value)  # without the model the bound that was missed is all


def test_null_means_unknown_wherever_it_stands():
    nulls = {"name": None, "positive": None, "negative": {"porosity": None}, "separator": None, "v_max": None}
    sheet = {**template("pouch", "designer"), **nulls}
    sheet["format"] = {**sheet["format"], "laminate_um": None}
    found = resolve_sheet(DesignSheet.model_validate(sheet))
    assumed = {a.field: a.value for a in found.assumed}
    assert assumed["format.laminate_um"] == 153 and assumed["v_max"] == 4.2
    assert assumed["positive.porosity"] == 0.335 and found.design.name == "design"


def test_a_part_of_a_recipe_that_follows_from_another_is_listed():
    sheet = DesignSheet.model_validate({**template("pouch", "designer"), "positive": {"active_mass_fraction": 0.95}})
    assumed = {a.field: a for a in resolve_sheet(sheet).assumed}
    assert assumed["positive.binder_mass_fraction"].value == pytest.approx(0.025)
    assert "shared as in" in assumed["positive.binder_mass_fraction"].basis
    assert "positive.active_mass_fraction" not in assumed
