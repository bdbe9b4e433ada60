"""The batched DFN: analytical limits, conservation, PyBaMM as referee, and what it does with bad input."""

from dataclasses import replace

import numpy as np
import pytest

from knowledge.parameters import SYSTEMS
from knowledge.protocol import CalendarAgeing, Discharge, FastCharge, Pulse, ThermalDischarge
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.batched.extrapolation import extrapolate
from tools.simulate.batched.history import Accuracy
from tools.simulate.batched.kernel import ENERGY, BatchedKernel, field_of
from tools.simulate.batched.layout import FARADAY, Cells, Design, edges, layouts
from tools.simulate.batched.particle import modes
from tools.simulate.batched.protocols import discharge, run
from tools.simulate.batched.tables import CONCENTRATION_MAX, OF_CONTENT, evaluate, piecewise_cubic, tables
from tools.simulate.point import MESH_ERROR, Outcome, SimulationPoint
from tools.simulate.pybamm_kernels import kernel as pybamm_kernel
from tools.simulate.pybamm_prepare import prepare
from tools.simulate.pybamm_protocols import discharge as pybamm_discharge
from tools.simulate.pybamm_protocols import pulse
from tools.simulate.segment import ANODE, CHARGE, CURRENT, IDLE_CONTROL, NO_LIMITS, OCV, TEMPERATURE, VOLTAGE, Segment

pytestmark = pytest.mark.timeout(900)  # the first test compiles the solver: 25 CPU-s
CELLS = Cells(20, 7, 12)
NMC811, NMC532, LCO = "nmc811_graphite_siox", "nmc532_graphite", "lco_graphite"


def point(key=NMC811, path=2.0, **changes):
    return SimulationPoint(pair=SYSTEMS[key].reference.model_copy(update=changes), path_resistance_ohm_cm2=path)


def prepared(key=NMC811, rate=1.0, path=2.0):
    return prepare(point(key, path), Discharge(rate_C=rate))


def load(ready, soc=1.0, **control):
    floor = {"voltage floor": ready.point.pair.v_min}
    return {**IDLE_CONTROL, **NO_LIMITS, **ready.inputs(soc), **floor, "by current": 1.0, "current": ready.load_A_m2,
            **{name.replace("_", " "): value for name, value in control.items()}}


def test_modes_of_a_sphere():
    decay, weight = modes(12)
    assert decay[0] == 0 and weight[0] == pytest.approx(3)
    assert np.sqrt(decay[1:4]) == pytest.approx([4.493409, 7.725252, 10.904122], rel=1e-6)  # roots of tan s = s
    # Quasi-steady: the surface lies q/5 below the mean.
    assert np.sum(weight[1:] / decay[1:]) == pytest.approx(1 / 5, rel=1e-9)


def test_piecewise_cubic_is_of_fourth_order():
    def worst(n):
        x = np.linspace(0, 1, n + 1)
        table = piecewise_cubic(np.exp(-5 * x), -5 * np.exp(-5 * x[:-1]) / n, -5 * np.exp(-5 * x[1:]) / n)
        middle = (x[1:] + x[:-1]) / 2
        return np.abs(evaluate(table, middle * n) - np.exp(-5 * middle)).max()

    assert worst(20) / worst(40) == pytest.approx(16, rel=0.2)


@pytest.mark.parametrize("key", SYSTEMS)
def test_tables_say_their_error(key):
    found = tables(key, 25.0)
    if SYSTEMS[key].carrier == "lithium":
        assert found.errors["u_n_V"] < 1e-3 and found.errors["u_p_V"] < 1e-5
    else:  # data joined by lines: 15 mV at the one corner where the positive's potential leaps, between two knots
        assert 1e-3 < max(found.errors["u_n_V"], found.errors["u_p_V"]) < 0.02
    assert all(found.errors[f"{name}_pct"] < 0.05 for name in OF_CONTENT)
    assert found.errors["conductivity_pct"] < 0.01 and found.errors["diffusivity_pct"] < 0.01
    assert all(np.isfinite(a).all() for a in found.arrays.values())


