"""Ask a store: words weighed by term groups and vectors together; a gate abstains where nothing bears on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.evidence import Passage, SourceKind
from knowledge.literature import embed as hashed
from knowledge.literature.background import Background, background
from knowledge.literature.gate import BEARS, Signs, bears, signs
from knowledge.literature.index import Lexical, exclusive, open_lexical, open_vectors
from knowledge.literature.kin import Kin, standing
from knowledge.literature.query import Query, glossary_words, parse
from knowledge.literature.spelling import Speller
from knowledge.literature.store import PassageStore
from knowledge.literature.vectors import Vectors
from knowledge.literature.weighing import Weighed, weigh
from knowledge.literature.words import STOP, forms, is_cjk, normal, tokens, word_runs

BESIDE = 0.5          # share of the best passage's share that others must hold to stand beside it
ENOUGH = 0.44         # share of the question's weight from which a passage stands beside any other
SURE_COSINE = 0.62    # of n-grams: above this a passage is nearly the question itself
SURE_MEANING = 0.4    # by a sentence model: above this a passage bears on a question that passes the gate
_BY_NGRAMS = 0.35     # weight of the n-grams' nearness beside the words, whose best sum is 1
_BY_MEANING = 0.6     # and of a sentence model's
_DEPTH = 60           # how many neighbours the vectors give
_COMPARED = 8         # passages whose n-grams the gate looks at where the vectors are of another embedder
HELD = 0.75           # presence from which a passage is taken to hold a thing that is asked for
_QUOTE = 420           # characters; a fact card is always quoted whole
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?](?=\S)[^.!?。！？\n]*)*[.!?。！？]*")


@dataclass(frozen=True)
class Hit:
    """A passage that bears on a question; `quote` is an exact piece of `passage.text`."""

    passage: Passage
    score: float
    coverage: float
    quote: str


@dataclass(frozen=True)
class PassedOver:
    """The passage nearest to a question on which nothing bears; `holds` and `lacks` name what was asked for."""

    hit: Hit
    holds: tuple[str, ...]
    lacks: tuple[str, ...]


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
            self._vectors: Vectors = open_vectors(self.store, self.lexical.keys[0])
        self._embedder = self.store.embedder
        self._background: Background | None = None  # n-grams need none: their cosine is a share of the same n-grams
        if self._embedder.id != hashed.EMBEDDER_ID:
            self._background = background(folder, self.store.digest, self._embedder, self._vectors)
        self.digest = self.store.identity
        self.ids, kinds, years = self.lexical.keys
        self._row = {one: i for i, one in enumerate(self.ids)}
        self._kinds = np.array(kinds)
        self._years = np.array(years, dtype=np.int32)
        self._speller = Speller(self.lexical.vocabulary)
        self._kin = Kin(self.lexical.vocabulary)
        self._terms = Speller(glossary_words() | STOP)

    def search(
        self, text: str, top: int = 8, kind: SourceKind | None = None, since: int | None = None, gate: float = BEARS,
        enough: float = ENOUGH,
    ) -> list[Hit]:
        """The passages that bear on a question, best first; none where nothing does.

        Args:
            since: only sources of this year or later; a source without a year is left out then.
            gate: how surely something must bear on the question, 0 to 1 (see `gate`).
            enough: share of the question's weight from which a passage stands beside any other.
        """
        query = parse(self._respelt(text))
        if not query.groups or not self.ids:
            return []
        allowed = np.ones(len(self.ids), dtype=bool)
        if kind is not None:
            allowed &= self._kinds == kind
        if since is not None:
            allowed &= self._years >= since
        by_words = weigh(query, self.lexical, self._speller, self._kin)
        nearness = self._nearness(text)
        held = np.where(allowed, by_words.coverage, 0.0)
        known = self._known(query, by_words, held, np.where(allowed, nearness, 0.0))
        passes = bears(known) >= gate
        least = min(enough, BESIDE * known.held) if known.held > 0 and passes else np.inf
        sure = SURE_COSINE if self._background is None else SURE_MEANING if passes else np.inf
        rows = np.flatnonzero(allowed & ((held >= least) | (nearness >= sure)))
        if not len(rows):
            return []
        weight = _BY_NGRAMS if self._background is None else _BY_MEANING
        score = (by_words.score[rows] + weight * nearness[rows]) / (1.0 + weight)
        least_score = np.partition(score, -top)[-top] - 1e-8 if len(rows) > top else -np.inf  # only these are sorted
        order = sorted(np.flatnonzero(score >= least_score).tolist(),
                       key=lambda i: (-round(float(score[i]), 9), self.ids[rows[i]]))[:top]
        passages = self.store.get([self.ids[rows[i]] for i in order])
        wanted = set(by_words.tokens)
        return [
            Hit(passages[self.ids[rows[i]]], round(float(score[i]), 4), round(float(by_words.coverage[rows[i]]), 4),
                best_quote(passages[self.ids[rows[i]]].text, wanted))
            for i in order
        ]

    def passed_over(self, text: str, kind: SourceKind | None = None, since: int | None = None) -> PassedOver | None:
        """The nearest passage where `search` finds nothing; None where no passage holds anything of the question."""
        hits = self.search(text, 1, kind, since, gate=0.0)
        if not hits:
            return None
        by_words = weigh(parse(self._respelt(text)), self.lexical, self._speller, self._kin)
        row = self._row[hits[0].passage.id]
        shown = [(g.shown, present[row] >= HELD) for g, present in zip(by_words.groups, by_words.present, strict=True)]
        holds = tuple(name for name, there in shown if there)
        return PassedOver(hits[0], holds, tuple(name for name, there in shown if not there)) if holds else None

    @cached_property
    def cards(self) -> tuple[Passage, ...]:
        """The fact cards of the store, which are filed under metrics and systems; in order of id."""
        return tuple(self.store.of_origin("starter"))

    def signs(self, text: str) -> Signs:
        """What the gate knows of a question."""
        query = parse(self._respelt(text))
        by_words = weigh(query, self.lexical, self._speller, self._kin)
        return self._known(query, by_words, by_words.coverage, self._nearness(text))

    def _known(self, query: Query, by_words: Weighed, held: NDArray[Any], nearness: NDArray[np.float64]) -> Signs:
        """The signs of a question. The gate looks at n-grams: beside another embedder these are made as needed."""
        best = int(np.argmax(held))
        if self._background is None:
            return signs(by_words, best, float(nearness.max()), query.translated, None)
        few = [self.ids[row] for row in np.argsort(-held, kind="stable")[:_COMPARED]]
        texts = [passage.text for passage in self.store.get(few).values()]
        vectors = hashed.embed([query.text, *texts])
        nearest = float((vectors[1:] @ vectors[0]).max(initial=0.0))
        return signs(by_words, best, nearest, query.translated, nearness)

    def _respelt(self, text: str) -> str:
        """The question with words that nobody knows brought to the nearest term of the glossary or common word."""
        fixed = normal(text)
        for word in dict.fromkeys(word_runs(text)):
            known = word in glossary_words() or word in STOP or any(f in self.lexical.vocabulary for f in forms(word))
            spelt = word.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")  # German on a foreign keyboard
            nearest = spelt if spelt in glossary_words() else self._terms.nearest(word)
            if not known and standing(word) is None and nearest:
                fixed = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", nearest, fixed)
        return fixed

    def nearest(self, text: str, count: int) -> list[str]:
        """Ids of the passages whose vectors are nearest to the question's, nearest first."""
        return list(self._near(text, count))

    def _nearness(self, text: str) -> NDArray[np.float64]:
        """Cosine of the nearest passages to the question, 0 for the others, shape (n_passages,).

        By a sentence model: how far the cosine stands above the store's background, 0 to 1.
        """
        found = np.zeros(len(self.ids))
        for one, cosine in self._near(text, _DEPTH).items():
            if one in self._row:
                found[self._row[one]] = cosine
        return found if self._background is None else self._background.above(found)

    def _near(self, text: str, count: int) -> dict[str, float]:
        """Ids of the nearest passages with their cosines, nearest first."""
        vector = self._embedder.embed([text])[0]
        return self._vectors.nearest(vector, min(count, len(self.ids)))


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
