"""One implicit step of the DFN by Newton's method: the compiled heart. Equation numbers: docs/batched_dfn.md.

Unknowns are c and j of each cell and the current I. Arrays run over cells; face f lies between cells f − 1 and f. Every
number that belongs to a design is a vector over the designs of a group (`lanes`), or a plain float where one design is
solved at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.lanes import least, log_parts, log_sum, most, root, select, some
from tools.simulate.batched.layout import Design
from tools.simulate.batched.shells import exchange_at
from tools.simulate.batched.solid import cubic, own_alpha, own_inverse
from tools.simulate.batched.tables import (
    CONCENTRATION_INTERVALS,
    CONCENTRATION_MAX,
    STOICHIOMETRY_INTERVALS,
    Properties,
)
from tools.simulate.batched.views import part
from tools.simulate.batched.wear import aside_of, aside_slopes, side_reactions, with_side

Lanes = Any              # a vector, or a float
LanesArray = Any         # an array of them
BARRIER_V = 1e-6         # potential that keeps surfaces off empty and full: BARRIER·(1/x − 1/(1−x))
KEPT = 0.1               # share of the way to a bound that is left after one iteration at least
PER_KNOT = CONCENTRATION_INTERVALS / CONCENTRATION_MAX
NEXT = 10.0             # foreseen size of the step that is not made, in squares of the tolerance
BY_CURRENT, BY_VOLTAGE, BY_POWER, BY_ANODE = range(4)  # switches of the control; 4 further are the set points


class Unknowns(NamedTuple):
    """What Newton's method solves for, and what follows from it at once."""

    c: LanesArray        # (cells,) mol/m³
    j: LanesArray        # (cells,) A/m² of particle surface, anodic positive
    surface: LanesArray  # (cells,) stoichiometry at the particle surface
    current: LanesArray  # (1,) A/m², discharge positive


class Step(NamedTuple):
    """What one time step fixes: the BDF formula and everything frozen at the predictor."""

    rate: LanesArray       # (1,) a0/dt [1/s]
    past_c: LanesArray     # (cells,) the part of dc/dt that is known
    past_x: LanesArray     # (cells,) surface stoichiometry at j = 0: S0 of eq. 11
    alpha: LanesArray      # (2,) fall of the surface stoichiometry per A/m²
    diffusion: LanesArray  # (faces,) D of eq. 5
    osmotic: LanesArray    # (faces,) (2RT/F)·(1 − t₊)·χ
    molar: LanesArray      # (cells,) ionic resistance of half a cell times c [ohm·mol/m]
    exchange: LanesArray   # (2,) 1/2k [m²/A·(mol/m³)^0.5]
    thermal_V: LanesArray  # (1,) 2RT/F
    node: LanesArray       # (1,) whole number: the table of the temperature below
    above: LanesArray      # (1,) weight of the table of the temperature above
    warmer: LanesArray     # (1,) temperature over that of the tables of potentials [K]
    worn: Any              # `wear.Worn`; None without ageing
    own: Any               # (cells,) `alpha` of each cell where it is not its side's; else None
    room: LanesArray       # what `own` is a part of, and scratch space behind it


class Work(NamedTuple):
    """Scratch arrays."""

    half: LanesArray       # (cells,) ionic resistance of half a cell; its slope in c is −half/c
    logarithm: LanesArray  # (cells,) ln c
    inverse: LanesArray    # (cells,) 1/c
    e: LanesArray          # (cells,) φs − φe and its slopes
    e_c: LanesArray
    e_j: LanesArray
    gain: LanesArray       # (4 · cells,) eliminated coupling to the right neighbour, row by row
    first: LanesArray      # (2 · cells,) right-hand side: −residual, then the solution (Δc, Δj)
    second: LanesArray     # (2 · cells,) right-hand side: −∂residual/∂I, then the solution
    slope_c: LanesArray    # (cells,) gradient of the controlled quantity
    slope_j: LanesArray
    aside: Any             # `wear.Aside`; None without ageing


