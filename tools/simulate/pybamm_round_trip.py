"""A full cycle's energies: out of the charged cell and back into it, at the terminals. Serves both solvers' kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.protocol import RoundTrip
from tools.simulate.point import Outcome
from tools.simulate.pybamm_curves import curve_of
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import cannot_carry, failed
from tools.simulate.segment import CHARGE, ENERGY, UNDRIVEN, VOLTAGE, Integrator, Segment

LONGEST_S = 400_000.0
TAPER_C = 0.05
PHASES = 3  # of a cycle: discharge, charge, hold


def round_trip(kernel: Integrator, prepared: Sequence[Prepared], protocol: RoundTrip, curves: bool) -> list[Outcome]:
    """Two whole cycles of each design; the second one counts, as it begins where the charge ends."""
    phases = [_phases(p, protocol) * 2 for p in prepared]
    ended: dict[int, Outcome] = {}
    segments: list[list[Segment]] = [[] for _ in prepared]
    for k in range(2 * PHASES):
        going = [i for i in range(len(prepared)) if i not in ended]
        inputs = [{**prepared[i].inputs(1.0), **UNDRIVEN, **phases[i][k]} for i in going]
        states = [segments[i][-1].state if segments[i] else None for i in going]
        found = kernel.run(inputs, LONGEST_S, states) if going else []
        for i, segment in zip(going, found, strict=True):
            refusal = failed(prepared[i], segment)
            if refusal is None and segment.at_once and k % PHASES == 0:
                refusal = cannot_carry(prepared[i], "the lower voltage limit is broken at once at the discharge rate")
            if refusal is not None:
                ended[i] = refusal
            segments[i].append(segment)
    return [ended.get(i) or _outcome(p, segments[i][PHASES:], curves) for i, p in enumerate(prepared)]


def _phases(p: Prepared, protocol: RoundTrip) -> tuple[Mapping[str, float], ...]:
    pair, one_C, own = p.point.pair, p.one_C_A_m2, p.point.rate_C or 0.0
    return (
        {"by current": 1.0, "current": (protocol.discharge_C or own) * one_C, "voltage floor": pair.v_min},
        {"by current": 1.0, "current": -(protocol.charge_C or own) * one_C, "voltage ceiling": pair.v_max},
        {"by voltage": 1.0, "voltage": pair.v_max, "taper current": TAPER_C * one_C},
    )


def _outcome(p: Prepared, cycle: Sequence[Segment], curves: bool) -> Outcome:
    out, back = energy_of(cycle[0]), -sum(energy_of(s) for s in cycle[1:])
    outcome = p.outcome({
        "efficiency_pct": 100 * out / back, "energy_out_mWh_cm2": out / 10, "energy_in_mWh_cm2": back / 10,
        "charge_time_min": sum(float(s.time_s[-1]) for s in cycle[1:]) / 60})
    return outcome.model_copy(update={"curve": curve_of(cycle)}) if curves else outcome


def energy_of(segment: Segment) -> float:
    """Energy of a phase [Wh/m²], positive where it leaves the cell; the solver's own integral where it has one."""
    if ENERGY in segment.outputs:
        return segment.last(ENERGY) - float(segment.outputs[ENERGY][0])  # it goes on counting from phase to phase
    return float(np.trapezoid(segment.outputs[VOLTAGE], segment.outputs[CHARGE]))