def test_tables_meet_the_published_electrolyte():
    # Nyman et al. 2008 at 25 °C, as in the set: κ = 0.1297 c³ − 2.51 c^1.5 + 3.329 c, c in mol/L.
    table = tables(NMC811, 25.0).arrays["conductivity"]
    c = np.array([0.3, 1.0, 2.2])
    wanted = 0.1297 * c**3 - 2.51 * c**1.5 + 3.329 * c
    assert evaluate(table, c * 1000 / CONCENTRATION_MAX * len(table)) == pytest.approx(wanted, rel=1e-4)


def test_electrolyte_functions_hold_their_last_sound_value():
    # The set's diffusivity has a pole below 6 mol/L in the cold.
    table = tables(LCO, 0.0).arrays["diffusivity"]
    assert np.isfinite(table).all() and (table[:, 0] > 0).all()


def test_cells_are_thinnest_at_the_separator():
    widths = np.diff(edges(20))
    assert (np.diff(widths) < 0).all() and widths.sum() == pytest.approx(1)


def test_start_of_a_thin_cell_is_kinetics_and_ohms():
    ready = prepared(NMC532, rate=0.05)
    thin = {"negative thickness": 2e-6, "positive thickness": 2e-6}
    current = 0.5
    inputs = {**load(ready, soc=0.5), **thin, "current": current, "voltage floor": 0.0}
    found = BatchedKernel(NMC532, CELLS).run([inputs], 1.0)[0]
    k, kinetics = tables(NMC532, 25.0).constants, tables(NMC532, 25.0).arrays["kinetics"][0]
    (x, y), thermal = ready.balance.stoichiometry(0.5), 2 * 8.314462618 * 298.15 / FARADAY
    loss = 0.0
    for n, (side, s) in enumerate((("negative", x), ("positive", y))):
        area = 3 * inputs[f"{side} active fraction"] / inputs[f"{side} radius"] * 2e-6
        j0 = kinetics[n] * np.sqrt(k["c_start"] * s * (1 - s))
        loss += thermal * np.arcsinh(current / area / (2 * j0))
    loss += current * inputs["path resistance"]
    for side, share in (("negative", 1 / 3), ("separator", 1.0), ("positive", 1 / 3)):
        loss += current * share * inputs[f"{side} thickness"] / (1.3 * inputs[f"{side} porosity"] ** 1.5)
    assert ready.balance.ocv(0.5) - found.outputs[VOLTAGE][0] == pytest.approx(loss, rel=2e-3)


def test_charge_and_lithium_are_conserved():
    ready = prepared(rate=2.0)
    segment = BatchedKernel(NMC811, CELLS).run([load(ready)], 5400)[0]
    packed = layouts([load(ready)], tables(NMC811, 25.0), CELLS)
    d = Design(*(field_of(packed, CELLS, name)[0] for name in Design._fields))
    n, ne = CELLS.total, CELLS.electrode
    c, j = segment.state[:n], segment.state[n : 2 * n]
    modes = segment.state[3 * n : 3 * n + 2 * ne * CELLS.modes].reshape(2 * ne, CELLS.modes)
    charge = segment.last(CHARGE)
    assert charge == pytest.approx(ready.load_A_m2 * segment.time_s[-1] / 3600, rel=1e-10)
    for side, cells in ((0, slice(0, ne)), (1, slice(ne + CELLS.separator, None))):
        area, rows = d.area[cells], slice(side * ne, (side + 1) * ne)
        sign = 1 if side == 0 else -1
        assert (area * j[cells]).sum() == pytest.approx(sign * ready.load_A_m2, rel=1e-9)
        mean = (area * modes[rows, 0]).sum() / area.sum()
        assert mean - d.start[side] == pytest.approx(d.swing[side] * charge, rel=1e-9)
    assert (d.pore * c).sum() == pytest.approx(d.pore.sum() * 1000, rel=1e-9)


def test_a_group_finds_what_one_design_at_a_time_finds():
    batch = [load(prepared(rate=rate, path=path)) for rate in (0.5, 1.0, 2.0) for path in (0.5, 2.0, 5.0, 9.0)]
    together = BatchedKernel(NMC811, CELLS).run(batch, 9000)
    singly = BatchedKernel(NMC811, CELLS, grouped=False).run(batch, 9000)
    assert [s.last(ENERGY) for s in together] == pytest.approx([s.last(ENERGY) for s in singly], rel=2e-4)


