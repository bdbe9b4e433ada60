"""A load over time from a CSV file: current, power, C-rate or P-rate of one cell, discharge positive."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from knowledge.frozen import Frozen
from tools.failures import BadInput
from tools.simulate.measured_data import check_time, numbers, table_of

Quantity = Literal["current_A", "power_W", "rate_C", "rate_P"]
TIME = (r"^(?:t|time|test ?time|zeit)\b", {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "": 1.0})
LOADS: dict[Quantity, tuple[str, dict[str, float]]] = {
    "rate_C": (r"^(?:c ?rate|rate c|c)\b", {}), "rate_P": (r"^(?:p ?rate|rate p|cp)\b", {}),
    "current_A": (r"^(?:i|current|strom)\b", {"a": 1.0, "ma": 1e-3}),
    "power_W": (r"^(?:p|power|leistung)\b", {"w": 1.0, "mw": 1e-3, "kw": 1e3}),
}
MOST_ROWS = 20_000
STEP_S = 1e-3  # a jump of the load takes that long


class LoadProfile(Frozen):
    """A load between whose rows is interpolated; two rows at one time are a jump."""

    name: str
    quantity: Quantity
    time_s: tuple[float, ...] = Field(min_length=2, max_length=MOST_ROWS)
    values: tuple[float, ...] = Field(description="in the quantity's unit; discharge positive, charge negative")

    @model_validator(mode="after")
    def _fits(self) -> LoadProfile:
        if len(self.time_s) != len(self.values):
            raise ValueError("time_s and values must be of one length")
        if not all(a < b for a, b in zip(self.time_s, self.time_s[1:], strict=False)):
            raise ValueError("time_s must rise")
        if not np.isfinite([*self.time_s, *self.values]).all():
            raise ValueError("time_s and values must be finite numbers")
        return self


def read_profile(path: Path, charge_positive: bool = False) -> LoadProfile:
    """A profile from a CSV file with a column for time and one for the load, such as `time [s], power [W]`.

    Raises:
        tools.failures.Unreadable: no such file, or no text.
        tools.failures.BadInput: a column is missing or there are two loads, a number is none, time runs backwards,
            data are missing while a load is on, the load is nothing but zero; names column and row.
    """
    rows, heads = table_of(path, least=2)
    if len(rows) > MOST_ROWS:
        raise BadInput(f"{path.name} has {len(rows)} rows; at most {MOST_ROWS} are simulated", field="time")
    plain = [re.sub(r"[\[\]()/_\-]", " ", head.lower()).split() for head in heads]
    time = _column(path.name, "time", TIME, heads, plain, rows)
    found = [q for q, (pattern, _) in LOADS.items() if any(re.match(pattern, " ".join(words)) for words in plain)]
    if "rate_P" in found or "rate_C" in found:
        found = [q for q in found if q.startswith("rate")]
    if len(found) != 1:
        what = f"{len(found)} columns for a load ({', '.join(found)})" if found else "no column for a load"
        raise BadInput(f"{path.name} has {what}; its columns are {', '.join(heads)}, wanted is one of current [A], "
                       "power [W], C-rate, P-rate", field="load")
    quantity = found[0]
    load = _column(path.name, quantity, LOADS[quantity], heads, plain, rows) * (-1.0 if charge_positive else 1.0)
    check_time(path.name, time, load)
    if not np.abs(load).max() > 0:
        raise BadInput(f"{path.name}: the load is zero throughout", field="load")
    jumps = np.flatnonzero(np.diff(time) < STEP_S)
    if (np.diff(jumps) == 1).any():
        row = int(jumps[np.flatnonzero(np.diff(jumps) == 1)[0]]) + 4
        raise BadInput(f"{path.name}: more than two rows stand at one time, row {row}", field="time")
    time[jumps + 1] = time[jumps] + STEP_S
    return LoadProfile(name=path.stem, quantity=quantity, time_s=tuple(map(float, time - time[0])),
                       values=tuple(map(float, load)))


def _column(name: str, what: str, known: tuple[str, dict[str, float]], heads: list[str], plain: list[list[str]],
            rows: list[list[str]]) -> np.ndarray:
    pattern, units = known
    i = next((i for i, words in enumerate(plain) if re.match(pattern, " ".join(words))), None)
    if i is None:
        raise BadInput(f"{name} has no column for {what}; its columns are {', '.join(heads)}", field=what)
    unit = plain[i][-1] if len(plain[i]) > 1 else ""
    if units and unit and unit not in units:
        raise BadInput(f"{name}: the unit of {heads[i]!r} is not one of {', '.join(u for u in units if u)}", field=what)
    found: np.ndarray = numbers(name, heads[i], [row[i] if i < len(row) else "" for row in rows])
    return found * units.get(unit, 1.0)
