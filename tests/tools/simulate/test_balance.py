"""The lithium balance: conservation, published cells, monotone trends, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.parameters.registry import SYSTEMS
from tools.failures import BadInput, Infeasible
from tools.simulate.balance import balance, balance_many, negative_thickness_um, np_ratio, with_np_ratio
from tools.simulate.formulation import active_fraction
from tools.simulate.ocp import POINTS, _folder, _store, _stored, ocp_table

M50 = SYSTEMS["nmc811_graphite_siox"]


def changed(pair, side, **fields):
    return pair.model_copy(update={side: getattr(pair, side).model_copy(update=fields)})


@pytest.mark.parametrize("key", SYSTEMS)
def test_lithium_and_capacity_are_conserved(key):
    found = SYSTEMS[key]
    held = balance(found.reference)
    (x0, x1), (y0, y1) = held.negative_stoichiometry, held.positive_stoichiometry
    moved_n, moved_p = (x1 - x0) * held.negative_sites_mAh_cm2, (y0 - y1) * held.positive_sites_mAh_cm2
    assert moved_n == pytest.approx(moved_p, rel=1e-9)
    assert held.areal_capacity_mAh_cm2 == pytest.approx(moved_p, rel=1e-9)
    made = found.as_made_stoichiometry * held.positive_sites_mAh_cm2
    kept = x1 * held.negative_sites_mAh_cm2 + y1 * held.positive_sites_mAh_cm2
    lost = found.first_cycle_loss * held.negative_sites_mAh_cm2
    assert made == pytest.approx(kept + lost, rel=1e-9)


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_window_s_ends_are_the_cut_off_voltages(key):
    pair = SYSTEMS[key].reference
    assert balance(pair).ocv(np.array([0.0, 1.0])) == pytest.approx([pair.v_min, pair.v_max], abs=2e-3)


# Published nominal capacity; the LG M50 set holds 5.1 Ah at zero current, the two others are nominal at 1C.
PUBLISHED = {"nmc811_graphite_siox": 0.03, "nmc532_graphite": 0.01, "lfp_graphite": 0.005, "lco_graphite": 0.09,
             "nca_graphite": 0.13, "lfp_graphite_18650": 0.045, "nmc111_graphite": 0.06, "lnmo_graphite": 0.04,
             "nvpf_hard_carbon": 0.04}


@pytest.mark.parametrize("key", SYSTEMS)
def test_published_cells_are_reproduced(key):
    cell = SYSTEMS[key].published
    for side in ("positive", "negative"):
        fraction = active_fraction(getattr(cell.pair, side), side)
        assert fraction == pytest.approx(getattr(cell, f"{side}_active_fraction"), rel=1e-5)
    capacity = balance(cell.pair).areal_capacity_mAh_cm2 * cell.area_m2 * 10
    assert capacity == pytest.approx(cell.capacity_Ah, rel=PUBLISHED[key])


def test_published_stoichiometries_are_reproduced():
    held = balance(SYSTEMS["lfp_graphite"].published.pair)
    assert held.negative_stoichiometry[1] == pytest.approx(0.81, abs=1e-3)
    assert held.positive_stoichiometry[1] == pytest.approx(0.0038, abs=2e-4)
    discharged = balance(SYSTEMS["nmc532_graphite"].published.pair)
    assert discharged.negative_stoichiometry[0] == pytest.approx(48.8682 / 28746, abs=5e-4)
    assert discharged.positive_stoichiometry[0] == pytest.approx(31513 / 35380, abs=1e-3)


@pytest.mark.parametrize("key", SYSTEMS)
def test_np_ratio_is_proportional_and_one_means_a_full_negative(key):
    pair = SYSTEMS[key].reference
    assert np_ratio(with_np_ratio(pair, 1.17)) == pytest.approx(1.17, rel=1e-9)
    assert negative_thickness_um(pair, 1.2) == pytest.approx(2 * negative_thickness_um(pair, 0.6))
    full = balance(with_np_ratio(pair, 1 + 1e-9))
    assert full.negative_stoichiometry[1] == pytest.approx(1.0, abs=2e-3)
    with pytest.raises(Infeasible, match="cannot hold the lithium"):
        balance(with_np_ratio(pair, 0.98))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(SYSTEMS)), st.floats(0.8, 1.2), st.floats(1.01, 1.3), st.floats(1.05, 1.4))
def test_areal_capacity_grows_with_thickness_and_falls_with_porosity(key, scale, thicker, ratio):
    pair = with_np_ratio(SYSTEMS[key].reference, ratio)
    thin = changed(pair, "positive", coating_thickness_um=pair.positive.coating_thickness_um * scale)
    thin = with_np_ratio(thin, ratio)
    thick = changed(thin, "positive", coating_thickness_um=thin.positive.coating_thickness_um * thicker)
    thick = with_np_ratio(thick, ratio)
    assert balance(thick).areal_capacity_mAh_cm2 == pytest.approx(
        thicker * balance(thin).areal_capacity_mAh_cm2, rel=1e-6)
    porous = changed(thin, "positive", porosity=thin.positive.porosity + 0.05)
    assert balance(with_np_ratio(porous, ratio)).areal_capacity_mAh_cm2 < balance(thin).areal_capacity_mAh_cm2


@pytest.mark.parametrize(("side", "field", "value", "message"), [
    ("positive", "coating_thickness_um", 0.0756, "5 to 400"),
    ("negative", "coating_thickness_um", 852.0, "5 to 400"),
    ("positive", "porosity", 0.95, "0.05 to 0.7"),
    ("negative", "particle_radius_um", 0.0005, "0.01 to 30"),
    ("positive", "active_mass_fraction", 0.6, "add up to"),
    ("positive", "active_material", "lfp", "describes 'nmc811'"),
])
def test_impossible_electrodes_name_the_field_and_its_range(side, field, value, message):
    with pytest.raises(BadInput, match=message):
        balance(changed(M50.reference, side, **{field: value}))


@pytest.mark.parametrize(("update", "message"), [
    ({"v_max": 5.2}, "can be charged to"), ({"v_min": 4.1}, "0.2 V below"), ({"v_min": 0.1}, "v_min is 0.1"),
    ({"system": "sodium"}, "no system"),
])
def test_impossible_voltages_and_systems(update, message):
    with pytest.raises(BadInput, match=message):
        balance(M50.reference.model_copy(update=update))


def test_many_keeps_order_and_failures():
    bad = with_np_ratio(M50.reference, 0.9)
    first, second, third = balance_many([M50.reference, bad, M50.reference])
    assert first == third
    assert isinstance(second, Infeasible)


def test_a_damaged_table_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("CELLWRIGHT_HOME", str(tmp_path))
    table = ocp_table("lco_graphite")
    path = _folder() / "table.npz"
    _store(path, table)
    again = _stored(path)
    assert again is not None and np.array_equal(again[3], table[3])
    assert table[0].shape == (POINTS,)
    path.write_bytes(path.read_bytes()[:2000])
    assert _stored(path) is None
