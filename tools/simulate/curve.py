"""Reading an amount off a constant-current curve: how much had flowed by when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tools.simulate.point import Outcome


def gained(outcome: Outcome, what: str) -> tuple[list[float], list[float]]:
    """Times [s] and the cumulative share (0 … 1) of the charge, or of the energy where `what` starts with it.

    The current is constant, so charge grows with time and energy with the time integral of the voltage (trapezoids).
    Without a curve the growth is taken as linear.
    """
    time = list(outcome.curve.get("time_s", []))
    volts = list(outcome.curve.get("voltage_V", []))
    if len(time) < 2 or len(volts) != len(time):
        return [0.0, 1.0], [0.0, 1.0]
    flow = volts if what.startswith("energy") else [1.0] * len(volts)
    total, sums = 0.0, [0.0]
    for i in range(1, len(time)):
        total += (time[i] - time[i - 1]) * (flow[i] + flow[i - 1]) / 2
        sums.append(total)
    return time, [s / total for s in sums]


def interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Linear interpolation on ascending `xs`, constant beyond the ends.

    >>> interpolate(1.5, [1.0, 2.0], [10.0, 20.0])
    15.0
    """
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    i = bisect_left(xs, x)
    share = (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] + share * (ys[i] - ys[i - 1])
