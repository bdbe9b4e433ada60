"""Cycle ageing with state jumps: two simulated cycles give the drift per cycle, and the state steps ahead by it.

A block is two full cycles from a charged state. The second one's change of the state vector is the drift per cycle; it
is extrapolated over n cycles (two-step Adams–Bashforth with variable steps), and the next block starts there. How a
state drifts is the solver's own matter (`Jumps`). Steps grow in proportion to the cycles done and shrink where the
capacity falls faster than `MOST_LOSS` a step. docs/simulation.md and docs/ageing.md state the limits.

A design's life is a generator: it yields a phase to be solved and gets its segment, so a solver may run many designs
side by side (`tools.simulate.batched.cycling`) or one after the other (`tools.simulate.pybamm_ageing`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NamedTuple
from typing import Protocol as Interface

import numpy as np

from knowledge.protocol import CycleAgeing
from tools.simulate.point import Outcome
from tools.simulate.pybamm_kernels import simulated_mechanisms
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import cannot_carry, limit_reached
from tools.simulate.segment import CHARGE, CURRENT, OCV, UNDRIVEN, VOLTAGE, Segment

GROWTH = 0.5       # a step is at most this share of the cycles done
FIRST_STEP = 15    # cycles
MOST_LOSS = 0.02   # of the first capacity, a step
SUDDEN = 0.04      # of the first capacity: a jump that ends lower than this is taken in smaller steps
LONGEST_S = 400_000.0
TAPER_C = 0.05
SURPLUS_PCT = 100.1  # of the first capacity


class AgeingStopped(Exception):
    """A phase of a cycle could not be finished; the message says which and why."""


class NotIntegrated(AgeingStopped):
    """The solver gave up: another one may get further."""


class Jumps(Interface):
    """How the state vector of a solver drifts and jumps."""

    def drift(self, start: np.ndarray, end: np.ndarray, done: int) -> np.ndarray:
        """What of the state's change over cycle `done` is ageing, in any coordinates in which it adds up."""
        ...

    def moved(self, state: np.ndarray, change: np.ndarray) -> np.ndarray:
        """The state after a jump by a change in the coordinates of `drift`.

        Raises:
            AgeingStopped: there is no such state of a cell.
        """
        ...


class Phase(NamedTuple):
    """What a life asks its solver for: inputs of the DFN, its first state (None: equilibrium), its longest end."""

    inputs: dict[str, float]
    state: np.ndarray | None
    end_s: float = LONGEST_S


Steps = Generator[Phase, Segment, None]


@dataclass
class Life:
    """One ageing design: its charged state, and what was measured at which cycle."""

    jumps: Jumps
    prepared: Prepared
    protocol: CycleAgeing
    state: np.ndarray | None = None
    charge_Ah: float = 0.0
    cycles: list[float] = field(default_factory=list)
    capacities: list[float] = field(default_factory=list)
    energies: list[float] = field(default_factory=list)
    resistances: list[float] = field(default_factory=list)
    unsolved: bool = False  # whether it ended because the solver gave up

    def phase(
        self, control: dict[str, float], limits: dict[str, float]
    ) -> Generator[Phase, Segment, Segment]:
        """Ask for a phase and go on from its end."""
        inputs = {**self.prepared.inputs(1.0), **UNDRIVEN, **control, **limits}
        segment = yield Phase(inputs, self.state)
        self.state = segment.state
        if CHARGE in segment.outputs and len(segment.time_s):
            self.charge_Ah = segment.last(CHARGE)
        return segment

    def discharge(self, depth: float | None) -> Generator[Phase, Segment, Segment]:
        """Discharge from the charged state to v_min, or by a share of the balanced capacity where given."""
        p = self.prepared
        limits = {"voltage floor": p.point.pair.v_min}
        if depth is not None:
            limits["charge ceiling"] = self.charge_Ah + depth * p.one_C_A_m2
        load = {"by current": 1.0, "current": self.protocol.discharge_C * p.one_C_A_m2}
        segment = yield from self.phase(load, limits)
        if segment.at_once:
            raise AgeingStopped("the lower voltage limit is broken at once at the discharge rate")
        return segment

    def charge(self) -> Steps:
        """Charge at constant current to v_max, then hold it until the current has fallen to C/20."""
        p, v_max = self.prepared, self.prepared.point.pair.v_max
        load = -self.protocol.charge_C * p.one_C_A_m2
        yield from self.phase({"by current": 1.0, "current": load}, {"voltage ceiling": v_max})
        yield from self.phase({"by voltage": 1.0, "voltage": v_max}, {"taper current": TAPER_C * p.one_C_A_m2})

    def charged(self) -> np.ndarray:
        """The state vector after a charge."""
        if self.state is None:
            raise AgeingStopped("the cell has not been charged")
        return self.state

    def cycle(self) -> Steps:
        """A discharge as deep as the protocol wants it, and a charge."""
        depth = self.protocol.dod_pct / 100
        yield from self.discharge(None if depth >= 1 else depth)
        yield from self.charge()

    def check_up(self, cycle: float) -> Steps:
        """Measure capacity and mid-discharge resistance in a full discharge; it is that cycle's own."""
        segment = yield from self.discharge(None)
        q = segment.outputs[CHARGE] - segment.outputs[CHARGE][0]
        gap = float(np.interp(0.5 * q[-1], q, segment.outputs[OCV] - segment.outputs[VOLTAGE]))
        self.cycles.append(cycle)
        self.capacities.append(float(q[-1]))
        self.energies.append(float(np.trapezoid(segment.outputs[VOLTAGE], q)))
        self.resistances.append(gap / float(segment.outputs[CURRENT][0]))

    @property
    def retention(self) -> float:
        """The last capacity as a share of the first."""
        return self.capacities[-1] / self.capacities[0]


