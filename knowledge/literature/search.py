"""Ask a store: BM25 and vectors fused by reciprocal rank; a gate abstains where nothing bears on the question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.evidence import Passage, SourceKind
from knowledge.literature.embed import embed
from knowledge.literature.index import Lexical, exclusive, open_lexical, open_vectors
from knowledge.literature.query import Query, parse
from knowledge.literature.spelling import Speller
from knowledge.literature.store import PassageStore
from knowledge.literature.words import is_cjk, tokens

GATE = 0.5            # share of the question's weight that a passage must hold
SURE_COSINE = 0.62    # above this a passage is nearly the question itself
_RRF = 60.0           # the usual constant of reciprocal rank fusion
_BY_COVERAGE = 0.65   # share of coverage in the final order, the rest is the fused rank
_DEPTH = 60           # how many of each ranking are fused
_PARTIAL = 0.35       # worth of a group of which only some tokens are there
_UNKNOWN_ABROAD = 0.2  # weight of an unknown word once a foreign question was understood by its terms
_NUMBER = 0.5         # weight of a bare number: it seldom says what is asked
_QUOTE = 420           # characters; a fact card is always quoted whole
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?](?=\S)[^.!?。！？\n]*)*[.!?。！？]*")


@dataclass(frozen=True)
class Hit:
    """A passage that bears on a question; `quote` is an exact piece of `passage.text`."""

    passage: Passage
    score: float
    coverage: float
    quote: str


class Library:
    """An open store with its indexes."""

    def __init__(self, folder: Path) -> None:
        """Open a store and bring its indexes up to date.

        Raises:
            StoreDamaged: the passages cannot be read or written.
            EmbedderMismatch: the vectors were made with another embedder.
        """
        self.store = PassageStore(folder)
        with exclusive(folder):
            self.lexical: Lexical = open_lexical(self.store)
            self._vectors: Any = open_vectors(self.store)
        keys = self.store.keys()
        self.digest = self.store.digest
        self._ids = [k[0] for k in keys]
        self._row = {k[0]: i for i, k in enumerate(keys)}
        self._kinds = np.array([k[1] for k in keys], dtype=object)
        self._years = np.array([k[2] or 0 for k in keys], dtype=np.int32)
        self._speller = Speller(self.lexical.vocabulary)

    def search(
        self, text: str, top: int = 8, kind: SourceKind | None = None, since: int | None = None, gate: float = GATE,
    ) -> list[Hit]:
        """The passages that bear on a question, best first; none where nothing does.

        Args:
            since: only sources of this year or later; a source without a year is left out then.
            gate: share of the question's weight a passage must hold, 0 to 1.
        """
        query = parse(text)
        if not query.groups or not self._ids:
            return []
        coverage, asked = self._coverage(query)
        lexical = self.lexical.scores(asked)
        cosine = self._cosine(text)
        allowed = np.ones(len(self._ids), dtype=bool)
        if kind is not None:
            allowed &= self._kinds == kind
        if since is not None:
            allowed &= self._years >= since
        passed = allowed & ((coverage >= gate) | (cosine >= SURE_COSINE))
        rows = np.flatnonzero(passed)
        if not len(rows):
            return []
        fused = _fuse(np.where(allowed, lexical, 0.0), np.where(allowed, cosine, 0.0))
        ranked = fused[rows] / max(float(fused.max()), 1e-12)
        score = _BY_COVERAGE * np.minimum(coverage[rows], 1.0) + (1.0 - _BY_COVERAGE) * ranked
        order = sorted(range(len(rows)), key=lambda i: (-round(float(score[i]), 9), self._ids[rows[i]]))[:top]
        passages = self.store.get([self._ids[rows[i]] for i in order])
        wanted = set(asked)
        return [
            Hit(passages[self._ids[rows[i]]], round(float(score[i]), 4), round(float(coverage[rows[i]]), 4),
                best_quote(passages[self._ids[rows[i]]].text, wanted))
            for i in order
        ]

    @cached_property
    def cards(self) -> tuple[Passage, ...]:
        """The fact cards of the store, which are filed under metrics and systems; in order of id."""
        return tuple(self.store.of_origin("starter"))

    def _coverage(self, query: Query) -> tuple[NDArray[np.float64], list[str]]:
        """Share of the question's weight that each passage holds, shape (n_passages,), and the tokens looked for."""
        n = len(self._ids)
        held, whole, asked = np.zeros(n), 0.0, []
        ceiling = float(np.log1p(n))
        for group in query.groups:
            best, seen = np.zeros(n), False
            alternatives = group.alternatives
            if not any(t in self.lexical.vocabulary for a in alternatives for t in a):
                alternatives = tuple(self._speller.corrected(a) for a in alternatives)
            for alternative in filter(None, alternatives):
                hits = np.zeros(n)
                for token in alternative:
                    rows = self.lexical.documents_with(token)
                    hits[rows] += 1.0
                    seen = seen or len(rows) > 0
                share = hits / len(alternative)
                best = np.maximum(best, np.where(share >= 1.0, 1.0, _PARTIAL * share))
                asked += [t for t in alternative if t in self.lexical.vocabulary]
            weight = float(np.log1p(n / (1.0 + np.count_nonzero(best >= 1.0)))) if seen else ceiling
            if not seen and query.translated:
                weight *= _UNKNOWN_ABROAD
            if group.shown.replace(".", "").isdigit() and not group.in_glossary:
                weight *= _NUMBER
            held += weight * best
            whole += weight
        return held / max(whole, 1e-12), asked

    def _cosine(self, text: str) -> NDArray[np.float64]:
        """Cosine of the nearest passages to the question, 0 for the others, shape (n_passages,)."""
        near = self._vectors.query(
            query_embeddings=embed([text]), n_results=min(_DEPTH, len(self._ids)), include=["distances"]
        )
        found = np.zeros(len(self._ids))
        for one, distance in zip(near["ids"][0], near["distances"][0], strict=True):
            if one in self._row:
                found[self._row[one]] = 1.0 - float(distance)
        return found


def _fuse(*rankings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reciprocal rank fusion of the first `_DEPTH` of each ranking, shape (n_passages,)."""
    fused = np.zeros(len(rankings[0]))
    for scores in rankings:
        order = np.argsort(-scores, kind="stable")[:_DEPTH]
        order = order[scores[order] > 0]
        fused[order] += 1.0 / (_RRF + 1.0 + np.arange(len(order)))
    return fused


def best_quote(text: str, wanted: set[str]) -> str:
    """The sentence of a text that holds most of the tokens asked for, with the next one where both are short.

    The quote is always an exact piece of the text; a text of at most `_QUOTE` characters is quoted whole.
    """
    if len(text) <= _QUOTE:
        return text
    spans = [m.span() for m in _SENTENCE.finditer(text) if m.group().strip()] or [(0, len(text))]
    worth = [len(wanted.intersection(tokens(text[a:b]))) for a, b in spans]
    best = max(range(len(spans)), key=lambda i: (worth[i], -i))
    start, end = spans[best]
    if best + 1 < len(spans) and spans[best + 1][1] - start <= _QUOTE:
        end = spans[best + 1][1]
    piece = text[start:end].strip()
    if len(piece) <= _QUOTE:
        return piece
    cut = piece.rfind(" ", 0, _QUOTE)
    return piece[: cut if cut > 0 and not is_cjk(piece[_QUOTE]) else _QUOTE].rstrip()
