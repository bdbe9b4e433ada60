"""The PyBaMM simulator: points and a protocol → outcomes, through an executor: here, in a pool, or on a cluster."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.protocol import AGEING, Protocol
from tools.failures import ToolFailure
from tools.simulate.compiler import keep_compiled_models
from tools.simulate.executor import PROCESSES, Executor, executor_for
from tools.simulate.point import BatchedMesh, Mesh, Outcome, SimulationPoint
from tools.simulate.pool import chunks
from tools.tool import Progress, silent

Chunk = tuple[list[SimulationPoint], Protocol, Mesh, bool]
CHUNK = 24  # points: a second or two of work, so that progress moves and a killed worker loses little


@dataclass
class PybammSimulator:
    """Implements `tools.simulate.point.Simulator` with a batched DFN.

    `workers` = 1 runs in this process; `executor` may name a cluster instead. `seed` is part of the identity of a run;
    the simulator draws no random numbers.
    """

    workers: int = 1
    seed: int = 0
    home: Path | None = None
    progress: Progress = silent
    name: str = "pybamm-dfn-2"
    executor: str = PROCESSES
    _executor: Executor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Here, so that a setting that names none is refused before anything is simulated; nothing is started yet.
        self._executor = executor_for(self.executor, self.workers, start_process, (self.home,))

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """One outcome a point, in order; a solver failure is an outcome with status 'failed', never an exception.

        Raises:
            tools.failures.BackendMissing: the cluster that is to do it does not answer.
        """
        if not points:
            return []
        order = sorted(range(len(points)), key=lambda i: (points[i].pair.system, i))
        size = 1 if isinstance(protocol, AGEING) else CHUNK
        groups = [g for part in _by_system(points, order) for g in chunks(part, size, self._executor.workers)]
        work: list[Chunk] = [([points[i] for i in group], protocol, mesh, curves) for group in groups]
        outcomes: list[Outcome | None] = [None] * len(points)
        label, total = f"simulating {protocol.kind.replace('_', ' ')}", len(points)
        answers = self._executor.map(simulate_chunk, work,
                                     lambda done: self.progress(label, done * total // len(work), total))
        for group, found in zip(groups, answers, strict=True):
            for i, outcome in zip(group, found, strict=True):
                outcomes[i] = outcome
        return [o for o in outcomes if o is not None]

    def close(self) -> None:
        """End the worker processes, or leave the cluster; a later call starts anew."""
        self._executor.close()


def _by_system(points: Sequence[SimulationPoint], order: Sequence[int]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for i in order:
        groups.setdefault(points[i].pair.system, []).append(i)
    return list(groups.values())


def start_process(home: Path | None) -> None:
    """Prepare a process for simulation: no telemetry, one thread, compiled models kept under `home`."""
    os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if home is not None:
        keep_compiled_models(home)


def simulate_chunk(chunk: Chunk) -> list[Outcome]:
    """Simulate points of one system; the unit of work of a worker."""
    points, protocol, mesh, curves = chunk
    import pybamm

    from tools.simulate.pybamm_prepare import prepare

    pybamm.set_logging_level("ERROR")
    if mesh == "rebuild":
        return [_rebuilt(point, protocol) for point in points]
    prepared = [prepare(point, protocol) for point in points]
    outcomes = [p if isinstance(p, Outcome) else None for p in prepared]
    able = [(i, p) for i, p in enumerate(prepared) if not isinstance(p, Outcome)]
    if able:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _runner(protocol, mesh, points[0].pair.system)([p for _, p in able], curves)
        for (i, _), outcome in zip(able, found, strict=True):
            outcomes[i] = outcome
    return [o for o in outcomes if o is not None]


def _rebuilt(point: SimulationPoint, protocol: Protocol) -> Outcome:
    from tools.simulate.stock import stock_rebuild

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return stock_rebuild(point, protocol)
    except ToolFailure as error:
        return Outcome(status="failed", note=error.message)


def _runner(protocol: Protocol, mesh: BatchedMesh, system_key: str) -> Callable[[Sequence[Any], bool], list[Outcome]]:
    from tools.simulate.pybamm_ageing import cycle_ageing
    from tools.simulate.pybamm_calendar import calendar_ageing
    from tools.simulate.pybamm_charge import fast_charge
    from tools.simulate.pybamm_kernels import kernel
    from tools.simulate.pybamm_model import Variant
    from tools.simulate.pybamm_power import pulse_power
    from tools.simulate.pybamm_protocols import discharge, pulse
    from tools.simulate.pybamm_round_trip import round_trip

    runners: dict[str, tuple[Variant, Any]] = {
        "discharge": ("isothermal", discharge), "thermal_discharge": ("thermal", discharge),
        "pulse": ("isothermal", pulse), "pulse_power": ("isothermal", pulse_power),
        "fast_charge": ("isothermal", fast_charge), "round_trip": ("isothermal", round_trip),
        "cycle_ageing": ("ageing", cycle_ageing), "calendar_ageing": ("storage", calendar_ageing),
    }
    variant, function = runners[protocol.kind]
    built = kernel(system_key, variant, mesh)
    return lambda prepared, curves: function(built, prepared, protocol, curves)
