"""Energy over cycles, and a continuous charge power, from outcomes to figures of a cell."""

import pytest

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.parameters import SYSTEMS
from knowledge.protocol import CycleAgeing, Discharge, FastCharge
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import evaluate
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.standard import EXAMPLE_DESIGN

NMC532 = SimulationPoint(pair=SYSTEMS["nmc532_graphite"].reference, path_resistance_ohm_cm2=2.0)
CELL = CellDesign.model_validate(EXAMPLE_DESIGN)


@pytest.mark.parametrize("depth", [100.0, 50.0])
def test_the_energy_through_a_cell_is_that_of_its_cycles(depth):
    simulator = PybammSimulator()
    once = simulator.simulate([NMC532], Discharge(rate_C=1.0))[0].values["energy_mWh_cm2"]
    found = simulator.simulate([NMC532], CycleAgeing(max_cycles=13, dod_pct=depth))[0].values
    assert found["energy_throughput_mWh_cm2"] == pytest.approx(13 * once * depth / 100, rel=0.02)
    assert found["energy_retention_pct"] == pytest.approx(found["capacity_retention_pct"], abs=0.3)


class Charged:
    """Charges as fast as asked up to 1.5C, slower beyond; a slow discharge of 10 mWh/cm² at 4 V."""

    name = "charged"

    def simulate(self, points, protocol, mesh="search", curves=False):
        if isinstance(protocol, Discharge):
            slow = {"mean_voltage_V": 4.0, "energy_mWh_cm2": 10.0, "capacity_mAh_cm2": 2.5}
            return [Outcome(status="ok", values=slow) for _ in points]
        assert isinstance(protocol, FastCharge)
        ideal = [60 * 0.7 / (p.rate_C or 1.0) for p in points]
        return [Outcome(status="ok", values={"time_min": t * max(1.0, (p.rate_C / 1.5) ** 2)})
                for t, p in zip(ideal, points, strict=True)]


def test_a_charge_power_is_held_where_nothing_throttles_it():
    one_C_W = build_up(CELL).stoichiometric_capacity_Ah * 4.0
    ask = Ask(metric="charge_power", unit="W", protocol=FastCharge(max_rate_C=None), power_W=1.4 * one_C_W)
    figure = evaluate([CELL], [ask], Charged())[0][0]
    assert 1.4 * one_C_W < figure.value < 1.6 * one_C_W and "plating" in figure.note


def test_a_throughput_is_of_the_whole_cell_and_at_least_that_where_the_run_stops():
    class Aged:
        name = "aged"

        def __init__(self, more):
            ran = {"energy_throughput_mWh_cm2": 1e4, "last_cycle": 900.0, "capacity_retention_pct": 85.0}
            self.values = {**ran, **more}

        def simulate(self, points, protocol, mesh="search", curves=False):
            return [Outcome(status="ok", values=self.values) for _ in points]

    ask = Ask(metric="energy_throughput", unit="Wh", protocol=CycleAgeing(max_cycles=900))
    area = build_up(CELL).electrode_area_cm2
    stopped, ended = (evaluate([CELL], [ask], Aged(more))[0][0] for more in ({}, {"cycles": 900.0}))
    assert ended.value == stopped.value == pytest.approx(10 * area)
    assert stopped.note.startswith("at least this") and not (ended.note or "").startswith("at least")
