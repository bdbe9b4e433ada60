"""What a person knows of a cell, in teardown terms or in designer's terms; whatever is left out is assumed and said.

A sheet is resolved into a `CellDesign` by `tools.simulate.sheet`. Lengths in mm and µm, one coated side, calendered.
"""

from __future__ import annotations

from pydantic import Field

from knowledge.cell import Format
from knowledge.frozen import Frozen


class ElectrodeSheet(Frozen):
    """One electrode. Two of loading, thickness and density (or porosity) are enough; a third is checked."""

    loading_mg_cm2: float | None = Field(default=None, gt=0, description="dry coating of one side")
    coating_thickness_um: float | None = Field(default=None, gt=0, description="of one side, calendered, without foil")
    density_g_cm3: float | None = Field(default=None, gt=0, description="of the calendered coating, pores included")
    porosity: float | None = Field(default=None, gt=0, lt=1)
    active_volume_fraction: float | None = Field(default=None, gt=0, lt=1, description="of the coating, in "
                                                 "place of the mass fractions, as parameter sets give it")
    active_mass_fraction: float | None = Field(default=None, gt=0, le=1, description="of the dry coating")
    conductive_mass_fraction: float | None = Field(default=None, ge=0, le=1)
    binder_mass_fraction: float | None = Field(default=None, ge=0, le=1)
    particle_radius_um: float | None = Field(default=None, gt=0)
    foil_thickness_um: float | None = Field(default=None, gt=0)
    # Only of a blend, and left out of dumps elsewhere, so that plain sheets keep their identity.
    second_share: float | None = Field(default=None, gt=0, lt=1, exclude_if=lambda share: share is None,
                                       description="of the active mass, of a blend's second active material")
    second_radius_um: float | None = Field(default=None, gt=0, exclude_if=lambda radius: radius is None)


class SeparatorSheet(Frozen):
    """The separator between two electrodes."""

    material: str | None = Field(default=None, description="key of the separator's card")
    thickness_um: float | None = Field(default=None, gt=0)
    porosity: float | None = Field(default=None, gt=0, lt=1)


class DesignSheet(Frozen):
    """A cell in the terms of a teardown, of a designer, or of both; null and missing mean unknown.

    Teardown: foils, loadings, thicknesses, layers, strip or sheet size. Designer: areal capacity, N/P ratio, porosity.
    """

    name: str = "design"
    system: str = Field(description="key of the parameter set that stands for the chemistry")
    format: Format
    positive: ElectrodeSheet = ElectrodeSheet()
    negative: ElectrodeSheet = ElectrodeSheet()
    separator: SeparatorSheet = SeparatorSheet()
    areal_capacity_mAh_cm2: float | None = Field(default=None, gt=0, description="balanced, of one pair")
    np_ratio: float | None = Field(default=None, gt=0, description="negative over positive, first charge")
    v_min: float | None = Field(default=None, gt=0, lt=6, description="[V]")
    v_max: float | None = Field(default=None, gt=0, lt=6, description="[V]")
    electrolyte: str | None = Field(default=None, description="key of the electrolyte's card")
    layers: int | None = Field(default=None, ge=1, description="double-sided positives of a stack")
    positive_length_mm: float | None = Field(default=None, gt=0, description="coated strip, or sheet along the current")
    positive_width_mm: float | None = Field(default=None, gt=0, description="coated width of the strip or sheet")
    electrode_area_cm2: float | None = Field(default=None, gt=0, description="all positive coating, both sides")
    electrolyte_excess: float | None = Field(default=None, ge=1, le=3)
    fill_clearance_mm: float | None = Field(default=None, ge=0, le=5)


class Assumed(Frozen):
    """A field that a sheet left out, the value taken for it, and where that comes from."""

    field: str
    value: float | str | None
    basis: str


class SheetCheck(Frozen):
    """A value that a sheet gives and that also follows from its other values."""

    field: str
    given: float
    derived: float

    @property
    def difference_pct(self) -> float:
        """(derived − given) / given in %."""
        return 100 * (self.derived / self.given - 1)
