"""The outermost edge of the command line: every error becomes one sentence and an exit code, never a traceback."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import typer
from pydantic import ValidationError

from agent.services import NoRequirement, StageFailed
from agent.surfaces import exit_codes
from tools.failures import ToolFailure
from tools.wrong_field import validation_message

P = ParamSpec("P")
R = TypeVar("R")


def complain(message: str) -> None:
    """One line on standard error."""
    print(f"cellwright: {message}", file=sys.stderr)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn failures of a command into exit codes; `CELLWRIGHT_DEBUG=1` shows the traceback too."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise  # the reader of a pipe has left: nobody is there to be told
        except KeyboardInterrupt as error:
            complain("stopped; nothing that was finished is lost")
            raise typer.Exit(exit_codes.STOPPED) from error
        except Exception as error:  # noqa: BLE001 - the edge: a person reads a sentence, not a traceback
            code, message = _explain(error)
            complain(message)
            raise typer.Exit(code) from error

    return wrapper


def outcome_of(work: Callable[[], R]) -> R | tuple[int, str]:
    """The result of `work()`, or its failure as (exit code, sentence): for surfaces that must go on."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - one failing document stops nothing
        return _explain(error)


def _explain(error: Exception) -> tuple[int, str]:
    if os.environ.get("CELLWRIGHT_DEBUG"):
        traceback.print_exc()
    if isinstance(error, NoRequirement):
        return exit_codes.NO_REQUIREMENT, error.message
    if isinstance(error, StageFailed | ToolFailure):
        return exit_codes.BY_CLASS[error.failure_class], error.message
    if isinstance(error, ValidationError):
        return exit_codes.WRONG_USAGE, validation_message(error)
    detail = f"unexpected {type(error).__name__}: {error} (set CELLWRIGHT_DEBUG=1 for the details)"
    return exit_codes.CHECK_FAILED, detail


def emit_json(value: Any) -> None:
    """Print JSON and nothing else on standard output."""
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))
