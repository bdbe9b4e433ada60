"""What an offer is called."""

from __future__ import annotations

from knowledge.cell import CellDesign, Cylindrical
from knowledge.parameters.registry import system


def title_of(design: CellDesign) -> str:
    """System, outer dimensions and coatings: `NMC811 | graphite-SiOx, cylindrical 46 × 95 mm, 62/70 µm`."""
    shape = design.format
    if isinstance(shape, Cylindrical):
        size = f"{shape.diameter_mm:.4g} × {shape.height_mm:.4g} mm"
    else:
        size = f"{shape.width_mm:.4g} × {shape.thickness_mm:.4g} × {shape.height_mm:.4g} mm"
    coatings = f"{design.pair.positive.coating_thickness_um:.0f}/{design.pair.negative.coating_thickness_um:.0f} µm"
    return f"{system(design.pair.system).label}, {shape.kind} {size}, {coatings}"
