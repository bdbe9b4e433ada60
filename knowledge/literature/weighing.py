"""How much of a question each passage holds: BM25 in which all forms of one term count as that one term.

A group (see `query`) is a term with its synonyms and translations. Its weight is the rarity of the passages that hold
it in any form; a passage's share of a group is the saturated frequency of its best form, full forms before parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.literature.index import TITLE, Lexical
from knowledge.literature.kin import Kin, standing
from knowledge.literature.query import Group, Query
from knowledge.literature.spelling import Speller

_PARTIAL = 0.35        # worth of a form of which only some words are there
_PARTIAL_RANK = 0.7    # and what of that counts for the rank
_IN_TITLE = 0.5        # worth of a form that only the title holds, not the passage itself
_UNKNOWN_ABROAD = 0.2  # weight of an unknown word once a foreign question was understood by its terms
_UNKNOWN = (1.0, 0.65, 0.45)  # weight of an unknown word beside none, one, more terms of the field
_NUMBER = 0.5          # weight of a bare number: it seldom says what is asked
_EVERYDAY = 500        # words more frequent than this in general English say little where a text lacks them
_EVERYDAY_WEIGHT = 0.4
_ELSEWHERE = 0.2       # cosine to the field below which a word is from elsewhere
_ELSEWHERE_WEIGHT = 2.0
_KIN_LEAST = 0.6       # cosine from which a kindred word counts
_KIN_WORTH = 0.9       # worth of a kindred word as like as can be
_GENERAL = 0.3         # weight of terms that every text of the field holds: battery, cell, lithium-ion

Rows = tuple[NDArray[np.int32], NDArray[np.float32]]  # row numbers with a value each


@dataclass(frozen=True)
class Weighed:
    """For every passage the share of the question that it holds (`coverage`) and its rank value (`score`), 0 to 1."""

    coverage: NDArray[np.float32]
    score: NDArray[np.float32]
    tokens: tuple[str, ...]
    groups: tuple[Group, ...]
    present: tuple[NDArray[np.float32], ...]  # for every group its presence in each passage, 0 to 1


def weigh(query: Query, lexical: Lexical, speller: Speller, kin: Kin) -> Weighed:
    """Weigh every passage against a question, shapes (n_passages,)."""
    n = lexical.n
    held, ranked = np.zeros(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    whole = 0.0
    asked: list[str] = []
    present: list[NDArray[np.float32]] = []
    scratch = np.zeros(n, dtype=np.float32), np.ones(n, dtype=np.float32)
    specific = sum(g.in_glossary and not g.general for g in query.groups)
    for group in query.groups:
        forms = _known_forms(group, lexical, speller)
        best = np.zeros(n, dtype=np.float32)   # saturated frequency, for the rank
        there = np.zeros(n, dtype=np.float32)  # presence, for the coverage
        for form in forms:
            _add_form(form, lexical, best, there, scratch)
            asked += form
        plain = not group.in_glossary and group.shown.isalpha()
        for token, cosine in kin.of(group.shown, _KIN_LEAST) if plain else ():
            _add_kin(token, _KIN_WORTH * (cosine - _KIN_LEAST + 0.2) / (1.2 - _KIN_LEAST), lexical, best, there)
            asked.append(token)
        full = int(np.count_nonzero(there >= 1.0))
        weight = float(np.log1p(n / (1.0 + full)))
        if not forms:
            weight *= _UNKNOWN_ABROAD if query.translated else _UNKNOWN[min(specific, 2)]
        if plain and not full:
            weight *= _missing_weight(group.shown)
        if group.general:
            weight *= _GENERAL
        elif group.shown.replace(".", "").isdigit() and not group.in_glossary:
            weight *= _NUMBER
        present.append(there)
        held += weight * there
        ranked += weight * best
        whole += weight
    whole = max(whole, 1e-9)
    return Weighed(held / whole, ranked / whole, tuple(dict.fromkeys(asked)), query.groups, tuple(present))


def _missing_weight(word: str) -> float:
    """Factor for a word that no text holds: an everyday one says little, one from elsewhere much."""
    known = standing(word)
    if known is None:
        return 1.0
    rank, nearness = known
    return _EVERYDAY_WEIGHT if rank < _EVERYDAY else _ELSEWHERE_WEIGHT if nearness < _ELSEWHERE else 1.0


def _known_forms(group: Group, lexical: Lexical, speller: Speller) -> list[tuple[str, ...]]:
    forms = [f for f in group.alternatives if any(t in lexical.vocabulary for t in f)]
    if not forms or not group.in_glossary:
        forms += [c for f in group.alternatives if f for c in (speller.corrected(f),) if c and c not in forms]
    return forms


def _add_kin(token: str, worth: float, lexical: Lexical, best: NDArray[np.float32], there: NDArray[np.float32]
             ) -> None:
    """Raise `best` and `there` by a word of like meaning, which counts for less than the word itself."""
    rows, saturation = lexical.postings(token)
    best[rows] = np.maximum(best[rows], worth * (0.5 + 0.5 * saturation))
    there[rows] = np.maximum(there[rows], worth)


def _add_form(form: tuple[str, ...], lexical: Lexical, best: NDArray[np.float32], there: NDArray[np.float32],
              scratch: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    """Raise `best` and `there` by one form: passages with all its words count whole, with some of them in part.

    Args:
        scratch: zeros and ones, shapes (n_passages,), which are left as they were: only touched rows are looked at.
    """
    if len(form) == 1:
        for token, worth, presence in ((form[0], 1.0, 1.0), (TITLE + form[0], _IN_TITLE, _IN_TITLE + 0.25)):
            rows, saturation = lexical.postings(token)
            best[rows] = np.maximum(best[rows], worth * (0.5 + 0.5 * saturation))
            there[rows] = np.maximum(there[rows], presence)
        return
    held = [_rows_of(token, lexical) for token in form]
    if len(form) == 2:
        few, many = sorted(held, key=lambda rows_values: len(rows_values[0]))
        _add_pair(few, many, best, there, scratch[0])
        return
    counts, weakest = scratch
    for rows, values in held:
        counts[rows] += 1.0
        weakest[rows] = np.minimum(weakest[rows], values)
    touched = np.concatenate([rows for rows, _ in held])  # a row may stand here twice, which changes nothing
    share = counts[touched] / len(form)
    whole = share >= 1.0
    best[touched] = np.maximum(best[touched], np.where(whole, weakest[touched], _PARTIAL * share * _PARTIAL_RANK))
    there[touched] = np.maximum(there[touched], np.where(whole, 1.0, _PARTIAL * share))
    counts[touched] = 0.0
    weakest[touched] = 1.0


def _rows_of(token: str, lexical: Lexical) -> Rows:
    """The passages that hold a token, in their text or in their title only, with its worth for the rank there."""
    rows, saturation = lexical.postings(token)
    in_title, _ = lexical.postings(TITLE + token)  # never rows that hold it themselves
    values = 0.5 + 0.5 * saturation
    if not len(in_title):
        return rows, values
    return np.concatenate((rows, in_title)), np.concatenate((values, np.full(len(in_title), _IN_TITLE, np.float32)))


def _add_pair(few: Rows, many: Rows, best: NDArray[np.float32], there: NDArray[np.float32],
              zeros: NDArray[np.float32]) -> None:
    """A form of two words, most of all forms: half of it is worth the same everywhere: little to reckon."""
    half = np.float32(_PARTIAL * 0.5)
    for rows, _ in (few, many):
        best[rows] = np.maximum(best[rows], half * np.float32(_PARTIAL_RANK))
        there[rows] = np.maximum(there[rows], half)
    zeros[few[0]] = few[1]
    values = zeros[many[0]]
    both = np.flatnonzero(values)
    rows = many[0][both]
    best[rows] = np.maximum(best[rows], np.minimum(values[both], many[1][both]))
    there[rows] = 1.0
    zeros[few[0]] = 0.0
