"""Tolerances sent through build-up and figures: replay, quadrature, what is assumed, and that nothing stays changed."""

import math

import pytest

from knowledge.ask import Ask
from knowledge.cell import CellDesign, Cylindrical, Pouch
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge, Pulse
from knowledge.sheet import Assumed
from tools.simulate.balance import balance
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import evaluate_all
from tools.simulate.point import Outcome
from tools.simulate.replay import Recorder, Replay
from tools.simulate.tolerance import causes, table
from tools.simulate.uncertainty import P90, with_scatter
from tools.simulate.varied import LOSS, SITES, card_value, varied

DESIGN = CellDesign(pair=SYSTEMS["nmc811_graphite_siox"].reference, format=Cylindrical(diameter_mm=21, height_mm=70))
POUCH = DESIGN.model_copy(update={"format": Pouch(width_mm=98, thickness_mm=8.7, height_mm=300)})
ASKS = (Ask(metric="mass", unit="g"), Ask(metric="capacity", unit="Ah", protocol=Discharge()),
        Ask(metric="energy", unit="Wh", protocol=Discharge()), Ask(metric="dcir", unit="mohm", protocol=Pulse()))


class Plain:
    """A simulator by hand: charge goes with the balance, resistance with radius and path."""

    name = "plain"

    def simulate(self, points, protocol, mesh="search", curves=False):
        found = []
        for p in points:
            held = balance(p.pair).areal_capacity_mAh_cm2
            ohm = p.pair.positive.particle_radius_um + p.path_resistance_ohm_cm2
            found.append(Outcome(status="ok", values={
                "capacity_mAh_cm2": held, "energy_mWh_cm2": 3.6 * held, "mean_voltage_V": 3.6,
                "resistance_ohm_cm2": ohm, "voltage_end_V": 3.5, "ocv_V": 3.7}))
        return found


def scattered(design=DESIGN, assumed=()):
    recorder = Recorder(Plain())
    figures = evaluate_all([design], ASKS, recorder)[0].figures
    return with_scatter(design, ASKS, figures, recorder, assumed)


def test_a_replay_of_the_same_cell_gives_the_same_figures():
    recorder = Recorder(Plain())
    figures = evaluate_all([DESIGN], ASKS, recorder)[0].figures
    again = evaluate_all([DESIGN], ASKS, Replay(recorder.seen))[0].figures
    assert [f.value for f in again] == pytest.approx([f.value for f in figures])


@pytest.mark.parametrize("design", [DESIGN, POUCH], ids=["winding", "stack"])
def test_every_figure_has_an_interval_round_its_value_and_names_its_causes(design):
    figures, scatter = scattered(design)
    assert [s.metric for s in scatter] == [a.metric for a in ASKS]
    for figure, row in zip(figures, scatter, strict=True):
        assert figure.low < figure.value < figure.high
        assert figure.high - figure.value == pytest.approx(P90 * row.sigma)
        assert row.largest[0].sigma <= row.sigma < 0.2 * figure.value
    by_metric = {s.metric: {x.cause for x in s.largest} for s in scatter}
    assert "positive capacity" in by_metric["capacity"] and "particles" in by_metric["dcir"]


def test_causes_add_in_quadrature():
    names = {c.name: c for c in causes(DESIGN)}
    assert len(names) > 25
    _, scatter = scattered()
    capacity = next(s for s in scatter if s.metric == "capacity")
    with varied({(SITES, "positive"): 1 - table()["model"]["positive_sites"]["relative"]}):
        lower = build_up(DESIGN).stoichiometric_capacity_Ah
    share = next(x.sigma for x in capacity.largest if x.cause == "positive capacity")
    assert share == pytest.approx(build_up(DESIGN).stoichiometric_capacity_Ah - lower, rel=1e-6)
    assert capacity.sigma >= math.sqrt(sum(x.sigma**2 for x in capacity.largest)) * (1 - 1e-12)


def test_what_a_sheet_leaves_out_widens_the_interval():
    told, _ = scattered()
    guessed, scatter = scattered(assumed=[Assumed(field="positive.coating_thickness_um", value=75.6, basis="x"),
                                          Assumed(field="positive.recipe", value="97/1.5/1.5", basis="x"),
                                          Assumed(field="np_ratio", value=1.1, basis="x")])
    assert guessed[1].high - guessed[1].low > 2 * (told[1].high - told[1].low)
    assert guessed[1].value == told[1].value


def test_changed_numbers_are_as_they_were_afterwards():
    before = build_up(DESIGN)
    with varied({("steel_can", "density_g_cm3"): 8.5, ("build_cylindrical", "header_mm"): 4.0, LOSS: 0.02}):
        inside = build_up(DESIGN)
        assert card_value("steel_can", "density_g_cm3") == 8.5
    assert inside.stoichiometric_capacity_Ah < before.stoichiometric_capacity_Ah
    assert build_up(DESIGN) == before and card_value("steel_can", "density_g_cm3") == 7.85


def test_what_stands_for_transport_moves_neither_mass_nor_size():
    """Pores that lead less well are no thinner coating: a winding holds no more turns of it."""
    roomy = DESIGN.model_copy(update={"format": Cylindrical(diameter_mm=46, height_mm=80)})
    recorder = Recorder(Plain())
    figures = evaluate_all([roomy], ASKS, recorder)[0].figures
    _, scatter = with_scatter(roomy, ASKS, figures, recorder)
    shares = {s.metric: {x.cause: x.sigma for x in s.largest} for s in scatter}
    assert "pores" not in shares["mass"] and "pores" not in shares["capacity"]
