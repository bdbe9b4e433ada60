"""Limits that end an integration, and where within a step they are reached. Eq. 15 of docs/batched_dfn.md."""

from __future__ import annotations

from typing import Any

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.history import ANODE, CHARGE, CURRENT, TIME, VOLTAGE, History, quadratic
from tools.simulate.batched.lanes import least

LIMITS = 7  # those of pybamm_model.limit_events, in its order


@compiled
def margins(voltage: Any, anode: Any, charge: Any, current: Any, limits: Any) -> tuple[Any, ...]:
    """Distances to the limits, positive inside. Order and signs of `pybamm_model.limit_events`."""
    return (voltage - limits[0], limits[1] - voltage, anode - limits[2], charge - limits[3], limits[4] - charge,
            -current - limits[5], limits[6] + current)


@compiled
def nearest(row: Any, limits: Any) -> Any:
    """The smallest of the distances of a record."""
    found = margins(row[VOLTAGE], row[ANODE], row[CHARGE], row[CURRENT], limits)
    smallest = found[0]
    for which in range(1, LIMITS):
        smallest = least(smallest, found[which])
    return smallest


@compiled
def margin(h: History, k: int, limits: Any, which: int, lane: int) -> float:
    """Distance of a design's level k to a limit."""
    row = h.row
    found = margins(row[k, VOLTAGE, lane], row[k, ANODE, lane], row[k, CHARGE, lane], row[k, CURRENT, lane],
                    (limits[0, lane], limits[1, lane], limits[2, lane], limits[3, lane], limits[4, lane],
                     limits[5, lane], limits[6, lane]))
    return float(found[which])


@compiled
def crossing(h: History, k: int, levels: int, limits: Any, which: int, lane: int) -> float:
    """Share of the last step at which a limit is reached, on the quadratic through three levels, by bisection."""
    one, two = (k + 3) % 4, (k + 2) % 4
    new, old = margin(h, k, limits, which, lane), margin(h, one, limits, which, lane)
    if old <= 0:
        return 0.0
    dt = h.row[k, TIME, lane] - h.row[one, TIME, lane]
    before, older = 0.0, old
    if levels >= 3:
        before, older = h.row[one, TIME, lane] - h.row[two, TIME, lane], margin(h, two, limits, which, lane)
    low, high = 0.0, dt
    for _ in range(50):
        middle = 0.5 * (low + high)
        if quadratic(new, old, older, dt, before, middle) > 0:
            low = middle
        else:
            high = middle
    return float(0.5 * (low + high) / dt)


@compiled
def first_limit(h: History, k: int, levels: int, limits: Any, lane: int) -> tuple[int, float]:
    """The limit reached first within the step that led to level k, and where; (−1, 1) where there is none."""
    found, share = -1, 2.0
    for which in range(LIMITS):
        if margin(h, k, limits, which, lane) < 0:
            where = crossing(h, k, levels, limits, which, lane)
            if where < share:
                found, share = which, where
    return found, min(share, 1.0)


@compiled
def broken_limit(h: History, k: int, limits: Any, lane: int) -> int:
    """The limit that level k breaks furthest, −1 where none is."""
    found, lowest = -1, 0.0
    for which in range(LIMITS):
        distance = margin(h, k, limits, which, lane)
        if distance < lowest:
            found, lowest = which, distance
    return found
