"""Answer one document from Python: `design_document(path, settings)`; a run that was stopped resumes by its id."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.services import Services, Watcher, open_services
from agent.settings import Settings
from agent.state import RunState
from knowledge.report import Report
from tools.failures import BadInput, StoreBroken, Unreadable
from tools.ledger import enable_wal


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: its report, its folder, and the exit code of the command line."""

    run_id: str
    report: Report
    folder: Path
    exit_code: int
    files: dict[str, str]


@dataclass(frozen=True)
class Paused:
    """A run that waits for corrections to its requirements."""

    run_id: str
    state: RunState


def design_document(path: Path, settings: Settings, watcher: Watcher | None = None, **options: Any) -> Report:
    """Answer an RFx document and return the report; the files lie in `settings.out`.

    Args:
        options: `run_id` to choose the run's name.

    Raises:
        agent.services.StageFailed: a stage cannot go on (unreadable document, nothing asked, broken store).
        tools.failures.ToolFailure: the document or the output folder cannot be used.
    """
    outcome = start(path, settings, watcher, **options)
    if isinstance(outcome, Paused):
        raise BadInput("a run with review pauses for corrections; use agent.run.start and agent.run.resume")
    return outcome.report


def start(
    path: Path, settings: Settings, watcher: Watcher | None = None, review: bool = False, run_id: str | None = None
) -> RunOutcome | Paused:
    """Begin a run and go to its end, or to the pause for corrections where `review` is set."""
    sha = file_digest(path)
    run_id = run_id or new_run_id(path, sha)
    folder = (settings.out / run_id).resolve()
    state: RunState = {
        "run_id": run_id,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "document_path": str(path.resolve()),
        "document_sha256": sha,
        "folder": str(folder),
        "options": {"seed": settings.seed, "designs": settings.designs, "simulations": settings.simulations,
                    "time_limit_s": settings.time_limit_s, "review": review,
                    "front": settings.front, "weights": settings.weights,
                    "house": settings.house.model_dump(mode="json") if settings.house else None},
        "stages": [],
        "failures": [],
    }
    services = open_services(settings, watcher)
    with _run_folder(folder), _graph(services) as graph:
        return _advance(graph, state, run_id)


def resume(
    run_id: str, settings: Settings, watcher: Watcher | None = None, corrections: list[dict[str, Any]] | None = None
) -> RunOutcome | Paused:
    """Go on with a run that was stopped or paused, from its last finished stage.

    Under other ranking weights a finished run is ranked and reported again; nothing is simulated for it.

    Raises:
        BadInput: no such run, the document has changed since, or corrections for a run that does not wait for them.
    """
    run_id = Path(run_id).name
    services = open_services(settings, watcher)
    with _graph(services) as graph:
        snapshot = graph.get_state(_config(run_id))
        found: RunState = snapshot.values
        if not found:
            raise BadInput(f"there is no run {run_id!r} to resume in {settings.checkpoint_path}")
        document = Path(found["document_path"])
        if file_digest(document) != found["document_sha256"]:
            raise BadInput(f"{document.name} has changed since run {run_id} began; start a new run")
        o = found["options"]
        services.settings = settings.model_copy(
            update={"seed": o["seed"], "designs": o["designs"], "simulations": o["simulations"]}
        )
        with _run_folder(Path(found["folder"])):
            if corrections is None:
                if settings.weights and settings.weights != o.get("weights"):
                    _rerank(graph, found, settings.weights)
                _rewind_lost_report(graph, found)
                return _advance(graph, None, run_id)
            if snapshot.next != ("review_stage",):
                raise BadInput(f"run {run_id} does not wait for corrections; begin a run with review to correct it")
            from langgraph.types import Command

            from agent.corrections import corrected
            from agent.stages.requirements import current_reading

            # The graph keeps what it is resumed with, so a wrong correction must not reach it.
            corrected(current_reading(found, services), corrections)
            return _advance(graph, Command(resume={"corrections": corrections}), run_id)


