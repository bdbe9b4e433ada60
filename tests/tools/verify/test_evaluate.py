"""Figures against hand calculation on a simulator whose answers are formulas."""

import math

import pytest

from knowledge.ask import Ask
from knowledge.protocol import Discharge
from tools.simulate.curve import gained
from tools.simulate.evaluate import evaluate_all
from tools.simulate.interval import spread_of, with_interval
from tools.simulate.point import MESH_ERROR, Outcome
from tools.simulate.runs import Slow, own_rate, runs_for
from tools.simulate.standard import standard_asks
from tools.verify.asks import ask_of

Q = 4.0          # Ah: 80 µm × 0.05 mAh/cm²/µm × 1000 cm²
ACTIVE = 20 * 0.95 / 0.995  # g of 20 g positive coating, by the recipe
MASS, VOLUME = 0.068, math.pi / 4 * 21**2 * 70 / 1e6


@pytest.fixture
def figure(design_of, build, simulator, requirement):
    def one(metric, value=1.0, conditions=None, unit=None, design=None, comparator=">=", mesh="search"):
        ask = ask_of(requirement(metric, comparator, value, unit, conditions))
        assert isinstance(ask, Ask), ask
        return evaluate_all([design or design_of()], [ask], simulator, mesh, builder=build)[0].figures[0]

    return one


CASES = [
    ("capacity", 1.0, {"rate_C": 1.0}, 0.9 * Q),
    ("capacity", 1.0, {"current_A": 2.0}, 0.95 * Q),                       # 2 A is C/2
    ("energy", 1.0, {"rate_C": 1.0}, 0.9 * Q * 3.7),
    ("energy", 1.0, {"power_W": 7.4}, 0.95 * Q * 3.7),                     # 7.4 W / 3.7 V = 2 A
    ("energy", 1.0, {"rate_P": 0.5}, Q * (1 - 0.05 * (1 - 1 / 30)) * 3.7),  # half of the C/3 energy an hour
    ("usable_energy", 1.0, {"rate_C": 1.0, "soc_from_pct": 90.0, "soc_to_pct": 20.0}, 0.7 * Q * 3.7),
    ("specific_energy", 1.0, {"rate_C": 1.0}, 0.9 * Q * 3.7 / MASS),
    ("energy_density", 1.0, {"rate_C": 1.0}, 0.9 * Q * 3.7 / VOLUME),
    ("nominal_voltage", 1.0, {}, 3.7),
    ("rate_capability", 1.0, {"rate_C": 3.0, "reference_C": 1.0}, 100 * 0.7 / 0.9),
    ("low_temperature_capacity", 1.0, {"temperature_C": -20.0}, 55.0),
    ("dcir", 1.0, {}, 10.0), ("dcir", 1.0, {"temperature_C": -20.0}, 20.0),  # 10 ohm cm² on 1000 cm²
    ("discharge_power_pulse", 1.0, {"duration_s": 10.0}, 1000 * 0.13 * 2.5),
    ("specific_power", 1.0, {"duration_s": 10.0}, 1000 * 0.13 * 2.5 / MASS),
    ("power_density", 1.0, {"duration_s": 10.0}, 1000 * 0.13 * 2.5 / VOLUME),
    ("discharge_current_pulse", 60.0, {"duration_s": 3.0}, 130.0),          # (3.8 − 2.5) V / 10 mohm
    ("discharge_current_pulse", 60.0, {"duration_s": 3.0, "v_min": 2.8}, 100.0),
    ("discharge_rate_pulse", 5.0, {"duration_s": 3.0}, 130.0 / Q),
    ("charge_rate", 2.0, {"duration_s": 10.0}, 40.0 / Q),
    ("fast_charge_time", 20.0, {"charge_C": 2.0}, 21.0),
    ("fast_charge_time", 20.0, {"current_A": 4.0, "soc_from_pct": 0.0}, 48.0),
    ("temperature_rise", 20.0, {"rate_C": 1.5}, 15.0),
    ("surface_temperature", 60.0, {"current_A": 8.0, "ambient_temperature_C": 23.0}, 43.0),
    ("cycle_life", 1000.0, {"discharge_C": 1.0, "eol_pct": 80.0}, 1000.0),
    ("cycle_life", 400.0, {"discharge_A": 8.0}, 500.0),                     # 8 A is 2C
    ("capacity_retention", 80.0, {"cycles": 500.0}, 90.0),
    ("resistance_growth", 150.0, {"cycles": 500.0}, 130.0),
    ("mass", 70.0, {}, 68.0), ("diameter", 21.0, {}, 21.0), ("length", 70.0, {}, 70.0),
    ("max_voltage", 4.2, {}, 4.2), ("cathode_cobalt_fraction", 6.0, {}, 10.0),
    ("cathode_specific_capacity", 190.0, {}, 1000 * Q / ACTIVE),
    ("cobalt_mass", 1.0, {}, ACTIVE * 5.8933 / (6.94 + 0.8 * 58.693 + 0.1 * 54.938 + 5.8933 + 2 * 15.999)),
    ("end_of_discharge_voltage", 3.0, {"current_A": 30.0, "duration_s": 10.0}, 3.5),
    # 80 % of the C/3 capacity is left at 1 − r/10 = 0.8 · (1 − 1/30), r = 2.2667
    ("discharge_rate_continuous", 2.0, {}, 10 * (1 - 0.8 * (1 - 1 / 30))),
    ("discharge_current_continuous", 8.0, {}, 40 * (1 - 0.8 * (1 - 1 / 30))),
    # 10 K per C from 25 °C: 45 °C is reached at 2C
    ("discharge_rate_continuous", 2.0, {"surface_limit_C": 45.0}, 2.0),
    # free below 2C; between the rungs 2 and 2.5 the room runs from 1/0.98 − 1 to 2.25/2.5/0.98 − 1
    ("charge_rate", 2.0, {}, 2.0 + 0.5 * (1 / 0.98 - 1) / (1 / 0.98 - 0.9 / 0.98)),
]


