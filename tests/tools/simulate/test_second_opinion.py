"""Finalists asked again by a model made anew: which asks can be, and what stands beside the figure."""

import pytest

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.protocol import Discharge, Pulse
from tools.simulate.evaluate import evaluate_all
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