def has_checkpoint(run_id: str, settings: Settings) -> bool:
    """Whether a run of this name has begun and can be resumed."""
    if not settings.checkpoint_path.exists():
        return False
    with _graph(open_services(settings)) as graph:
        return bool(graph.get_state(_config(run_id)).values)


def _rerank(graph: Any, found: RunState, weights: dict[str, float]) -> None:
    """Have a run rank its designs under other weights; one that is finished writes its report again."""
    from tools.verify.rank import weights_with

    weights_with(weights)
    changed: dict[str, Any] = {"options": {**found["options"], "weights": weights}}
    if "report" in found:
        changed["stages"] = [s for s in found["stages"] if s["stage"] != "report"]
        graph.update_state(_config(found["run_id"]), changed, as_node="designs_stage")
    else:
        graph.update_state(_config(found["run_id"]), changed)


def _rewind_lost_report(graph: Any, found: RunState) -> None:
    """Have a finished run whose report was deleted or damaged write it again."""
    if "report" not in found or _written_report(Path(found["folder"])) is not None:
        return
    before = [s for s in found["stages"] if s["stage"] != "report"]
    graph.update_state(_config(found["run_id"]), {"stages": before}, as_node="designs_stage")


def _written_report(folder: Path) -> Report | None:
    try:
        return Report.model_validate_json((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _advance(graph: Any, given: Any, run_id: str) -> RunOutcome | Paused:
    graph.invoke(given, _config(run_id), durability="sync")
    snapshot = graph.get_state(_config(run_id))
    state: RunState = snapshot.values
    if snapshot.next:
        return Paused(run_id, state)
    done = state["report"]
    folder = Path(state["folder"])
    report = _written_report(folder)
    if report is None:
        raise StoreBroken(f"the report in {folder} was deleted or changed while it was written; "
                          f"write it again with `cellwright design --resume {run_id}`")
    return RunOutcome(run_id, report, folder, int(done["exit_code"]), dict(done["files"]))


@contextmanager
def _graph(services: Services) -> Iterator[Any]:
    from langgraph.checkpoint.sqlite import SqliteSaver

    from agent.graph import build_graph

    path = services.settings.checkpoint_path
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        enable_wal(path)
        with SqliteSaver.from_conn_string(str(path)) as saver:
            saver.setup()
            yield build_graph(services, saver)
    except sqlite3.DatabaseError as error:
        raise StoreBroken(
            f"the checkpoint database {path} is damaged ({error}); move it away: finished reports are not affected"
        ) from error


def _config(run_id: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": run_id}}


def file_digest(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        Unreadable: it is missing, a folder, may not be read, or its name is no text.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        shown = str(path).encode(errors="replace").decode()
        raise Unreadable(f"the file name {shown} is not valid UTF-8; rename the file") from error
    if not path.exists():
        raise Unreadable(f"{path} does not exist")
    if path.is_dir():
        raise Unreadable(f"{path} is a folder; give one document, or use `cellwright batch {path}`")
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def new_run_id(path: Path, sha: str) -> str:
    """A readable, unique name: the document's stem, the time, and the beginning of its digest."""
    return f"{safe_stem(path)}-{datetime.now(UTC).strftime('%Y%m%d-%H%M%S-%f')[:-3]}-{sha[:6]}"


def safe_stem(path: Path) -> str:
    """A document's stem as a piece of a folder's name: letters, digits, - and _ only, at most 40."""
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in path.stem)[:40].strip("-") or "rfx"


@contextmanager
def _run_folder(folder: Path) -> Iterator[None]:
    """The run's folder, made if it is not there; what was made and is still empty at the end is taken away again."""
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    try:
        prepare_folder(folder)
        yield
    finally:
        with suppress(OSError):  # rmdir refuses a folder with something in it
            for place in made:
                place.rmdir()


def prepare_folder(folder: Path) -> None:
    """Make the run's folder and see that it can be written.

    Raises:
        BadInput: it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise BadInput(f"the output folder {folder} cannot be written ({error.strerror}); choose another with --out"
                       ) from error
