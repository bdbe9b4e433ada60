"""Does anything bear on a question? A share of 0 to 1 out of what the best passage holds and what the question asks.

A logistic regression over seven signs, fitted on the questions to tune on only (`python -m evals.retrieval_gate` fits
it again and prints the weights). The share of the question that the best passage holds weighs most; the others tell a
question of the field in everyday words from one of another field that shares a word or two with it.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from knowledge.literature.kin import standing
from knowledge.literature.weighing import Weighed

BEARS = 0.5           # share from which something is taken to bear on the question
_LARGEST = 4.0        # fitted on stores of 10² and 10³ passages: beyond 10⁴ nothing is extrapolated
_UNKNOWN = 0.3        # nearness to the field of a word that the table of words lacks
_WHOLE = 0.99
_WEIGHTS = (5.365, 1.824, 0.761, 4.302, -5.446, 1.478, -1.105)  # of the signs, in their order
_BIAS = -1.022


@dataclass(frozen=True)
class Signs:
    """What is known of a question and of its best passage."""

    held: float        # share of the question that the passage holds
    nearness: float    # of the question's words to the field, mean; 1 for a term of the glossary, 0.5 for a general one
    terms: int         # of the field that the passage holds, at most 3
    cosine: float      # of the nearest passage's n-grams
    missing: float     # share of the question's words that no passage holds
    translated: float  # 1 where a foreign form was recognised, else 0
    size: float        # of the store, decimal logarithm of its passages, at most 4: a large one holds something of all


def signs(weighed: Weighed, row: int, cosine: float, translated: bool) -> Signs:
    """The signs of a question whose best passage stands in `row`."""
    near: list[float] = []
    terms = missing = 0
    for group, present in zip(weighed.groups, weighed.present, strict=True):
        if group.in_glossary:
            near.append(0.5 if group.general else 1.0)
            terms += not group.general and present[row] >= _WHOLE
            continue
        if not group.shown.isalpha():
            continue
        known = standing(group.shown)
        near.append(_UNKNOWN if known is None else known[1])
        missing += present.max() < _WHOLE
    return Signs(
        held=float(weighed.coverage[row]), nearness=float(np.mean(near)) if near else _UNKNOWN, terms=min(terms, 3),
        cosine=cosine, missing=missing / max(len(weighed.groups), 1), translated=float(translated),
        size=min(float(np.log10(max(len(weighed.coverage), 1))), _LARGEST))


def bears(known: Signs) -> float:
    """How surely something bears on the question, 0 to 1."""
    return float(1.0 / (1.0 + np.exp(-(_BIAS + np.dot(_WEIGHTS, astuple(known))))))
