"""Whether figures taken out of sentences are the ones that a careful reader takes."""

from __future__ import annotations

from dataclasses import dataclass

from evals.score import Score, Scorer, scorer, share

Told = tuple[str, str, float, str]


@dataclass(frozen=True)
class MinedCase:
    """For each sentence what was taken from it and what should have been: material, property, value, unit."""

    rows: tuple[tuple[str, frozenset[Told], frozenset[Told]], ...]


@scorer(version="1")
def claim_precision(case: MinedCase, _expected: object) -> Score:
    """Share of the claims taken that are right in material, property, value and unit."""
    taken = sum(len(found) for _, found, _ in case.rows)
    wrong = [f"{sentence[:60]}…: {sorted(found - gold)}" for sentence, found, gold in case.rows if found - gold]
    score = share(sum(len(found & gold) for _, found, gold in case.rows), taken, "claims taken are right")
    return Score(score.value, "; ".join((score.reason, *wrong[:5])))


@scorer(version="1")
def claim_recall(case: MinedCase, _expected: object) -> Score:
    """Share of the claims in the sentences that are taken."""
    there = sum(len(gold) for _, _, gold in case.rows)
    missed = [sentence[:60] for sentence, found, gold in case.rows if gold - found]
    score = share(sum(len(found & gold) for _, found, gold in case.rows), there, "claims are taken")
    return Score(score.value, "; ".join((score.reason, *missed[:8])))


SCORERS: tuple[Scorer, ...] = (claim_precision, claim_recall)
