"""A design that the search has simulated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from knowledge.cell import CellDesign
from knowledge.figure import Figure
from tools.optimise.diversity import Place
from tools.optimise.margins import Judged


@dataclass(frozen=True)
class Tried:
    """A design that was simulated, what came out, and where it stands in its space."""

    design: CellDesign
    space: str
    vector: np.ndarray
    margins: np.ndarray
    expected: np.ndarray
    figures: tuple[Figure, ...]
    predicted: tuple[Figure, ...]
    verdict: Judged
    place: Place
    round: int
    life: tuple[Figure, ...] = ()  # of `figures`, those of an ageing run or estimated from runs of the same system

    def with_life(self, figures: tuple[Figure, ...], life: tuple[Figure, ...], verdict: Judged) -> Tried:
        """The same design with figures of its life after the others, judged with them."""
        return replace(self, figures=(*figures, *life), life=life, verdict=verdict)
