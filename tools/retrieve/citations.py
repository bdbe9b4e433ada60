"""Before a report is printed: does every quote still stand at its place in the store?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.evidence import Claim, Evidence, Reported, Source
from tools.retrieve.stores import told

if TYPE_CHECKING:
    from knowledge.literature.store import PassageStore


def standing(home: Path, evidence: Iterable[Evidence]) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """The evidence whose quote is found at its offsets in the stored text, and why the rest is not printed.

    A fact card is looked up by its id, a passage of a document in the document's whole text.

    Raises:
        StoreBroken: the store cannot be opened.
    """
    from knowledge.literature.library import open_store

    kept, lost = [], []
    with told():
        store = open_store(home)
        texts: dict[str, str | None] = {}
        for item in evidence:
            name = item.passage.document or item.passage.id
            if name not in texts:
                work = store.work(name) if item.passage.document else None
                card = store.get([name]).get(name) if item.passage.document is None else None
                texts[name] = work.text if work else card.text if card else None
            fault = _fault(item, texts[name])
            if fault:
                lost.append(f"{item.id} is not printed: {fault}")
            else:
                kept.append(item)
    return tuple(kept), tuple(lost)


def reported_standing(
    home: Path, reported: Iterable[Reported]
) -> tuple[tuple[Reported, ...], tuple[Source, ...], tuple[str, ...]]:
    """The reported figures whose shown quotes all stand in the store, their sources, and why the rest is not printed.

    Raises:
        StoreBroken: the store cannot be opened.
    """
    from knowledge.literature.library import open_store

    kept, lost = [], []
    sources: dict[str, Source] = {}
    with told():
        store = open_store(home)
        for entry in reported:
            found = [_source_if_standing(store, claim) for claim in entry.claims]
            if entry.claims and all(found):
                kept.append(entry)
                sources |= {s.key: s for s in found if s is not None}
            else:
                lost.append(f"the reported {entry.property.replace('_', ' ')} of {entry.composition} is not printed: "
                            "a quote for it is no longer in the store")
    return tuple(kept), tuple(sources.values()), tuple(lost)


def _source_if_standing(store: PassageStore, claim: Claim) -> Source | None:
    """The source of a claim, whose quote is a piece of a passage, or of a work where it is a table's row."""
    if claim.start is None or claim.end is None or not claim.quote.strip():
        return None
    if (passage := store.get([claim.passage]).get(claim.passage)) is not None:
        text, begin, source = passage.text, passage.start or 0, passage.source
    elif (work := store.work(claim.passage)) is not None:
        text, begin, source = work.text, 0, work.source
    else:
        return None
    return source if text[claim.start - begin : claim.end - begin] == claim.quote else None


def _fault(item: Evidence, text: str | None) -> str | None:
    title = item.passage.source.title[:60]
    if text is None:
        return f"'{title}' is no longer in the store"
    if not item.quote.strip() or item.start is None or item.end is None:
        return f"it quotes nothing of '{title}'"
    if text[item.start:item.end] != item.quote:
        return f"its quote is not at characters {item.start} to {item.end} of '{title}'"
    return None
