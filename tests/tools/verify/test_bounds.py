"""What no design can do is known before any search; what one might do is never called impossible."""

import math

import pytest

from tools.verify.bounds import Theory, largest_volume_L, physical_bounds

THEORY = (Theory("a", 500.0, 1500.0, 4.2), Theory("b", 400.0, 1200.0, 3.6))


@pytest.fixture
def bounds(requirement):
    def found(*rows, theory=THEORY):
        asked = [requirement(*row[:4], **(row[4] if len(row) > 4 else {})) for row in rows]
        return physical_bounds(asked, theory=theory)

    return found


@pytest.mark.parametrize("rows", [
    [("specific_energy", ">=", 501.0, "Wh/kg")],
    [("energy_density", ">", 1501.0, "Wh/L")],
    [("energy", ">=", 50.0, "Wh"), ("mass", "<=", 99.0, "g")],
    [("energy", ">=", 40.0, "Wh"), ("diameter", "<=", 21.0, "mm"), ("height", "<=", 70.0, "mm")],
    [("energy", ">=", 40.0, "Wh"), ("volume", "<=", 0.0242, "L")],
    [("energy", ">=", 1600.0, "Wh"), ("length", "<=", 100.0, "mm"), ("width", "<=", 100.0, "mm"),
     ("height", "<=", 100.0, "mm")],
    [("energy", ">=", 22.0, "Wh"), ("capacity", "<=", 5.0, "Ah")],
    [("energy", ">=", 20.0, "Wh"), ("capacity", "<=", 5.0, "Ah"), ("max_voltage", "<=", 3.65, "V")],
    [("capacity", ">=", 5.0, "Ah"), ("capacity", "<=", 4.0, "Ah")],
    [("capacity", ">=", 20.0, "Ah"), ("nominal_voltage", ">=", 3.6, "V"), ("mass", "<=", 100.0, "g")],
])
def test_what_cannot_be(bounds, rows):
    finding, = bounds(*rows)
    assert finding.kind == "infeasible"
    assert all(i in finding.text for i in finding.ids)
    assert finding.source is not None


@pytest.mark.parametrize("rows", [
    [("specific_energy", ">=", 499.0, "Wh/kg")],
    [("specific_energy", "<=", 900.0, "Wh/kg")],
    [("specific_energy", ">=", 900.0, "Wh/kg", {"priority": "should"})],
    [("specific_energy", ">=", 900.0, "Wh/kg", {"level": "material"})],
    [("energy", ">=", 49.0, "Wh"), ("mass", "<=", 99.0, "g")],
    [("energy", ">=", 1000.0, "Wh"), ("diameter", "<=", 21.0, "mm")],
    [("energy", ">=", 20.9, "Wh"), ("capacity", "<=", 5.0, "Ah")],
    [("capacity", ">=", 5.0, "Ah"), ("capacity", "<=", 5.0, "Ah")],
    [("dcir", "<=", 2.0, "mohm", {"conditions": {"temperature_C": 25.0}}),
     ("dcir", ">=", 5.0, "mohm", {"conditions": {"temperature_C": -20.0}})],
])
def test_what_may_be(bounds, rows):
    assert bounds(*rows) == ()


def test_the_volume_is_the_envelope_of_the_largest_allowed_sides(requirement):
    round_cell = [requirement("diameter", "tolerance", [21.0, 0.1, 0.2]), requirement("height", "<=", 70.0)]
    volume, by = largest_volume_L(round_cell)
    assert volume == pytest.approx(math.pi / 4 * 21.2**2 * 70 / 1e6)
    assert by == tuple(round_cell)
    assert largest_volume_L(round_cell[:1]) == (math.inf, ())
