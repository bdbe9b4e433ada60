"""One question to the models: which metric, under which protocol, for which requirements."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.frozen import Frozen
from knowledge.protocol import Protocol
from knowledge.requirement import ConditionValue

Axis = Literal["width", "thickness", "height", "diameter"]


class Ask(Frozen):
    """A metric to be computed for a design.

    `protocol` is None for metrics that the build-up alone answers (mass, dimensions, cost). Where the document gives
    the load in A or W instead of a C-rate, `protocol.rate_C` is None and `current_A` or `power_W` of the cell (or the
    P-rate) is set here: each design then has its own C-rate.
    """

    metric: str = Field(description="canonical name of knowledge/vocabulary")
    unit: str | None
    protocol: Protocol | None = None
    current_A: float | None = Field(default=None, gt=0)
    power_W: float | None = Field(default=None, gt=0)
    rate_P: float | None = Field(default=None, gt=0)
    reference: Protocol | None = Field(
        default=None, description="the protocol whose result is the 100 % of a retention or low-temperature figure"
    )
    conditions: dict[str, ConditionValue] = Field(default_factory=dict)
    requirement_ids: tuple[str, ...] = ()
    axis: Axis | None = Field(default=None, description="the design's own name of an asked outer length")


class Unanswerable(Frozen):
    """A requirement that no model here computes, and what would settle it (a test, a certificate, a price)."""

    requirement_id: str
    reason: str
    settled_by: str
