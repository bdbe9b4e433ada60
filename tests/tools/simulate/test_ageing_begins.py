"""Designs that once could not begin to age: at rest a stress of rounding size met a broken power."""

from knowledge.cell import ElectrodePair
from knowledge.protocol import CycleAgeing
from tools.simulate.point import SimulationPoint
from tools.simulate.pool import default_simulator
from tools.tool import Context

PAIR = {
    "system": "nmc811_graphite_siox", "v_min": 2.5, "v_max": 4.2,
    "electrolyte": "lp57_like",
    "positive": {
        "active_material": "nmc811",
        "active_mass_fraction": 0.97,
        "conductive_mass_fraction": 0.015,
        "binder_mass_fraction": 0.015,
        "coating_thickness_um": 53.356259556880325,
        "porosity": 0.4329081594957529,
        "particle_radius_um": 3.8657691751515344,
        "foil_thickness_um": 10.663978753395499,
    },
    "negative": {
        "active_material": "graphite_siox",
        "active_mass_fraction": 0.965,
        "conductive_mass_fraction": 0.01,
        "binder_mass_fraction": 0.025,
        "coating_thickness_um": 52.467283229563606,
        "porosity": 0.3007829008028123,
        "particle_radius_um": 3.0,
        "foil_thickness_um": 6.251587236928801,
    },
    "separator": {
        "material": "pe_ceramic", "thickness_um": 8.13243347981749,
        "porosity": 0.47,
    },
}


def test_a_cell_at_rest_can_begin_to_age(tmp_path):
    point = SimulationPoint(pair=ElectrodePair.model_validate(PAIR), path_resistance_ohm_cm2=0.6196174986520494)
    simulator = default_simulator(Context(home=tmp_path, workers=1))
    (outcome,) = simulator.simulate([point], CycleAgeing(max_cycles=2))
    assert outcome.status in ("ok", "limit reached"), outcome.note
    assert 95 < outcome.values["capacity_retention_pct"] < 100.2
