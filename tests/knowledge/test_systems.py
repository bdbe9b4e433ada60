"""What the registry says of each parameter set is what the installed set holds."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.materials.cards import card
from knowledge.parameters import SYSTEMS, UnknownSystem, system
from knowledge.parameters.registry import EVALUATED
from tools.screen.checks import cobalt_fraction
from tools.simulate.parameter_set import published_values

ALL = {**SYSTEMS, **EVALUATED}
CELL = {"Negative": "negative", "Positive": "positive"}
MECHANISM = {"SEI": "SEI kinetic rate constant [m.s-1]",
             "lithium plating": "Exchange-current density for plating [A.m-2]",
             "particle cracking": "Negative electrode cracking rate",
             "loss of active material": "Negative electrode LAM constant proportional term [s-1]"}


@pytest.fixture(scope="module")
def installed():
    return {key: published_values(s.pybamm_set) for key, s in SYSTEMS.items()}


@pytest.mark.parametrize("key", SYSTEMS)
def test_published_pair_repeats_the_installed_set(key, installed):
    found, values = SYSTEMS[key], installed[key]
    for word, side in CELL.items():
        electrode = getattr(found.published.pair, side)
        assert electrode.coating_thickness_um == pytest.approx(values[f"{word} electrode thickness [m]"] * 1e6)
        assert electrode.porosity == pytest.approx(values[f"{word} electrode porosity"])
        assert electrode.particle_radius_um == pytest.approx(values[f"{word} particle radius [m]"] * 1e6)
        sites = values[f"Maximum concentration in {word.lower()} electrode [mol.m-3]"]
        assert getattr(found.published, f"{side}_sites_mol_m3") == pytest.approx(sites)
        state = values[f"Initial concentration in {word.lower()} electrode [mol.m-3]"] / sites
        # PyBaMM solves for the full state of a BPX file, whose own rounded ends it leaves aside.
        near = {"rel": 1e-6} if not found.pybamm_set.startswith("bpx:") else {"abs": 4e-3}
        assert found.published.stoichiometry[word == "Positive"] == pytest.approx(state, **near)
        if (key, side) != ("lfp_graphite", "positive"):   # scaled there, see the module
            fraction = values[f"{word} electrode active material volume fraction"]
            assert getattr(found.published, f"{side}_active_fraction") == pytest.approx(fraction)
    assert (found.v_min, found.v_max) == (values["Lower voltage cut-off [V]"], values["Upper voltage cut-off [V]"])
    assert found.published.capacity_Ah == values["Nominal cell capacity [A.h]"]


@pytest.mark.parametrize("key", SYSTEMS)
def test_ageing_mechanisms_are_the_ones_the_set_has(key, installed):
    has = {name for name, parameter in MECHANISM.items() if parameter in installed[key]}
    assert set(SYSTEMS[key].ageing) == has


@pytest.mark.parametrize("key", SYSTEMS)
def test_temperature_dependence_is_the_set_s(key, installed):
    import pybamm

    values = installed[key]

    def at(parameter, kelvin):
        function = values[parameter]
        if not callable(function):
            return float(function)
        if "diffusivity" in parameter and "particle" in parameter:
            symbol = function(pybamm.Scalar(0.5), pybamm.Scalar(kelvin))
        else:
            symbol = function(pybamm.Scalar(1000.0), pybamm.Scalar(kelvin))
        return float(np.ravel(values.evaluate(symbol))[0])

    names = {"negative diffusivity": "Negative particle diffusivity [m2.s-1]",
             "positive diffusivity": "Positive particle diffusivity [m2.s-1]",
             "electrolyte diffusivity": "Electrolyte diffusivity [m2.s-1]",
             "electrolyte conductivity": "Electrolyte conductivity [S.m-1]"}
    for name, parameter in names.items():
        depends = abs(at(parameter, 273.15) / at(parameter, 298.15) - 1) > 1e-3
        assert depends == (name in SYSTEMS[key].temperature_dependent), name
    assert SYSTEMS[key].has_temperature_dependence == set(names).issubset(SYSTEMS[key].temperature_dependent)
    assert SYSTEMS[key].has_thermal_parameters == ("Positive electrode specific heat capacity [J.kg-1.K-1]" in values)


@pytest.mark.parametrize("key", ALL)
def test_words_and_formulas_agree(key):
    found = ALL[key]
    assert found.cobalt_fraction == pytest.approx(cobalt_fraction(found.cathode_formula))
    assert card(found.reference.positive.active_material).formula == found.cathode_formula
    assert found.reference.system == found.published.pair.system == key
    assert all(low < high for low, high in found.design_ranges.values())


@pytest.mark.parametrize("key", ALL)
def test_the_start_pair_lies_inside_its_ranges_and_its_box(key):
    found, pair = ALL[key], ALL[key].reference
    values = {"positive_thickness_um": pair.positive.coating_thickness_um, "positive_porosity": pair.positive.porosity,
              "negative_porosity": pair.negative.porosity, "positive_radius_um": pair.positive.particle_radius_um,
              "negative_radius_um": pair.negative.particle_radius_um,
              "separator_thickness_um": pair.separator.thickness_um}
    for name, value in values.items():
        low, high = found.design_ranges[name]
        assert low <= value <= high, name
    assert found.validity.outside(pair) == ()


@pytest.mark.parametrize("key", ALL)
def test_the_page_on_validity_shows_the_box(key):
    page = (Path(__file__).parents[2] / "docs" / "validity.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| {ALL[key].label.replace(' | ', '/')} |"))
    cells, box = [c.strip() for c in row.strip("|").split("|")], ALL[key].validity
    assert cells[1] == ALL[key].pybamm_set
    for cell, (low, high) in zip(cells[2:8], (
        box.rate_C, box.temperature_C, box.positive_thickness_um, box.negative_thickness_um, box.positive_porosity,
        box.negative_porosity,
    ), strict=True):
        assert cell == f"{low:g} to {high:g}"
    assert cells[8] == ("yes" if ALL[key].has_temperature_dependence else "no")
    assert cells[10] == (", ".join(ALL[key].ageing) or "none")


def test_unknown_system_lists_those_there_are():
    with pytest.raises(UnknownSystem, match="lfp_graphite"):
        system("sodium")
