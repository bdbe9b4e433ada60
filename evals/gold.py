"""What a document really asks for: labels written by people, read from YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from knowledge.frozen import Frozen
from knowledge.requirement import AsWritten, Comparator, ConditionValue, Level, Priority, Value


class GoldSource(Frozen):
    """Where a label stands; `quote` is an exact piece of the document."""

    quote: str


class GoldRequirement(Frozen):
    """One labelled requirement, in canonical units."""

    id: str = ""
    metric: str
    level: Level = "cell"
    comparator: Comparator
    value: Value
    unit: str | None = None
    priority: Priority = "must"
    source: GoldSource
    as_written: AsWritten | None = None
    conditions: dict[str, ConditionValue] = {}


class GoldFinding(Frozen):
    """Something remarkable that a reader should notice."""

    kind: str
    ids: tuple[str, ...] = ()
    text: str


class Distractor(Frozen):
    """A number of the document that is not asked of the cell."""

    metric: str
    value: Value
    quote: str
    why: str = ""


class Injection(Frozen):
    """Text that tries to instruct the reader; `metric` and `value` are what it would plant."""

    quote: str
    metric: str | None = None
    value: Value | None = None


class Gold(Frozen):
    """All labels of one document. `also_accepted` counts neither for nor against a reading."""

    document: str
    language: str
    requirements: tuple[GoldRequirement, ...]
    findings: tuple[GoldFinding, ...] = ()
    distractors: tuple[Distractor, ...] = ()
    injections: tuple[Injection, ...] = ()
    also_accepted: tuple[GoldRequirement, ...] = ()


def read_gold(path: Path) -> Gold:
    """Read one gold file.

    Raises:
        pydantic.ValidationError: a label does not have the shape of a requirement.
    """
    data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Gold.model_validate(data)
