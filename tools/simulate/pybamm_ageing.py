"""Cycle ageing with state jumps: two simulated cycles give the drift per cycle, and the state steps ahead by it.

A block is two full cycles from a charged state. The second one's change of the state vector is the drift per cycle; it
is extrapolated over n cycles (two-step Adams–Bashforth with variable steps), and the next block starts there. Slow
states (films, dead lithium, cracks, active fractions, porosities) drift each by itself. Concentrations drift by the
mean of their electrode: that keeps the lithium balance, which is linear in the states, and leaves the profiles to the
next cycle; particles share it by the room that each has left, as one pushed beyond full would be stuck there. Steps
grow in proportion to the cycles done and shrink where the capacity falls faster than `MOST_LOSS` a step.
docs/simulation.md and docs/ageing.md state the limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.protocol import CycleAgeing
from tools.simulate.point import Outcome
from tools.simulate.pybamm_kernel import Kernel, Segment
from tools.simulate.pybamm_kernels import simulated_mechanisms
from tools.simulate.pybamm_mesh import shell_shares
from tools.simulate.pybamm_model import CHARGE, CURRENT, IDLE_CONTROL, NEGATIVE_OCP, NO_LIMITS, OCV, VOLTAGE
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import cannot_carry, limit_reached

GROWTH = 0.5       # a step is at most this share of the cycles done
FIRST_STEP = 15    # cycles
MOST_LOSS = 0.02   # of the first capacity, a step
IMPOSSIBLE_OCP_V = -0.1  # mean over the negative, against lithium
SUDDEN = 0.04      # of the first capacity: a jump that ends lower than this is taken in smaller steps
LONGEST_S = 400_000.0
TAPER_C = 0.05
SURPLUS_PCT = 100.1  # of the first capacity
PARTICLES = frozenset(f"{side} particle concentration [mol.m-3]" for side in ("Negative", "Positive"))
SALT = frozenset(f"{part} porosity times concentration [mol.m-3]"
                 for part in ("Negative electrode", "Separator", "Positive electrode"))


class AgeingStopped(Exception):
    """A phase of a cycle could not be finished; the message says which and why."""


@dataclass
class _Cell:
    """One ageing design: its charged state, and what was measured at which cycle."""

    kernel: Kernel
    prepared: Prepared
    protocol: CycleAgeing
    state: np.ndarray | None = None
    charge_Ah: float = 0.0
    cycles: list[float] = field(default_factory=list)
    capacities: list[float] = field(default_factory=list)
    energies: list[float] = field(default_factory=list)
    resistances: list[float] = field(default_factory=list)

    def phase(self, soc: float, control: dict[str, float], limits: dict[str, float]) -> Segment:
        inputs = {**self.prepared.inputs(soc), **IDLE_CONTROL, **NO_LIMITS, **control, **limits}
        for rung in range(len(self.kernel.ladder)):
            segment = self.kernel.run([inputs], LONGEST_S, [self.state], first_rung=rung)[0]
            if segment.failed is not None:
                raise AgeingStopped(f"the integrator failed ({segment.failed})")
            if not stuck(segment):
                break
        else:
            raise AgeingStopped("particles of the negative are full somewhere and the model has no solution there")
        self.state = segment.state
        if CHARGE in segment.outputs and len(segment.time_s):
            self.charge_Ah = segment.last(CHARGE)
        return segment

    def discharge(self, depth: float | None) -> Segment:
        """Discharge from the charged state to v_min, or by a share of the balanced capacity where given."""
        p = self.prepared
        limits = {"voltage floor": p.point.pair.v_min}
        if depth is not None:
            limits["charge ceiling"] = self.charge_Ah + depth * p.one_C_A_m2
        segment = self.phase(1.0, {"by current": 1.0, "current": self.protocol.discharge_C * p.one_C_A_m2}, limits)
        if segment.at_once:
            raise AgeingStopped("the lower voltage limit is broken at once at the discharge rate")
        return segment

    def charge(self) -> None:
        """Charge at constant current to v_max, then hold it until the current has fallen to C/20."""
        p, v_max = self.prepared, self.prepared.point.pair.v_max
        load = -self.protocol.charge_C * p.one_C_A_m2
        self.phase(1.0, {"by current": 1.0, "current": load}, {"voltage ceiling": v_max})
        self.phase(1.0, {"by voltage": 1.0, "voltage": v_max}, {"taper current": TAPER_C * p.one_C_A_m2})

    def charged(self) -> np.ndarray:
        """The state vector after a charge."""
        if self.state is None:
            raise AgeingStopped("the cell has not been charged")
        return self.state

    def cycle(self) -> None:
        depth = self.protocol.dod_pct / 100
        self.discharge(None if depth >= 1 else depth)
        self.charge()

    def check_up(self, cycle: float) -> None:
        """Measure capacity and mid-discharge resistance in a full discharge; it is that cycle's own."""
        segment = self.discharge(None)
        q = segment.outputs[CHARGE] - segment.outputs[CHARGE][0]
        gap = float(np.interp(0.5 * q[-1], q, segment.outputs[OCV] - segment.outputs[VOLTAGE]))
        self.cycles.append(cycle)
        self.capacities.append(float(q[-1]))
        self.energies.append(float(np.trapezoid(segment.outputs[VOLTAGE], q)))
        self.resistances.append(gap / float(segment.outputs[CURRENT][0]))

    @property
    def retention(self) -> float:
        return self.capacities[-1] / self.capacities[0]


