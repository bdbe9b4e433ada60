"""Answers of the customer to the questions of a reading; they win over the document."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from agent.corrections import Correction, corrected
from knowledge.frozen import Frozen
from knowledge.requirement import Comparator, Priority, Reading, Requirement, Value
from knowledge.units import UnitMismatch, to_canonical
from tools.extract.questions import questions
from tools.failures import BadInput, Unreadable

_WRITTEN = re.compile(r"\s*([+-]?\d+(?:[.,]\d+)?)\s*(\S.*?)?\s*$")
_LARGEST = 1_000_000  # bytes of an answers file


class Answer(Frozen):
    """One answer: to a question (`Q03`), about a requirement (`R05`), or both. A value may carry a unit: `3.2 kg`."""

    question: str | None = None
    id: str | None = None
    value: Value | None = None
    comparator: Comparator | None = None
    priority: Priority | None = None
    drop: bool = False


def read_answers(path: Path) -> tuple[Answer, ...]:
    """The answers in a YAML or JSON file: a list of answers.

    Raises:
        Unreadable: the file is missing, too large, or no YAML.
        BadInput: an answer has another shape.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise Unreadable(f"{path} is larger than {_LARGEST // 1_000_000} MB and no list of answers")
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read ({error}); give a YAML file with answers") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(f"{path} is no YAML ({str(error).splitlines()[0]}); give a list of answers") from error
    if not isinstance(data, list) or not all(isinstance(d, dict) for d in data):
        raise BadInput(f"{path} holds no list of answers; write e.g. `- {{question: Q01, value: 3.2 kg}}`")
    try:
        return tuple(Answer.model_validate(d) for d in data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        raise BadInput(f"{path}: an answer is malformed at {place}: {first['msg']}") from error


def answered(reading: Reading, answers: tuple[Answer, ...]) -> Reading:
    """The reading with the answers applied and the answered questions closed.

    Raises:
        BadInput: an answer names no question or requirement, or its value does not fit.
    """
    asked = {q.id: q for q in questions(reading)}
    known = {r.id: r for r in reading.requirements}
    changes, closed = [], set()
    for answer in answers:
        question = asked.get(answer.question or "")
        if answer.question is not None and question is None:
            raise BadInput(f"there is no question {answer.question!r}; there are {', '.join(asked) or 'none'}")
        target = answer.id or (question.ids[0] if question and len(question.ids) == 1 else None)
        if question is not None:
            closed.add(question.text)
        changing = answer.drop or any(v is not None for v in (answer.value, answer.comparator, answer.priority))
        if not changing:
            continue
        if target is None:
            raise BadInput(f"{answer.question} is about {', '.join(question.ids) if question else 'no requirement'}; "
                           "say which by `id`")
        if target not in known:
            raise BadInput(f"there is no requirement {target!r} to answer for")
        changes.append(Correction(id=target, drop=answer.drop, value=_value(known[target], answer.value),
                                  comparator=answer.comparator, priority=answer.priority))
    left = tuple(f for f in reading.findings if not f.question or " ".join(f.question.split()) not in closed)
    return corrected(reading, changes).model_copy(update={"findings": left})


def _value(requirement: Requirement, value: Value | None) -> Value | None:
    """A value with a unit in the requirement's own unit; a bare number is in that unit already."""
    if not isinstance(value, str) or not isinstance(requirement.value, float | int):
        return value
    match = _WRITTEN.match(value)
    if not match:
        raise BadInput(f"{value!r} is no number for {requirement.id}; write e.g. 3.2 kg")
    number, unit = float(match.group(1).replace(",", ".")), match.group(2)
    if not unit:
        return number
    try:
        converted, _ = to_canonical(number, unit, requirement.metric)
    except UnitMismatch as error:
        raise BadInput(f"{value!r} does not fit {requirement.id} ({requirement.metric}): {error}") from error
    return converted
