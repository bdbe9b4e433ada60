"""A maker's limits hold by construction in every design of the spaces."""

from pathlib import Path

import pytest

from knowledge.house import read_profile
from knowledge.parameters import USUAL
from tests.tools.generate.test_space import ask
from tools.failures import BadInput, Infeasible
from tools.generate.electrodes import electrode_space
from tools.generate.space import spaces_for
from tools.screen.systems import choose_systems
from tools.simulate.formulation import coating
from tools.tool import Context

HOUSE = read_profile(Path(__file__).resolve().parents[3] / "examples" / "house" / "cylindrical_line.yaml")
NMC, LFP = "nmc811_graphite_siox", "lfp_graphite"


def designs(space, count=64):
    return [space.design(u) for u in space.sobol(count, 1)]


def test_every_design_stays_within_the_limits():
    for space in spaces_for([], (NMC, LFP), ("cylindrical",), HOUSE):
        for design in designs(space):
            p = design.pair.positive
            loading = coating(p, space.system, "positive").mass_kg_m2 * 100
            assert loading <= 26 * (1 + 1e-9)
            assert 0.24 <= p.porosity <= 0.35 and 12 <= p.foil_thickness_um <= 16
            assert 10 <= design.pair.separator.thickness_um <= 16
            assert (design.format.diameter_mm, design.format.height_mm) in HOUSE.cylindrical.sizes


def test_a_loading_limit_binds_somewhere_and_is_part_of_the_identity():
    free, bound = electrode_space(NMC), electrode_space(NMC, (), HOUSE)
    assert max(d.pair.positive.coating_thickness_um for s in spaces_for([], (NMC,), ("cylindrical",), HOUSE)
               for d in designs(s)) < 100
    assert free.digest != bound.digest


def test_where_the_size_is_open_each_can_is_searched_and_a_fixed_one_keeps_the_drawing():
    open_size = spaces_for([ask("capacity", ">=", 5)], (NMC,), ("cylindrical",), HOUSE)
    assert [s.key for s in open_size] == [f"{NMC}/cylindrical {d} × {h}" for d, h in (
        ("18", "65"), ("21", "70"), ("46", "80"), ("46", "95"))]
    drawn = spaces_for([ask("diameter", "=", 21.2), ask("height", "=", 70.1)], (NMC,), ("cylindrical",), HOUSE)
    assert [s.key for s in drawn] == [f"{NMC}/cylindrical"]
    assert designs(drawn[0], 1)[0].format.diameter_mm == 21.2


def test_a_can_that_the_house_does_not_have_is_named():
    with pytest.raises(Infeasible, match="no can of the asked size; it has 18 × 65"):
        spaces_for([ask("format", "in", ["26650"])], (NMC,), ("cylindrical",), HOUSE)


def test_limits_outside_a_set_are_refused_by_name():
    narrow = HOUSE.model_copy(update={"electrodes": {"positive_porosity": (0.01, 0.02)}})
    with pytest.raises(BadInput, match="electrodes.positive_porosity"):
        electrode_space(NMC, (), narrow)


def test_what_the_house_does_not_approve_is_ruled_out_with_its_name(tmp_path):
    request = choose_systems.request_type(requirements=(), house=HOUSE)
    found = choose_systems.function(request, Context(home=tmp_path))
    serving = {c.key for c in (*found.systems, *found.formats) if c.serves}
    assert serving == {NMC, "nca_graphite", LFP, "cylindrical"}
    usual = [c for c in found.systems if c.key in USUAL]  # the others are searched only where a document names them
    assert all("example cylindrical line" in c.reason for c in (*usual, *found.formats) if not c.serves)
