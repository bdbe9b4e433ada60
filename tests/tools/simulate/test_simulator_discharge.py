"""Discharges of the batched DFN: published cells, plain PyBaMM, limits, trends, independence of the batch."""

import pytest

from knowledge.cell import ElectrodePair
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge, ThermalDischarge
from tools.simulate.balance import balance
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.stock import stock_rebuild

M50 = SYSTEMS["nmc811_graphite_siox"]
SLOW_LIMIT = 0.005  # of the balanced capacity: what a C/50 discharge may leave behind


@pytest.fixture(scope="module")
def simulator() -> PybammSimulator:
    return PybammSimulator()


def at(pair: ElectrodePair, **more: float) -> SimulationPoint:
    return SimulationPoint(pair=pair, **more)


@pytest.mark.parametrize("key", sorted(SYSTEMS))
def test_a_very_slow_discharge_delivers_the_balanced_capacity(simulator, key):
    pair = SYSTEMS[key].reference
    # Sodium moves slowly in these particles: 98.4 % at C/50, 99.9 % at C/1000.
    rate, box = (0.001, "extrapolated") if key == "nvpf_hard_carbon" else (0.02, "inside")
    outcome = simulator.simulate([at(pair)], Discharge(rate_C=rate))[0]
    whole = balance(pair).areal_capacity_mAh_cm2
    assert outcome.status == "ok" and outcome.validity == box
    assert outcome.values["capacity_mAh_cm2"] == pytest.approx(whole, rel=SLOW_LIMIT)
    assert outcome.values["energy_mWh_cm2"] == pytest.approx(whole * balance(pair).mean_ocv_V, rel=0.01)


@pytest.mark.parametrize("rate", [1 / 3, 1.0])
def test_the_batch_agrees_with_a_plain_pybamm_simulation_of_the_published_cell(simulator, rate):
    """The LG M50 as published, against `pybamm.Simulation` with PyBaMM's own mesh, solver and events."""
    points = [at(M50.published.pair), at(M50.published.pair, path_resistance_ohm_cm2=12.0)]
    for point, mine in zip(points, simulator.simulate(points, Discharge(rate_C=rate)), strict=True):
        plain = stock_rebuild(point, Discharge(rate_C=rate))
        for name in ("capacity_mAh_cm2", "energy_mWh_cm2"):
            assert mine.values[name] == pytest.approx(plain.values[name], rel=0.003)


def test_domains_of_different_tortuosity_agree_with_a_plain_simulation(simulator):
    """Ai2020's Bruggeman exponents are 2.9, 1.5 and 1.8: means at the interfaces must weigh the real cell widths."""
    pair = SYSTEMS["lco_graphite"].reference
    dense = pair.model_copy(update={
        part: getattr(pair, part).model_copy(update={"porosity": 0.25}) for part in ("positive", "negative")})
    mine = simulator.simulate([at(dense)], Discharge(rate_C=1.0))[0]
    plain = stock_rebuild(at(dense), Discharge(rate_C=1.0))
    assert mine.values["energy_mWh_cm2"] == pytest.approx(plain.values["energy_mWh_cm2"], rel=0.003)


def test_the_published_set_untouched_gives_the_same_energy(simulator):
    """A `pybamm.Simulation` of OKane2022 with nothing changed but the current: 0.1027 m² of the same electrodes."""
    import pybamm

    values = pybamm.ParameterValues("OKane2022")
    pair, area = M50.published.pair, M50.published.area_m2
    one_C = balance(pair).areal_capacity_mAh_cm2 * 10
    values["Current function [A]"] = one_C * area
    x, y = balance(pair).stoichiometry(1.0)
    values["Initial concentration in negative electrode [mol.m-3]"] = x * M50.published.negative_sites_mol_m3
    values["Initial concentration in positive electrode [mol.m-3]"] = y * M50.published.positive_sites_mol_m3
    plain = pybamm.Simulation(pybamm.lithium_ion.DFN(), parameter_values=values).solve([0, 4500])
    mine = simulator.simulate([at(pair)], Discharge(rate_C=1.0))[0]
    capacity = plain["Discharge capacity [A.h]"].entries[-1]
    assert mine.values["capacity_mAh_cm2"] * area * 10 == pytest.approx(capacity, rel=0.003)


def test_faster_and_more_resistive_discharges_deliver_less(simulator):
    pair = M50.reference
    rates = [simulator.simulate([at(pair)], Discharge(rate_C=r))[0].values for r in (0.2, 0.5, 1.0, 2.0)]
    capacities = [v["capacity_mAh_cm2"] for v in rates]
    assert capacities == sorted(capacities, reverse=True) and capacities[0] > 1.02 * capacities[-1]
    points = [at(pair, path_resistance_ohm_cm2=r) for r in (0.0, 5.0, 20.0)]
    energies = [o.values["energy_mWh_cm2"] for o in simulator.simulate(points, Discharge(rate_C=1.0))]
    assert energies == sorted(energies, reverse=True)


def test_path_resistance_lowers_the_voltage_by_its_own_drop(simulator):
    pair = M50.reference
    current = balance(pair).areal_capacity_mAh_cm2 * 1e-3  # A/cm² at 1C
    bare, loaded = simulator.simulate([at(pair), at(pair, path_resistance_ohm_cm2=10.0)], Discharge(rate_C=1.0))
    drop = bare.values["mean_voltage_V"] - loaded.values["mean_voltage_V"]
    assert drop == pytest.approx(10 * current, rel=0.05)


