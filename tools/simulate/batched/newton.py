"""One implicit step of the DFN by Newton's method: the compiled heart. Equation numbers: docs/batched_dfn.md.

Unknowns are c and j of each cell and the current I. Arrays run over cells; face f lies between cells f − 1 and f.
"""

from __future__ import annotations

from math import log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.layout import FARADAY, Layout
from tools.simulate.batched.tables import CONCENTRATION_INTERVALS, CONCENTRATION_MAX, STOICHIOMETRY_INTERVALS

Array = npt.NDArray[np.float64]
BARRIER_V = 1e-6         # potential that keeps surfaces off empty and full: BARRIER·(1/x − 1/(1−x))
TOWARDS_BOUND = 0.9      # largest share of the way to a bound in one iteration
PER_KNOT = CONCENTRATION_INTERVALS / CONCENTRATION_MAX


class Properties(NamedTuple):
    """Tables of the system, see `tables.Tables`."""

    u_n: Array
    u_p: Array
    conductivity: Array
    diffusivity: Array
    thermodynamic: Array


class Unknowns(NamedTuple):
    """What Newton's method solves for, and what follows from it at once."""

    c: Array        # (cells,) mol/m³
    j: Array        # (cells,) A/m² of particle surface, anodic positive
    surface: Array  # (cells,) stoichiometry at the particle surface
    current: Array  # (1,) A/m², discharge positive


class Step(NamedTuple):
    """What one time step fixes: the BDF formula and everything frozen at the predictor."""

    rate: float       # a0/dt [1/s]
    past_c: Array     # (cells,) the part of dc/dt that is known
    past_x: Array     # (cells,) surface stoichiometry at j = 0: S0 of eq. 11
    alpha: Array      # (2,) fall of the surface stoichiometry per A/m²
    diffusion: Array  # (faces,) D of eq. 5, frozen
    factor: Array     # (faces,) thermodynamic factor, frozen


class Work(NamedTuple):
    """Scratch arrays of one design."""

    half: Array       # (cells,) ionic resistance of half a cell and its slope in c
    half_c: Array
    logarithm: Array
    e: Array          # (cells,) φs − φe and its slopes
    e_c: Array
    e_j: Array
    ionic: Array      # (faces,) current in the electrolyte and its slopes in the left and right unknowns and in I
    left_c: Array
    left_j: Array
    right_c: Array
    right_j: Array
    by_current: Array
    gain: Array       # (cells, 4) eliminated coupling to the right neighbour
    first: Array      # (cells, 2) right-hand side: −residual
    second: Array     # (cells, 2) right-hand side: −∂residual/∂I
    slope_c: Array    # (cells,) gradient of the controlled quantity
    slope_j: Array


@compiled
def at_knots(table: Array, position: float) -> tuple[float, float]:
    """Value and slope (per interval) of a piecewise cubic; the ends are extended."""
    i = min(max(int(position), 0), table.shape[0] - 1)
    s = position - i
    a1, a2, a3 = table[i, 1], table[i, 2], table[i, 3]
    return table[i, 0] + s * (a1 + s * (a2 + s * a3)), a1 + s * (2 * a2 + s * 3 * a3)


@compiled
def of_concentration(table: Array, c: float) -> tuple[float, float]:
    """Value and slope of an electrolyte property; constant above the table's end."""
    position = c * PER_KNOT
    if position >= CONCENTRATION_INTERVALS - 1:
        return table[CONCENTRATION_INTERVALS - 1, 0], 0.0
    value, slope = at_knots(table, position)
    return value, slope * PER_KNOT


@compiled
def open_circuit(table: Array, x: float) -> tuple[float, float]:
    """Potential [V] and its slope at a stoichiometry strictly between 0 and 1, with the barrier (eq. 7)."""
    value, slope = at_knots(table, x * STOICHIOMETRY_INTERVALS)
    empty, full = 1.0 / x, 1.0 / (1.0 - x)
    return (value + BARRIER_V * (empty - full),
            slope * STOICHIOMETRY_INTERVALS - BARRIER_V * (empty * empty + full * full))


