"""How well questions find what answers them: the search of the product beside BM25, vectors and their plain fusion.

A document is a card or a paper (all passages of one DOI). Each measure comes with the 95 % interval of a bootstrap over
the questions. `python -m evals.retrieval --corpus PATH…` adds papers of your own to the starter library.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evals.retrieval_set import Question, Split, questions

if TYPE_CHECKING:
    from knowledge.evidence import Passage
    from knowledge.literature.search import Library

TOP = 10
_DEEP = 60
SYSTEMS = ("bm25", "dense", "fusion", "search")
Ranking = Callable[[str], list[str]]


@dataclass(frozen=True)
class Outcome:
    """What one system gave for one question: its documents, best first, and those that answer it."""

    question: Question
    found: tuple[str, ...]
    relevant: frozenset[str]

    @property
    def ndcg(self) -> float:
        """Normalised discounted cumulative gain of the first ten documents, each relevant one counting the same."""
        gains = [1.0 / np.log2(i + 2) for i, d in enumerate(self.found[:TOP]) if d in self.relevant]
        ideal = [1.0 / np.log2(i + 2) for i in range(min(TOP, len(self.relevant)))]
        return float(sum(gains) / sum(ideal))

    @property
    def recall(self) -> float:
        """Share of the answering documents among the first ten."""
        return len(self.relevant.intersection(self.found[:TOP])) / min(TOP, len(self.relevant))

    @property
    def reciprocal_rank(self) -> float:
        """1 / rank of the first answering document within ten; 0 where there is none."""
        return next((1.0 / (i + 1) for i, d in enumerate(self.found[:TOP]) if d in self.relevant), 0.0)


def prepared(folder: Path, corpus: Iterable[Path] = (), embedder: str = "hashed") -> Library:
    """The starter library, with papers beside it, in a store of its own."""
    from knowledge.literature.ingest import add_files
    from knowledge.literature.library import open_library, open_store

    store, paths = open_store(folder), list(corpus)
    if embedder != "hashed":
        store.note("embedder", embedder)
    if paths:
        add_files(store, paths, lambda *_: None)
    return open_library(folder)


def document_of(passage: Passage) -> str:
    """The document that a passage counts for."""
    return passage.id.removeprefix("card:") if passage.id.startswith("card:") else (
        passage.source.doi or passage.source.patent or passage.source.key).lower()


def outcomes(library: Library, asked: Iterable[Question]) -> dict[str, list[Outcome]]:
    """Every question through every system. A question whose answers the corpus lacks is left out."""
    passages = library.store.get(row[0] for row in library.store.rows())
    documents = {i: document_of(p) for i, p in passages.items()}
    twins = {documents[i]: (p.source.doi or "").lower() for i, p in passages.items() if i.startswith("card:")}
    present = set(documents.values())
    found: dict[str, list[Outcome]] = {name: [] for name in SYSTEMS}
    rankings = _systems(library)
    for question in asked:
        targets = {t.lower() for t in question.targets}
        relevant = frozenset(targets & present)
        if targets and not relevant:
            continue
        passed_over = {twins.get(t, "") for t in relevant} - targets  # a card's own paper is neither right nor wrong
        for name in SYSTEMS:
            ranked = dict.fromkeys(documents[i] for i in rankings[name](question.text) if i in documents)
            found[name].append(Outcome(question, tuple(d for d in ranked if d not in passed_over), relevant))
    return found


def _systems(library: Library) -> dict[str, Ranking]:
    import bm25s

    from knowledge.literature.index import indexed_text
    from knowledge.literature.words import tokens

    plain = bm25s.BM25(backend="numpy")
    texts = library.store.get(library.ids)
    plain.index([tokens(indexed_text(texts[i])) for i in library.ids], show_progress=False)

    def best(scores: NDArray[Any]) -> list[str]:
        order = np.argsort(-scores, kind="stable")[:_DEEP]
        return [library.ids[i] for i in order if scores[i] > 0]

    def bm25(text: str) -> list[str]:
        known = [t for t in tokens(text) if t in plain.vocab_dict]
        return best(plain.get_scores(known)) if known else []

    def dense(text: str) -> list[str]:
        return library.nearest(text, _DEEP)

    def fusion(text: str) -> list[str]:
        worth: dict[str, float] = {}
        for ranked in (bm25(text), dense(text)):
            for rank, one in enumerate(ranked):
                worth[one] = worth.get(one, 0.0) + 1.0 / (61.0 + rank)
        return sorted(worth, key=lambda one: (-worth[one], one))

    def search(text: str) -> list[str]:
        return [h.passage.id for h in library.search(text, top=_DEEP)]

    return {"bm25": bm25, "dense": dense, "fusion": fusion, "search": search}


def measures(found: dict[str, list[Outcome]]) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Per system: each measure as (value, low, high); `lead` is nDCG ahead of the best of the three others."""
    table: dict[str, dict[str, tuple[float, float, float]]] = {}
    for name, every in found.items():
        answerable = [o for o in every if o.relevant]
        table[name] = {
            "ndcg": interval([o.ndcg for o in answerable]), "recall": interval([o.recall for o in answerable]),
            "mrr": interval([o.reciprocal_rank for o in answerable]),
            "abstained": interval([float(not o.found) for o in every if not o.relevant]),
            "false_abstention": interval([float(not o.found) for o in answerable]),
        }
    rival = max(("bm25", "dense", "fusion"), key=lambda n: table[n]["ndcg"][0])
    ahead = [a.ndcg - b.ndcg for a, b in zip(found["search"], found[rival], strict=True) if a.relevant]
    table["search"]["lead"] = interval(ahead)
    return table


