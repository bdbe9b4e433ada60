"""A step in time of a group of designs: predictor, what the step freezes, its record and its error. Section 4."""

from __future__ import annotations

from typing import NamedTuple

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.history import (
    ANODE,
    CHARGE,
    CURRENT,
    ENERGY,
    OCV,
    TEMPERATURE,
    TIME,
    VOLTAGE,
    Accuracy,
    Level,
    energy_over,
)
from tools.simulate.batched.lanes import fetch, least, most, select, whole
from tools.simulate.batched.layout import FARADAY, GAS, Design
from tools.simulate.batched.newton import (
    Lanes,
    LanesArray,
    Step,
    Unknowns,
    Work,
    anode_potential,
    cell_properties,
    of_concentration,
    open_circuit,
    terminal_voltage,
    worst,
)
from tools.simulate.batched.shells import known_part, shell_particles
from tools.simulate.batched.solid import mode_weights, own_alpha, own_inverse, own_particles, place
from tools.simulate.batched.tables import Properties
from tools.simulate.batched.wear import (
    first_recorded,
    mean_stoichiometry,
    metal_error,
    metal_in_step,
    wear_in_step,
)

METAL = 2e4  # mol/m³ of plated lithium that weigh as much as a stoichiometry of one: about what an electrode holds


class Formula(NamedTuple):
    """How the levels of each design combine in this step."""

    dt: LanesArray       # (1,) s
    a: LanesArray        # (3,) the derivative is (a0·u + a1·u₁ + a2·u₂)/dt
    e: LanesArray        # (3,) the predictor is e0·u₁ + e1·u₂ + e2·u₃
    share: LanesArray    # (1,) local error over (solution − predictor)
    latest: LanesArray   # weights of the last level, the one before and the flux in the new modes of each side's
    older: LanesArray    # particles, or of each cell's (`solid.place`)
    fall: LanesArray
    scaled: LanesArray   # (2,) Ds dt/R²


@compiled
def at_temperature(d: Design, p: Properties, kelvin: Lanes, f: Formula, step: Step) -> None:
    """What depends on temperature alone: kinetics, particles, tables (sections 3 and 6)."""
    step.thermal_V[0] = (2.0 * GAS / FARADAY) * kelvin
    step.warmer[0] = kelvin - p.table_K
    position = (kelvin - p.coldest_K) * (1.0 / p.spacing_K)
    node = whole(most(least(position, p.nodes - 2.0), 0.0))
    above = position - node if p.thermal else 0.0 * position
    step.node[0], step.above[0] = node, above
    cold, warm = fetch(p.kinetics, node), fetch(p.kinetics, node + 1.0 if p.thermal else node)
    for side in range(2):
        first, spread = (cold[1], cold[3]) if side == 1 else (cold[0], cold[2])
        second, spread_too = (warm[1], warm[3]) if side == 1 else (warm[0], warm[2])
        spread = spread + above * (spread_too - spread)
        step.exchange[side] = 0.5 / (first + above * (second - first))
        scaled, drive = spread * d.inverse_square[side] * f.dt[0], d.uptake[side] * f.dt[0]
        f.scaled[side] = scaled
        step.alpha[side] = mode_weights(p.decay, p.weight, f, side * p.decay.size, drive, scaled)


