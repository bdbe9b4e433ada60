"""Where stores live, and the default one: the starter cards and whatever the user has added."""

from __future__ import annotations

from pathlib import Path

from knowledge.literature.cards import STARTER, card_passages, cards_digest
from knowledge.literature.index import exclusive
from knowledge.literature.search import Library
from knowledge.literature.store import PassageStore

DEFAULT = "default"
_OPEN: dict[tuple[str, str], Library] = {}


def default_folder(home: Path) -> Path:
    """The default store under a home folder."""
    return home / "knowledge" / DEFAULT


def bring_starter_up_to_date(folder: Path, cards: Path | None = None) -> PassageStore:
    """Open the default store and make its cards equal to those of `cards` (the shipped ones); a removed card leaves."""
    cards = cards or STARTER
    store = PassageStore(folder)
    wanted = cards_digest(cards)
    if store.meta("starter") != wanted:
        with exclusive(folder):
            store.put("starter", card_passages(cards))
            store.note("starter", wanted)
    return store


def open_store(home: Path, folder: Path | None = None, cards: Path | None = None) -> PassageStore:
    """The passages of the default store, or of the user's own at `folder` (which has no starter cards)."""
    return PassageStore(folder) if folder is not None else bring_starter_up_to_date(default_folder(home), cards)


def open_library(home: Path, folder: Path | None = None, cards: Path | None = None) -> Library:
    """An open library; the same content is opened once per process."""
    store = open_store(home, folder, cards)
    key = (str(store.folder), f"{store.identity} {store.meta('chroma') or ''}")
    if key not in _OPEN:
        for old in [k for k in _OPEN if k[0] == key[0]]:
            del _OPEN[old]
        _OPEN[key] = Library(store.folder)
    return _OPEN[key]