@compiled
def of_concentration(p: Properties, table: Any, c: Lanes, step: Step) -> Lanes:
    """An electrolyte property, linear between the temperatures of its tables."""
    n = CONCENTRATION_INTERVALS
    position = least(c * PER_KNOT, n - 1.0)
    value, _ = cubic(table, position, step.node[0] * float(n), n)
    if p.thermal:
        warm, _ = cubic(table, position, (step.node[0] + 1.0) * float(n), n)
        value = value + step.above[0] * (warm - value)
    return value


@compiled
def open_circuit(
    p: Properties, side: int, x: Lanes, per_sites: Lanes, warmer: Lanes
) -> tuple[Lanes, Lanes]:
    """Potential [V] and its slope at a stoichiometry strictly between 0 and 1, with the barrier (eq. 7).

    `per_sites` is 1/(x·(1 − x)): 1/x − 1/(1 − x) = (1 − 2x)·per_sites, 1/x² + 1/(1 − x)² = per_sites·(per_sites − 2).
    """
    n = STOICHIOMETRY_INTERVALS
    position = x * float(n)
    value, slope = cubic(p.u_p if side == 1 else p.u_n, position, 0.0, n)
    if p.thermal:
        entropic, its_slope = cubic(p.entropic_p if side == 1 else p.entropic_n, position, 0.0, n)
        value, slope = value + warmer * entropic, slope + warmer * its_slope
    return (value + BARRIER_V * (1.0 - 2.0 * x) * per_sites,
            slope * float(n) - BARRIER_V * per_sites * (per_sites - 2.0))


@compiled
def cell_properties(d: Design, p: Properties, u: Unknowns, step: Step, w: Work, first: int, last: int) -> None:
    """Properties of cells first … last − 1, with slopes. Short loops one after the other were the fastest."""
    positive = p.electrode + p.separator
    electrolyte_properties(u, step, w, first, last)
    electrode_properties(p, u, step, w, 0, first, min(last, p.electrode))
    electrode_properties(p, u, step, w, 1, max(first, positive), last)
    side_reactions(p.wear, u, step, w, first, min(last, p.electrode))


@compiled
def electrolyte_properties(u: Unknowns, step: Step, w: Work, first: int, last: int) -> None:
    """Ionic resistance (eq. 4), ln c and 1/c."""
    for i in range(first, last):
        c = u.c[i]
        powers, above, below = log_parts(c)
        # One division for 1/c and that of ln c.
        every = 1.0 / (c * below)
        inverse = below * every
        w.half[i], w.inverse[i], w.logarithm[i] = step.molar[i] * inverse, inverse, log_sum(powers, above * c * every)


@compiled
def electrode_properties(
    p: Properties, u: Unknowns, step: Step, w: Work, side: int, first: int, last: int
) -> None:
    """Potential difference E = φs − φe (eq. 6). With s = j/2j₀ and q = c·x·(1 − x), s² = (j/2k)²/q."""
    shared, thermal_V = step.alpha[side], step.thermal_V[0]
    for i in range(first, last):
        j, c, x = u.j[i], u.c[i], u.surface[i]
        alpha = own_alpha(step.own, i, shared)
        resistance, its_slope = exchange_at(p.shells, side, x, j, alpha, step.exchange[side])
        q = c * (x * (1.0 - x))
        per_q = 1.0 / q
        per_sites = c * per_q
        potential, slope = open_circuit(p, side, x, per_sites, step.warmer[0])
        drive = j * resistance
        length = root(q + drive * drive)
        reach = most(drive, -drive) + length
        # asinh |s| = ½ ln(reach²/q), and its derivative in `drive` is 1/length.
        powers, above, below = log_parts(reach * reach * per_q)
        every = 1.0 / (length * below)
        arc, per_length = thermal_V * log_sum(powers, above * length * every), thermal_V * below * every
        half_drive = 0.5 * per_length * drive
        w.e[i] = potential + 0.5 * select(drive >= 0.0, arc, -arc)
        w.e_c[i] = -half_drive * w.inverse[i]
        w.e_j[i] = per_length * its_slope + alpha * (half_drive * (1.0 - 2.0 * x) * per_sites - slope)


