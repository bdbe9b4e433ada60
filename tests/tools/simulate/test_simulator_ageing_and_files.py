"""Cycle ageing by state jumps, the checks of finalists, and BPX files."""

from types import SimpleNamespace

import numpy as np
import pybamm
import pytest

from knowledge.ask import Ask
from knowledge.cell import CellDesign, Cylindrical
from knowledge.parameters import SYSTEMS
from knowledge.protocol import CycleAgeing, Discharge, Pulse
from tools.failures import BadInput
from tools.simulate import ageing, pybamm_ageing
from tools.simulate.answer import Case
from tools.simulate.balance import balance
from tools.simulate.bpx import load_bpx, write_bpx
from tools.simulate.buildup import build_up
from tools.simulate.measure import measured
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.pybamm_mesh import MeshSize, shell_shares
from tools.simulate.pybamm_model import NEGATIVE_OCP
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.runs import Run
from tools.simulate.segment import Segment
from tools.simulate.stock import stock_rebuild

NMC532 = SimulationPoint(pair=SYSTEMS["nmc532_graphite"].reference, path_resistance_ohm_cm2=2.0)
M50 = SYSTEMS["nmc811_graphite_siox"]


@pytest.fixture(scope="module")
def simulator() -> PybammSimulator:
    return PybammSimulator()


def test_jumped_cycles_end_where_simulated_cycles_end(simulator, monkeypatch):
    """22 cycles with jumps against the same 22 cycles simulated one by one."""
    protocol = CycleAgeing(max_cycles=23)
    jumped = simulator.simulate([NMC532], protocol, curves=True)[0]
    monkeypatch.setattr(ageing, "GROWTH", 0.0)
    monkeypatch.setattr(ageing, "FIRST_STEP", 0)
    each = simulator.simulate([NMC532], protocol, curves=True)[0]
    assert jumped.values["last_cycle"] == each.values["last_cycle"] == 23
    assert len(jumped.curve["cycle"]) < len(each.curve["cycle"]) / 2
    lost = 100 - each.values["capacity_retention_pct"]
    assert lost > 0.3
    assert 100 - jumped.values["capacity_retention_pct"] == pytest.approx(lost, rel=0.03)


def test_ageing_stops_at_the_end_of_life_and_hotter_or_faster_use_is_recorded(simulator):
    outcome = simulator.simulate([NMC532], CycleAgeing(eol_pct=98, max_cycles=400), curves=True)[0]
    assert outcome.status == "ok" and outcome.validity == "inside"
    assert 20 < outcome.values["cycles"] <= outcome.values["last_cycle"] < 400
    retention = outcome.curve["capacity_retention_pct"]
    assert retention[0] == 100 and retention == sorted(retention, reverse=True) and retention[-1] <= 98
    assert "SEI" in outcome.note and "not fitted" in outcome.note


def test_a_jump_keeps_the_mean_and_leaves_no_particle_beyond_full_or_empty():
    size = MeshSize(electrode=3, separator=2, shells=4, shell_ratio=1.35)
    shares = shell_shares(size)
    held = np.array([[0.5] * 4, [0.9] * 4, [0.9, 0.95, 0.99, 0.9999]]).ravel()
    name = "Negative particle concentration [mol.m-3]"
    model = SimpleNamespace(y_slices={pybamm.Variable(name): [slice(0, 12)]})
    for change in (0.05, -0.05):
        after = pybamm_ageing.PybammJumps(SimpleNamespace(model=model, size=size)).moved(held, np.full(12, change))
        assert after.min() > 0 and after.max() < 1
        assert (after.reshape(3, 4) @ shares).mean() - (held.reshape(3, 4) @ shares).mean() == pytest.approx(change)


def test_a_potential_that_no_lithium_content_has_is_noticed():
    segment = Segment(np.zeros(2), {NEGATIVE_OCP: np.array([0.1, -2.1])}, np.zeros(1))
    assert pybamm_ageing.stuck(segment)
    assert not pybamm_ageing.stuck(Segment(np.zeros(2), {NEGATIVE_OCP: np.array([0.1, 0.8])}, np.zeros(1)))


