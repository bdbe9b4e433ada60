"""Time integration of many designs, a group at a time, each until a limit or its end. Section 4 of docs/batched_dfn.md.

Every design has its own steps. A design that is done is replaced at once, so that none waits for the slowest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tools.simulate.batched.compiled import compiled, compiled_entry, sources
from tools.simulate.batched.history import (
    CHARGE,
    COLUMNS,
    ENERGY,
    TEMPERATURE,
    TIME,
    Accuracy,
    Array,
    History,
    bdf,
    copy,
    cut_back,
    error_share,
    extrapolation,
    level,
    repeat,
)
from tools.simulate.batched.lanes import LANES, exp, least, ln, most, select
from tools.simulate.batched.layout import design_from
from tools.simulate.batched.limits import LIMITS, broken_limit, first_limit, nearest
from tools.simulate.batched.newton import Step, Unknowns, Work, solve_step
from tools.simulate.batched.shells import light, shell_numbers
from tools.simulate.batched.solid import own_in, own_numbers, place
from tools.simulate.batched.stepping import Formula, finish, predict, record, step_error
from tools.simulate.batched.tables import Properties
from tools.simulate.batched.views import floats, part, row_of, vectors, view
from tools.simulate.batched.wear import aside_in, extra_rows, slow_rows, wear_after, worn_in

# Outcomes of an integration, besides the number of the limit that ended it.
END_OF_TIME, STUCK, TOO_MANY_STEPS, NOT_STARTED = -1, -2, -3, -4
MOST_STEPS = 6000
MOST_ITERATIONS, MOST_FIRST_ITERATIONS = 6, 60
LONGEST_GROWTH, SHORTENED, SAFETY = 2.0, 0.3, 0.85
TOLERATED, MENDED = 1.2, 3.0  # local errors (1: their bound) above which a step is cut back, and redone
FIRST_STEP, SECOND_STEP, SHORTEST_STEP = 1e-12, 1.6e-5, 1e-11  # of the time scale
IDLE, GOES_ON = -1, -7
READY = -6           # a design whose currents at the start are known


Whole = npt.NDArray[np.int64]


class Batch(NamedTuple):
    """Designs to integrate and what comes out; a row a design.

    A state is c, j, surface, modes, record and what ages of one level, in this order.
    """

    packed: Array     # (designs, numbers) see layout.layouts
    states: Array     # (designs, state) at the start; the final ones when done
    ends_s: Array     # (designs,)
    scales_s: Array   # (designs,) a time to compare steps with
    written: Array    # (designs · (MOST_STEPS + 2), COLUMNS) one design after the other; the rest is not touched
    begins: Whole     # (designs,) where a design's rows begin
    rows: Whole       # (designs,) how many they are
    outcomes: Whole   # (designs,)
    counts: Whole     # (3,) accepted steps, steps redone or cut back, Newton iterations of a group


class Slots(NamedTuple):
    """The designs of the group at work; one entry a lane."""

    design: Array     # row of the batch, IDLE where there is none
    rows: Array       # rows written
    levels: Array     # levels of the history that are valid
    dt: Array         # next step [s]
    last: Array       # 1 where the step ends at the end of time


@compiled
def begin(batch: Batch, slots: Slots, h: History, packed: Any, design: int, lane: int, written: Any) -> None:
    """Put a design into a lane: its numbers, and its start in all levels."""
    for i in range(packed.size):
        packed[i, lane] = batch.packed[design, i]
    place = 0
    for array in (h.c, h.j, h.surface, h.modes, h.row, h.slow):
        for i in range(row_of(array, 0).size):
            for k in range(4):
                array[k, i, lane] = batch.states[design, place]
            place += 1
    for k in range(4):
        h.row[k, TIME, lane] = 0.0
    first = batch.outcomes[design] != READY
    slots.design[lane], slots.rows[lane], slots.levels[lane] = design, 0 if first else 1, 1
    slots.dt[lane] = (FIRST_STEP if first else SECOND_STEP) * batch.scales_s[design]
    write(written, h, 0, lane, 0)


@compiled
def end(batch: Batch, slots: Slots, h: History, k: int, lane: int, outcome: int, written: Any, used: int) -> int:
    """Take a design out of its lane: its outcome, its state at level k and its rows; returns the rows used by all."""
    design, rows, place = int(slots.design[lane]), int(slots.rows[lane]), 0
    for array in (h.c, h.j, h.surface, h.modes, h.row, h.slow):
        for i in range(row_of(array, k).size):
            batch.states[design, place] = array[k, i, lane]
            place += 1
    slots.design[lane] = IDLE
    batch.rows[design], batch.outcomes[design] = rows, outcome
    if outcome == READY:
        return used
    batch.begins[design] = used
    for row in range(rows):
        for column in range(COLUMNS):
            batch.written[used + row, column] = written[lane, row, column]
    return used + rows


@compiled
def write(written: Any, h: History, k: int, lane: int, row: int) -> None:
    """Write down the record of level k."""
    for column in range(COLUMNS):
        written[lane, row, column] = h.row[k, column, lane]


@compiled
def formulas(batch: Batch, slots: Slots, h: History, k: int, f: Any) -> None:
    """The coefficients of this step of each design, and its width cut to the end of time."""
    for lane in range(slots.design.size):
        design, levels = max(int(slots.design[lane]), 0), int(slots.levels[lane])
        t0, t1, t2 = h.row[k, TIME, lane], h.row[(k + 3) % 4, TIME, lane], h.row[(k + 2) % 4, TIME, lane]
        dt = slots.dt[lane]
        slots.last[lane] = 1.0 if t0 + 1.01 * dt >= batch.ends_s[design] else 0.0
        if slots.last[lane] > 0:
            dt = batch.ends_s[design] - t0
        f.dt[0, lane], slots.dt[lane] = dt, dt
        f.a[0, lane], f.a[1, lane], f.a[2, lane] = bdf(t0, t1, levels, dt)
        f.e[0, lane], f.e[1, lane], f.e[2, lane] = extrapolation(t0, t1, t2, levels, dt)
        f.share[0, lane] = error_share(t0, t1, t2, levels, dt)


@compiled
def started(slots: Slots, h: History, k: int, limits: Any, lane: int, solved: float, written: Any) -> int:
    """The first, immeasurably short step: consistent currents at the start become the newest level. Its outcome."""
    if solved == 0:
        return NOT_STARTED
    for array in (h.c, h.modes, h.slow):
        copy(array, k, (k + 3) % 4, lane)
    for column in (TIME, CHARGE, ENERGY, TEMPERATURE):
        h.row[k, column, lane] = h.row[(k + 3) % 4, column, lane]
    write(written, h, k, lane, 0)
    slots.rows[lane] = 1
    found = broken_limit(h, k, limits, lane)
    return found if found >= 0 else READY


@compiled
def judge(talk: Any, error: Any, margin: Any) -> None:
    """What `advance` decides by: the error of the step, what it lets the next one grow to, the nearest limit."""
    error = select(talk[SOLVED] > 0.5, error, 1e9)
    growth = SAFETY * exp(ln(most(error, 1e-9)) * (-1.0 / 3.0))
    talk[ERROR], talk[GROWTH], talk[MARGIN] = error, most(least(growth, LONGEST_GROWTH), 0.25), margin


@compiled
def advance(
    batch: Batch, slots: Slots, h: History, k: int, limits: Any, lane: int, modes: int, talk: Any, written: Any
) -> int:
    """Accept or reject a design's step to level k. Its outcome where it ends, else `GOES_ON`."""
    design, rows, levels = int(slots.design[lane]), int(slots.rows[lane]), int(slots.levels[lane])
    error, growth = talk[ERROR, lane], talk[GROWTH, lane]
    if levels < 3:
        growth = LONGEST_GROWTH if error < 1 else SHORTENED
    kept = 1.0  # share of the step
    if not error < TOLERATED:
        batch.counts[1] += 1
        kept = min(growth, 0.7)
        if levels < 3 or not error < MENDED:
            slots.dt[lane] *= kept
            repeat(h, k, lane, modes)
            return STUCK if slots.dt[lane] < SHORTEST_STEP * batch.scales_s[design] else GOES_ON
    levels = min(levels + 1, 3)
    batch.counts[0] += 1
    found, whole_step = -1, kept == 1.0
    if talk[MARGIN, lane] < 0:
        found, where = first_limit(h, k, levels, limits, lane)
        found, kept = (found, where) if where <= kept else (-1, kept)
    if found >= 0 or not whole_step:
        cut_back(h, k, levels, lane, kept)
    write(written, h, k, lane, rows)
    slots.rows[lane], slots.levels[lane] = rows + 1, levels
    slots.dt[lane] *= growth if whole_step else kept
    if found >= 0:
        return found
    if whole_step and slots.last[lane] > 0:
        return END_OF_TIME
    if slots.dt[lane] < SHORTEST_STEP * batch.scales_s[design]:
        return STUCK
    return TOO_MANY_STEPS if rows >= MOST_STEPS else GOES_ON


