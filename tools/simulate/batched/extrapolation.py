"""Outcomes on two meshes → one outcome and an estimate of its error. Section 5 of docs/batched_dfn.md."""

from __future__ import annotations

from tools.simulate.batched.layout import Cells
from tools.simulate.point import MESH_ERROR, Outcome

SHARE = 0.5          # of the extrapolated correction that is taken for its error
# What no mesh shows, in per cent: errors of time integration (measured against 25 to 100 times tighter tolerances), and
# the width at which the search for a pulse power stops.
FLOOR_PCT = {"energy_mWh_cm2": 0.05, "resistance_ohm_cm2": 0.1, "power_mW_cm2": 1.0, "time_min": 0.25,
             "efficiency_pct": 0.1}
UNEVEN_PCT = 0.25    # added where diffusivity varies within particles: it is frozen in a step, and has kinks
TRUSTED = 0.25       # corrections above this share are not extrapolated: the meshes are too coarse for the design


def extrapolate(coarse: Outcome, fine: Outcome, meshes: tuple[Cells, Cells], added_pct: float = 0.0) -> Outcome:
    """Richardson's extrapolation of each value for an error of second order in the cell count (eq. 16).

    `values[MESH_ERROR]` is the estimated error of the protocol's main value in per cent, with what a system adds to
    it. Where the meshes disagree on the status or by more than `TRUSTED`, the finer outcome stands and the whole
    difference is its estimate.
    """
    if fine.status in ("failed", "out of validity"):
        return fine
    if fine.status != coarse.status or not fine.values or coarse.values.keys() != fine.values.keys():
        return fine.model_copy(update={"values": {**fine.values, MESH_ERROR: 100.0}})
    ratio = meshes[1].electrode / meshes[0].electrode
    share = 1 / (ratio * ratio - 1)
    values = {name: value + share * (value - coarse.values[name]) for name, value in fine.values.items()}
    worst = floor = 0.0
    for name in FLOOR_PCT.keys() & values.keys():
        value = fine.values[name]
        worst = max(worst, abs((values[name] - value) / value) if value else 0.0)
        floor = max(floor, FLOOR_PCT[name])
    if worst > TRUSTED:
        return fine.model_copy(update={"values": {**fine.values, MESH_ERROR: 100 * worst}})
    values[MESH_ERROR] = 100 * SHARE * worst + floor + added_pct
    return fine.model_copy(update={"values": values})
