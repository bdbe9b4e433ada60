"""Cobalt and specific capacity of whole cells, against stoichiometry worked out by hand."""

import pytest

from knowledge.cell import CellDesign, Pouch
from knowledge.materials.cards import card
from knowledge.parameters.registry import EVALUATED, SYSTEMS
from knowledge.requirement import Requirement, SourceSpan
from tools.simulate.buildup import build_up, layout_of
from tools.simulate.composition import cobalt_mass_g, positive_active_g, specific_capacity_mAh_g
from tools.simulate.evaluate import evaluate
from tools.simulate.formulation import active_fraction
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.verify.asks import ask_of
from tools.verify.judge import judge

ALL = {**SYSTEMS, **EVALUATED}
# Cobalt by mass: 58.933 x over the formula's molar mass [g/mol], from the standard atomic weights.
COBALT = {"nmc811_graphite_siox": 5.8933 / 97.28, "nmc532_graphite": 11.7866 / 96.55, "lco_graphite": 58.933 / 97.87,
          "nca_graphite": 8.8400 / 96.08}
M50 = CellDesign.model_validate(EXAMPLE_DESIGN)


def of(key):
    return CellDesign(pair=ALL[key].reference, format=Pouch(width_mm=98, thickness_mm=8.7, height_mm=300))


@pytest.mark.parametrize("key", ALL)
def test_active_mass_is_coated_area_times_thickness_times_density(key):
    design = of(key)
    positive = design.pair.positive
    grams = (layout_of(design).positive_coated_m2 * 1e4 * positive.coating_thickness_um * 1e-4
             * active_fraction(positive, "positive") * card(positive.active_material).value("density_g_cm3"))
    assert positive_active_g(design.pair, build_up(design)) == pytest.approx(grams, rel=1e-6)


@pytest.mark.parametrize("key", [key for key in COBALT if key in ALL])
def test_cobalt_is_the_formula_s_share_of_the_active_mass(key):
    design = of(key)
    built = build_up(design)
    active = positive_active_g(design.pair, built)
    assert cobalt_mass_g(design.pair, built) == pytest.approx(active * COBALT[key], rel=2e-4)


@pytest.mark.parametrize("key", [key for key, found in ALL.items() if found.cobalt_fraction == 0])
def test_a_cathode_without_cobalt_has_none(key):
    design = of(key)
    assert cobalt_mass_g(design.pair, build_up(design)) == 0


@pytest.mark.parametrize("key", ALL)
def test_no_cathode_gives_more_than_faraday_s_law_on_its_card(key):
    design = of(key)
    given = specific_capacity_mAh_g(design.pair, build_up(design))
    most = card(design.pair.positive.active_material).value("theoretical_capacity_mAh_g")
    assert 0.4 * most < given < most


def test_a_demand_on_cobalt_gets_a_verdict():
    def asked(grams):
        return Requirement(id="R01", metric="cobalt_mass", comparator="<=", value=grams, unit="g",
                           source=SourceSpan(document="d.md", quote="as written"))

    few, enough = asked(1.0), asked(3.0)
    figures = evaluate([M50], [ask_of(few)], PybammSimulator())[0]
    assert 1.2 < figures[0].value < 1.8 and figures[0].method == "build-up"
    assert [judge([asked], figures)[0].verdict for asked in (few, enough)] == ["not met", "met"]
