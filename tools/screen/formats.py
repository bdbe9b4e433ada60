"""Which cell formats a document leaves open: its words, size codes and the dimensions it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.offer import SystemChoice
from knowledge.requirement import Requirement
from tools.verify.words import classes

FORMATS = {"cylindrical": "cylindrical cell", "prismatic": "prismatic hard-case cell", "pouch": "pouch cell"}
_SIZE = re.compile(r"\d{4,5}|\d{2}xx")


def _named(requirement: Requirement) -> set[str]:
    """Formats that a requirement's words name; a size code names the round cell."""
    values = requirement.value if isinstance(requirement.value, list) else [requirement.value]
    found: set[str] = set()
    for word in (str(v) for v in values):
        known = classes(word)
        found |= known & set(FORMATS)
        if any(_SIZE.fullmatch(c) for c in known):
            found.add("cylindrical")
    return found


def _by_words(binding: Sequence[Requirement], reasons: dict[str, dict[str, str]]) -> None:
    for requirement in (r for r in binding if r.metric == "format"):
        named = _named(requirement)
        if not named:
            continue
        barred = requirement.comparator == "prohibited"
        sized = any(_SIZE.fullmatch(c) for v in [requirement.value] for c in classes(str(v)))
        if barred and sized:
            continue   # a size that is not wanted leaves the other round cells open
        for key in FORMATS:
            if barred == (key in named):
                words = "is prohibited" if barred else f"is not asked: {' or '.join(sorted(named))} is"
                reasons[key][requirement.id] = f"{FORMATS[key]} {words}"


def _by_dimensions(binding: Sequence[Requirement], reasons: dict[str, dict[str, str]]) -> None:
    sides = {r.metric: r.id for r in binding if r.metric in ("diameter", "length", "width", "thickness")}
    if "diameter" in sides:
        for key in ("prismatic", "pouch"):
            reasons[key][sides["diameter"]] = f"a diameter is given; a {FORMATS[key]} has none"
    elif sides:
        side, identity = next(iter(sides.items()))
        reasons["cylindrical"][identity] = f"a {side} is given and no diameter; a round cell has no {side}"


def format_choices(requirements: Sequence[Requirement]) -> tuple[SystemChoice, ...]:
    """Every format with whether it can serve, from what binds at cell level."""
    binding = [r for r in requirements if r.level == "cell" and r.priority in ("must", "info")]
    reasons: dict[str, dict[str, str]] = {key: {} for key in FORMATS}
    _by_words(binding, reasons)
    if all(reasons.values()) or not any(reasons.values()):
        _by_dimensions(binding, reasons)
    return tuple(
        SystemChoice(key=key, label=FORMATS[key], serves=not found,
                     reason="; ".join(found.values()) if found else "nothing in the document rules it out",
                     checks=found)
        for key, found in reasons.items()
    )
