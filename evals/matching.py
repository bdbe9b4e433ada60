"""Which read requirement answers which label: the same number asked of the same metric, whatever its spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.gold import Gold, GoldRequirement
from knowledge.requirement import ConditionValue, Reading, Requirement, Value
from knowledge.vocabulary import chemistry, named

RELATIVE_TOLERANCE = 0.005
CONDITION_TOLERANCE = 0.015   # C/3 is written as 0.33 or 0.333
# The direction of a bound; '>' and '>=' are the same demand.
DIRECTION = {">=": "at least", ">": "at least", "<=": "at most", "<": "at most", "=": "equal", "about": "equal",
             "range": "interval", "tolerance": "interval", "in": "named", "required": "named",
             "prohibited": "prohibited"}
# A count that is asked for may be labelled as exact or as a least: the contract leaves it open and authors do both.
COUNTED = frozenset({"sample_quantity", "order_quantity"})
# With a duration the two names mean the same (`*_pulse` has a duration).
PULSE_TWINS = {"discharge_power_pulse": "discharge_power", "charge_power_pulse": "charge_power"}
# Words of a condition that change a number's meaning and have one spelling; free text is not judged.
JUDGED_WORDS = frozenset({"life", "direction", "kind", "element"})
# "No fire" may be labelled as a fire that is prohibited or as no fire that is required; of these the words differ.
NAMED = frozenset({"standard_compliance", "format", "safety_device", "marking", "origin"})
# 1C/1C is one rate for both directions, or each by itself.
BOTH_WAYS = {"rate_C": ("charge_C", "discharge_C"), "current_A": ("charge_A", "discharge_A")}


@dataclass(frozen=True)
class Matching:
    """Pairs of (label, reading), labels nobody read, and readings that answer no label."""

    pairs: tuple[tuple[GoldRequirement, Requirement], ...]
    missed: tuple[GoldRequirement, ...]
    wrong: tuple[Requirement, ...]


def match(gold: Gold, reading: Reading) -> Matching:
    """Pair labels with readings, one to one; the pair whose conditions agree best goes first."""
    candidates = [
        (_closeness(label, read), i, j)
        for i, label in enumerate(gold.requirements)
        for j, read in enumerate(reading.requirements)
        if same_demand(label, read)
    ]
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
        if i not in partner and j not in taken:
            partner[i] = j
            taken.add(j)
    left = [r for j, r in enumerate(reading.requirements) if j not in taken]
    return Matching(
        pairs=tuple((gold.requirements[i], reading.requirements[j]) for i, j in sorted(partner.items())),
        missed=tuple(label for i, label in enumerate(gold.requirements) if i not in partner),
        wrong=tuple(r for r in left if not any(same_demand(a, r) for a in gold.also_accepted)),
    )


def same_demand(label: GoldRequirement, read: Requirement) -> bool:
    """Whether metric, level, direction, value and unit agree."""
    if _metric(label.metric, label.conditions) != _metric(read.metric, read.conditions):
        return False
    if _level(label.level) != _level(read.level):
        return False
    if not _same_direction(label, read):
        return False
    if label.unit and read.unit and _plain(label.unit) != _plain(read.unit):
        return False
    if DIRECTION[label.comparator] == "interval":
        return same_value(_interval(label.comparator, label.value), _interval(read.comparator, read.value))
    if "chemistry" in label.metric:
        return _same_substances(label.value, read.value)
    if label.metric == "origin" and label.comparator == "in":
        return {country(str(x)) for x in _as_list(label.value)} == {country(str(x)) for x in _as_list(read.value)}
    if label.comparator in ("required", "prohibited") and label.metric not in ("standard_compliance", "format"):
        return True  # a criterion in words may be quoted at any length
    if label.metric == "standard_compliance":
        return _standard(str(label.value)) == _standard(str(read.value))
    return same_value(label.value, read.value)


_LEGAL = re.compile(r"^(?:regulation|directive|verordnung|richtlinie|règlement|规则|法规|規則|규정)\s*|^UN\s+(?=ECE\b)",
                    re.IGNORECASE)


def _standard(name: str) -> str:
    """A standard's name without the word for what it is: Regulation (EU) 2023/1542 is EU 2023/1542."""
    return _plain(_LEGAL.sub("", name))


