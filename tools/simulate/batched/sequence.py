"""Phases one after the other: constant current, power, voltage or anode potential, rest, and a profile of currents.

A phase ends at its duration or at a limit; the next one goes on from its state. Currents are per square metre of
electrode pair, discharge positive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from knowledge.frozen import Frozen
from tools.failures import BadInput
from tools.simulate.batched.history import Array
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.batched.layout import LIMIT_NAMES
from tools.simulate.segment import UNDRIVEN, Segment


class Phase(Frozen):
    """What is held, at which value, for how long at most, and the limits that end it earlier."""

    held: Literal["current", "power", "voltage", "anode"]
    value: float = Field(description="A/m², W/m² or V; discharge positive")
    duration_s: float = Field(gt=0)
    limits: dict[str, float] = Field(default_factory=dict, description="any of layout.LIMIT_NAMES")


def rest(duration_s: float) -> Phase:
    """No current."""
    return Phase(held="current", value=0.0, duration_s=duration_s)


def charge_cc_cv(current_A_m2: float, v_max: float, taper_A_m2: float, longest_s: float = 2e5) -> tuple[Phase, Phase]:
    """Charge at constant current to a voltage, which is then held until the current has fallen to `taper_A_m2`."""
    return (Phase(held="current", value=-current_A_m2, duration_s=longest_s, limits={"voltage ceiling": v_max}),
            Phase(held="voltage", value=v_max, duration_s=longest_s, limits={"taper current": taper_A_m2}))


def profile(times_s: Sequence[float], currents_A_m2: Sequence[float], floor_V: float, ceiling_V: float
            ) -> tuple[Phase, ...]:
    """A current for each interval between consecutive times.

    Raises:
        tools.failures.BadInput: the times do not rise, or the counts do not fit.
    """
    widths = [b - a for a, b in zip(times_s, times_s[1:], strict=False)]
    if len(widths) != len(currents_A_m2) or any(width <= 0 for width in widths):
        raise BadInput("a current profile needs rising times, one more than there are currents")
    limits = {"voltage floor": floor_V, "voltage ceiling": ceiling_V}
    return tuple(Phase(held="current", value=current, duration_s=width, limits=limits)
                 for width, current in zip(widths, currents_A_m2, strict=True))


def follow(
    kernel: BatchedKernel, designs: Sequence[Mapping[str, float]], phases: Sequence[Phase], stop_at: Sequence[str] = ()
) -> list[list[Segment]]:
    """The segments of each design (`Prepared.inputs`), phase by phase.

    A design whose phase fails, or ends at a limit named in `stop_at`, has no further segments.

    Raises:
        tools.failures.BadInput: a limit that does not exist.
    """
    unknown = sorted({name for phase in phases for name in phase.limits} - set(LIMIT_NAMES))
    if unknown:
        raise BadInput(f"there is no limit {unknown[0]!r}; the limits are {', '.join(LIMIT_NAMES)}")
    found: list[list[Segment]] = [[] for _ in designs]
    states: list[Array | None] = [None] * len(designs)
    going = list(range(len(designs)))
    for phase in phases:
        control = {**UNDRIVEN, **phase.limits, f"by {phase.held}": 1.0, phase.held: phase.value}
        segments = kernel.run([{**designs[i], **control} for i in going], phase.duration_s, [states[i] for i in going])
        for i, segment in zip(going, segments, strict=True):
            found[i].append(segment)
            states[i] = segment.state
        going = [i for i, s in zip(going, segments, strict=True) if s.failed is None and s.event not in stop_at]
    return found
