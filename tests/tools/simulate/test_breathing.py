"""Reversible swelling of a pouch from the volume its active materials gain."""

import pytest

from knowledge.ask import Ask
from knowledge.cell import CellDesign, Cylindrical, Pouch
from knowledge.materials.cards import card
from knowledge.parameters.registry import EVALUATED, SYSTEMS
from tools.simulate.balance import balance, with_np_ratio
from tools.simulate.breathing import LEAST, MOST, breathing
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import evaluate_all
from tools.simulate.formulation import phase_fractions
from tools.simulate.parameter_set import published_values
from tools.simulate.pybamm_simulator import PybammSimulator

POUCH = Pouch(width_mm=98, thickness_mm=8.7, height_mm=300)
NMC532 = CellDesign(pair=SYSTEMS["nmc532_graphite"].reference, format=POUCH)


def of(design):
    return breathing(design, build_up(design))


def test_the_cards_hold_what_the_sets_say():
    import pybamm

    values = published_values("Ai2020")
    full = values["Negative electrode volume change"](pybamm.Scalar(1.0))
    assert card("graphite").value("growth_pct") == pytest.approx(100 * values.evaluate(full), abs=0.05)
    molar = values["Positive electrode partial molar volume [m3.mol-1]"]
    sites = values["Maximum concentration in positive electrode [mol.m-3]"]
    assert card("lco").value("growth_pct") == pytest.approx(100 * molar * sites, abs=0.05)


def test_a_graphite_pouch_grows_by_the_share_of_its_negatives():
    build, held = build_up(NMC532), balance(NMC532.pair)
    empty, full = held.negative_stoichiometry
    share = phase_fractions(NMC532.pair.negative, "negative")[0]
    micrometres = NMC532.pair.negative.coating_thickness_um * share * 0.109 * (full - empty)
    found = of(NMC532)
    assert found.value == pytest.approx(100 * 2 * build.layers * micrometres / 1000 / build.dimensions_mm["thickness"])
    assert 1 < found.value < 5
    assert (found.low, found.high) == pytest.approx((LEAST * found.value, MOST * found.value))


def test_silicon_makes_a_blend_breathe_more():
    pair = EVALUATED["nmc811_graphite_silicon"].reference

    def with_share(share):
        second = pair.negative.second.model_copy(update={"share": share})
        return with_np_ratio(pair.model_copy(
            update={"negative": pair.negative.model_copy(update={"second": second})}), 1.1)

    grown = [of(CellDesign(pair=with_share(s), format=POUCH)).value for s in (0.01, 0.03, 0.06)]
    assert grown == sorted(grown) and grown[2] > 1.5 * grown[0]


@pytest.mark.parametrize(("design", "words"), [
    (NMC532.model_copy(update={"format": Cylindrical(diameter_mm=21, height_mm=70)}), "can or case"),
    (CellDesign(pair=SYSTEMS["lfp_graphite"].reference, format=POUCH), "no published volume change of LFP"),
])
def test_what_cannot_be_estimated_is_not(design, words):
    found = of(design)
    assert found.value is None and words in found.note


def test_it_is_an_estimate_among_the_figures():
    ask = Ask(metric="swelling_reversible", unit="%")
    figure = evaluate_all([NMC532], [ask], PybammSimulator())[0].figures[0]
    assert figure.method == "surrogate" and figure.low < figure.value < figure.high and "estimated" in figure.note
