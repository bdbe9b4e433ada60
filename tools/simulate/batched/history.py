"""What is kept of a design in time, and the formulas between its levels. Section 4 of docs/batched_dfn.md.

Functions with a `lane` work on one design of a group: arrays have the designs of the group in their last axis.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.lanes import select
from tools.simulate.batched.views import row_of

Array = npt.NDArray[np.float64]
RECORD = ("time_s", "voltage_V", "current_A_m2", "anode_V", "charge_Ah_m2", "energy_Wh_m2", "ocv_V", "temperature_K")
TIME, VOLTAGE, CURRENT, ANODE, CHARGE, ENERGY, OCV, TEMPERATURE = range(len(RECORD))
COLUMNS = len(RECORD)


class History(NamedTuple):
    """Four levels in time, used in a ring: the newest three, and the one that is being computed."""

    c: Any        # (4, cells)
    j: Any        # (4, cells)
    surface: Any  # (4, cells)
    modes: Any    # (4, electrode cells of both sides · modes)
    row: Any      # (4, COLUMNS) what is recorded
    slow: Any     # (4, wear.SLOW · cells of an electrode) what ages; nothing without ageing


class Level(NamedTuple):
    """One level of a history."""

    c: Any
    j: Any
    surface: Any
    modes: Any
    row: Any
    slow: Any


class Accuracy(NamedTuple):
    """Error bounds of a step and the tolerance of Newton's method. A rung of the ladder divides all of them."""

    concentration: float = 4e-3  # of (c + 200 mol/m³)
    stoichiometry: float = 1e-3
    voltage: float = 1.5e-3       # V
    temperature: float = 0.1      # K
    current: float = 1e-3         # of (|I| + 5 % of about 1C), where a voltage or potential is held
    newton: float = 0.1           # Newton's last step but one, relative; it then shrinks quadratically

    def tighter(self, factor: float) -> Accuracy:
        """All bounds divided by a factor."""
        return Accuracy(*(bound / factor for bound in self))


@compiled
def level(h: History, k: int) -> Level:
    """Level k of the ring."""
    return Level(row_of(h.c, k), row_of(h.j, k), row_of(h.surface, k), row_of(h.modes, k), row_of(h.row, k),
                 row_of(h.slow, k))


@compiled
def repeat(h: History, k: int, lane: int, modes: int) -> None:
    """Undo a step of one design: its levels move one place on in the ring, the newest to k.

    Of the oldest level's modes (`modes` a particle) only the means are read.
    """
    for back in range(3):
        to, of = (k + 4 - back) % 4, (k + 3 - back) % 4
        for array in (h.c, h.j, h.surface, h.row, h.slow):
            copy(array, to, of, lane)
        for i in range(0, row_of(h.modes, to).size, 1 if back < 2 else modes):
            h.modes[to, i, lane] = h.modes[of, i, lane]


@compiled
def copy(array: Any, to: int, of: int, lane: int) -> None:
    """One design's entries of a level, copied from another level."""
    for i in range(row_of(array, to).size):
        array[to, i, lane] = array[of, i, lane]


@compiled
def bdf(t0: float, t1: float, levels: int, dt: float) -> tuple[float, float, float]:
    """Coefficients of (a0·u + a1·u₁ + a2·u₂)/dt for the next derivative (eq. 10); backward Euler from one level."""
    if levels < 2:
        return 1.0, -1.0, 0.0
    ratio = dt / (t0 - t1)
    return (1 + 2 * ratio) / (1 + ratio), -(1 + ratio), ratio * ratio / (1 + ratio)


