"""Does anything bear on a question? A share of 0 to 1 out of what the best passage holds and what the question asks.

A logistic regression over six signs, or eight where the store has a sentence model, fitted on the questions to tune on
only (`python -m evals.retrieval_gate` fits it again and prints the weights). The share of the question that the best
passage holds weighs most; the others tell a question of the field in everyday words from one of another field that
shares a word or two with it.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.literature.weighing import Weighed

BEARS = 0.30          # share from which something is taken to bear on the question
_LARGEST = 4.0        # fitted on stores of 10² and 10³ passages: beyond 10⁴ nothing is extrapolated
_WHOLE = 0.99
_WEIGHTS = (5.035, 1.254, 0.648, -3.504, 0.041, -0.584)  # of the signs, in their order
_BIAS = -2.694
_WITH_MODEL = (4.632, 1.269, 0.0, -3.067, 0.656, -0.468, 1.967, 0.736)  # n-grams say nothing beside a model
_BIAS_WITH_MODEL = -3.474


@dataclass(frozen=True)
class Signs:
    """What is known of a question and of its best passage."""

    held: float        # share of the question that the passage holds
    terms: int         # of the field that the passage holds, at most 3
    cosine: float      # of the nearest passage's n-grams
    missing: float     # share of the question's words and terms that no passage holds
    translated: float  # 1 where a foreign form was recognised, else 0
    size: float        # of the store, decimal logarithm of its passages, at most 4: a large one holds something of all
    meaning: float | None = None  # by a sentence model: how near the nearest passage is, above the store's background
    agreed: float | None = None   # and how near the passage is that holds most of the question


def signs(weighed: Weighed, row: int, cosine: float, translated: bool, meaning: NDArray[np.float64] | None) -> Signs:
    """The signs of a question whose best passage stands in `row`.

    Args:
        meaning: nearness of the passages by a sentence model, 0 to 1, shape (n_passages,).
    """
    terms = missing = 0
    for group, present in zip(weighed.groups, weighed.present, strict=True):
        if group.general or not (group.in_glossary or group.shown.isalpha()):
            continue
        terms += group.in_glossary and present[row] >= _WHOLE
        missing += present.max(initial=0.0) < _WHOLE
    return Signs(
        held=float(weighed.coverage[row]), terms=min(int(terms), 3), cosine=cosine,
        missing=missing / max(len(weighed.groups), 1), translated=float(translated),
        size=min(float(np.log10(max(len(weighed.coverage), 1))), _LARGEST),
        meaning=None if meaning is None else float(meaning.max()),
        agreed=None if meaning is None else float(meaning[row]))


def bears(known: Signs) -> float:
    """How surely something bears on the question, 0 to 1."""
    values = [value for value in astuple(known) if value is not None]
    bias, weights = (_BIAS, _WEIGHTS) if known.meaning is None else (_BIAS_WITH_MODEL, _WITH_MODEL)
    return float(1.0 / (1.0 + np.exp(-(bias + np.dot(weights, values)))))