@compiled
def cell_properties(d: Layout, p: Properties, u: Unknowns, step: Step, w: Work) -> None:
    """Ionic resistance (eq. 4) and potential difference E = φs − φe (eq. 6) of each cell, with slopes."""
    for i in range(d.width.size):
        c = u.c[i]
        kappa, slope = of_concentration(p.conductivity, c)
        half = 0.5 * d.width[i] / (kappa * d.transport[i])
        w.half[i], w.half_c[i] = half, -half * slope / kappa
        w.logarithm[i] = log(c)
    positive = d.electrode + d.separator
    for side in range(2):
        begin = positive if side == 1 else 0
        table = p.u_p if side == 1 else p.u_n
        exchange, alpha = d.exchange[side], step.alpha[side]
        for i in range(begin, begin + d.electrode):
            j, c, x = u.j[i], u.c[i], u.surface[i]
            potential, slope = open_circuit(table, x)
            twice_j0 = exchange * sqrt(c * x * (1.0 - x))
            s = j / twice_j0
            root = sqrt(1.0 + s * s)
            arc = log(abs(s) + root)
            w.e[i] = potential + d.thermal_V * (arc if s >= 0.0 else -arc)
            per_s = d.thermal_V / root
            w.e_c[i] = -per_s * s * 0.5 / c
            w.e_j[i] = -alpha * slope + per_s * (1.0 / twice_j0 + s * alpha * 0.5 * (1.0 / x - 1.0 / (1.0 - x)))


@compiled
def ionic_currents(d: Layout, u: Unknowns, step: Step, w: Work) -> None:
    """Current in the electrolyte at each face between cells of one electrode (eq. 3), I in the separator, 0 outside."""
    cells, ne, current = d.width.size, d.electrode, u.current[0]
    for f in range(cells + 1):
        w.ionic[f] = w.left_c[f] = w.left_j[f] = w.right_c[f] = w.right_j[f] = w.by_current[f] = 0.0
    for f in range(ne, ne + d.separator + 1):
        w.ionic[f], w.by_current[f] = current, 1.0
    for side in range(2):
        begin = ne + d.separator if side == 1 else 0
        for f in range(begin + 1, begin + ne):
            a, b = f - 1, f
            share = 1.0 / (w.half[a] + w.half[b] + d.solid[f])
            osmotic = d.thermal_V * d.anion * step.factor[f]
            ionic = share * (w.e[b] - w.e[a] + osmotic * (w.logarithm[b] - w.logarithm[a]) + current * d.solid[f])
            w.ionic[f] = ionic
            w.left_c[f] = share * (-w.e_c[a] - osmotic / u.c[a] - ionic * w.half_c[a])
            w.left_j[f] = -share * w.e_j[a]
            w.right_c[f] = share * (w.e_c[b] + osmotic / u.c[b] - ionic * w.half_c[b])
            w.right_j[f] = share * w.e_j[b]
            w.by_current[f] = share * d.solid[f]


@compiled
def eliminate(d: Layout, u: Unknowns, step: Step, w: Work, bordered: bool) -> None:
    """Residuals of charge (eq. 1) and lithium (eq. 2) and their 2×2 block-tridiagonal elimination, left to right."""
    cells = d.width.size
    g0 = g1 = g2 = g3 = 0.0
    y0 = y1 = z0 = z1 = 0.0
    for i in range(cells):
        f, area = i + 1, d.reaction_area[i]
        d_left, d_right = step.diffusion[i], step.diffusion[f]
        source = d.anion * max(area, 0.0) / FARADAY
        c, j = u.c[i], u.j[i]
        flow = (d_right * (u.c[i + 1] - c) if i + 1 < cells else 0.0) - (d_left * (c - u.c[i - 1]) if i > 0 else 0.0)
        r0 = -(d.pore[i] * (step.rate * c + step.past_c[i]) - flow - source * j)
        r1 = -(w.ionic[f] - w.ionic[i] - area * j)
        b00, b01 = d.pore[i] * step.rate + d_left + d_right, -source
        b10, b11 = w.left_c[f] - w.right_c[i], w.left_j[f] - w.right_j[i] - area
        a00, a10, a11 = -d_left, -w.left_c[i], -w.left_j[i]
        b00 -= a00 * g0
        b01 -= a00 * g1
        b10 -= a10 * g0 + a11 * g2
        b11 -= a10 * g1 + a11 * g3
        r0 -= a00 * y0
        r1 -= a10 * y0 + a11 * y1
        inverse = 1.0 / (b00 * b11 - b01 * b10)
        y0, y1 = (b11 * r0 - b01 * r1) * inverse, (b00 * r1 - b10 * r0) * inverse
        w.first[i, 0], w.first[i, 1] = y0, y1
        if bordered:
            q0 = -a00 * z0
            q1 = w.by_current[i] - w.by_current[f] - a10 * z0 - a11 * z1
            z0, z1 = (b11 * q0 - b01 * q1) * inverse, (b00 * q1 - b10 * q0) * inverse
            w.second[i, 0], w.second[i, 1] = z0, z1
        c00, c10, c11 = -d_right, w.right_c[f], w.right_j[f]
        g0, g1 = (b11 * c00 - b01 * c10) * inverse, -b01 * c11 * inverse
        g2, g3 = (b00 * c10 - b10 * c00) * inverse, b00 * c11 * inverse
        w.gain[i, 0], w.gain[i, 1], w.gain[i, 2], w.gain[i, 3] = g0, g1, g2, g3


