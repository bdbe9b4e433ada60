"""Whether search finds what answers a question, is ahead of plain rankings, and stays silent where nothing does."""

from __future__ import annotations

from dataclasses import dataclass

from evals.retrieval import Outcome, measures
from evals.score import Score, Scorer, scorer


@dataclass(frozen=True)
class RetrievalCase:
    """The outcomes of one half of the questions, by system."""

    found: dict[str, list[Outcome]]


def _measure(case: RetrievalCase, name: str, system: str = "search") -> Score:
    value, low, high = measures(case.found)[system][name]
    return Score(value, f"{value:.3f}, 95 % interval {low:.3f} to {high:.3f}")


@scorer(version="1")
def ndcg(case: RetrievalCase, _expected: object) -> Score:
    """nDCG@10 over the questions that have an answer."""
    table = measures(case.found)
    others = ", ".join(f"{n} {table[n]['ndcg'][0]:.3f}" for n in ("bm25", "dense", "fusion"))
    score = _measure(case, "ndcg")
    return Score(score.value, f"{score.reason}; beside {others}")


@scorer(version="1")
def recall(case: RetrievalCase, _expected: object) -> Score:
    """Recall@10 over the questions that have an answer."""
    return _measure(case, "recall")


@scorer(version="1")
def reciprocal_rank(case: RetrievalCase, _expected: object) -> Score:
    """Mean reciprocal rank within ten."""
    return _measure(case, "mrr")


@scorer(version="1")
def lead(case: RetrievalCase, _expected: object) -> Score:
    """nDCG@10 ahead of the best of BM25, vectors and their fusion in the same run."""
    return _measure(case, "lead")


@scorer(version="1")
def abstained(case: RetrievalCase, _expected: object) -> Score:
    """Share of the unanswerable questions that get an empty list."""
    return _measure(case, "abstained")


@scorer(version="1")
def false_abstention(case: RetrievalCase, _expected: object) -> Score:
    """Share of the answerable questions that get an empty list."""
    return _measure(case, "false_abstention")


SCORERS: tuple[Scorer, ...] = (ndcg, recall, reciprocal_rank, lead, abstained, false_abstention)
