"""The last three levels of a design in time, and the formulas between them. Section 4 of docs/batched_dfn.md."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.newton import Unknowns

Array = npt.NDArray[np.float64]
RECORD = ("time_s", "voltage_V", "current_A_m2", "anode_V", "charge_Ah_m2", "energy_Wh_m2", "ocv_V")
TIME, VOLTAGE, CURRENT, ANODE, CHARGE, ENERGY, OCV = range(len(RECORD))
COLUMNS = len(RECORD)


class History(NamedTuple):
    """State at the newest accepted level and the two before it; (3, …) each."""

    c: Array          # (3, cells)
    j: Array          # (3, cells)
    surface: Array    # (3, cells)
    modes: Array      # (3, 2 · electrode cells, modes)
    row: Array        # (3, COLUMNS) what was recorded
    levels: Array     # (1,) levels that are valid


class Accuracy(NamedTuple):
    """Error bounds of a step and the tolerance of Newton's method. A rung of the ladder divides all of them."""

    concentration: float = 4e-3  # of (c + 200 mol/m³)
    stoichiometry: float = 1e-3
    voltage: float = 1.5e-3       # V
    newton: float = 1e-2

    def tighter(self, factor: float) -> Accuracy:
        """All bounds divided by a factor."""
        return Accuracy(*(bound / factor for bound in self))


@compiled
def push(h: History) -> None:
    """Make room for a new level."""
    for level in (2, 1):
        h.c[level] = h.c[level - 1]
        h.j[level] = h.j[level - 1]
        h.surface[level] = h.surface[level - 1]
        h.modes[level] = h.modes[level - 1]
        h.row[level] = h.row[level - 1]


@compiled
def bdf(h: History, dt: float) -> tuple[float, float, float]:
    """Coefficients of (a0·u + a1·u₁ + a2·u₂)/dt for the next derivative (eq. 10); backward Euler from one level."""
    if h.levels[0] < 2:
        return 1.0, -1.0, 0.0
    ratio = dt / (h.row[0, TIME] - h.row[1, TIME])
    return (1 + 2 * ratio) / (1 + ratio), -(1 + ratio), ratio * ratio / (1 + ratio)


@compiled
def extrapolation(h: History, dt: float) -> tuple[float, float, float]:
    """Weights of the levels in the polynomial through them at the next time."""
    if h.levels[0] < 2:
        return 1.0, 0.0, 0.0
    t, t0, t1 = h.row[0, TIME] + dt, h.row[0, TIME], h.row[1, TIME]
    if h.levels[0] < 3:
        return (t - t1) / (t0 - t1), (t - t0) / (t1 - t0), 0.0
    t2 = h.row[2, TIME]
    return ((t - t1) * (t - t2) / ((t0 - t1) * (t0 - t2)), (t - t0) * (t - t2) / ((t1 - t0) * (t1 - t2)),
            (t - t0) * (t - t1) / ((t2 - t0) * (t2 - t1)))


@compiled
def error_share(h: History, dt: float) -> float:
    """Local error of the step over (solution − predictor)."""
    if h.levels[0] < 3:
        return 0.5
    before, earlier = h.row[0, TIME] - h.row[1, TIME], h.row[1, TIME] - h.row[2, TIME]
    ratio = dt / before
    mine = dt * (1 + ratio) / (1 + 2 * ratio)
    return float(mine / (mine + dt + before + earlier))


@compiled
def energy_within(h: History, row: Array, dt: float, part: float) -> float:
    """Energy [Wh/m²] from the newest level over `part` of a step dt, by the quadratic through three powers."""
    old, new = h.row[0, VOLTAGE] * h.row[0, CURRENT], row[VOLTAGE] * row[CURRENT]
    slope = (new - old) / dt
    bend = 0.0
    if h.levels[0] >= 2:
        before = h.row[0, TIME] - h.row[1, TIME]
        bend = (slope - (old - h.row[1, VOLTAGE] * h.row[1, CURRENT]) / before) / (dt + before)
    s2 = part * part
    return float((old * part + slope * s2 / 2 + bend * (s2 * part / 3 - dt * s2 / 2)) / 3600)


@compiled
def cut_back(h: History, share: float) -> None:
    """Move the newest level to a share of the last step, by the quadratic through three levels."""
    t0, t1 = h.row[0, TIME], h.row[1, TIME]
    dt = t0 - t1
    t = t1 + share * dt
    e0, e1, e2 = share, 1 - share, 0.0
    if h.levels[0] >= 3:
        t2 = h.row[2, TIME]
        e0 = (t - t1) * (t - t2) / (dt * (t0 - t2))
        e1 = (t - t0) * (t - t2) / (-dt * (t1 - t2))
        e2 = (t - t0) * (t - t1) / ((t2 - t0) * (t2 - t1))
    energy = h.row[1, ENERGY]
    if dt > 0:
        old = h.row[1, VOLTAGE] * h.row[1, CURRENT]
        slope, bend = (h.row[0, VOLTAGE] * h.row[0, CURRENT] - old) / dt, 0.0
        if h.levels[0] >= 3:
            before = t1 - h.row[2, TIME]
            bend = (slope - (old - h.row[2, VOLTAGE] * h.row[2, CURRENT]) / before) / (dt + before)
        part = share * dt
        energy += (old * part + slope * part * part / 2 + bend * (part**3 / 3 - dt * part * part / 2)) / 3600
    for i in range(h.c.shape[1]):
        h.c[0, i] = e0 * h.c[0, i] + e1 * h.c[1, i] + e2 * h.c[2, i]
        h.j[0, i] = e0 * h.j[0, i] + e1 * h.j[1, i] + e2 * h.j[2, i]
        h.surface[0, i] = e0 * h.surface[0, i] + e1 * h.surface[1, i] + e2 * h.surface[2, i]
    for row in range(h.modes.shape[1]):
        for k in range(h.modes.shape[2]):
            h.modes[0, row, k] = e0 * h.modes[0, row, k] + e1 * h.modes[1, row, k] + e2 * h.modes[2, row, k]
    for k in range(COLUMNS):
        h.row[0, k] = e0 * h.row[0, k] + e1 * h.row[1, k] + e2 * h.row[2, k]
    h.row[0, TIME], h.row[0, ENERGY] = t, energy


@compiled
def accept(h: History, u: Unknowns, modes: Array, row: Array) -> None:
    """The step becomes the newest level."""
    push(h)
    h.c[0], h.j[0], h.surface[0], h.modes[0], h.row[0] = u.c, u.j, u.surface, modes, row
    h.levels[0] = min(h.levels[0] + 1, 3)