class Memory(NamedTuple):
    """Everything that a group is computed in, the designs of the group in the last axis."""

    packed: Any
    c: Any
    j: Any
    surface: Any
    modes: Any
    row: Any
    slow: Any
    dt: Any
    a: Any
    e: Any
    share: Any
    weights: Any  # `Formula`'s of the modes
    scaled: Any
    step: Any    # what a step freezes
    work: Any    # scratch
    extra: Any   # the same for ageing
    own: Any     # the same where each cell's particles diffuse by themselves
    written: Any
    talk: Any    # TOLERANCE … SOLVED: what the steps and the decisions about them tell each other


TOLERANCE, ALLOWED, AT_WORK, FLOOR, ERROR, SOLVED, NOW, GROWTH, MARGIN = range(9)


@compiled
def memory(batch: Batch, p: Properties, width: int) -> Memory:
    """Memory for groups of `width` designs."""
    m, cells = p.decay.size, 2 * p.electrode + p.separator
    rows = 2 * p.electrode * m
    return Memory(
        np.zeros((batch.packed.shape[1], width)), np.zeros((4, cells, width)), np.zeros((4, cells, width)),
        np.zeros((4, cells, width)), np.zeros((4, rows, width)), np.zeros((4, COLUMNS, width)),
        np.zeros((4, slow_rows(p.wear, p.electrode), width)), np.zeros((1, width)), np.zeros((3, width)),
        np.zeros((3, width)), np.zeros((1, width)), np.zeros((3 * place(p.apart, 2 * m, rows), width)),
        np.zeros((2, width)), np.zeros((5 * cells + 12, width)), np.zeros((16 * cells, width)),
        np.zeros((extra_rows(p.wear, cells), width)),
        np.zeros((own_numbers(p.apart, cells) + shell_numbers(p.shells, cells), width)),
        np.empty((width, MOST_STEPS + 2, COLUMNS)), np.zeros((9, width)))


