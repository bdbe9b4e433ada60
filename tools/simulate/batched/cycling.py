"""Cycle ageing (`tools.simulate.ageing`) on the batched DFN: many lives side by side, each with its own jumps."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from knowledge.protocol import CycleAgeing
from tools.simulate.ageing import LONGEST_S, AgeingStopped, Life, Phase, live
from tools.simulate.batched.history import COLUMNS, Array
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.batched.layout import Cells, edges
from tools.simulate.batched.wear import ACTIVE, ACTIVE_P, DEAD, PLATED, PORE, SLOW
from tools.simulate.point import Outcome
from tools.simulate.pybamm_kernel import Segment
from tools.simulate.pybamm_prepare import Prepared


def cycle_ageing(
    kernel: BatchedKernel, prepared: Sequence[Prepared], protocol: CycleAgeing, curves: bool
) -> list[Outcome]:
    """Cycles to the end of life, or what is left after `max_cycles`."""
    jumps = BatchedJumps(kernel.cells)
    lives = [live(Life(jumps, p, protocol), curves) for p in prepared]
    waiting = {i: next(steps) for i, steps in enumerate(lives)}
    outcomes: dict[int, Outcome] = {}
    while waiting:
        # Phases that hold a voltage are solved with one more unknown: they make their own batch.
        for held in (False, True):
            members = [i for i, phase in waiting.items() if (phase.inputs["by current"] == 0) is held]
            if not members:
                continue
            phases = [waiting.pop(i) for i in members]
            segments = kernel.run([p.inputs for p in phases], LONGEST_S, [p.state for p in phases])
            for i, segment in zip(members, segments, strict=True):
                found = _next(lives[i], segment)
                if isinstance(found, Outcome):
                    outcomes[i] = found
                else:
                    waiting[i] = found
    return [outcomes[i] for i in range(len(prepared))]


def _next(steps: Generator[Phase, Segment, Outcome], segment: Segment) -> Phase | Outcome:
    """What a life asks for after a segment, or how it ends."""
    try:
        if segment.failed is not None:
            return steps.throw(AgeingStopped(f"the integrator failed ({segment.failed})"))
        return steps.send(segment)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


class _Parts(NamedTuple):
    """Views of a state vector."""

    c: Array        # (cells,)
    surface: Array  # (2, electrode cells)
    modes: Array    # (2, electrode cells, modes)
    slow: Array     # (SLOW, electrode cells)


@dataclass(frozen=True)
class BatchedJumps:
    """Implements `tools.simulate.ageing.Jumps`: the scheme of the PyBaMM simulator, in modes and on graded cells."""

    cells: Cells

    def _parts(self, state: Array) -> _Parts:
        n, ne, m = self.cells.total, self.cells.electrode, self.cells.modes
        surface, begin = state[2 * n : 3 * n], 3 * n + 2 * ne * m + COLUMNS
        return _Parts(state[:n], np.stack([surface[:ne], surface[-ne:]]),
                      state[3 * n : 3 * n + 2 * ne * m].reshape(2, ne, m), state[begin:].reshape(SLOW, ne))

    def _shares(self) -> Array:
        """Width of each cell over that of its electrode, (2, electrode cells)."""
        graded = np.diff(edges(self.cells.electrode))
        return np.stack([graded, graded[::-1]])

    def drift(self, start: Array, end: Array) -> Array:
        """Changes over one cycle: particles' means (2,), salt of the three parts (3,), slow states (SLOW · cells,)."""
        before, after = self._parts(start), self._parts(end)
        filled = (self._shares() * (after.modes[:, :, 0] - before.modes[:, :, 0])).sum(axis=1)
        salt = self._salt(after) - self._salt(before)
        return np.concatenate([filled, salt, (after.slow - before.slow).ravel()])

    def _salt(self, parts: _Parts) -> Array:
        """Salt of the negative [mol/m²]; mean concentration of the separator and of the positive."""
        ne, ns = self.cells.electrode, self.cells.separator
        return np.array([(parts.c[:ne] * parts.slow[PORE]).sum(), parts.c[ne : ne + ns].mean(),
                         (parts.c[ne + ns :] * self._shares()[1]).sum()])

    def moved(self, state: Array, change: Array) -> Array:
        """The state after a jump; particles share what they gain or lose as in `pybamm_ageing`."""
        ne, ns = self.cells.electrode, self.cells.separator
        n, after = self.cells.total, state.copy()
        old, new = self._parts(state), self._parts(after)
        new.slow[...] = old.slow + change[5:].reshape(SLOW, ne)
        new.slow[DEAD] += np.minimum(new.slow[PLATED], 0.0)  # metal is kept where more plated lithium would go than is
        new.slow[[PLATED, ACTIVE, ACTIVE_P, PORE]] = np.maximum(
            new.slow[[PLATED, ACTIVE, ACTIVE_P, PORE]], [[0.0], [1e-6], [1e-6], [1e-12]])
        held = old.c[:ne] * old.slow[PORE]
        new.c[:ne] = held * (1 + change[2] / held.sum()) / new.slow[PORE]
        new.c[ne : ne + ns] += change[3]
        new.c[ne + ns :] += change[4]
        surfaces = (after[2 * n : 2 * n + ne], after[3 * n - ne : 3 * n])
        for side, (shares, added) in enumerate(zip(self._shares(), change[:2], strict=True)):
            mean = float((shares * old.modes[side, :, 0]).sum())
            if added > 0:  # x + f (1 − x)
                factor, constant = 1 - added / (1 - mean), added / (1 - mean)
            else:
                factor, constant = 1 + added / mean, 0.0
            new.modes[side] *= factor
            new.modes[side, :, 0] += constant
            surfaces[side][:] = factor * surfaces[side] + constant
        return after