def test_heat_is_the_energy_that_is_lost():
    ready = prepared(rate=2.0)
    cold = {"heat capacity": 2000.0, "cooled surface": 0.0, "heat transfer": 0.0}
    inputs = {**load(ready), **cold, "path resistance": 0.01}
    segment = BatchedKernel(NMC811, CELLS, heated=True).run([inputs], 5400)[0]
    rise = segment.outputs[TEMPERATURE] - 298.15
    assert segment.failed is None and rise[-1] > 20
    # Adiabatic and with an entropy that is small beside 10 mohm·m² of path: C ΔT = ∫ I (U − V) dt.
    lost = np.trapezoid(segment.outputs[OCV] - segment.outputs[VOLTAGE], segment.outputs[CHARGE]) * 3600
    assert rise[-1] * 2000.0 == pytest.approx(lost, rel=0.03)
    bath = {"cooled surface": 1.0, "heat transfer": 1e6}
    cooled = BatchedKernel(NMC811, CELLS, heated=True).run([{**inputs, **bath}], 5400)
    assert abs(cooled[0].outputs[TEMPERATURE] - 298.15).max() < 0.01


def test_thermal_discharge_agrees_with_pybamm():
    asked = ThermalDischarge(rate_C=2.0)
    warm = point(NMC532).model_copy(update={"heat_capacity_J_K_cm2": 0.06, "cooled_surface_ratio": 0.1})
    ready = prepare(warm, asked)
    mine = run(BatchedKernel(NMC532, CELLS, heated=True), [ready], asked, True)[0]
    theirs = pybamm_discharge(pybamm_kernel(NMC532, "thermal", "verify"), [ready], asked, False)[0]
    assert mine.values["energy_mWh_cm2"] == pytest.approx(theirs.values["energy_mWh_cm2"], rel=3e-3)
    assert mine.values["temperature_rise_K"] == pytest.approx(theirs.values["temperature_rise_K"], rel=1e-2)
    assert max(mine.curve["temperature_C"]) == pytest.approx(mine.values["max_temperature_C"], abs=1e-3)


def test_a_cell_that_is_not_heated_keeps_its_temperature():
    # Extrapolated, rounding grew with every step: 40 mV off after 170 steps.
    ready = prepared("lfp_graphite")
    loose, tight = (BatchedKernel("lfp_graphite", Cells(8, 3, 8), Accuracy().tighter(f)).run([load(ready)], 9000)[0]
                    for f in (3.0, 25.0))
    assert loose.last(ENERGY) == pytest.approx(tight.last(ENERGY), rel=5e-4)
    assert tight.state[-1] == pytest.approx(298.15, rel=1e-12)  # the last number of a state is the temperature


def test_conducting_cells_with_fast_salt_are_single_particles(monkeypatch):
    known = tables(NMC532, 25.0)
    free = {name: known.arrays[name] * 1e4 for name in ("conductivity", "diffusivity")}
    metal = {name: 1e4 * known.constants[name] for name in ("sigma_n", "sigma_p")}
    ideal = replace(known, arrays={**known.arrays, **free}, constants={**known.constants, **metal})
    monkeypatch.setattr("tools.simulate.batched.kernel.tables", lambda *_: ideal)
    segment = BatchedKernel(NMC532, CELLS, Accuracy().tighter(5)).run([load(prepared(NMC532), soc=0.6)], 600.0)[0]
    j, ne = segment.state[CELLS.total : 2 * CELLS.total], CELLS.electrode
    assert np.ptp(segment.state[: CELLS.total]) < 0.1
    for side in (j[:ne], j[-ne:]):
        assert np.ptp(side) < 2e-3 * abs(side.mean())


def test_charge_mirrors_discharge():
    # A small current and its opposite from the same rest move the voltage by the same amount.
    ready = prepared(NMC532)
    small = 0.01 * ready.load_A_m2
    moved = [BatchedKernel(NMC532, CELLS, Accuracy().tighter(25)).run(
        [load(ready, soc=0.5, current=sign * small, voltage_floor=0.0)], 5.0)[0] for sign in (1, -1)]
    down, up = (s.outputs[VOLTAGE][-1] - ready.balance.ocv(0.5) for s in moved)
    assert down < 0 < up and down == pytest.approx(-up, rel=5e-3)


