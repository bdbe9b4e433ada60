"""Pulses, pulse power, fast charge: limits that must be kept, and relations between protocols."""

import pytest

from knowledge.parameters import SYSTEMS
from knowledge.protocol import FastCharge, Pulse, PulsePower
from tools.simulate.balance import balance
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator

M50 = SYSTEMS["nmc811_graphite_siox"]
NMC532 = SYSTEMS["nmc532_graphite"]


@pytest.fixture(scope="module")
def simulator() -> PybammSimulator:
    return PybammSimulator()


def test_pulse_resistance_contains_the_path_resistance_exactly(simulator):
    points = [SimulationPoint(pair=M50.reference, path_resistance_ohm_cm2=r) for r in (0.0, 4.0, 10.0)]
    bare, small, large = (o.values["resistance_ohm_cm2"] for o in simulator.simulate(points, Pulse()))
    assert bare > 0 and small - bare == pytest.approx(4.0, abs=0.02) and large - bare == pytest.approx(10.0, abs=0.02)


def test_pulse_starts_at_the_open_circuit_voltage_of_its_state_of_charge(simulator):
    for soc in (20, 50, 90):
        outcome = simulator.simulate([SimulationPoint(pair=M50.reference)], Pulse(soc_pct=soc))[0]
        assert outcome.values["ocv_V"] == pytest.approx(float(balance(M50.reference).ocv(soc / 100)), abs=0.002)
        assert outcome.values["voltage_end_V"] < outcome.values["ocv_V"]


def test_longer_colder_pulses_meet_more_resistance_and_a_charge_pulse_raises_the_voltage(simulator):
    point = [SimulationPoint(pair=M50.reference)]
    values = [simulator.simulate(point, p)[0].values["resistance_ohm_cm2"]
              for p in (Pulse(duration_s=1), Pulse(duration_s=10), Pulse(duration_s=30), Pulse(temperature_C=-5))]
    assert values[0] < values[1] < values[2] and values[3] > 1.5 * values[1]
    charge = simulator.simulate(point, Pulse(direction="charge"))[0].values
    assert charge["voltage_end_V"] > charge["ocv_V"] and charge["resistance_ohm_cm2"] > 0


def test_a_pulse_that_meets_the_voltage_limit_says_when(simulator):
    points = [SimulationPoint(pair=M50.reference, rate_C=r) for r in (1.0, 6.0, 60.0)]
    ok, cut, none = simulator.simulate(points, Pulse(rate_C=None, soc_pct=10, duration_s=60))
    assert ok.status == "ok" and none.status == "cannot carry the current"
    assert cut.status == "limit reached" and "of 60 s" in cut.note
    assert cut.values["voltage_end_V"] == pytest.approx(M50.v_min, abs=0.002)


@pytest.mark.parametrize("direction", ["discharge", "charge"])
def test_pulse_power_ends_at_its_limit_and_is_held_by_a_current_pulse_of_the_same_size(simulator, direction):
    point = SimulationPoint(pair=NMC532.reference, path_resistance_ohm_cm2=15.0)
    protocol = PulsePower(direction=direction, duration_s=10, soc_pct=50)
    found = simulator.simulate([point], protocol)[0]
    limit = NMC532.v_min if direction == "discharge" else NMC532.v_max
    assert found.status == "ok" and found.values["voltage_end_V"] == pytest.approx(limit, abs=0.01)
    assert found.values["power_mW_cm2"] == pytest.approx(
        found.values["voltage_end_V"] * found.values["current_mA_cm2"], rel=1e-6)
    room = abs(found.values["ocv_V"] - limit)
    rate = found.values["current_mA_cm2"] / balance(point.pair).areal_capacity_mAh_cm2
    pulse = simulator.simulate([point], Pulse(direction=direction, rate_C=0.98 * rate, duration_s=10))[0]
    assert pulse.status == "ok" and abs(pulse.values["ocv_V"] - pulse.values["voltage_end_V"]) < 1.05 * room


def test_pulse_power_falls_with_state_of_charge_duration_and_path_resistance(simulator):
    point = SimulationPoint(pair=NMC532.reference)

    def power(**change: float) -> float:
        return simulator.simulate([point], PulsePower(**change))[0].values["power_mW_cm2"]

    assert power(soc_pct=20.0) < power(soc_pct=50.0) < power(soc_pct=80.0)
    assert power(duration_s=60.0) < power(duration_s=10.0)
    resistive = SimulationPoint(pair=NMC532.reference, path_resistance_ohm_cm2=20.0)
    assert simulator.simulate([resistive], PulsePower())[0].values["power_mW_cm2"] < power()


def test_no_discharge_power_where_the_limit_lies_above_the_open_circuit(simulator):
    outcome = simulator.simulate([SimulationPoint(pair=M50.reference)], PulsePower(soc_pct=10, v_limit=4.1))[0]
    assert outcome.status == "cannot carry the current" and not outcome.values


@pytest.mark.parametrize("key", ["nmc811_graphite_siox", "nmc532_graphite", "lfp_graphite"])
def test_fast_charge_keeps_the_anode_potential_and_the_voltage(simulator, key):
    known = SYSTEMS[key]
    point = SimulationPoint(pair=known.reference, path_resistance_ohm_cm2=2.0)
    outcome = simulator.simulate([point], FastCharge(), curves=True)[0]
    assert outcome.status == "ok"
    assert outcome.values["min_anode_potential_V"] >= -0.002
    assert max(outcome.curve["voltage_V"]) <= known.v_max + 0.002
    assert outcome.values["max_rate_C"] <= 5.02
    assert outcome.values["capacity_mAh_cm2"] == pytest.approx(
        0.7 * balance(known.reference).areal_capacity_mAh_cm2, rel=0.002)
    assert outcome.values["time_min"] >= 0.7 * 60 / 5


def test_a_slow_charge_takes_its_nominal_time_and_a_stricter_limit_takes_longer(simulator):
    point = SimulationPoint(pair=M50.reference)
    slow = simulator.simulate([point], FastCharge(max_rate_C=0.2))[0]
    assert slow.values["time_min"] == pytest.approx(0.7 * 60 / 0.2, rel=0.002)
    usual, strict = (simulator.simulate([point], FastCharge(anode_potential_limit_V=v))[0] for v in (0.0, 0.02))
    assert strict.values["time_min"] > usual.values["time_min"]
    assert strict.values["min_anode_potential_V"] >= 0.018


def test_a_full_charge_ends_with_its_taper_and_each_point_may_bring_its_own_rate(simulator):
    points = [SimulationPoint(pair=M50.reference, rate_C=r) for r in (0.3, 0.5)]
    full = FastCharge(soc_from_pct=0, soc_to_pct=100, max_rate_C=None)
    slower, faster = simulator.simulate(points, full)
    assert slower.status == faster.status == "ok" and "full" in faster.note
    assert 60 / 0.5 < faster.values["time_min"] < slower.values["time_min"]
    assert faster.values["capacity_mAh_cm2"] == pytest.approx(balance(M50.reference).areal_capacity_mAh_cm2, rel=0.02)


def test_a_limit_that_stops_the_charge_is_reported(simulator):
    protocol = FastCharge(anode_potential_limit_V=0.09, soc_to_pct=95)
    outcome = simulator.simulate([SimulationPoint(pair=M50.reference)], protocol)[0]
    assert outcome.status == "limit reached" and "time_min" not in outcome.values
    assert "anode potential" in outcome.note and "SOC" in outcome.note
