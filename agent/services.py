"""What the stages work with: the settings, the ledger, and a watcher who is told how far things are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from agent.settings import Settings
from tools.failures import FailureClass, ToolFailure
from tools.ledger import Ledger
from tools.run import Failure, Success, run
from tools.tool import Context, RequestT, ResultT, Tool

if TYPE_CHECKING:
    from knowledge.report import FailureRecord


class Watcher(Protocol):
    """Somebody who watches a run: a terminal, a web page, nobody."""

    def stage(self, name: str, doing: str) -> None:
        """A stage begins."""

    def progress(self, message: str, done: int, total: int) -> None:
        """The current stage has done so much of its work."""

    def finished(self, name: str, summary: str) -> None:
        """A stage has ended; the summary is one short line."""


class Nobody:
    """A watcher who does not look."""

    def stage(self, name: str, doing: str) -> None:
        """Ignored."""

    def progress(self, message: str, done: int, total: int) -> None:
        """Ignored."""

    def finished(self, name: str, summary: str) -> None:
        """Ignored."""


class StageFailed(Exception):
    """A stage cannot go on; carries the class so that a surface can choose its exit code."""

    def __init__(self, failure_class: FailureClass, message: str) -> None:
        super().__init__(message)
        self.failure_class = failure_class
        self.message = message


class NoRequirement(StageFailed):
    """The document was read and asks for nothing that the vocabulary knows."""


@dataclass
class Services:
    """Made once per run at the edge and handed to every stage."""

    settings: Settings
    ledger: Ledger
    watcher: Watcher = field(default_factory=Nobody)

    def context(self, seed: int | None = None) -> Context:
        """The tools' context under these settings."""
        s = self.settings
        return Context(
            home=s.home, seed=s.seed if seed is None else seed, workers=s.workers, device=s.device,
            executor=s.executor, progress=self.watcher.progress,
        )

    def call(self, tool: Tool[RequestT, ResultT], request: RequestT | dict[str, Any]) -> Success[ResultT]:
        """Run a tool whose answer the stage cannot do without.

        Raises:
            StageFailed: the tool failed; the failure stands in the ledger.
        """
        answer = run(tool, request, self.context(), self.ledger)
        if isinstance(answer, Failure):
            raise StageFailed(answer.failure_class, answer.message)
        return answer

    def attempt(
        self, tool: Tool[RequestT, ResultT], request: RequestT | dict[str, Any]
    ) -> Success[ResultT] | FailureRecord:
        """Run a tool whose failure is recorded and does not stop the run."""
        answer = run(tool, request, self.context(), self.ledger)
        if isinstance(answer, Failure):
            from knowledge.report import FailureRecord  # the whole report's model, which a search does not need

            return FailureRecord(
                tool=tool.name, failure_class=answer.failure_class.value, message=answer.message, ledger_key=answer.key
            )
        return answer

    def load(self, key: str, result_type: type[ResultT]) -> ResultT:
        """The result that a ledger key vouches for.

        Raises:
            StageFailed: the ledger has lost it.
        """
        row = self.ledger.find(key)
        if row is None or row.result_sha256 is None:
            raise StageFailed(
                FailureClass.STORE_BROKEN, f"the ledger has no result for {key[:12]}; run the command again without "
                "--resume",
            )
        return result_type.model_validate_json(self.ledger.get_blob(row.result_sha256))


def open_services(settings: Settings, watcher: Watcher | None = None) -> Services:
    """Open the ledger and put the services together.

    Raises:
        ToolFailure: the ledger is broken or cannot be written.
    """
    return Services(settings=settings, ledger=Ledger(settings.ledger_folder), watcher=watcher or Nobody())


__all__ = ["Nobody", "NoRequirement", "Services", "StageFailed", "ToolFailure", "Watcher", "open_services"]
