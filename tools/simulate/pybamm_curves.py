"""Curves of a simulation, thinned for plots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.simulate.segment import ANODE, CURRENT, TEMPERATURE, VOLTAGE, Segment

MOST_POINTS = 160
COLUMNS = {  # column: (variable, offset, scale)
    "voltage_V": (VOLTAGE, 0.0, 1.0), "current_mA_cm2": (CURRENT, 0.0, 0.1), "anode_potential_V": (ANODE, 0.0, 1.0),
    "temperature_C": (TEMPERATURE, -273.15, 1.0),
}


def curve_of(segments: Sequence[Segment]) -> dict[str, list[float]]:
    """Columns `time_s`, `voltage_V`, … over consecutive segments, at most 160 rows, first and last kept.

    Discharge currents are positive. The columns are those that every segment has.
    """
    starts = np.concatenate([[0.0], np.cumsum([s.time_s[-1] for s in segments])])
    time = np.concatenate([s.time_s + start for s, start in zip(segments, starts, strict=False)])
    keep = np.unique(np.linspace(0, len(time) - 1, min(MOST_POINTS, len(time))).round().astype(int))
    found = {"time_s": [round(float(t), 3) for t in time[keep]]}
    for name, (variable, offset, scale) in COLUMNS.items():
        if all(variable in s.outputs for s in segments):
            values = np.concatenate([s.outputs[variable] for s in segments])[keep] * scale + offset
            found[name] = [round(float(v), 5) for v in values]
    return found