@compiled
def ionic_current(
    d: Design, p: Properties, u: Unknowns, step: Step, w: Work, f: int
) -> tuple[Lanes, Lanes, Lanes, Lanes, Lanes, Lanes]:
    """Current in the electrolyte at a face and its slopes in c, j on the left, c, j on the right, and I.

    Eq. 3 between cells of one electrode, I in the separator, 0 at the collectors.
    """
    current = u.current[0]
    none = 0.0 * current
    if f == 0 or f == d.width.size:
        return none, none, none, none, none, none
    if p.electrode <= f <= p.electrode + p.separator:
        return current, none, none, none, none, none + 1.0
    a, b, solid, osmotic = f - 1, f, d.solid[f], step.osmotic[f]
    share = 1.0 / (w.half[a] + w.half[b] + solid)
    ionic = share * (w.e[b] - w.e[a] + osmotic * (w.logarithm[b] - w.logarithm[a]) + current * solid)
    left, right = ionic * w.half[a], ionic * w.half[b]
    return (ionic, share * ((left - osmotic) * w.inverse[a] - w.e_c[a]), -share * w.e_j[a],
            share * ((right + osmotic) * w.inverse[b] + w.e_c[b]), share * w.e_j[b], share * solid)


@compiled
def eliminate(d: Design, p: Properties, u: Unknowns, step: Step, w: Work, bordered: bool) -> None:
    """Residuals of charge (eq. 1) and lithium (eq. 2) and their 2×2 block-tridiagonal elimination, left to right."""
    cells, rate = d.width.size, step.rate[0]
    none = 0.0 * rate
    g0, g1, g2, g3 = none, none, none, none
    y0, y1, z0, z1 = none, none, none, none
    flow_in = none
    ionic_in, a10, a11, left_c, left_j, by_current_in = ionic_current(d, p, u, step, w, 0)
    for i in range(cells):
        f, area, source = i + 1, d.area[i], d.source[i]
        d_left, d_right = step.diffusion[i], step.diffusion[f]
        c, j, pore = u.c[i], u.j[i], d.pore[i]
        ionic, right_c, right_j, c10, c11, by_current = ionic_current(d, p, u, step, w, f)
        flow_out = d_right * (u.c[i + 1] - c) if f < cells else none
        r0 = flow_out - flow_in + source * j - pore * (rate * c + step.past_c[i])
        r1 = area * j - (ionic - ionic_in)
        b00, b01 = pore * rate + d_right + d_left * (1.0 + g0), d_left * g1 - source
        b10 = right_c - left_c + a10 * g0 + a11 * g2
        b11 = right_j - left_j - area + a10 * g1 + a11 * g3
        r0, r1, b00, b01, b10, b11 = with_side(w.aside, i, area, source, r0, r1, b00, b01, b10, b11)
        r0 = r0 + d_left * y0
        r1 = r1 + a10 * y0 + a11 * y1
        inverse = 1.0 / (b00 * b11 - b01 * b10)
        b00, b01, b10, b11 = b00 * inverse, b01 * inverse, b10 * inverse, b11 * inverse
        y0, y1 = b11 * r0 - b01 * r1, b00 * r1 - b10 * r0
        w.first[2 * i], w.first[2 * i + 1] = y0, y1
        if bordered:
            q0 = d_left * z0
            q1 = by_current_in - by_current + a10 * z0 + a11 * z1
            z0, z1 = b11 * q0 - b01 * q1, b00 * q1 - b10 * q0
            w.second[2 * i], w.second[2 * i + 1] = z0, z1
        g0, g1 = -b11 * d_right - b01 * c10, -b01 * c11
        g2, g3 = b00 * c10 + b10 * d_right, b00 * c11
        w.gain[4 * i], w.gain[4 * i + 1], w.gain[4 * i + 2], w.gain[4 * i + 3] = g0, g1, g2, g3
        # What this cell has on its right the next one has on its left.
        flow_in, ionic_in, a10, a11, left_c, left_j = flow_out, ionic, right_c, right_j, c10, c11
        by_current_in = by_current


@compiled
def substitute(right: LanesArray, gain: LanesArray) -> None:
    """Back substitution in place: right becomes the solution."""
    cells = right.size // 2
    c, j = right[2 * cells - 2], right[2 * cells - 1]
    for i in range(cells - 2, -1, -1):
        c, j = (right[2 * i] - gain[4 * i] * c - gain[4 * i + 1] * j,
                right[2 * i + 1] - gain[4 * i + 2] * c - gain[4 * i + 3] * j)
        right[2 * i], right[2 * i + 1] = c, j


