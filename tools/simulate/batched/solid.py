"""Particles whose diffusivity grows a little with what they hold: one value a cell and step. Eqs. A8 and A9.

As in `wear`, every function does nothing special where `solid` is None, and is then not compiled.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.lanes import fetch, least, most, whole
from tools.simulate.batched.layout import Design
from tools.simulate.batched.views import part, view

Lanes = Any
LanesArray = Any
MEAN_SHARE = 5 / 7  # of the mean stoichiometry; the rest is the surface's: exact to first order in dD/dx (eq. A9)


class Solid(NamedTuple):
    """Diffusivity over its value in `kinetics`: piecewise cubics over stoichiometry, flat, of both electrodes."""

    negative: Any
    positive: Any
    intervals: int


@compiled
def own_numbers(apart: Any, cells: int) -> int:
    """Numbers that a step needs beside those of `Step` where particles differ (`Properties.apart`)."""
    if apart is None:
        return 0
    return cells


@compiled
def own_in(apart: Any, extra: LanesArray, n: int) -> Any:
    """Each cell's fall of the surface stoichiometry per A/m², as a part of scratch space."""
    if apart is None:
        return None
    return part(extra, 0, n)


@compiled
def place(apart: Any, shared: int, own: int) -> int:
    """Where a particle's number lies: with those of its side, or by itself."""
    if apart is None:
        return shared
    return own


@compiled
def cubic(table: Any, position: Lanes, first_row: Lanes, intervals: int) -> tuple[Lanes, Lanes]:
    """Value and slope (per interval) of a piecewise cubic whose rows begin at `first_row`; the ends are extended."""
    place = whole(most(least(position, intervals - 1.0), 0.0))
    s = position - place
    a0, a1, a2, a3 = fetch(table, first_row + place)
    return a0 + s * (a1 + s * (a2 + s * a3)), a1 + s * (2.0 * a2 + s * (3.0 * a3))


@compiled
def of_stoichiometry(table: Any, x: Lanes, intervals: int) -> Lanes:
    """The value of a table over stoichiometries from 0 to 1."""
    value, _ = cubic(table, most(least(x, 1.0), 0.0) * float(intervals), 0.0, intervals)
    return value


@compiled
def own_alpha(own: Any, i: int, shared: Lanes) -> Lanes:
    """Fall of a cell's surface stoichiometry per A/m²."""
    if own is None:
        return shared
    return own[i]


@compiled
def own_inverse(own: Any, i: int, shared: Lanes) -> Lanes:
    """1/`own_alpha`."""
    if own is None:
        return shared
    return 1.0 / own[i]


@compiled
def mode_weights(decay: Any, weight: Any, f: Any, at: int, drive: Lanes, scaled: Lanes) -> Lanes:
    """What the last two levels and the flux weigh in a particle's new modes (eqs. 9, 10); returns `alpha` (eq. 11)."""
    alpha = 0.0 * drive
    for k in range(decay.size):
        damping = 1.0 / (f.a[0] + decay[k] * scaled)
        fall = weight[k] * drive * damping
        f.latest[at + k], f.older[at + k], f.fall[at + k] = -f.a[1] * damping, -f.a[2] * damping, fall
        alpha += fall
    return alpha


@compiled
def own_particles(
    solid: Any, d: Design, decay: Any, weight: Any, electrode: int, f: Any, l0: Any, l1: Any, l2: Any, own: Any
) -> None:
    """Weights of the modes and `alpha` of each cell's particle at its own diffusivity."""
    if solid is None:
        return
    e0, e1, e2, m = f.e[0], f.e[1], f.e[2], decay.size
    for side in range(2):
        drive = d.uptake[side] * f.dt[0]
        begin = d.width.size - electrode if side == 1 else 0
        for n in range(electrode):
            i, row = begin + n, (side * electrode + n) * m
            mean = e0 * l0.modes[row] + e1 * l1.modes[row] + e2 * l2.modes[row]
            surface = e0 * l0.surface[i] + e1 * l1.surface[i] + e2 * l2.surface[i]
            x = MEAN_SHARE * mean + (1.0 - MEAN_SHARE) * surface
            over = of_stoichiometry(solid.positive if side == 1 else solid.negative, x, solid.intervals)
            own[i] = mode_weights(decay, weight, f, row, drive, f.scaled[side] * over)


@compiled
def light_solid(solid: Any) -> Any:
    """The tables of solid diffusivity as views; None where there are none."""
    if solid is None:
        return None
    return Solid(view(solid.negative), view(solid.positive), solid.intervals)
