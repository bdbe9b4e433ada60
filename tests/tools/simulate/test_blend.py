"""A negative of two active materials: balance, build-up, simulation, sheets, and what refuses it."""

import numpy as np
import pytest

from knowledge.cell import CellDesign, Cylindrical, Electrode, SecondActive
from knowledge.parameters.registry import EVALUATED, SYSTEMS
from knowledge.protocol import CycleAgeing, Discharge, Pulse, RoundTrip, ThermalDischarge
from knowledge.sheet import DesignSheet
from tools.failures import BadInput, OutOfValidity
from tools.screen.theory import physical_bound
from tools.simulate.balance import balance, np_ratio
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.batched.tables import tables
from tools.simulate.bpx import write_bpx
from tools.simulate.buildup import build_up
from tools.simulate.composition import silicon_share_pct
from tools.simulate.formulation import coating, phase_fractions, solid_density_kg_m3
from tools.simulate.impedance import FindImpedance, find_impedance
from tools.simulate.parameter_set import published_values
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.sheet import resolve_sheet
from tools.simulate.template import template
from tools.simulate.tolerance import causes
from tools.tool import Context

KEY = "nmc811_graphite_silicon"
BLEND = EVALUATED[KEY]
FORMAT = Cylindrical(diameter_mm=21, height_mm=70)
DESIGN = CellDesign(pair=BLEND.reference, format=FORMAT)
POINT = SimulationPoint(pair=BLEND.reference, path_resistance_ohm_cm2=2.0)


def with_share(share, pair=BLEND.reference):
    second = pair.negative.second.model_copy(update={"share": share})
    return pair.model_copy(update={"negative": pair.negative.model_copy(update={"second": second})})


def test_the_published_pair_repeats_the_installed_set():
    values, p = published_values(BLEND.pybamm_set), BLEND.published
    name = "Negative electrode active material volume fraction"
    fractions = phase_fractions(p.pair.negative, "negative")
    assert fractions == pytest.approx((values[f"Primary: {name}"], values[f"Secondary: {name}"]), rel=1e-4)
    assert fractions == pytest.approx((p.negative_active_fraction, p.second.active_fraction), rel=1e-4)
    for phase, radius, sites, state in (
        ("Primary", p.pair.negative.particle_radius_um, p.negative_sites_mol_m3, p.stoichiometry[0]),
        ("Secondary", p.pair.negative.second.particle_radius_um, p.second.sites_mol_m3, p.second.stoichiometry),
    ):
        assert radius == pytest.approx(values[f"{phase}: Negative particle radius [m]"] * 1e6)
        assert sites == values[f"{phase}: Maximum concentration in negative electrode [mol.m-3]"]
        assert state == values[f"{phase}: Initial concentration in negative electrode [mol.m-3]"] / sites


@pytest.mark.filterwarnings("ignore:The parameter:DeprecationWarning")  # PyBaMM of its own names
def test_window_and_split_are_those_of_pybamm_s_own_balance():
    import pybamm
    from pybamm.models.full_battery_models.lithium_ion.electrode_soh_composite import (
        get_initial_stoichiometries_composite,
    )

    held, pair = balance(BLEND.published.pair), BLEND.published.pair
    options = {"particle phases": ("2", "1"), "open-circuit potential": (("single", "current sigmoid"), "single")}
    values = published_values(BLEND.pybamm_set)
    # PyBaMM keeps the lithium of its initial state: ours, which formation has left.
    (z1, z2), y = held.phases(1.0), held.positive_stoichiometry[1]
    values.update({"Primary: Initial concentration in negative electrode [mol.m-3]": z1 * 28700,
                   "Secondary: Initial concentration in negative electrode [mol.m-3]": z2 * 278000,
                   "Initial concentration in positive electrode [mol.m-3]": y * 63104})
    found = get_initial_stoichiometries_composite(1.0, values, options=options,
                                                  param=pybamm.LithiumIonParameters(options))
    assert (found["x_100_1"], found["x_100_2"]) == pytest.approx((z1, z2), abs=5e-3)
    assert found["y_100_1"] == pytest.approx(y, abs=1e-3)
    assert found["y_0_1"] == pytest.approx(held.positive_stoichiometry[0], abs=2e-3)
    assert (pair.v_min, pair.v_max) == (BLEND.v_min, BLEND.v_max)


