"""Measured current and voltage from a CSV file: columns by name, units converted, gaps and signs checked."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from knowledge.frozen import Frozen
from tools.failures import BadInput, Unreadable

Array = npt.NDArray[np.float64]
MOST_POINTS = 500
COLUMNS = {  # quantity: (name pattern, {unit: factor})
    "time": (r"^(?:t|time|test[_ ]?time|zeit)\b", {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "": 1.0}),
    "current": (r"^(?:i|current|strom)\b", {"a": 1.0, "ma": 1e-3, "": 1.0}),
    "voltage": (r"^(?:u|v|voltage|spannung)\b", {"v": 1.0, "mv": 1e-3, "": 1.0}),
}
VOLTS = (0.3, 6.0)
GAP_S, GAP_TIMES = 120.0, 30.0  # a pause that is longer than both, with the current on, is a gap
NOISE_A = 0.02  # of the largest current
MOST_CHARGE, LEAST_CHARGE = 3.0, 0.02  # of the design's capacity: far beyond what a design can be wrong by
WIDE = 0.8  # of the design's voltage window


class MeasuredRun(Frozen):
    """One measured run; discharge currents are positive."""

    name: str
    time_s: tuple[float, ...] = Field(min_length=5)
    current_A: tuple[float, ...]
    voltage_V: tuple[float, ...]

    @model_validator(mode="after")
    def _same_length(self) -> MeasuredRun:
        if not len(self.time_s) == len(self.current_A) == len(self.voltage_V):
            raise ValueError("time_s, current_A and voltage_V must be of one length")
        return self


def read_measured(path: Path) -> MeasuredRun:
    """A run from a CSV file with columns for time, current and voltage, thinned to 500 points and every current step.

    The direction of the current is seen from the voltage: it falls where current flows out.

    Raises:
        tools.failures.Unreadable: no such file, or no text.
        tools.failures.BadInput: a column is missing, a number is none, time runs backwards, data are missing, a unit
            or a sign cannot be right; names column and row.
    """
    rows, heads = table_of(path)
    columns = {what: _column(path.name, what, heads, rows) for what in COLUMNS}
    time, current, voltage = columns["time"], columns["current"], columns["voltage"]
    check_time(path.name, time, current)
    low, high = float(voltage.min()), float(voltage.max())
    if not VOLTS[0] <= low <= high <= VOLTS[1]:
        raise BadInput(f"{path.name}: voltages from {low:g} to {high:g} V; of one cell plausible are {VOLTS[0]:g} to "
                       f"{VOLTS[1]:g} V (is the column in V or mV?)", field="voltage")
    current = current * _discharge_sign(path.name, time, current, voltage)
    keep = _thinned(time, current)
    start = float(time[0])
    return MeasuredRun(name=path.stem, time_s=tuple(float(t - start) for t in time[keep]),
                       current_A=tuple(map(float, current[keep])), voltage_V=tuple(map(float, voltage[keep])))


def table_of(path: Path, least: int = 5) -> tuple[list[list[str]], list[str]]:
    """Rows below the heading, and the heading, of a CSV file with commas or semicolons.

    Raises:
        tools.failures.Unreadable: no such file, or no text; tools.failures.BadInput: fewer than `least` rows.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    delimiter = ";" if text[:2000].count(";") > text[:2000].count(",") else ","
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(cell.strip() for cell in row)]
    if len(rows) < least + 1:
        raise BadInput(f"{path.name} has {len(rows)} rows; a heading and at least {least} rows of numbers are needed")
    return rows[1:], [cell.strip() for cell in rows[0]]


def _column(name: str, what: str, heads: list[str], rows: list[list[str]]) -> Array:
    pattern, units = COLUMNS[what]
    for i, head in enumerate(heads):
        plain = re.sub(r"[\[\]()/_]", " ", head.lower()).strip()
        if re.match(pattern, plain):
            unit = plain.split()[-1] if len(plain.split()) > 1 else ""
            return numbers(name, head, [row[i] if i < len(row) else "" for row in rows]) * units.get(unit, 1.0)
    raise BadInput(f"{name} has no column for {what}; its columns are {', '.join(heads)}, wanted are such as time [s], "
                   "current [A], voltage [V]", field=what)


