"""Particles in shells: constant properties give what modes give; conservation; PyBaMM as referee; what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge, FastCharge, Pulse
from tools.failures import OutOfValidity
from tools.simulate.batched import kernel as batched_kernel
from tools.simulate.batched.batched_simulator import BatchedSimulator, refined
from tools.simulate.batched.by_torch import sheet
from tools.simulate.batched.history import Accuracy
from tools.simulate.batched.kernel import BatchedKernel, field_of
from tools.simulate.batched.layout import Cells, Design, layouts
from tools.simulate.batched.shells import shells_of
from tools.simulate.batched.tables import CONSTANT, OF_CONTENT, STOICHIOMETRY_INTERVALS, evaluate, tables
from tools.simulate.point import MESH_ERROR, SimulationPoint
from tools.simulate.pybamm_charge import fast_charge
from tools.simulate.pybamm_prepare import prepare
from tools.simulate.pybamm_protocols import discharge_inputs, pulse
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.segment import CHARGE, ENERGY, VOLTAGE

pytestmark = pytest.mark.timeout(900)  # the first test compiles the solver for shells
SODIUM, NMC811 = "nvpf_hard_carbon", "nmc811_graphite_siox"
CELLS = Cells(20, 7, 12)


def point(key=SODIUM, scale=1.0):
    pair = SYSTEMS[key].reference
    sides = {side: getattr(pair, side).model_copy(
        update={"coating_thickness_um": scale * getattr(pair, side).coating_thickness_um})
        for side in ("positive", "negative")}
    return SimulationPoint(pair=pair.model_copy(update=sides), path_resistance_ohm_cm2=2.0)


def load(key=SODIUM, rate=1.0, scale=1.0):
    protocol = Discharge(rate_C=rate)
    ready = prepare(point(key, scale), protocol)
    return ready, discharge_inputs([ready], protocol)[0]


def test_only_the_sodium_set_needs_shells():
    assert {key for key in SYSTEMS if tables(key, 25.0).in_shells} == {SODIUM}
    # What gives PyBaMM finer shells is declared, what needs shells here is seen in the functions: one and the same.
    assert {key for key, known in SYSTEMS.items() if known.uneven_diffusion} == {SODIUM}
    assert shells_of(tables(NMC811, 25.0), 12) is None
    shells = shells_of(tables(SODIUM, 25.0), 24)
    assert shells.volume.sum() == pytest.approx(1.0, abs=1e-14) and shells.reach[-1] == 0


def test_tables_of_content_are_the_published_functions():
    import pybamm

    values, known = pybamm.ParameterValues("Chayambuka2022"), tables(SODIUM, 25.0)
    x, middle = np.array([0.1, 0.35, 0.5, 0.62, 0.85]), known.arrays["kinetics"][0]
    for side, place in (("Negative", 2), ("Positive", 3)):
        symbol = values[f"{side} particle diffusivity [m2.s-1]"](pybamm.Vector(x), 298.15)
        published = values.process_symbol(symbol).evaluate().ravel()
        table = known.arrays[f"spread_{side[0].lower()}"]
        assert evaluate(table, x * STOICHIOMETRY_INTERVALS) * middle[place] == pytest.approx(published, rel=1e-6)


def test_shells_of_constant_properties_give_what_modes_give(monkeypatch):
    _, inputs = load(NMC811, rate=1.5)
    even, tight = np.broadcast_to(CONSTANT, (STOICHIOMETRY_INTERVALS, 4)), Accuracy().tighter(10)
    known = tables(NMC811, 25.0)
    by_modes = BatchedKernel(NMC811, CELLS, tight).run([inputs], 9000)[0]
    in_shells = replace(known, arrays={**known.arrays, **dict.fromkeys(OF_CONTENT, even)})
    monkeypatch.setattr(batched_kernel, "tables", lambda *_: in_shells)
    shelled = BatchedKernel(NMC811, CELLS, tight).run([inputs], 9000)[0]
    assert shelled.last(ENERGY) == pytest.approx(by_modes.last(ENERGY), rel=3e-4)
    charge = by_modes.outputs[CHARGE]
    voltage = np.interp(charge, shelled.outputs[CHARGE], shelled.outputs[VOLTAGE])
    # In the first second the surface layer is thinner than the outermost shell.
    between = (charge > 0.005 * charge[-1]) & (charge < 0.95 * charge[-1])
    assert np.abs(voltage - by_modes.outputs[VOLTAGE])[between].max() < 1e-3


def test_charge_and_sodium_are_conserved():
    ready, inputs = load()
    kernel, known = BatchedKernel(SODIUM, CELLS), tables(SODIUM, 25.0)
    segment, cells = kernel.run([inputs], 5400)[0], kernel.cells_for(known)
    packed = layouts([inputs], known, cells)
    d = Design(*(field_of(packed, cells, name)[0] for name in Design._fields))
    n, ne, m = cells.total, cells.electrode, cells.modes
    means = segment.state[3 * n : 3 * n + 2 * ne * m].reshape(2 * ne, m)[:, 0]
    for side, where in ((0, slice(0, ne)), (1, slice(ne + cells.separator, None))):
        area = d.area[where]
        mean = (area * means[side * ne : (side + 1) * ne]).sum() / area.sum()
        assert mean - d.start[side] == pytest.approx(d.swing[side] * segment.last(CHARGE), rel=1e-9)
    assert (d.pore * segment.state[:n]).sum() == pytest.approx(d.pore.sum() * known.constants["c_start"], rel=1e-9)


def test_a_group_finds_what_one_design_at_a_time_finds():
    batch, tight = [load(rate=rate)[1] for rate in (0.2, 0.5, 1.0)], Accuracy().tighter(10)
    together, singly = (BatchedKernel(SODIUM, CELLS, tight, grouped=grouped).run(batch, 54000)
                        for grouped in (True, False))
    assert [s.last(ENERGY) for s in together] == pytest.approx([s.last(ENERGY) for s in singly], rel=2e-4)


@pytest.mark.parametrize(("rate", "scale"), [(0.3, 1.0), (1.0, 1.0), (1.0, 0.7)])
def test_discharge_agrees_with_pybamm(rate, scale):
    protocol = Discharge(rate_C=rate)
    mine = refined([prepare(point(scale=scale), protocol)], protocol, "verify", False)[0]
    theirs = PybammSimulator().simulate([point(scale=scale)], protocol, "verify")[0]
    off = abs(mine.values["energy_mWh_cm2"] / theirs.values["energy_mWh_cm2"] - 1)
    assert off < 0.003 and 100 * off < mine.values[MESH_ERROR]


def test_pulse_and_fast_charge_agree_with_pybamm():
    for protocol, run, name, tolerance in (
            (Pulse(rate_C=1.0, soc_pct=20, duration_s=30), pulse, "resistance_ohm_cm2", 0.01),
            (FastCharge(soc_from_pct=10, soc_to_pct=60, max_rate_C=1.0), fast_charge, "time_min", 0.01)):
        mine = run(BatchedKernel(SODIUM, CELLS, Accuracy().tighter(10)), [prepare(point(), protocol)], protocol, False)
        theirs = PybammSimulator().simulate([point()], protocol, "verify")
        assert mine[0].values[name] == pytest.approx(theirs[0].values[name], rel=tolerance)


def test_no_point_of_the_sodium_set_is_left_to_pybamm():
    simulator = BatchedSimulator(None)
    found = simulator.simulate([point(scale=s) for s in (0.7, 1.0, 1.2)], Discharge(rate_C=1.0))
    assert [o.status for o in found] == ["ok"] * 3 and simulator.delegated == 0


def test_the_torch_version_refuses_shells():
    with pytest.raises(OutOfValidity, match="depends on stoichiometry"):
        sheet({}, tables(SODIUM, 25.0), CELLS)
