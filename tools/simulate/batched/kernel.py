"""Designs of one system in, segments out: the same call as the PyBaMM kernel's, answered by the compiled solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.history import COLUMNS, Accuracy, History
from tools.simulate.batched.layout import Cells, Layout, layout
from tools.simulate.batched.newton import Properties, Step, Unknowns, Work
from tools.simulate.batched.stepping import MOST_STEPS, integrate
from tools.simulate.batched.tables import tables
from tools.simulate.pybamm_kernel import Segment
from tools.simulate.pybamm_model import ANODE, CHARGE, CURRENT, OCV, VOLTAGE

Array = npt.NDArray[np.float64]
CONTROLS = ("by current", "by voltage", "by power", "by anode", "current", "voltage", "power", "anode")
LIMIT_NAMES = ("voltage floor", "voltage ceiling", "anode floor", "charge floor", "charge ceiling", "taper current",
               "charge current ceiling")
ENERGY = "Discharge energy [W.h]"
LADDER = (1.0, 5.0, 25.0)
REASONS = {-2: "the step became too short", -3: "more steps than allowed", -4: "no consistent start was found"}


@dataclass
class Memory:
    """Arrays that one design after another is computed in."""

    history: History
    unknowns: Unknowns
    step: Step
    work: Work
    modes: Array
    written: Array


def memory(cells: Cells) -> Memory:
    """Arrays for a mesh."""
    n, rows, m = 2 * cells.electrode + cells.separator, 2 * cells.electrode, cells.modes

    def make(*shape: int) -> Array:
        return np.zeros(shape)

    return Memory(
        History(make(3, n), make(3, n), make(3, n), make(3, rows, m), make(3, COLUMNS), make(1)),
        Unknowns(make(n), make(n), make(n), make(1)),
        Step(0.0, make(n), make(n), make(2), make(n + 1), np.ones(n + 1)),
        Work._make([*(make(n) for _ in range(6)), *(make(n + 1) for _ in range(6)), make(n, 4), make(n, 2), make(n, 2),
                    make(n), make(n)]),
        make(rows, m), make(MOST_STEPS + 2, COLUMNS),
    )


@dataclass
class BatchedKernel:
    """A system on one mesh. `run` has the signature of `pybamm_kernel.Kernel.run`, so protocols serve both."""

    system: str
    cells: Cells
    accuracy: Accuracy = Accuracy()
    counts: Array = field(default_factory=lambda: np.zeros(3, dtype=np.int64))
    retries: int = 0
    _memory: Memory | None = field(default=None, repr=False)

    def run(
        self, inputs: Sequence[Mapping[str, float]], end_s: float, states: Sequence[Array | None] | None = None,
        retry: bool = True,
    ) -> list[Segment]:
        """Integrate each design from its state (None: equilibrium) to `end_s` or its first limit, in order.

        A design that fails climbs the ladder of tighter tolerances, where `retry` allows it.
        """
        given = states if states is not None else [None] * len(inputs)
        ladder = LADDER if retry else LADDER[:1]
        return [self._climb(one, end_s, state, ladder) for one, state in zip(inputs, given, strict=True)]

    def _climb(
        self, inputs: Mapping[str, float], end_s: float, state: Array | None, ladder: Sequence[float]
    ) -> Segment:
        values = np.fromiter((float(v) for v in inputs.values()), dtype=float)
        if not np.isfinite(values).all():
            wrong = next(name for name, v in inputs.items() if not np.isfinite(v))
            return _nothing(f"{wrong} is not a finite number")
        found = tables(self.system, round(inputs["temperature"] - 273.15, 6))
        design = layout(inputs, found, self.cells)
        if not (design.width > 0).all() or not ((design.start > 0) & (design.start < 1)).all():
            return _nothing("a thickness is not positive, or an electrode starts empty or full")
        properties = Properties(*(found.arrays[name] for name in Properties._fields))
        for rung, factor in enumerate(ladder):
            self.retries += rung > 0
            segment = self._attempt(design, properties, inputs, end_s, state, self.accuracy.tighter(factor))
            if segment.failed is None:
                break
        return segment

    def _attempt(
        self, design: Layout, properties: Properties, inputs: Mapping[str, float], end_s: float, state: Array | None,
        accuracy: Accuracy,
    ) -> Segment:
        if self._memory is None:
            self._memory = memory(self.cells)
        m = self._memory
        control = np.array([inputs[name] for name in CONTROLS])
        limits = np.array([inputs[name] for name in LIMIT_NAMES])
        _begin(m.history, design, state, control)
        scale = end_s
        if control[0] and control[4]:
            scale = min(scale, 3600 * design.one_C / abs(control[4]))
        outcome, rows = integrate(
            design, properties, m.history, m.unknowns, m.step, m.work, m.modes, control, limits, float(end_s),
            float(min(scale, 3600.0)), accuracy, m.written, self.counts)
        return _segment(m, outcome, rows)


def _begin(h: History, design: Layout, state: Array | None, control: Array) -> None:
    """Level 0 of the history: equilibrium with the current spread evenly, or a state that a segment ended in."""
    for array in h:
        array[...] = 0.0
    if state is not None:
        position = 0
        for array in (h.c, h.j, h.surface, h.modes, h.row):
            level = array[0]
            level[...] = state[position : position + level.size].reshape(level.shape)
            position += level.size
        return
    ne, start = design.electrode, ne_start(design)
    h.c[0] = design.concentration
    h.row[0, 2] = control[4]
    h.j[0, :ne] = control[4] / design.reaction_area[:ne].sum()
    h.j[0, start:] = -control[4] / design.reaction_area[start:].sum()
    h.surface[0, :ne], h.surface[0, start:] = design.start
    h.modes[0, :ne, 0], h.modes[0, ne:, 0] = design.start


def ne_start(design: Layout) -> int:
    """Index of the first cell of the positive electrode."""
    return design.electrode + design.separator


def _nothing(reason: str) -> Segment:
    nothing = np.zeros(0)
    return Segment(nothing, {}, nothing, failed=reason)


def _segment(m: Memory, outcome: int, rows: int) -> Segment:
    """What a run has written, as the segment that protocols read."""
    table, h = m.written[:rows].copy(), m.history
    state = np.concatenate([array[0].ravel() for array in (h.c, h.j, h.surface, h.modes, h.row)])
    outputs = {VOLTAGE: table[:, 1], CURRENT: table[:, 2], ANODE: table[:, 3], CHARGE: table[:, 4], ENERGY: table[:, 5],
               OCV: table[:, 6]}
    failed = REASONS.get(outcome)
    if failed is None and not np.isfinite(table).all():
        failed = "numbers that are not finite"
    return Segment(table[:, 0], outputs, state, event=LIMIT_NAMES[outcome] if outcome >= 0 else None, failed=failed)
