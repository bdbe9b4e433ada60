"""What a new issue of a document changed: added, changed and withdrawn requirements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from knowledge.frozen import Frozen
from knowledge.requirement import Reading, Requirement

_DIRECTION = {">": ">=", "<": "<="}
Kind = Literal["added", "changed", "withdrawn"]


class Change(Frozen):
    """One difference between two readings; `what` names the fields that differ."""

    kind: Kind
    old: Requirement | None = None
    new: Requirement | None = None
    what: tuple[str, ...] = ()


def changes(old: Reading, new: Reading) -> tuple[Change, ...]:
    """The differences in the new document's order, then what was withdrawn; a moved or renumbered row is no change."""
    left = list(old.requirements)
    pairs: dict[str, Requirement] = {}
    for closest in (4, 3, 2, 1):                # the surest pairs first, so that a must is not paired with its wish
        for now in new.requirements:
            if now.id in pairs:
                continue
            before = max(left, key=lambda o: _closeness(o, now), default=None)
            if before is not None and _closeness(before, now) >= closest:
                pairs[now.id] = before
                left.remove(before)
    found = []
    for now in new.requirements:
        paired = pairs.get(now.id)
        if paired is None:
            found.append(Change(kind="added", new=now))
        elif what := _differing(paired, now):
            found.append(Change(kind="changed", old=paired, new=now, what=what))
    return (*found, *(Change(kind="withdrawn", old=o) for o in left))


def _closeness(a: Requirement, b: Requirement) -> int:
    """0: another demand · 1: the same metric · 2: and direction or priority · 3: and conditions · 4: and value."""
    if (a.metric, a.level) != (b.metric, b.level) or a.conditions.get("option") != b.conditions.get("option"):
        return 0
    worded = isinstance(a.value, str | list) and isinstance(b.value, str | list) and a.unit is None
    if worded and a.value != b.value:
        return 0
    alike = _way(a) == _way(b), a.priority == b.priority, _slots(a) == _slots(b), a.value == b.value
    return 1 if not alike[0] else 1 + sum(alike[1:])


def _way(r: Requirement) -> str:
    return _DIRECTION.get(r.comparator, r.comparator)


def _slots(r: Requirement) -> dict[str, object]:
    return {k: v for k, v in r.conditions.items() if k != "note"}


def _differing(a: Requirement, b: Requirement) -> tuple[str, ...]:
    fields: Sequence[tuple[str, object, object]] = (
        ("value", a.value, b.value), ("unit", a.unit, b.unit), ("comparator", a.comparator, b.comparator),
        ("priority", a.priority, b.priority), ("conditions", _slots(a), _slots(b)))
    return tuple(name for name, x, y in fields if x != y)