@compiled
def substitute(right: Array, gain: Array) -> None:
    """Back substitution in place: right becomes the solution."""
    for i in range(right.shape[0] - 2, -1, -1):
        right[i, 0] -= gain[i, 0] * right[i + 1, 0] + gain[i, 1] * right[i + 1, 1]
        right[i, 1] -= gain[i, 2] * right[i + 1, 0] + gain[i, 3] * right[i + 1, 1]


@compiled
def terminal_voltage(d: Layout, u: Unknowns, step: Step, w: Work) -> float:
    """Cell voltage as the sum along the path from collector to collector (eq. 8)."""
    ne, current = d.electrode, u.current[0]
    a, b = ne - 1, ne + d.separator
    voltage = w.e[b] - w.e[a] - current * d.ends
    for f in range(ne, b + 1):
        osmotic = d.thermal_V * d.anion * step.factor[f]
        voltage += osmotic * (w.logarithm[f] - w.logarithm[f - 1]) - current * (w.half[f - 1] + w.half[f])
    for f in range(1, ne):
        voltage -= (current - w.ionic[f]) * d.solid[f]
    for f in range(b + 1, d.width.size):
        voltage -= (current - w.ionic[f]) * d.solid[f]
    return float(voltage)


@compiled
def anode_potential(d: Layout, w: Work) -> float:
    """φs − φe of the negative at the separator: linear through its last two cells (eq. 12)."""
    a = d.electrode - 1
    return float(w.e[a] + (w.e[a] - w.e[a - 1]) * d.width[a] / (d.width[a] + d.width[a - 1]))


@compiled
def voltage_slopes(d: Layout, u: Unknowns, step: Step, w: Work, by_voltage: float, by_anode: float) -> float:
    """Gradient of by_voltage·V + by_anode·E in c and j into `slope_c`, `slope_j`; returns the one in I (eq. 13)."""
    ne, current = d.electrode, u.current[0]
    a, b = ne - 1, ne + d.separator
    w.slope_c[:] = 0.0
    w.slope_j[:] = 0.0
    by_i = -d.ends
    w.slope_c[b] += w.e_c[b]
    w.slope_j[b] += w.e_j[b]
    w.slope_c[a] -= w.e_c[a]
    w.slope_j[a] -= w.e_j[a]
    for f in range(ne, b + 1):
        osmotic = d.thermal_V * d.anion * step.factor[f]
        w.slope_c[f] += osmotic / u.c[f] - current * w.half_c[f]
        w.slope_c[f - 1] -= osmotic / u.c[f - 1] + current * w.half_c[f - 1]
        by_i -= w.half[f - 1] + w.half[f]
    for f in range(1, d.width.size):
        if f < ne or f > b:
            w.slope_c[f - 1] += d.solid[f] * w.left_c[f]
            w.slope_j[f - 1] += d.solid[f] * w.left_j[f]
            w.slope_c[f] += d.solid[f] * w.right_c[f]
            w.slope_j[f] += d.solid[f] * w.right_j[f]
            by_i -= d.solid[f] * (1.0 - w.by_current[f])
    for i in range(d.width.size):
        w.slope_c[i] *= by_voltage
        w.slope_j[i] *= by_voltage
    outward = d.width[a] / (d.width[a] + d.width[a - 1])
    w.slope_c[a] += by_anode * (1 + outward) * w.e_c[a]
    w.slope_j[a] += by_anode * (1 + outward) * w.e_j[a]
    w.slope_c[a - 1] -= by_anode * outward * w.e_c[a - 1]
    w.slope_j[a - 1] -= by_anode * outward * w.e_j[a - 1]
    return float(by_voltage * by_i)


