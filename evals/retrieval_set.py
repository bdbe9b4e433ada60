"""The retrieval set: questions in kinds, which passages answer them, and a split that follows from their words."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from knowledge.frozen import Frozen

FOLDER = Path(__file__).resolve().parent / "cases" / "retrieval"
FILE, SECOND, TUNING = FOLDER / "questions.yaml", FOLDER / "second.yaml", FOLDER / "tuning.yaml"
THIRD, FIFTH = FOLDER / "third.yaml", FOLDER / "fifth.yaml"
FOURTH, FOURTH_OPEN = FOLDER / "fourth.yaml", FOLDER / "fourth_open.yaml"  # judged once; since then to tune on
NEAR = FOLDER / "near.yaml"  # to tune on: near the field without an answer
SIXTH = FOLDER / "sixth.yaml"
AMENDED = FOLDER / "amended.yaml"  # answers that later cards brought to questions of earlier sets
SECOND_SHA256 = "f6bedb6702a4aab2225e770751a6f2d217373aa4010543817628919522005eab"  # frozen before anything was tuned
THIRD_SHA256 = "0a4d89dd66fda3d804d315029618fb4703062361b7483bb7d906b2ff37180461"  # frozen before it was asked
FIFTH_SHA256 = "e730132bf34d3654c787f608af0ce874fe48b04b41a0ebcae96aa6d591a40de8"  # frozen before anything was changed
SIXTH_SHA256 = "a39fe2b601a38dadaa2095e1e5e8348125ad0602749431aa273988ff2a3be587"  # frozen before the gate was changed
Split = Literal["dev", "test", "second", "third", "fifth", "sixth"]
_JUDGES: dict[str, Split] = {"second": "second", "third": "third", "fifth": "fifth", "sixth": "sixth"}


class Question(Frozen):
    """One question. `targets` are card ids and DOIs; none where nothing in the corpus answers it."""

    kind: str
    text: str
    targets: tuple[str, ...]
    file: str = FILE.stem

    @property
    def split(self) -> Split:
        """The file's own name, or half of the first set by a hash of the words: nobody chooses where it goes."""
        if self.file != FILE.stem:
            return _JUDGES.get(self.file, "dev")
        return "dev" if hashlib.sha256(self.text.encode()).digest()[0] % 2 else "test"

    @property
    def on_cards(self) -> bool:
        """Whether the starter library alone can answer it, or nothing can."""
        return not self.targets or any("/" not in t for t in self.targets)


@lru_cache(maxsize=1)
def questions() -> tuple[Question, ...]:
    """All questions of all files, in file order, with what was added to their answers."""
    added = yaml.safe_load(AMENDED.read_text(encoding="utf-8"))
    return tuple(
        Question(kind=kind, text=row[0], file=path.stem,
                 targets=tuple(dict.fromkeys((*row[1], *added.get(row[0], ())))))
        for path in (FILE, TUNING, FOURTH_OPEN, SECOND, THIRD, FOURTH, NEAR, FIFTH, SIXTH)
        for kind, rows in yaml.safe_load(path.read_text(encoding="utf-8")).items() for row in rows)
