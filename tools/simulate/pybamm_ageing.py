"""Cycle ageing (`tools.simulate.ageing`) solved by PyBaMM, one design after the other.

Slow states (films, dead lithium, cracks, active fractions, porosities) drift each by itself. Concentrations drift by
the mean of their electrode: that keeps the lithium balance, which is linear in the states, and leaves the profiles to
the next cycle; particles share it by the room that each has left, as one pushed beyond full would be stuck there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.protocol import CycleAgeing
from tools.simulate.ageing import AgeingStopped, Life, NotIntegrated, Phase, followed, live
from tools.simulate.point import Outcome
from tools.simulate.pybamm_kernel import Kernel
from tools.simulate.pybamm_mesh import shell_shares
from tools.simulate.pybamm_model import NEGATIVE_OCP
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.segment import Segment

IMPOSSIBLE_OCP_V = -0.1  # mean over the negative, against lithium
PARTICLES = frozenset(f"{side} particle concentration [mol.m-3]" for side in ("Negative", "Positive"))
SALT = frozenset(f"{part} porosity times concentration [mol.m-3]"
                 for part in ("Negative electrode", "Separator", "Positive electrode"))


def cycle_ageing(kernel: Kernel, prepared: Sequence[Prepared], protocol: CycleAgeing, curves: bool) -> list[Outcome]:
    """Cycles to the end of life, or what is left after `max_cycles`."""
    return [followed(live(Life(PybammJumps(kernel), p, protocol), curves), lambda phase: solved(kernel, phase))
            for p in prepared]


def solved(kernel: Kernel, phase: Phase) -> Segment:
    """A phase, with tighter tolerances where the first solution is none of the cell.

    Raises:
        AgeingStopped: it cannot be integrated.
    """
    for rung in range(len(kernel.ladder)):
        segment = kernel.run([phase.inputs], phase.end_s, [phase.state], first_rung=rung)[0]
        if segment.failed is not None:
            raise NotIntegrated(f"the integrator failed ({segment.failed})")
        if not stuck(segment):
            return segment
    raise AgeingStopped("particles of the negative are full somewhere and the model has no solution there")


def stuck(segment: Segment) -> bool:
    """Whether the negative's mean potential is one that no lithium content has.

    Where a particle's surface is driven beyond full its potential is −10 V and worse, and current passes it by: a
    solution of the equations in which a part of the electrode is lost at once. It is none of the cell.
    """
    return bool(np.min(segment.outputs[NEGATIVE_OCP], initial=1.0) < IMPOSSIBLE_OCP_V)


@dataclass(frozen=True)
class PybammJumps:
    """Implements `tools.simulate.ageing.Jumps` for the state vector of a PyBaMM model."""

    kernel: Kernel

    def drift(self, start: np.ndarray, end: np.ndarray, done: int) -> np.ndarray:
        """The change, with concentrations by their domain's mean (by volume) and algebraic states not at all."""
        change = end - start
        drift: np.ndarray = change.copy()
        drift[self.kernel.model.len_rhs:] = 0.0  # they follow from the others
        for variable, places in self.kernel.model.y_slices.items():
            if variable.name in PARTICLES:
                shares = shell_shares(self.kernel.size)
                values = change[places[0]].reshape(-1, len(shares))
                drift[places[0]] = float((values @ shares).mean())
            elif variable.name in SALT:
                drift[places[0]] = float(change[places[0]].mean())
        return drift

    def moved(self, state: np.ndarray, change: np.ndarray) -> np.ndarray:
        """The state after a jump: what fills particles goes by the room left in each, what empties them by their load.

        Particle states are stoichiometries; their mean over the electrode changes by exactly `change`.
        """
        after: np.ndarray = state + change
        for variable, places in self.kernel.model.y_slices.items():
            if variable.name in PARTICLES:
                shares = shell_shares(self.kernel.size)
                held, added = state[places[0]], float(change[places[0]].mean())
                room = np.clip(1 - held if added > 0 else held, 0.0, None)
                mean = float((room.reshape(-1, len(shares)) @ shares).mean())
                after[places[0]] = held + added * room / mean
        return after
