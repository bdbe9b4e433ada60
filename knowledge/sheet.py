"""What a person knows of a cell, in teardown terms or in designer's terms; whatever is left out is assumed and said.

A sheet is resolved into a `CellDesign` by `tools.simulate.sheet`. Lengths in mm and µm, one coated side, calendered.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from knowledge.cell import (
    FoilUm,
    Format,
    HighVolts,
    LowVolts,
    Porosity,
    RadiusUm,
    SeparatorPorosity,
    SeparatorUm,
    Share,
    ThicknessUm,
)
from knowledge.frozen import Frozen
from knowledge.plausible import Plausible


class ElectrodeSheet(Frozen):
    """One electrode. Two of loading, thickness and density (or porosity) are enough; a third is checked."""

    loading_mg_cm2: Annotated[float | None, Plausible(0.5, 80)] = Field(
        default=None, gt=0, description="dry coating of one side")
    coating_thickness_um: ThicknessUm | None = Field(default=None, gt=0,
                                                     description="of one side, calendered, without foil")
    density_g_cm3: Annotated[float | None, Plausible(0.5, 5)] = Field(
        default=None, gt=0, description="of the calendered coating, pores included")
    porosity: Porosity | None = Field(default=None, gt=0, lt=1)
    active_volume_fraction: Annotated[float | None, Plausible(0.1, 0.95)] = Field(
        default=None, gt=0, lt=1, description="of the coating, in place of the mass fractions, as parameter sets give "
                                              "it")
    active_mass_fraction: Annotated[float | None, Plausible(0.5, 1)] = Field(default=None, gt=0, le=1,
                                                                             description="of the dry coating")
    conductive_mass_fraction: Annotated[float | None, Plausible(0, 0.5)] = Field(default=None, ge=0, le=1)
    binder_mass_fraction: Annotated[float | None, Plausible(0, 0.5)] = Field(default=None, ge=0, le=1)
    particle_radius_um: RadiusUm | None = Field(default=None, gt=0)
    foil_thickness_um: FoilUm | None = Field(default=None, gt=0)
    # Only of a blend, and left out of dumps elsewhere, so that plain sheets keep their identity.
    second_share: Share | None = Field(default=None, gt=0, lt=1, exclude_if=lambda share: share is None,
                                       description="of the active mass, of a blend's second active material")
    second_radius_um: RadiusUm | None = Field(default=None, gt=0, exclude_if=lambda radius: radius is None)


class SeparatorSheet(Frozen):
    """The separator between two electrodes."""

    material: str | None = Field(default=None, description="key of the separator's card")
    thickness_um: SeparatorUm | None = Field(default=None, gt=0)
    porosity: SeparatorPorosity | None = Field(default=None, gt=0, lt=1)


class DesignSheet(Frozen):
    """A cell in the terms of a teardown, of a designer, or of both; null and missing mean unknown.

    Teardown: foils, loadings, thicknesses, layers, strip or sheet size. Designer: areal capacity, N/P ratio, porosity.
    """

    name: str = "design"
    system: str = Field(description="key of the parameter set that stands for the chemistry",
                        examples=["nmc811_graphite_siox"])
    format: Format
    positive: ElectrodeSheet = ElectrodeSheet()
    negative: ElectrodeSheet = ElectrodeSheet()
    separator: SeparatorSheet = SeparatorSheet()
    areal_capacity_mAh_cm2: Annotated[float | None, Plausible(0.2, 15)] = Field(
        default=None, gt=0, description="balanced, of one pair")
    np_ratio: Annotated[float | None, Plausible(1, 3)] = Field(default=None, gt=0, description="negative over "
                                                               "positive, first charge")
    v_min: LowVolts | None = Field(default=None, gt=0, lt=6, description="[V]")
    v_max: HighVolts | None = Field(default=None, gt=0, lt=6, description="[V]")
    electrolyte: str | None = Field(default=None, description="key of the electrolyte's card")
    layers: Annotated[int | None, Plausible(1, 1000)] = Field(default=None, ge=1,
                                                              description="double-sided positives of a stack")
    positive_length_mm: Annotated[float | None, Plausible(10, 20_000)] = Field(
        default=None, gt=0, description="coated strip, or sheet along the current")
    positive_width_mm: Annotated[float | None, Plausible(10, 1500)] = Field(
        default=None, gt=0, description="coated width of the strip or sheet")
    electrode_area_cm2: Annotated[float | None, Plausible(1, 1_000_000)] = Field(
        default=None, gt=0, description="all positive coating, both sides")
    electrolyte_excess: float | None = Field(default=None, ge=1, le=3)
    fill_clearance_mm: float | None = Field(default=None, ge=0, le=5)

    @model_validator(mode="before")
    @classmethod
    def _null_is_unknown(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        known = {name: value for name, value in given.items() if value is not None}
        shape = known.get("format")
        if isinstance(shape, dict):
            known["format"] = {name: value for name, value in shape.items() if value is not None}
        return known


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
