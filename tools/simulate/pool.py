"""A pool of simulating processes behind a small interface, and the simulators that a tool asks for.

Processes are spawned, run one thread each, ignore Ctrl-C (the parent handles it) and end when their parent does.
"""

from __future__ import annotations

import ast
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tools.failures import BadInput, NotConverged

if TYPE_CHECKING:
    from tools.simulate.point import Simulator
    from tools.tool import Context

Work = TypeVar("Work")
Answer = TypeVar("Answer")
WATCH_S = 1.0
RESTARTS = 1


class Pool:
    """Implements `tools.simulate.executor.Executor` with spawned processes; survives the loss of one of them once."""

    def __init__(self, workers: int, start: Callable[..., None], arguments: tuple[Any, ...] = ()) -> None:
        self.workers, self.start, self.arguments = workers, start, arguments
        self._executor: ProcessPoolExecutor | None = None

    def map(
        self, function: Callable[[Work], Answer], work: Sequence[Work], progress: Callable[[int], None] | None = None
    ) -> list[Answer]:
        """The function of each piece of work, in order.

        Args:
            progress: called with the number of finished pieces.

        Raises:
            tools.failures.NotConverged: a worker process died twice (killed, or out of memory).
        """
        answers: dict[int, Answer] = {}
        for attempt in range(RESTARTS + 1):
            try:
                self._run(function, work, answers, progress)
                return [answers[i] for i in range(len(work))]
            except BrokenProcessPool as error:
                self.close()
                if attempt == RESTARTS:
                    raise NotConverged("a simulating process died twice (killed, or out of memory); run the command "
                                       "again with fewer workers") from error
        raise AssertionError("unreachable")

    def _run(
        self, function: Callable[[Work], Answer], work: Sequence[Work], answers: dict[int, Answer],
        progress: Callable[[int], None] | None,
    ) -> None:
        executor = self._started()
        futures: dict[Future[Answer], int] = {
            executor.submit(function, piece): i for i, piece in enumerate(work) if i not in answers}
        finished = False
        try:
            pending = set(futures)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    answers[futures[future]] = future.result()
                if progress is not None:
                    progress(len(answers))
            finished = True
        except KeyboardInterrupt:
            self.close(at_once=True)
            raise
        finally:
            for future in () if finished else futures:
                future.cancel()

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            require_main_guard()
            self._executor = ProcessPoolExecutor(
                self.workers, mp_context=get_context("spawn"), initializer=begin_worker,
                initargs=(os.getpid(), self.start, self.arguments))
        return self._executor

    def close(self, at_once: bool = False) -> None:
        """End the processes, with `at_once` also those that are working."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        processes = list((executor._processes or {}).values())
        executor.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            for process in processes:
                process.terminate()
            for process in processes:
                process.join(timeout=5)


def require_main_guard() -> None:
    """Refuse a script whose whole text would run again in every worker.

    Raises:
        tools.failures.BadInput: the main script has no `if __name__ == "__main__":`; the message names it.
    """
    path = getattr(sys.modules["__main__"], "__file__", None)
    if path is None or not path.endswith(".py") or not Path(path).is_file():
        return  # interactive, `-c`, or an installed command
    for node in ast.parse(Path(path).read_bytes()).body:
        words = ast.walk(node.test) if isinstance(node, ast.If) else ()
        if any(isinstance(word, ast.Name) and word.id == "__name__" for word in words):
            return
    raise BadInput(f"{path} starts simulating processes, and each of them would run it again from the top: put what it "
                   'does under `if __name__ == "__main__":`')


def begin_worker(parent: int, start: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """First thing in a worker: one thread, no Ctrl-C, and a watch on the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    threading.Thread(target=end_with_parent, args=(parent,), daemon=True).start()
    start(*arguments)


def end_with_parent(parent: int) -> None:
    """End this process when its parent has gone, so that a killed run leaves no orphan."""
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(1)


def chunks(items: Sequence[int], most: int, workers: int) -> list[list[int]]:
    """Consecutive pieces of at most `most` items, and at least one piece a worker where there is enough.

    >>> chunks(range(10), 24, 2)
    [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    """
    size = max(1, min(most, -(-len(items) // max(workers, 1))))
    return [list(items[i:i + size]) for i in range(0, len(items), size)]


def search_simulator(context: Context) -> Simulator:
    """The simulator of the database and the search: the batched DFN, with PyBaMM behind it for what it does not solve.

    Where numba cannot be imported (a platform without it) that is PyBaMM alone, under its own name in logs and labels.
    """
    reference = default_simulator(context)
    if find_spec("numba") is None:
        return reference
    from tools.simulate.batched.batched_simulator import BatchedSimulator

    return BatchedSimulator(reference, workers=context.workers, progress=context.progress)


def default_simulator(context: Context) -> Simulator:
    """PyBaMM, the referee of the best designs: one a process and set of workers, so that models are built once."""
    from tools.simulate.pybamm_simulator import PybammSimulator

    key = (str(context.home), context.workers, context.seed, context.executor)
    found = _SIMULATORS.get(key)
    if found is None:
        found = _SIMULATORS[key] = PybammSimulator(workers=context.workers, seed=context.seed, home=context.home,
                                                         executor=context.executor)
    found.progress = context.progress
    return found


_SIMULATORS: dict[tuple[str, int, int, str], Any] = {}
