"""The batched DFN as a simulator: points and a protocol → outcomes, each with an estimate of its mesh error."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from knowledge.protocol import Protocol
from tools.failures import ToolFailure
from tools.simulate.batched.extrapolation import extrapolate
from tools.simulate.batched.layout import Cells
from tools.simulate.point import MESH_ERROR, BatchedMesh, Mesh, Outcome, SimulationPoint, Simulator
from tools.simulate.pybamm_prepare import Prepared, prepare
from tools.tool import Progress, silent

MODES = 12
# The first two are extrapolated; the next is added where the estimate is above `WANTED_PCT`.
MESHES: dict[BatchedMesh, tuple[Cells, ...]] = {
    "search": (Cells(12, 4, MODES), Cells(20, 7, MODES), Cells(33, 11, MODES)),
    "verify": (Cells(16, 6, MODES), Cells(24, 9, MODES), Cells(40, 15, MODES), Cells(64, 24, MODES)),
}
WANTED_PCT: dict[BatchedMesh, float] = {"search": 0.4, "verify": 0.15}
DELEGATED = ("thermal_discharge", "cycle_ageing")
CHUNK = 64  # points of one thread between two reports of progress
# Stated error where PyBaMM's search mesh steps in: the largest energy shift in docs/simulation.md.
REFERENCE_PCT = 1.4
VERSION = "batched-dfn-2"


@dataclass
class BatchedSimulator:
    """Implements `tools.simulate.point.Simulator` with the batched DFN.

    `reference` (the PyBaMM simulator) answers the protocols in `DELEGATED`, and single points that this solver does
    not solve or whose parameter set it cannot describe; the outcome's note says so, and `delegated` counts them.
    `workers` is the number of threads; the compiled solver runs without the interpreter's lock.
    """

    reference: Simulator
    workers: int = 1
    progress: Progress = silent
    name: str = field(default="", init=False)
    delegated: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        # Both solvers: labels of one pair of solvers never mix with those of another.
        self.name = f"{VERSION} with {self.reference.name}"

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """One outcome a point, in order; a solver failure is an outcome with status 'failed', never an exception."""
        if protocol.kind in DELEGATED or mesh == "rebuild":
            return self._by_reference(points, protocol, mesh, curves, [""] * len(points))
        pieces = [points[i : i + CHUNK] for i in range(0, len(points), CHUNK)]
        answers: list[Outcome | str] = []
        label = f"simulating {protocol.kind.replace('_', ' ')}"
        with ThreadPoolExecutor(max(self.workers, 1)) as pool:
            for found in pool.map(lambda piece: [_one(p, protocol, mesh, curves) for p in piece], pieces):
                answers.extend(found)
                self.progress(label, len(answers), len(points))
        left = [i for i, answer in enumerate(answers) if isinstance(answer, str)]
        reasons = [str(answers[i]) for i in left]
        second = self._by_reference([points[i] for i in left], protocol, mesh, curves, reasons)
        by_index = dict(zip(left, second, strict=True))
        return [by_index[i] if isinstance(answer, str) else answer for i, answer in enumerate(answers)]

    def _by_reference(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh, curves: bool, reasons: Sequence[str]
    ) -> list[Outcome]:
        """The reference's outcomes, with notes that say who answered and why."""
        if not points:
            return []
        self.delegated += len(points)
        found = self.reference.simulate(points, protocol, mesh, curves)
        told = []
        for outcome, reason in zip(found, reasons, strict=True):
            why = f", as the batched DFN gave no answer: {reason}" if reason else ""
            # A point that was left over must fit into the same table of labels as the others.
            values = {**outcome.values, MESH_ERROR: REFERENCE_PCT} if reason and outcome.values else outcome.values
            note = "; ".join(w for w in (outcome.note, f"computed by {self.reference.name}{why}") if w)
            told.append(outcome.model_copy(update={"note": note, "values": values}))
        return told


def _one(point: SimulationPoint, protocol: Protocol, mesh: BatchedMesh, curves: bool) -> Outcome | str:
    """The outcome of a point, or why this solver has none."""
    ready = prepare(point, protocol)
    if isinstance(ready, Outcome):
        return ready
    try:
        outcome = _refined(ready, protocol, mesh, curves)
    except ToolFailure as failure:
        return failure.message
    return outcome.note if outcome.status == "failed" else outcome


def _refined(ready: Prepared, protocol: Protocol, mesh: BatchedMesh, curves: bool) -> Outcome:
    """Climb the meshes until the estimated error is small enough."""
    from tools.simulate.batched.kernel import BatchedKernel
    from tools.simulate.batched.protocols import run

    outcome = coarse = None
    before: Cells | None = None
    for cells in MESHES[mesh]:
        fine = run(BatchedKernel(ready.system.key, cells), [ready], protocol, curves)[0]
        if coarse is not None and before is not None:
            outcome = extrapolate(coarse, fine, (before, cells))
            if outcome.status == "failed" or outcome.values.get(MESH_ERROR, 0.0) <= WANTED_PCT[mesh]:
                return outcome
        coarse, before = fine, cells
    assert outcome is not None, "there are at least two meshes"
    return outcome
