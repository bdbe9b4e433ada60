"""Discharges and pulses on a batch of points of one system. Every function: (kernel, prepared, protocol) → outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.protocol import Discharge, Pulse, ThermalDischarge
from tools.simulate.point import Outcome
from tools.simulate.pybamm_curves import curve_of
from tools.simulate.pybamm_prepare import KELVIN, Prepared
from tools.simulate.pybamm_status import SHORTEST, cannot_carry, failed, impossible, limit_reached
from tools.simulate.segment import CHARGE, OCV, TEMPERATURE, UNDRIVEN, VOLTAGE, Integrator, Segment

HALVINGS = 8  # of a current for which no consistent start is found


def discharge(
    kernel: Integrator, prepared: Sequence[Prepared], protocol: Discharge | ThermalDischarge, curves: bool
) -> list[Outcome]:
    """Constant current from 100 % SOC to the lower cut-off; with a lumped temperature where the protocol has one."""
    inputs = discharge_inputs(prepared, protocol)
    longest = max(3 * 3600 / (p.rate_C or 1.0) for p in prepared)
    segments = without_start(kernel, inputs, kernel.run(inputs, longest), longest)
    return [_discharged(p, s, curves) for p, s in zip(prepared, segments, strict=True)]


def discharge_inputs(
    prepared: Sequence[Prepared], protocol: Discharge | ThermalDischarge
) -> list[dict[str, float]]:
    """Full, at the protocol's current, with its cut-off and its cooling."""
    inputs = []
    for p in prepared:
        floor = protocol.v_min if protocol.v_min is not None else p.point.pair.v_min
        load = {"by current": 1.0, "current": p.load_A_m2, "voltage floor": floor}
        heat = p.thermal_inputs(protocol.heat_transfer_W_m2K) if isinstance(protocol, ThermalDischarge) else {}
        inputs.append({**UNDRIVEN, **p.inputs(soc=1.0), **heat, **load})
    return inputs


def without_start(
    kernel: Integrator, inputs: Sequence[dict[str, float]], segments: Sequence[Segment], end_s: float
) -> list[Segment]:
    """Where no consistent start was found: whether a smaller current already breaks a limit at once.

    Then so does the whole current, and the smaller one's segment stands for it.
    """
    found = list(segments)
    for i, segment in enumerate(segments):
        if segment.failed is None or len(segment.time_s):
            continue
        for halvings in range(1, HALVINGS + 1):
            less = {**inputs[i], "current": inputs[i]["current"] / 2**halvings}
            trial = kernel.run([less], end_s, retry=False)[0]
            if trial.failed is None:
                found[i] = trial if trial.at_once else segment
                break
    return found


def _discharged(p: Prepared, segment: Segment, curves: bool) -> Outcome:
    refusal = failed(p, segment) or impossible(p, segment, 1.0)
    if refusal is not None:
        return refusal
    voltage, charge = segment.outputs[VOLTAGE], segment.outputs[CHARGE]
    energy = float(np.trapezoid(voltage, charge))
    values = {
        "capacity_mAh_cm2": float(charge[-1]) / 10, "energy_mWh_cm2": energy / 10,
        "mean_voltage_V": energy / float(charge[-1]) if charge[-1] > 0 else float(voltage[0]),
        "time_s": float(segment.time_s[-1]),
    }
    if TEMPERATURE in segment.outputs:
        hottest = float(segment.outputs[TEMPERATURE].max())
        values["max_temperature_C"] = hottest - KELVIN
        values["temperature_rise_K"] = hottest - KELVIN - p.temperature_C
    nominal_s = 3600 / (p.rate_C or 1.0)
    if segment.at_once or segment.time_s[-1] < SHORTEST * nominal_s:
        words = f"the lower cut-off is reached after {segment.time_s[-1]:.3g} s at {p.rate_C:.3g}C"
        return cannot_carry(p, words, values)
    if segment.event is None:
        return limit_reached(p, "the lower cut-off is not reached in three times the nominal duration", values)
    outcome = p.outcome(values)
    return outcome.model_copy(update={"curve": curve_of([segment])}) if curves else outcome


def pulse(kernel: Integrator, prepared: Sequence[Prepared], protocol: Pulse, curves: bool) -> list[Outcome]:
    """A current pulse from equilibrium: (OCV − V)/I at its end, or at the moment when a voltage limit ends it."""
    sign = 1.0 if protocol.direction == "discharge" else -1.0
    inputs = [
        {**UNDRIVEN, **p.inputs(protocol.soc_pct / 100), "by current": 1.0,
         "current": sign * p.load_A_m2,
         **({"voltage floor": p.point.pair.v_min} if sign > 0 else {"voltage ceiling": p.point.pair.v_max})}
        for p in prepared
    ]
    segments = kernel.run(inputs, protocol.duration_s)
    segments = without_start(kernel, inputs, segments, protocol.duration_s)
    return [_pulsed(p, s, protocol, sign, curves) for p, s in zip(prepared, segments, strict=True)]


def _pulsed(p: Prepared, segment: Segment, protocol: Pulse, sign: float, curves: bool) -> Outcome:
    refusal = failed(p, segment) or impossible(p, segment, sign)
    if refusal is not None:
        return refusal
    ocv, end, lasted = float(segment.outputs[OCV][0]), segment.last(VOLTAGE), float(segment.time_s[-1])
    limit = "lower" if sign > 0 else "upper"
    if segment.at_once:
        return cannot_carry(p, f"the {limit} voltage limit is broken at once at {p.rate_C:.3g}C")
    values = {
        "resistance_ohm_cm2": sign * (ocv - end) / (p.load_A_m2 * 1e-4), "voltage_end_V": end, "ocv_V": ocv,
    }
    if segment.event is not None:
        words = f"the {limit} voltage limit ends the pulse after {lasted:.3g} s of {protocol.duration_s:g} s"
        return limit_reached(p, words, values)
    outcome = p.outcome(values)
    return outcome.model_copy(update={"curve": curve_of([segment])}) if curves else outcome
