"""The steep ends of open-circuit curves, made wider or narrower: where the positive is full and the negative empty.

A parameter set's curve is a fit to half cells of few points at the ends, and the end of a discharge is one of a whole
cell, whose layers and particles do not end together. w stretches the distance from the end, and leaves the rest of the
curve alone: u' = u/w at u → 0 and u' → u beyond `REACH`, u being 1 − y of the positive or x of the negative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.failures import BadInput

REACH = 0.2  # of stoichiometry
OCP = {"positive_end": "Positive electrode OCP [V]", "negative_end": "Negative electrode OCP [V]"}


def stretched(left: Any, width: Any) -> Any:
    """The distance from the end at which the set's curve is read, for a distance `left` and a width as a factor."""
    import pybamm

    kept = 1 - pybamm.exp(-((left / REACH) ** 2))
    return left * (1 / width + (1 - 1 / width) * kept)


def widened(values: Any, name: str, width: Any) -> dict[str, Callable[..., Any]]:
    """The open-circuit potential of one side with its end as wide as `width` says.

    Raises:
        tools.failures.BadInput: the side is a blend of two materials, whose curve has no one end.
    """
    if OCP[name] not in values:
        raise BadInput(f"{name}: the negative of this set is a blend of two materials; leave it out of the fit",
                       field="fit")
    published = values[OCP[name]]

    def potential(stoichiometry: Any) -> Any:
        if name == "positive_end":
            return published(1 - stretched(1 - stoichiometry, width))
        return published(stretched(stoichiometry, width))

    return {OCP[name]: potential}
