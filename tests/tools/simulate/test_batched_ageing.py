"""Ageing in the batched DFN: balances, laws and limits, PyBaMM as referee, jumps, and who answers."""

import numpy as np
import pytest

from knowledge.parameters import SYSTEMS
from knowledge.protocol import CycleAgeing
from tools.failures import OutOfValidity
from tools.simulate import ageing
from tools.simulate.ageing import Life
from tools.simulate.batched import cycling, wear_table
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.batched.cycling import BatchedJumps, cycle_ageing
from tools.simulate.batched.history import Accuracy
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.batched.layout import Cells
from tools.simulate.batched.sequence import Phase, follow
from tools.simulate.batched.solid import Solid
from tools.simulate.batched.wear import ACTIVE, ACTIVE_P, CRACK, CRACKED, DEAD, LOST, LOST_P, PLATED, PORE, SEI
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.pybamm_kernels import kernel as pybamm_kernel
from tools.simulate.pybamm_prepare import prepare
from tools.simulate.segment import CHARGE, VOLTAGE, Segment

pytestmark = pytest.mark.timeout(900)  # the first test compiles the solver that ages: 40 CPU-s
CELLS, FINE = Cells(12, 4, 12), Accuracy().tighter(5)
NMC811, NMC532, LCO, NCA = "nmc811_graphite_siox", "nmc532_graphite", "lco_graphite", "nca_graphite"
USUAL = CycleAgeing(max_cycles=1000, eol_pct=50.0)


def point(key=NMC811, **negative):
    pair = SYSTEMS[key].reference
    changed = pair.model_copy(update={"negative": pair.negative.model_copy(update=negative)})
    return SimulationPoint(pair=changed, path_resistance_ohm_cm2=2.0)


def life_of(key=NMC811, protocol=USUAL, cells=CELLS):
    ready = prepare(point(key), protocol)
    return Life(BatchedJumps.of(ready, cells), ready, protocol)


def ageing_kernel(key=NMC811, cells=CELLS, accuracy=FINE):
    return BatchedKernel(key, cells, accuracy, ages="in use")


def cycled(life, kernel, cycles):
    """The segments of some cycles, one after the other."""
    found = []
    for _ in range(cycles):
        steps, segment = life.cycle(), None
        while True:
            try:
                phase = next(steps) if segment is None else steps.send(segment)
            except StopIteration:
                break
            segment = kernel.run([phase.inputs], 4e5, [phase.state])[0]
            assert segment.failed is None
            found.append(segment)
    return found


def balance(life, state):
    """Lithium in particles, in films, as metal and in lost material, and the negative's salt [mol/m²]."""
    parts, shares, wide = life.jumps._parts(state), life.jumps._shares(), life.jumps.negative_m
    slow, x = parts.slow, parts.modes[:, :, 0]
    held = sum(sites * (w * slow[row] * at).sum()
               for sites, w, row, at in zip(life.jumps.sites, shares, (ACTIVE, ACTIVE_P), x, strict=True))
    films = life.jumps.lithium * wide * (shares[0] * (slow[SEI] + slow[CRACKED])).sum()
    metal = wide * (shares[0] * (slow[PLATED] + slow[DEAD])).sum()
    lost = sum(sites * (w * slow[row]).sum()
               for sites, w, row in zip(life.jumps.sites, shares, (LOST, LOST_P), strict=True))
    return np.array([held, films, metal, lost, (slow[PORE] * parts.c[: CELLS.electrode]).sum()])


@pytest.fixture
def without_ageing(monkeypatch):
    """Tables of NMC811 in which nothing grows, dies, cracks or swells."""
    table = wear_table.WearTable(NMC811, 25.0)
    table.wear = table.wear._replace(plates=False, cracks=False, diffusion=0.0, resistivity=0.0, loss_n=0.0, loss_p=0.0)
    table.first_crack_film = 0.0
    table.solid = Solid(*(2 * [np.array([1.0, 0.0, 0.0, 0.0])]), 1)
    monkeypatch.setattr("tools.simulate.batched.kernel.wear_table", lambda *_: table)


def test_with_all_rates_at_zero_it_is_the_plain_solver(without_ageing):
    life = life_of()
    ready, v_min = life.prepared, life.prepared.point.pair.v_min
    load = Phase(held="current", value=ready.one_C_A_m2, duration_s=9000, limits={"voltage floor": v_min})
    plain, aged = (follow(k, [ready.inputs(1.0)], [load])[0][0]
                   for k in (BatchedKernel(NMC811, CELLS, FINE), ageing_kernel()))
    assert aged.last(CHARGE) == pytest.approx(plain.last(CHARGE), rel=1e-6)
    middle = np.interp(2000.0, aged.time_s, aged.outputs[VOLTAGE])
    assert middle == pytest.approx(np.interp(2000.0, plain.time_s, plain.outputs[VOLTAGE]), abs=5e-5)
    found = cycle_ageing(ageing_kernel(), [ready], USUAL.model_copy(update={"max_cycles": 200}), True)[0]
    assert found.values["capacity_retention_pct"] == pytest.approx(100, abs=0.01)


