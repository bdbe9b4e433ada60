"""A computed number with its origin, and the verdict it leads to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.frozen import Frozen
from knowledge.requirement import ConditionValue, Requirement

FigureMethod = Literal["dfn", "build-up", "ageing run", "surrogate", "card", "document"]
DECISIVE: frozenset[str] = frozenset({"dfn", "build-up", "ageing run"})
VerdictKind = Literal["met", "at risk", "not met", "not evaluated"]


class SecondOpinion(Frozen):
    """The same number by a model made anew for this design, for comparison; the figure's own value stays the answer."""

    value: float
    difference: float = Field(description="relative to the figure's value: 0.01 is 1 % more")
    origin: str = Field(description="key of the ledger row that computed it")
    apart: bool = Field(description="it lies outside the figure's stated interval")


class CrossCheck(Frozen):
    """The same figure by another solver, and whether the two differ by more than their errors explain."""

    solver: str
    value: float = Field(description="in the figure's unit")
    difference_pct: float = Field(description="of the other solver's value from the figure's")
    allowed_pct: float = Field(description="estimated errors of both solvers together")
    flagged: bool


class Figure(Frozen):
    """One number of one design under stated conditions.

    `origin` is the key of the ledger row that computed it, or `card:<key>`. `low` and `high` span the stated interval.
    """

    metric: str
    value: float | None = Field(description="None where it could not be computed; `note` says why")
    unit: str | None
    method: FigureMethod
    origin: str
    conditions: dict[str, ConditionValue] = Field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    validity: Literal["inside", "extrapolated", "out of validity"] = "inside"
    note: str | None = None
    text: str | None = Field(default=None, description="the answer where it is words: a chemistry, a format")
    cannot: bool = Field(default=False, description="the design cannot do what is asked: an answer, not an error")
    second: SecondOpinion | None = None
    check: CrossCheck | None = Field(default=None, description="what another solver of the same equations finds")


class Verdict(Frozen):
    """What one requirement gets from one design.

    `margin` is relative: positive when the bound is kept, as a fraction of the bound (absolute where the bound is 0).
    """

    requirement: Requirement
    verdict: VerdictKind
    figure: Figure | None = None
    margin: float | None = None
    reason: str


class Share(Frozen):
    """How much of a figure's scatter comes from one cause: its σ in the figure's unit."""

    cause: str
    sigma: float


class Scatter(Frozen):
    """The causes that matter most for a figure, the largest first, and σ of all together."""

    metric: str
    sigma: float
    largest: tuple[Share, ...]
