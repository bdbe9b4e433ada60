"""Pulse power: the constant power whose voltage just reaches the limit at the end of the pulse.

A current pulse gives a first guess from its resistance; constant-power pulses then bracket the power, all points in one
batch, until the end voltage is within `CLOSE_V` of the limit, or a percent more power would let the voltage collapse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.protocol import PulsePower
from tools.simulate.point import Outcome
from tools.simulate.pybamm_curves import curve_of
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import cannot_carry, failed
from tools.simulate.segment import CURRENT, OCV, UNDRIVEN, VOLTAGE, Integrator, Segment

CLOSE_V = 0.002
ROUNDS = 14
FIRST_C = 1.0  # the current pulse whose resistance gives the first guess
RETREAT = 0.6  # after a guess that was too high
CLOSE_SHARE = 0.01  # a bracket this narrow is good enough
COLLAPSE = 0.05  # V beyond the limit where a trial pulse is given up


@dataclass
class _Trial:
    """The search of one point: powers [W/m², positive] that hold and that do not, with their end voltages."""

    prepared: Prepared
    limit_V: float
    ocv_V: float
    power: float
    held: tuple[float, float] | None = None    # (power, room in V ≥ 0)
    broken: tuple[float, float] | None = None  # (power, room in V < 0)
    segment: Segment | None = None
    outcome: Outcome | None = None

    def next_power(self, room: float, current: float) -> float:
        """The next guess: a secant inside the bracket, or from the resistance seen so far."""
        if self.held is not None and self.broken is not None:
            (p0, r0), (p1, r1) = self.held, self.broken
            share = 0.5 if r1 <= -COLLAPSE else min(max(r0 / (r0 - r1), 0.1), 0.9)
            return p0 + share * (p1 - p0)
        if self.broken is not None:
            return RETREAT * self.broken[0]
        overpotential = abs(self.ocv_V - self.limit_V)
        resistance = max(overpotential - room, 1e-6) / current
        return overpotential / resistance * self.limit_V * 1.002


def pulse_power(kernel: Integrator, prepared: Sequence[Prepared], protocol: PulsePower, curves: bool) -> list[Outcome]:
    """The largest power that can be held constant for the duration, from rest, before a voltage limit is reached."""
    sign = 1.0 if protocol.direction == "discharge" else -1.0
    pulses = kernel.run([_inputs(p, protocol, sign, None) for p in prepared], protocol.duration_s)
    trials = [_begin(p, s, protocol, sign) for p, s in zip(prepared, pulses, strict=True)]
    for _ in range(ROUNDS):
        active = [t for t in trials if t.outcome is None]
        inputs = [_inputs(t.prepared, protocol, sign, t.power) for t in active]
        segments = kernel.run(inputs, protocol.duration_s, retry=False) if active else []
        for trial, segment in zip(active, segments, strict=True):
            _judge(trial, segment, sign)
    return [_finish(t, sign, curves) for t in trials]


def _limit(p: Prepared, protocol: PulsePower, sign: float) -> float:
    if protocol.v_limit is not None:
        return protocol.v_limit
    return p.point.pair.v_min if sign > 0 else p.point.pair.v_max


def _inputs(p: Prepared, protocol: PulsePower, sign: float, power: float | None) -> dict[str, float]:
    limit = _limit(p, protocol, sign)
    load = {"by current": 1.0, "current": sign * FIRST_C * p.one_C_A_m2} if power is None else {
        "by power": 1.0, "power": sign * power, "voltage floor": limit - COLLAPSE, "voltage ceiling": limit + COLLAPSE}
    if power is not None:
        load.pop("voltage ceiling" if sign > 0 else "voltage floor")
    return {**UNDRIVEN, **p.inputs(protocol.soc_pct / 100), **load}


def _begin(p: Prepared, pulse: Segment, protocol: PulsePower, sign: float) -> _Trial:
    limit = _limit(p, protocol, sign)
    ocv = float(p.balance.ocv(protocol.soc_pct / 100))
    trial = _Trial(p, limit, ocv, power=0.0, outcome=failed(p, pulse))
    if sign * (ocv - limit) <= 0:
        trial.outcome = cannot_carry(p, f"the cell at rest ({ocv:.3f} V) is beyond the voltage limit {limit:g} V")
    if trial.outcome is None:
        first = FIRST_C * p.one_C_A_m2
        resistance = max(sign * (ocv - pulse.last(VOLTAGE)), 1e-6) / first
        trial.power = limit * sign * (ocv - limit) / resistance
    return trial


def _judge(trial: _Trial, segment: Segment, sign: float) -> None:
    if segment.failed is not None or segment.event is not None:
        room = -COLLAPSE
    else:
        room = sign * (segment.last(VOLTAGE) - trial.limit_V)
    if room < 0:
        trial.broken = (trial.power, room)
    else:
        trial.held, trial.segment = (trial.power, room), segment
    if trial.held and trial.broken and trial.broken[0] / trial.held[0] - 1 < CLOSE_SHARE:
        trial.outcome = Outcome(status="ok", note=_collapse(trial) if trial.held[1] > 5 * CLOSE_V else "")
        return
    if abs(room) <= CLOSE_V and segment.event is None and segment.failed is None:
        trial.segment = segment
        trial.outcome = Outcome(status="ok")
        return
    current = sign * segment.last(CURRENT) if segment.failed is None else 1.0
    trial.power = trial.next_power(room, max(current, 1e-9))


def _collapse(trial: _Trial) -> str:
    held = trial.held[0] if trial.held else 0.0
    above = f"; {trial.broken[0] / held - 1:.1%} more power is not held" if trial.broken and held else ""
    return f"at a little more power the voltage collapses within the pulse{above}"


def _finish(trial: _Trial, sign: float, curves: bool) -> Outcome:
    p, segment = trial.prepared, trial.segment
    if trial.outcome is not None and trial.outcome.status != "ok":
        return trial.outcome
    if segment is None:
        return Outcome(status="failed", validity=p.validity, note="no power was found that holds for the duration")
    end, current = segment.last(VOLTAGE), sign * segment.last(CURRENT)
    ocv = float(segment.outputs[OCV][0])
    found = p.outcome({
        "power_mW_cm2": end * current * 0.1, "current_mA_cm2": current * 0.1, "voltage_end_V": end, "ocv_V": ocv,
    }, note=trial.outcome.note if trial.outcome else _collapse(trial))
    return found.model_copy(update={"curve": curve_of([segment])}) if curves else found