def _same_direction(label: GoldRequirement, read: Requirement) -> bool:
    ours, theirs = DIRECTION[label.comparator], DIRECTION[read.comparator]
    if label.metric in COUNTED and {ours, theirs} <= {"equal", "at least"}:
        return True
    worded = label.metric not in NAMED and "chemistry" not in label.metric and isinstance(label.value, str)
    return ours == theirs or worded and {ours, theirs} == {"named", "prohibited"}


def _level(name: str) -> str:
    """A material's number is a number of the cell; the pack's is not."""
    return "cell" if name == "material" else name


def same_value(a: Value, b: Value, tolerance: float = RELATIVE_TOLERANCE) -> bool:
    """Numbers within half a percent, lists element by element, words without case, spaces and punctuation."""
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-12
    ours, theirs = _as_list(a), _as_list(b)
    if all(isinstance(x, int | float) for x in (*ours, *theirs)):
        return len(ours) == len(theirs) and all(same_value(x, y, tolerance) for x, y in zip(ours, theirs, strict=True))
    return {_plain(str(x)) for x in ours} == {_plain(str(x)) for x in theirs}


def judged_conditions(label: GoldRequirement) -> dict[str, ConditionValue]:
    """The label's conditions that have one spelling: numbers and a few closed words."""
    return {k: v for k, v in label.conditions.items() if k in JUDGED_WORDS or not isinstance(v, str)}


def agreeing_conditions(label: GoldRequirement, read: Requirement) -> int:
    """How many of the label's judged conditions the reading has with the same value."""
    stated = _both_ways(read.conditions)
    return sum(
        any(key in c and same_value(value, c[key], CONDITION_TOLERANCE) for c in (read.conditions, stated))
        for key, value in judged_conditions(label).items()
    )


def _both_ways(conditions: dict[str, ConditionValue]) -> dict[str, ConditionValue]:
    """A common rate as one for each direction, and two equal ones as a common rate."""
    found: dict[str, ConditionValue] = {}
    for common, (charge, discharge) in BOTH_WAYS.items():
        if common in conditions:
            found[charge] = found[discharge] = conditions[common]
        elif charge in conditions and discharge in conditions and conditions[charge] == conditions[discharge]:
            found[common] = conditions[charge]
    return found


def _closeness(label: GoldRequirement, read: Requirement) -> float:
    extra = sum(k not in label.conditions for k in read.conditions)
    quoted = label.source.quote in read.source.quote or read.source.quote in label.source.quote
    return agreeing_conditions(label, read) + 0.5 * (label.priority == read.priority) + 0.25 * quoted - 0.01 * extra


def _same_substances(a: Value, b: Value) -> bool:
    """Every name of one side stands in, or holds, a name of the other: 'LFP' and 'LFP cathode', not 'NMC' and 'NCA'."""
    ours, theirs = ([{_plain(str(x)), substance(str(x))} for x in _as_list(v)] for v in (a, b))

    def covered(names: list[set[str]], by: list[set[str]]) -> bool:
        return all(any(x in y or y in x for other in by for y in other for x in own) for own in names)

    return covered(ours, theirs) and covered(theirs, ours)


def substance(name: str) -> str:
    """The vocabulary's own name where a whole label is one of its spellings (NCM is NMC), else the words."""
    for names in (chemistry(), named()["chemistry"]):
        for group in ("cathode", "anode", "whole", "element"):
            for known, spellings in names[group].items():
                if _plain(name) in {_plain(str(s)) for s in (known, *spellings)}:
                    return _plain(known)
    return _plain(name)


def country(name: str) -> str:
    """The vocabulary's own name of a country or region, in whatever language it is written, else the words."""
    return next((_plain(known) for known, spellings in named()["countries"].items()
                 if _plain(name) in {_plain(str(s)) for s in (known, *spellings)}), _plain(name))


def _metric(name: str, conditions: dict[str, ConditionValue]) -> str:
    return PULSE_TWINS.get(name, name) if "duration_s" in conditions else name


def _interval(comparator: str, value: Value) -> Value:
    numbers = [x for x in _as_list(value) if isinstance(x, int | float)]
    if comparator == "tolerance" and len(numbers) == 3:
        return [numbers[0] - numbers[1], numbers[0] + numbers[2]]
    return list(numbers)


def _as_list(value: Value) -> list[float | str]:
    return list(value) if isinstance(value, list) else [value]


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
