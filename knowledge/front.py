"""The best compromises between what a customer cares about: objectives, simulated designs, which are on the front."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.frozen import Frozen
from knowledge.offer import SearchStep
from knowledge.requirement import ConditionValue


class Objective(Frozen):
    """One number that more, or less, of is better, and why it was chosen."""

    metric: str = Field(description="canonical name; `cost` is the estimated cost of materials and making")
    unit: str | None
    better: Literal["more", "less"]
    requirement_id: str | None = Field(default=None, description="whose figure it is; None: not asked in the document")
    bound: float | None = Field(default=None, description="what the requirement asks, in the unit")
    conditions: dict[str, ConditionValue] = Field(default_factory=dict)
    reason: str


class FrontPoint(Frozen):
    """One design that was simulated for the front."""

    design: CellDesign
    space: str
    values: tuple[float, ...] = Field(description="of the objectives, in their order and units")
    keeps: bool = Field(description="keeps every evaluated must; a life that was not simulated is an estimate")
    violation: float = Field(description="sum of relative violations of the musts")
    on_front: bool = Field(description="no other design of its kind (keeping, or all where none keeps) beats it")
    round: int = Field(description="0: found by the search before")
    figures: tuple[Figure, ...] = Field(default=(), description="kept for the points on the front")


class Front(Frozen):
    """The front, everything that was simulated for it, and what it gained."""

    objectives: tuple[Objective, ...]
    points: tuple[FrontPoint, ...] = Field(description="those on the front first, by the first objective")
    released: tuple[str, ...] = Field(
        default=(), description="musts that did not bind here because no design keeps every must: ids")
    simulations: int = Field(description="designs simulated, those of the search again among them")
    gain: float | None = Field(default=None, description="volume that the front dominates over what the designs of "
                               "the search dominate; None where these dominate nothing")
    log: tuple[SearchStep, ...] = ()
    stopped_by_time: bool = False
    note: str = ""