def test_what_leaves_the_particles_is_in_films_metal_and_lost_material():
    life = life_of()
    segments = cycled(life, ageing_kernel(), 2)
    first, last = (balance(life, s.state) for s in (segments[0], segments[-1]))
    assert last[:4].sum() == pytest.approx(first[:4].sum(), rel=1e-5)
    gained = last - first
    assert gained[0] < 0 and (gained[1:3] > 1e-5).all()
    assert gained[0] == pytest.approx(-gained[1:4].sum(), rel=0.02)
    assert last[4] == pytest.approx(first[4], rel=0.6)  # salt moves, but never below zero
    assert (life.jumps._parts(segments[-1].state).c > 0).all()


def test_a_film_at_rest_grows_with_the_root_of_time():
    """a L = V c, and L² = L0² + 2 D c V t / z as in docs/ageing.md."""
    life, month = life_of(NMC532), 30 * 86400.0
    w = wear_table.wear_table(NMC532, 25.0).wear
    segment = follow(ageing_kernel(NMC532), [life.prepared.inputs(0.5)],
                     [Phase(held="current", value=0.0, duration_s=month)])[0][0]
    film = life.jumps._parts(segment.state).slow[SEI]
    grown = np.sqrt(w.first_film**2 + 2 * w.diffusion * w.molar_volume * month / w.lithium) / w.first_film
    fresh = 3 * life.prepared.inputs(0.5)["negative active fraction"] / 2.5e-6 * w.first_film / w.molar_volume
    assert film == pytest.approx(grown * fresh, rel=2e-3)


def test_a_cycle_leaves_the_films_metal_and_cracks_that_pybamm_finds():
    life = life_of()
    kernel = pybamm_kernel(NMC811, "ageing", "search")
    mine, theirs = cycled(life, ageing_kernel(), 1), cycled(life_of(), kernel, 1)
    names = {"Negative SEI concentration [mol.m-3]": (SEI, 1e-3), "Negative SEI on cracks concentration [mol.m-3]":
             (CRACKED, 5e-3), "Negative dead lithium concentration [mol.m-3]": (DEAD, 0.03),
             "Negative lithium plating concentration [mol.m-3]": (PLATED, 0.03),
             "Negative particle crack length [m]": (CRACK, 1e-5),
             "Negative electrode active material volume fraction": (ACTIVE, 1e-5)}
    slow = life.jumps._parts(mine[-1].state).slow
    found = {v.name: kernel.model.get_processed_variable(v.name) for v in kernel.model.y_slices if v.name in names}
    inputs = life_of().prepared.inputs(1.0)
    for name, (row, wanted) in names.items():
        values = found[name].evaluate(0, theirs[-1].state.reshape(-1, 1), inputs=inputs)
        assert (life.jumps._shares()[0] * slow[row]).sum() == pytest.approx(float(np.mean(values)), rel=wanted), name


def test_jumps_end_where_single_cycles_end(monkeypatch):
    protocol = USUAL.model_copy(update={"max_cycles": 80})
    ready = prepare(point(), protocol)
    jumped = cycle_ageing(ageing_kernel(), [ready], protocol, True)[0]
    monkeypatch.setattr(ageing, "GROWTH", 0.0)
    monkeypatch.setattr(ageing, "FIRST_STEP", 0)
    each = cycle_ageing(ageing_kernel(), [ready], protocol, True)[0]
    assert len(jumped.curve["cycle"]) < len(each.curve["cycle"]) / 4
    at = np.array(jumped.curve["cycle"])
    full = np.interp(at, each.curve["cycle"], each.curve["capacity_retention_pct"])
    assert np.abs(np.array(jumped.curve["capacity_retention_pct"]) - full).max() < 0.12


def test_a_life_is_that_of_pybamm(monkeypatch):
    from tools.simulate.pybamm_ageing import cycle_ageing as by_pybamm

    protocol = CycleAgeing(max_cycles=400, eol_pct=95.0)
    ready = prepare(point(NMC532), protocol)
    mine = cycle_ageing(ageing_kernel(NMC532), [ready], protocol, True)[0]
    theirs = by_pybamm(pybamm_kernel(NMC532, "ageing", "search"), [ready], protocol, True)[0]
    assert mine.values.keys() == theirs.values.keys() and mine.note == theirs.note
    assert mine.curve.keys() == theirs.curve.keys()
    for name in ("cycles", "energy_throughput_mWh_cm2"):
        assert mine.values[name] == pytest.approx(theirs.values[name], rel=0.02)
    assert mine.values["resistance_growth_pct"] == pytest.approx(theirs.values["resistance_growth_pct"], abs=0.8)


def test_lives_do_not_depend_on_their_company():
    protocol = USUAL.model_copy(update={"max_cycles": 60})
    ready = [prepare(point(porosity=pores), protocol) for pores in (0.22, 0.26, 0.3)]
    together = cycle_ageing(ageing_kernel(), ready, protocol, False)
    alone = [cycle_ageing(ageing_kernel(), [one], protocol, False)[0] for one in ready]
    assert [o.values for o in together] == [o.values for o in alone]


