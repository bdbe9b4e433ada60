"""Why a tool did not answer, classed by what the caller can do about it."""

from __future__ import annotations

from enum import StrEnum


class FailureClass(StrEnum):
    """What the caller may do: mend the input, accept the answer, retry, install, or leave the figure out."""

    BAD_INPUT = "bad input"
    INFEASIBLE = "infeasible"
    NOT_CONVERGED = "not converged"
    BACKEND_MISSING = "backend missing"
    OUT_OF_VALIDITY = "out of validity"
    UNREADABLE = "unreadable"
    STORE_BROKEN = "store broken"
    UNEXPECTED = "unexpected"


class ToolFailure(Exception):
    """Raised inside a tool; `tools.run` turns it into a recorded `Failure`. The message is one clear sentence."""

    failure_class: FailureClass = FailureClass.UNEXPECTED

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class BadInput(ToolFailure):
    """The request cannot be right: the message names the field and its plausible range."""

    failure_class = FailureClass.BAD_INPUT


class Infeasible(ToolFailure):
    """The request is sound and has no answer; the message states the bound."""

    failure_class = FailureClass.INFEASIBLE


class NotConverged(ToolFailure):
    """A numerical method gave up after its retries."""

    failure_class = FailureClass.NOT_CONVERGED


class BackendMissing(ToolFailure):
    """A library, model or service is not there; the message says how to get it."""

    failure_class = FailureClass.BACKEND_MISSING


class OutOfValidity(ToolFailure):
    """The model has no basis for this question (a temperature, a rate, a mechanism)."""

    failure_class = FailureClass.OUT_OF_VALIDITY


class Unreadable(ToolFailure):
    """A document or file cannot be read; the message says why and what to do."""

    failure_class = FailureClass.UNREADABLE


class StoreBroken(ToolFailure):
    """A cache, ledger or index is damaged or cannot be written; the message says how to recover."""

    failure_class = FailureClass.STORE_BROKEN