def test_lithium_is_conserved_between_the_two_materials():
    held, second = balance(BLEND.reference), BLEND.published.second
    share = coating(BLEND.reference.negative, KEY, "negative").second_site_share
    graphite, silicon = phase_fractions(BLEND.reference.negative, "negative")
    assert share == pytest.approx(silicon * second.sites_mol_m3 / (
        silicon * second.sites_mol_m3 + graphite * BLEND.published.negative_sites_mol_m3))
    for soc in (0.0, 0.3, 0.9, 1.0):
        z1, z2 = held.phases(soc)
        assert (1 - share) * z1 + share * z2 == pytest.approx(held.stoichiometry(soc)[0], abs=2e-3)
    with pytest.raises(ValueError, match="one material"):
        balance(SYSTEMS["nmc811_graphite_siox"].reference).phases(0.5)


def test_more_silicon_holds_more_and_loses_more_and_is_lighter_at_equal_n_p():
    from tools.simulate.balance import with_np_ratio

    little, much = (with_np_ratio(with_share(s), 1.1) for s in (0.01, 0.06))
    assert much.negative.coating_thickness_um < 0.85 * little.negative.coating_thickness_um
    assert np_ratio(with_share(0.06)) > np_ratio(with_share(0.01))
    assert BLEND.loss(0.3) > BLEND.loss(0.1) > BLEND.first_cycle_loss
    assert BLEND.loss(1.0) == pytest.approx(BLEND.published.second.first_cycle_loss)
    energies = [b.stoichiometric_capacity_Ah / b.mass_g for b in (
        build_up(CellDesign(pair=p, format=FORMAT)) for p in (little, much))]
    assert energies[1] > 1.03 * energies[0]


def test_density_mass_and_cost_count_both_materials():
    electrode = BLEND.reference.negative
    plain = Electrode.model_validate(electrode.model_dump(exclude={"second"}))
    assert solid_density_kg_m3(electrode, "negative") > solid_density_kg_m3(plain, "negative")
    assert sum(phase_fractions(electrode, "negative")) == pytest.approx(
        coating(electrode, KEY, "negative").active_fraction)
    items = {i.item: i.amount for i in build_up(DESIGN).cost_items}
    both = items["negative active material"], items["negative second active material"]
    assert both[1] / sum(both) == pytest.approx(electrode.second.share)
    assert silicon_share_pct(BLEND.reference) == (pytest.approx(100 * 0.965 * 0.02), True)
    assert physical_bound(KEY)[0] > 400


def test_search_mesh_verify_mesh_and_plain_pybamm_agree():
    simulator = PybammSimulator()
    found = [simulator.simulate([POINT], Discharge(rate_C=1.0), mesh)[0] for mesh in ("search", "verify", "rebuild")]
    energies = [o.values["energy_mWh_cm2"] for o in found]
    assert energies == pytest.approx([energies[2]] * 3, rel=1e-3)
    slow = simulator.simulate([POINT.model_copy(update={"path_resistance_ohm_cm2": 0.0})], Discharge(rate_C=0.02))[0]
    assert slow.values["capacity_mAh_cm2"] == pytest.approx(balance(POINT.pair).areal_capacity_mAh_cm2, rel=5e-3)


def test_pulses_begin_at_the_balance_s_voltage_and_hysteresis_costs_energy():
    simulator = PybammSimulator()
    pulse = simulator.simulate([POINT], Pulse(soc_pct=50))[0].values
    assert pulse["ocv_V"] == pytest.approx(float(balance(POINT.pair).ocv(0.5)), abs=2e-3)
    # At almost no current what is lost is the hysteresis; one material without it loses nothing.
    turn = RoundTrip(charge_C=0.02, discharge_C=0.02)
    blends = [SimulationPoint(pair=with_share(share)) for share in (0.02, 0.06)]
    lost = [100 - o.values["efficiency_pct"] for o in simulator.simulate(blends, turn)]
    assert 0.5 < lost[0] < lost[1] < 10


