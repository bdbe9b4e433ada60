"""Material cards: one YAML file a material, every value with unit, source, validity and date."""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, model_validator

from knowledge.frozen import Frozen

FOLDER = Path(__file__).parent
Kind = Literal[
    "active_positive", "active_negative", "conductive", "binder", "foil", "separator", "electrolyte", "housing",
    "insulation", "process",
]
UNSOURCED = frozenset({"assumption", "derived"})


USER_KEY = re.compile(r"user_[a-z0-9_]{1,40}_[0-9a-f]{8}")


def user_cards_folder() -> Path:
    """Where a user's own cards lie, each named by its key, which ends in the digest of its content."""
    import platformdirs

    return Path(os.environ.get("CELLWRIGHT_HOME") or platformdirs.user_data_dir("cellwright")) / "materials"


class UnknownMaterial(KeyError):
    """No card of that key; the message lists those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class Property(Frozen):
    """One value of a card. `low` and `high` span what the sources or the assumption allow."""

    value: float
    unit: str
    source: str = Field(description="source key, 'derived' (computed from the formula) or 'assumption'")
    low: float | None = None
    high: float | None = None
    validity: str = ""
    date: str | None = None
    note: str = ""

    @model_validator(mode="after")
    def _interval_holds_the_value(self) -> Property:
        if self.low is not None and self.value < self.low or self.high is not None and self.value > self.high:
            raise ValueError(f"value {self.value} lies outside its interval [{self.low}, {self.high}]")
        if self.source == "assumption" and not (self.note or self.validity):
            raise ValueError("an assumption needs a note that says what it rests on")
        return self


class Card(Frozen):
    """What is known of one material."""

    key: str
    name: str
    kind: Kind
    formula: str | None = None
    properties: dict[str, Property]
    supply: str = ""

    def value(self, name: str) -> float:
        """The value of a property, in its unit."""
        return self.properties[name].value

    @property
    def sources(self) -> tuple[str, ...]:
        """The source keys of its properties, without assumptions and derived values."""
        return tuple(sorted({p.source for p in self.properties.values()} - UNSOURCED))


@lru_cache(maxsize=1)
def card_keys() -> tuple[str, ...]:
    """Keys of all cards, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def card(key: str) -> Card:
    """The card of that key.

    Raises:
        UnknownMaterial: there is none.
        pydantic.ValidationError: the file does not hold a valid card.
    """
    path = user_cards_folder() / f"{key}.yaml" if USER_KEY.fullmatch(key) else FOLDER / f"{key}.yaml"
    if not path.is_file() or (path.parent == FOLDER and key not in card_keys()):
        raise UnknownMaterial(f"there is no material {key!r}; there are {', '.join(card_keys())}")
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = Card.model_validate({"key": key, **data})
    if found.key != key:
        raise UnknownMaterial(f"the card {key}.yaml calls itself {found.key!r}")
    return found
