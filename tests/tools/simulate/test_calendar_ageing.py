"""Storage at rest: the film's square-root law, what a recharge brings back, and what a set cannot say."""

import math

import numpy as np
import pytest

from evals.bench_simulate import random_points
from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.parameters import SYSTEMS
from knowledge.protocol import CalendarAgeing
from knowledge.requirement import Requirement, SourceSpan
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.evaluate import evaluate
from tools.simulate.formulation import active_fraction
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.pybamm_kernels import kernel, parameter_values
from tools.simulate.pybamm_model import SEI_THICKNESS
from tools.simulate.pybamm_prepare import Prepared, prepare
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.segment import IDLE_CONTROL, NO_LIMITS, Segment
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.simulate.storage import ACTIVATION, LEAST_POROSITY, REST, YEAR_S, filled_after_years
from tools.verify.asks import ask_of
from tools.verify.judge import judge

NMC532 = SimulationPoint(pair=SYSTEMS["nmc532_graphite"].reference, path_resistance_ohm_cm2=2.0)


@pytest.fixture(scope="module")
def simulator() -> PybammSimulator:
    return PybammSimulator()


def film_m(years):
    """L² = L0² + 2 D c V t / z: each electron takes one lithium, and z of them make a mole of film."""
    values = parameter_values(SYSTEMS["nmc532_graphite"])
    grown = 2 * years * YEAR_S / values["Ratio of lithium moles to SEI moles"]
    for name in ("SEI solvent diffusivity [m2.s-1]", "Bulk solvent concentration [mol.m-3]",
                 "SEI partial molar volume [m3.mol-1]"):
        grown *= values[name]
    return (values["Initial SEI thickness [m]"] ** 2 + grown) ** 0.5


@pytest.mark.parametrize(("soc", "years"), [(0.3, 1.0), (0.9, 4.0)])
def test_the_film_follows_the_analytic_law_at_any_state_of_charge(soc, years):
    prepared = prepare(NMC532, CalendarAgeing())
    assert isinstance(prepared, Prepared)
    inputs = {**prepared.inputs(soc), **IDLE_CONTROL, **NO_LIMITS, **REST}
    segment = kernel("nmc532_graphite", "storage", "search").run([inputs], years * YEAR_S)[0]
    assert segment.failed is None
    assert segment.last(SEI_THICKNESS) == pytest.approx(film_m(years), rel=1e-3)


def test_what_is_lost_goes_with_the_film(simulator):
    outcome = simulator.simulate([NMC532], CalendarAgeing(years=8.0), curves=True)[0]
    years, kept = outcome.curve["year"], outcome.curve["capacity_retention_pct"]
    assert years == [0.0, 0.5, 2.0, 4.5, 8.0] and kept == sorted(kept, reverse=True)
    films = [film_m(year) - film_m(0) for year in years]
    assert (100 - kept[4]) / (100 - kept[2]) == pytest.approx(films[4] / films[2], rel=0.08)
    assert outcome.status == "ok" and outcome.validity == "extrapolated" and "not fitted" in outcome.note


def test_a_life_is_read_off_between_two_check_ups(simulator):
    end = simulator.simulate([NMC532], CalendarAgeing(years=4.0))[0].values["capacity_retention_pct"]
    found = simulator.simulate([NMC532], CalendarAgeing(years=16.0, eol_pct=end))[0]
    assert found.values["years"] == pytest.approx(4.0, rel=0.02)


@pytest.mark.parametrize(("system", "temperature", "reason"), [
    ("lfp_graphite", 25.0, "no film growth"), ("nca_graphite", 25.0, "effective"),
    ("nmc532_graphite", 34.0, "no activation energy")])
def test_a_set_without_a_basis_says_so(simulator, system, temperature, reason):
    point = SimulationPoint(pair=SYSTEMS[system].reference)
    outcome = simulator.simulate([point], CalendarAgeing(temperature_C=temperature))[0]
    assert outcome.status == "out of validity" and not outcome.values and reason in outcome.note


def test_a_warmer_film_grows_by_its_activation_energy(simulator):
    """Cracks are there before the storage; the film in them is another one. exp(E/R (1/T0 − 1/T)) on D."""
    point, thickness = SimulationPoint(pair=SYSTEMS["nmc811_graphite_siox"].reference), {}
    for celsius in (25.0, 40.0):
        prepared = prepare(point, CalendarAgeing(temperature_C=celsius))
        assert isinstance(prepared, Prepared)
        inputs = {**prepared.inputs(0.5), **IDLE_CONTROL, **NO_LIMITS, **REST}
        segment = kernel("nmc811_graphite_siox", "storage", "search").run([inputs], 0.5 * YEAR_S)[0]
        thickness[celsius] = segment.last(SEI_THICKNESS)
    energy = parameter_values(SYSTEMS["nmc811_graphite_siox"])[ACTIVATION]
    faster = math.exp(energy / 8.314 * (1 / 298.15 - 1 / 313.15))
    assert thickness[40.0] / thickness[25.0] == pytest.approx(faster**0.5, rel=0.01)


class Stored:
    """A simulator that has one outcome."""

    name = "stored"

    def __init__(self, values, status="ok"):
        self.outcome = Outcome(status=status, values=values, validity="extrapolated", note="film growth")

    def simulate(self, points, protocol, mesh="search", curves=False):
        return [self.outcome for _ in points]


def figure(design, metric, unit, values, status="ok", conditions=None, **protocol):
    ask = Ask(metric=metric, unit=unit, protocol=CalendarAgeing(**protocol), conditions=conditions or {})
    return evaluate([design], [ask], Stored(values, status))[0][0]


