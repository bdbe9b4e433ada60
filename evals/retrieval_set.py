"""The retrieval set: questions in kinds, which passages answer them, and a split that follows from their words."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from knowledge.frozen import Frozen

FILE = Path(__file__).resolve().parent / "cases" / "retrieval" / "questions.yaml"
Split = Literal["dev", "test"]


class Question(Frozen):
    """One question. `targets` are card ids and DOIs; none where nothing in the corpus answers it."""

    kind: str
    text: str
    targets: tuple[str, ...]

    @property
    def split(self) -> Split:
        """Half of the set, by a hash of the words: nobody chooses where a question goes."""
        return "dev" if hashlib.sha256(self.text.encode()).digest()[0] % 2 else "test"

    @property
    def on_cards(self) -> bool:
        """Whether the starter library alone can answer it, or nothing can."""
        return not self.targets or any("/" not in t for t in self.targets)


@lru_cache(maxsize=1)
def questions() -> tuple[Question, ...]:
    """All questions, in file order."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Question(kind=kind, text=row[0], targets=tuple(row[1])) for kind, rows in raw.items() for row in rows)
