"""How fast the batched DFN is against PyBaMM's best practice: the same designs and protocol, CPU seconds of one run.

PyBaMM's best practice is one built model with every design variable as an input, a batch of inputs and compiled code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evals.bench_simulate import random_points
from evals.forward_model import wide_points
from knowledge.frozen import Frozen
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_prepare import Prepared, prepare

SYSTEM = "nmc811_graphite_siox"
MANY, FEW, SEED = 512, 16, 77
START = """
import time
clock = time.process_time()
from tools.simulate.batched.batched_simulator import BatchedSimulator
from evals.bench_simulate import random_points
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge
imported = time.process_time()
answers = BatchedSimulator(None).simulate(random_points(SYSTEMS["nmc811_graphite_siox"], 1), Discharge())
print(time.process_time() - imported)
"""


class Speed(Frozen):
    """CPU milliseconds a design: one mesh of 20 cells, extrapolated, and PyBaMM compiled."""

    ranges: str
    rate_C: float
    one_mesh_ms: float
    extrapolated_ms: float
    pybamm_ms: float

    @property
    def ratio(self) -> float:
        """PyBaMM's time over that of one mesh."""
        return self.pybamm_ms / self.one_mesh_ms

    @property
    def ratio_extrapolated(self) -> float:
        """PyBaMM's time over that of the extrapolated answer."""
        return self.pybamm_ms / self.extrapolated_ms


def _prepared(points: Sequence[SimulationPoint], protocol: Discharge) -> list[Prepared]:
    return [p for p in (prepare(point, protocol) for point in points) if isinstance(p, Prepared)]


def _cpu(run: Callable[[], object], repeats: int = 1) -> float:
    times = []
    for _ in range(repeats):
        clock = time.process_time()
        run()
        times.append(time.process_time() - clock)
    return min(times)


def _wall(run: Callable[[], object]) -> float:
    clock = time.perf_counter()
    run()
    return time.perf_counter() - clock


def speeds(rates_C: Sequence[float] = (1.0, 3.0)) -> list[Speed]:
    """Speeds on narrow and wide ranges."""
    from tools.simulate.batched.batched_simulator import MODES, refined
    from tools.simulate.batched.kernel import BatchedKernel
    from tools.simulate.batched.layout import Cells
    from tools.simulate.batched.protocols import discharge
    from tools.simulate.pybamm_kernel import COMPILE_AFTER
    from tools.simulate.pybamm_kernels import kernel
    from tools.simulate.pybamm_protocols import discharge as by_pybamm

    found = []
    theirs = kernel(SYSTEM, "isothermal", "search")
    theirs.served = COMPILE_AFTER + 1
    for ranges, points in (("narrow", random_points(SYSTEMS[SYSTEM], MANY, SEED)),
                           ("wide", [p.model_copy(update={"rate_C": None}) for p in wide_points(SYSTEM, MANY, SEED)])):
        for rate in rates_C:
            protocol = Discharge(rate_C=rate)
            ready = _prepared(points, protocol)
            mine = BatchedKernel(SYSTEM, Cells(20, 7, MODES))
            discharge(mine, ready[:16], protocol, False)
            refined(ready[:16], protocol, "search", False)
            by_pybamm(theirs, ready[:1], protocol, False)
            one = _cpu(lambda m=mine, r=ready, p=protocol: discharge(m, r, p, False), 3) / len(ready)  # type: ignore[misc]
            both = _cpu(lambda r=ready, p=protocol: refined(r, p, "search", False), 3) / len(ready)  # type: ignore[misc]
            slow = _cpu(lambda r=ready, p=protocol: by_pybamm(theirs, r[:FEW], p, False)) / FEW  # type: ignore[misc]
            found.append(Speed(ranges=ranges, rate_C=rate, one_mesh_ms=1000 * one, extrapolated_ms=1000 * both,
                               pybamm_ms=1000 * slow))
    return found


def two_threads() -> tuple[float, float]:
    """How much more two threads solve in a second of wall time: of prepared designs, and in whole calls.

    The first is what `speeds` measures. A whole call balances the points as well and makes its outcomes under the
    interpreter's lock; its points are new ones each time, as balances are remembered. Both mean little where other
    work fills the cores.
    """
    from tools.simulate.batched.batched_simulator import MOST, BatchedSimulator, refined

    protocol = Discharge(rate_C=1.0)
    ready = _prepared(random_points(SYSTEMS[SYSTEM], 8 * MANY, SEED), protocol)
    pieces = [ready[i : i + MOST] for i in range(0, len(ready), MOST)]
    refined(ready[:16], protocol, "search", False)

    def prepared_by(workers: int) -> float:
        with ThreadPoolExecutor(workers) as pool:
            return _wall(lambda: list(pool.map(lambda piece: refined(piece, protocol, "search", False), pieces)))

    def whole_by(workers: int, seed: int) -> float:
        points = random_points(SYSTEMS[SYSTEM], 4 * MANY, seed)
        return _wall(lambda: BatchedSimulator(None, workers=workers).simulate(points, protocol))

    prepared = [min(prepared_by(workers) for _ in range(5)) for workers in (1, 2)]
    whole = [min(whole_by(workers, SEED + 10 * workers + n) for n in range(5)) for workers in (1, 2)]
    return prepared[0] / prepared[1], whole[0] / whole[1]


def start_seconds() -> tuple[float, float]:
    """CPU seconds of a first answer without and with compiled code on disk, imports left out."""
    root = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CELLWRIGHT_HOME": home, "NUMBA_CACHE_DIR": str(Path(home) / "numba")}
        cold, cached = (
            float(subprocess.run([sys.executable, "-c", START], cwd=root, env=environment, check=True,
                                 capture_output=True, text=True).stdout.split()[-1]) for _ in range(2))
    return cold, cached
