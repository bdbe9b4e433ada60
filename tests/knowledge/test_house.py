"""House profiles: what a maker states over the public default, and what is refused."""

from pathlib import Path

import pytest

from knowledge.house import HouseProfileError, default_profile, read_profile

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "house" / "cylindrical_line.yaml"


def test_a_profile_states_only_what_differs():
    ours, public = read_profile(EXAMPLE), default_profile()
    assert ours.name == "example cylindrical line" and ours.cylindrical.sizes[1] == (21, 70)
    assert ours.cylindrical.can_wall_mm == public.cylindrical.can_wall_mm and ours.pouch == public.pouch
    assert ours.spreads["positive.coating_thickness_um"] == {"relative": 0.008}


def test_the_documented_profile_is_the_example():
    page = (ROOT / "docs" / "house_profile.md").read_text(encoding="utf-8")
    assert EXAMPLE.read_text(encoding="utf-8") in page


WRONG = {
    "an unknown field": ("colour: blue", "colour"),
    "a range the wrong way round": ("positive_foil_um: [16, 10]", "positive_foil_um.*above"),
    "a negative length": ("pouch: {width_mm: [-3, 10]}", "pouch.width_mm"),
    "an unknown system": ("systems: [unobtainium]", "unobtainium"),
    "no system at all": ("systems: []", "systems"),
    "an unknown limit": ("electrodes: {colour: [1, 2]}", "electrodes"),
    "no number": ("negative_foil_um: [thin, thick]", "negative_foil_um"),
    "not a number": ("negative_foil_um: [.nan, 8]", "negative_foil_um"),
    "a list": ("- 1\n- 2", "table of fields"),
    "no YAML": ("a: [1", "no YAML"),
    "an object of Python": ("name: !!python/object/apply:os.system ['true']", "no YAML"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_used_is_refused_with_the_field(text, says, tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HouseProfileError, match=says):
        read_profile(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(HouseProfileError, match="cannot be read"):
            read_profile(path)


def test_own_prices_carry_their_date_and_name_what_they_override():
    costs = read_profile(EXAMPLE).costs
    assert costs.in_words() == ("own prices of 2026-11-01 for copper_foil, nmc811; "
                                "own rates of 2026-11-01 for electrode_making, yield")


@pytest.mark.parametrize(("text", "wrong"), [
    ("costs: {materials: {nmc811: {value: 20, unit: USD/kg}}}", "costs.date"),
    ("costs: {date: 2026-11-01, materials: {gold: {value: 20, unit: USD/kg}}}", "'gold' is no priced material"),
    ("costs: {date: 2026-11-01, materials: {nmc811: {value: 20, unit: USD/m2}}}", "must be USD/kg or RMB/kg"),
    ("costs: {date: 2026-11-01, materials: {nmc811: {value: 20, unit: USD/kg, low: 21}}}", "outside its interval"),
    ("costs: {date: 2026-11-01, process: {overhead: {value: 1, unit: USD}}}", "no rate 'overhead'"),
    ("costs: {date: 2026-11-01, process: {yield: {value: 95, unit: '%'}}}", "the unit '%' must be '1'"),
    ("costs: {date: 2026-11-01, process: {cell_assembly: {value: 1, unit: USD/m2}}}", "must be 'USD/cell'"),
    ("costs: {date: 2026-11-01, process: {annual_volume_GWh: {value: 0, unit: GWh/year}}}", "must be above 0"),
])
def test_a_cost_basis_that_cannot_be_right_is_refused_by_its_field(tmp_path, text, wrong):
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HouseProfileError, match=wrong):
        read_profile(path)
