"""Words that nobody knows, brought to the nearest word that is known: one slip in a word, two in a long one."""

from __future__ import annotations

from collections.abc import Collection

_SHORTEST = 5    # letters; shorter words have too many neighbours
_LONG = 8        # letters from which two slips are allowed
_CANDIDATES = 40


class Speller:
    """Nearest known word by shared pairs of letters, confirmed by counting slips."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._by_pair: dict[str, list[str]] | None = None
        self._vocabulary = vocabulary
        self._known: dict[str, str | None] = {}

    def corrected(self, alternative: tuple[str, ...]) -> tuple[str, ...]:
        """The alternative with unknown words replaced; empty where one of them resembles nothing."""
        fixed = [t if t in self._vocabulary else self.nearest(t) for t in alternative]
        return tuple(t for t in fixed if t is not None) if None not in fixed else ()

    def nearest(self, word: str) -> str | None:
        """The most similar known word; None for short words, numbers, and where nothing is similar enough."""
        if len(word) < _SHORTEST or not word.isalpha():
            return None
        if word not in self._known:
            self._known[word] = self._look_up(word)
        return self._known[word]

    def _look_up(self, word: str) -> str | None:
        allowed = 2 if len(word) >= _LONG else 1
        counts: dict[str, int] = {}
        for pair in _pairs(word):
            for known in self._postings().get(pair, ()):
                if abs(len(known) - len(word)) <= allowed:
                    counts[known] = counts.get(known, 0) + 1
        few = sorted(counts, key=lambda known: (-counts[known], abs(len(known) - len(word)), known))[:_CANDIDATES]
        best = min(((slips(word, known), i, known) for i, known in enumerate(few)), default=None)
        return best[2] if best is not None and best[0] <= allowed else None

    def _postings(self) -> dict[str, list[str]]:
        if self._by_pair is None:
            self._by_pair = {}
            for known in sorted(self._vocabulary):
                if len(known) >= _SHORTEST - 1 and known.isalpha():
                    for pair in _pairs(known):
                        self._by_pair.setdefault(pair, []).append(known)
        return self._by_pair


def slips(first: str, second: str) -> int:
    """Letters to insert, drop, change or swap with their neighbour to get from one word to the other.

    >>> slips("lithum", "lithium"), slips("rbeathes", "breathes"), slips("cell", "coal")
    (1, 1, 2)
    """
    earlier: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        before, earlier, row = earlier, row, [i]
        for j, b in enumerate(second, start=1):
            cost = min(earlier[j] + 1, row[j - 1] + 1, earlier[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _pairs(word: str) -> set[str]:
    marked = f"^{word}$"
    return {marked[i : i + 2] for i in range(len(marked) - 1)}
