"""Words that a store does not know, brought to the nearest one that it does."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

_MIN_LENGTH = 5
_ALIKE = 0.8


class Speller:
    """Nearest known word by shared character pairs, confirmed by the similarity of the whole."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._by_pair: dict[str, list[str]] | None = None
        self._vocabulary = vocabulary
        self._known: dict[str, str | None] = {}

    def corrected(self, alternative: tuple[str, ...]) -> tuple[str, ...]:
        """The alternative with unknown words replaced; empty where one of them resembles nothing."""
        fixed = [t if t in self._vocabulary else self.nearest(t) for t in alternative]
        return tuple(t for t in fixed if t is not None) if None not in fixed else ()

    def nearest(self, word: str) -> str | None:
        """The most similar known word; None for short words, numbers, and where nothing is similar enough."""
        if len(word) < _MIN_LENGTH or not word.isalpha():
            return None
        if word not in self._known:
            self._known[word] = self._look_up(word)
        return self._known[word]

    def _look_up(self, word: str) -> str | None:
        counts: dict[str, int] = {}
        for pair in _pairs(word):
            for known in self._postings().get(pair, ()):
                counts[known] = counts.get(known, 0) + 1
        few = sorted(counts, key=lambda known: (-counts[known], abs(len(known) - len(word)), known))[:25]
        best = max(few, key=lambda known: SequenceMatcher(None, word, known).ratio(), default=None)
        if best is None or SequenceMatcher(None, word, best).ratio() < _ALIKE:
            return None
        return best

    def _postings(self) -> dict[str, list[str]]:
        if self._by_pair is None:
            self._by_pair = {}
            for known in sorted(self._vocabulary):
                if len(known) >= _MIN_LENGTH - 1 and known.isalpha():
                    for pair in _pairs(known):
                        self._by_pair.setdefault(pair, []).append(known)
        return self._by_pair


def _pairs(word: str) -> set[str]:
    marked = f"^{word}$"
    return {marked[i : i + 2] for i in range(len(marked) - 1)}
