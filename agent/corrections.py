"""Corrections that a user makes to the requirements before the search starts; they win over the document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from knowledge.frozen import Frozen
from knowledge.requirement import Comparator, Priority, Reading, Requirement, Value
from tools.failures import BadInput


class Correction(Frozen):
    """A change to one requirement: drop it, or give it another value, comparator or priority."""

    id: str
    drop: bool = False
    value: Value | None = None
    comparator: Comparator | None = None
    priority: Priority | None = None


def corrected(reading: Reading, corrections: Sequence[dict[str, Any] | Correction]) -> Reading:
    """The reading with the corrections applied; the changed requirements carry `method='answer'`.

    Raises:
        BadInput: a correction names no requirement, or is malformed.
    """
    if not corrections:
        return reading
    by_id: dict[str, Requirement] = {r.id: r for r in reading.requirements}
    for raw in corrections:
        try:
            change = raw if isinstance(raw, Correction) else Correction.model_validate(raw)
        except ValidationError as error:
            raise BadInput(f"a correction is malformed: {error.errors()[0]['msg']}") from error
        if change.id not in by_id:
            raise BadInput(f"there is no requirement {change.id!r} to correct; they are {', '.join(by_id)}")
        if change.drop:
            del by_id[change.id]
            continue
        if isinstance(change.value, int | float) and not isinstance(by_id[change.id].value, int | float):
            raise BadInput(f"{change.id} has no single number to replace: it asks {by_id[change.id].value!r}")
        update = {k: v for k, v in change.model_dump(exclude={"id", "drop"}).items() if v is not None}
        by_id[change.id] = by_id[change.id].model_copy(update={**update, "method": "answer"})
    return reading.model_copy(update={"requirements": tuple(by_id.values())})
