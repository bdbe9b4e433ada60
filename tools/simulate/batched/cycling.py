"""Lives (`tools.simulate.ageing`, `storage`) on the batched DFN: many side by side, each with its own jumps."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from knowledge.protocol import CalendarAgeing, CycleAgeing
from tools.simulate.ageing import AgeingStopped, Life, NotIntegrated, Phase, live
from tools.simulate.batched.history import COLUMNS, Array
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.batched.layout import Cells, edges
from tools.simulate.batched.wear import ACTIVE, ACTIVE_P, CRACKED, DEAD, LOST, LOST_P, PLATED, PORE, SEI, SLOW
from tools.simulate.batched.wear_table import wear_table
from tools.simulate.point import Outcome
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.segment import Segment
from tools.simulate.storage import Storage, store, without_basis

LEAST_LEFT = 0.5   # of room, metal and material after a jump
MUCH_METAL = 1e3   # mol/m³


def cycle_ageing(
    kernel: BatchedKernel, prepared: Sequence[Prepared], protocol: CycleAgeing, curves: bool
) -> list[Outcome]:
    """Cycles to the end of life, or what is left after `max_cycles`; 'failed' where a phase could not be integrated."""
    lives = [Life(BatchedJumps.of(p, kernel.cells), p, protocol) for p in prepared]
    return side_by_side(kernel, lives, [live(life, curves) for life in lives])


def calendar_ageing(
    kernel: BatchedKernel, prepared: Sequence[Prepared], protocol: CalendarAgeing, curves: bool
) -> list[Outcome]:
    """What each design keeps after years at rest; 'failed' where a phase could not be integrated."""
    refused = {i: why for i, p in enumerate(prepared) if (why := without_basis(p, protocol)) is not None}
    stored = [Storage(p, protocol) for i, p in enumerate(prepared) if i not in refused]
    found = iter(side_by_side(kernel, stored, [store(one, curves) for one in stored]))
    return [refused[i] if i in refused else next(found) for i in range(len(prepared))]


def side_by_side(
    kernel: BatchedKernel, lives: Sequence[Life | Storage], steps: Sequence[Generator[Phase, Segment, Outcome]]
) -> list[Outcome]:
    """Answer the phases of many lives together, each at its own pace; 'failed' where the solver gave up on one."""
    waiting = {i: next(own) for i, own in enumerate(steps)}
    outcomes: dict[int, Outcome] = {}
    while waiting:
        # Phases that hold a voltage are solved with one more unknown: they make their own batch.
        for held in (False, True):
            members = [i for i, phase in waiting.items() if (phase.inputs["by current"] == 0) is held]
            if not members:
                continue
            phases = [waiting.pop(i) for i in members]
            segments = kernel.run([p.inputs for p in phases], [p.end_s for p in phases], [p.state for p in phases])
            for i, segment in zip(members, segments, strict=True):
                found = _next(steps[i], segment)
                if isinstance(found, Outcome):
                    outcomes[i] = found.model_copy(update={"status": "failed"}) if lives[i].unsolved else found
                else:
                    waiting[i] = found
    return [outcomes[i] for i in range(len(lives))]


def _next(steps: Generator[Phase, Segment, Outcome], segment: Segment) -> Phase | Outcome:
    """What a life asks for after a segment, or how it ends."""
    try:
        if segment.failed is not None:
            return steps.throw(NotIntegrated(f"the integrator failed ({segment.failed})"))
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


@dataclass
class BatchedJumps:
    """Implements `tools.simulate.ageing.Jumps`: the scheme of the PyBaMM simulator, in modes and on graded cells.

    The errors of one cycle in time are multiplied by the cycles of a jump, so of the particles' drift only what cannot
    be had otherwise is taken from one cycle. How much lithium both electrodes lose together is what films, metal and
    lost material gain. How it is shared between them at the end of a charge hardly changes: that follows from the
    blocks before.
    """

    cells: Cells
    negative_m: float         # thickness
    sites: tuple[float, float]  # of both electrodes per active fraction [mol/m²]
    lithium: float            # per mole of film
    before: tuple[int, float] | None = None  # cycle and mean stoichiometry of the positive at the end of the last block

    @classmethod
    def of(cls, p: Prepared, cells: Cells) -> BatchedJumps:
        """Those of a design."""
        given, published = p.inputs(1.0), p.system.published
        return cls(cells, given["negative thickness"],
                   (given["negative thickness"] * published.negative_sites_mol_m3,
                    given["positive thickness"] * published.positive_sites_mol_m3),
                   wear_table(p.system.key, p.temperature_C).wear.lithium)

    def _parts(self, state: Array) -> _Parts:
        n, ne, m = self.cells.total, self.cells.electrode, self.cells.modes
        surface, begin = state[2 * n : 3 * n], 3 * n + 2 * ne * m + COLUMNS
        return _Parts(state[:n], np.stack([surface[:ne], surface[-ne:]]),
                      state[3 * n : 3 * n + 2 * ne * m].reshape(2, ne, m), state[begin:].reshape(SLOW, ne))

    def _shares(self) -> Array:
        """Width of each cell over that of its electrode, (2, electrode cells)."""
        graded = np.diff(edges(self.cells.electrode))
        return np.stack([graded, graded[::-1]])

    def drift(self, start: Array, end: Array, done: int) -> Array:
        """Changes over one cycle: particles' means (2,), salt of the three parts (3,), slow states (SLOW · cells,)."""
        before, after, shares = self._parts(start), self._parts(end), self._shares()
        slow = after.slow - before.slow
        bound = self.lithium * (slow[SEI] + slow[CRACKED]) + slow[PLATED] + slow[DEAD]
        filled = float((shares[1] * after.modes[1, :, 0]).sum())
        if self.before is None:
            rise = filled - float((shares[1] * before.modes[1, :, 0]).sum())
        else:
            rise = (filled - self.before[1]) / (done - self.before[0])
        self.before = (done, filled)
        held, gone = [], self.negative_m * float((shares[0] * bound).sum())
        for side, (active, lost) in enumerate(((ACTIVE, LOST), (ACTIVE_P, LOST_P))):
            held.append(self.sites[side] * float((shares[side] * after.slow[active]).sum()))
            left_over = slow[lost] + after.modes[side, :, 0] * slow[active]
            gone += self.sites[side] * float((shares[side] * left_over).sum())
        fall = -(gone + held[1] * rise) / held[0]
        return np.concatenate([[fall, rise], self._salt(after) - self._salt(before), slow.ravel()])

    def _salt(self, parts: _Parts) -> Array:
        """Salt of the negative [mol/m²]; mean concentration of the separator and of the positive."""
        ne, ns = self.cells.electrode, self.cells.separator
        return np.array([(parts.c[:ne] * parts.slow[PORE]).sum(), parts.c[ne : ne + ns].mean(),
                         (parts.c[ne + ns :] * self._shares()[1]).sum()])

    def moved(self, state: Array, change: Array) -> Array:
        """The state after a jump; particles share what they gain or lose as in `pybamm_ageing`.

        Raises:
            tools.simulate.ageing.AgeingStopped: it would take more than half of the room, metal or material.
        """
        ne, ns = self.cells.electrode, self.cells.separator
        n, after = self.cells.total, state.copy()
        old, new = self._parts(state), self._parts(after)
        filled = (self._shares() * old.modes[:, :, 0]).sum(axis=1, keepdims=True)
        new.slow[...] = old.slow + change[5:].reshape(SLOW, ne)
        metal = [MUCH_METAL + p.slow[PLATED] + p.slow[DEAD] for p in (new, old)]
        left = {"metal": metal[0] / metal[1],
                "material": new.slow[[ACTIVE, ACTIVE_P]] / old.slow[[ACTIVE, ACTIVE_P]],
                "room": 1 - change[:2, None] / np.where(change[:2, None] > 0, 1 - filled, -filled)}
        for what, share in left.items():
            if not share.min() >= LEAST_LEFT:
                raise AgeingStopped(f"a jump asks for more {what} than there is")
        new.slow[DEAD] += np.minimum(new.slow[PLATED], 0.0)  # metal is kept where more plated lithium would go than is
        new.slow[[PLATED, ACTIVE, ACTIVE_P, PORE]] = np.maximum(
            new.slow[[PLATED, ACTIVE, ACTIVE_P, PORE]], [[0.0], [1e-6], [1e-6], [1e-12]])
        held = old.c[:ne] * old.slow[PORE]
        new.c[:ne] = held * (1 + change[2] / held.sum()) / new.slow[PORE]
        new.c[ne : ne + ns] += change[3]
        new.c[ne + ns :] += change[4]
        surfaces = (after[2 * n : 2 * n + ne], after[3 * n - ne : 3 * n])
        for side, (mean, added) in enumerate(zip(filled[:, 0], change[:2], strict=True)):
            if added > 0:  # x + f (1 − x)
                factor, constant = 1 - added / (1 - mean), added / (1 - mean)
            else:
                factor, constant = 1 + added / mean, 0.0
            new.modes[side] *= factor
            new.modes[side, :, 0] += constant
            surfaces[side][:] = factor * surfaces[side] + constant
        return after
