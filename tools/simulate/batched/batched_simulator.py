"""The batched DFN as a simulator: points and a protocol → outcomes, each with an estimate of its mesh error."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec

from knowledge.protocol import Protocol
from tools.failures import BackendMissing, ToolFailure
from tools.simulate.batched.extrapolation import ERROR, extrapolate
from tools.simulate.batched.layout import Cells
from tools.simulate.point import Mesh, Outcome, SimulationPoint, Simulator
from tools.simulate.pybamm_prepare import Prepared, prepare
from tools.tool import Context, Progress, silent

MODES = 12
# The first two are extrapolated; the next is added where the estimate is above `WANTED_PCT`.
MESHES: dict[Mesh, tuple[Cells, ...]] = {
    "search": (Cells(12, 4, MODES), Cells(20, 7, MODES), Cells(33, 11, MODES)),
    "verify": (Cells(16, 6, MODES), Cells(24, 9, MODES), Cells(40, 15, MODES), Cells(64, 24, MODES)),
}
WANTED_PCT = {"search": 0.4, "verify": 0.15}
DELEGATED = ("thermal_discharge", "cycle_ageing")
CHUNK = 64  # points of one thread between two reports of progress


@dataclass
class BatchedSimulator:
    """Implements `tools.simulate.point.Simulator` with the batched DFN.

    Heat and ageing are not in it: `reference` (the PyBaMM simulator) answers `DELEGATED`, and the note says so.
    `workers` is the number of threads; the compiled solver runs without the interpreter's lock.
    """

    reference: Simulator
    workers: int = 1
    progress: Progress = silent
    name: str = "batched-dfn-1"
    served: int = field(default=0, init=False)

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """One outcome a point, in order; a solver failure is an outcome with status 'failed', never an exception."""
        if protocol.kind in DELEGATED:
            found = self.reference.simulate(points, protocol, mesh, curves)
            return [_told(outcome, f"computed by {self.reference.name}") for outcome in found]
        pieces = [points[i : i + CHUNK] for i in range(0, len(points), CHUNK)]
        self.served += len(points)
        outcomes: list[Outcome] = []
        label = f"simulating {protocol.kind.replace('_', ' ')}"
        with ThreadPoolExecutor(max(self.workers, 1)) as pool:
            for found in pool.map(lambda piece: _simulated(piece, protocol, mesh, curves), pieces):
                outcomes.extend(found)
                self.progress(label, len(outcomes), len(points))
        return outcomes


def _simulated(points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh, curves: bool) -> list[Outcome]:
    return [_one(point, protocol, mesh, curves) for point in points]


def _one(point: SimulationPoint, protocol: Protocol, mesh: Mesh, curves: bool) -> Outcome:
    ready = prepare(point, protocol)
    if isinstance(ready, Outcome):
        return ready
    try:
        return _refined(ready, protocol, mesh, curves)
    except ToolFailure as failure:
        return Outcome(status="out of validity", validity="out of validity", note=failure.message)


def _refined(ready: Prepared, protocol: Protocol, mesh: Mesh, curves: bool) -> Outcome:
    """Climb the meshes until the estimated error is small enough."""
    from tools.simulate.batched.kernel import BatchedKernel
    from tools.simulate.batched.protocols import run

    outcome = coarse = None
    before: Cells | None = None
    for cells in MESHES[mesh]:
        fine = run(BatchedKernel(ready.system.key, cells), [ready], protocol, curves)[0]
        if coarse is not None and before is not None:
            outcome = extrapolate(coarse, fine, (before, cells))
            if outcome.status == "failed" or outcome.values.get(ERROR, 0.0) <= WANTED_PCT[mesh]:
                return outcome
        coarse, before = fine, cells
    assert outcome is not None, "there are at least two meshes"
    return outcome


def _told(outcome: Outcome, words: str) -> Outcome:
    return outcome.model_copy(update={"note": "; ".join(w for w in (outcome.note, words) if w)})


def batched_simulator(context: Context) -> Simulator:
    """The batched simulator for a tool's context, with PyBaMM behind it for heat and ageing.

    Raises:
        tools.failures.BackendMissing: numba is not installed.
    """
    from tools.simulate.pool import default_simulator

    if find_spec("numba") is None:
        raise BackendMissing("numba is not installed; the batched solver needs it: pip install numba")
    return BatchedSimulator(default_simulator(context), workers=context.workers, progress=context.progress)
