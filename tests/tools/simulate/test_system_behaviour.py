"""Every system behaves like a cell: no answer without a basis in temperature, and the trends that physics asks for."""

import pytest

from knowledge.parameters.registry import SYSTEMS
from knowledge.protocol import Discharge
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_prepare import Prepared, prepare
from tools.simulate.pybamm_simulator import PybammSimulator

# What a rate or a capacity in the cold rests on; without one of them a set is used near 25 °C only.
NEEDED = {"negative diffusivity", "positive diffusivity", "negative kinetics", "positive kinetics",
          "electrolyte diffusivity", "electrolyte conductivity"}
NEAR_25_C = (15.0, 35.0)


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_temperature_is_sourced_or_refused(key):
    known, point = SYSTEMS[key], SimulationPoint(pair=SYSTEMS[key].reference)
    cold, hot = known.validity.temperature_C
    for temperature in range(-20, 61, 5):
        found = prepare(point, Discharge(rate_C=1.0, temperature_C=temperature))
        if isinstance(found, Prepared):
            assert set(known.temperature_dependent) >= NEEDED or NEAR_25_C[0] <= temperature <= NEAR_25_C[1]
        else:
            assert found.status == "out of validity" and f"{temperature} °C is outside" in found.note
        assert isinstance(found, Prepared) == (cold <= temperature <= hot)


@pytest.fixture(scope="module")
def batched():
    return BatchedSimulator(PybammSimulator())


def scaled(pair, factor):
    """The pair with both coatings thicker by a factor."""
    return pair.model_copy(update={
        side: getattr(pair, side).model_copy(
            update={"coating_thickness_um": factor * getattr(pair, side).coating_thickness_um})
        for side in ("positive", "negative")})


def porous(pair, added):
    """The pair with more pores on both sides, as much solid and so thicker coatings."""
    def more(electrode):
        solid = 1 - electrode.porosity
        return electrode.model_copy(update={
            "porosity": electrode.porosity + added,
            "coating_thickness_um": electrode.coating_thickness_um * solid / (solid - added)})

    return pair.model_copy(update={side: more(getattr(pair, side)) for side in ("positive", "negative")})


@pytest.mark.parametrize("key", SYSTEMS)
def test_thicker_denser_and_colder_electrodes_give_a_smaller_share_of_their_capacity(key, batched):
    pair, known = SYSTEMS[key].reference, SYSTEMS[key]
    cold, hot = known.validity.temperature_C
    thin, thick = scaled(pair, 0.85), scaled(pair, 1.15)
    loose, dense = porous(pair, 0.03), porous(pair, -0.03)
    rate = known.validity.rate_C[1] / 2

    def shares(pairs, temperature):
        points = [SimulationPoint(pair=p, path_resistance_ohm_cm2=1.0) for p in pairs]
        outcomes = batched.simulate(points, Discharge(rate_C=rate, temperature_C=temperature))
        capacities = [prepare(p, Discharge(rate_C=rate)).balance.areal_capacity_mAh_cm2 for p in points]
        return [o.values["energy_mWh_cm2"] / c for o, c in zip(outcomes, capacities, strict=True)]

    thin_, thick_, loose_, dense_ = shares([thin, thick, loose, dense], 25.0)
    # Where nothing is depleted the longer way through the pores costs as much as their width gains.
    assert thin_ > thick_ and loose_ > 0.998 * dense_
    if known.has_temperature_dependence:
        warm, chilly = shares([pair], min(hot, 40.0))[0], shares([pair], max(cold, 5.0))[0]
        assert warm > chilly
    answered = batched.simulate([SimulationPoint(pair=pair)], Discharge(rate_C=rate))
    assert "computed by" not in answered[0].note
