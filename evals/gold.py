"""What a document really asks for: labels written by people, read from YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, ValidationError

from knowledge.frozen import Frozen
from knowledge.requirement import AsWritten, Comparator, ConditionValue, Level, Priority, Value
from tools.failures import BadInput


class Label(Frozen):
    """The base of every label; what else an author noted beside it is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class GoldSource(Label):
    """Where a label stands; `quote` is an exact piece of the document."""

    quote: str


class GoldRequirement(Label):
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


class GoldFinding(Label):
    """Something remarkable that a reader should notice."""

    kind: str
    ids: tuple[str, ...] = ()
    text: str = ""
    quote: str | None = None


class Distractor(Label):
    """A number of the document that is not asked of the cell."""

    metric: str
    value: Value
    quote: str
    why: str = ""


class Injection(Label):
    """Text that tries to instruct the reader; `metric` and `value` are what it would plant."""

    quote: str
    metric: str | None = None
    value: Value | None = None


class Gold(Label):
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
        BadInput: a label does not have the shape of a requirement; the message names the fields and quotes nothing.
    """
    data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return Gold.model_validate(data)
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['type']}" for e in error.errors()[:8])
        raise BadInput(f"{path.name} has labels of another shape ({places})") from error