@pytest.fixture(scope="module")
def design():
    return CellDesign.model_validate(EXAMPLE_DESIGN)


def test_a_figure_of_storage_is_an_estimate_with_its_own_interval(design):
    kept = {"capacity_retention_pct": 92.0, "last_year": 5.0}
    recovery = figure(design, "storage_recovery", "%", kept, years=5.0)
    assert (recovery.value, recovery.low, recovery.high) == (92.0, 84.0, 96.0)
    assert recovery.method == "surrogate" and recovery.validity == "extrapolated"
    loss = figure(design, "capacity_loss", "%", kept, years=5.0)
    assert (loss.value, loss.low, loss.high) == (8.0, 4.0, 16.0)
    life = figure(design, "calendar_life", "year", {**kept, "years": 4.0}, years=10.0)
    assert (life.value, life.low, life.high) == (4.0, 1.0, 16.0)
    longer = figure(design, "calendar_life", "year", kept, years=5.0)
    assert longer.value == 5.0 and longer.note.startswith("at least this") and longer.high == 20.0


def test_a_run_that_ends_early_gives_no_number_for_later(design):
    values = {"capacity_retention_pct": 92.0, "last_year": 1.0}
    assert figure(design, "storage_recovery", "%", values, "limit reached", years=5.0).value is None
    assert figure(design, "storage_recovery", "%", values, years=5.0).cannot


def test_storage_informs_and_never_decides(design):
    asked = Requirement(id="R01", metric="storage_recovery", comparator=">=", value=80.0, conditions={"years": 5.0},
                        source=SourceSpan(document="d.md", quote="as written"))
    found = evaluate([design], [ask_of(asked)], Stored({"capacity_retention_pct": 97.0, "last_year": 5.0}))[0]
    assert judge([asked], found)[0].verdict == "not evaluated"


@pytest.mark.parametrize(("key", "soc_pct"), [("nmc532_graphite", 100.0), ("nmc811_graphite_siox", 50.0)])
def test_the_batched_solver_stores_as_pybamm_does(simulator, key, soc_pct):
    reference = SimulationPoint(pair=SYSTEMS[key].reference, path_resistance_ohm_cm2=2.0)
    points, protocol = [reference, *random_points(SYSTEMS[key], 1, 3)], CalendarAgeing(years=8.0, soc_pct=soc_pct)
    mine = BatchedSimulator(simulator)
    found, wanted = (s.simulate(points, protocol, curves=True) for s in (mine, simulator))
    for ours, theirs in zip(found, wanted, strict=True):
        assert (ours.status, ours.validity, ours.note) == (theirs.status, theirs.validity, theirs.note)
        assert ours.curve["year"] == theirs.curve["year"]
        assert ours.curve["capacity_retention_pct"] == pytest.approx(theirs.curve["capacity_retention_pct"], abs=0.1)
    assert mine.delegated == 0


def test_a_stored_cell_that_the_batched_solver_cannot_finish_goes_to_pybamm(simulator, monkeypatch):
    nothing = Segment(np.zeros(0), {}, np.zeros(0), failed="the step became too short")
    monkeypatch.setattr("tools.simulate.batched.kernel.BatchedKernel.run", lambda _, given, *__: [nothing] * len(given))
    found = BatchedSimulator(simulator).simulate([NMC532], CalendarAgeing(years=0.5))[0]
    assert found.values["capacity_retention_pct"] < 100 and "step became too short" in found.note
    assert "computed by pybamm" in found.note


def dense(key, porosity):
    reference = SYSTEMS[key].reference
    negative = reference.negative.model_copy(update={"porosity": porosity})
    return SimulationPoint(pair=reference.model_copy(update={"negative": negative}), path_resistance_ohm_cm2=2.0)


def test_pores_are_filled_when_the_simulated_film_is_as_thick_as_they_are():
    point = dense("nmc532_graphite", 0.15)
    prepared = prepare(point, CalendarAgeing())
    assert isinstance(prepared, Prepared)
    years = filled_after_years(prepared)
    inputs = {**prepared.inputs(0.5), **IDLE_CONTROL, **NO_LIMITS, **REST}
    grown = kernel("nmc532_graphite", "storage", "search").run([inputs], years * YEAR_S)[0].last(SEI_THICKNESS)
    negative = point.pair.negative
    area = 3 * active_fraction(negative, "negative") / (negative.particle_radius_um * 1e-6)
    assert 5 < years < 12
    assert negative.porosity - area * (grown - film_m(0)) == pytest.approx(LEAST_POROSITY, abs=0.001)


@pytest.mark.parametrize(("celsius", "porosity", "filled"), [(25.0, 0.15, 3.07), (45.0, 0.25, 4.64)])
def test_a_film_that_fills_the_pores_is_named_by_either_solver(simulator, celsius, porosity, filled):
    point, protocol = dense("nmc811_graphite_siox", porosity), CalendarAgeing(years=20.0, temperature_C=celsius,
                                                                             eol_pct=50.0)
    for solver in (simulator, BatchedSimulator(simulator)):
        outcome = solver.simulate([point], protocol)[0]
        assert outcome.status == "limit reached"
        assert outcome.values["last_year"] == pytest.approx(filled, abs=0.01) and "years" not in outcome.values
        assert outcome.note.startswith(f"the run stopped after {filled:.2f} years") and "pores" in outcome.note
        assert 75 < outcome.values["capacity_retention_pct"] < 95


def test_an_open_negative_keeps_its_pores_for_longer_than_anybody_asks():
    prepared = prepare(NMC532, CalendarAgeing())
    assert isinstance(prepared, Prepared) and filled_after_years(prepared) > 50
