"""Simulating on a Dask cluster that someone has started; needs the extra `dask`."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, TypeVar

from tools.failures import BackendMissing, BadInput, NotConverged

Work = TypeVar("Work")
Answer = TypeVar("Answer")
REACHED_WITHIN_S = 10
ALIKE = "pybamm"      # whose version must be the same here and there: results are recorded under ours
_ONE_AT_A_TIME = threading.Lock()


class DaskExecutor:
    """Implements `tools.simulate.executor.Executor` with a scheduler at `host:port`."""

    def __init__(self, address: str, start: Callable[..., None], arguments: tuple[Any, ...] = ()) -> None:
        if not re.fullmatch(r"[\w.\-]+:\d+|\[[0-9a-fA-F:]+\]:\d+", address):
            raise BadInput(f"executor: dask://{address} does not read dask://HOST:PORT")
        if find_spec("distributed") is None:
            raise BackendMissing("the executor dask:// needs the library distributed: pip install 'cellwright[dask]', "
                                 "or unset CELLWRIGHT_EXECUTOR")
        self.address, self.start, self.arguments = address, start, arguments
        self._client: Any = None

    @property
    def workers(self) -> int:
        """The cluster's workers at this moment, at least one.

        Raises:
            tools.failures.BackendMissing: no scheduler answers, or it has no worker.
        """
        return max(1, len(self._started().scheduler_info(n_workers=-1)["workers"]))

    def map(
        self, function: Callable[[Work], Answer], work: Sequence[Work], progress: Callable[[int], None] | None = None
    ) -> list[Answer]:
        """The function of each piece of work, in order; `progress` is called with the number of finished pieces.

        Raises:
            tools.failures.BackendMissing: no scheduler answers, it has no worker or is lost, or a worker's PyBaMM is
                another one.
            tools.failures.NotConverged: a piece lost one worker after another (killed, or out of memory).
        """
        from distributed import CancelledError, as_completed
        from distributed.scheduler import KilledWorker

        client = self._started()
        # Not pure: a simulation is known by its own key here, and the cluster is to keep none.
        futures = [client.submit(begun, version(ALIKE), self.start, self.arguments, function, piece, pure=False)
                   for piece in work]
        try:
            for done, future in enumerate(as_completed(futures, loop=client.loop), 1):
                future.result()
                if progress is not None:
                    progress(done)
            return [future.result() for future in futures]
        except KilledWorker as error:
            raise NotConverged("workers of the Dask cluster died over the same simulations (killed, or out of memory); "
                               "give them more memory") from error
        except (CancelledError, OSError) as error:
            self.close(at_once=True)
            raise BackendMissing(f"the Dask scheduler at {self.address} was lost: start it again and repeat the "
                                 "command; what was simulated is kept") from error
        finally:
            if self._client is not None:
                client.cancel([f for f in futures if not f.done()])

    def _started(self) -> Any:
        if self._client is None:
            from distributed import Client

            try:
                client = Client(f"tcp://{self.address}", timeout=REACHED_WITHIN_S, set_as_default=False)
            except (OSError, TimeoutError) as error:
                raise BackendMissing(f"no Dask scheduler answers at {self.address}: start one (`dask scheduler`), or "
                                     "unset CELLWRIGHT_EXECUTOR") from error
            try:
                client.wait_for_workers(1, timeout=REACHED_WITHIN_S)
            except TimeoutError as error:
                client.close()
                raise BackendMissing(f"the Dask scheduler at {self.address} has no worker: start some (`dask worker "
                                     f"tcp://{self.address} --nthreads 1`)") from error
            self._client = client
        return self._client

    def close(self, at_once: bool = False) -> None:
        """Leave the cluster; it goes on without us, and what we had submitted is cancelled."""
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=1 if at_once else REACHED_WITHIN_S)


def begun(expected: str, start: Callable[..., None], arguments: tuple[Any, ...], function: Callable[[Any], Any],
          piece: Any) -> Any:
    """What a worker does: prepare its process, then one piece at a time, as solvers do not share a process.

    Raises:
        tools.failures.BackendMissing: its PyBaMM is not the one under whose version the result would be recorded.
    """
    found = version(ALIKE)
    if found != expected:
        raise BackendMissing(f"a worker of the Dask cluster has {ALIKE} {found}, this machine {expected}: install the "
                             "same version in both")
    with _ONE_AT_A_TIME:
        start(*arguments)
        return function(piece)
