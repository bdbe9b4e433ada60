"""Which designs count as distinct, and a greedy pick of the most different ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge.offer import Distance

APART = 0.10      # of a variable's range
IN_VARIABLES = 2


@dataclass(frozen=True)
class Place:
    """Where a design stands: its system, format and layer count, and its vector in its own space."""

    id: str
    system: str
    format: str
    layers: int | None
    names: tuple[str, ...]
    vector: np.ndarray

    def differences(self, other: Place) -> dict[str, float]:
        """Difference of each variable that both have, as a fraction of its range, the largest first."""
        mine = dict(zip(self.names, self.vector, strict=True))
        theirs = dict(zip(other.names, other.vector, strict=True))
        found = {n: abs(float(mine[n] - theirs[n])) for n in self.names if n in theirs}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


Kind = Literal["system", "format", "layers", "variables", "not distinct"]


def kind_of(one: Place, other: Place) -> Kind:
    """Why two designs count as distinct: the first of system, format, layers, variables that holds."""
    if one.system != other.system:
        return "system"
    if one.format != other.format:
        return "format"
    if one.layers is not None and other.layers is not None and one.layers != other.layers:
        return "layers"
    apart = sum(d >= APART - 1e-9 for d in one.differences(other).values())
    return "variables" if apart >= IN_VARIABLES else "not distinct"


def separation(one: Place, other: Place) -> float:
    """How far apart two designs are, for picking: the second largest difference; 1 more across systems or formats.

    Two designs that only differ in layers are kept apart by half of `APART`, so that variables decide first.
    """
    if (one.system, one.format) != (other.system, other.format):
        return 2.0
    largest = list(one.differences(other).values())
    within = largest[IN_VARIABLES - 1] if len(largest) >= IN_VARIABLES else 0.0
    return max(within, APART / 2) if kind_of(one, other) == "layers" else within


def pick(places: Sequence[Place], count: int, merit: Sequence[float] | None = None,
         taken: Sequence[Place] = ()) -> list[int]:
    """Greedy max-min: the best by merit first, then always the one farthest from all picked (and `taken`).

    Args:
        merit: higher is better; it breaks ties and chooses the first one.
    Returns:
        Indices in the order picked, at most `count`; designs that are not distinct from a picked one come last.
    """
    if not places:
        return []
    worth = np.zeros(len(places)) if merit is None else np.asarray(merit, dtype=float)
    spread = float(np.ptp(worth)) or 1.0
    bonus = 0.02 * (worth - worth.min()) / spread
    nearest = np.array([min((separation(p, t) for t in taken), default=3.0) for p in places])
    chosen: list[int] = []
    free = set(range(len(places)))
    while free and len(chosen) < count:
        best = max(sorted(free), key=lambda i: (nearest[i] + bonus[i], -i))
        chosen.append(best)
        free.discard(best)
        for i in free:
            nearest[i] = min(nearest[i], separation(places[i], places[best]))
    return chosen


def distinct(places: Sequence[Place]) -> list[int]:
    """The first of each group of designs that are not distinct from one another, in order."""
    kept: list[int] = []
    for i, place in enumerate(places):
        if all(kind_of(place, places[j]) != "not distinct" for j in kept):
            kept.append(i)
    return kept


def distance(place: Place, others: Sequence[Place]) -> Distance:
    """How far a design is from its nearest fellow among `others`, for the report."""
    fellows = [o for o in others if o.id != place.id]
    if not fellows:
        return Distance(nearest_id=None, kind="only one")
    nearest = min(fellows, key=lambda o: (separation(place, o), o.id))
    variables = {n: round(d, 4) for n, d in place.differences(nearest).items()}
    return Distance(nearest_id=nearest.id, kind=kind_of(place, nearest), variables=variables)
