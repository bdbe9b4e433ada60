"""How well a reader noticed what is remarkable: conflicts, replaced values, questions, impossible asks, distractors.

A label of a finding is words and perhaps ids; a reading's finding is words and a quote. They are the same finding where
the kind agrees and they speak of the same requirement or the same number.
"""

from __future__ import annotations

import re

from evals.gold import GoldFinding
from evals.score import Score, Scorer, scorer, share, unscored
from evals.scorers.requirements import ReadCase
from knowledge.requirement import Finding

# An old thread or a void draft is called either; both say that the number is not asked.
TWINS = {"superseded": "not asked", "distractor": "not asked"}
# What a reader is interrupted for; a distractor is only kept on record.
INTERRUPTING = frozenset({"conflict", "superseded", "ambiguity", "infeasible", "injection"})
_NUMBER = re.compile(r"\d+(?:[.,' ]\d+)*")


@scorer(version="1")
def findings_recall(case: ReadCase, _expected: object) -> Score:
    """Share of the labelled findings that the reading reports (a number set aside with its reason is a distractor)."""
    labels = case.gold.findings
    off = [f"{g.kind}: {g.text[:60]}" for g in labels if not noticed(case, g)]
    score = share(len(labels) - len(off), len(labels), "labelled findings are reported")
    return Score(score.value, "; ".join([score.reason, *off]))


@scorer(version="1")
def conflicts_recall(case: ReadCase, _expected: object) -> Score:
    """The same for conflicts and impossible asks alone: what costs most when it is missed."""
    labels = [g for g in case.gold.findings if g.kind in ("conflict", "infeasible")]
    off = [f"{g.kind}: {g.text[:60]}" for g in labels if not noticed(case, g)]
    score = share(len(labels) - len(off), len(labels), "labelled conflicts are reported")
    return Score(score.value, "; ".join([score.reason, *off]))


@scorer(version="1")
def findings_precision(case: ReadCase, _expected: object) -> Score:
    """Share of the reported conflicts, replacements, questions, bounds and injections that a label knows.

    Only scored where the author labelled findings at all.
    """
    if not case.gold.findings:
        return unscored("no findings are labelled")
    told = [f for f in case.reading.findings if f.kind in INTERRUPTING]
    off = [f for f in told if not any(_same(case, g, f) for g in case.gold.findings)
           and not (f.kind == "injection" and case.gold.injections)]
    score = share(len(told) - len(off), len(told), "reported findings are labelled")
    return Score(score.value, "; ".join([score.reason, *(f"{f.kind}: {f.text[:60]}" for f in off)]))


def noticed(case: ReadCase, label: GoldFinding) -> bool:
    """Whether the reading says what the label says."""
    if any(_same(case, label, f) for f in case.reading.findings):
        return True
    if _kind(label.kind) == "not asked":
        return bool(_numbers(label) & {n for i in case.reading.ignored for n in numbers_in(i.quote)})
    return False


def _same(case: ReadCase, label: GoldFinding, found: Finding) -> bool:
    if _kind(label.kind) != _kind(found.kind):
        return False
    partner = {g.id: r.id for g, r in case.matching.pairs}
    linked = {partner[i] for i in label.ids if i in partner}
    said = {n for text in (found.text, found.quote or "") for n in numbers_in(text)}
    if linked & set(found.ids) or _numbers(label) & said:
        return True
    quoted = label.quote and found.quote and (label.quote in found.quote or found.quote in label.quote)
    return bool(quoted) or not (linked or _numbers(label))


def _kind(name: str) -> str:
    return TWINS.get(name, name)


def _numbers(label: GoldFinding) -> set[str]:
    return numbers_in(f"{label.text} {label.quote or ''}")


def numbers_in(text: str) -> set[str]:
    """The numbers of a text as their digits, without separators and closing zeros: `6.000` is `6`, `4,50` is `45`.

    >>> sorted(numbers_in("6.000 cycles and 4,50 V"))
    ['45', '6']
    """
    found = {re.sub(r"\D", "", m.group()).rstrip("0") or "0" for m in _NUMBER.finditer(text)}
    return {n for n in found if n not in ("0", "")}


SCORERS: tuple[Scorer, ...] = (findings_recall, conflicts_recall, findings_precision)
