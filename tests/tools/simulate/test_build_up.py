"""The build-up: sums, doubled stacks, trends, limits and refusals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.cell import CellDesign, Cylindrical, Pouch, Prismatic
from knowledge.parameters.registry import SYSTEMS
from tools.failures import BadInput
from tools.simulate.balance import with_np_ratio
from tools.simulate.buildup import build_up
from tools.simulate.layout import pitch
from tools.simulate.stack import stack_thickness_m

FORMATS = {
    "cylindrical": Cylindrical(diameter_mm=21, height_mm=70),
    "large": Cylindrical(diameter_mm=46, height_mm=95, tabs="tabless", can_wall_mm=0.5),
    "prismatic": Prismatic(width_mm=173.9, thickness_mm=71.7, height_mm=204.6),
    "blade": Prismatic(width_mm=945, thickness_mm=13.9, height_mm=90.5),
    "pouch": Pouch(width_mm=98, thickness_mm=8.7, height_mm=515),
    "same side": Pouch(width_mm=70, thickness_mm=9, height_mm=180, tabs="same_side"),
}
CASES = [(system, name) for system in SYSTEMS for name in FORMATS]


def design(system="nmc532_graphite", name="pouch", **update):
    return CellDesign(pair=SYSTEMS[system].reference, format=FORMATS[name], **update)


@pytest.mark.parametrize(("system", "name"), CASES)
def test_items_add_up_and_fit_into_the_envelope(system, name):
    built = build_up(design(system, name))
    assert sum(i.mass_g for i in built.mass_items) == pytest.approx(built.mass_g, rel=1e-12)
    assert sum(i.volume_mL for i in built.mass_items) < 1.03 * built.volume_mL
    assert all(i.mass_g > 0 and i.volume_mL > 0 for i in built.mass_items)
    assert sum(c.cost_usd for c in built.cost_items) == pytest.approx(built.cost_usd)
    assert built.cost_low_usd < built.cost_usd < built.cost_high_usd
    assert built.path_resistance_ohm_cm2 == pytest.approx(
        built.path_resistance_mohm * 1e-3 * built.electrode_area_cm2)
    assert 1.5 < built.mass_g / built.volume_mL < 3.2
    assert 700 < 1e3 * built.heat_capacity_J_K / built.mass_g < 1200


def test_a_doubled_stack_doubles_area_and_capacity():
    pair = SYSTEMS["lfp_graphite"].reference
    case = Prismatic(width_mm=150, thickness_mm=60, height_mm=100)
    one, two = (build_up(CellDesign(pair=pair, format=case, layers=n)) for n in (40, 80))
    assert two.stoichiometric_capacity_Ah == pytest.approx(2 * one.stoichiometric_capacity_Ah)
    assert two.electrode_area_cm2 == pytest.approx(2 * one.electrode_area_cm2)
    positive = {b.layers: next(i.mass_g for i in b.mass_items if i.component == "positive coating") for b in (one, two)}
    assert positive[80] == pytest.approx(2 * positive[40])
    assert two.mass_g < 2 * one.mass_g


def test_a_filled_stack_leaves_less_than_one_layer_of_room():
    made = design("nmc532_graphite", "prismatic")
    built, p = build_up(made), pitch(made.pair)
    room = (71.7 - 1.6 - 0.3 - made.fill_clearance_mm) * 1e-3
    assert stack_thickness_m(made.pair, built.layers) <= room < stack_thickness_m(made.pair, built.layers + 1)
    assert p.repeat == pytest.approx((2 * 67 + 13 + 2 * 72 + 8 + 2 * 12) * 1e-6)


def test_tabless_is_far_better_than_a_tab_in_a_large_cell():
    pair = SYSTEMS["nmc811_graphite_siox"].reference
    ohm = {tabs: build_up(CellDesign(pair=pair, format=Cylindrical(
        diameter_mm=46, height_mm=80, tabs=tabs))).path_resistance_mohm for tabs in ("single", "double", "tabless")}
    assert ohm["single"] > ohm["double"] > 20 * ohm["tabless"]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(SYSTEMS)), st.sampled_from(["cylindrical", "large"]), st.floats(1.02, 1.3))
def test_thicker_coatings_hold_more_in_the_same_can(system, name, factor):
    base = SYSTEMS[system].reference
    thick = base.model_copy(update={"positive": base.positive.model_copy(
        update={"coating_thickness_um": base.positive.coating_thickness_um * factor})})
    thin, more = with_np_ratio(base, 1.1), with_np_ratio(thick, 1.1)
    small, large = (build_up(CellDesign(pair=p, format=FORMATS[name])) for p in (thin, more))
    assert large.stoichiometric_capacity_Ah > small.stoichiometric_capacity_Ah
    assert large.electrode_area_cm2 < small.electrode_area_cm2


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(SYSTEMS)), st.sampled_from(["cylindrical", "large"]), st.floats(0.01, 0.1))
def test_porosity_lowers_mass_and_capacity(system, name, more):
    base = SYSTEMS[system].reference
    loose = base.model_copy(update={side: getattr(base, side).model_copy(
        update={"porosity": getattr(base, side).porosity + more}) for side in ("positive", "negative")})
    dense, porous = (build_up(CellDesign(pair=p, format=FORMATS[name])) for p in
                     (with_np_ratio(base, 1.1), with_np_ratio(loose, 1.1)))
    assert porous.stoichiometric_capacity_Ah < dense.stoichiometric_capacity_Ah
    assert porous.mass_g < dense.mass_g


@pytest.mark.parametrize(("made", "message"), [
    (lambda: design(layers=500), "holds 1 to"),
    (lambda: CellDesign(pair=SYSTEMS["lfp_graphite"].reference,
                        format=Pouch(width_mm=60, thickness_mm=0.6, height_mm=60)), "no electrode fits"),
    (lambda: CellDesign(pair=SYSTEMS["lfp_graphite"].reference,
                        format=Cylindrical(diameter_mm=6, height_mm=60, can_wall_mm=2)), "not one turn fits"),
    (lambda: CellDesign(pair=SYSTEMS["lfp_graphite"].reference,
                        format=Cylindrical(diameter_mm=18, height_mm=10.5)), "leave no room"),
    (lambda: CellDesign(pair=SYSTEMS["lfp_graphite"].reference,
                        format=Cylindrical(diameter_mm=18, height_mm=65, mandrel_diameter_mm=14)), "mandrel"),
    (lambda: CellDesign(pair=SYSTEMS["lfp_graphite"].reference,
                        format=Prismatic(width_mm=100, thickness_mm=10, height_mm=80, case_wall_mm=4)), "case_wall"),
])
def test_what_cannot_be_built_is_refused_by_name(made, message):
    with pytest.raises(BadInput, match=message):
        build_up(made())


@pytest.mark.parametrize(("field", "value"), [("electrolyte", "water"), ("electrolyte", "pvdf")])
def test_unknown_or_wrong_materials_are_refused(field, value):
    pair = SYSTEMS["lfp_graphite"].reference.model_copy(update={field: value})
    with pytest.raises(BadInput, match="pair.electrolyte"):
        build_up(CellDesign(pair=pair, format=FORMATS["cylindrical"]))


def test_pairs_outside_the_box_are_named():
    base = SYSTEMS["nmc811_graphite_siox"].reference
    thick = with_np_ratio(base.model_copy(update={"positive": base.positive.model_copy(
        update={"coating_thickness_um": 120.0})}), 1.1)
    found = build_up(CellDesign(pair=thick, format=FORMATS["cylindrical"])).warnings
    assert any("positive coating thickness" in w for w in found)


def test_a_case_that_stays_half_empty_is_warned_of():
    sparse = CellDesign(pair=SYSTEMS["nmc532_graphite"].reference, layers=20,
                        format=Prismatic(width_mm=148, thickness_mm=26.5, height_mm=91))
    assert any("layers is 20 and the case holds" in warning for warning in build_up(sparse).warnings)
    full = sparse.model_copy(update={"layers": None})
    assert not any("layers" in warning for warning in build_up(full).warnings)