@compiled
def step_in(s: Any, n: int, worn: Any, own: Any, room: Any) -> Step:
    """The numbers that a step freezes, as parts of one array."""
    g, at = n + 1, 9
    face, cell = at + 2 * n, at + 2 * n + 2 * g
    return Step(part(s, 0, 1), part(s, at, at + n), part(s, at + n, face), part(s, 1, 3), part(s, face, face + g),
                part(s, face + g, cell), part(s, cell, cell + n), part(s, 3, 5), part(s, 5, 6), part(s, 6, 7),
                part(s, 7, 8), part(s, 8, 9), worn, own, room)


@compiled
def formula_in(m: Memory) -> Formula:
    """The coefficients of a step."""
    n = m.weights.size // 3
    return Formula(m.dt, m.a, m.e, m.share, part(m.weights, 0, n), part(m.weights, n, 2 * n),
                   part(m.weights, 2 * n, 3 * n), m.scaled)


@compiled
def work_in(s: Any, n: int, aside: Any) -> Work:
    """Scratch space as parts of one array."""
    at = 6 * n
    return Work(
        part(s, 0, n), part(s, n, 2 * n), part(s, 2 * n, 3 * n), part(s, 3 * n, 4 * n), part(s, 4 * n, 5 * n),
        part(s, 5 * n, 6 * n), part(s, at, at + 4 * n), part(s, at + 4 * n, at + 6 * n),
        part(s, at + 6 * n, at + 8 * n), part(s, at + 8 * n, at + 9 * n), part(s, at + 9 * n, at + 10 * n), aside)


@compiled
def drive(
    batch: Batch, p: Properties, accuracy: Accuracy, bordered: bool, raw: Memory, own: Memory, slots: Slots
) -> None:
    """Integrate all designs; `raw` and `own` are the same memory, by numbers and by designs of a group.

    All are started first: a start takes more iterations than a step, and so the lanes of a group share them.
    """
    cells, width = 2 * p.electrode + p.separator, slots.design.size
    h = History(raw.c, raw.j, raw.surface, raw.modes, raw.row, raw.slow)
    levels = History(own.c, own.j, own.surface, own.modes, own.row, own.slow)
    numbers, f = formula_in(raw), formula_in(own)
    worn, apart = worn_in(p.wear, own.extra, cells), own_in(p.apart, own.own, cells)
    d, step = design_from(own.packed, cells), step_in(own.step, cells, worn, apart, own.own)
    w = work_in(own.work, cells, aside_in(p.wear, own.extra, cells))
    limits, current = part(raw.packed, raw.packed.size - LIMITS, raw.packed.size), part(own.talk, NOW, NOW + 1)
    waiting, k, used, begun = 0, 0, 0, False
    while True:
        busy = 0
        for lane in range(width):
            while slots.design[lane] < 0 and waiting < batch.rows.size:
                if not begun or batch.outcomes[waiting] == READY:
                    begin(batch, slots, h, raw.packed, waiting, lane, raw.written)
                waiting += 1
            running, first = slots.design[lane] >= 0, slots.rows[lane] == 0
            busy += 1 if running else 0
            raw.talk[TOLERANCE, lane] = accuracy.newton * (0.1 if first or bordered else 1.0)
            raw.talk[ALLOWED, lane] = MOST_FIRST_ITERATIONS if first else MOST_ITERATIONS
            raw.talk[AT_WORK, lane] = 1.0 if running else 0.0
            raw.talk[FLOOR, lane] = limits[0, lane] - 0.1
        if busy == 0 and begun:
            return
        if busy == 0:
            waiting, begun = 0, True
            continue
        formulas(batch, slots, h, k, numbers)
        k = (k + 1) % 4
        new, l0 = level(levels, k), level(levels, (k + 3) % 4)
        l1, l2 = level(levels, (k + 2) % 4), level(levels, (k + 1) % 4)
        u = Unknowns(new.c, new.j, new.surface, current)
        predict(d, p, f, new, l0, l1, l2, u, step)
        if not bordered:
            current[0] = d.control[4]
        own.talk[SOLVED], iterations = solve_step(
            d, p, u, step, w, own.talk[TOLERANCE], own.talk[ALLOWED], own.talk[AT_WORK] > 0.5, bordered)
        batch.counts[2] += iterations
        finish(d, p, f, new, u)
        record(d, p, f, new, l0, l1, u, step, w)
        wear_after(p.wear, d, f, new, l0, l1, l2, step, u.surface, p.electrode, p.decay.size)
        judge(own.talk, step_error(d, p, f, new, l0, l1, l2, accuracy, own.talk[FLOOR]), nearest(new.row, d.limits))
        for lane in range(width):
            if slots.design[lane] < 0:
                continue
            if begun:
                outcome = advance(batch, slots, h, k, limits, lane, p.decay.size, raw.talk, raw.written)
            else:
                outcome = started(slots, h, k, limits, lane, raw.talk[SOLVED, lane], raw.written)
            if outcome != GOES_ON:
                used = end(batch, slots, h, k, lane, outcome, raw.written, used)


