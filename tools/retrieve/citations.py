"""Before a report is printed: does every quote still stand at its place in the store?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from knowledge.evidence import Evidence
from tools.retrieve.stores import told


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


def _fault(item: Evidence, text: str | None) -> str | None:
    title = item.passage.source.title[:60]
    if text is None:
        return f"'{title}' is no longer in the store"
    if not item.quote.strip() or item.start is None or item.end is None:
        return f"it quotes nothing of '{title}'"
    if text[item.start:item.end] != item.quote:
        return f"its quote is not at characters {item.start} to {item.end} of '{title}'"
    return None
