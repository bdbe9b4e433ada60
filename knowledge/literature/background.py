"""The yardstick for a sentence model: how near a store's passages come to questions about other things.

Cosines of two models do not compare, and in a large store something is near to every question. What a question's
nearest passage means is therefore told in spreads above the mean of `elsewhere.yaml`, measured once a store and model.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge.literature.embedders import Embedder
from knowledge.literature.vectors import Vectors

QUESTIONS = Path(__file__).parent / "elsewhere.yaml"
_FILE = "background.json"
_LEAST_SPREAD = 0.02  # of cosines: a store of few passages is about as near to everything
_MOST = 10.0          # spreads above the mean from which nothing is nearer


@dataclass(frozen=True)
class Background:
    """Mean and spread of the cosine of the passage nearest to a question about something else."""

    mean: float
    spread: float

    def above(self, cosine: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far cosines stand above the mean, 0 to 1; 1 is ten spreads or more."""
        return np.clip((cosine - self.mean) / (_MOST * self.spread), 0.0, 1.0)


def background(folder: Path, digest: str, embedder: Embedder, vectors: Vectors) -> Background:
    """The background of a store's vectors, read from the store's folder or measured and kept there."""
    text = QUESTIONS.read_text(encoding="utf-8")
    stamp = {"digest": digest, "embedder": embedder.id, "questions": hashlib.sha256(text.encode()).hexdigest()}
    try:
        kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        if kept.pop("stamp") == stamp:
            return Background(**kept)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # derived data: measured below
    asked = embedder.embed([str(question) for question in yaml.safe_load(text)])
    nearest = [max(vectors.nearest(vector, 1).values(), default=0.0) for vector in asked]
    measured = Background(float(np.mean(nearest)), max(float(np.std(nearest)), _LEAST_SPREAD))
    (folder / _FILE).write_text(json.dumps({**asdict(measured), "stamp": stamp}), encoding="utf-8")
    return measured
