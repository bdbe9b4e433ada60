"""Ageing within a step: films, plated lithium, cracks, lost material, cell by cell. See docs/batched_ageing.md.

Every function takes `wear` (or what goes with it) first and does nothing where that is None: numba drops such branches
while it compiles, so that the solver without ageing is the very code it would be without this file. Side reactions are
those of the negative; s is their current density on the particles, anodic positive, beside the intercalation's j.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tools.simulate.batched.compiled import compiled
from tools.simulate.batched.lanes import exp, least, ln, most, root
from tools.simulate.batched.layout import FARADAY, Design
from tools.simulate.batched.views import part

Lanes = Any
LanesArray = Any
# Rows of `Level.slow`, each over the cells of one electrode: the negative's, then the positive's. Films and metal in
# mol/m³ of electrode, cracks in m, pore volume in m, active fractions, and the lithium that lost material holds as a
# stoichiometry times a volume fraction.
SEI, CRACKED, PLATED, DEAD, CRACK, PORE, ACTIVE, LOST, ACTIVE_P, LOST_P = range(10)
SLOW = 10
LEAST_POROSITY = 1e-3
FILM = 5e-3  # error of a film over that of plated lithium
FARTHEST = -30.0, 40.0  # F E/RT at which plating is no steeper any more


class Wear(NamedTuple):
    """What a set says of ageing at one temperature: numbers that compiled code reads. Sources: the set's own.

    j_SEI = −F · diffusion / L; j_plating = strip c_Li e^(α y) − (plate + plate_per_salt c) e^(−(1 − α) y) with
    y = F E/RT behind the film; dead lithium forms at death/L; da/dt = crack_rate · max(σ, 0)^crack_power ·
    a^(crack_power/2); dε_s/dt = −loss · max(σ, 0)^loss_power with σ = stress · (mean − surface stoichiometry).
    """

    plates: bool            # whether lithium plates
    cracks: bool            # whether particles of the negative crack, with film in the cracks
    diffusion: float        # solvent through the film: D c [mol/m/s]
    molar_volume: float     # of the film [m³/mol]
    lithium: float          # per mole of film
    resistivity: float      # of the film [ohm·m]
    first_film: float       # thickness of the fresh film [m]
    metal_volume: float     # of lithium metal [m³/mol]
    plate: float            # A/m²
    plate_per_salt: float   # A/m²/(mol/m³)
    strip: float            # A/m²/(mol/m³ of plated lithium)
    alpha: float            # of stripping
    death: float            # m/s
    crack_rate: float
    crack_power: float
    crack_area: float       # of cracks over that of the particle, per metre of crack length
    stress_n: float         # Pa
    stress_p: float
    loss_n: float
    loss_power_n: float
    loss_p: float
    loss_power_p: float


class Worn(NamedTuple):
    """What a step fixes of each negative cell."""

    film: LanesArray     # resistance of the film [ohm·m²]
    growth: LanesArray   # current density of both films' growth [A/m²]
    past: LanesArray     # of plated lithium: keep · c + past = −gain · j_plating
    keep: LanesArray
    gain: LanesArray
    death: LanesArray    # rate at which plated lithium dies [1/s]


class Aside(NamedTuple):
    """Side reactions at the present iterate, over all cells: 0 but in the negative."""

    s: LanesArray        # A/m²
    s_c: LanesArray      # its slopes
    s_j: LanesArray
    plated: LanesArray   # mol/m³ of electrode


@compiled
def slow_rows(wear: Any, electrode: int) -> int:
    """Numbers in `Level.slow`."""
    if wear is None:
        return 0
    return SLOW * electrode


@compiled
def extra_rows(wear: Any, cells: int) -> int:
    """Numbers that a step needs for `Worn` and `Aside`."""
    if wear is None:
        return 0
    return 10 * cells


@compiled
def worn_in(wear: Any, extra: LanesArray, n: int) -> Any:
    """What a step fixes, as parts of one array."""
    if wear is None:
        return None
    return Worn(part(extra, 0, n), part(extra, n, 2 * n), part(extra, 2 * n, 3 * n), part(extra, 3 * n, 4 * n),
                part(extra, 4 * n, 5 * n), part(extra, 5 * n, 6 * n))


@compiled
def aside_in(wear: Any, extra: LanesArray, n: int) -> Any:
    """Scratch space for side reactions, as parts of the same array."""
    if wear is None:
        return None
    return Aside(part(extra, 6 * n, 7 * n), part(extra, 7 * n, 8 * n), part(extra, 8 * n, 9 * n),
                 part(extra, 9 * n, 10 * n))


@compiled
def power(x: Lanes, exponent: float) -> Lanes:
    """x to a power; 0 where x is not positive."""
    return exp(exponent * ln(most(x, 1e-300)))


@compiled
def grown(known: Lanes, a0: Lanes, drive: Lanes) -> Lanes:
    """The positive c with a0 c = known + drive / c: a film that grows in inverse proportion to itself (eq. A2)."""
    return (known + root(known * known + 4.0 * a0 * drive)) / (2.0 * a0)


@compiled
def wear_in_step(
    wear: Any, d: Design, anion: float, electrode: int, f: Any, new: Any, l0: Any, l1: Any, l2: Any, step: Any
) -> None:
    """Films at the end of the step, and with them area, pores and the known parts of the negative's equations.

    Material, cracks and metal are taken at the predictor; films follow from eq. A2 at once.
    """
    if wear is None:
        return
    a0, a1, a2, e0, e1, e2, dt = f.a[0], f.a[1], f.a[2], f.e[0], f.e[1], f.e[2], f.dt[0]
    fixed, ne = step.worn, electrode
    per_volume = 3.0 * root(d.inverse_square[0])  # particle area per volume of active material
    fresh = per_volume * d.fresh[1]
    drive = wear.diffusion / (wear.molar_volume * wear.lithium)
    for i in range(ne):
        active = e0 * l0.slow[ACTIVE * ne + i] + e1 * l1.slow[ACTIVE * ne + i] + e2 * l2.slow[ACTIVE * ne + i]
        a, width = per_volume * active, d.width[i]
        sei = grown(-(a1 * l0.slow[i] + a2 * l1.slow[i]), a0, dt * drive * a * a)
        new.slow[i] = sei
        gained = a * a * drive / sei
        held = sei
        if wear.cracks:
            k, r = CRACK * ne + i, CRACKED * ne + i
            area = a * wear.crack_area * (e0 * l0.slow[k] + e1 * l1.slow[k] + e2 * l2.slow[k])
            cracked = grown(-(a1 * l0.slow[r] + a2 * l1.slow[r]), a0, dt * drive * area * area)
            new.slow[r] = cracked
            gained += area * area * drive / cracked
            held += cracked
        fixed.growth[i] = -(wear.lithium * FARADAY) * gained / a
        film = sei * wear.molar_volume / a
        fixed.film[i] = wear.resistivity * film
        porosity = d.fresh[0] - wear.molar_volume * held + a * wear.first_film
        if wear.plates:
            k, q = PLATED * ne + i, DEAD * ne + i
            metal = (e0 * (l0.slow[k] + l0.slow[q]) + e1 * (l1.slow[k] + l1.slow[q])
                     + e2 * (l2.slow[k] + l2.slow[q]))
            porosity -= wear.metal_volume * metal * a / fresh
            death = wear.death / film
            fixed.death[i], fixed.keep[i] = death, a0 + dt * death
            fixed.past[i] = a1 * l0.slow[k] + a2 * l1.slow[k]
            fixed.gain[i] = dt * a / FARADAY
        porosity = most(porosity, LEAST_POROSITY)
        pore, k = width * porosity, PORE * ne + i
        d.area[i] = a * width
        d.source[i] = anion / FARADAY * (a * width)
        d.path[i] = 0.5 * width / power(porosity, d.fresh[3])
        # Salt is kept, not its concentration: the earlier levels had other pores.
        step.past_c[i] = (a1 * l0.c[i] * l0.slow[k] + a2 * l1.c[i] * l1.slow[k]) / (dt * pore)
        d.pore[i] = new.slow[k] = pore
    begin = d.width.size - ne
    wide = 3.0 * root(d.inverse_square[1])
    for i in range(ne):
        k = ACTIVE_P * ne + i
        active = e0 * l0.slow[k] + e1 * l1.slow[k] + e2 * l2.slow[k]
        d.area[begin + i] = wide * active * d.width[begin + i]
        d.source[begin + i] = anion / FARADAY * d.area[begin + i]


@compiled
def side_reactions(wear: Any, u: Any, step: Any, w: Any, first: int, last: int) -> None:
    """Side currents of negative cells first … last − 1 with slopes (eq. A4); the film's drop goes into E (eq. A1)."""
    if wear is None:
        return
    aside, fixed = w.aside, step.worn
    per_V = 2.0 / step.thermal_V[0]
    for i in range(first, last):
        s, s_c, s_j = fixed.growth[i], 0.0 * per_V, 0.0 * per_V
        if wear.plates:
            c, e_c, e_j = u.c[i], w.e_c[i], w.e_j[i]
            y = most(least(w.e[i] * per_V, FARTHEST[1]), FARTHEST[0])
            up, down = wear.strip * exp(wear.alpha * y), exp((wear.alpha - 1.0) * y)
            flow = (wear.plate + wear.plate_per_salt * c) * down
            inverse = 1.0 / (fixed.keep[i] + fixed.gain[i] * up)
            plated = (fixed.gain[i] * flow - fixed.past[i]) * inverse
            down_y, up_y = (wear.alpha - 1.0) * flow, wear.alpha * up
            by_y = fixed.gain[i] * (down_y - plated * up_y) * inverse
            by_c = fixed.gain[i] * wear.plate_per_salt * down * inverse
            s_y = (up * by_y + up_y * plated - down_y) * per_V
            aside.plated[i] = plated
            s += up * plated - flow
            s_c = s_y * e_c + up * by_c - wear.plate_per_salt * down
            s_j = s_y * e_j
        aside.s[i], aside.s_c[i], aside.s_j[i] = s, s_c, s_j
        film = fixed.film[i]
        w.e[i] += film * (u.j[i] + s)
        w.e_c[i] += film * s_c
        w.e_j[i] += film * (1.0 + s_j)


