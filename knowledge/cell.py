"""What a cell is: material → formulation → electrode → pair → stack or winding → cell. Frozen; the rest is derived.

Mass, capacity, N/P ratio and cost are never stored here: `tools.simulate.buildup` computes them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from knowledge.frozen import Frozen, content_digest
from knowledge.plausible import Plausible

Fraction = Annotated[float, Field(ge=0, le=1)]
ThicknessUm = Annotated[float, Plausible(5, 400)]
Porosity = Annotated[float, Plausible(0.05, 0.7)]
SeparatorUm = Annotated[float, Plausible(3, 60)]
SeparatorPorosity = Annotated[float, Plausible(0.2, 0.8)]
RadiusUm = Annotated[float, Plausible(0.01, 30)]
FoilUm = Annotated[float, Plausible(3, 60)]
Share = Annotated[float, Plausible(0.001, 0.4)]
LowVolts = Annotated[float, Plausible(0.5, 4.5)]
HighVolts = Annotated[float, Plausible(1.5, 5.5)]

# The independent variables of a pair, in the order of a design vector; the negative's thickness follows from N/P.
ELECTRODE_VARIABLES = (
    "positive_thickness_um", "positive_porosity", "negative_porosity", "np_ratio", "positive_radius_um",
    "negative_radius_um", "separator_thickness_um",
)


class SecondActive(Frozen):
    """The second active material of a composite coating, such as silicon beside graphite."""

    active_material: str = Field(description="key of its card", examples=["silicon"])
    share: Share = Field(gt=0, lt=1, description="of the active mass", examples=[0.02])
    particle_radius_um: RadiusUm = Field(gt=0, le=100, examples=[1.52])


class Electrode(Frozen):
    """One coated electrode. Thickness is of one side, calendered, without foil."""

    active_material: str = Field(description="key of the active material's card", examples=["nmc811"])
    active_mass_fraction: Annotated[Fraction, Plausible(0.5, 1.0)] = Field(description="of the dry coating",
                                                                           examples=[0.955])
    conductive_mass_fraction: Fraction = Field(default=0.02, description="of the dry coating")
    binder_mass_fraction: Fraction = Field(default=0.025, description="of the dry coating")
    coating_thickness_um: ThicknessUm = Field(gt=0, le=1000, examples=[75.6])
    porosity: Porosity = Field(gt=0, lt=1, examples=[0.335])
    particle_radius_um: RadiusUm = Field(gt=0, le=100, examples=[5.22])
    foil_thickness_um: FoilUm = Field(gt=0, le=100, examples=[16])
    # Left out of dumps where there is none, so that plain designs keep their identity.
    second: SecondActive | None = Field(default=None, exclude_if=lambda second: second is None,
                                        description="of a blend; the fields above are of the first material")

    @property
    def actives(self) -> tuple[tuple[str, float], ...]:
        """Card keys of the active materials, the first one first, each with its share of the active mass."""
        if self.second is None:
            return ((self.active_material, 1.0),)
        return (self.active_material, 1 - self.second.share), (self.second.active_material, self.second.share)


class Separator(Frozen):
    """The separator between two electrodes."""

    material: str = Field(default="pe_ceramic", description="key of the separator's card")
    thickness_um: SeparatorUm = Field(gt=0, le=200, examples=[12])
    porosity: SeparatorPorosity = Field(gt=0, lt=1, examples=[0.47])


class ElectrodePair(Frozen):
    """One square metre of cell: what a DFN simulates. Independent of the format."""

    system: str = Field(description="key of the parameter set", examples=["nmc811_graphite_siox"])
    positive: Electrode
    negative: Electrode
    separator: Separator
    electrolyte: str = Field(default="lp57_like", description="key of the electrolyte's card")
    v_min: LowVolts = Field(gt=0, lt=6, description="[V]", examples=[2.5])
    v_max: HighVolts = Field(gt=0, lt=6, description="[V]", examples=[4.2])


class Cylindrical(Frozen):
    """A wound round cell. Outer dimensions over the sleeve-less can."""

    kind: Literal["cylindrical"] = "cylindrical"
    diameter_mm: float = Field(gt=5, le=100, examples=[21.0])
    height_mm: float = Field(gt=10, le=300, examples=[70.0])
    can_wall_mm: Annotated[float, Plausible(0.05, 2)] = Field(default=0.2, gt=0, le=2)
    can: Literal["steel", "aluminium"] = Field(default="steel", description="aluminium where the can is the positive")
    mandrel_diameter_mm: float = Field(default=2.5, ge=0, le=15)
    tabs: Literal["single", "double", "tabless"] = "tabless"


class Prismatic(Frozen):
    """A hard-case cell with stacked electrodes. Thickness is the stacking direction; height is without terminals."""

    kind: Literal["prismatic"] = "prismatic"
    width_mm: float = Field(gt=10, le=1500, examples=[173.9])
    thickness_mm: float = Field(gt=2, le=150, examples=[71.7])
    height_mm: float = Field(gt=10, le=500, examples=[204.6])
    case_wall_mm: Annotated[float, Plausible(0.1, 5)] = Field(default=0.8, gt=0, le=5)


class Pouch(Frozen):
    """A laminate cell with stacked electrodes. Width and height are of the body without tabs and folded seals."""

    kind: Literal["pouch"] = "pouch"
    width_mm: float = Field(gt=10, le=1500, examples=[98.0])
    thickness_mm: float = Field(gt=0.5, le=50, examples=[8.7])
    height_mm: float = Field(gt=10, le=1500, examples=[515.0])
    laminate_um: float = Field(default=153, gt=20, le=500)
    tabs: Literal["same_side", "opposite"] = "opposite"


Format = Annotated[Cylindrical | Prismatic | Pouch, Field(discriminator="kind")]


class ElectrodeSize(Frozen):
    """Coated size of one positive: a winding's strip, or one sheet of a stack (length runs along the current)."""

    length_mm: float = Field(gt=0, le=50_000)
    width_mm: float = Field(gt=0, le=2_000)


class CellDesign(Frozen):
    """A whole cell. `layers` fixes the number of double-sided positive electrodes of a stack; None fills the case.

    `electrode` is the positive's size where it is known; without it, strips and sheets are as large as the case allows.
    """

    name: str = "design"
    pair: ElectrodePair
    format: Format
    layers: int | None = Field(default=None, ge=1, le=2000)
    electrolyte_excess: float = Field(default=1.1, ge=1, le=3, description="electrolyte volume over pore volume")
    fill_clearance_mm: float = Field(default=0.3, ge=0, le=5, description="free gap left for swelling and insertion")
    electrode: ElectrodeSize | None = Field(default=None, description="size of one positive; None fills the case")

    @property
    def id(self) -> str:
        """Twelve hex digits of the content, the name left out."""
        content = self.model_copy(update={"name": ""}).model_dump(mode="json")
        if self.electrode is None:
            del content["electrode"]  # designs that fill their case keep the identity they had before sizes were known
        if content["format"].get("can") == "steel":
            del content["format"]["can"]  # likewise from before other cans were known
        return content_digest(content)[:12]