def test_a_jump_keeps_lithium_and_salt_and_overfills_no_particle():
    life = life_of()
    state = cycled(life, ageing_kernel(), 1)[-1].state
    old = life.jumps._parts(state)
    for rise in (0.02, -0.05):
        change = np.zeros(5 + old.slow.size)
        change[:2] = rise
        rows = change[5:].reshape(old.slow.shape)
        rows[PLATED], rows[PORE] = -2 * old.slow[PLATED], -0.1 * old.slow[PORE]
        moved = life.jumps.moved(state, change)
        new, shares = life.jumps._parts(moved), life.jumps._shares()
        assert (shares * new.modes[:, :, 0]).sum(axis=1) == pytest.approx(
            (shares * old.modes[:, :, 0]).sum(axis=1) + rise, rel=1e-12)
        assert (new.surface > 0).all() and (new.surface < 1).all()
        metal = [(shares[0] * (p.slow[PLATED] + p.slow[DEAD])).sum() for p in (old, new)]
        assert metal[1] == pytest.approx(metal[0] - 2 * (shares[0] * old.slow[PLATED]).sum(), rel=1e-12)
        assert (new.slow[PLATED] == 0).all()
        salt = [(p.slow[PORE] * p.c[: CELLS.electrode]).sum() for p in (old, new)]
        assert salt[1] == pytest.approx(salt[0], rel=1e-12)


def test_a_jump_to_where_no_cell_is_is_refused():
    life = life_of()
    state = cycled(life, ageing_kernel(), 1)[-1].state
    change = np.zeros(5 + life.jumps._parts(state).slow.size)
    change[0] = 0.9
    with pytest.raises(ageing.AgeingStopped, match="room"):
        life.jumps.moved(state, change)


class Refuses:
    """A reference that nobody should ask."""

    name = "reference"

    def simulate(self, points, protocol, mesh="search", curves=False):
        return [Outcome(status="ok", values={"last_cycle": 3.0}, note="asked") for _ in points]


@pytest.mark.parametrize("key", [NMC811, NMC532, LCO, NCA])
def test_the_batched_simulator_ages_by_itself(key):
    simulator = BatchedSimulator(Refuses())
    found = simulator.simulate([point(key)], CycleAgeing(max_cycles=3))[0]
    assert simulator.delegated == 0 and found.status == "ok" and "as in the published set" in found.note
    assert 99 < found.values["capacity_retention_pct"] < 100.1 and found.values["last_cycle"] == 3


def test_a_set_without_mechanisms_is_out_of_validity():
    found = BatchedSimulator(Refuses()).simulate([point("lfp_graphite")], CycleAgeing())[0]
    assert found.status == "out of validity" and "ageing" in found.note


def test_a_life_that_cannot_be_integrated_goes_to_the_reference(monkeypatch):
    protocol, kernel = CycleAgeing(max_cycles=40), ageing_kernel()
    run, calls = BatchedKernel.run, []

    def tired(self, inputs, end_s, states=None, retry=True):
        calls.append(len(inputs))
        if len(calls) > 12:
            return [Segment(np.zeros(0), {}, np.zeros(0), failed="the step became too short")] * len(inputs)
        return run(self, inputs, end_s, states, retry)

    monkeypatch.setattr(BatchedKernel, "run", tired)
    stopped = cycling.cycle_ageing(kernel, [prepare(point(), protocol)], protocol, False)[0]
    assert stopped.status == "failed" and "the step became too short" in stopped.note
    simulator = BatchedSimulator(Refuses())
    found = simulator.simulate([point()], protocol)[0]
    assert simulator.delegated == 1 and found.values == {"last_cycle": 3.0}
    assert "as the batched DFN gave no answer" in found.note


def test_a_law_of_another_form_is_refused():
    table = wear_table.WearTable(NMC811, 25.0)
    with pytest.raises(OutOfValidity, match="only PyBaMM"):
        table._same(np.array([1.0, 2.0]), "dead lithium")


@pytest.mark.slow
@pytest.mark.parametrize(("key", "temperature_C", "charge_C"),
                         [(NMC811, 25.0, 0.5), (NMC811, 10.0, 1.0), (NMC532, 45.0, 0.5)])
def test_finer_meshes_and_steps_change_little(key, temperature_C, charge_C):
    protocol = USUAL.model_copy(update={"temperature_C": temperature_C, "charge_C": charge_C})
    ready = prepare(point(key), protocol)
    lives = [cycle_ageing(ageing_kernel(key, cells, Accuracy().tighter(tighter)), [ready], protocol, False)[0]
             for cells, tighter in ((CELLS, 5.0), (CELLS, 20.0), (Cells(24, 8, 12), 10.0))]
    kept = [o.values["capacity_retention_pct"] for o in lives]
    assert kept[1] == pytest.approx(kept[0], abs=0.03) and kept[2] == pytest.approx(kept[0], abs=0.15)