@compiled
def with_side(
    aside: Any, i: int, area: Lanes, source: Lanes, r0: Lanes, r1: Lanes, b00: Lanes, b01: Lanes, b10: Lanes, b11: Lanes
) -> tuple[Lanes, Lanes, Lanes, Lanes, Lanes, Lanes]:
    """Residuals and diagonal block of a cell with the side current beside j (eq. A3)."""
    if aside is None:
        return r0, r1, b00, b01, b10, b11
    return (r0 + source * aside.s[i], r1 + area * aside.s[i], b00 - source * aside.s_c[i], b01 - source * aside.s_j[i],
            b10 - area * aside.s_c[i], b11 - area * aside.s_j[i])


@compiled
def aside_of(aside: Any, i: int, area: Lanes, current: Lanes) -> Lanes:
    """A current in the electrolyte less what side reactions of a cell take of it."""
    if aside is None:
        return current
    return current - area * aside.s[i]


@compiled
def aside_slopes(aside: Any, w: Any, i: int, factor: Lanes) -> None:
    """Add what the voltage owes to the side current of a negative cell to its slopes."""
    if aside is None:
        return
    w.slope_c[i] += factor * aside.s_c[i]
    w.slope_j[i] += factor * aside.s_j[i]


@compiled
def first_recorded(wear: Any, electrode: int) -> int:
    """The first cell whose properties a record needs: with side reactions all of the negative."""
    if wear is None:
        return electrode - 2
    return 0


