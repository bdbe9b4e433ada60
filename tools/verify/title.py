"""What an offer is called."""

from __future__ import annotations

from knowledge.cell import CellDesign, Cylindrical
from knowledge.parameters.registry import system


def title_of(design: CellDesign) -> str:
    """System and format with outer dimensions: `NMC811 | graphite-SiOx, cylindrical 46 × 95 mm`."""
    shape = design.format
    if isinstance(shape, Cylindrical):
        size = f"{shape.diameter_mm:.4g} × {shape.height_mm:.4g} mm"
    else:
        size = f"{shape.width_mm:.4g} × {shape.thickness_mm:.4g} × {shape.height_mm:.4g} mm"
    return f"{system(design.pair.system).label}, {shape.kind} {size}"
