"""Systems and formats from a document's words and numbers."""

import pytest

from knowledge.parameters.registry import SYSTEMS, USUAL
from knowledge.requirement import Requirement, SourceSpan
from tools.screen.systems import ChooseSystems, choose_systems
from tools.screen.theory import physical_bound
from tools.tool import Context

LFP = {"lfp_graphite", "lfp_graphite_18650"}


def asked(metric, comparator, value, level="cell", priority="must", unit=None, id="R01", **conditions):
    return Requirement(id=id, metric=metric, level=level, comparator=comparator, value=value, unit=unit,
                       priority=priority, conditions=conditions, source=SourceSpan(document="d", quote="q"))


@pytest.fixture
def chosen(tmp_path):
    def run(*requirements):
        return choose_systems.function(ChooseSystems(requirements=requirements), Context(home=tmp_path))
    return run


def serving(choices):
    return {c.key for c in choices if c.serves}


def test_nothing_asked_leaves_everything_open(chosen):
    answer = chosen()
    assert serving(answer.systems) == set(USUAL)
    assert serving(answer.formats) == {"cylindrical", "prismatic", "pouch"}
    assert all(c.sources for c in answer.systems)


@pytest.mark.parametrize(("requirement", "expected"), [
    (asked("cathode_chemistry", "in", ["LFP"], "material"), LFP),
    (asked("chemistry", "required", "LiFePO4", "material"), LFP),
    (asked("cathode_chemistry", "prohibited", "LFP", "material"), set(USUAL) - {"lfp_graphite"}),
    (asked("cathode_chemistry", "in", ["NMC", "NCA"], "material"),
     {"nmc811_graphite_siox", "nmc532_graphite", "nca_graphite"}),
    (asked("chemistry", "prohibited", "cobalt", "material"), {"lfp_graphite"}),
    (asked("chemistry", "prohibited", "sodium-ion", "material"), set(USUAL)),
    (asked("cathode_cobalt_fraction", "<=", 12.0, "material", unit="%"), {"nmc811_graphite_siox", "lfp_graphite"}),
    (asked("anode_silicon_fraction", ">=", 1.0, "material", unit="%"), {"nmc811_graphite_siox"}),
    (asked("max_voltage", "<=", 3.65, unit="V"), {"lfp_graphite"}),
    (asked("nominal_voltage", ">=", 3.5, unit="V"), set(USUAL) - {"lfp_graphite"}),
    (asked("specific_energy", ">=", 355.0, unit="Wh/kg"), set(USUAL) - {"lfp_graphite"}),
    (asked("specific_energy", ">=", 355.0, level="pack", unit="Wh/kg"), set(USUAL)),
    (asked("cathode_chemistry", "in", ["LFP"], "material", priority="should"), {*USUAL, *LFP}),
    (asked("cathode_chemistry", "in", ["NMC111"], "material"), {"nmc111_graphite"}),
    (asked("chemistry", "required", "LNMO", "material"), {"lnmo_graphite"}),
    (asked("chemistry", "in", ["sodium-ion"], "material"), {"nvpf_hard_carbon"}),
    (asked("anode_chemistry", "in", ["hard carbon"], "material"), {"nvpf_hard_carbon"}),
    (asked("chemistry", "required", "lithium-ion", "material"), set(USUAL)),
])
def test_systems_are_ruled_out_for_a_reason(chosen, requirement, expected):
    answer = chosen(requirement)
    assert serving(answer.systems) == expected
    for choice in answer.systems:
        assert choice.serves or "R01" in choice.checks or "only where a document asks" in choice.reason


@pytest.mark.parametrize(("requirements", "expected"), [
    ([asked("format", "in", ["21700"])], {"cylindrical"}),
    ([asked("format", "in", ["cylindrical 46xx"])], {"cylindrical"}),
    ([asked("format", "in", ["pouch"])], {"pouch"}),
    ([asked("format", "prohibited", "pouch")], {"cylindrical", "prismatic"}),
    ([asked("format", "prohibited", "18650")], {"cylindrical", "prismatic", "pouch"}),
    ([asked("diameter", "tolerance", [46.0, 0.1, 0.1], unit="mm")], {"cylindrical"}),
    ([asked("width", "<=", 70.0, unit="mm"), asked("thickness", "<=", 10.0, unit="mm", id="R02")],
     {"prismatic", "pouch"}),
    ([asked("format", "in", ["prismatic"]), asked("width", "<=", 70.0, unit="mm", id="R02")], {"prismatic"}),
    ([asked("height", "<=", 70.0, unit="mm")], {"cylindrical", "prismatic", "pouch"}),
])
def test_formats_follow_words_and_dimensions(chosen, requirements, expected):
    assert serving(chosen(*requirements).formats) == expected


def test_a_physical_limit_that_nothing_keeps_leaves_the_nearest_to_show(chosen):
    answer = chosen(asked("specific_energy", ">=", 900.0, unit="Wh/kg"),
                    asked("cathode_chemistry", "prohibited", "LCO", "material", id="R02"))
    assert serving(answer.systems) == set(USUAL) - {"lco_graphite"}
    assert all("nearest" in c.reason for c in answer.systems if c.serves)


def test_a_chemistry_that_is_not_there_leaves_nothing(chosen):
    assert serving(chosen(asked("chemistry", "in", ["lead-acid"], "material")).systems) == set()


def test_the_cold_is_noted_and_rules_nothing_out(chosen):
    answer = chosen(asked("low_temperature_capacity", ">=", 60.0, unit="%", temperature_C=-20.0))
    assert serving(answer.systems) == set(USUAL)
    lfp = next(c for c in answer.systems if c.key == "lfp_graphite")
    assert "hardly depends on temperature" in lfp.checks["R01"]


@pytest.mark.parametrize("key", SYSTEMS)
def test_no_built_cell_exceeds_the_bound(key):
    from knowledge.cell import CellDesign, Pouch
    from tools.simulate.balance import balance, with_np_ratio
    from tools.simulate.buildup import build_up

    pair = with_np_ratio(SYSTEMS[key].reference, 1.02)
    built = build_up(CellDesign(pair=pair, format=Pouch(width_mm=200, thickness_mm=15, height_mm=300)))
    energy = built.stoichiometric_capacity_Ah * balance(pair).mean_ocv_V
    specific, density = physical_bound(key)
    assert energy / built.mass_g * 1e3 < specific
    assert energy / built.volume_mL * 1e3 < density