def test_results_do_not_depend_on_the_batch(simulator):
    points = [at(M50.reference, path_resistance_ohm_cm2=r, rate_C=c) for r, c in ((0, 1), (3, 0.5), (9, 2))]
    protocol = Discharge(rate_C=None)
    together = simulator.simulate(points, protocol)
    backwards = simulator.simulate(points[::-1], protocol)[::-1]
    alone = [simulator.simulate([p], protocol)[0] for p in points]
    for name in ("capacity_mAh_cm2", "energy_mWh_cm2"):
        for a, b, c in zip(together, backwards, alone, strict=True):
            assert a.values[name] == pytest.approx(b.values[name], rel=1e-9) == pytest.approx(c.values[name], rel=1e-9)


def test_a_hopeless_current_is_an_answer_and_leaves_its_neighbours_alone(simulator):
    points = [at(M50.reference, rate_C=r) for r in (1.0, 100.0, 4000.0, 1.0)]
    good, poor, hopeless, again = simulator.simulate(points, Discharge(rate_C=None))
    assert good.status == again.status == "ok" and good.values == again.values
    assert poor.status == hopeless.status == "cannot carry the current"
    assert "lower cut-off" in poor.note


def test_a_lower_cut_off_of_its_own_is_kept(simulator):
    short = simulator.simulate([at(M50.reference)], Discharge(rate_C=0.5, v_min=3.3), curves=True)[0]
    full = simulator.simulate([at(M50.reference)], Discharge(rate_C=0.5))[0]
    assert short.values["capacity_mAh_cm2"] < full.values["capacity_mAh_cm2"]
    assert short.curve["voltage_V"][-1] == pytest.approx(3.3, abs=0.002)
    assert 20 < len(short.curve["time_s"]) <= 160 and short.curve["time_s"] == sorted(short.curve["time_s"])


def test_the_finer_mesh_moves_a_1C_discharge_by_less_than_a_percent(simulator):
    coarse = simulator.simulate([at(M50.reference)], Discharge(rate_C=1.0), "search")[0]
    fine = simulator.simulate([at(M50.reference)], Discharge(rate_C=1.0), "verify")[0]
    assert fine.values["energy_mWh_cm2"] == pytest.approx(coarse.values["energy_mWh_cm2"], rel=0.01)
    assert fine.values != coarse.values


def test_a_cold_cell_delivers_less_and_a_set_without_temperature_says_so(simulator):
    cold, warm = (simulator.simulate([at(M50.reference)], Discharge(rate_C=1.0, temperature_C=t))[0] for t in (-10, 25))
    assert cold.values["capacity_mAh_cm2"] < 0.95 * warm.values["capacity_mAh_cm2"]
    lfp = SimulationPoint(pair=SYSTEMS["lfp_graphite"].reference)
    refused = simulator.simulate([lfp], Discharge(temperature_C=-20))[0]
    assert refused.status == refused.validity == "out of validity" and not refused.values
    assert "-20 °C" in refused.note


def test_outside_the_box_is_extrapolated_and_a_bad_pair_is_a_failed_outcome(simulator):
    pair = M50.reference
    thick = pair.model_copy(update={
        part: getattr(pair, part).model_copy(
            update={"coating_thickness_um": 1.6 * getattr(pair, part).coating_thickness_um})
        for part in ("positive", "negative")})
    absurd = pair.model_copy(update={"positive": pair.positive.model_copy(update={"coating_thickness_um": 900})})
    fine, bad = simulator.simulate([at(thick), at(absurd)], Discharge(rate_C=0.2))
    assert fine.status == "ok" and fine.validity == "extrapolated" and "thickness" in fine.note
    assert bad.status == "failed" and "coating_thickness_um" in bad.note


def test_an_adiabatic_discharge_heats_by_its_losses_over_the_heat_capacity(simulator):
    """First law: what the cell did not deliver of its open-circuit energy heats it (OKane2022 has no entropic heat)."""
    heat_J_K_cm2, rate = 0.05, 1.0
    point = at(M50.reference, heat_capacity_J_K_cm2=heat_J_K_cm2, cooled_surface_ratio=0.1)
    adiabatic, cooled = (
        simulator.simulate([point], ThermalDischarge(rate_C=rate, heat_transfer_W_m2K=h))[0] for h in (0.0, 200.0))
    found = balance(M50.reference)
    used = adiabatic.values["capacity_mAh_cm2"] / found.areal_capacity_mAh_cm2
    grid = [1 - used * i / 400 for i in range(401)]
    ideal = float(found.ocv(grid).mean()) * adiabatic.values["capacity_mAh_cm2"]
    rise = (ideal - adiabatic.values["energy_mWh_cm2"]) * 3.6 / heat_J_K_cm2
    assert adiabatic.values["temperature_rise_K"] == pytest.approx(rise, rel=0.03)
    assert 0 < cooled.values["temperature_rise_K"] < adiabatic.values["temperature_rise_K"]


def test_a_thermal_question_without_thermal_parameters_is_refused(simulator):
    point = at(SYSTEMS["lfp_graphite"].reference, heat_capacity_J_K_cm2=0.05, cooled_surface_ratio=0.1)
    refused = simulator.simulate([point], ThermalDischarge())[0]
    assert refused.status == "out of validity" and "thermal" in refused.note