def test_what_the_set_does_not_have_is_out_of_validity():
    point = POINT.model_copy(update={"heat_capacity_J_K_cm2": 0.06, "cooled_surface_ratio": 0.05})
    for protocol in (ThermalDischarge(rate_C=1.0), CycleAgeing(), Discharge(rate_C=1.0, temperature_C=0)):
        assert PybammSimulator().simulate([point], protocol)[0].status == "out of validity"
    outside = SimulationPoint(pair=with_share(0.1))
    found = PybammSimulator().simulate([outside], Discharge(rate_C=0.5))[0]
    assert found.validity == "extrapolated" and "share of silicon" in found.note


def test_the_batched_solver_refuses_and_pybamm_serves():
    with pytest.raises(OutOfValidity, match="blend of two materials"):
        tables(KEY, 25.0)
    simulator = BatchedSimulator(PybammSimulator())
    found = simulator.simulate([POINT], Discharge(rate_C=0.5))[0]
    assert found.status == "ok" and "computed by pybamm" in found.note and simulator.delegated == 1


def test_bpx_refuses_and_says_why():
    with pytest.raises(OutOfValidity, match="silicon"):
        write_bpx(DESIGN)


def test_impedance_of_a_blend(tmp_path):
    found = find_impedance.function(FindImpedance(design=DESIGN, lowest_Hz=1.0), Context(home=tmp_path))
    assert found.real_mohm[-1] > found.real_mohm[0] > found.path_mohm > 0


@pytest.mark.parametrize(("change", "field"), [
    ({"second": None}, "negative.second"),
    ({"second": SecondActive(active_material="graphite", share=0.02, particle_radius_um=1.5)}, "negative.second"),
    ({"second": SecondActive(active_material="silicon", share=0.5, particle_radius_um=1.5)}, "negative.second.share"),
    ({"second": SecondActive(active_material="silicon", share=0.02, particle_radius_um=60)},
     "negative.second.particle_radius_um"),
])
def test_a_blend_that_cannot_be_is_refused_by_field(change, field):
    pair = BLEND.reference.model_copy(update={"negative": BLEND.reference.negative.model_copy(update=change)})
    with pytest.raises(BadInput) as error:
        balance(pair)
    assert error.value.details["field"] == field


def test_a_blend_on_a_plain_set_is_refused():
    pair = SYSTEMS["nmc532_graphite"].reference
    second = SecondActive(active_material="silicon", share=0.02, particle_radius_um=1.5)
    with pytest.raises(BadInput, match="one active material"):
        balance(pair.model_copy(update={"negative": pair.negative.model_copy(update={"second": second})}))
    with pytest.raises(BadInput, match="one active material"):
        resolve_sheet(DesignSheet.model_validate({
            "system": "nmc532_graphite", "format": FORMAT.model_dump(), "negative": {"second_share": 0.05}}))


def test_a_sheet_gives_the_share_or_has_it_assumed():
    sheet = {"system": KEY, "format": FORMAT.model_dump(), "areal_capacity_mAh_cm2": 5.0, "np_ratio": 1.08}
    given = resolve_sheet(DesignSheet.model_validate({**sheet, "negative": {"second_share": 0.05}}))
    assert given.design.pair.negative.second.share == 0.05
    assert "negative.second_share" not in {a.field for a in given.assumed}
    left_out = resolve_sheet(DesignSheet.model_validate(sheet))
    assumed = {a.field: a.value for a in left_out.assumed}
    assert assumed["negative.second_share"] == 0.02 and assumed["negative.second_radius_um"] == 1.52
    names = {c.name for c in causes(left_out.design, left_out.assumed)}
    assert "negative.second_share" in names
    full = template("cylindrical", "designer", KEY)
    again = resolve_sheet(DesignSheet.model_validate(full))
    assert balance(again.design.pair).areal_capacity_mAh_cm2 == pytest.approx(
        full["areal_capacity_mAh_cm2"], rel=1e-4)


def test_plain_designs_and_systems_keep_their_identity():
    plain = CellDesign(pair=SYSTEMS["nmc811_graphite_siox"].reference, format=FORMAT)
    dumps = plain.model_dump_json() + SYSTEMS["nmc811_graphite_siox"].model_dump_json()
    assert "second" not in dumps
    # As they were before there were blends: identities key stored labels.
    assert plain.id == "7c10cf708522"
    assert DESIGN.id != plain.id and np.isfinite(DESIGN.pair.negative.second.share)