@compiled
def predict(
    d: Design, p: Properties, f: Formula, new: Level, l0: Level, l1: Level, l2: Level, u: Unknowns, step: Step
) -> None:
    """Start values by extrapolation, and what a step keeps fixed (eqs. 5, 10, 11); `new.modes` gets the known part."""
    a1, a2, e0, e1, e2, per_dt = f.a[1], f.a[2], f.e[0], f.e[1], f.e[2], 1.0 / f.dt[0]
    step.rate[0] = f.a[0] * per_dt
    u.current[0] = e0 * l0.row[CURRENT] + e1 * l1.row[CURRENT] + e2 * l2.row[CURRENT]
    kelvin = l0.row[TEMPERATURE]
    if p.thermal:
        kelvin = e0 * kelvin + e1 * l1.row[TEMPERATURE] + e2 * l2.row[TEMPERATURE]
    new.row[TEMPERATURE] = kelvin
    at_temperature(d, p, kelvin, f, step)
    own_particles(p.solid, d, p.decay, p.weight, p.electrode, f, l0, l1, l2, step.own)
    shell_particles(p.shells, d, p.electrode, f, new, l0, l1, step.past_x, step.own, step.room)
    for i in range(d.width.size):
        last = l0.c[i]
        u.c[i] = most(e0 * last + e1 * l1.c[i] + e2 * l2.c[i], 0.1 * last)
        step.past_c[i] = (a1 * last + a2 * l1.c[i]) * per_dt
    m = p.decay.size
    for side in range(2):
        begin, shared = (p.electrode + p.separator if side == 1 else 0), step.alpha[side]
        per_alpha = 1.0 / shared
        for n in range(p.electrode):
            i, row = begin + n, (side * p.electrode + n) * m
            alpha, at = own_alpha(step.own, i, shared), place(p.apart, side * m, row)
            past = known_part(p.shells, step.past_x, i, f, new.modes, l0.modes, l1.modes, at, row, m)
            step.past_x[i] = past
            x, last = past - alpha * (e0 * l0.j[i] + e1 * l1.j[i] + e2 * l2.j[i]), l0.surface[i]
            x = most(least(x, 1.0 - 0.1 * (1.0 - last)), 0.1 * last)
            u.j[i], u.surface[i] = (past - x) * own_inverse(step.own, i, per_alpha), x
    wear_in_step(p.wear, d, p.anion, p.electrode, f, new, l0, l1, l2, step)
    frozen_transport(d, p, u.c, step)


@compiled
def frozen_transport(d: Design, p: Properties, c: LanesArray, step: Step) -> None:
    """Ionic resistance of each cell (eq. 4), diffusive conductance (eq. 5) and osmotic voltage of each face."""
    cells = d.width.size
    none = 0.0 * c[0]
    step.diffusion[0] = step.diffusion[cells] = none
    step.osmotic[0] = step.osmotic[cells] = none
    for i in range(cells):
        step.molar[i] = d.path[i] * c[i] / of_concentration(p, p.conductivity, c[i], step)
    before = of_concentration(p, p.diffusivity, c[0], step)
    for f in range(1, cells):
        value = of_concentration(p, p.diffusivity, c[f], step)
        step.diffusion[f] = before * value / (d.path[f - 1] * value + d.path[f] * before)
        before = value
        factor = none + 1.0
        if not p.ideal:
            factor = of_concentration(p, p.thermodynamic, 0.5 * (c[f - 1] + c[f]), step)
        step.osmotic[f] = p.anion * step.thermal_V[0] * factor


@compiled
def finish(d: Design, p: Properties, f: Formula, new: Level, u: Unknowns) -> None:
    """Add the fluxes to the modes' known part (eq. 9)."""
    m = p.decay.size
    for side in range(2):
        begin = p.electrode + p.separator if side == 1 else 0
        for n in range(p.electrode):
            j, row = u.j[begin + n], (side * p.electrode + n) * m
            at = place(p.apart, side * m, row)
            for k in range(m):
                new.modes[row + k] -= f.fall[at + k] * j


