"""Where simulating work runs, behind one interface: this process, a pool of processes, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from tools.failures import BadInput

Work = TypeVar("Work")
Answer = TypeVar("Answer")
Start = Callable[..., None]
PROCESSES = "processes"
DASK = "dask://"


class Executor(Protocol):
    """Maps functions over work."""

    @property
    def workers(self) -> int:
        """How many pieces run at once."""
        ...

    def map(
        self, function: Callable[[Work], Answer], work: Sequence[Work], progress: Callable[[int], None] | None = None
    ) -> list[Answer]:
        """The function of each piece of work, in order; `progress` is called with the number of finished pieces."""
        ...

    def close(self, at_once: bool = False) -> None:
        """Give up what was started, with `at_once` also work that is running; a later map starts anew."""
        ...


class InProcess:
    """One piece after the other, here."""

    workers = 1

    def __init__(self, start: Start, arguments: tuple[Any, ...] = ()) -> None:
        self.start, self.arguments = start, arguments

    def map(
        self, function: Callable[[Work], Answer], work: Sequence[Work], progress: Callable[[int], None] | None = None
    ) -> list[Answer]:
        """The function of each piece of work, in order; `progress` is called before each piece and at the end."""
        self.start(*self.arguments)
        found: list[Answer] = []
        for piece in work:
            if progress is not None:
                progress(len(found))
            found.append(function(piece))
        if progress is not None:
            progress(len(found))
        return found

    def close(self, at_once: bool = False) -> None:
        """Nothing is kept running."""


def executor_for(where: str, workers: int, start: Start, arguments: tuple[Any, ...] = ()) -> Executor:
    """The executor that a setting names; `start` is called with `arguments` in each process before its first work.

    `processes` are so many workers of this machine, or this process where that is one; `dask://HOST:PORT` is the
    scheduler of a Dask cluster, whose own workers count.

    Raises:
        tools.failures.BadInput: the setting is neither.
        tools.failures.BackendMissing: no cluster answers there, or the library for it is not installed.
    """
    if where == PROCESSES:
        from tools.simulate.pool import Pool

        return Pool(workers, start, arguments) if workers > 1 else InProcess(start, arguments)
    if where.startswith(DASK):
        from tools.simulate.dask_executor import DaskExecutor

        return DaskExecutor(where.removeprefix(DASK), start, arguments)
    raise BadInput(f"executor: {where!r} is none; there are {PROCESSES} and {DASK}HOST:PORT")
