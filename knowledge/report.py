"""The answer to an RFx as data: what `report.json` holds and every other format is made from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.ask import Unanswerable
from knowledge.evidence import Evidence, Reported, Source
from knowledge.front import Front
from knowledge.frozen import Frozen
from knowledge.offer import Feasibility, Offer, SearchStep, SystemChoice
from knowledge.requirement import Reading


class StageRecord(Frozen):
    """One stage of the run."""

    stage: str
    wall_s: float
    ledger_keys: tuple[str, ...] = ()
    note: str = ""


class RunFacts(Frozen):
    """What is needed to repeat the run."""

    run_id: str
    started: str = Field(description="ISO 8601, UTC")
    seed: int
    designs_asked: int
    simulations_budget: int
    database_digest: str | None
    versions: dict[str, str]
    commit: str | None = None
    reproducible: bool = True
    irreproducible_because: str | None = None
    house: str | None = Field(default=None, description="name of the house profile; none: the public default")
    cost_basis: str | None = Field(default=None, description="own prices and rates with their date; none: public cards")
    weights: dict[str, float] = Field(default_factory=dict, description="of the parts of the score; they sum to 1")


class FailureRecord(Frozen):
    """A recorded failure of a tool during the run."""

    tool: str
    failure_class: str
    message: str
    ledger_key: str


class Report(Frozen):
    """The whole answer. Every number in it is a figure with an origin, or a quote with a place."""

    schema_version: Literal["1"] = "1"
    run: RunFacts
    reading: Reading
    evidence: tuple[Evidence, ...] = ()
    without_evidence: tuple[str, ...] = Field(default=(), description="ids of musts for which nothing was found")
    reported: tuple[Reported, ...] = Field(default=(), description="figures that sources report of the materials")
    systems: tuple[SystemChoice, ...] = ()
    formats: tuple[SystemChoice, ...] = ()
    unanswerable: tuple[Unanswerable, ...] = ()
    search: tuple[SearchStep, ...] = ()
    feasibility: Feasibility
    offers: tuple[Offer, ...] = ()
    front: Front | None = Field(default=None, description="the best compromises; None where none was looked for")
    failures: tuple[FailureRecord, ...] = ()
    stages: tuple[StageRecord, ...] = ()
    sources: tuple[Source, ...] = Field(default=(), description="every source that a number or equation here cites")