@compiled
def current_change(d: Layout, u: Unknowns, step: Step, w: Work, control: Array) -> float:
    """The change of I that the bordered row asks for (eq. 14). `control`: four switches, then four set points."""
    current = u.current[0]
    voltage, anode = terminal_voltage(d, u, step, w), anode_potential(d, w)
    residual = (control[0] * (current - control[4]) + control[1] * (voltage - control[5])
                + control[2] * (current * voltage - control[6]) + control[3] * (anode - control[7]))
    by_voltage = control[1] + control[2] * current
    by_i = voltage_slopes(d, u, step, w, by_voltage, control[3]) + control[0] + control[2] * voltage
    for i in range(d.width.size):
        residual += w.slope_c[i] * w.first[i, 0] + w.slope_j[i] * w.first[i, 1]
        by_i += w.slope_c[i] * w.second[i, 0] + w.slope_j[i] * w.second[i, 1]
    return float(-residual / by_i)


@compiled
def update(d: Layout, u: Unknowns, step: Step, w: Work, change_i: float, bordered: bool) -> float:
    """Add the Newton step, kept inside 0 < c and 0 < x < 1; returns its size in units of the unknowns' scales."""
    positive = d.electrode + d.separator
    size = abs(change_i) / (abs(u.current[0]) + 0.05 * d.one_C)
    area = 0.0
    for i in range(d.electrode):
        area += d.reaction_area[i]
    typical = 0.2 * (abs(u.current[0]) + 0.05 * d.one_C) / area
    for i in range(d.width.size):
        dc, dj = w.first[i, 0], w.first[i, 1]
        if bordered:
            dc += change_i * w.second[i, 0]
            dj += change_i * w.second[i, 1]
        c = u.c[i]
        size = max(size, abs(dc) / (c + 5.0))
        u.c[i] = max(c + dc, (1.0 - TOWARDS_BOUND) * c)
        if i < d.electrode or i >= positive:
            side = 1 if i >= positive else 0
            size = max(size, abs(dj) / (abs(u.j[i]) + typical))
            x, alpha = u.surface[i], step.alpha[side]
            new = step.past_x[i] - alpha * (u.j[i] + dj)
            low, high = (1.0 - TOWARDS_BOUND) * x, x + TOWARDS_BOUND * (1.0 - x)
            if low <= new <= high:
                u.j[i] += dj
                u.surface[i] = new
            else:
                u.surface[i] = low if new < low else high
                u.j[i] = (step.past_x[i] - u.surface[i]) / alpha
                size = max(size, 1.0)
    u.current[0] += change_i
    return float(size)


@compiled
def solve_step(
    d: Layout, p: Properties, u: Unknowns, step: Step, w: Work, control: Array, tolerance: float, most: int
) -> int:
    """Newton iterations until the step is below `tolerance`; their number, or 0 where it does not converge."""
    bordered = control[1] != 0.0 or control[2] != 0.0 or control[3] != 0.0
    if not bordered:
        u.current[0] = control[4]
    for iteration in range(1, most + 1):
        cell_properties(d, p, u, step, w)
        ionic_currents(d, u, step, w)
        eliminate(d, u, step, w, bordered)
        substitute(w.first, w.gain)
        change_i = 0.0
        if bordered:
            substitute(w.second, w.gain)
            change_i = current_change(d, u, step, w, control)
        size = update(d, u, step, w, change_i, bordered)
        if not size < 1e6:
            return 0
        if size < tolerance:
            return iteration
    return 0