@compiled
def metal_in_step(wear: Any, electrode: int, new: Any, w: Any) -> None:
    """Plated lithium at the end of the step."""
    if wear is None:
        return
    if wear.plates:
        for i in range(electrode):
            new.slow[PLATED * electrode + i] = w.aside.plated[i]


@compiled
def metal_error(wear: Any, electrode: int, new: Any, l0: Any, l1: Any, l2: Any, f: Any, found: Lanes, bound: Lanes
                ) -> Lanes:
    """The larger of `found` and the errors of plated lithium and of the film in units of their bounds [mol/m³].

    The film grows alike everywhere, so one cell speaks for all; at rest nothing else limits a step.
    """
    if wear is None:
        return found
    e0, e1, e2 = f.e[0], f.e[1], f.e[2]
    off = (new.slow[0] - (e0 * l0.slow[0] + e1 * l1.slow[0] + e2 * l2.slow[0])) / (FILM * bound)
    found = most(most(off, -off), found)
    if wear.plates:
        for i in range(electrode):
            k = PLATED * electrode + i
            off = (new.slow[k] - (e0 * l0.slow[k] + e1 * l1.slow[k] + e2 * l2.slow[k])) / bound
            found = most(most(off, -off), found)
    return found


@compiled
def wear_after(
    wear: Any, d: Design, f: Any, new: Any, l0: Any, l1: Any, l2: Any, step: Any, surface: LanesArray, electrode: int,
    modes: int,
) -> None:
    """Dead lithium, cracks and active material at the end of a step, from what it found (eqs. A5 to A7)."""
    if wear is None:
        return
    a0, a1, a2, e0, e1, e2, dt, ne = f.a[0], f.a[1], f.a[2], f.e[0], f.e[1], f.e[2], f.dt[0], electrode
    for i in range(ne):
        if wear.plates:
            k = DEAD * ne + i
            gain = dt * step.worn.death[i] * new.slow[PLATED * ne + i]
            new.slow[k] = (gain - a1 * l0.slow[k] - a2 * l1.slow[k]) / a0
        tension = wear.stress_n * (new.modes[i * modes] - surface[i])
        if wear.cracks:
            k = CRACK * ne + i
            length = e0 * l0.slow[k] + e1 * l1.slow[k] + e2 * l2.slow[k]
            opened = most(tension, 0.0)
            rate = wear.crack_rate * power(opened * opened * length, 0.5 * wear.crack_power)
            new.slow[k] = (dt * rate - a1 * l0.slow[k] - a2 * l1.slow[k]) / a0
        rate = wear.loss_n * power(tension, wear.loss_power_n)
        lost_in_step(f, new, l0, l1, ACTIVE * ne + i, LOST * ne + i, rate, new.modes[i * modes])
    begin = d.width.size - ne
    for i in range(ne):
        held = new.modes[(ne + i) * modes]
        rate = wear.loss_p * power(wear.stress_p * (held - surface[begin + i]), wear.loss_power_p)
        lost_in_step(f, new, l0, l1, ACTIVE_P * ne + i, LOST_P * ne + i, rate, held)


@compiled
def lost_in_step(f: Any, new: Any, l0: Any, l1: Any, active: int, lost: int, rate: Lanes, held: Lanes) -> None:
    """Active fraction and the lithium in what is lost at the end of a step, from the rate of the loss there."""
    a0, a1, a2, part_lost = f.a[0], f.a[1], f.a[2], f.dt[0] * rate
    new.slow[active] = -(part_lost + a1 * l0.slow[active] + a2 * l1.slow[active]) / a0
    new.slow[lost] = (part_lost * held - a1 * l0.slow[lost] - a2 * l1.slow[lost]) / a0


@compiled
def mean_stoichiometry(
    wear: Any, d: Design, new: Any, electrode: int, modes: int, side: int, otherwise: Lanes
) -> Lanes:
    """The mean of an electrode by what its particles hold; without ageing it follows from the charge passed."""
    if wear is None:
        return otherwise
    begin = d.width.size - electrode if side == 1 else 0
    held, room = 0.0 * otherwise, 0.0 * otherwise
    for i in range(electrode):
        area = d.area[begin + i]
        held += area * new.modes[(side * electrode + i) * modes]
        room += area
    return held / room
