"""Fast charge: constant current until the anode potential or the voltage reaches its limit, then held at that limit.

Each point is a small state machine over three modes (current, anode, voltage); points in the same mode run as one batch
from their own states. The time between two states of charge is by counted charge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from knowledge.protocol import FastCharge
from tools.simulate.point import Outcome
from tools.simulate.pybamm_curves import curve_of
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import failed, limit_reached
from tools.simulate.segment import ANODE, CHARGE, CURRENT, IDLE_CONTROL, NO_LIMITS, Integrator, Segment

ChargeMode = Literal["current", "anode", "voltage"]
MODES: tuple[ChargeMode, ...] = ("current", "anode", "voltage")
MOST_PHASES = 10
TAPER_C = 0.02      # a charge that falls below C/50 has stopped
FULL_PCT = 99.5     # a window that ends here ends with the taper: 100 % is only reached at zero current
SLACK_V = 0.0005    # a held limit may be touched without ending its own phase
LONGEST_S = 200_000.0


@dataclass
class _Charge:
    """One point's charge so far."""

    prepared: Prepared
    protocol: FastCharge
    mode: ChargeMode = "current"
    state: np.ndarray | None = None
    segments: list[Segment] = field(default_factory=list)
    outcome: Outcome | None = None

    @property
    def most_A_m2(self) -> float:
        return self.prepared.load_A_m2

    def inputs(self) -> dict[str, float]:
        protocol, pair = self.protocol, self.prepared.point.pair
        window = (protocol.soc_to_pct - protocol.soc_from_pct) / 100
        limits = {**NO_LIMITS, "charge floor": -window * self.prepared.one_C_A_m2}
        control = dict(IDLE_CONTROL)
        taper = TAPER_C * self.prepared.one_C_A_m2
        if self.mode == "current":
            control.update({"by current": 1.0, "current": -self.most_A_m2})
            limits.update({"voltage ceiling": pair.v_max, "anode floor": protocol.anode_potential_limit_V})
        elif self.mode == "anode":
            control.update({"by anode": 1.0, "anode": protocol.anode_potential_limit_V})
            limits.update({"voltage ceiling": pair.v_max + SLACK_V, "taper current": taper,
                           "charge current ceiling": self.most_A_m2 * 1.002})
        else:
            control.update({"by voltage": 1.0, "voltage": pair.v_max})
            limits.update({"anode floor": protocol.anode_potential_limit_V - SLACK_V, "taper current": taper,
                           "charge current ceiling": self.most_A_m2 * 1.002})
        return {**self.prepared.inputs(protocol.soc_from_pct / 100), **control, **limits}

    def advance(self, segment: Segment) -> None:
        """Take a finished phase and choose the next one."""
        self.outcome = failed(self.prepared, segment)
        if self.outcome is not None:
            return
        if not segment.at_once:
            self.segments.append(segment)
        self.state = segment.state
        following: dict[str, ChargeMode] = {
            "voltage ceiling": "voltage", "anode floor": "anode", "charge current ceiling": "current"}
        if segment.event == "charge floor":
            self.outcome = self.finished()
        elif segment.event in following and following[segment.event] != self.mode:
            self.mode = following[segment.event]
        else:
            self.outcome = self.stopped(segment)

    def values(self) -> dict[str, float]:
        if not self.segments:
            return {}
        seconds = sum(float(s.time_s[-1]) for s in self.segments)
        return {
            "time_min": seconds / 60,
            "min_anode_potential_V": min(float(s.outputs[ANODE].min()) for s in self.segments),
            "capacity_mAh_cm2": -self.segments[-1].last(CHARGE) / 10,
            "max_rate_C": max(float(-s.outputs[CURRENT].min()) for s in self.segments) / self.prepared.one_C_A_m2,
        }

    def finished(self, note: str = "") -> Outcome:
        values = self.values()
        fastest = self.prepared.system.validity.rate_C[1]
        passed = values["capacity_mAh_cm2"] / self.prepared.one_C_A_m2 * 10
        mean_rate = passed / (values["time_min"] / 60)
        if mean_rate <= fastest:
            return self.prepared.outcome(values, note)
        words = "; ".join(w for w in (note, f"mean charge rate {mean_rate:.3g}C is above {fastest:g}C") if w)
        return self.prepared.outcome(values, words).model_copy(update={"validity": "extrapolated"})

    def stopped(self, segment: Segment) -> Outcome:
        values = self.values()
        tapered = self.mode == "voltage" and segment.event == "taper current"
        if tapered and self.protocol.soc_to_pct >= FULL_PCT and values:
            return self.finished("full: at the upper voltage the current has fallen to C/50")
        values.pop("time_min", None)
        soc = self.protocol.soc_from_pct + values.get("capacity_mAh_cm2", 0.0) / self.prepared.one_C_A_m2 * 1000
        held = {"anode": "the anode potential limit", "voltage": "the upper voltage limit"}.get(self.mode, "the limits")
        words = f"{held} throttles the charge below C/50 at {soc:.0f} % SOC, before the window's end"
        return limit_reached(self.prepared, words, values)


def fast_charge(kernel: Integrator, prepared: Sequence[Prepared], protocol: FastCharge, curves: bool) -> list[Outcome]:
    """Charge over a SOC window as fast as rate, upper voltage and anode potential allow."""
    charges = [_Charge(p, protocol) for p in prepared]
    for _ in range(MOST_PHASES):
        for mode in MODES:
            batch = [c for c in charges if c.outcome is None and c.mode == mode]
            segments = kernel.run([c.inputs() for c in batch], LONGEST_S, [c.state for c in batch]) if batch else []
            for charge, segment in zip(batch, segments, strict=True):
                charge.advance(segment)
    return [_ended(c, curves) for c in charges]


def _ended(charge: _Charge, curves: bool) -> Outcome:
    if charge.outcome is None:
        return Outcome(status="failed", validity=charge.prepared.validity,
                       note=f"the charge changed between its limits more than {MOST_PHASES} times")
    if curves and charge.segments:
        return charge.outcome.model_copy(update={"curve": curve_of(charge.segments)})
    return charge.outcome
