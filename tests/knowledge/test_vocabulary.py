"""The vocabulary is complete, consistent and unambiguous."""

import re

import pytest

from knowledge import vocabulary
from knowledge.units import UnitMismatch, meanings, to_canonical

# The contract's names: a document may carry these and no others.
NAMES = """
mass length width thickness height diameter volume format cell_count capacity energy usable_energy specific_energy
energy_density nominal_voltage max_voltage min_voltage energy_efficiency capacity_spread discharge_rate_continuous
discharge_rate_pulse charge_rate discharge_current_continuous discharge_current_pulse charge_current discharge_power
discharge_power_pulse charge_power charge_power_pulse specific_power power_density dcir acir_1khz rate_capability
end_of_discharge_voltage cold_start fast_charge_time charge_time charge_voltage cycle_life calendar_life shelf_life
self_discharge self_discharge_total capacity_retention energy_retention charge_retention storage_recovery
resistance_growth energy_throughput operating_temperature operating_temperature_discharge operating_temperature_charge
storage_temperature survival_temperature surface_temperature temperature_rise low_temperature_capacity
low_temperature_energy swelling swelling_reversible swelling_force vent_pressure altitude ambient_pressure shock
random_vibration drop_height leak_rate insulation_resistance radiation_dose standard_compliance safety_device
thermal_propagation thermal_runaway nail_penetration crush_test overcharge_test short_circuit_test hot_box_test
immersion drop_test shipping_soc marking carbon_footprint recycled_content cathode_chemistry anode_chemistry chemistry
anode_silicon_fraction cathode_cobalt_fraction cathode_specific_capacity capacity_loss temperature_spread
transport_temperature coolant_inlet_temperature voltage_window outgassing ingress_protection environmental_test
engine_starts duty_cycles availability ramp_time sound_level origin cobalt_mass dpa_sample_size price order_quantity
delivery_date sample_quantity
"""
CONTRACT = NAMES.split()


def test_every_contract_name_has_a_row_and_no_other():
    assert set(vocabulary.METRICS) == set(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_row_is_complete(name):
    row = vocabulary.metric(name)
    assert all(row.synonyms.get(code) for code in vocabulary.LANGUAGES), "a synonym in each language"
    if row.dimension not in ("text", "date"):
        assert row.plausible is not None and row.plausible[0] < row.plausible[1]
        if row.dimension not in ("price", "count"):
            assert row.unit in vocabulary.units()
            assert vocabulary.units()[row.unit].dimension == row.dimension
    for target in (*row.by_dimension.values(), *row.directed.values()):
        assert target in vocabulary.METRICS


def test_a_synonym_names_one_metric():
    owner: dict[str, str] = {}
    for row in vocabulary.METRICS.values():
        for phrases in row.synonyms.values():
            for phrase in phrases:
                assert owner.setdefault(phrase.lower(), row.name) == row.name, phrase


def test_unknown_metric_names_itself():
    with pytest.raises(KeyError, match="flux_capacity"):
        vocabulary.metric("flux_capacity")


def test_comparators_point_one_way():
    for side in ("comparators_before", "comparators_after"):
        signs: dict[str, str] = {}
        for sign, phrases in vocabulary.words()[side].items():
            for phrase in phrases:
                assert signs.setdefault(str(phrase).lower(), sign) == sign, phrase


def test_standards_compile():
    for family in vocabulary.standards()["families"]:
        re.compile(family)


@pytest.mark.parametrize(("value", "unit", "metric", "expected"), [
    (0.415, "kg", "mass", (415, "g")),
    (2, "kgf", "mass", (2000, "g")),                       # a weight in kgf is a mass
    (100, "kgf", "swelling_force", (0.980665, "kN")),      # 9.80665 N each, by definition
    (1, "lb", "mass", (453.59237, "g")),                   # by definition
    (1, "in", "length", (25.4, "mm")),                     # by definition
    (10, "Wh/in³", "energy_density", (10 / 0.016387064, "Wh/L")),
    ([-40, 140], "°F", "storage_temperature", ([-40, 60], "degC")),
    (18, "°F", "temperature_rise", (10, "K")),             # a difference is scaled, never shifted
    (5, "°C", "temperature_rise", (5, "K")),
    (1.5, "times", "resistance_growth", (150, "%")),
    (12, "%/year", "self_discharge", (1, "%/month")),
    (30, "g", "shock", (30, "g_n")),
    (30, "g", "mass", (30, "g")),
    (0.28, "kWh/kg", "specific_energy", (280, "Wh/kg")),
    (4000, "mAh", "capacity", (4, "Ah")),
    (20, "µΩ", "dcir", (0.02, "mohm")),
    (64, "€/kWh", "price", (64, "EUR/kWh")),               # money is kept as it is
    (10, "psi", "vent_pressure", (68.94757293, "kPa")),
    (2, "h", "fast_charge_time", (120, "min")),
])
def test_conversion(value, unit, metric, expected):
    found, canonical = to_canonical(value, unit, metric)
    assert found == pytest.approx(expected[0], rel=1e-8)
    assert canonical == expected[1]


def test_tolerance_in_fahrenheit_shifts_only_the_nominal():
    assert to_canonical([77, 9, 9], "°F", "surface_temperature", tolerance=True)[0] == pytest.approx([25, 5, 5])


def test_wrong_dimension_says_so():
    with pytest.raises(UnitMismatch, match="mass is measured in g"):
        to_canonical(3, "V", "mass")
    with pytest.raises(UnitMismatch, match="not in the unit table"):
        to_canonical(3, "furlong", "length")


def test_bare_c_is_ambiguous_in_the_table():
    assert {u.dimension for u in meanings("C")} == {"rate", "temperature"}