def stuck(segment: Segment) -> bool:
    """Whether the negative's mean potential is one that no lithium content has.

    Where a particle's surface is driven beyond full its potential is −10 V and worse, and current passes it by: a
    solution of the equations in which a part of the electrode is lost at once. It is none of the cell.
    """
    return bool(np.min(segment.outputs[NEGATIVE_OCP], initial=1.0) < IMPOSSIBLE_OCP_V)


def cycle_ageing(kernel: Kernel, prepared: Sequence[Prepared], protocol: CycleAgeing, curves: bool) -> list[Outcome]:
    """Cycles to the end of life, or what is left after `max_cycles`."""
    return [_aged(_Cell(kernel, p, protocol), curves) for p in prepared]


def _aged(cell: _Cell, curves: bool) -> Outcome:
    stopped = ""
    try:
        _run(cell)
    except AgeingStopped as error:
        stopped = str(error)
    if not cell.cycles:
        if "at once" in stopped:
            return cannot_carry(cell.prepared, stopped)
        return Outcome(status="failed", validity=cell.prepared.validity, note=stopped)
    outcome = _judged(cell, stopped)
    if not curves:
        return outcome
    return outcome.model_copy(update={"curve": {
        "cycle": [float(c) for c in cell.cycles],
        "capacity_retention_pct": [round(100 * q / cell.capacities[0], 4) for q in cell.capacities],
    }})


def _run(cell: _Cell) -> None:
    """Blocks of two cycles and jumps, until the end of life or `max_cycles`.

    A conditioning cycle comes first and is not counted: from then on every discharge starts after the same charge.
    """
    protocol, done, before = cell.protocol, 0, None
    cell.cycle()
    cell.check_up(1)
    cell.charge()
    while cell.retention * 100 > protocol.eol_pct and done + 1 < protocol.max_cycles:
        done += 1
        start = cell.charged()
        cell.cycle()
        done += 1
        end, middle = cell.charged(), done - 0.5
        drift = slow_drift(cell.kernel, end - start)
        slope = np.zeros_like(end) if before is None else (drift - before[0]) / (middle - before[1])
        before = (drift, middle)
        done += _advance(cell, end, drift, slope, done)


def _advance(cell: _Cell, end: np.ndarray, drift: np.ndarray, slope: np.ndarray, done: int) -> int:
    """Jump and run the next block's first cycle; a jump that cannot be continued is halved. Returns the jump.

    The drift over a step of n cycles is that at its middle, (n + 1)/2 cycles after the last simulated one's.
    """
    step, known = max(_step(cell, done), 0), len(cell.cycles)
    while True:
        cell.state = moved(cell.kernel, end, step * (drift + slope * (step + 1) / 2))
        try:
            cell.check_up(done + step + 1)
            before, full = cell.charge_Ah, cell.capacities[0]
            cell.charge()
            # What the next charge brings back shows a knee that lies within the jump, the discharge does not yet.
            lost = max(cell.capacities[-2] - cell.capacities[-1], cell.capacities[-1] - (before - cell.charge_Ah))
            if step == 0 or lost <= SUDDEN * full:
                return step
        except AgeingStopped:
            if step == 0:
                raise
        for column in (cell.cycles, cell.capacities, cell.energies, cell.resistances):
            del column[known:]
        step //= 2


