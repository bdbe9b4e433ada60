"""Requirements to evidence: passages that bear on the musts and wishes and on the systems in question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from knowledge.evidence import Evidence, Passage, Reported
from knowledge.frozen import Frozen
from knowledge.requirement import Requirement
from tools.failures import StoreBroken
from tools.retrieve.bearing import FILED, Bearing, Frame, bearings, fits, frame_of
from tools.retrieve.stores import library_for, told
from tools.tool import Context, tool

if TYPE_CHECKING:
    from knowledge.literature.search import Library

_PER_SYSTEM = 2


class EvidenceRequest(Frozen):
    """What evidence is wanted for."""

    requirements: tuple[Requirement, ...] = Field(description="musts and wishes; stated facts (info) are passed over")
    systems: tuple[str, ...] = Field(default=(), description="keys of the parameter sets that may serve")
    store: str | None = Field(default=None, description="folder of another store; the default one if absent")
    store_digest: str = Field(min_length=1, description="the store's digest; a changed store is another question")
    top: int = Field(default=3, ge=1, le=20, description="how many passages per requirement at most")


class EvidenceResult(Frozen):
    """Evidence in the order of the requirements; every quote is an exact piece of its passage."""

    store_digest: str
    evidence: tuple[Evidence, ...]
    without_evidence: tuple[str, ...] = Field(description="ids of musts for which nothing was found")
    reported: tuple[Reported, ...] = Field(default=(), description="what sources report of the systems' materials")


@tool(
    stage="evidence", version="6", backends=("bm25s", "chromadb", "numpy"),
    example={"requirements": [], "systems": ["lfp_graphite"], "store_digest": "as store_digest() gives it"},
)
def find_evidence(request: EvidenceRequest, context: Context) -> EvidenceResult:
    """Find passages that bear on each requirement and system, for and against, each with source, place and quote."""
    library = library_for(context.home, request.store, request.store_digest)
    asked = [r for r in request.requirements if r.priority != "info"]
    frame = frame_of(request.requirements, request.systems)
    gathered: dict[str, tuple[Bearing, list[str]]] = {}
    without = []
    for number, requirement in enumerate(asked):
        context.progress(f"evidence for {requirement.id}", number, len(asked))
        with told():
            found = bearings(requirement, library, frame, request.top)
        for bearing in found:
            _gather(gathered, bearing, requirement.id)
        if not found and requirement.priority == "must":
            without.append(requirement.id)
    _for_systems(gathered, library.cards, frame)
    return EvidenceResult(
        store_digest=library.digest, without_evidence=tuple(without),
        evidence=tuple(_evidence(i, b, ids) for i, (b, ids) in enumerate(gathered.values(), start=1)),
        reported=_reported(library, frame),
    )


def _reported(library: Library, frame: Frame) -> tuple[Reported, ...]:
    """What the store's papers report of the active materials in question, material by material."""
    from knowledge.literature.claims.shelf import SYSTEM_MATERIALS, reported

    materials = sorted({m for s in frame.systems for m in SYSTEM_MATERIALS.get(s, ())})
    with told():
        found = reported(library.store, materials)
    return tuple(sorted(found, key=lambda r: (r.composition, -r.count, r.property)))


def _gather(gathered: dict[str, tuple[Bearing, list[str]]], bearing: Bearing, bears_on: str) -> None:
    """One entry a passage: the best score it has anywhere, and everything it bears on."""
    before, ids = gathered.get(bearing.passage.id, (bearing, []))
    gathered[bearing.passage.id] = (max(before, bearing, key=lambda b: b.score), [*ids, bears_on])


def _for_systems(gathered: dict[str, tuple[Bearing, list[str]]], cards: tuple[Passage, ...], frame: Frame) -> None:
    """Name the systems that gathered cards are about; a system without any gets its first cards."""
    for system in sorted(frame.systems):
        about = [b for b, _ in gathered.values() if system in b.passage.systems]
        if not about:
            fitting = [c for c in cards if system in c.systems and fits(c, frame)][:_PER_SYSTEM]
            about = [Bearing(c, c.text, FILED / 2) for c in fitting]
        for bearing in about:
            _gather(gathered, bearing, system)


def _evidence(number: int, bearing: Bearing, ids: list[str]) -> Evidence:
    if bearing.quote not in bearing.passage.text:
        raise StoreBroken(
            f"a quote is not in its stored passage {bearing.passage.id}; delete the folder 'bm25' of the store and ask "
            "again"
        )
    start = (bearing.passage.start or 0) + bearing.passage.text.index(bearing.quote)
    return Evidence(
        id=f"E{number:02d}", passage=bearing.passage, quote=bearing.quote, start=start,
        end=start + len(bearing.quote), score=round(min(bearing.score, 1.0), 4),
        bears_on=tuple(dict.fromkeys(ids)), stance=bearing.passage.stance,
    )
