"""Phases one after the other, and derivatives of outcomes, with the batched DFN."""

import numpy as np
import pytest

from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge, Pulse
from tools.failures import BadInput
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.batched.layout import Cells
from tools.simulate.batched.sensitivity import elasticities
from tools.simulate.batched.sequence import Phase, charge_cc_cv, follow, profile, rest
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_prepare import prepare
from tools.simulate.segment import CHARGE, CURRENT, OCV, VOLTAGE

pytestmark = pytest.mark.timeout(900)
KEY, CELLS = "nmc532_graphite", Cells(16, 6, 12)


def point(path=2.0):
    return SimulationPoint(pair=SYSTEMS[KEY].reference, path_resistance_ohm_cm2=path)


READY = prepare(point(), Discharge(rate_C=1.0))
ONE_C, V_MAX, V_MIN = READY.one_C_A_m2, READY.point.pair.v_max, READY.point.pair.v_min


def solved(*phases, soc=0.5, **options):
    return follow(BatchedKernel(KEY, CELLS), [READY.inputs(soc)], phases, **options)[0]


def test_cc_cv_fills_the_cell_and_tapers():
    constant, held = solved(*charge_cc_cv(ONE_C, V_MAX, 0.05 * ONE_C), soc=0.1)
    assert constant.event == "voltage ceiling" and held.event == "taper current"
    assert held.outputs[VOLTAGE] == pytest.approx(V_MAX, abs=1e-4)
    assert held.last(CURRENT) == pytest.approx(-0.05 * ONE_C, rel=1e-3)
    assert -held.last(CHARGE) == pytest.approx(0.9 * ONE_C, rel=0.02)


def test_rest_returns_to_the_open_circuit_voltage():
    pulse, pause = solved(Phase(held="current", value=2 * ONE_C, duration_s=60), rest(30000))
    assert pulse.last(VOLTAGE) < pause.last(VOLTAGE)
    assert pause.last(VOLTAGE) == pytest.approx(pause.last(OCV), abs=2e-4)
    assert pause.last(CHARGE) == pytest.approx(pulse.last(CHARGE), rel=1e-9)


def test_constant_power_holds_its_power():
    power = Phase(held="power", value=3.5 * ONE_C, duration_s=20000, limits={"voltage floor": V_MIN})
    (segment,) = solved(power, soc=1.0)
    assert segment.event == "voltage floor"
    assert segment.outputs[VOLTAGE] * segment.outputs[CURRENT] == pytest.approx(3.5 * ONE_C, rel=1e-3)


def test_a_profile_counts_its_charge_and_stops_where_it_shall():
    phases = profile([0, 100, 160, 200], [ONE_C, -0.5 * ONE_C, 0.0], V_MIN, V_MAX)
    segments = solved(*phases)
    assert segments[-1].last(CHARGE) == pytest.approx((100 - 30) * ONE_C / 3600, rel=1e-9)
    high = profile([0, 7200, 7300], [ONE_C, 0.0], V_MIN, V_MAX)
    assert len(solved(*high, stop_at=("voltage floor",))) == 1
    with pytest.raises(BadInput, match="rising times"):
        profile([0, 0], [1.0], V_MIN, V_MAX)
    with pytest.raises(BadInput, match="no limit 'smoke'"):
        solved(Phase(held="current", value=1.0, duration_s=1.0, limits={"smoke": 1.0}))


def test_elasticities_are_what_physics_says():
    found = elasticities([point(), point(path=5.0)], Pulse(), "resistance_ohm_cm2",
                         ["path_resistance_ohm_cm2", "separator.thickness_um", "positive.porosity"], CELLS)
    from tools.simulate.batched.protocols import run

    for path, row in zip((2.0, 5.0), found, strict=True):
        ready = prepare(point(path), Pulse())
        whole = run(BatchedKernel(KEY, CELLS), [ready], Pulse(), False)[0].values["resistance_ohm_cm2"]
        assert row[0] == pytest.approx(path / whole, rel=0.02)  # the path is in series
        assert 0 < row[1] < 0.2 and row[2] < 0
    with pytest.raises(BadInput, match="no variable"):
        elasticities([point()], Pulse(), "resistance_ohm_cm2", ["colour"])


def test_a_point_that_cannot_answer_has_no_derivative():
    found = elasticities([point(path=5000.0)], Discharge(rate_C=1.0), "energy_mWh_cm2", ["positive.porosity"], CELLS)
    assert np.isnan(found).all()
