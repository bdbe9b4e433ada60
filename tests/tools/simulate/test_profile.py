"""Loads over time from CSV files, and one cell under them."""

import pytest

from knowledge.cell import CellDesign
from knowledge.protocol import Discharge
from tools.failures import BadInput, FailureClass, Unreadable
from tools.ledger import Ledger
from tools.run import Failure, Success, run
from tools.simulate.buildup import build_up
from tools.simulate.load_profile import read_profile
from tools.simulate.profile import follow_profile
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.runs import point
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context

CELL = CellDesign.model_validate(EXAMPLE_DESIGN)
BUILD = build_up(CELL)


@pytest.fixture(scope="module")
def follow(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    ledger = Ledger(home)

    def ask(quantity, times, values, **more):
        request = {"design": EXAMPLE_DESIGN, "profile": {
            "name": "load", "quantity": quantity, "time_s": times, "values": values}, **more}
        answer = run(follow_profile, request, Context(home=home), ledger)
        return answer.result if isinstance(answer, Success) else answer

    return ask


def written(tmp_path, text):
    path = tmp_path / "load.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_constant_current_kept_cold_is_the_discharge(follow):
    found = follow("rate_C", [0, 4000], [1.0, 1.0], heat_transfer_W_m2K=1000)
    judge = PybammSimulator().simulate([point(CELL, BUILD, None)], Discharge(rate_C=1.0))[0].values
    area = BUILD.electrode_area_cm2 / 1000
    assert found.end == "the lower voltage limit" and found.voltage_min_V == pytest.approx(CELL.pair.v_min, abs=1e-3)
    assert found.charge_out_Ah == pytest.approx(judge["capacity_mAh_cm2"] * area, rel=0.01)
    assert found.energy_out_Wh == pytest.approx(judge["energy_mWh_cm2"] * area, rel=0.01)
    assert found.temperature_max_C == pytest.approx(25, abs=1.0) and found.energy_in_Wh == 0


def test_a_constant_power_is_held_and_the_current_rises(follow):
    found = follow("power_W", [0, 1800], [8.0, 8.0])
    assert found.end == "the profile's end" and found.duration_s == 1800
    assert found.energy_out_Wh == pytest.approx(4.0, rel=1e-3)
    assert max(abs(p - 8) for p in found.curve["power_W"]) < 0.05
    assert found.curve["current_A"][-1] > found.curve["current_A"][0]


def test_less_cooling_is_hotter_and_a_limit_ends_the_run(follow):
    cooled, adiabatic = (follow("rate_C", [0, 1200], [2.0, 2.0], heat_transfer_W_m2K=h) for h in (20, 0))
    assert adiabatic.temperature_max_C > cooled.temperature_max_C + 2
    limit = (adiabatic.temperature_max_C + 25) / 2
    short = follow("rate_C", [0, 1200], [2.0, 2.0], heat_transfer_W_m2K=0, temperature_limit_C=limit)
    assert short.end == "the temperature limit" and 100 < short.duration_s < 1200
    assert short.temperature_max_C == pytest.approx(limit, abs=0.05)


def test_what_goes_out_and_in_is_counted_apart_and_repeats_add_up(follow):
    times, values = [0, 100, 100.001, 200], [1.0, 1.0, -0.5, -0.5]
    once, twice = (follow("rate_C", times, values, soc_from_pct=60, repeats=n) for n in (1, 2))
    assert once.energy_out_Wh > once.energy_in_Wh > 0
    assert twice.charge_out_Ah == pytest.approx(2 * once.charge_out_Ah, rel=0.02)
    assert once.soc_end_pct == pytest.approx(60 - 50 / 36, abs=0.05)


@pytest.mark.parametrize(("values", "more", "words"), [
    ([-1.0, -1.0], {}, "turn the sign"), ([1.0, 1.0], {"temperature_limit_C": 20}, "above ambient_C"),
    ([1.0, 1.0], {"ambient_C": -70}, "outside"), ([100.0, 100.0], {"soc_from_pct": 5}, "at once")])
def test_a_load_that_cannot_be_is_refused_with_the_reason(follow, values, more, words):
    answer = follow("rate_C", [0, 600], values, **more)
    assert isinstance(answer, Failure) and answer.failure_class is FailureClass.BAD_INPUT and words in answer.message


def test_columns_are_found_by_name_and_units_are_converted(tmp_path):
    found = read_profile(written(tmp_path, "Time [min];P-rate\n0;0,5\n0;1\n60;1\n"))
    assert found.quantity == "rate_P" and found.values == (0.5, 1.0, 1.0)
    assert found.time_s == pytest.approx((0, 0.001, 3600))
    power = read_profile(written(tmp_path, "t,power_kW\n5,0.01\n6,0.02\n"))
    assert (power.quantity, power.values, power.time_s) == ("power_W", (10.0, 20.0), (0.0, 1.0))
    turned = read_profile(written(tmp_path, "time [s],current [mA]\n0,-500\n9,-500\n"), charge_positive=True)
    assert (turned.quantity, turned.values) == ("current_A", (0.5, 0.5))
    assert read_profile(written(tmp_path, "time,C-rate\n0,1\n9,1\n")).quantity == "rate_C"


@pytest.mark.parametrize(("text", "words"), [
    ("time,current\n0,1\n10,nan\n20,1\n", "row 3"), ("time,current\n0,1\n10,x\n20,1\n", "row 3"),
    ("time,current\n0,1\n", "at least 2 rows"), ("time,current\n0,1\n9,1\n5,1\n", "backwards in row 4"),
    ("time,current,power\n0,1,3\n9,1,3\n", "2 columns for a load"), ("time,speed\n0,1\n9,1\n", "no column for a load"),
    ("current,x\n0,1\n9,1\n", "no column for time"), ("time,power [hp]\n0,1\n9,1\n", "unit"),
    ("time,current\n0,0\n9,0\n", "zero throughout"), ("time,current\n0,1\n5,1\n5,2\n5,3\n9,1\n", "more than two rows"),
    ("time,current\n" + "".join(f"{t},1\n" for t in [*range(50), 1000]), "data are missing between")])
def test_a_file_that_cannot_be_a_load_is_refused_by_column_and_row(tmp_path, text, words):
    with pytest.raises(BadInput, match=words):
        read_profile(written(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(Unreadable):
        read_profile(tmp_path / "nothing.csv")
