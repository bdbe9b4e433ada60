"""Storage at rest: films grow on the negative, and check-ups on the side say what a recharge still brings back.

The film takes lithium as fast as solvent diffuses through it, so its thickness follows L² = L0² + 2 D c V t / z,
whatever the state of charge. The years at rest are one integration of the DFN with that law; a check-up (full charge,
C/3 discharge) begins from the stored state and leaves it as it is. docs/ageing.md states the limits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.protocol import CalendarAgeing
from tools.simulate.point import Outcome
from tools.simulate.pybamm_kernel import Kernel
from tools.simulate.pybamm_kernels import parameter_values
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import limit_reached
from tools.simulate.segment import CHARGE, IDLE_CONTROL, NO_LIMITS, Segment

YEAR_S = 365.25 * 86400
CHECK_UPS = 4          # at (k/4)² of the time: even steps of its square root
CHECK_C, TAPER_C = 1 / 3, 0.05
LONGEST_S = 400_000.0
NEAR_ROOM = (20.0, 30.0)  # °C: where a film growth without an activation energy may stand
ACTIVATION = "SEI growth activation energy [J.mol-1]"
RATES = ("film growth (SEI) at rest at the published set's rate, which is not fitted to this cell's storage and does "
         "not depend on the state of charge; no other loss at rest is simulated")
REST = {"by current": 1.0, "current": 0.0}


def calendar_ageing(
    kernel: Kernel, prepared: Sequence[Prepared], protocol: CalendarAgeing, curves: bool
) -> list[Outcome]:
    """What each design keeps after years at rest, and when that falls to the end of life."""
    return [_stored(kernel, p, protocol, curves) for p in prepared]


def _stored(kernel: Kernel, p: Prepared, protocol: CalendarAgeing, curves: bool) -> Outcome:
    cold, hot = NEAR_ROOM
    if not cold <= protocol.temperature_C <= hot and not parameter_values(p.system)[ACTIVATION]:
        note = (f"the film growth of the set of {p.system.label} has no activation energy, so it stands for {cold:g} "
                f"to {hot:g} °C only, not for {protocol.temperature_C:g} °C")
        return Outcome(status="out of validity", validity="out of validity", note=note)
    first = _run(kernel, p, protocol, None, REST, {}, 1.0)
    fresh = _check_up(kernel, p, protocol, first.state) if first.failed is None else first
    if isinstance(fresh, Segment):
        return Outcome(status="failed", validity=p.validity, note=fresh.failed or "")
    years, kept, state, stopped = [0.0], [100.0], first.state, ""
    for k in range(1, CHECK_UPS + 1):
        until = protocol.years * (k / CHECK_UPS) ** 2
        rest = _run(kernel, p, protocol, state, REST, {"voltage floor": p.point.pair.v_min},
                    (until - years[-1]) * YEAR_S)
        found = _check_up(kernel, p, protocol, rest.state) if rest.failed is None and rest.event is None else rest
        if isinstance(found, Segment):
            why = "left alone, the cell is empty" if found.event else f"the integrator failed ({found.failed})"
            stopped = f"the run stopped after {years[-1]:.3g} years: {why}"
            break
        state = rest.state
        years.append(until)
        kept.append(100 * found / fresh)
        if kept[-1] <= protocol.eol_pct:
            break
    values = _values(years, kept, protocol)
    outcome = limit_reached(p, stopped, values) if stopped else p.outcome(values, RATES)
    curve = {"year": years, "capacity_retention_pct": kept} if curves else {}
    return outcome.model_copy(update={"validity": "extrapolated", "curve": curve})


def _run(kernel: Kernel, p: Prepared, protocol: CalendarAgeing, state: np.ndarray | None, control: dict[str, float],
         limits: dict[str, float], seconds: float) -> Segment:
    inputs = {**p.inputs(protocol.soc_pct / 100), **IDLE_CONTROL, **NO_LIMITS, **control, **limits}
    return kernel.run([inputs], seconds, [state])[0]


def _check_up(kernel: Kernel, p: Prepared, protocol: CalendarAgeing, state: np.ndarray) -> float | Segment:
    """Charge [Ah/m²] of a slow discharge after a recharge; a phase that the integrator does not finish instead."""
    pair, load = p.point.pair, CHECK_C * p.one_C_A_m2
    phases = (
        ({"by current": 1.0, "current": -load}, {"voltage ceiling": pair.v_max}),
        ({"by voltage": 1.0, "voltage": pair.v_max}, {"taper current": TAPER_C * p.one_C_A_m2}),
        ({"by current": 1.0, "current": load}, {"voltage floor": pair.v_min}),
    )
    for control, limits in phases:
        segment = _run(kernel, p, protocol, state, control, limits, LONGEST_S)
        if segment.failed is not None:
            return segment
        state = segment.state
    passed = segment.outputs[CHARGE]
    return float(passed[-1] - passed[0])


def _values(years: Sequence[float], kept: Sequence[float], protocol: CalendarAgeing) -> dict[str, float]:
    values = {"capacity_retention_pct": kept[-1], "last_year": years[-1]}
    if kept[-1] <= protocol.eol_pct:
        roots = [y**0.5 for y in years[-2:]]
        share = (kept[-2] - protocol.eol_pct) / (kept[-2] - kept[-1])
        values["years"] = (roots[0] + share * (roots[1] - roots[0])) ** 2
    return values

