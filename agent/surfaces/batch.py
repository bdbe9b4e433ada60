"""Many documents, each in its own run; a finished run is found again, a stopped one goes on."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from agent.run import Paused, RunOutcome, file_digest, has_checkpoint, prepare_folder, resume, safe_stem, start
from agent.settings import Settings
from agent.surfaces import exit_codes
from agent.surfaces.edge import outcome_of
from knowledge.frozen import Frozen, content_digest
from tools.failures import BadInput

if TYPE_CHECKING:
    from rich.console import Console

SUFFIXES = {".pdf", ".docx", ".xlsx", ".eml", ".msg", ".zip", ".html", ".htm", ".md", ".txt"}


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
        BadInput: the folder is missing, holds no document, or the output folder cannot be written.
    """
    from agent.report.write import write_text

    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; for one document use `cellwright design {folder}`")
    documents = documents_in(folder)
    if not documents:
        raise BadInput(f"{folder} holds no document ({', '.join(sorted(SUFFIXES))})")
    out = settings.out / f"batch-{folder.resolve().name}"
    prepare_folder(out)
    settings = settings.model_copy(update={"out": out, "workers": 1 if workers > 1 else settings.workers})
    rows = list(_watched(documents, settings, workers, console))
    data = [r.model_dump(mode="json") for r in rows]
    write_text(out / "batch.json", json.dumps(data, ensure_ascii=False, indent=2))
    table = io.StringIO()
    writer = csv.DictWriter(table, list(BatchRow.model_fields))
    writer.writeheader()
    writer.writerows({k: _cell_safe(v) for k, v in row.items()} for row in data)
    write_text(out / "batch.csv", table.getvalue())
    return rows


def documents_in(folder: Path) -> list[Path]:
    """The documents of a folder by name; hidden files and the lock files of office programs are none."""
    return sorted(p for p in folder.iterdir()
                  if p.is_file() and p.suffix.lower() in SUFFIXES and not p.name.startswith((".", "~$")))


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
    left = list(documents)
    with _processes(workers) as pool:
        futures = [pool.submit(answer_one, d, settings) for d in documents]
        while left and (row := _row_of(futures[len(documents) - len(left)])) is not None:
            left.pop(0)
            yield row
    # A process that dies (out of memory, killed) takes the pool along: the rest goes on one by one.
    for document in left:
        with _processes(1) as pool:
            row = _row_of(pool.submit(answer_one, document, settings))
        yield row or BatchRow(document=shown_name(document), run_id="", exit_code=exit_codes.CHECK_FAILED,
                              message="its process died (killed, or out of memory); run the batch again")


def _row_of(future: Future[BatchRow]) -> BatchRow | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


@contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Spawned processes that leave Ctrl-C to this one; when it stops, they stop."""
    from tools.simulate.pool import begin_worker

    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=begin_worker,
                               initargs=(os.getpid(), nothing_to_prepare, ()))
    finished = False
    try:
        yield pool
        finished = True
    finally:
        for process in [] if finished else list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(cancel_futures=True)


def nothing_to_prepare() -> None:
    """A batch's process loads what a document needs when it needs it."""


def shown_name(path: Path) -> str:
    """A file's name as printable text, whatever bytes the file system holds."""
    return path.name.encode(errors="replace").decode()


def answer_one(document: Path, settings: Settings) -> BatchRow:
    """Answer one document, or go on where an earlier batch with the same settings stopped; never raises for one."""
    sha_or_failure = outcome_of(lambda: file_digest(document))
    if isinstance(sha_or_failure, tuple):
        code, message = sha_or_failure
        return BatchRow(document=shown_name(document), run_id="", exit_code=code, message=message)
    options = [document.name, sha_or_failure, settings.seed, settings.designs, settings.simulations,
               *([settings.house.model_dump(mode="json")] if settings.house else [])]
    run_id = f"{safe_stem(document)}-{content_digest(options)[:8]}"
    return _one(document, run_id, settings)


def _one(document: Path, run_id: str, settings: Settings) -> BatchRow:
    def work() -> RunOutcome | Paused:
        if has_checkpoint(run_id, settings):
            return resume(run_id, settings)
        return start(document, settings, run_id=run_id)

    outcome = outcome_of(work)
    if isinstance(outcome, tuple):
        code, message = outcome
        return BatchRow(document=document.name, run_id=run_id, exit_code=code, message=message)
    assert isinstance(outcome, RunOutcome), "a batch never waits for corrections"
    report = outcome.report
    return BatchRow(
        document=document.name, run_id=run_id, exit_code=outcome.exit_code,
        feasible=report.feasibility.feasible, requirements=len(report.reading.requirements),
        designs=len(report.offers), best=report.offers[0].title if report.offers else None,
        seconds=round(sum(s.wall_s for s in report.stages), 1), report=outcome.files.get("report.html"),
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
