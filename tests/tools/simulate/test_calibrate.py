"""Calibration: known factors come back, bad data are refused by column and row."""

import numpy as np
import pybamm
import pytest

from knowledge.cell import CellDesign
from knowledge.parameters import SYSTEMS
from tools.failures import BadInput, Unreadable
from tools.simulate.calibrate import BOUNDS, CalibrateDesign, _Cell, _pulse_ohm_m2, calibrate_design
from tools.simulate.curve_ends import stretched, widened
from tools.simulate.measured_data import MeasuredRun, check_charge, read_measured
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context

DESIGN = CellDesign.model_validate(EXAMPLE_DESIGN)


def made(rate, points=60, cooling_W_m2K=None, **factors):
    """A run that the model itself makes with known factors; at a held temperature without a cooling."""
    time = np.concatenate([[0.0, 1.0], np.linspace(2.0, 3300.0 / rate, points)])
    current = np.where(time < 1.5, 0.0, 4.9 * rate)
    run = MeasuredRun(name=f"{rate:g}C", time_s=tuple(time), current_A=tuple(current),
                      voltage_V=tuple(np.full(len(time), 4.2)))
    pulse = _pulse_ohm_m2(DESIGN, 25.0, Context(home=None))
    ends = frozenset(name for name in factors if name.endswith("_end"))
    volts = _Cell(DESIGN, run, 25.0, pulse, cooling_W_m2K, ends).simulated({**dict.fromkeys(BOUNDS, 1.0), **factors})
    return run.model_copy(update={"voltage_V": tuple(map(float, volts))})


@pytest.mark.slow
def test_known_factors_come_back():
    runs = tuple(made(rate, capacity=0.97, resistance=1.3, negative_diffusivity=0.6) for rate in (1.0, 1 / 3))
    found = calibrate_design.function(CalibrateDesign(design=DESIGN, runs=runs, fit=(
        "capacity", "resistance", "negative_diffusivity"), cooling_W_m2K=None), Context(home=None))
    factors = {p.name: p for p in found.parameters}
    assert factors["capacity"].factor == pytest.approx(0.97, rel=1e-3)
    assert factors["resistance"].factor == pytest.approx(1.3, rel=1e-2)
    assert factors["negative_diffusivity"].factor == pytest.approx(0.6, rel=1e-2)
    assert factors["positive_kinetics"].kind == "default" and factors["capacity"].kind == "calibrated"
    assert found.rmse_after_mV < 1 < 50 < found.rmse_before_mV
    assert "held at 25 °C" in found.note


@pytest.mark.slow
def test_a_cell_that_warms_up_gives_its_cooling_back_and_foretells_a_run_it_has_not_seen():
    train, test = made(2.0, cooling_W_m2K=10.0, cooling=2.0), made(1.0, cooling_W_m2K=10.0, cooling=2.0)
    found = calibrate_design.function(CalibrateDesign(design=DESIGN, runs=(train,), held_back=(test,),
                                                      fit=("capacity", "cooling")), Context(home=None))
    factors = {p.name: p.factor for p in found.parameters}
    assert factors["cooling"] == pytest.approx(2.0, rel=0.02) and factors["capacity"] == pytest.approx(1.0, rel=1e-3)
    seen, unseen = found.errors
    assert seen.fitted and not unseen.fitted and unseen.rmse_after_mV < 1 < unseen.rmse_before_mV
    assert set(found.curves) == {"1C", "2C"}


@pytest.mark.slow
def test_the_width_of_an_end_comes_back():
    run = made(1.0, 120, capacity=0.93, negative_end=1.8)
    found = calibrate_design.function(CalibrateDesign(design=DESIGN, runs=(run,), fit=("capacity", "negative_end"),
                                                      cooling_W_m2K=None), Context(home=None))
    factors = {p.name: p for p in found.parameters}
    assert factors["negative_end"].factor == pytest.approx(1.8, rel=0.03)
    assert factors["positive_end"].kind == "default" and found.rmse_after_mV < 1 < found.rmse_before_mV


@pytest.mark.parametrize("width", [0.4, 1.0, 2.5, 6.0])
def test_a_stretched_end_keeps_its_order_its_end_and_the_rest_of_the_curve(width):
    left = np.linspace(0, 1, 201)
    seen = np.array([float(stretched(u, width).evaluate()) for u in map(pybamm.Scalar, left)])
    assert seen[0] == 0 and (np.diff(seen) > 0).all()
    assert seen[1] == pytest.approx(left[1] / width, rel=5e-3)
    assert seen[left > 0.6] == pytest.approx(left[left > 0.6], rel=1e-3)


def test_the_end_of_a_blend_is_refused_by_name():
    with pytest.raises(BadInput, match="negative_end: .* blend"):
        widened({}, "negative_end", 1.0)


