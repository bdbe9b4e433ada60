"""Particles in shells, for sets whose solid diffusivity or exchange constant depends on stoichiometry. Eqs. 18 to 20.

Diffusivities are taken at the predictor and frozen in a step, so that within it the surface stoichiometry is linear
in j, as with modes (eq. 11). A particle's numbers are its mean and what each shell but the innermost lies above it. As
in `wear`, every function does nothing special where `shells` is None, and is then not compiled.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.layout import Design, edges
from tools.simulate.batched.solid import cubic, light_solid, of_stoichiometry
from tools.simulate.batched.tables import OF_CONTENT, STOICHIOMETRY_INTERVALS, Properties, Tables
from tools.simulate.batched.views import part, view

Array = npt.NDArray[np.float64]
Lanes = Any
LanesArray = Any


class Shells(NamedTuple):
    """Tables over stoichiometry, flat, over their values in `kinetics`; and the shells of a sphere of radius 1."""

    spread_n: Any    # solid diffusivity
    spread_p: Any
    rate_n: Any      # k of the exchange current
    rate_p: Any
    intervals: int
    volume: Any      # (shells,) share of the sphere
    reach: Any       # (shells,) 3ρ²/h of the outer face, h from centre to centre; 0 at the surface
    inner: float     # how much of the last two shells' difference, and of the slope at the surface, lies between the
    outer: float     # last centre and the surface


def shells_of(known: Tables, count: int) -> Shells | None:
    """`count` shells, thinner towards the surface, where the set needs them; else None."""
    if not known.in_shells:
        return None
    face = edges(count)
    centre = 0.5 * (face[1:] + face[:-1])
    apart, rim = np.diff(centre), 1.0 - centre[-1]
    flat = {name: _over_intervals(known.arrays[name]).ravel() for name in OF_CONTENT}
    return Shells(
        **flat, intervals=STOICHIOMETRY_INTERVALS, volume=np.diff(face**3),
        reach=np.append(3 * face[1:-1] ** 2 / apart, 0.0), inner=float(0.25 * rim / apart[-1]), outer=0.75 * float(rim))


def _over_intervals(table: Array) -> Array:
    """A constant's single row, repeated for every interval."""
    return np.ascontiguousarray(np.broadcast_to(table, (STOICHIOMETRY_INTERVALS, 4)))


@compiled
def light_shells(shells: Any) -> Any:
    """The arrays as views; None where there are none."""
    if shells is None:
        return None
    return Shells(view(shells.spread_n), view(shells.spread_p), view(shells.rate_n), view(shells.rate_p),
                  shells.intervals, view(shells.volume), view(shells.reach), shells.inner, shells.outer)


@compiled
def light(p: Properties) -> Properties:
    """The tables as flat views."""
    return Properties(
        p.electrode, p.separator, p.thermal, p.ideal, p.anion, view(p.decay), view(p.weight), view(p.u_n), view(p.u_p),
        view(p.entropic_n), view(p.entropic_p), view(p.conductivity), view(p.diffusivity), view(p.thermodynamic),
        view(p.kinetics), p.table_K, p.coldest_K, p.spacing_K, p.nodes, p.wear, light_solid(p.solid),
        light_shells(p.shells), p.apart)


@compiled
def shell_numbers(shells: Any, cells: int) -> int:
    """Numbers that a step needs for them."""
    if shells is None:
        return 0
    return int(2 * shells.volume.size)


@compiled
def exchange_at(shells: Any, side: int, x: Lanes, j: Lanes, alpha: Lanes, shared: Lanes) -> tuple[Lanes, Lanes]:
    """1/2k at a surface stoichiometry, and how j·(1/2k) grows with j, x falling by `alpha` (eq. 20).

    Not frozen: the surface follows j at once, and a constant that lags behind it would swing from step to step.
    """
    if shells is None:
        return shared, shared
    table = shells.rate_p if side == 1 else shells.rate_n
    over, slope = cubic(table, x * float(shells.intervals), 0.0, shells.intervals)
    resistance = shared / over
    return resistance, resistance * (1.0 + alpha * j * float(shells.intervals) * slope / over)


