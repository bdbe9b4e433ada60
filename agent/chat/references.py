"""References in a model's prose: `[[ledger key:path]]`, `[[E:evidence id]]`, `[[R04]]`. Only they may carry numbers.

A ledger reference names a row by at least eight digits of its key and a place in its result, `figures.3.value`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.report.headline import number
from agent.report.words import bound_words, metric_words, unit_words
from knowledge.evidence import Evidence
from knowledge.requirement import Requirement
from tools.ledger import Ledger

REFERENCE = re.compile(r"\[\[([^\[\]]{1,200})\]\]")
_LEDGER = re.compile(r"([0-9a-f]{8,64}):([A-Za-z0-9_.]+)")


class Unresolved(Exception):
    """A reference that names nothing."""


@dataclass
class Resolver:
    """Turns references into what a reader sees, from the ledger, the requirements and the evidence at hand."""

    ledger: Ledger
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    def resolve(self, reference: str) -> str:
        """The words for one reference (without the brackets).

        Raises:
            Unresolved: it names no row, place, requirement or passage.
        """
        if reference in self.requirements:
            r = self.requirements[reference]
            return f"{r.id} ({metric_words(r.metric)} {bound_words(r)})"
        if reference.startswith("E:"):
            return self._evidence(reference[2:])
        match = _LEDGER.fullmatch(reference)
        if match is None:
            raise Unresolved(f"[[{reference}]] is no reference")
        row = self.ledger.find(match[1])
        if row is None or row.result_sha256 is None:
            raise Unresolved(f"[[{reference}]]: no ledger row begins with {match[1]}")
        return value_at(json.loads(self.ledger.get_blob(row.result_sha256)), match[2], reference)

    def _evidence(self, name: str) -> str:
        found = self.evidence.get(name)
        if found is None:
            raise Unresolved(f"[[E:{name}]] is no passage of this run")
        source = found.passage.source
        return f"“{found.quote}” ({source.title}{f', {source.year}' if source.year else ''}, {found.passage.place})"


def value_at(result: Any, path: str, reference: str) -> str:
    """The leaf at a dotted path of a result, with its unit where the figure around it has one.

    Raises:
        Unresolved: the path leads nowhere, or to no number or text.
    """
    here, around = result, None
    for step in path.split("."):
        around = here
        try:
            here = here[int(step)] if isinstance(here, list) else here[step]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise Unresolved(f"[[{reference}]]: there is no {step!r} on the way") from error
    if isinstance(here, bool) or not isinstance(here, int | float | str):
        raise Unresolved(f"[[{reference}]] is no number and no text")
    unit = around.get("unit") if isinstance(around, dict) else None
    text = number(here) if isinstance(here, int | float) else here
    return f"{text} {unit_words(unit)}" if unit and isinstance(here, int | float) else text
