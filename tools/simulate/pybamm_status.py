"""What a segment of a simulation means for its point: the one place where statuses are decided."""

from __future__ import annotations

from tools.simulate.point import Outcome
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.segment import OCV, VOLTAGE, Segment

ABOVE_START_V = 0.02
SHORTEST = 0.01  # of the nominal duration: a discharge that ends earlier carries nothing worth the name


def failed(prepared: Prepared, segment: Segment) -> Outcome | None:
    """The outcome of a segment that the integrator did not finish, after all retries; None where it did."""
    if segment.failed is None:
        return None
    return Outcome(status="failed", validity=prepared.validity, note=segment.failed)


def impossible(prepared: Prepared, segment: Segment, sign: float) -> Outcome | None:
    """A failed outcome where the voltage rose above its start on discharge (sign 1) or fell below it on charge (−1)."""
    start, voltage = float(segment.outputs[OCV][0]), segment.outputs[VOLTAGE]
    worst = float((sign * (voltage - start)).max())
    if worst <= ABOVE_START_V:
        return None
    return Outcome(status="failed", validity=prepared.validity,
                   note=f"the solution is not physical: {worst:.3g} V beyond the open-circuit voltage at the start")


def cannot_carry(prepared: Prepared, note: str, values: dict[str, float] | None = None) -> Outcome:
    """The design reaches a limit at once: an answer, not an error."""
    return Outcome(status="cannot carry the current", values=values or {}, validity=prepared.validity, note=note)


def limit_reached(prepared: Prepared, note: str, values: dict[str, float]) -> Outcome:
    """A limit ended the protocol early; the values are those up to then."""
    return Outcome(status="limit reached", values=values, validity=prepared.validity, note=note)
