"""Relations against their limits and their doctests."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.physics import conduction, lithium, spiral


@pytest.mark.parametrize("module", [conduction, lithium, spiral])
def test_doctests(module):
    assert doctest.testmod(module).failed == 0


@given(st.floats(0.5e-3, 5e-3), st.floats(6e-3, 30e-3), st.floats(1e-4, 5e-4))
def test_spiral_length_is_the_sum_of_its_turns(inner, outer, pitch):
    turns = (outer - inner) / pitch
    whole = math.floor(turns)
    circles = sum(2 * math.pi * (inner + (k + 0.5) * pitch) for k in range(whole))
    reached = inner + whole * pitch
    assert spiral.spiral_length_m(inner, reached, pitch) == pytest.approx(circles, rel=1e-9)


def test_foil_loss_is_a_third_of_the_strip_s():
    cells = 20000
    step = sum(((k + 0.5) / cells) ** 2 for k in range(cells)) / cells
    whole = conduction.strip_ohm(2e-8, 0.8, 0.06, 1e-5)
    assert conduction.edge_collected_ohm(2e-8, 0.8, 0.06, 1e-5) == pytest.approx(whole * step, rel=1e-6)


@given(st.integers(1, 6))
def test_tabs_lower_the_resistance_with_the_square_of_their_number(tabs):
    one = conduction.tab_collected_ohm(2e-8, 0.8, 0.06, 1e-5, 1)
    assert conduction.tab_collected_ohm(2e-8, 0.8, 0.06, 1e-5, tabs) == pytest.approx(one / tabs**2)
