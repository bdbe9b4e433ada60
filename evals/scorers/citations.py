"""Whether citations hold: each quote at its place, each source to be found, none of them retracted."""

from __future__ import annotations

from dataclasses import dataclass

from evals.score import Score, Scorer, scorer, share
from knowledge.evidence import Evidence


@dataclass(frozen=True)
class AuditCase:
    """What is cited for a document, and why some of it does not stand in the store."""

    evidence: tuple[Evidence, ...]
    lost: tuple[str, ...]


@scorer(version="1")
def quotes_stand(case: AuditCase, _expected: object) -> Score:
    """Share of the quotes that are found at their offsets in the stored text."""
    score = share(len(case.evidence) - len(case.lost), len(case.evidence), "quotes stand at their place")
    return Score(score.value, "; ".join((score.reason, *case.lost[:3])))


@scorer(version="1")
def sources_given(case: AuditCase, _expected: object) -> Score:
    """Share of the citations with a source to be found (DOI, patent number or address) and a place in it."""
    good = sum(bool((e.passage.source.doi or e.passage.source.patent or e.passage.source.url) and e.passage.place)
               for e in case.evidence)
    return share(good, len(case.evidence), "citations name source and place")


@scorer(version="1")
def seen_told(case: AuditCase, _expected: object) -> Score:
    """Share of the citations that say how the fact was seen and rest on no retracted source."""
    good = sum(bool(e.passage.source.seen_in) and e.passage.source.status != "retracted" for e in case.evidence)
    return share(good, len(case.evidence), "citations say where they were read, none of them retracted")


SCORERS: tuple[Scorer, ...] = (quotes_stand, sources_given, seen_told)
