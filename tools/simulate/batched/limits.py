"""Limits that end an integration, and where within a step they are reached. Eq. 15 of docs/batched_dfn.md."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.history import ANODE, CHARGE, CURRENT, TIME, VOLTAGE, History

Array = npt.NDArray[np.float64]
LIMITS = 7  # those of pybamm_model.limit_events, in its order


@compiled
def margin(row: Array, limits: Array, which: int) -> float:
    """Distance to a limit, positive inside. Order and signs of `pybamm_model.limit_events`."""
    if which == 0:
        found = row[VOLTAGE] - limits[0]
    elif which == 1:
        found = limits[1] - row[VOLTAGE]
    elif which == 2:
        found = row[ANODE] - limits[2]
    elif which == 3:
        found = row[CHARGE] - limits[3]
    elif which == 4:
        found = limits[4] - row[CHARGE]
    elif which == 5:
        found = -row[CURRENT] - limits[5]
    else:
        found = limits[6] + row[CURRENT]
    return float(found)


@compiled
def crossing(h: History, row: Array, limits: Array, which: int) -> float:
    """Share of the last step at which a limit is reached, on the quadratic through three levels, by bisection."""
    dt = row[TIME] - h.row[0, TIME]
    old, new = margin(h.row[0], limits, which), margin(row, limits, which)
    if old <= 0:
        return 0.0
    slope, bend = (new - old) / dt, 0.0
    if h.levels[0] >= 2:
        before = h.row[0, TIME] - h.row[1, TIME]
        bend = (slope - (old - margin(h.row[1], limits, which)) / before) / (dt + before)
    low, high = 0.0, dt
    for _ in range(50):
        middle = 0.5 * (low + high)
        if old + middle * slope + middle * (middle - dt) * bend > 0:
            low = middle
        else:
            high = middle
    return float(0.5 * (low + high) / dt)


@compiled
def first_limit(h: History, row: Array, limits: Array) -> tuple[int, float]:
    """The limit reached first within the last step and where; (−1, 1) where there is none."""
    found, share = -1, 2.0
    for which in range(LIMITS):
        if margin(row, limits, which) < 0:
            where = crossing(h, row, limits, which)
            if where < share:
                found, share = which, where
    return found, min(share, 1.0)


@compiled
def broken_limit(row: Array, limits: Array) -> int:
    """The limit that is broken furthest, −1 where none is."""
    found, least = -1, 0.0
    for which in range(LIMITS):
        if margin(row, limits, which) < least:
            found, least = which, margin(row, limits, which)
    return found
