"""Time integration of one design until a limit: variable-step BDF2, error control. Section 4 of docs/batched_dfn.md.

A history keeps three levels of every quantity, the newest first. `RECORD` lists the columns of what is written down.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.layout import Layout
from tools.simulate.batched.newton import (
    Properties,
    Step,
    Unknowns,
    Work,
    anode_potential,
    cell_properties,
    ionic_currents,
    of_concentration,
    open_circuit,
    solve_step,
    terminal_voltage,
)

Array = npt.NDArray[np.float64]
RECORD = ("time_s", "voltage_V", "current_A_m2", "anode_V", "charge_Ah_m2", "energy_Wh_m2", "ocv_V")
TIME, VOLTAGE, CURRENT, ANODE, CHARGE, ENERGY, OCV = range(len(RECORD))
COLUMNS = len(RECORD)
LIMITS = 7
# Outcomes of an integration. Limits 0–6 are those of pybamm_model.limit_events, in its order.
END_OF_TIME, STUCK, TOO_MANY_STEPS, NOT_STARTED = -1, -2, -3, -4
MOST_STEPS = 6000
MOST_ITERATIONS, MOST_FIRST_ITERATIONS = 10, 60
LONGEST_GROWTH = 2.0
SHORTEST_STEP = 1e-11  # of the time scale


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
def predict(d: Layout, p: Properties, h: History, dt: float, u: Unknowns, step: Step, modes: Array) -> Step:
    """Start values by extrapolation, and what a step keeps fixed (eqs. 5, 10, 11). `modes` gets their known part."""
    a0, a1, a2 = bdf(h, dt)
    e0, e1, e2 = extrapolation(h, dt)
    for i in range(d.width.size):
        c = e0 * h.c[0, i] + e1 * h.c[1, i] + e2 * h.c[2, i]
        u.c[i] = c if c > 0.1 * h.c[0, i] else 0.1 * h.c[0, i]
        step.past_c[i] = (a1 * h.c[0, i] + a2 * h.c[1, i]) / dt
    u.current[0] = e0 * h.row[0, CURRENT] + e1 * h.row[1, CURRENT] + e2 * h.row[2, CURRENT]
    for side in range(2):
        begin = d.electrode + d.separator if side == 1 else 0
        scaled = d.relaxation[side] * dt
        drive = d.gradient[side] * scaled
        alpha = 0.0
        for k in range(d.decay.size):
            alpha += d.weight[k] * drive / (a0 + d.decay[k] * scaled)
        step.alpha[side] = alpha
        for n in range(d.electrode):
            i, row = begin + n, side * d.electrode + n
            past = 0.0
            for k in range(d.decay.size):
                z = -(a1 * h.modes[0, row, k] + a2 * h.modes[1, row, k]) / (a0 + d.decay[k] * scaled)
                modes[row, k] = z
                past += z
            step.past_x[i] = past
            j = e0 * h.j[0, i] + e1 * h.j[1, i] + e2 * h.j[2, i]
            x, last = past - alpha * j, h.surface[0, i]
            if x < 0.1 * last or 1 - x < 0.1 * (1 - last):
                x = 0.1 * last if x < 0.1 * last else 1 - 0.1 * (1 - last)
                j = (past - x) / alpha
            u.j[i], u.surface[i] = j, x
    frozen_transport(d, p, u.c, step)
    return Step(a0 / dt, step.past_c, step.past_x, step.alpha, step.diffusion, step.factor)


@compiled
def frozen_transport(d: Layout, p: Properties, c: Array, step: Step) -> None:
    """Diffusive conductance (eq. 5) and thermodynamic factor of each face at given concentrations."""
    before = 0.0
    cells = d.width.size
    step.diffusion[0] = step.diffusion[cells] = 0.0
    for i in range(cells):
        value, _ = of_concentration(p.diffusivity, c[i])
        half = 0.5 * d.width[i] / (value * d.transport[i])
        if i > 0:
            step.diffusion[i] = 1.0 / (before + half)
            step.factor[i], _ = of_concentration(p.thermodynamic, 0.5 * (c[i - 1] + c[i]))
        before = half


@compiled
def finish(d: Layout, h: History, dt: float, u: Unknowns, modes: Array) -> None:
    """Add the fluxes to the modes' known part (eq. 9)."""
    a0, _, _ = bdf(h, dt)
    for side in range(2):
        begin = d.electrode + d.separator if side == 1 else 0
        scaled = d.relaxation[side] * dt
        drive = d.gradient[side] * scaled
        for n in range(d.electrode):
            flux = drive * u.j[begin + n]
            row = side * d.electrode + n
            for k in range(d.decay.size):
                modes[row, k] -= d.weight[k] * flux / (a0 + d.decay[k] * scaled)


@compiled
def record(d: Layout, p: Properties, h: History, dt: float, u: Unknowns, step: Step, w: Work, row: Array) -> None:
    """Voltage, anode potential, charge and energy at the end of the step."""
    cell_properties(d, p, u, step, w)
    ionic_currents(d, u, step, w)
    a0, a1, a2 = bdf(h, dt)
    row[TIME] = h.row[0, TIME] + dt
    row[CURRENT] = u.current[0]
    row[VOLTAGE] = terminal_voltage(d, u, step, w)
    row[ANODE] = anode_potential(d, w)
    row[CHARGE] = (dt * row[CURRENT] / 3600 - a1 * h.row[0, CHARGE] - a2 * h.row[1, CHARGE]) / a0
    row[ENERGY] = h.row[0, ENERGY] + energy_within(h, row, dt, dt)
    row[OCV] = rest_voltage(d, p, row[CHARGE])


