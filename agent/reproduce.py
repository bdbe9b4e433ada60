"""Run a recorded tool call again and compare: the same tool, inputs and seed, afresh."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.services import Services
from knowledge.frozen import Frozen
from knowledge.report import Report
from tools.catalogue import tool_named
from tools.failures import BadInput
from tools.ledger import LedgerRow
from tools.run import Failure, backend_versions, run
from tools.tool import Context

# Float results of one machine repeat exactly; other BLAS builds and thread counts move the last digits.
TOLERANCE = 1e-6
_VOLATILE = {"wall_s", "seconds", "cpu_s"}


class Reproduction(Frozen):
    """How a second run of a ledger row compares with the first."""

    key: str
    tool: str
    same: bool
    largest_difference: float | None
    where: str = ""
    note: str = ""


def reproduce_rows(name: str, services: Services) -> list[Reproduction]:
    """Reproduce one ledger row, or every row that a run refers to; a run is named by its folder or its id.

    Raises:
        BadInput: nothing in the ledger has that name, or the run's report.json is damaged.
    """
    for folder in (Path(name), services.settings.out / name):
        path = folder / "report.json"
        if name and path.is_file():
            report = _report(path)
            keys = [k for stage in report.stages for k in stage.ledger_keys]
            return [_reproduce(_row(key, services), services, report.run.seed) for key in keys]
    return [_reproduce(_row(name, services), services, None)]


def _report(path: Path) -> Report:
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} is damaged; write it again with `cellwright design --resume {path.parent.name}`"
                       ) from error


def _row(key: str, services: Services) -> LedgerRow:
    row = services.ledger.find(key) if len(key) >= 6 and set(key) <= set("0123456789abcdef") else None
    if row is None:
        raise BadInput(f"{key!r} names no ledger row (give at least six characters of its key) and no run's folder")
    return row


def _reproduce(row: LedgerRow, services: Services, seed: int | None) -> Reproduction:
    tool = tool_named(row.tool)
    settings = services.settings
    context = Context(home=settings.home, seed=row.seed if seed is None else seed, workers=settings.workers,
                      device=settings.device, executor=settings.executor, progress=services.watcher.progress)
    notes = []
    if tool.version != row.version:
        notes.append(f"tool version {row.version} → {tool.version}")
    if backend_versions(tool) != row.backends:
        notes.append("other backend versions")
    recorded = None if row.result_sha256 is None else json.loads(services.ledger.get_blob(row.result_sha256))
    answer = run(tool, row.request, context, services.ledger, fresh=True)
    if isinstance(answer, Failure):
        return Reproduction(key=row.key, tool=row.tool, same=recorded is None and answer.message == row.failure,
                            largest_difference=None, note="; ".join([*notes, f"failed: {answer.message}"]))
    if recorded is None:
        return Reproduction(key=row.key, tool=row.tool, same=False, largest_difference=None,
                            note="; ".join([*notes, f"had failed: {row.failure}"]))
    worst, where = 0.0, ""
    for place, difference in differences(recorded, json.loads(answer.result.model_dump_json())):
        if difference > worst:
            worst, where = difference, place
    if math.isinf(worst):
        notes.append("other words or another structure")
        return Reproduction(key=row.key, tool=row.tool, same=False, largest_difference=None, where=where,
                            note="; ".join(notes))
    return Reproduction(key=row.key, tool=row.tool, same=worst <= TOLERANCE, largest_difference=worst, where=where,
                        note="; ".join(notes))


def differences(first: Any, second: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """Relative differences between two JSON values, with their places; other structure or text counts as infinite."""
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted(first.keys() | second.keys()):
            if key in _VOLATILE:
                continue
            if key not in first or key not in second:
                yield f"{place}.{key}", float("inf")
            else:
                yield from differences(first[key], second[key], f"{place}.{key}")
    elif isinstance(first, list) and isinstance(second, list):
        if len(first) != len(second):
            yield place, float("inf")
            return
        for index, (a, b) in enumerate(zip(first, second, strict=True)):
            yield from differences(a, b, f"{place}[{index}]")
    elif isinstance(first, int | float) and isinstance(second, int | float):
        scale = max(abs(first), abs(second))
        yield place, 0.0 if scale == 0 else abs(first - second) / scale
    elif first != second:
        yield place, float("inf")