@pytest.mark.parametrize(("metric", "value", "conditions", "expected"), CASES)
def test_a_figure_is_what_the_formula_says(figure, metric, value, conditions, expected):
    found = figure(metric, value, conditions)
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert found.low <= found.value <= found.high
    assert not found.cannot


def test_what_flows_beyond_the_temperature_limit_is_not_counted(figure):
    # 4C heats by 40 K in a straight line from 25 °C: 45 °C is passed at half of the 0.6 Q (three points a curve).
    found = figure("capacity", conditions={"rate_C": 4.0, "surface_limit_C": 44.0})
    assert found.value == pytest.approx(0.5 * 0.6 * Q)
    assert "44 °C is reached" in found.note


def test_end_of_life_energy_is_an_estimate(figure):
    found = figure("energy", conditions={"rate_C": 1.0, "life": "EOL", "eol_pct": 70.0})
    assert (found.value, found.method) == (pytest.approx(0.7 * 0.9 * Q * 3.7), "surrogate")
    assert "estimated as 70%" in found.note


def test_a_load_that_cannot_be_carried_is_an_answer(figure):
    found = figure("capacity", conditions={"rate_C": 12.0})
    assert (found.value, found.cannot) == (0.0, True)


def test_a_rate_beyond_all_rungs_says_so(figure):
    assert figure("discharge_rate_continuous", 9.0).cannot
    assert "at least this" in figure("discharge_rate_continuous", 0.5).note


def test_a_run_that_stops_before_end_of_life_is_a_lower_bound(figure):
    found = figure("cycle_life", 300.0, {"eol_pct": 50.0})
    assert (found.value, found.low, found.high) == (500, 500, 600)     # 90 % left: 1.2 times the fade ends at 88 %
    assert found.note.startswith("at least this: the run stopped at 90.0 %")