def test_self_heating_lowers_the_overvoltage():
    pulse = _pulse_ohm_m2(DESIGN, 25.0, Context(home=None))
    ones, run = dict.fromkeys(BOUNDS, 1.0), made(2.0, 20)
    held, warm = (_Cell(DESIGN, run, 25.0, pulse, cooling).simulated(ones) for cooling in (None, 10.0))
    assert np.mean(warm[5:-5] - held[5:-5]) > 0.01
    assert np.allclose(warm[:3], held[:3], atol=2e-3)


def test_a_set_without_thermal_parameters_is_held_and_says_so():
    design = CellDesign(pair=SYSTEMS["lfp_graphite"].reference, format=DESIGN.format)
    run = MeasuredRun(name="pulse", time_s=(0, 1, 10, 20, 30), current_A=(0, 2, 2, 2, 2),
                      voltage_V=(3.6, 3.4, 3.3, 3.3, 3.3))
    found = calibrate_design.function(CalibrateDesign(design=design, runs=(run,), fit=("cooling",)), Context(home=None))
    assert "held at 25 °C" in found.note and all(p.kind == "default" for p in found.parameters)


def test_nothing_fitted_compares():
    run = made(1.0, 30, capacity=0.95)
    found = calibrate_design.function(CalibrateDesign(design=DESIGN, runs=(run,), fit=()), Context(home=None))
    assert found.rmse_before_mV == found.rmse_after_mV > 10
    assert found.errors[0].middle_before_mV == found.errors[0].middle_after_mV > 10
    assert all(p.kind == "default" for p in found.parameters)


def test_a_run_of_another_cell_is_refused():
    run = made(1.0, 30).model_copy(update={"voltage_V": (2.0,) * 32})
    with pytest.raises(BadInput, match="begins at 2.000 V.*begin each run at rest"):
        calibrate_design.function(CalibrateDesign(design=DESIGN, runs=(run,)), Context(home=None))


@pytest.mark.parametrize(("change", "words"), [
    ({"current_A": (0.0, *[5000.0] * 6)}, "up to 5e\\+03 A.*design holds.*A or mA"),
    ({"time_s": tuple(t / 3600 for t in range(0, 4200, 600))}, "at least .* Ah .is the time in s, min or h")])
def test_a_current_or_time_of_another_unit_is_refused(change, words):
    whole = MeasuredRun(name="whole", time_s=tuple(range(0, 4200, 600)), current_A=(0.0, *[5.0] * 6),
                        voltage_V=(4.18, 3.9, 3.7, 3.6, 3.4, 3.2, 2.6))
    capacity, window = 5.0, DESIGN.pair.v_max - DESIGN.pair.v_min
    check_charge(whole, capacity, window)
    with pytest.raises(BadInput, match=words):
        check_charge(whole.model_copy(update=change), capacity, window)


GOOD = [(t, -2.0, 4.1 - 0.001 * t) for t in range(0, 600, 10)]


def written(tmp_path, rows=GOOD, heads="Time [s],I[A],U[V]"):
    path = tmp_path / "run.csv"
    path.write_text("\n".join([heads, *(",".join(map(str, row)) for row in rows)]))
    return path


def test_signs_and_units_are_understood(tmp_path):
    run = read_measured(written(tmp_path))
    assert min(run.current_A) == 2.0 and run.time_s[0] == 0
    milli = [(t / 60, 2000, 1000 * u) for t, _, u in GOOD]
    same = read_measured(written(tmp_path, milli, "time/min,current/mA,voltage/mV"))
    assert same.current_A == run.current_A and same.voltage_V == pytest.approx(run.voltage_V)
    assert same.time_s[-1] == pytest.approx(590)
    charge = read_measured(written(tmp_path, [(t, i, 3.5 + 0.001 * t) for t, i, _ in GOOD]))
    assert max(charge.current_A) == -2.0


@pytest.mark.parametrize(("rows", "heads", "words"), [
    (GOOD, "a,b,c", "no column for time.*a, b, c"),
    ([*GOOD[:20], ("x", 1, 1), *GOOD[20:]], "t,I,U", "column 't' has no number in row 22"),
    ([*GOOD[:20], *GOOD[50:]], "t,I,U", "data are missing between 190 and 500 s"),
    ([*GOOD[:20], *GOOD[10:]], "t,I,U", "time runs backwards in row 22"),
    ([(t, i, 1000 * u) for t, i, u in GOOD], "t,I,U", "plausible are 0.3 to 6"),
    ([(t, 0, u) for t, _, u in GOOD], "t,I,U", "no current flows"),
    ([(t, i, 3.7) for t, i, _ in GOOD], "t,I,U", "which sign discharges cannot be seen"),
    (GOOD[:2], "t,I,U", "at least 5 rows"),
])
def test_bad_data_are_refused_by_column_and_row(tmp_path, rows, heads, words):
    with pytest.raises(BadInput, match=words):
        read_measured(written(tmp_path, rows, heads))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(Unreadable, match="cannot be read"):
        read_measured(tmp_path / "nothing.csv")