@compiled
def extrapolation(t0: float, t1: float, t2: float, levels: int, dt: float) -> tuple[float, float, float]:
    """Weights of the levels in the polynomial through them at the next time."""
    if levels < 2:
        return 1.0, 0.0, 0.0
    t = t0 + dt
    if levels < 3:
        return (t - t1) / (t0 - t1), (t - t0) / (t1 - t0), 0.0
    return ((t - t1) * (t - t2) / ((t0 - t1) * (t0 - t2)), (t - t0) * (t - t2) / ((t1 - t0) * (t1 - t2)),
            (t - t0) * (t - t1) / ((t2 - t0) * (t2 - t1)))


@compiled
def error_share(t0: float, t1: float, t2: float, levels: int, dt: float) -> float:
    """Local error of the step over (solution − predictor)."""
    if levels < 3:
        return 0.5
    ratio = dt / (t0 - t1)
    mine = dt * (1 + ratio) / (1 + 2 * ratio)
    return float(mine / (mine + dt + (t0 - t2)))


@compiled
def quadratic(new: float, old: float, older: float, dt: float, before: float, part: float) -> float:
    """The quadratic through values at −before, 0 and dt at the time `part`; a line where `before` is 0."""
    slope, bend = (new - old) / dt, 0.0
    if before > 0:
        bend = (slope - (old - older) / before) / (dt + before)
    return float(old + part * slope + part * (part - dt) * bend)


@compiled
def energy_over(now: Any, then: Any, older: Any, dt: Any, before: Any, part: Any) -> Any:
    """Energy [Wh/m²] from 0 to `part` by the quadratic through powers at dt, 0 and −before; a line where that is 0."""
    slope = (now - then) / dt
    bend = select(before > 0.0, (slope - (then - older) / before) / (dt + before), 0.0)
    square = part * part
    return (then * part + slope * square / 2.0 + bend * (square * part / 3.0 - dt * square / 2.0)) / 3600.0


@compiled
def energy_within(h: History, k: int, levels: int, lane: int, part: float) -> float:
    """Energy [Wh/m²] over `part` of the step that led to level k, by the quadratic through three powers."""
    row, new, old, older = h.row, k, (k + 3) % 4, (k + 2) % 4
    now, then = row[new, VOLTAGE, lane] * row[new, CURRENT, lane], row[old, VOLTAGE, lane] * row[old, CURRENT, lane]
    dt, before = row[new, TIME, lane] - row[old, TIME, lane], 0.0
    if levels >= 2:
        before = row[old, TIME, lane] - row[older, TIME, lane]
    return float(energy_over(now, then, row[older, VOLTAGE, lane] * row[older, CURRENT, lane], dt, before, part))


@compiled
def cut_back(h: History, k: int, levels: int, lane: int, share: float) -> None:
    """Move level k to a share of the step that led to it, by the quadratic through three levels."""
    one, two = (k + 3) % 4, (k + 2) % 4
    t0, t1, t2 = h.row[k, TIME, lane], h.row[one, TIME, lane], h.row[two, TIME, lane]
    dt = t0 - t1
    t = t1 + share * dt
    e0, e1, e2 = share, 1 - share, 0.0
    if levels >= 3:
        e0 = (t - t1) * (t - t2) / (dt * (t0 - t2))
        e1 = (t - t0) * (t - t2) / (-dt * (t1 - t2))
        e2 = (t - t0) * (t - t1) / ((t2 - t0) * (t2 - t1))
    energy = h.row[one, ENERGY, lane] + energy_within(h, k, levels - 1, lane, share * dt)
    for array in (h.c, h.j, h.surface, h.modes, h.row, h.slow):
        mix(array, k, lane, e0, e1, e2)
    h.row[k, TIME, lane], h.row[k, ENERGY, lane] = t, energy


@compiled
def mix(array: Any, k: int, lane: int, e0: float, e1: float, e2: float) -> None:
    """One design's entries of level k become a sum of its last three levels."""
    one, two = (k + 3) % 4, (k + 2) % 4
    for i in range(row_of(array, k).size):
        array[k, i, lane] = e0 * array[k, i, lane] + e1 * array[one, i, lane] + e2 * array[two, i, lane]
