"""Particles whose diffusivity depends on what they hold: one value a cell and step, at the predictor. Eqs. A8 and A9.

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
def own_numbers(solid: Any, cells: int) -> int:
    """Numbers that a step needs beside those of `Step`."""
    if solid is None:
        return 0
    return cells


@compiled
def own_in(solid: Any, extra: LanesArray, n: int) -> Any:
    """Each cell's fall of the surface stoichiometry per A/m², as a part of scratch space."""
    if solid is None:
        return None
    return part(extra, 0, n)


@compiled
def place(solid: Any, shared: int, own: int) -> int:
    """Where a particle's number lies: with those of its side, or by itself."""
    if solid is None:
        return shared
    return own


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
            x = most(least(MEAN_SHARE * mean + (1.0 - MEAN_SHARE) * surface, 1.0), 0.0) * float(solid.intervals)
            at = whole(most(least(x, solid.intervals - 1.0), 0.0))
            s = x - at
            a0, a1, a2, a3 = fetch(solid.positive if side == 1 else solid.negative, at)
            scaled = f.scaled[side] * (a0 + s * (a1 + s * (a2 + s * a3)))
            own[i] = mode_weights(decay, weight, f, row, drive, scaled)


@compiled
def light_solid(solid: Any) -> Any:
    """The tables of solid diffusivity as views; None where there are none."""
    if solid is None:
        return None
    return Solid(view(solid.negative), view(solid.positive), solid.intervals)