@compiled
def terminal_voltage(d: Design, p: Properties, u: Unknowns, step: Step, w: Work) -> Lanes:
    """Cell voltage as the sum along the path from collector to collector (eq. 8).

    It needs the properties of the cells from one electrode's innermost to the other's; the currents follow from (1).
    """
    ne, cells, current = p.electrode, d.width.size, u.current[0]
    a, b = ne - 1, ne + p.separator
    voltage = w.e[b] - w.e[a] - current * d.ends[0]
    for f in range(ne, b + 1):
        voltage += step.osmotic[f] * (w.logarithm[f] - w.logarithm[f - 1]) - current * (w.half[f - 1] + w.half[f])
    left, right = current, current
    for i in range(ne - 1):
        left = aside_of(w.aside, i, d.area[i], left - d.area[i] * u.j[i])
        right += d.area[cells - 1 - i] * u.j[cells - 1 - i]
        voltage -= left * d.solid[i + 1] + right * d.solid[cells - 1 - i]
    return voltage


@compiled
def anode_potential(d: Design, p: Properties, w: Work) -> Lanes:
    """φs − φe of the negative at the separator: linear through its last two cells (eq. 12)."""
    a = p.electrode - 1
    return w.e[a] + (w.e[a] - w.e[a - 1]) * d.width[a] / (d.width[a] + d.width[a - 1])


@compiled
def voltage_slopes(
    d: Design, p: Properties, u: Unknowns, step: Step, w: Work, by_voltage: Lanes, by_anode: Lanes
) -> Lanes:
    """Gradient of by_voltage·V + by_anode·E in c and j into `slope_c`, `slope_j`; returns the one in I (eq. 13)."""
    ne, current = p.electrode, u.current[0]
    a, b = ne - 1, ne + p.separator
    for i in range(d.width.size):
        w.slope_c[i] = w.slope_j[i] = 0.0 * current
    by_i = -d.ends[0]
    w.slope_c[b], w.slope_j[b] = w.e_c[b], w.e_j[b]
    w.slope_c[a], w.slope_j[a] = -w.e_c[a], -w.e_j[a]
    for f in range(ne, b + 1):
        w.slope_c[f] += (step.osmotic[f] + current * w.half[f]) * w.inverse[f]
        w.slope_c[f - 1] -= (step.osmotic[f] - current * w.half[f - 1]) * w.inverse[f - 1]
        by_i -= w.half[f - 1] + w.half[f]
    left, right = 0.0 * current, 0.0 * current  # resistance of the solid between here and the separator
    for i in range(1, ne):
        left += d.solid[ne - i]
        right += d.solid[b + i]
        w.slope_j[a - i] += d.area[a - i] * left
        aside_slopes(w.aside, w, a - i, d.area[a - i] * left)
        w.slope_j[b + i] -= d.area[b + i] * right
    by_i -= left + right
    for i in range(d.width.size):
        w.slope_c[i] *= by_voltage
        w.slope_j[i] *= by_voltage
    outward = by_anode * d.width[a] / (d.width[a] + d.width[a - 1])
    w.slope_c[a] += (by_anode + outward) * w.e_c[a]
    w.slope_j[a] += (by_anode + outward) * w.e_j[a]
    w.slope_c[a - 1] -= outward * w.e_c[a - 1]
    w.slope_j[a - 1] -= outward * w.e_j[a - 1]
    return by_voltage * by_i


