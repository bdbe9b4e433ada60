"""Many documents, each in its own run; a finished run is found again, a stopped one goes on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from agent.settings import Settings
from agent.surfaces import exit_codes
from knowledge.frozen import Frozen, content_digest
from tools.failures import BadInput

if TYPE_CHECKING:
    from rich.console import Console

SUFFIXES = {".pdf", ".docx", ".xlsx", ".eml", ".html", ".htm", ".md", ".txt"}


class BatchRow(Frozen):
    """How one document of a batch ended."""

    document: str
    run_id: str
    exit_code: int
    feasible: bool | None = None
    requirements: int | None = None
    designs: int | None = None
    best: str | None = None
    seconds: float | None = None
    report: str | None = None
    message: str = ""


def run_batch(folder: Path, settings: Settings, workers: int, console: Console | None) -> list[BatchRow]:
    """Answer every document in a folder and write `batch.json` and `batch.csv` beside the runs.

    Args:
        workers: documents at the same time; each then simulates on one core.

    Raises:
        BadInput: the folder is missing or holds no document.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; for one document use `cellwright design {folder}`")
    documents = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in SUFFIXES)
    if not documents:
        raise BadInput(f"{folder} holds no document ({', '.join(sorted(SUFFIXES))})")
    out = settings.out / f"batch-{folder.resolve().name}"
    settings = settings.model_copy(update={"out": out, "workers": 1 if workers > 1 else settings.workers})
    rows = list(_watched(documents, settings, workers, console))
    out.mkdir(parents=True, exist_ok=True)
    (out / "batch.json").write_text(
        json.dumps([r.model_dump(mode="json") for r in rows], ensure_ascii=False, indent=2), encoding="utf-8"
    )
    with (out / "batch.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(BatchRow.model_fields))
        writer.writeheader()
        writer.writerows({k: _cell_safe(v) for k, v in r.model_dump(mode="json").items()} for r in rows)
    return rows


def _cell_safe(value: object) -> object:
    """Customer text that a spreadsheet would take for a formula becomes text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _watched(
    documents: list[Path], settings: Settings, workers: int, console: Console | None
) -> Iterable[BatchRow]:
    from rich.progress import Progress

    if console is None:
        yield from _rows(documents, settings, workers)
        return
    with Progress(console=console) as progress:
        task = progress.add_task(f"{len(documents)} documents", total=len(documents))
        for row in _rows(documents, settings, workers):
            progress.update(task, advance=1, description=f"{row.document}: {row.message or 'done'}")
            yield row


def _rows(documents: list[Path], settings: Settings, workers: int) -> Iterable[BatchRow]:
    if workers <= 1:
        for document in documents:
            yield answer_one(document, settings)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(answer_one, d, settings) for d in documents]
        for future in futures:
            yield future.result()


def answer_one(document: Path, settings: Settings) -> BatchRow:
    """Answer one document, or go on where an earlier batch with the same settings stopped; never raises for one."""
    from agent.run import file_digest
    from agent.surfaces.edge import outcome_of

    sha_or_failure = outcome_of(lambda: file_digest(document))
    if isinstance(sha_or_failure, tuple):
        code, message = sha_or_failure
        return BatchRow(document=document.name, run_id="", exit_code=code, message=message)
    options = [sha_or_failure, settings.seed, settings.designs, settings.simulations]
    run_id = f"{document.stem[:40]}-{content_digest(options)[:8]}"
    return _one(document, run_id, settings)


def _one(document: Path, run_id: str, settings: Settings) -> BatchRow:
    from agent.run import Paused, has_checkpoint, resume, start
    from agent.surfaces.edge import outcome_of

    def work() -> object:
        if has_checkpoint(run_id, settings):
            return resume(run_id, settings)
        return start(document, settings, run_id=run_id)

    outcome = outcome_of(work)
    if isinstance(outcome, tuple):
        code, message = outcome
        return BatchRow(document=document.name, run_id=run_id, exit_code=code, message=message)
    assert not isinstance(outcome, Paused)
    report = outcome.report  # type: ignore[attr-defined]
    return BatchRow(
        document=document.name, run_id=run_id, exit_code=outcome.exit_code,  # type: ignore[attr-defined]
        feasible=report.feasibility.feasible, requirements=len(report.reading.requirements),
        designs=len(report.offers), best=report.offers[0].title if report.offers else None,
        seconds=round(sum(s.wall_s for s in report.stages), 1),
        report=outcome.files.get("report.html"),  # type: ignore[attr-defined]
    )


def show_batch(rows: list[BatchRow]) -> None:
    """The summary table of a batch."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("Document", "Requirements", "Designs", "Outcome", "Best offer", "s")
    for row in rows:
        outcome = {exit_codes.DONE: "feasible", exit_codes.NOT_FEASIBLE: "nearest offers"}.get(
            row.exit_code, f"failed ({row.exit_code}): {row.message}"
        )
        table.add_row(escape(row.document), str(row.requirements or "–"), str(row.designs or "–"), escape(outcome),
                      escape(row.best or "–"), f"{row.seconds:g}" if row.seconds is not None else "–")
    Console().print(table)
