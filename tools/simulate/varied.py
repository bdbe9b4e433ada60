"""Numbers of cards and sets, as they are or with one of them changed: how a tolerance is sent through the build-up.

Outside `with varied(...)` every number is the card's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from knowledge.materials.cards import card

Key = tuple[str, str]
SITES = "sites"  # ("sites", "positive"): factor on the lithium sites per volume of active material
LOSS = ("first-cycle loss", "added")  # added to the loss, as a fraction of the negative's sites
_CHANGED: ContextVar[Mapping[Key, float] | None] = ContextVar("changed", default=None)


@contextmanager
def varied(changed: Mapping[Key, float]) -> Iterator[None]:
    """Replace numbers while the block runs: (card, property) → value, or a factor of the set (`SITES`, `LOSS`)."""
    token = _CHANGED.set(changed)
    try:
        yield
    finally:
        _CHANGED.reset(token)


@cache
def _value(key: str, name: str) -> float:
    return card(key).value(name)


def _changed() -> Mapping[Key, float]:
    return _CHANGED.get() or {}


def anything_varied() -> bool:
    """Whether any number is replaced at this moment."""
    return bool(_changed())


def card_value(key: str, name: str) -> float:
    """A property of a card in its unit.

    Raises:
        knowledge.materials.cards.UnknownMaterial: there is no such card.
    """
    changed = _changed().get((key, name))
    return _value(key, name) if changed is None else changed


def changed_values(key: str) -> dict[str, float]:
    """What is changed of a card at this moment."""
    return {name: value for (card_key, name), value in _changed().items() if card_key == key}


def site_factor(side: str) -> float:
    """Factor on an electrode's lithium sites; 1 where nothing is changed."""
    return _changed().get((SITES, side), 1.0)


def added_loss() -> float:
    """What is added to the first-cycle loss; 0 where nothing is changed."""
    return _changed().get(LOSS, 0.0)