@compiled
def shell_particles(
    shells: Any, d: Design, electrode: int, f: Any, new: Any, l0: Any, l1: Any, past_x: LanesArray, own: Any,
    room: LanesArray,
) -> None:
    """The part of each particle that is known before j (`new.modes`, `past_x`), and what j adds (`f.fall`, `own`)."""
    if shells is None:
        return
    for side in range(2):
        spread = shells.spread_p if side == 1 else shells.spread_n
        begin, drive = d.width.size - electrode if side == 1 else 0, d.uptake[side] * f.dt[0]
        for n in range(electrode):
            i, row = begin + n, (side * electrode + n) * shells.volume.size
            past_x[i], own[i] = one_particle(shells, spread, f, new.modes, l0.modes, l1.modes, row, drive,
                                             f.scaled[side], room, d.width.size)


@compiled
def one_particle(
    shells: Any, spread: Any, f: Any, new: LanesArray, z0: LanesArray, z1: LanesArray, row: int, drive: Lanes,
    scaled: Lanes, room: LanesArray, free: int,
) -> tuple[Lanes, Lanes]:
    """Eq. 18 of one particle, solved for the known part and for j = 1; returns S₀ and α of eq. 11.

    From `free` on `room` is scratch space.
    """
    a0, a1, a2, v, m = f.a[0], f.a[1], f.a[2], shells.volume, shells.volume.size
    gain, fluent = part(room, free, free + m), part(room, free + m, free + 2 * m)
    core0, core1 = 0.0 * drive, 0.0 * drive
    for k in range(1, m):
        core0 -= v[k] * z0[row + k]
        core1 -= v[k] * z1[row + k]
    core0, core1 = core0 / v[0], core1 / v[0]
    for k in range(m):
        x0, x1 = z0[row] + (core0 if k == 0 else z0[row + k]), z1[row] + (core1 if k == 0 else z1[row + k])
        # A line through two levels: the error of a frozen diffusivity is then of the order of the method.
        fluent[k] = of_stoichiometry(spread, (a1 + 1.0) * x1 - a1 * x0, shells.intervals)
        new[row + k] = -v[k] * (a1 * x0 + a2 * x1)
    lower, gained, before = 0.0 * drive, 0.0 * drive, 0.0 * drive
    for k in range(m):
        upper = 0.0 * drive
        if k < m - 1:
            upper = 0.5 * shells.reach[k] * scaled * (fluent[k] + fluent[k + 1])
        inverse = 1.0 / (a0 * v[k] + lower * (1.0 - gained) + upper)
        gain[k], before = upper * inverse, (new[row + k] + lower * before) * inverse
        new[row + k] = before
        f.fall[row + k] = 3.0 * drive * inverse
        lower, gained = upper, gain[k]
    for k in range(m - 2, -1, -1):
        new[row + k] += gain[k] * new[row + k + 1]
        f.fall[row + k] = gain[k] * f.fall[row + k + 1]
    last = row + m - 1
    past = new[last] + shells.inner * (new[last] - new[last - 1])
    # The slope at the surface by the last shell's diffusivity: the surface holds nothing, and its own would swing.
    outer = shells.outer * drive / (scaled * fluent[m - 1])
    alpha = f.fall[last] + shells.inner * (f.fall[last] - f.fall[last - 1]) + outer
    # The means by themselves: lithium is conserved to rounding.
    mean, fall = -(a1 * z0[row] + a2 * z1[row]) / a0, 3.0 * drive / a0
    for k in range(1, m):
        new[row + k] -= mean
        f.fall[row + k] -= fall
    new[row], f.fall[row] = mean, fall
    return past, alpha


@compiled
def known_part(
    shells: Any, past_x: LanesArray, i: int, f: Any, new: LanesArray, z0: LanesArray, z1: LanesArray, at: int, row: int,
    modes: int,
) -> Lanes:
    """S₀ of a cell's particle (eq. 11); of modes it is made here, with the known part of each (eqs. 9, 10)."""
    if shells is None:
        past = 0.0 * past_x[i]
        for k in range(modes):
            z = f.latest[at + k] * z0[row + k] + f.older[at + k] * z1[row + k]
            new[row + k] = z
            past += z
        return past
    return past_x[i]
