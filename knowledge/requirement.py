"""What a customer asks for: requirements, where they stand, and what is remarkable about them.

Names, units and JSON shape are the contract in `knowledge/vocabulary/`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.frozen import Frozen

Level = Literal["cell", "module", "pack", "system", "material"]
Comparator = Literal[">=", "<=", ">", "<", "=", "range", "tolerance", "in", "required", "prohibited", "about"]
Priority = Literal["must", "should", "info"]
# Who found a requirement: the rules, the taught second reading, a language model, rules and model, an answer.
Method = Literal["rule", "taught", "llm", "both", "answer"]
Number = float | list[float]
Value = float | list[float] | str | list[str]
ConditionValue = float | list[float] | str


class SourceSpan(Frozen):
    """A place in a document; `quote` is exactly the document's text from `start` to `end`."""

    document: str
    quote: str
    start: int | None = None
    end: int | None = None
    page: int | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    part: str | None = None

    @property
    def place(self) -> str:
        """The position in words, shortest first: `p. 3`, `sheet 'Cell' B7`, `line 41`."""
        if self.sheet is not None:
            return f"sheet '{self.sheet}' {self.cell or ''}".strip()
        words = [f"p. {self.page}" if self.page is not None else "", self.cell or ""]
        if self.page is None and not self.cell and self.line is not None:
            words.append(f"line {self.line}")
        return " ".join(w for w in words if w) or "document"


class AsWritten(Frozen):
    """The value and unit exactly as the document has them, where a conversion was made."""

    value: Value
    unit: str | None = None


class Requirement(Frozen):
    """One bound that the customer states."""

    id: str
    metric: str
    level: Level = "cell"
    comparator: Comparator
    value: Value
    unit: str | None = None
    as_written: AsWritten | None = None
    conditions: dict[str, ConditionValue] = Field(default_factory=dict)
    priority: Priority = "must"
    source: SourceSpan
    confidence: float = Field(default=1.0, ge=0, le=1)
    method: Method = "rule"

    def number(self, condition: str) -> float | None:
        """A numeric condition; the middle of a range; None where it is absent or words."""
        value = self.conditions.get(condition)
        if isinstance(value, list):
            return sum(value) / len(value)
        return float(value) if isinstance(value, int | float) else None


FindingKind = Literal[
    "conflict", "superseded", "ambiguity", "infeasible", "distractor", "injection", "unread"
]


class Finding(Frozen):
    """Something about the document that the reader must know; never an instruction."""

    kind: FindingKind
    ids: tuple[str, ...] = ()
    text: str
    quote: str | None = None
    source: SourceSpan | None = None
    question: str | None = None


class Leftover(Frozen):
    """A number with a unit that is neither requirement nor condition: residual if unexplained, ignored if explained."""

    quote: str
    source: SourceSpan
    reason: str


class DocumentFacts(Frozen):
    """What the JSON says about the document itself."""

    name: str
    sha256: str
    language: str | None = None
    pages: int | None = None


class Reading(Frozen):
    """A document read for its requirements; every number-with-unit of it is in exactly one of the lists."""

    document: DocumentFacts
    requirements: tuple[Requirement, ...] = ()
    findings: tuple[Finding, ...] = ()
    residual: tuple[Leftover, ...] = ()
    ignored: tuple[Leftover, ...] = ()
