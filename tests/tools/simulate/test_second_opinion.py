"""Finalists asked again by a model made anew: which asks can be, and what stands beside the figure."""

import pytest

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.protocol import Discharge, Pulse
from tools.simulate.cross_check import Estimate, lives_compared, with_own_error
from tools.simulate.evaluate import evaluate_all
from tools.simulate.point import DELEGATED_WORDS
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.second_opinion import can_be_rebuilt, with_second_opinions
from tools.simulate.standard import EXAMPLE_DESIGN

ENERGY = Ask(metric="energy", unit="Wh", protocol=Discharge(rate_C=1.0), conditions={"rate_C": 1.0})


def figure(value, low=None, high=None, method="dfn", origin="batched"):
    return Figure(metric="energy", value=value, unit="Wh", method=method, origin=origin, conditions={"rate_C": 1.0},
                  low=low, high=high)


def test_only_discharges_at_a_stated_load_are_rebuilt():
    assert can_be_rebuilt(ENERGY)
    assert not can_be_rebuilt(ENERGY.model_copy(update={"protocol": Pulse()}))
    assert not can_be_rebuilt(ENERGY.model_copy(update={"metric": "discharge_rate_continuous"}))
    assert not can_be_rebuilt(ENERGY.model_copy(update={"reference": Pulse()}))


def test_the_other_value_stands_beside_the_figure_and_is_flagged_where_it_lies_apart():
    near, = with_second_opinions([figure(10.0, 9.7, 10.3)], [figure(10.1, origin="rebuilt")])
    assert near.value == 10.0 and near.second.value == 10.1 and near.second.origin == "rebuilt"
    assert near.second.difference == pytest.approx(0.01) and not near.second.apart
    far, = with_second_opinions([figure(10.0, 9.7, 10.3)], [figure(10.4)])
    assert far.second.apart
    alone, = with_second_opinions([figure(10.0)], [figure(None)])
    assert alone.second is None
    estimate, = with_second_opinions([figure(10.0, method="surrogate")], [figure(10.1)])
    assert estimate.second is None


def test_a_real_design_simulated_anew_gives_the_same_energy():
    design = CellDesign.model_validate(EXAMPLE_DESIGN)
    fine, rebuilt = (evaluate_all([design], [ENERGY], PybammSimulator(), mesh)[0].figures[0]
                     for mesh in ("verify", "rebuild"))
    compared, = with_second_opinions([fine], [rebuilt])
    assert compared.second is not None and abs(compared.second.difference) < 0.002
    pulse = Ask(metric="dcir", unit="mohm", protocol=Pulse())
    refused, = evaluate_all([design], [pulse], PybammSimulator(), "rebuild")[0].figures
    assert refused.value is None and "discharges, not pulse" in refused.note


def test_a_second_life_is_told_and_spanned_and_flagged_where_it_is_another():
    told = lives_compared(figure(800.0, 0.0, 960.0), figure(1000.0))
    assert (told.value, told.low, told.high) == (800.0, 0.0, 1000.0)
    assert told.check.flagged and told.check.allowed_pct == pytest.approx(1.5) and "CHECK" in told.note
    alike = lives_compared(figure(800.0), figure(808.0))
    assert not alike.check.flagged and "aged by PyBaMM too: 808 Wh, +1 %" in alike.note


def test_a_life_is_not_compared_with_itself_and_a_missing_one_is_replaced():
    own = figure(800.0).model_copy(update={"note": f"{DELEGATED_WORDS} PyBaMM"})
    assert lives_compared(own, figure(800.0)) is own
    assert lives_compared(figure(None), figure(800.0)).value == 800.0
    assert lives_compared(own, figure(None)) is own


def test_a_solver_alone_widens_its_figure_by_its_own_error():
    plain, widened = with_own_error(figure(100.0), None), with_own_error(figure(100.0), Estimate(own=2.0, both=3.0))
    assert widened.high - plain.high == pytest.approx(2.0) and "2 %" in widened.note and widened.check is None