def test_one_cell_an_electrode_is_solved():
    segment = BatchedKernel(NMC532, Cells(2, 1, 12)).run([load(prepared(NMC532))], 9000)[0]
    assert segment.failed is None and segment.event == "voltage floor" and segment.last(CHARGE) > 0


def test_path_resistance_lowers_the_voltage_by_its_drop():
    bare, added = (BatchedKernel(NMC811, CELLS).run([load(prepared(path=r))], 5400)[0] for r in (0.0, 10.0))
    drop = prepared().load_A_m2 * 10e-4
    assert bare.outputs[VOLTAGE][0] - added.outputs[VOLTAGE][0] == pytest.approx(drop, rel=1e-9)


def test_energy_errors_are_of_second_order_in_the_mesh():
    ready, tight = prepared(LCO, rate=1.0), Accuracy().tighter(10)
    energy = [BatchedKernel(LCO, Cells(n, n // 2, 12), tight).run([load(ready)], 9000)[0].last(ENERGY)
              for n in (12, 24, 48)]
    assert (energy[1] - energy[0]) / (energy[2] - energy[1]) == pytest.approx(4, rel=0.35)


@pytest.mark.parametrize("key", [NMC811, NMC532, LCO])
def test_discharge_agrees_with_pybamm_on_a_fine_mesh(key):
    ready = prepared(key)
    mine = BatchedKernel(key, CELLS).run([load(ready)], 9000)[0]
    theirs = pybamm_kernel(key, "isothermal", "verify").run([load(ready)], 9000)[0]
    assert theirs.failed is None
    energy = np.trapezoid(theirs.outputs[VOLTAGE], theirs.outputs[CHARGE])
    assert mine.last(ENERGY) == pytest.approx(energy, rel=2e-3)
    grid = np.linspace(0, 0.98 * mine.last(CHARGE), 300)
    difference = (np.interp(grid, mine.outputs[CHARGE], mine.outputs[VOLTAGE])
                  - np.interp(grid, theirs.outputs[CHARGE], theirs.outputs[VOLTAGE]))
    assert np.sqrt(np.mean(difference**2)) < 5e-3


def test_pulse_and_fast_charge_agree_with_pybamm():
    from tools.simulate.pybamm_charge import fast_charge

    reference, mine = pybamm_kernel(NMC532, "isothermal", "verify"), BatchedKernel(NMC532, CELLS)
    asked, window = Pulse(rate_C=2.0), FastCharge(soc_from_pct=20, soc_to_pct=70)
    ready, charging = prepare(point(NMC532), asked), prepare(point(NMC532), window)
    a, b = run(mine, [ready], asked, False)[0], pulse(reference, [ready], asked, False)[0]
    assert a.values["resistance_ohm_cm2"] == pytest.approx(b.values["resistance_ohm_cm2"], rel=5e-3)
    c, d = run(mine, [charging], window, False)[0], fast_charge(reference, [charging], window, False)[0]
    assert c.status == d.status == "ok"
    assert c.values["time_min"] == pytest.approx(d.values["time_min"], rel=5e-3)
    assert c.values["min_anode_potential_V"] == pytest.approx(0, abs=1e-3)


def test_controls_hold_what_they_name():
    ready = prepared()
    kernel = BatchedKernel(NMC811, CELLS)
    idle = {"by_current": 0.0}
    held = kernel.run([load(ready, 0.5, **idle, by_power=1.0, power=150.0)], 60)[0]
    assert held.outputs[VOLTAGE] * held.outputs[CURRENT] == pytest.approx(150, rel=1e-4)
    held = kernel.run([load(ready, 0.5, **idle, by_voltage=1.0, voltage=3.6)], 60)[0]
    assert held.outputs[VOLTAGE] == pytest.approx(3.6, abs=1e-4) and held.outputs[CURRENT][0] > 0
    held = kernel.run([load(ready, 0.5, **idle, by_anode=1.0, anode=0.02)], 60)[0]
    assert held.outputs[ANODE] == pytest.approx(0.02, abs=1e-4) and held.outputs[CURRENT][0] < 0


def test_a_discharge_in_two_parts_is_the_whole():
    ready = prepared()
    kernel = BatchedKernel(NMC811, CELLS)
    whole = kernel.run([load(ready)], 9000)[0]
    first = kernel.run([load(ready, charge_ceiling=0.4 * ready.one_C_A_m2)], 9000)[0]
    assert first.event == "charge ceiling" and first.last(CHARGE) == pytest.approx(0.4 * ready.one_C_A_m2)
    second = kernel.run([load(ready)], 9000, [first.state])[0]
    assert second.last(CHARGE) == pytest.approx(whole.last(CHARGE), rel=1e-4)
    assert second.last(ENERGY) == pytest.approx(whole.last(ENERGY), rel=1e-4)


def test_results_do_not_depend_on_the_order_of_the_batch():
    batch = [load(prepared(rate=rate, path=path)) for rate in (0.3, 3.0, 1.0) for path in (0.5, 1.0, 2.0, 4.0)]
    kernel = BatchedKernel(NMC811, CELLS)
    forth, back = kernel.run(batch, 40000), kernel.run(batch[::-1], 40000)[::-1]
    assert [s.last(ENERGY) for s in forth] == [s.last(ENERGY) for s in back]


def test_a_bad_design_leaves_the_rest_of_the_batch_alone():
    nan = {**load(prepared()), "separator porosity": float("nan")}
    empty = {**load(prepared()), "negative concentration": 0.0}
    good, broken, impossible = BatchedKernel(NMC811, CELLS).run([load(prepared()), nan, empty], 9000)
    assert good.failed is None and good.event == "voltage floor"
    assert "separator porosity" in broken.failed and "empty or full" in impossible.failed


class Reference:
    """A reference simulator that only says that it was asked."""

    name = "reference"

    def simulate(self, points, protocol, mesh="search", curves=False):
        return [Outcome(status="ok", values={"temperature_rise_K": 1.0}) for _ in points]


def test_simulator_statuses_estimates_and_delegation():
    simulator = BatchedSimulator(Reference(), workers=2)
    assert simulator.simulate([], Discharge()) == []
    closed = SYSTEMS[NMC811].reference.separator.model_copy(update={"porosity": 0.05})
    points = [point(), point(separator=closed), point(path=2000.0), point("lfp_graphite")]
    ok, refused, weak, _ = simulator.simulate(points, Discharge(rate_C=1.0), curves=True)
    assert ok.status == "ok" and 0 < ok.values[MESH_ERROR] < 0.5 and len(ok.curve["voltage_V"]) > 30
    assert refused.status == "failed" and "porosity" in refused.note
    assert weak.status == "cannot carry the current"
    cold = simulator.simulate([point("lfp_graphite")], Discharge(temperature_C=-20))[0]
    assert cold.status == "out of validity"
    stored = simulator.simulate([point()], CalendarAgeing())[0]
    assert stored.values["capacity_retention_pct"] < 100 and simulator.delegated == 0


def test_a_point_without_an_answer_goes_to_the_reference(monkeypatch):
    from tools.simulate.batched import kernel

    monkeypatch.setattr(kernel.BatchedKernel, "_attempt", lambda self, packed, *_: [
        Segment(np.zeros(0), {}, np.zeros(0), failed="the step became too short")] * len(packed))
    found = BatchedSimulator(Reference()).simulate([point()], Discharge())[0]
    assert found.status == "ok" and found.values[MESH_ERROR] > 1
    assert found.note.startswith("computed by reference, as the batched DFN gave no answer: the step became too short")


def test_extrapolation_removes_a_second_order_error():
    meshes = Cells(12, 4, 12), Cells(20, 7, 12)
    coarse, fine = (Outcome(status="ok", values={"energy_mWh_cm2": 10 + 5 / c.electrode**2}) for c in meshes)
    assert extrapolate(coarse, fine, meshes).values["energy_mWh_cm2"] == pytest.approx(10, rel=1e-12)
    other = coarse.model_copy(update={"status": "cannot carry the current"})
    assert extrapolate(other, fine, meshes).values[MESH_ERROR] == 100


def test_a_discharge_ends_where_the_document_says():
    ready = prepared()
    kernel = BatchedKernel(NMC811, CELLS)
    whole, early = (discharge(kernel, [ready], Discharge(rate_C=1.0, v_min=v), True)[0] for v in (None, 3.2))
    assert early.values["capacity_mAh_cm2"] < whole.values["capacity_mAh_cm2"]
    assert early.curve["voltage_V"][-1] == pytest.approx(3.2, abs=1e-4)
