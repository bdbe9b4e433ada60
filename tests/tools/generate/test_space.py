"""Design spaces: what the document fixes holds by construction, and vectors and designs are each other's inverse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.requirement import Requirement, SourceSpan
from tools.failures import BadInput, Infeasible
from tools.generate.dimensions import sides_of, size_code
from tools.generate.electrodes import electrode_space, voltage_window
from tools.generate.space import spaces_for
from tools.simulate.balance import np_ratio

SPAN = SourceSpan(document="ask.md", quote="x")
SYSTEMS = ("nmc811_graphite_siox", "lfp_graphite")


def ask(metric, comparator, value, priority="must", id="R01", **conditions):
    return Requirement(id=id, metric=metric, comparator=comparator, value=value, priority=priority, source=SPAN,
                       conditions=conditions)


ROUND = [ask("diameter", "tolerance", [46.0, 0.1, 0.05]), ask("height", "tolerance", [95.0, 0.2, 0.2]),
         ask("max_voltage", "<=", 4.15), ask("dcir", "<=", 2.1)]
HARD_CASE = [ask("length", "tolerance", [220, 0.5, 0.5]), ask("width", "tolerance", [71.5, 0.5, 0.5]),
             ask("height", "tolerance", [102, 0.5, 0.5]), ask("capacity", ">=", 205)]
FLAT = [ask("width", "<=", 90), ask("thickness", "range", [8.0, 11.0]), ask("capacity", ">=", 22),
        ask("mass", "<=", 400)]
CASES = {"cylindrical": ROUND, "prismatic": HARD_CASE, "pouch": FLAT}
SPACES = [space for kind, asks in CASES.items() for space in spaces_for(asks, SYSTEMS, (kind,))]


@pytest.mark.parametrize(("text", "code"), [
    ("21700", (21, 70)), ("ICR18650", (18, 65)), ("4680", (46, 80)), ("46120", (46, 120)), ("46xx", (46, None)),
    ("32140", (32, 140)), ("pouch", None), ("2170000", None), ("cylindrical", None),
])
def test_size_codes(text, code):
    assert size_code(text) == code


@pytest.mark.parametrize("space", SPACES, ids=lambda s: s.key)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_vector_to_design_and_back(space, data):
    n = len(space.variables)
    u = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    design = space.design(u)
    back = space.vector(design)
    again = space.design(back)
    for side in ("positive", "negative"):
        for field in ("coating_thickness_um", "porosity", "particle_radius_um", "foil_thickness_um"):
            one, other = getattr(again.pair, side), getattr(design.pair, side)
            assert getattr(one, field) == pytest.approx(getattr(other, field))
    assert again.format.model_dump() == pytest.approx(design.format.model_dump())
    if space.follows is None:
        assert np.allclose(back, u, atol=1e-9)
    assert np.allclose(space.vector(again), np.clip(back, 0, 1), atol=1e-6)


@pytest.mark.parametrize("space", SPACES, ids=lambda s: s.key)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_hard_constraints_hold_by_construction(space, data):
    n = len(space.variables)
    design = space.design(data.draw(st.lists(st.floats(-0.2, 1.2), min_size=n, max_size=n)))
    for axis, side in space.sides.items():
        assert side.low - 1e-9 <= getattr(design.format, f"{axis}_mm") <= side.high + 1e-9
    np_range = space.electrodes.variables[3]
    assert np_range.name == "np_ratio"
    assert np_range.low - 1e-9 <= np_ratio(design.pair) <= np_range.high + 1e-9
    assert design.pair.v_max <= electrode_space(space.system).template.v_max


def test_stated_dimensions_are_designed_at_their_nominal():
    design = SPACES[0].design(np.full(len(SPACES[0].variables), 0.3))
    assert (design.format.diameter_mm, design.format.height_mm, design.pair.v_max) == (46.0, 95.0, 4.15)
    case = next(s for s in SPACES if s.kind == "prismatic").design(np.full(9, 0.3)).format
    assert (case.width_mm, case.thickness_mm, case.height_mm) == (220, 71.5, 102)


def test_a_size_code_fixes_both_sides_and_a_bound_wins_over_it():
    sides = sides_of([ask("format", "in", ["21700"])], "cylindrical")
    assert (sides["diameter"], sides["height"]) == ((21, 21, True), (70, 70, True))
    sides = sides_of([ask("format", "in", ["21700"]), ask("diameter", "range", [21.0, 21.4])], "cylindrical")
    assert sides["diameter"].fixed and sides["diameter"].low == pytest.approx(21.2)


def test_bounds_become_ranges_and_wishes_only_narrow():
    sides = sides_of([ask("thickness", "<=", 12), ask("thickness", "<=", 10, "should", "R02")], "pouch")
    assert sides["thickness"].high == 10 and sides["thickness"].low < 10
    sides = sides_of([ask("thickness", ">=", 11), ask("thickness", "<=", 10, "should", "R02")], "pouch")
    assert sides["thickness"].low == 11


def test_contradicting_dimensions_are_refused():
    with pytest.raises(Infeasible, match="cannot both hold"):
        sides_of([ask("thickness", ">=", 12, id="R01"), ask("thickness", "<=", 9, id="R02")], "pouch")


def test_open_dimensions_are_sized_for_the_asked_energy():
    space = spaces_for([ask("capacity", ">=", 22)], SYSTEMS[:1], ("pouch",))[0]
    assert space.follows == "height" and space.volume_L is not None
    energy = 22 * (2.5 + 4.2) / 2
    assert space.volume_L[0] * 800 == pytest.approx(energy, rel=1e-6)
    assert space.volume_L[1] * 180 == pytest.approx(1.3 * energy, rel=1e-6)


def test_voltage_windows_are_narrowed_and_never_widened():
    assert voltage_window([ask("max_voltage", "<=", 4.1), ask("min_voltage", ">=", 2.8)], 2.5, 4.2) == (2.8, 4.1)
    assert voltage_window([ask("max_voltage", "=", 4.35), ask("min_voltage", "=", 2.0)], 2.5, 4.2) == (2.5, 4.2)
    assert voltage_window([ask("voltage_window", "range", [2.7, 4.15])], 2.5, 4.2) == (2.7, 4.15)
    assert voltage_window([ask("max_voltage", "<=", 2.6)], 2.5, 4.2) == (2.5, 4.2)


def test_an_unknown_system_is_named():
    with pytest.raises(BadInput, match="unobtainium"):
        spaces_for([], ("unobtainium",), ("pouch",))


def test_large_round_cells_and_power_asks_are_tabless():
    assert SPACES[0].tabs == "tabless"
    small = [ask("format", "in", ["18650"])]
    assert spaces_for(small, SYSTEMS[:1], ("cylindrical",))[0].tabs == "double"
    assert spaces_for([*small, ask("dcir", "<=", 20)], SYSTEMS[:1], ("cylindrical",))[0].tabs == "tabless"


def test_a_side_beyond_what_a_format_can_be_is_refused():
    with pytest.raises(Infeasible, match="outside what is designed"):
        sides_of([ask("thickness", "<=", 0.3)], "pouch")
