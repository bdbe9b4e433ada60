"""Why labels were missed, counted by class over a whole suite: no document, quote or value is named.

It says which ability of the reader to work on, and nothing about any one document.
"""

from __future__ import annotations

from collections import Counter

from evals.gold import GoldRequirement
from evals.matching import DIRECTION, _interval, _level, _metric, same_value
from evals.scorers.requirements import ReadCase
from knowledge.requirement import Requirement


def causes(case: ReadCase) -> Counter[str]:
    """How many missed labels and unasked readings fall into which class."""
    found: Counter[str] = Counter()
    for label in case.matching.missed:
        found[f"missed: {_missed(case, label)}"] += 1
    for read in case.matching.wrong:
        distractor = any(d.metric == read.metric and same_value(d.value, read.value) for d in case.gold.distractors)
        found[f"wrong: {'distractor' if distractor else _wrong(case, read)}"] += 1
    return found


def _missed(case: ReadCase, label: GoldRequirement) -> str:
    place = case.text.find(label.source.quote)
    if place < 0:
        return "quote not in the text that is read"
    end = place + len(label.source.quote)
    near = [r for r in case.matching.wrong if _overlaps(r.source.start, r.source.end, place, end)]
    for read in near:
        same = same_value(_interval(label.comparator, label.value), _interval(read.comparator, read.value))
        if _metric(read.metric, read.conditions) == _metric(label.metric, label.conditions):
            if _level(read.level) != _level(label.level):
                return "other level"
            if DIRECTION[read.comparator] != DIRECTION[label.comparator]:
                return "other comparator"
            return "other unit" if same else "other value"
        if same:
            return "other metric"
    for name, leftovers in (("set aside", case.reading.ignored), ("residual", case.reading.residual)):
        if any(_overlaps(i.source.start, i.source.end, place, end) for i in leftovers):
            return name
    if isinstance(label.value, str | list) and not _numeric(label):
        return "worded demand"
    return "read as a condition or not as a number" if not near else "a number beside it was read"


def _wrong(case: ReadCase, read: Requirement) -> str:
    for label in case.gold.requirements:
        if same_value(_interval(label.comparator, label.value), _interval(read.comparator, read.value)):
            return "the same number under another name, level or direction"
    return "a worded demand" if isinstance(read.value, str) else "another number"


def _numeric(label: GoldRequirement) -> bool:
    values = label.value if isinstance(label.value, list) else [label.value]
    return all(isinstance(v, int | float) for v in values)


def _overlaps(a: int | None, b: int | None, start: int, end: int) -> bool:
    return a is not None and b is not None and a < end and b > start