def numbers(name: str, head: str, cells: list[str]) -> Array:
    """A column as finite numbers.

    Raises:
        tools.failures.BadInput: names the column and the row that has none.
    """
    found = np.empty(len(cells))
    for i, cell in enumerate(cells):
        try:
            found[i] = float(cell.strip().replace(",", "."))
        except ValueError as error:
            raise BadInput(f"{name}: column {head!r} has no number in row {i + 2}: {cell.strip()[:20]!r}",
                           field=head) from error
    if not np.isfinite(found).all():
        row = int(np.flatnonzero(~np.isfinite(found))[0]) + 2
        raise BadInput(f"{name}: column {head!r} has no finite number in row {row}", field=head)
    return found


def check_time(name: str, time: Array, current: Array) -> None:
    """Time must rise, and no data may be missing while a load is on.

    Raises:
        tools.failures.BadInput: names the row.
    """
    steps = np.diff(time)
    if (steps < 0).any():
        row = int(np.flatnonzero(steps < 0)[0]) + 3
        raise BadInput(f"{name}: time runs backwards in row {row}; one run a file, sorted by time", field="time")
    on = np.abs(current) > NOISE_A * np.abs(current).max()
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    gaps = np.flatnonzero((steps > max(GAP_S, GAP_TIMES * usual)) & on[:-1] & on[1:])
    if gaps.size:
        i = int(gaps[0])
        raise BadInput(f"{name}: data are missing between {time[i]:g} and {time[i + 1]:g} s (row {i + 2}) while "
                       f"a load of {current[i]:.3g} is on; steps are {usual:.3g} s elsewhere", field="time")


def check_charge(run: MeasuredRun, capacity_Ah: float, window_V: float) -> None:
    """The charge of a run must be one that a cell of this capacity can move.

    Raises:
        tools.failures.BadInput: more than `MOST_CHARGE` times the capacity is moved one way, or the voltage crosses
            `WIDE` of the design's window while hardly any charge flows: a current or a time of another unit.
    """
    time, current, voltage = (np.array(column) for column in (run.time_s, run.current_A, run.voltage_V))
    charge = np.concatenate([[0.0], np.cumsum(np.diff(time) * (current[1:] + current[:-1]) / 2)]) / 3600
    moved = float(np.ptp(charge))
    said = (f"{run.name}: {moved:.3g} Ah flow one way with currents up to {np.abs(current).max():.3g} A; the design "
            f"holds {capacity_Ah:.3g} Ah")
    if moved > MOST_CHARGE * capacity_Ah:
        raise BadInput(f"{said}, plausible are up to {MOST_CHARGE * capacity_Ah:.3g} Ah (is the current in A or mA, "
                       "the time in s?)", field="current")
    if float(np.ptp(voltage)) > WIDE * window_V and moved < LEAST_CHARGE * capacity_Ah:
        raise BadInput(f"{said}, and over so much of its voltage plausible are at least "
                       f"{LEAST_CHARGE * capacity_Ah:.3g} Ah (is the time in s, min or h, the current in A or mA?)",
                       field="time")


def _discharge_sign(name: str, time: Array, current: Array, voltage: Array) -> float:
    if not np.abs(current).max() > 0:
        raise BadInput(f"{name}: no current flows; a discharge or charge is needed", field="current")
    charge = np.concatenate([[0.0], np.cumsum(np.diff(time) * (current[1:] + current[:-1]) / 2)])
    if abs(charge[-1]) < 0.05 * np.ptp(charge):
        return 1.0  # as much in as out: taken as it is, discharge positive
    fell = voltage[-1] < voltage[0]
    moved_out = charge[-1] > 0
    if abs(voltage[-1] - voltage[0]) < 0.02:
        raise BadInput(f"{name}: charge flows ({charge[-1] / 3600:.3g} Ah) and the voltage ends where it began; which "
                       "sign discharges cannot be seen", field="current")
    return 1.0 if fell == moved_out else -1.0


def _thinned(time: Array, current: Array) -> Any:
    rising = np.concatenate([[True], np.diff(time) > 0])
    usable = np.flatnonzero(rising)
    even = usable[np.searchsorted(time[usable], np.linspace(time[0], time[-1], MOST_POINTS)).clip(0, len(usable) - 1)]
    jumps = np.flatnonzero(np.abs(np.diff(current)) > NOISE_A * np.abs(current).max())
    near = np.intersect1d(np.concatenate([jumps, jumps + 1]), usable)[: 2 * MOST_POINTS]
    return np.unique(np.concatenate([even, near, usable[[0, -1]]]))