@compiled
def rest_voltage(d: Layout, p: Properties, charge: float) -> float:
    """Open-circuit voltage of the mean stoichiometries after a charge passed since equilibrium."""
    x = min(max(d.start[0] + d.swing[0] * charge, 1e-9), 1 - 1e-9)
    y = min(max(d.start[1] + d.swing[1] * charge, 1e-9), 1 - 1e-9)
    negative, _ = open_circuit(p.u_n, x)
    positive, _ = open_circuit(p.u_p, y)
    return float(positive - negative)


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
def step_error(d: Layout, h: History, dt: float, u: Unknowns, row: Array, accuracy: Accuracy, floor: float) -> float:
    """Largest local error in units of its bound. Below `floor` the voltage is of no interest."""
    e0, e1, e2 = extrapolation(h, dt)
    share, worst = error_share(h, dt), 0.0
    positive = d.electrode + d.separator
    for i in range(d.width.size):
        c = u.c[i]
        error = abs(c - (e0 * h.c[0, i] + e1 * h.c[1, i] + e2 * h.c[2, i])) / (accuracy.concentration * (c + 200.0))
        if i < d.electrode or i >= positive:
            x = u.surface[i] - (e0 * h.surface[0, i] + e1 * h.surface[1, i] + e2 * h.surface[2, i])
            error = max(error, abs(x) / accuracy.stoichiometry)
        worst = max(worst, error)
    guess = e0 * h.row[0, VOLTAGE] + e1 * h.row[1, VOLTAGE] + e2 * h.row[2, VOLTAGE]
    if row[VOLTAGE] > floor or guess > floor:
        worst = max(worst, abs(max(row[VOLTAGE], floor) - max(guess, floor)) / accuracy.voltage)
    return float(share * worst)


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


@compiled
def start(
    d: Layout, p: Properties, h: History, u: Unknowns, step: Step, w: Work, modes: Array, control: Array,
    scale_s: float, accuracy: Accuracy,
) -> int:
    """Make level 0 consistent with the control: one step too short for anything to diffuse. Newton iterations or 0."""
    h.levels[0] = 1
    h.row[0, TIME] = 0.0
    dt = 1e-12 * scale_s
    frozen = predict(d, p, h, dt, u, step, modes)
    used = solve_step(d, p, u, frozen, w, control, accuracy.newton * 0.1, MOST_FIRST_ITERATIONS)
    if used > 0:
        row = np.zeros(COLUMNS)
        record(d, p, h, dt, u, frozen, w, row)
        row[TIME], row[CHARGE], row[ENERGY] = 0.0, h.row[0, CHARGE], h.row[0, ENERGY]
        row[OCV] = rest_voltage(d, p, row[CHARGE])
        h.j[0], h.row[0] = u.j, row
    return used


@compiled
def broken_limit(row: Array, limits: Array) -> int:
    """The limit that is broken furthest, −1 where none is."""
    found, least = -1, 0.0
    for which in range(LIMITS):
        if margin(row, limits, which) < least:
            found, least = which, margin(row, limits, which)
    return found


@compiled
def next_growth(h: History, error: float) -> float:
    """Factor of the step width after an error in units of its bound, which is of third order from three levels on."""
    if h.levels[0] < 3:
        return LONGEST_GROWTH if error < 1 else 0.3
    return float(min(max(0.85 * max(error, 1e-9) ** (-1 / 3), 0.25), LONGEST_GROWTH))


@compiled
def integrate(
    d: Layout, p: Properties, h: History, u: Unknowns, step: Step, w: Work, modes: Array, control: Array, limits: Array,
    end_s: float, scale_s: float, accuracy: Accuracy, written: Array, counts: Array,
) -> tuple[int, int]:
    """Integrate from level 0 of the history (its time is set to 0) to a limit or `end_s`.

    Returns (outcome, rows written). `counts` gets accepted steps, rejected steps and Newton iterations.
    """
    used = start(d, p, h, u, step, w, modes, control, scale_s, accuracy)
    counts[2] += used
    if used == 0:
        return NOT_STARTED, 0
    written[0] = h.row[0]
    found = broken_limit(h.row[0], limits)
    if found >= 0:
        return found, 1
    row = np.zeros(COLUMNS)
    rows, dt, floor = 1, 1e-6 * scale_s, limits[0] - 0.1
    while rows <= MOST_STEPS:
        if dt < SHORTEST_STEP * scale_s:
            return STUCK, rows
        last = h.row[0, TIME] + dt * 1.01 >= end_s
        if last:
            dt = end_s - h.row[0, TIME]
        frozen = predict(d, p, h, dt, u, step, modes)
        used = solve_step(d, p, u, frozen, w, control, accuracy.newton, MOST_ITERATIONS)
        counts[2] += max(used, 1)
        error = 1e9
        if used > 0:
            record(d, p, h, dt, u, frozen, w, row)
            error = step_error(d, h, dt, u, row, accuracy, floor)
        if not error < 1.2:
            counts[1] += 1
            dt *= min(next_growth(h, error), 0.7)
            continue
        growth = next_growth(h, error)
        finish(d, h, dt, u, modes)
        found, share = first_limit(h, row, limits)
        accept(h, u, modes, row)
        counts[0] += 1
        if found >= 0:
            cut_back(h, share)
        written[rows] = h.row[0]
        rows += 1
        if found >= 0 or last:
            return (found if found >= 0 else END_OF_TIME), rows
        dt *= growth
    return TOO_MANY_STEPS, rows