def interval(values: list[float], draws: int = 1000) -> tuple[float, float, float]:
    """Mean and its 95 % bootstrap interval; NaN where there is nothing."""
    if not values:
        return (float("nan"),) * 3
    data = np.asarray(values)
    means = data[np.random.default_rng(0).integers(0, len(data), (draws, len(data)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return round(float(data.mean()), 4), round(float(low), 4), round(float(high), 4)


def main(arguments: list[str] | None = None) -> None:
    """Print the table of one set of questions, over the starter library and the papers given."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--corpus", type=Path, nargs="*", default=[])
    parser.add_argument("--embedder", default="hashed", help="as `cellwright knowledge configure` takes it")
    parser.add_argument("--split", choices=["dev", "test", "second", "third", "fifth", "sixth"], default="dev")
    parser.add_argument("--kinds", action="store_true", help="nDCG for each kind of question")
    parser.add_argument("--misses", action="store_true", help="the questions that go wrong, dev half only")
    options = parser.parse_args(arguments)
    split: Split = options.split
    with tempfile.TemporaryDirectory() as folder:
        library = prepared(Path(folder), options.corpus, options.embedder)
        found = outcomes(library, [q for q in questions() if q.split == split])
    table = measures(found)
    print(f"{split}: {len(found['search'])} questions, {len(library.ids)} passages")
    for name, row in table.items():
        print(f"{name:8}" + "  ".join(f"{k} {v:.3f} [{low:.3f}, {high:.3f}]" for k, (v, low, high) in row.items()))
    if options.kinds:
        for kind in dict.fromkeys(o.question.kind for o in found["search"] if o.relevant):
            row_of = {n: np.mean([o.ndcg for o in found[n] if o.relevant and o.question.kind == kind]) for n in SYSTEMS}
            print(f"  {kind:16}" + "  ".join(f"{n} {v:.3f}" for n, v in row_of.items()))
    if options.misses and split == "dev":
        for o in found["search"]:
            if (o.relevant and o.ndcg < 0.6) or (not o.relevant and o.found):
                print(json.dumps([o.question.text, sorted(o.relevant), o.found[:4]], ensure_ascii=False))


if __name__ == "__main__":
    main()