def test_a_retention_spreads_by_its_loss(figure):
    found = figure("capacity_retention", 80.0, {"cycles": 500.0})
    assert (found.low, found.high) == (pytest.approx(88), pytest.approx(92))


def test_a_failed_simulation_fails_alone(figure, simulator):
    simulator.fail = frozenset({"pulse"})
    found = figure("dcir")
    assert (found.value, found.cannot) == (None, False)
    assert "the solver gave up" in found.note
    assert figure("capacity").value is not None


def test_a_design_that_cannot_be_built_fails_alone(design_of, build, simulator):
    asks = (Ask(metric="mass", unit="g"), Ask(metric="capacity", unit="Ah", protocol=Discharge()))
    good, bad = evaluate_all([design_of(80), design_of(300)], asks, simulator, builder=build)
    assert good.failure is None
    assert bad.build_up is None
    assert "does not fit" in bad.failure
    assert all(f.value is None for f in bad.figures)


def test_each_protocol_is_simulated_once_for_all_designs(design_of, build, simulator):
    c3 = Discharge()
    asks = [Ask(metric=m, unit=None, protocol=c3, reference=c3) for m in ("capacity", "energy", "specific_energy")]
    evaluate_all([design_of(t) for t in (60, 80, 100)], asks, simulator, builder=build)
    assert [(p, n) for p, n, _, _ in simulator.calls] == [(c3, 3)]


def test_the_rungs_of_all_designs_are_one_batch(design_of, build, simulator, requirement):
    ask = ask_of(requirement("discharge_current_continuous", ">=", 8.0))
    evaluate_all([design_of(80), design_of(100)], [ask], simulator, builder=build)
    assert sorted(n for _, n, _, _ in simulator.calls) == [2, 8]


def test_the_finer_mesh_widens_the_interval(figure, simulator):
    simulator.finer = 1.03
    fine = figure("capacity", conditions={"rate_C": 1.0}, mesh="verify")
    assert fine.value == pytest.approx(1.03 * 0.9 * Q)
    half = fine.value * spread_of("capacity").pct / 100 + 0.03 * 0.9 * Q
    assert (fine.low, fine.high) == (pytest.approx(fine.value - half), pytest.approx(fine.value + half))
    assert "finer mesh moved it by +2.91 %" in fine.note


def test_two_solvers_are_compared_and_flagged_beyond_their_errors(design_of, build, simulator):
    asks = (Ask(metric="capacity", unit="Ah", protocol=Discharge()),)
    for factor, flagged in ((1.002, False), (1.01, True)):
        searcher = Estimating(simulator, factor)
        found = evaluate_all([design_of(80)], asks, simulator, "verify", builder=build, searcher=searcher)
        figure = found[0].figures[0]
        assert figure.check.flagged is flagged
        assert figure.check.difference_pct == pytest.approx(100 * (factor - 1))
        assert figure.check.allowed_pct == pytest.approx(0.4)
        assert (figure.note.count("CHECK") == 1) is flagged
        assert figure.high - figure.value > (factor - 1) * figure.value


class Estimating:
    """The formulas times a factor, with an estimated error of 0.3 %."""

    name = "estimating"

    def __init__(self, inner, factor):
        self.inner, self.factor = inner, factor

    def simulate(self, points, protocol, mesh="search", curves=False):
        found = self.inner.simulate(points, protocol, mesh)
        return [o.model_copy(update={"values": {n: self.factor * v for n, v in o.values.items()} | {MESH_ERROR: 0.3}})
                for o in found]


def test_validity_is_the_worst_of_the_runs(figure, simulator):
    simulator.validity = "extrapolated"
    assert figure("rate_capability", conditions={"rate_C": 2.0}).validity == "extrapolated"