def followed(steps: Generator[Phase, Segment, Outcome], solve: Callable[[Phase], Segment]) -> Outcome:
    """Answer the phases of a life as they come; what `solve` cannot answer it raises as `AgeingStopped`."""
    try:
        phase = next(steps)
        while True:
            try:
                segment = solve(phase)
            except AgeingStopped as reason:
                phase = steps.throw(reason)
            else:
                phase = steps.send(segment)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


def live(life: Life, curves: bool) -> Generator[Phase, Segment, Outcome]:
    """Cycles to the end of life, or what is left after `max_cycles`; a failed phase is thrown in as `AgeingStopped`."""
    stopped = ""
    try:
        yield from _run(life)
    except AgeingStopped as error:
        stopped, life.unsolved = str(error), isinstance(error, NotIntegrated)
    if not life.cycles:
        if "at once" in stopped:
            return cannot_carry(life.prepared, stopped)
        return Outcome(status="failed", validity=life.prepared.validity, note=stopped)
    outcome = _judged(life, stopped)
    if not curves:
        return outcome
    return outcome.model_copy(update={"curve": {
        "cycle": [float(c) for c in life.cycles],
        "capacity_retention_pct": [round(100 * q / life.capacities[0], 4) for q in life.capacities],
    }})


def _run(life: Life) -> Steps:
    """Blocks of two cycles and jumps, until the end of life or `max_cycles`.

    A conditioning cycle comes first and is not counted: from then on every discharge starts after the same charge.
    """
    protocol, done, before = life.protocol, 0, None
    yield from life.cycle()
    yield from life.check_up(1)
    yield from life.charge()
    while life.retention * 100 > protocol.eol_pct and done + 1 < protocol.max_cycles:
        done += 1
        start = life.charged()
        yield from life.cycle()
        done += 1
        end, middle = life.charged(), done - 0.5
        drift = life.jumps.drift(start, end, done)
        slope = np.zeros_like(drift) if before is None else (drift - before[0]) / (middle - before[1])
        before = (drift, middle)
        done += yield from _advance(life, end, drift, slope, done)


def _advance(
    life: Life, end: np.ndarray, drift: np.ndarray, slope: np.ndarray, done: int
) -> Generator[Phase, Segment, int]:
    """Jump and run the next block's first cycle; a jump that cannot be continued is halved. Returns the jump.

    The drift over a step of n cycles is that at its middle, (n + 1)/2 cycles after the last simulated one's.
    """
    step, known = max(_step(life, done), 0), len(life.cycles)
    while True:
        try:
            life.state = life.jumps.moved(end, step * (drift + slope * (step + 1) / 2))
            yield from life.check_up(done + step + 1)
            before, full = life.charge_Ah, life.capacities[0]
            yield from life.charge()
            # What the next charge brings back shows a knee that lies within the jump, the discharge does not yet.
            lost = max(life.capacities[-2] - life.capacities[-1], life.capacities[-1] - (before - life.charge_Ah))
            if step == 0 or lost <= SUDDEN * full:
                return step
        except AgeingStopped:
            if step == 0:
                raise
        for column in (life.cycles, life.capacities, life.energies, life.resistances):
            del column[known:]
        step //= 2


def _step(life: Life, done: int) -> int:
    """Cycles to jump: a share of those done, bounded by the loss it may bring, the end of life and `max_cycles`."""
    step = max(FIRST_STEP, int(GROWTH * done))
    if len(life.cycles) > 1:
        a, b = life.cycles[-2:]
        loss = (life.capacities[-2] - life.capacities[-1]) / life.capacities[0] / (b - a)
        if loss > 0:
            to_end = life.retention - life.protocol.eol_pct / 100
            step = min(step, int(MOST_LOSS / loss), int(1.1 * to_end / loss) + 1)
    return min(step, life.protocol.max_cycles - done - 1)


def _judged(life: Life, stopped: str) -> Outcome:
    p, protocol = life.prepared, life.protocol
    retention = [100 * q / life.capacities[0] for q in life.capacities]
    values = {
        "capacity_retention_pct": retention[-1], "last_cycle": life.cycles[-1],
        "resistance_growth_pct": 100 * (life.resistances[-1] / life.resistances[0] - 1),
        "energy_retention_pct": 100 * life.energies[-1] / life.energies[0],
    }
    last = life.cycles[-1]
    if retention[-1] <= protocol.eol_pct and len(retention) > 1:
        (a, b), (ra, rb) = life.cycles[-2:], retention[-2:]
        values["cycles"] = last = a + (b - a) * (ra - protocol.eol_pct) / (ra - rb)
    values["energy_throughput_mWh_cm2"] = _throughput(life, last) / 10
    if "cycles" in values:
        return p.outcome(values, _words(p, retention[-1]))
    if life.cycles[-1] >= protocol.max_cycles and not stopped:
        return p.outcome(values, _words(p, retention[-1]))
    return limit_reached(p, f"the run stopped at cycle {life.cycles[-1]:.0f}: {stopped}", values)


def _throughput(life: Life, last: float) -> float:
    """Energy discharged over `last` cycles [Wh/m²]; a shallow cycle takes its share of a whole one's energy."""
    grid = np.linspace(1.0, last, 501)
    whole = np.trapezoid(np.interp(grid, life.cycles, life.energies), grid) + life.energies[0]
    return float(whole * life.protocol.dod_pct / 100)


def _words(p: Prepared, retention_pct: float) -> str:
    surplus = "; the set's surplus of lithium hides the loss" if retention_pct > SURPLUS_PCT else ""
    mechanisms = ", ".join(simulated_mechanisms(p.system))
    return f"ageing by {mechanisms} as in the published set, not fitted to this cell; cycles are jumped over{surplus}"
