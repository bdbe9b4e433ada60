"""Where a design stands among others when no design space says so: its variables over fixed ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from knowledge.cell import CellDesign

if TYPE_CHECKING:
    from tools.generate.space import DesignSpace
    from tools.optimise.diversity import Place

# name → (lowest, highest); the ranges of usual electrodes, only used to express differences.
RANGES: dict[str, tuple[float, float]] = {
    "positive_thickness_um": (20.0, 150.0), "thickness_ratio": (0.5, 2.5), "positive_porosity": (0.18, 0.45),
    "negative_porosity": (0.18, 0.45), "positive_radius_um": (0.1, 12.0), "negative_radius_um": (2.0, 15.0),
    "separator_um": (8.0, 25.0),
}


def variables(design: CellDesign) -> dict[str, float]:
    """The independent variables of the electrode pair."""
    positive, negative = design.pair.positive, design.pair.negative
    return {
        "positive_thickness_um": positive.coating_thickness_um,
        "thickness_ratio": negative.coating_thickness_um / positive.coating_thickness_um,
        "positive_porosity": positive.porosity, "negative_porosity": negative.porosity,
        "positive_radius_um": positive.particle_radius_um, "negative_radius_um": negative.particle_radius_um,
        "separator_um": design.pair.separator.thickness_um,
    }


def place_of(design: CellDesign, layers: int | None, spaces: Sequence[DesignSpace] = ()) -> Place:
    """System, format, layers and the variables as fractions of their ranges: the design's own space where given.

    The turns of a winding are no layer count: they follow from the thicknesses.
    """
    import numpy as np

    from tools.optimise.diversity import Place

    layers = None if design.format.kind == "cylindrical" else layers
    for space in spaces:
        if (space.system, space.kind) == (design.pair.system, design.format.kind):
            return Place(id=design.id, system=space.system, format=space.kind, layers=layers,
                         names=tuple(v.name for v in space.variables), vector=space.vector(design))
    values = variables(design)
    vector = np.array([(values[n] - low) / (high - low) for n, (low, high) in RANGES.items()])
    return Place(id=design.id, system=design.pair.system, format=design.format.kind, layers=layers,
                 names=tuple(RANGES), vector=vector)