@compiled
def record(
    d: Design, p: Properties, f: Formula, new: Level, l0: Level, l1: Level, u: Unknowns, step: Step, w: Work
) -> None:
    """The columns of `history.RECORD` at the end of the step; energy by the quadratic through three powers."""
    cell_properties(d, p, u, step, w, first_recorded(p.wear, p.electrode), p.electrode + p.separator + 1)
    metal_in_step(p.wear, p.electrode, new, w)
    a0, a1, a2, dt, current = f.a[0], f.a[1], f.a[2], f.dt[0], u.current[0]
    voltage = terminal_voltage(d, p, u, step, w)
    charge = (dt * current / 3600.0 - a1 * l0.row[CHARGE] - a2 * l1.row[CHARGE]) / a0
    rest = rest_voltage(d, p, new, charge, step.warmer[0])
    new.row[TIME], new.row[VOLTAGE], new.row[CURRENT] = l0.row[TIME] + dt, voltage, current
    new.row[ANODE], new.row[CHARGE], new.row[OCV] = anode_potential(d, p, w), charge, rest
    new.row[ENERGY] = l0.row[ENERGY] + energy_over(
        voltage * current, l0.row[VOLTAGE] * l0.row[CURRENT], l1.row[VOLTAGE] * l1.row[CURRENT], dt,
        l0.row[TIME] - l1.row[TIME], dt)
    if p.thermal:
        # U − T dU/dT does not depend on temperature: it is what U would be at 0 K.
        heat = current * (rest_voltage(d, p, new, charge, 0.0 * charge - p.table_K) - voltage)
        gain = dt * d.heating[0]
        new.row[TEMPERATURE] = ((gain * (heat + d.cooling[0] * d.ambient[0]) - a1 * l0.row[TEMPERATURE]
                                 - a2 * l1.row[TEMPERATURE]) / (a0 + gain * d.cooling[0]))


@compiled
def rest_voltage(d: Design, p: Properties, new: Level, charge: Lanes, warmer: Lanes) -> Lanes:
    """Open-circuit voltage of the mean stoichiometries after a charge passed since equilibrium."""
    m = p.decay.size
    x = mean_stoichiometry(p.wear, d, new, p.electrode, m, 0, d.start[0] + d.swing[0] * charge)
    y = mean_stoichiometry(p.wear, d, new, p.electrode, m, 1, d.start[1] + d.swing[1] * charge)
    x, y = most(least(x, 1 - 1e-9), 1e-9), most(least(y, 1 - 1e-9), 1e-9)
    negative, _ = open_circuit(p, 0, x, 1.0 / (x * (1.0 - x)), warmer)
    positive, _ = open_circuit(p, 1, y, 1.0 / (y * (1.0 - y)), warmer)
    return positive - negative


@compiled
def step_error(
    d: Design, p: Properties, f: Formula, new: Level, l0: Level, l1: Level, l2: Level, accuracy: Accuracy, floor: Lanes
) -> Lanes:
    """Largest local error in units of its bound. Below `floor` the voltage is of no interest."""
    e0, e1, e2 = f.e[0], f.e[1], f.e[2]
    positive = p.electrode + p.separator
    found = 0.0 * e0
    for i in range(d.width.size):
        off = new.c[i] - (e0 * l0.c[i] + e1 * l1.c[i] + e2 * l2.c[i])
        found = worst(found, most(off, -off) / (accuracy.concentration * (new.c[i] + 200.0)))
        if i < p.electrode or i >= positive:
            off = new.surface[i] - (e0 * l0.surface[i] + e1 * l1.surface[i] + e2 * l2.surface[i])
            found = worst(found, most(off, -off) / accuracy.stoichiometry)
    off = (most(new.row[VOLTAGE], floor)
           - most(e0 * l0.row[VOLTAGE] + e1 * l1.row[VOLTAGE] + e2 * l2.row[VOLTAGE], floor))
    found = worst(found, most(off, -off) / accuracy.voltage)
    current = new.row[CURRENT]
    off = current - (e0 * l0.row[CURRENT] + e1 * l1.row[CURRENT] + e2 * l2.row[CURRENT])
    found = worst(found, most(off, -off) / (accuracy.current * (most(current, -current) + 0.05 * d.one_C[0])))
    found = metal_error(p.wear, p.electrode, new, l0, l1, l2, f, found, accuracy.stoichiometry * METAL)
    if p.thermal:
        off = (new.row[TEMPERATURE]
               - (e0 * l0.row[TEMPERATURE] + e1 * l1.row[TEMPERATURE] + e2 * l2.row[TEMPERATURE]))
        found = worst(found, most(off, -off) / accuracy.temperature)
    return select(found >= 0.0, f.share[0] * found, 1e9)