@compiled
def current_change(d: Design, p: Properties, u: Unknowns, step: Step, w: Work) -> Lanes:
    """The change of I that the bordered row asks for (eq. 14)."""
    current, on, wanted = u.current[0], part(d.control, 0, 4), part(d.control, 4, 8)
    voltage, anode = terminal_voltage(d, p, u, step, w), anode_potential(d, p, w)
    residual = (on[BY_CURRENT] * (current - wanted[BY_CURRENT]) + on[BY_VOLTAGE] * (voltage - wanted[BY_VOLTAGE])
                + on[BY_POWER] * (current * voltage - wanted[BY_POWER]) + on[BY_ANODE] * (anode - wanted[BY_ANODE]))
    by_voltage = on[BY_VOLTAGE] + on[BY_POWER] * current
    by_i = voltage_slopes(d, p, u, step, w, by_voltage, on[BY_ANODE]) + on[BY_CURRENT] + on[BY_POWER] * voltage
    for i in range(d.width.size):
        residual += w.slope_c[i] * w.first[2 * i] + w.slope_j[i] * w.first[2 * i + 1]
        by_i += w.slope_c[i] * w.second[2 * i] + w.slope_j[i] * w.second[2 * i + 1]
    return -residual / by_i


@compiled
def update(
    d: Design, p: Properties, u: Unknowns, step: Step, w: Work, change_i: Lanes, bordered: bool, moving: Any
) -> Lanes:
    """Add the Newton step where lanes move, kept inside 0 < c and 0 < x < 1; returns its size in units of scales."""
    ne, positive = p.electrode, p.electrode + p.separator
    carried = most(u.current[0], -u.current[0]) + 0.05 * d.one_C[0]
    size = most(change_i, -change_i) / carried
    typical, everything = 0.05 * carried / d.total_area[0], change_i
    per_alpha = 1.0 / step.alpha[0], 1.0 / step.alpha[1]
    for i in range(d.width.size):
        dc, dj = w.first[2 * i], w.first[2 * i + 1]
        if bordered:
            dc += change_i * w.second[2 * i]
            dj += change_i * w.second[2 * i + 1]
        c = u.c[i]
        everything += dc + dj
        size = worst(size, most(dc, -dc) / (c + 0.5))
        u.c[i] = select(moving, most(c + dc, KEPT * c), c)
        if ne <= i < positive:
            continue
        side = 1 if i >= positive else 0
        j, x, alpha = u.j[i], u.surface[i], own_alpha(step.own, i, step.alpha[side])
        size = worst(size, most(dj, -dj) / (most(j, -j) + typical))
        free = step.past_x[i] - alpha * (j + dj)
        kept = most(least(free, 1.0 - KEPT * (1.0 - x)), KEPT * x)
        bounded = (kept < free) | (kept > free)
        size = select(bounded, worst(size, 1.0 + 0.0 * size), size)
        u.surface[i] = select(moving, kept, x)
        inverse = own_inverse(step.own, i, per_alpha[side])
        u.j[i] = select(moving, select(bounded, (step.past_x[i] - kept) * inverse, j + dj), j)
    u.current[0] = select(moving, u.current[0] + change_i, u.current[0])
    return size + 0.0 * everything  # no number where any change is none


@compiled
def worst(size: Lanes, other: Lanes) -> Lanes:
    """The larger; the other where one is no number."""
    return select(size > other, size, other)


@compiled
def solve_step(
    d: Design, p: Properties, u: Unknowns, step: Step, w: Work, tolerance: Lanes, allowed: Lanes, running: Any,
    bordered: bool,
) -> tuple[Lanes, int]:
    """Newton iterations until each lane's step is below its tolerance; a lane that is done is not touched again.

    Returns 1 where it converged and 0 where not, and the number of iterations of the group.
    """
    solved, moving, iteration, before = 0.0 * tolerance, running, 0, 0.0 * tolerance
    while some(moving):
        iteration += 1
        cell_properties(d, p, u, step, w, 0, d.width.size)
        eliminate(d, p, u, step, w, bordered)
        substitute(w.first, w.gain)
        change_i = 0.0 * tolerance
        if bordered:
            substitute(w.second, w.gain)
            change_i = current_change(d, p, u, step, w)
        size = update(d, p, u, step, w, change_i, bordered, moving)
        # Newton's steps shrink quadratically: the next one is foreseen from the last two.
        wanted = select(size * size * size < NEXT * (tolerance * before) * (tolerance * before), 2.0 * size, tolerance)
        solved = select(moving & (size < wanted), 1.0, solved)
        moving = moving & (size >= wanted) & (size < 1e6) & (allowed > 1.0 * iteration)
        before = select(size < 1.0, size, 0.0)
    return solved, iteration
