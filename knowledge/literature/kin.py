"""Words of like meaning, for questions in everyday words: GloVe vectors of 24,000 frequent English words.

`kin.npz` is cut from the glove.6B set (50 numbers a word, Stanford, public domain under PDDL 1.0): its mean and its two
strongest directions are taken out, and the rest is kept as whole numbers. Nothing is embedded when texts are added.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.literature.words import STOP, stem

TABLE = Path(__file__).parent / "kin.npz"
_MOST = 6  # kindred words looked for
_OF_THE_FIELD = (
    "battery", "lithium", "cathode", "anode", "electrode", "electrolyte", "graphite", "silicon", "nickel", "cobalt",
    "manganese", "sodium", "oxide", "ion", "voltage", "charging", "cells", "foil", "coating", "diffusion",
    "conductivity",
)


class Kin:
    """Kindred words within the vocabulary of a store."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._vocabulary = vocabulary
        self._found: dict[str, tuple[tuple[str, float], ...]] = {}

    def of(self, word: str, least: float) -> tuple[tuple[str, float], ...]:
        """Index tokens of the store whose words are used like this one, with their cosine, nearest first.

        Args:
            least: smallest cosine that counts, 0 to 1.
        """
        if word not in self._found:
            self._found[word] = self._look_up(word)
        return tuple((token, cosine) for token, cosine in self._found[word] if cosine >= least)

    def _look_up(self, word: str) -> tuple[tuple[str, float], ...]:
        numbers, _, vectors = _table()
        if word not in numbers:
            return ()
        rows, tokens = self._present
        cosines = vectors[rows] @ vectors[numbers[word]]
        own, found = stem(word), dict[str, float]()
        for row in np.argsort(-cosines, kind="stable")[: 4 * _MOST]:
            if tokens[row] != own:
                found.setdefault(tokens[row], round(float(cosines[row]), 4))
        return tuple(found.items())[:_MOST]

    @cached_property
    def _present(self) -> tuple[NDArray[np.int64], list[str]]:
        pairs = [(row, token) for word, row in _table()[0].items()
                 if word not in STOP and (token := stem(word)) in self._vocabulary]
        return np.array([row for row, _ in pairs], dtype=np.int64), [token for _, token in pairs]


def standing(word: str) -> tuple[int, float] | None:
    """How many words are more frequent in general English, and the cosine to the field; None for an unknown word."""
    numbers, ranks, vectors = _table()
    if word not in numbers:
        return None
    return int(ranks[numbers[word]]), float(vectors[numbers[word]] @ _field())


@lru_cache(maxsize=1)
def _field() -> NDArray[np.float32]:
    numbers, _, vectors = _table()
    middle: NDArray[np.float32] = vectors[[numbers[w] for w in _OF_THE_FIELD]].mean(axis=0)
    return middle / np.linalg.norm(middle)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, int], NDArray[np.int32], NDArray[np.float32]]:
    """Row numbers by word, frequency ranks, unit vectors (n_words, 50)."""
    with np.load(TABLE) as stored:
        words = str(stored["words"]).split("\n")
        vectors = stored["vectors"].astype(np.float32)
        ranks: NDArray[np.int32] = stored["ranks"]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {word: row for row, word in enumerate(words)}, ranks, vectors