def test_a_shallow_cycle_wears_less(simulator):
    deep, shallow = (
        simulator.simulate([NMC532], CycleAgeing(max_cycles=60, dod_pct=d))[0].values["capacity_retention_pct"]
        for d in (100, 40))
    assert shallow > deep


def test_a_set_without_ageing_parameters_says_so(simulator):
    refused = simulator.simulate([SimulationPoint(pair=SYSTEMS["lfp_graphite"].reference)], CycleAgeing())[0]
    assert refused.status == "out of validity" and "ageing" in refused.note and not refused.values


def test_both_meshes_and_a_rebuild_give_the_same_energy(simulator):
    point, protocol = SimulationPoint(pair=M50.reference), Discharge(rate_C=1.0)
    found = [simulator.simulate([point], protocol, mesh)[0] for mesh in ("search", "verify", "rebuild")]
    assert all(o.status == "ok" for o in found)
    assert [o.values["energy_mWh_cm2"] for o in found] == pytest.approx(
        3 * [found[0].values["energy_mWh_cm2"]], rel=0.005)


def test_a_stock_rebuild_answers_discharges_only():
    with pytest.raises(BadInput, match="pulse"):
        stock_rebuild(SimulationPoint(pair=M50.reference), Pulse())


TWO = ("nmc811_graphite_siox", "lco_graphite")
# BPX cannot hold a rate constant that depends on concentration, as the sodium set's does.
BPX_LIMIT = {"nvpf_hard_carbon": 0.03}


@pytest.mark.parametrize("key", [pytest.param(k, marks=() if k in TWO else pytest.mark.slow) for k in SYSTEMS])
def test_a_bpx_file_runs_in_pybamm_and_gives_the_same_capacity(simulator, tmp_path, key):
    import pybamm

    design = CellDesign(pair=SYSTEMS[key].reference, format=Cylindrical(diameter_mm=21, height_mm=70))
    build = build_up(design)
    content = write_bpx(design, tmp_path / "bpx.json")
    values = load_bpx(tmp_path / "bpx.json")
    one_C = build.stoichiometric_capacity_Ah
    values["Current function [A]"] = one_C / 3
    model = pybamm.lithium_ion.DFN({"contact resistance": "true"})
    solution = pybamm.Simulation(model, parameter_values=values).solve([0, 1.3 * 3 * 3600])
    point = SimulationPoint(pair=design.pair, path_resistance_ohm_cm2=build.path_resistance_ohm_cm2)
    mine = simulator.simulate([point], Discharge(rate_C=1 / 3))[0]
    cell_Ah = mine.values["capacity_mAh_cm2"] * build.electrode_area_cm2 / 1000
    assert solution["Discharge capacity [A.h]"].entries[-1] == pytest.approx(cell_Ah, rel=BPX_LIMIT.get(key, 0.005))
    assert ("depends on concentration; BPX has one number" in content["Header"]["Description"]) == (key in BPX_LIMIT)
    cell = content["Parameterisation"]["Cell"]
    assert cell["Nominal cell capacity [A.h]"] == pytest.approx(
        balance(design.pair).areal_capacity_mAh_cm2 * cell["Electrode area [m2]"] * 10)


@pytest.mark.parametrize("metric", ["cycle_life", "capacity_retention", "resistance_growth"])
def test_a_cell_that_gains_capacity_gets_no_life(metric):
    design = CellDesign(pair=M50.reference, format=Cylindrical(diameter_mm=21, height_mm=70))
    outcome = Outcome(status="ok", values={"capacity_retention_pct": 101.9, "last_cycle": 1000.0,
                                           "resistance_growth_pct": -9.0})
    ask = Ask(metric=metric, unit=None, protocol=CycleAgeing(), conditions={"cycles": 1000.0})
    answer = measured(Case(ask, design, build_up(design), [(Run("main", CycleAgeing(), None), outcome)]))
    assert answer.value is None and "surplus" in answer.note
