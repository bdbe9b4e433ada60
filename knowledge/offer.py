"""A design as it is offered to the customer, and what the search that found it did."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.cell import CellDesign
from knowledge.figure import Figure, Verdict
from knowledge.frozen import Frozen
from knowledge.process_steps import Driver, Stage


class Distance(Frozen):
    """How far an offer is from its nearest fellow, and why the two count as distinct."""

    nearest_id: str | None
    kind: Literal["system", "format", "layers", "variables", "only one", "not distinct"]
    variables: dict[str, float] = Field(
        default_factory=dict, description="difference of each independent variable, as a fraction of its range"
    )


class MassItem(Frozen):
    """One component of the build-up."""

    component: str
    mass_g: float
    volume_mL: float


CostUnit = Literal["kg", "m2", Driver]


class CostItem(Frozen):
    """One line of the cost estimate: a material of a component, or a step of making."""

    item: str
    cost_usd: float
    low_usd: float
    high_usd: float
    source: str
    key: str = Field(default="", description="the card of the material, or the step in process_steps")
    amount: float = Field(default=0.0, description="before scrap, in `unit`: bought, or what the step handles")
    unit: CostUnit = "kg"
    stage: Literal["material", Stage] = "material"


class BuildUp(Frozen):
    """What a design weighs, measures and holds before any simulation. Derived, never stored in a design."""

    mass_items: tuple[MassItem, ...]
    mass_g: float
    volume_mL: float = Field(description="outer envelope")
    dimensions_mm: dict[str, float]
    electrode_area_cm2: float = Field(description="total single-sided positive coated area facing a negative")
    layers: int = Field(description="double-sided positive electrodes in a stack; turns of a winding")
    areal_capacity_mAh_cm2: float = Field(description="balanced, between v_min and v_max at zero current")
    stoichiometric_capacity_Ah: float
    np_ratio: float = Field(description="reversible areal capacity of negative over positive")
    positive_stoichiometry: tuple[float, float] = Field(description="at 0 % and 100 % SOC")
    negative_stoichiometry: tuple[float, float] = Field(description="at 0 % and 100 % SOC")
    path_resistance_mohm: float = Field(description="foils, tabs, welds and terminals")
    path_resistance_ohm_cm2: float = Field(description="the same, times the electrode area: in series with the pair")
    heat_capacity_J_K: float
    cooled_surface_cm2: float
    cost_items: tuple[CostItem, ...] = ()
    cost_usd: float | None = None
    cost_low_usd: float | None = None
    cost_high_usd: float | None = None
    cost_volume_GWh: float | None = Field(default=None, description="a year, of the plant that the cost stands for")
    warnings: tuple[str, ...] = ()


class ProductionYield(Frozen):
    """Which share of the cells that a line makes of a design keeps the evaluated musts: an estimate.

    Making scatters by stated standard deviations; each figure follows to first order.
    """

    share: float = Field(ge=0, le=1, description="of cells that keep every evaluated must")
    draws: int
    weakest_id: str | None = Field(description="id of the must that fails most often; None where none fails")
    weakest_share: float = Field(ge=0, le=1, description="of cells that keep it")
    causes: tuple[str, ...] = Field(description="what scatters, by field of the design")
    note: str = ""
    origin: str


class Offer(Frozen):
    """One simulated design with its figures, verdicts and place in the ranking."""

    rank: int
    id: str
    title: str
    design: CellDesign
    build_up: BuildUp
    figures: tuple[Figure, ...]
    verdicts: tuple[Verdict, ...]
    meets_all_musts: bool = Field(
        description="every evaluated must is met, or at risk with its value on the right side of the bound")
    violation: float = Field(description="sum of relative violations of the musts; 0 where none is violated")
    score: float
    score_parts: dict[str, float]
    reason: str
    distance: Distance | None = None
    production_yield: ProductionYield | None = None
    curves: dict[str, str] = Field(default_factory=dict, description="curve name → ledger key of its blob")


class SystemChoice(Frozen):
    """Whether an electrochemical system or a format can serve this document."""

    key: str
    label: str
    serves: bool
    reason: str
    checks: dict[str, str] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()


class SearchStep(Frozen):
    """One line of the search's log."""

    system: str
    format: str
    step: str
    count: int
    kept: int
    wall_s: float
    note: str = ""


class Limiting(Frozen):
    """A must that no design met, or met only together with others failing."""

    requirement_id: str
    best_value: float | None
    unit: str | None
    shortfall: float = Field(description="relative")
    note: str


class RequirementCost(Frozen):
    """What one must costs: what the simulated designs would do without it, and how far it would have to give."""

    requirement_id: str
    simulated: int = Field(description="designs looked at")
    meet_all_others: int = Field(description="of these, how many keep every other evaluated must")
    relaxation: float | None = Field(description="smallest relative relaxation with which a design keeps everything")
    violation_with: float = Field(description="least total violation of the musts over the designs")
    violation_without: float = Field(description="the same with this must left out")
    text: str


class Relaxation(Frozen):
    """Bounds that, given up by so much together, let one simulated design keep everything."""

    by: dict[str, float] = Field(description="requirement id → relative relaxation, from its own bound")
    design_id: str
    text: str


class RequirementPrice(Frozen):
    """What relaxing one must by a stated share buys, from designs that were searched and simulated for it."""

    requirement_id: str
    relaxed_by: float = Field(description="relative")
    violation_before: float = Field(description="least sum of relative violations of the simulated designs")
    violation_after: float = Field(description="the same under the relaxed bound")
    design_id: str = Field(description="the nearest design under the relaxed bound")
    text: str


class Feasibility(Frozen):
    """Whether any design meets every must, with the proof."""

    feasible: bool
    proof: Literal["simulated design", "physical bound", "exhausted search", "no evaluable must"]
    text: str
    limiting: tuple[Limiting, ...] = ()
    costs: tuple[RequirementCost, ...] = ()
    relaxations: tuple[Relaxation, ...] = Field(default=(), description="smallest combinations, the mildest first")
    prices: tuple[RequirementPrice, ...] = ()
