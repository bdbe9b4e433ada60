"""A full cycle's energies: out of the charged cell and back into it, by ∫ V dq at the terminals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.protocol import RoundTrip
from tools.simulate.point import Outcome
from tools.simulate.pybamm_curves import curve_of
from tools.simulate.pybamm_kernel import Kernel, Segment
from tools.simulate.pybamm_model import CHARGE, IDLE_CONTROL, NO_LIMITS, VOLTAGE
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import cannot_carry, failed

LONGEST_S = 400_000.0
TAPER_C = 0.05


def round_trip(kernel: Kernel, prepared: Sequence[Prepared], protocol: RoundTrip, curves: bool) -> list[Outcome]:
    """Two whole cycles of each design; the second one counts, as it begins where the charge ends."""
    return [_round_trip(kernel, p, protocol, curves) for p in prepared]


def _round_trip(kernel: Kernel, p: Prepared, protocol: RoundTrip, curves: bool) -> Outcome:
    pair, one_C = p.point.pair, p.one_C_A_m2
    phases = (
        ({"by current": 1.0, "current": protocol.discharge_C * one_C}, {"voltage floor": pair.v_min}),
        ({"by current": 1.0, "current": -protocol.charge_C * one_C}, {"voltage ceiling": pair.v_max}),
        ({"by voltage": 1.0, "voltage": pair.v_max}, {"taper current": TAPER_C * one_C}),
    )
    state, segments = None, []
    for control, limits in phases * 2:
        inputs = {**p.inputs(1.0), **IDLE_CONTROL, **NO_LIMITS, **control, **limits}
        segment = kernel.run([inputs], LONGEST_S, [state])[0]
        refusal = failed(p, segment)
        if refusal is not None:
            return refusal
        if segment.at_once and control.get("current", 0.0) > 0:
            return cannot_carry(p, "the lower voltage limit is broken at once at the discharge rate")
        state = segment.state
        segments.append(segment)
    second = segments[3:]
    out, back = _energy(second[0]), -sum(_energy(s) for s in second[1:])
    outcome = p.outcome({
        "efficiency_pct": 100 * out / back, "energy_out_mWh_cm2": out / 10, "energy_in_mWh_cm2": back / 10,
        "charge_time_min": sum(float(s.time_s[-1]) for s in second[1:]) / 60})
    return outcome.model_copy(update={"curve": curve_of(second)}) if curves else outcome


def _energy(segment: Segment) -> float:
    """∫ V dq of a phase [Wh/m²], positive where energy leaves the cell."""
    return float(np.trapezoid(segment.outputs[VOLTAGE], segment.outputs[CHARGE]))
