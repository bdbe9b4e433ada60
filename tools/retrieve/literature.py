"""Search the literature store with a question in words."""

from __future__ import annotations

from pydantic import Field

from knowledge.evidence import Source, SourceKind, Stance
from knowledge.frozen import Frozen
from tools.retrieve.stores import library_for, told
from tools.tool import Context, tool


class SearchRequest(Frozen):
    """A question to one store."""

    query: str = Field(min_length=1, max_length=2000, description="what to look for, in any of en, de, ko, zh, ja")
    top: int = Field(default=8, ge=1, le=100, description="how many passages at most")
    kind: SourceKind | None = Field(default=None, description="only sources of this kind")
    since: int | None = Field(default=None, ge=1800, le=2200, description="only sources of this year or later")
    store: str | None = Field(default=None, description="folder of another store; the default one if absent")
    store_digest: str = Field(min_length=1, description="the store's digest; a changed store is another question")


class FoundPassage(Frozen):
    """A passage that bears on the question; `quote` is an exact piece of the stored text."""

    passage_id: str
    score: float = Field(description="0 to 1")
    quote: str
    place: str
    source: Source
    stance: Stance
    metrics: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()


class PassedOver(Frozen):
    """The passage that came nearest where nothing bears on the question: for a reader to judge, never to be cited."""

    quote: str
    title: str
    place: str
    holds: tuple[str, ...] = Field(description="what of the question the passage holds")
    lacks: tuple[str, ...] = Field(description="what of the question it lacks")


class SearchResult(Frozen):
    """The passages found, best first; empty where nothing bears on the question."""

    store_digest: str
    results: tuple[FoundPassage, ...]
    passed_over: PassedOver | None = Field(default=None, description="the nearest passage, only where results is empty")


@tool(
    stage="evidence", version="4", backends=("bm25s", "chromadb", "numpy"),
    example={"query": "lithium plating at low temperature", "top": 3, "store_digest": "as store_digest() gives it"},
)
def search_literature(request: SearchRequest, context: Context) -> SearchResult:
    """Find passages of papers, patents, standards and fact cards that bear on a question, with source and place."""
    library = library_for(context.home, request.store, request.store_digest)
    with told():
        hits = library.search(request.query, request.top, request.kind, request.since)
        near = None if hits else library.passed_over(request.query, request.kind, request.since)
    return SearchResult(store_digest=library.digest, passed_over=near and PassedOver(
        quote=near.hit.quote, title=near.hit.passage.source.title, place=near.hit.passage.place, holds=near.holds,
        lacks=near.lacks), results=tuple(
        FoundPassage(
            passage_id=hit.passage.id, score=min(hit.score, 1.0), quote=hit.quote, place=hit.passage.place,
            source=hit.passage.source, stance=hit.passage.stance, metrics=hit.passage.metrics,
            systems=hit.passage.systems,
        )
        for hit in hits
    ))
