"""The starter library: short fact cards in own words, each with the source it was seen in.

A card file (`starter/*.yaml`) is a list of cards; `starter/sources.yaml` holds the sources by key. How a fact was seen
stands on the card: in the `source` itself (its abstract counts, and the place says so) or `restated` by `seen_in`.
`starter/asked.yaml` holds, by card, questions as different people ask them: they are searched and never shown.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from knowledge.evidence import Passage, Source, SourceKind, Stance
from knowledge.frozen import Frozen
from knowledge.literature.errors import CardError

STARTER = Path(__file__).parent / "starter"
ASKED = "asked.yaml"


class CardSource(Frozen):
    """A source as `sources.yaml` has it."""

    kind: SourceKind
    title: str = Field(min_length=8)
    authors: str | None = None
    year: int | None = Field(default=None, ge=1900, le=2100)
    doi: str | None = Field(default=None, pattern=r"^10\.\d{4,9}/\S+$")
    patent: str | None = None
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")

    @property
    def resolvable(self) -> bool:
        """Whether a reader can find it: a DOI, a patent number or an address."""
        return bool(self.doi or self.patent or self.url)


class Card(Frozen):
    """One fact in one or two sentences, with what it bears on and where it was seen."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    fact: str = Field(min_length=40, max_length=420)
    source: str
    place: str = Field(min_length=4)
    seen: Literal["source", "restated"]
    seen_in: str = Field(min_length=8, description="where the fact was read")
    reopened: str | None = Field(default=None, pattern=r"^\d{4}-\d\d-\d\d, .{8,}$",
                                 description="when the fact was read again by somebody who checked the card, and where")
    topics: tuple[str, ...] = Field(min_length=1)
    metrics: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    names: tuple[str, ...] = Field(default=(), description="standards or chemistries that the fact is about")
    stance: Stance = "context"


def _yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise CardError(f"the card file {path.name} cannot be read ({error}); restore it") from error


def load_cards(folder: Path = STARTER) -> tuple[tuple[Card, ...], dict[str, CardSource]]:
    """All cards of a folder in file order, and the sources by key.

    Raises:
        CardError: a card is incomplete, repeats an id, or cites a source that a reader cannot find.
    """
    try:
        sources = {k: CardSource.model_validate(v) for k, v in _yaml(folder / "sources.yaml").items()}
        cards = [
            Card.model_validate(entry)
            for path in sorted(folder.glob("*.yaml")) if path.name not in ("sources.yaml", ASKED)
            for entry in _yaml(path)
        ]
    except ValidationError as error:
        raise CardError(f"a card in {folder} is incomplete: {error.errors()[0]}") from error
    seen: set[str] = set()
    for card in cards:
        if card.id in seen:
            raise CardError(f"the card id {card.id!r} is used twice; give one of them another id")
        if card.source not in sources or not sources[card.source].resolvable:
            raise CardError(f"card {card.id!r} cites {card.source!r}, which has no DOI, patent number or address")
        seen.add(card.id)
    return tuple(cards), sources


def asked_of(folder: Path) -> dict[str, tuple[str, ...]]:
    """Questions whose answer a card holds, by its id; none where the folder has no such file.

    Raises:
        CardError: the file is damaged, or a question is no text.
    """
    path = folder / ASKED
    rows = _yaml(path) if path.exists() else {}
    for card, asked in rows.items():
        if not (isinstance(asked, list) and all(isinstance(q, str) and q.strip() for q in asked)):
            raise CardError(f"{path.name}: the questions of {card!r} are no list of texts")
    return {card: tuple(asked) for card, asked in rows.items()}


def card_passages(folder: Path = STARTER) -> list[Passage]:
    """The cards as passages for the store; a passage's id is `card:<id>`."""
    cards, sources = load_cards(folder)
    asked = asked_of(folder)
    return [
        Passage(
            id=f"card:{c.id}", text=c.fact, place=c.place, kind="fact", topic=(*c.topics, *c.names), metrics=c.metrics,
            systems=c.systems, stance=c.stance, asked=asked.get(c.id, ()),
            source=Source(key=c.source, **sources[c.source].model_dump(), seen=c.seen, seen_in=c.seen_in),
        )
        for c in cards
    ]


def cards_digest(folder: Path = STARTER) -> str:
    """Hex SHA-256 over the bytes of the card files, so that any change of a card is noticed."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