def moved(kernel: Kernel, state: np.ndarray, change: np.ndarray) -> np.ndarray:
    """The state after a jump: what fills particles goes by the room left in each, what empties them by what they hold.

    Particle states are stoichiometries; their mean over the electrode changes by exactly `change`.
    """
    after: np.ndarray = state + change
    for variable, places in kernel.model.y_slices.items():
        if variable.name in PARTICLES:
            shares = shell_shares(kernel.size)
            held, added = state[places[0]], float(change[places[0]].mean())
            room = np.clip(1 - held if added > 0 else held, 0.0, None)
            mean = float((room.reshape(-1, len(shares)) @ shares).mean())
            after[places[0]] = held + added * room / mean
    return after


def slow_drift(kernel: Kernel, change: np.ndarray) -> np.ndarray:
    """A change of the state vector over one cycle → what of it is ageing, by state.

    Concentrations change by their domain's mean (by volume), algebraic states not at all: they follow from the others.
    """
    drift = change.copy()
    drift[kernel.model.len_rhs:] = 0.0
    for variable, places in kernel.model.y_slices.items():
        if variable.name in PARTICLES:
            shares = shell_shares(kernel.size)
            values = change[places[0]].reshape(-1, len(shares))
            drift[places[0]] = float((values @ shares).mean())
        elif variable.name in SALT:
            drift[places[0]] = float(change[places[0]].mean())
    return drift


def _step(cell: _Cell, done: int) -> int:
    """Cycles to jump: a share of those done, bounded by the loss it may bring, the end of life and `max_cycles`."""
    step = max(FIRST_STEP, int(GROWTH * done))
    if len(cell.cycles) > 1:
        a, b = cell.cycles[-2:]
        loss = (cell.capacities[-2] - cell.capacities[-1]) / cell.capacities[0] / (b - a)
        if loss > 0:
            to_end = cell.retention - cell.protocol.eol_pct / 100
            step = min(step, int(MOST_LOSS / loss), int(1.1 * to_end / loss) + 1)
    return min(step, cell.protocol.max_cycles - done - 1)


def _judged(cell: _Cell, stopped: str) -> Outcome:
    p, protocol = cell.prepared, cell.protocol
    retention = [100 * q / cell.capacities[0] for q in cell.capacities]
    values = {
        "capacity_retention_pct": retention[-1], "last_cycle": cell.cycles[-1],
        "resistance_growth_pct": 100 * (cell.resistances[-1] / cell.resistances[0] - 1),
        "energy_retention_pct": 100 * cell.energies[-1] / cell.energies[0],
    }
    life = cell.cycles[-1]
    if retention[-1] <= protocol.eol_pct and len(retention) > 1:
        (a, b), (ra, rb) = cell.cycles[-2:], retention[-2:]
        values["cycles"] = life = a + (b - a) * (ra - protocol.eol_pct) / (ra - rb)
    values["energy_throughput_mWh_cm2"] = _throughput(cell, life) / 10
    if "cycles" in values:
        return p.outcome(values, _words(p, retention[-1]))
    if cell.cycles[-1] >= protocol.max_cycles and not stopped:
        return p.outcome(values, _words(p, retention[-1]))
    return limit_reached(p, f"the run stopped at cycle {cell.cycles[-1]:.0f}: {stopped}", values)


def _throughput(cell: _Cell, life: float) -> float:
    """Energy discharged over `life` cycles [Wh/m²]; a shallow cycle takes its share of a whole one's energy."""
    grid = np.linspace(1.0, life, 501)
    whole = np.trapezoid(np.interp(grid, cell.cycles, cell.energies), grid) + cell.energies[0]
    return float(whole * cell.protocol.dod_pct / 100)


def _words(p: Prepared, retention_pct: float) -> str:
    surplus = "; the set's surplus of lithium hides the loss" if retention_pct > SURPLUS_PCT else ""
    mechanisms = ", ".join(simulated_mechanisms(p.system))
    return f"ageing by {mechanisms} as in the published set, not fitted to this cell; cycles are jumped over{surplus}"
