"""The only caller of tools: validate, look up the ledger, run, time, record → Success | Failure."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Generic

from pydantic import ValidationError

from knowledge.frozen import content_digest
from tools.failures import FailureClass, ToolFailure
from tools.ledger import Ledger, LedgerRow, now
from tools.tool import Context, RequestT, ResultT, Tool
from tools.wrong_field import validation_message


@dataclass(frozen=True)
class Success(Generic[ResultT]):
    """A result and the key of the ledger row that vouches for it."""

    result: ResultT
    key: str
    cached: bool
    wall_s: float


@dataclass(frozen=True)
class Failure:
    """A recorded failure: its class says what the caller can do."""

    failure_class: FailureClass
    message: str
    key: str
    request: dict[str, Any]


def backend_versions(tool: Tool[Any, Any]) -> dict[str, str]:
    """Installed versions of the distributions a tool depends on; 'absent' where one is not installed."""
    found = {}
    for name in tool.backends:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def run_key(tool: Tool[Any, Any], request: dict[str, Any], seed: int) -> str:
    """The content address of a run."""
    return content_digest([tool.name, tool.digest, request, seed, backend_versions(tool)])


def run(
    tool: Tool[RequestT, ResultT], request: RequestT | dict[str, Any], context: Context, ledger: Ledger,
    fresh: bool = False,
) -> Success[ResultT] | Failure:
    """Run a tool once, or return what the ledger already holds for the same content.

    Args:
        request: the typed request, or its JSON (validated here).
        fresh: run even if the ledger has the answer, and leave its row as it is (used by `cellwright reproduce`).
    """
    started, clock = now(), time.perf_counter()
    raw = request if isinstance(request, dict) else request.model_dump(mode="json")
    try:
        typed = tool.request_type.model_validate(raw)
    except ValidationError as error:
        return Failure(FailureClass.BAD_INPUT, validation_message(error, tool.request_type), key="", request=raw)
    raw = typed.model_dump(mode="json")
    key = run_key(tool, raw, context.seed)
    if tool.cached and not fresh:
        row = ledger.find(key)
        if row is not None and row.status == "success" and row.result_sha256 and ledger.has_blob(row.result_sha256):
            result = tool.result_type.model_validate_json(ledger.get_blob(row.result_sha256))
            return Success(result, key, cached=True, wall_s=0.0)

    def record(status: str, sha: str | None, failure: Failure | None) -> None:
        if fresh:
            return
        ledger.record(LedgerRow(
            key=key, tool=tool.name, version=tool.version, tool_digest=tool.digest, request=raw, seed=context.seed,
            backends=backend_versions(tool), status=status, result_sha256=sha,
            failure_class=failure.failure_class.value if failure else None,
            failure=failure.message if failure else None, started=started, wall_s=time.perf_counter() - clock,
        ))

    try:
        result = tool.function(typed, context)
    except ToolFailure as error:
        failure = Failure(error.failure_class, error.message, key, raw)
        record("failure", None, failure)
        return failure
    except Exception as error:  # noqa: BLE001 - the one place where any error becomes a record
        failure = Failure(FailureClass.UNEXPECTED, f"{type(error).__name__}: {error}", key, raw)
        record("failure", None, failure)
        return failure
    if not fresh:
        record("success", ledger.put_blob(result.model_dump_json().encode()), None)
    return Success(result, key, cached=False, wall_s=time.perf_counter() - clock)
