"""What a scorer gives: a value, a reason and its version. NaN means that it could not score, which is not 0."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ScorerFunction = Callable[[Any, Any], "Score"]


@dataclass(frozen=True)
class Score:
    """One judged value; NaN where there was nothing to judge, with the reason why."""

    value: float
    reason: str

    @property
    def scored(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)


@dataclass(frozen=True)
class Scorer:
    """A plain function of (output, expected), its name and its version; raise the version when its meaning changes."""

    name: str
    version: str
    function: ScorerFunction

    def __call__(self, output: Any, expected: Any) -> Score:
        """Judge one output against what was expected of its case."""
        return self.function(output, expected)


def scorer(version: str) -> Callable[[ScorerFunction], Scorer]:
    """Declare a plain function as a scorer named like it."""

    def declare(function: ScorerFunction) -> Scorer:
        return Scorer(function.__name__, version, function)

    return declare


def unscored(reason: str) -> Score:
    """The score of something that could not be judged."""
    return Score(math.nan, reason)


def share(part: int, whole: int, what: str) -> Score:
    """part / whole with its counts as the reason; NaN where the whole is empty."""
    if whole == 0:
        return unscored(f"there are no {what}")
    return Score(part / whole, f"{part} of {whole} {what}")


def wilson(kept: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score: honest at 0 and 1 too, where the plain one has no width.

    (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n) with z = 1.96.

    >>> [round(v, 4) for v in wilson(10, 10)]
    [0.7225, 1.0]
    """
    if of <= 0:
        return math.nan, math.nan
    z, p = 1.959964, kept / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return max((middle - half) / (1 + z * z / of), 0.0), min((middle + half) / (1 + z * z / of), 1.0)