def test_cost_is_per_cell_or_per_kWh_in_dollars(figure):
    per_cell = figure("price", 2.0, unit="EUR/cell", comparator="<=")
    assert (per_cell.value, per_cell.low, per_cell.high, per_cell.unit) == (2.0, 1.8, 2.4, "USD/cell")
    per_kWh = figure("price", 60.0, unit="USD/kWh", comparator="<=")
    assert per_kWh.value == pytest.approx(2000 / (Q * (1 - 1 / 30) * 3.7))
    assert (per_kWh.method, per_kWh.unit) == ("build-up", "USD/kWh")


def test_chemistry_and_format_are_words(figure):
    assert "NMC811" in figure("cathode_chemistry", ["NMC811"], comparator="in").text
    assert figure("format", ["21700"], comparator="in").text == "cylindrical; 21700; 2170; 21xx"


def test_unstated_silicon_has_no_value(figure):
    found = figure("anode_silicon_fraction", 5.0)
    assert found.value is None
    assert "assumed" in found.note


def test_standard_asks_all_give_a_figure(design_of, build, simulator):
    row = evaluate_all([design_of()], standard_asks(), simulator, curves=True, builder=build)[0]
    silent = [f for f in row.figures if f.value is None]
    assert [f.metric for f in silent] == ["swelling_reversible"] and "can or case" in silent[0].note
    assert "discharge 0.33C 25 °C" in row.curves


def test_watts_need_a_slow_discharge(design_of, build, requirement):
    ask = ask_of(requirement("energy", conditions={"power_W": 7.4}))
    with pytest.raises(ValueError, match="slow discharge"):
        own_rate(ask, build(design_of()), None)
    run, = runs_for(ask, build(design_of()), Slow(3.7, 14.0))
    assert run.rate_C == pytest.approx(0.5)


def test_energy_gained_follows_the_voltage():
    outcome = Outcome(status="ok", curve={"time_s": [0.0, 1.0, 2.0], "voltage_V": [4.0, 4.0, 2.0]})
    assert gained(outcome, "energy_mWh_cm2")[1] == pytest.approx([0, 4 / 7, 1])
    assert gained(outcome, "capacity_mAh_cm2")[1] == pytest.approx([0, 0.5, 1])


def test_a_temperature_spreads_above_the_ambient(figure):
    found = figure("surface_temperature", 60.0, {"rate_C": 1.0, "ambient_temperature_C": 25.0})
    assert found.high - found.value == pytest.approx(spread_of("surface_temperature").pct / 100 * 10)
    assert with_interval(found) == found


class CutShort:
    """A cell of 10 ohm cm² from 3.8 V whose own limit, 2.5 V, cuts every pulse above `most` C short."""

    name = "cut short"

    def __init__(self, most):
        self.most = most

    def simulate(self, points, protocol, mesh="search", curves=False):
        values = {"resistance_ohm_cm2": 10.0, "ocv_V": 3.8, "voltage_end_V": 2.5}
        return [Outcome(status="limit reached" if (p.rate_C or 99) > self.most else "ok", values=values,
                        note="ended after 2 s of 10 s") for p in points]


@pytest.mark.parametrize(("metric", "most", "conditions", "value", "cannot"), [
    ("dcir", 0, {"current_A": 130.0}, None, True),
    ("discharge_current_pulse", 0, {}, None, True),
    ("discharge_current_pulse", 20, {}, 0.999 * 130, False),            # asked 130 A = 32.5C, half of it is held
    ("discharge_current_pulse", 20, {"v_min": 2.0}, 180.0, False),      # a lower limit than the cell's own
])
def test_a_pulse_cut_short_is_not_the_asked_one(design_of, build, requirement, metric, most, conditions, value, cannot):
    ask = ask_of(requirement(metric, ">=", 130.0, conditions=conditions))
    found, = evaluate_all([design_of()], [ask], CutShort(most), builder=build)[0].figures
    assert (found.value, found.cannot) == (value if value is None else pytest.approx(value), cannot)
