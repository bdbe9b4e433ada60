"""Time integration of one design until a limit: variable-step BDF2, error control. Section 4 of docs/batched_dfn.md.

`history.RECORD` lists the columns of what is written down.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled, compiled_entry, sources
from tools.simulate.batched.history import (
    ANODE,
    CHARGE,
    COLUMNS,
    CURRENT,
    ENERGY,
    OCV,
    TIME,
    VOLTAGE,
    Accuracy,
    History,
    accept,
    bdf,
    cut_back,
    energy_within,
    error_share,
    extrapolation,
)
from tools.simulate.batched.layout import Layout
from tools.simulate.batched.limits import broken_limit, first_limit
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
# Outcomes of an integration, besides the number of the limit that ended it.
END_OF_TIME, STUCK, TOO_MANY_STEPS, NOT_STARTED = -1, -2, -3, -4
MOST_STEPS = 6000
MOST_ITERATIONS, MOST_FIRST_ITERATIONS = 10, 60
LONGEST_GROWTH = 2.0
FIRST_STEP, SHORTEST_STEP = 1e-12, 1e-11  # of the time scale


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
def begin(d: Layout, p: Properties, h: History, u: Unknowns, row: Array) -> None:
    """Make level 0 what the first, immeasurably short step found: consistent currents at the start."""
    row[TIME], row[CHARGE], row[ENERGY] = 0.0, h.row[0, CHARGE], h.row[0, ENERGY]
    row[OCV] = rest_voltage(d, p, row[CHARGE])
    h.j[0], h.row[0] = u.j, row


@compiled
def next_growth(h: History, error: float) -> float:
    """Factor of the step width after an error in units of its bound, which is of third order from three levels on."""
    if h.levels[0] < 3:
        return LONGEST_GROWTH if error < 1 else 0.3
    return float(min(max(0.85 * max(error, 1e-9) ** (-1 / 3), 0.25), LONGEST_GROWTH))


def _solver(version: str) -> Callable[..., tuple[int, int]]:
    """The entry to the compiled code; `version` in its closure keeps other code from answering out of an old cache."""

    @compiled_entry
    def integrate(
        d: Layout, p: Properties, h: History, u: Unknowns, step: Step, w: Work, modes: Array, control: Array,
        limits: Array, end_s: float, scale_s: float, accuracy: Accuracy, written: Array, counts: Array,
    ) -> tuple[int, int]:
        """Integrate from level 0 of the history (its time is set to 0) to a limit or `end_s`.

        Returns (outcome, rows written). `counts` gets accepted steps, rejected steps and Newton iterations.
        """
        if len(version) == 0:
            return NOT_STARTED, 0
        h.levels[0] = 1
        h.row[0, TIME] = 0.0
        row = np.zeros(COLUMNS)
        rows, dt, floor = 0, FIRST_STEP * scale_s, limits[0] - 0.1
        while rows <= MOST_STEPS:
            if rows > 0 and dt < SHORTEST_STEP * scale_s:
                return STUCK, rows
            last = h.row[0, TIME] + dt * 1.01 >= end_s
            if last:
                dt = end_s - h.row[0, TIME]
            frozen = predict(d, p, h, dt, u, step, modes)
            sharper, most = (0.1, MOST_FIRST_ITERATIONS) if rows == 0 else (1.0, MOST_ITERATIONS)
            used = solve_step(d, p, u, frozen, w, control, sharper * accuracy.newton, most)
            counts[2] += max(used, 1)
            error = 1e9
            if used > 0:
                record(d, p, h, dt, u, frozen, w, row)
                error = step_error(d, h, dt, u, row, accuracy, floor)
            if rows == 0:
                if used == 0:
                    return NOT_STARTED, 0
                begin(d, p, h, u, row)
                written[0] = row
                found = broken_limit(row, limits)
                if found >= 0:
                    return found, 1
                rows, dt = 1, 1e-6 * scale_s
                continue
            growth = next_growth(h, error)
            if not error < 1.2:
                counts[1] += 1
                dt *= min(growth, 0.7)
                continue
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

    return integrate


integrate = _solver(sources())
