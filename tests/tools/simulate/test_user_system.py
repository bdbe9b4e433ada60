"""A user's BPX file as a system of its own: round trip, refusals that name the field, identity."""

import json

import pytest

from knowledge.cell import CellDesign, Cylindrical
from knowledge.parameters import SYSTEMS
from knowledge.parameters.registry import UnknownSystem, system
from knowledge.parameters.user import systems_folder, user_keys
from knowledge.protocol import Discharge
from knowledge.sheet import DesignSheet
from tools.failures import BadInput, Unreadable
from tools.simulate.balance import balance
from tools.simulate.bpx import write_bpx
from tools.simulate.buildup import build_up
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.sheet import resolve_sheet
from tools.simulate.user_system import add_system

DESIGN = CellDesign(pair=SYSTEMS["nmc532_graphite"].reference, format=Cylindrical(diameter_mm=21, height_mm=70))


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return write_bpx(DESIGN, tmp_path_factory.mktemp("bpx") / "cell.json")


@pytest.fixture
def file(tmp_path, content):
    def write(change=None):
        changed = json.loads(json.dumps(content))
        if change:
            change(changed)
        path = tmp_path / "cell.json"
        path.write_text(json.dumps(changed))
        return path

    return write


def test_a_written_file_that_is_added_again_discharges_like_its_design(file):
    added = add_system(file(), "nmc532", "graphite", "round trip")
    assert added.key in user_keys() and system(added.key) == added
    assert add_system(file(), "nmc532", "graphite", "round trip").key == added.key
    assert add_system(file(), "nmc532", "graphite", "another").key != added.key
    mine, theirs = DESIGN.pair, added.reference
    assert theirs.positive.coating_thickness_um == pytest.approx(mine.positive.coating_thickness_um)
    held = balance(mine).areal_capacity_mAh_cm2
    assert balance(theirs).areal_capacity_mAh_cm2 == pytest.approx(held, rel=2e-3)
    points = [SimulationPoint(pair=p, path_resistance_ohm_cm2=2.0) for p in (mine, theirs)]
    one, two = (PybammSimulator().simulate([p], Discharge(rate_C=0.5))[0].values for p in points)
    assert two["energy_mWh_cm2"] == pytest.approx(one["energy_mWh_cm2"], rel=5e-3)
    assert two["mean_voltage_V"] == pytest.approx(one["mean_voltage_V"], abs=3e-3)


def test_a_sheet_of_a_user_system_takes_the_file_s_own_electrodes(file):
    key = add_system(file(), "nmc532", "graphite", "round trip").key
    found = resolve_sheet(DesignSheet.model_validate(
        {"system": key, "format": {"kind": "cylindrical", "diameter_mm": 21, "height_mm": 70}}))
    assert found.design.pair == system(key).reference
    assert build_up(found.design).mass_g == pytest.approx(build_up(DESIGN).mass_g, rel=0.05)


@pytest.mark.parametrize(("change", "words"), [
    (lambda c: c["Parameterisation"]["Electrolyte"].update({"Cation transference number": 25.9}), "are 0.05 to 0.99"),
    (lambda c: c["Parameterisation"]["Cell"].update({"Reference temperature [K]": 25}), "is 25; .* 250 to 350"),
    (lambda c: c["Parameterisation"]["Positive electrode"].update({"Diffusivity [m2.s-1]": "exit(1)"}),
     "Diffusivity .* names 'exit'; a function may name x, exp, tanh"),
    (lambda c: c["Parameterisation"]["Negative electrode"].pop("Porosity"), "Porosity: .*; plausible are 0.05 to 0.7"),
    (lambda c: c["Parameterisation"]["Positive electrode"].pop("Thickness [m]"), "Positive electrode.*Thickness"),
    (lambda c: c["Parameterisation"]["Negative electrode"].update({"Thickness [m]": 0.08}), "plausible are 5e-06 to"),
    (lambda c: c["Parameterisation"]["Negative electrode"].update({"Porosity": "high"}), "Negative electrode"),
    (lambda c: c["Parameterisation"]["Negative electrode"].update({"Porosity": 25}), "Porosity is 25; .* 0.05 to 0.7"),
    (lambda c: c.pop("Parameterisation"), "no BPX file"),
    (lambda c: c["Parameterisation"]["Negative electrode"].update(
        {"Surface area per unit volume [m-1]": 9e6}), "makes an active fraction of"),
    (lambda c: c["Parameterisation"]["Positive electrode"].update({"Minimum stoichiometry": 1.4}), "are 0 to 0.95"),
    (lambda c: c["Parameterisation"]["Positive electrode"].update({"Diffusivity [m2.s-1]": -1e-14}), "1e-19 to 1e-09"),
    (lambda c: c["Parameterisation"]["Separator"].update({"Thickness [m]": 20}), "Separator.*3e-06 to 6e-05"),
    (lambda c: c["Parameterisation"]["Cell"].update({"Electrode area [m2]": 0}), "Electrode area.*1e-06 to 1000"),
    (lambda c: c["Parameterisation"]["Cell"].update({"Lower voltage cut-off [V]": 4.1}), "at least 0.2 V below"),
])
def test_a_malformed_file_is_refused_by_its_field_and_nothing_is_kept(file, change, words):
    before = user_keys()
    with pytest.raises(BadInput, match=words):
        add_system(file(change), "nmc532", "graphite", "broken")
    assert user_keys() == before


def test_files_and_cards_that_do_not_exist(tmp_path, file):
    with pytest.raises(Unreadable, match="cannot be read"):
        add_system(tmp_path / "nothing.json", "nmc532", "graphite")
    with pytest.raises(BadInput, match="positive: there is no material"):
        add_system(file(), "unobtainium", "graphite")
    with pytest.raises(BadInput, match="a card of kind 'active_negative'"):
        add_system(file(), "graphite", "graphite")


def test_a_key_is_no_path(tmp_path):
    assert systems_folder().name == "systems"
    for key in ("user_../../etc_00000000", "user_x_0000000", "user_nothing_00000000"):
        with pytest.raises(UnknownSystem, match="there is no system"):
            system(key)
