"""Designs of one system in, segments out: the same call as the PyBaMM kernel's, answered by the compiled solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

import numpy as np

from tools.simulate.batched.history import COLUMNS, Accuracy, Array
from tools.simulate.batched.integrate import MOST_STEPS, Batch, Whole, integrate_groups, integrate_singly
from tools.simulate.batched.layout import LIMIT_NAMES, Cells, Design, layouts, sizes
from tools.simulate.batched.particle import modes
from tools.simulate.batched.shells import shells_of
from tools.simulate.batched.tables import Tables, properties, tables
from tools.simulate.batched.wear_table import wear_table
from tools.simulate.segment import ANODE, CHARGE, CURRENT, ENERGY, OCV, TEMPERATURE, VOLTAGE, Segment

OUTPUTS = (VOLTAGE, CURRENT, ANODE, CHARGE, ENERGY, OCV, TEMPERATURE)
LADDER = (1.0, 5.0, 25.0)
REASONS = {-2: "the step became too short", -3: "more steps than allowed", -4: "no consistent start was found"}
LEAST_SHELLS = 8
CHUNK = 256  # designs in one call of the compiled solver: bounds its memory
KELVIN = 273.15


@dataclass
class BatchedKernel:
    """A system on one mesh. `run` has the signature of `pybamm_kernel.Kernel.run`, so protocols serve both.

    What `ages` names grows as its set says (docs/batched_ageing.md): all in use, films alone at rest. With `grouped`
    off one design is solved at a time: the fallback, and the check of the grouped solver.
    """

    system: str
    cells: Cells
    accuracy: Accuracy = Accuracy()
    heated: bool = False
    grouped: bool = True
    ages: Literal["", "in use", "at rest"] = ""
    counts: Whole = field(default_factory=lambda: np.zeros(3, dtype=np.int64))
    retries: int = 0

    def run(
        self, inputs: Sequence[Mapping[str, float]], end_s: float | Sequence[float],
        states: Sequence[Array | None] | None = None, retry: bool = True,
    ) -> list[Segment]:
        """Integrate each design from its state (None: equilibrium) to `end_s` (of all, or each) or its first limit.

        A design that fails climbs the ladder of tighter tolerances, where `retry` allows it.
        """
        given = list(states) if states is not None else [None] * len(inputs)
        ends = np.broadcast_to(np.asarray(end_s, dtype=float), len(inputs))
        found: dict[int, Segment] = {}
        by_temperature: dict[float, list[int]] = {}
        for i, one in enumerate(inputs):
            if isfinite(one["temperature"]):
                by_temperature.setdefault(round(one["temperature"] - KELVIN, 6), []).append(i)
            else:
                found[i] = _unsound(one)
        for temperature, members in by_temperature.items():
            known = tables(self.system, temperature, self.heated)
            for start in range(0, len(members), CHUNK):
                piece = members[start : start + CHUNK]
                segments = self._climb([inputs[i] for i in piece], known, ends[piece], [given[i] for i in piece], retry)
                found.update(zip(piece, segments, strict=True))
        return [found[i] for i in range(len(inputs))]

    def cells_for(self, known: Tables) -> Cells:
        """The mesh; particles in shells have as many as an electrode has cells, so that their errors fall alike."""
        return self.cells._replace(modes=max(2 * self.cells.electrode, LEAST_SHELLS)) if known.in_shells else self.cells

    def _climb(
        self, inputs: Sequence[Mapping[str, float]], known: Tables, ends_s: Array, states: Sequence[Array | None],
        retry: bool,
    ) -> list[Segment]:
        cells = self.cells_for(known)
        packed = layouts(inputs, known, cells)
        start, thick = field_of(packed, cells, "start"), field_of(packed, cells, "width")
        usable = (thick > 0).all(axis=1) & ((start > 0) & (start < 1)).all(axis=1) & np.isfinite(packed).all(axis=1)
        sound: list[bool] = np.asarray(usable).tolist()
        left = [i for i, fine in enumerate(sound) if fine]
        segments = [_UNTRIED if fine else _unsound(one) for one, fine in zip(inputs, sound, strict=True)]
        for rung, factor in enumerate(LADDER if retry else LADDER[:1]):
            self.retries += len(left) if rung else 0
            if not left:
                break
            tried = self._attempt(packed[left], known, ends_s[left], [states[i] for i in left],
                                  self.accuracy.tighter(factor))
            for i, segment in zip(left, tried, strict=True):
                segments[i] = segment
            left = [i for i in left if segments[i].failed is not None]
        return segments

    def _attempt(
        self, packed: Array, known: Tables, ends_s: Array, states: Sequence[Array | None], accuracy: Accuracy
    ) -> list[Segment]:
        count, cells = len(packed), self.cells_for(known)
        control = field_of(packed, cells, "control")
        scale = np.minimum(ends_s, 3600.0)
        driven = (control[:, 0] != 0) & (control[:, 4] != 0)
        one_C = field_of(packed, cells, "one_C")[:, 0]
        scale[driven] = np.minimum(scale[driven], 3600 * one_C[driven] / np.abs(control[driven, 4]))
        begins, rows, outcomes = np.zeros((3, count), dtype=np.int64)
        wear = wear_table(self.system, known.temperature_C, self.ages == "at rest") if self.ages else None
        start = equilibrium(packed, known, cells)
        fields = None
        if wear is not None:
            fields = Design(*(field_of(packed, cells, name) for name in Design._fields))
            start = np.concatenate([start, wear.fresh(fields, cells)], axis=1)
        batch = Batch(
            packed, start, ends_s.astype(float), scale,
            np.empty((count * (MOST_STEPS + 2), COLUMNS)), begins, rows, outcomes, self.counts)
        for i, state in enumerate(states):
            if state is not None:
                batch.states[i] = state
        if wear is not None and fields is not None:
            wear.settle(batch.states, fields, cells)
        solve = integrate_groups if self.grouped else integrate_singly
        shells = shells_of(known, cells.modes)
        decay = modes(cells.modes) if shells is None else (np.zeros(cells.modes), np.ones(cells.modes))
        p = properties(
            known, cells.electrode, cells.separator, decay, wear=None if wear is None else wear.wear,
            solid=None if wear is None else wear.solid, shells=shells)
        solve(batch, p, accuracy, bool((control[:, 1:4] != 0).any()))
        return self._segments(batch)

    def _segments(self, batch: Batch) -> list[Segment]:
        """What a run has written, as the segments that protocols read."""
        names = OUTPUTS if self.heated else tuple(name for name in OUTPUTS if name != TEMPERATURE)
        # One copy for all: a view of `written` would keep its memory, which is that of the longest runs allowed.
        table = batch.written[: int(batch.rows.sum())].copy()
        finite = bool(np.isfinite(table).all())
        time_s, *columns = table.T
        segments = []
        for state, begin, rows, outcome in zip(
                batch.states, batch.begins.tolist(), batch.rows.tolist(), batch.outcomes.tolist(), strict=True):
            mine = slice(begin, begin + rows)
            failed = REASONS.get(outcome)
            if failed is None and not (finite or np.isfinite(table[mine]).all()):
                failed = "numbers that are not finite"
            outputs = {name: column[mine] for name, column in zip(names, columns, strict=False)}
            segments.append(Segment(
                time_s[mine], outputs, state, event=LIMIT_NAMES[outcome] if outcome >= 0 else None, failed=failed))
        return segments


def field_of(packed: Array, cells: Cells, name: str) -> Array:
    """The columns of one field of packed designs."""
    where = Design._fields.index(name)
    begin = sum(sizes(cells)[:where])
    return packed[:, begin : begin + sizes(cells)[where]]


def equilibrium(packed: Array, known: Tables, cells: Cells) -> Array:
    """States at rest (designs, numbers) in the order of `Batch.states`, the current spread over the particles."""
    n, ne, m, count = cells.total, cells.electrode, cells.modes, len(packed)
    current = field_of(packed, cells, "control")[:, 4:5]
    area, start = field_of(packed, cells, "area"), field_of(packed, cells, "start")
    c = np.full((count, n), known.constants["c_start"])
    j, surface, row = np.zeros((count, n)), np.zeros((count, n)), np.zeros((count, COLUMNS))
    z = np.zeros((count, 2 * ne, m))
    j[:, :ne] = current / area[:, :ne].sum(axis=1, keepdims=True)
    j[:, -ne:] = -current / area[:, -ne:].sum(axis=1, keepdims=True)
    surface[:, :ne], surface[:, -ne:] = start[:, :1], start[:, 1:]
    z[:, :ne, 0], z[:, ne:, 0] = start[:, :1], start[:, 1:]
    row[:, 2], row[:, 7] = current[:, 0], field_of(packed, cells, "ambient")[:, 0]
    return np.concatenate([c, j, surface, z.reshape(count, -1), row], axis=1)


def _unsound(inputs: Mapping[str, float]) -> Segment:
    """Why a design cannot be integrated."""
    wrong = next((name for name, value in inputs.items() if not isfinite(value)), None)
    return _nothing("a thickness is not positive, or an electrode starts empty or full" if wrong is None
                    else f"{wrong} is not a finite number")


def _nothing(reason: str) -> Segment:
    nothing = np.zeros(0)
    return Segment(nothing, {}, nothing, failed=reason)


_UNTRIED = _nothing("not tried")