@compiled
def light_batch(b: Batch) -> Batch:
    """The arrays of a batch as views."""
    return Batch(view(b.packed), view(b.states), view(b.ends_s), view(b.scales_s), view(b.written), view(b.begins),
                 view(b.rows), view(b.outcomes), view(b.counts))


@compiled
def as_numbers(m: Memory) -> Memory:
    """Views by numbers: the designs of a group are the last axis."""
    return Memory(view(m.packed), view(m.c), view(m.j), view(m.surface), view(m.modes), view(m.row),
                  view(m.slow), view(m.dt), view(m.a), view(m.e), view(m.share), view(m.weights),
                  view(m.scaled), view(m.step), view(m.work), view(m.extra), view(m.own), view(m.written), view(m.talk))


def _groups(version: str) -> Callable[..., int]:
    """The entry for groups of `LANES`; `version` in its closure keeps other code from answering out of an old cache."""

    @compiled_entry
    def integrate(batch: Batch, p: Properties, accuracy: Accuracy, bordered: bool) -> int:
        m = memory(batch, p, LANES if len(version) else 0)
        own = Memory(vectors(m.packed), vectors(m.c), vectors(m.j), vectors(m.surface), vectors(m.modes),
                     vectors(m.row), vectors(m.slow), vectors(m.dt), vectors(m.a), vectors(m.e), vectors(m.share),
                     vectors(m.weights), vectors(m.scaled), vectors(m.step), vectors(m.work), vectors(m.extra),
                     vectors(m.own), view(m.written), vectors(m.talk))
        places = np.zeros((5, LANES))
        places[0] = IDLE
        s = view(places)
        drive(light_batch(batch), light(p), accuracy, bordered, as_numbers(m), own,
              Slots(row_of(s, 0), row_of(s, 1), row_of(s, 2), row_of(s, 3), row_of(s, 4)))
        return int(m.talk.size + places.size)  # the owners of the memory live until here

    return integrate


def _single(version: str) -> Callable[..., int]:
    """The entry for one design at a time; see `_groups`."""

    @compiled_entry
    def integrate(batch: Batch, p: Properties, accuracy: Accuracy, bordered: bool) -> int:
        m = memory(batch, p, 1 if len(version) else 0)
        own = Memory(floats(m.packed), floats(m.c), floats(m.j), floats(m.surface), floats(m.modes), floats(m.row),
                     floats(m.slow), floats(m.dt), floats(m.a), floats(m.e), floats(m.share), floats(m.weights),
                     floats(m.scaled), floats(m.step), floats(m.work), floats(m.extra), floats(m.own),
                     view(m.written), floats(m.talk))
        places = np.zeros((5, 1))
        places[0] = IDLE
        s = view(places)
        drive(light_batch(batch), light(p), accuracy, bordered, as_numbers(m), own,
              Slots(row_of(s, 0), row_of(s, 1), row_of(s, 2), row_of(s, 3), row_of(s, 4)))
        return int(m.talk.size + places.size)  # the owners of the memory live until here

    return integrate


integrate_groups = _groups(sources())
integrate_singly = _single(sources())
