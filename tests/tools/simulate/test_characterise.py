"""Round trips, maps over state of charge, and limits that any cell has to keep."""

import pytest

from knowledge.cell import CellDesign, Cylindrical, Pouch
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge, RoundTrip
from tools.failures import FailureClass
from tools.ledger import Ledger
from tools.run import Failure, Success, run
from tools.simulate.balance import balance, with_np_ratio
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.buildup import build_up
from tools.simulate.characterise import Characterise, asks_of, characterise_design
from tools.simulate.interval import with_interval
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context

PAIR = SYSTEMS["nmc532_graphite"].reference
POINT = SimulationPoint(pair=PAIR, path_resistance_ohm_cm2=2.0)


@pytest.fixture(scope="module")
def simulator():
    return PybammSimulator()


def value(simulator, protocol, point=POINT, name="energy_mWh_cm2"):
    return simulator.simulate([point], protocol)[0].values[name]


def test_a_round_trip_loses_more_the_faster_it_is_and_almost_nothing_when_slow(simulator):
    slow, usual, fast = (value(simulator, RoundTrip(charge_C=r, discharge_C=r), name="efficiency_pct")
                         for r in (0.02, 0.5, 1.0))
    assert 99 < slow < 100 and fast < usual < slow
    found = simulator.simulate([POINT], RoundTrip(charge_C=0.5, discharge_C=0.5))[0].values
    assert found["energy_out_mWh_cm2"] < found["energy_in_mWh_cm2"]
    assert found["energy_out_mWh_cm2"] == pytest.approx(value(simulator, Discharge(rate_C=0.5)), rel=0.02)


def test_both_solvers_find_the_same_round_trip(simulator):
    protocol = RoundTrip(charge_C=1.0, discharge_C=0.5)
    points = [POINT, POINT.model_copy(update={"path_resistance_ohm_cm2": 20.0})]
    judged = simulator.simulate(points, protocol, "verify")
    answers = BatchedSimulator(None).simulate(points, protocol, curves=True)
    for referee, found in zip(judged, answers, strict=True):
        for name in ("efficiency_pct", "energy_out_mWh_cm2", "energy_in_mWh_cm2"):
            assert found.values[name] == pytest.approx(referee.values[name], rel=2e-3)
        assert found.values["charge_time_min"] == pytest.approx(referee.values["charge_time_min"], rel=0.01)
        assert len(found.curve["voltage_V"]) == len(found.curve["time_s"])


def test_a_rate_left_open_is_the_points_own():
    own = POINT.model_copy(update={"rate_C": 0.5})
    open_, fixed = (BatchedSimulator(None).simulate([own], RoundTrip(charge_C=rate, discharge_C=rate))[0]
                    for rate in (None, 0.5))
    assert open_.values == fixed.values
    without = PybammSimulator().simulate([POINT], RoundTrip(charge_C=None))[0]
    assert without.status == "failed" and "C-rate" in without.note


def test_a_very_slow_discharge_gives_the_stoichiometric_capacity(simulator):
    capacity = value(simulator, Discharge(rate_C=0.02), name="capacity_mAh_cm2")
    assert capacity == pytest.approx(balance(PAIR).areal_capacity_mAh_cm2, rel=0.01)


def test_energy_falls_with_rate_resistance_and_cold_and_a_thick_coating_loses_more(simulator):
    energies = [value(simulator, Discharge(rate_C=r)) for r in (0.2, 1.0, 2.0)]
    assert energies == sorted(energies, reverse=True)
    behind = SimulationPoint(pair=PAIR, path_resistance_ohm_cm2=8.0)
    assert value(simulator, Discharge(rate_C=1.0), behind) < energies[1]
    assert value(simulator, Discharge(rate_C=1.0, temperature_C=0.0)) < energies[1]
    thick = PAIR.model_copy(update={"positive": PAIR.positive.model_copy(update={"coating_thickness_um": 100})})
    point = SimulationPoint(pair=with_np_ratio(thick, balance(PAIR).np_ratio), path_resistance_ohm_cm2=2.0)
    slow, fast = (value(simulator, Discharge(rate_C=r), point) for r in (0.2, 2.0))
    assert fast / slow < energies[2] / energies[0]


def test_a_doubled_stack_holds_twice_as_much():
    def built(layers):
        return build_up(CellDesign(pair=PAIR, layers=layers,
                                   format=Pouch(width_mm=100, thickness_mm=20, height_mm=200)))

    one, two = built(10), built(20)
    assert two.stoichiometric_capacity_Ah == pytest.approx(2 * one.stoichiometric_capacity_Ah)
    assert one.mass_g < two.mass_g < 2 * one.mass_g
    assert sum(i.mass_g for i in two.mass_items) == pytest.approx(two.mass_g)


def test_a_map_has_every_state_of_charge_and_rate(tmp_path):
    request = {"design": EXAMPLE_DESIGN, "soc_pct": [50], "rates_C": [0.5]}
    answer = run(characterise_design, request, Context(home=tmp_path), Ledger(tmp_path / "ledger"))
    assert isinstance(answer, Success), answer
    figures = answer.result.figures
    assert [f.metric for f in figures] == [a.metric for a in asks_of(Characterise.model_validate(request))]
    assert all(f.origin == answer.key and f.value for f in figures)
    efficiency = next(f for f in figures if f.metric == "energy_efficiency")
    assert 85 < efficiency.low < efficiency.value < efficiency.high < 100
    assert with_interval(efficiency) == efficiency


def test_a_cell_that_cannot_be_is_refused(tmp_path):
    can = Cylindrical(diameter_mm=21, height_mm=70, mandrel_diameter_mm=14)
    design = {**EXAMPLE_DESIGN, "format": can.model_dump()}
    answer = run(characterise_design, {"design": design}, Context(home=tmp_path), Ledger(tmp_path / "ledger"))
    assert isinstance(answer, Failure) and answer.failure_class is FailureClass.BAD_INPUT
