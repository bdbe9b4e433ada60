"""Protocols on one batched kernel. Pulses, power and fast charge are the very procedures that PyBaMM's kernel runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from knowledge.protocol import Discharge, Protocol, ThermalDischarge
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.point import Outcome
from tools.simulate.pybamm_charge import fast_charge
from tools.simulate.pybamm_curves import curve_of
from tools.simulate.pybamm_power import pulse_power
from tools.simulate.pybamm_prepare import KELVIN, Prepared
from tools.simulate.pybamm_protocols import discharge_inputs, pulse
from tools.simulate.pybamm_round_trip import round_trip
from tools.simulate.pybamm_status import SHORTEST, cannot_carry, failed, limit_reached
from tools.simulate.segment import CHARGE, ENERGY, TEMPERATURE, VOLTAGE, Segment


def discharge(
    kernel: BatchedKernel, prepared: Sequence[Prepared], protocol: Discharge | ThermalDischarge, curves: bool
) -> list[Outcome]:
    """Constant current from 100 % SOC to the lower cut-off; with a lumped temperature where the protocol has one."""
    longest = [3 * 3600 / (p.rate_C or 1.0) for p in prepared]
    segments = kernel.run(discharge_inputs(prepared, protocol), longest)
    return [_discharged(p, segment, curves) for p, segment in zip(prepared, segments, strict=True)]


def _discharged(p: Prepared, segment: Segment, curves: bool) -> Outcome:
    refusal = failed(p, segment)
    if refusal is not None:
        return refusal
    charge, energy, seconds = segment.last(CHARGE), segment.last(ENERGY), float(segment.time_s[-1])
    values = {
        "capacity_mAh_cm2": charge / 10, "energy_mWh_cm2": energy / 10,
        "mean_voltage_V": energy / charge if charge > 0 else segment.last(VOLTAGE), "time_s": seconds,
    }
    if TEMPERATURE in segment.outputs:
        hottest = float(segment.outputs[TEMPERATURE].max()) - KELVIN
        values |= {"max_temperature_C": hottest, "temperature_rise_K": hottest - p.temperature_C}
    if segment.at_once or seconds < SHORTEST * 3600 / (p.rate_C or 1.0):
        return cannot_carry(p, f"the lower cut-off is reached after {seconds:.3g} s at {p.rate_C:.3g}C", values)
    if segment.event is None:
        return limit_reached(p, "the lower cut-off is not reached in three times the nominal duration", values)
    outcome = p.outcome(values)
    return outcome.model_copy(update={"curve": curve_of([segment])}) if curves else outcome


HEATED = ("thermal_discharge",)
Runner = Callable[[Any, Sequence[Prepared], Any, bool], list[Outcome]]
RUNNERS: dict[str, Runner] = {
    "discharge": discharge, "thermal_discharge": discharge, "pulse": pulse, "pulse_power": pulse_power,
    "fast_charge": fast_charge, "round_trip": round_trip,
}


def run(kernel: BatchedKernel, prepared: Sequence[Prepared], protocol: Protocol, curves: bool) -> list[Outcome]:
    """Outcomes of a protocol in `RUNNERS`, in order."""
    return RUNNERS[protocol.kind](kernel, prepared, protocol, curves)
