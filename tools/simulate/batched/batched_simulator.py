"""The batched DFN as a simulator: points and a protocol → outcomes, each with an estimate of its mesh error."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from knowledge.protocol import CalendarAgeing, CycleAgeing, Protocol
from tools.failures import ToolFailure
from tools.simulate.batched.extrapolation import UNEVEN_PCT, extrapolate
from tools.simulate.batched.layout import Cells
from tools.simulate.point import (
    DELEGATED_WORDS,
    LEFT_WORDS,
    MESH_ERROR,
    BatchedMesh,
    Mesh,
    Outcome,
    SimulationPoint,
    Simulator,
)
from tools.simulate.pybamm_prepare import Prepared, prepare
from tools.tool import Progress, silent

MODES = 12
# The first two are extrapolated; the next is added where the estimate is above `WANTED_PCT`.
MESHES: dict[BatchedMesh, tuple[Cells, ...]] = {
    "search": (Cells(12, 4, MODES), Cells(20, 7, MODES), Cells(33, 11, MODES)),
    "verify": (Cells(16, 6, MODES), Cells(24, 9, MODES), Cells(40, 15, MODES), Cells(64, 24, MODES)),
}
WANTED_PCT: dict[BatchedMesh, float] = {"search": 0.4, "verify": 0.15}
# Divides all error bounds on an added mesh: designs that need one are mostly depleted, where time steps err most.
TIGHTER = 2.0
# The same where diffusivity varies within particles and is frozen in a step: looser steps fail and are redone.
UNEVEN_TIGHTER = 10.0
# Ageing hardly depends on the mesh and a life is dozens of cycles: one mesh, with error bounds so much tighter.
AGEING_MESHES: dict[BatchedMesh, tuple[Cells, float]] = {
    "search": (Cells(12, 4, MODES), 5.0), "verify": (Cells(20, 7, MODES), 10.0)}
LIVES_LEFT = 2        # lives that the reference is asked for in one call, where this solver has no answer
LEAST, MOST = 64, 256  # points of one piece of a thread's work
# Stated error where PyBaMM's search mesh steps in: the largest energy shift in docs/simulation.md.
REFERENCE_PCT = 1.4
VERSION = "batched-dfn-6"  # of labels: lives are not kept under it


@dataclass
class BatchedSimulator:
    """Implements `tools.simulate.point.Simulator` with the batched DFN.

    `reference` (the PyBaMM simulator) answers single points that this solver does not solve or whose parameter set it
    cannot describe; the outcome's note says so, and `delegated` counts them. Of lives, which take PyBaMM some 10 to
    100 s each, it answers no more than `LIVES_LEFT` in one call; without it no point is answered by another solver.
    `workers` is the number of threads; the compiled solver runs without the interpreter's lock.
    """

    reference: Simulator | None
    workers: int = 1
    progress: Progress = silent
    name: str = field(default="", init=False)
    delegated: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        # Both solvers: labels of one pair of solvers never mix with those of another.
        self.name = f"{VERSION} with {self.reference.name}" if self.reference else f"{VERSION} alone"

    def alone(self) -> BatchedSimulator:
        """Implements `tools.simulate.point.AgesCheaply`."""
        return BatchedSimulator(None, self.workers, self.progress)

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """One outcome a point, in order; a solver failure is an outcome with status 'failed', never an exception."""
        if mesh == "rebuild":
            if self.reference is None:
                raise ValueError("the mesh 'rebuild' is a plain PyBaMM simulation's")
            return self._by_reference(self.reference, points, protocol, mesh, curves, [""] * len(points))
        order = sorted(range(len(points)), key=lambda i: (points[i].pair.system, i))
        # Before the threads start: beside them this work would pass the interpreter's lock to and fro.
        prepared = [prepare(point, protocol) for point in points]
        pieces = shared_out(order, max(self.workers, 1))
        answers: dict[int, Outcome | str] = {}
        label = f"simulating {protocol.kind.replace('_', ' ')}"
        with ThreadPoolExecutor(max(self.workers, 1)) as pool:
            work = ([prepared[i] for i in piece] for piece in pieces)
            found = pool.map(lambda piece: solved(piece, protocol, mesh, curves), work)
            for piece, outcomes in zip(pieces, found, strict=True):
                answers.update(zip(piece, outcomes, strict=True))
                self.progress(label, len(answers), len(points))
        left = [i for i in order if isinstance(answers[i], str)]
        handed = left[:LIVES_LEFT] if isinstance(protocol, CycleAgeing | CalendarAgeing) else left
        if self.reference is not None and handed:
            reasons = [str(answers[i]) for i in handed]
            second = self._by_reference(self.reference, [points[i] for i in handed], protocol, mesh, curves, reasons)
            answers.update(zip(handed, second, strict=True))
        answers.update({i: Outcome(status="failed", note=f"{LEFT_WORDS}: {a}") for i, a in answers.items()
                        if isinstance(a, str)})
        return [a for a in (answers[i] for i in range(len(points))) if isinstance(a, Outcome)]

    def _by_reference(
        self, reference: Simulator, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh, curves: bool,
        reasons: Sequence[str],
    ) -> list[Outcome]:
        """The reference's outcomes, with notes that say who answered and why."""
        self.delegated += len(points)
        found = reference.simulate(points, protocol, mesh, curves)
        told = []
        for outcome, reason in zip(found, reasons, strict=True):
            why = f", as the batched DFN gave no answer: {reason}" if reason else ""
            # A point that was left over must fit into the same table of labels as the others.
            labelled = reason and outcome.values and protocol.kind not in ("cycle_ageing", "calendar_ageing")
            values = {**outcome.values, MESH_ERROR: REFERENCE_PCT} if labelled else outcome.values
            note = "; ".join(w for w in (outcome.note, f"{DELEGATED_WORDS} {reference.name}{why}") if w)
            told.append(outcome.model_copy(update={"note": note, "values": values}))
        return told


def shared_out(order: Sequence[int], workers: int) -> list[Sequence[int]]:
    """Pieces of work, the last ones smaller, so that the threads end together."""
    pieces, done = [], 0
    while done < len(order):
        size = max(LEAST, min(MOST, -(-(len(order) - done) // (2 * workers))) if workers > 1 else MOST)
        pieces.append(order[done : done + size])
        done += size
    return pieces


def solved(
    prepared: Sequence[Prepared | Outcome], protocol: Protocol, mesh: BatchedMesh, curves: bool
) -> list[Outcome | str]:
    """The outcome of each prepared point, or why this solver has none."""
    answers: list[Outcome | str] = ["" if isinstance(p, Prepared) else p for p in prepared]
    by_system: dict[str, list[int]] = {}
    for i, p in enumerate(prepared):
        if isinstance(p, Prepared):
            by_system.setdefault(p.system.key, []).append(i)
    for members in by_system.values():
        try:
            ready = [p for p in (prepared[i] for i in members) if isinstance(p, Prepared)]
            made = (aged(ready, protocol, mesh, curves) if isinstance(protocol, CycleAgeing | CalendarAgeing)
                    else refined(ready, protocol, mesh, curves))
            outcomes: list[Outcome | str] = [o.note if o.status == "failed" else o for o in made]
        except ToolFailure as failure:
            outcomes = [failure.message] * len(members)
        for i, outcome in zip(members, outcomes, strict=True):
            answers[i] = outcome
    return answers


def aged(
    prepared: Sequence[Prepared], protocol: CycleAgeing | CalendarAgeing, mesh: BatchedMesh, curves: bool
) -> list[Outcome]:
    """The lives of points of one system, side by side."""
    from tools.simulate.batched.cycling import calendar_ageing, cycle_ageing
    from tools.simulate.batched.history import Accuracy
    from tools.simulate.batched.kernel import BatchedKernel

    cells, tighter = AGEING_MESHES[mesh]
    kernel = BatchedKernel(prepared[0].system.key, cells, Accuracy().tighter(tighter),
                           ages="at rest" if isinstance(protocol, CalendarAgeing) else "in use")
    if isinstance(protocol, CalendarAgeing):
        return calendar_ageing(kernel, prepared, protocol, curves)
    return cycle_ageing(kernel, prepared, protocol, curves)


def refined(prepared: Sequence[Prepared], protocol: Protocol, mesh: BatchedMesh, curves: bool) -> list[Outcome]:
    """Climb the meshes with points of one system until the estimated error of each is small enough."""
    from tools.simulate.batched.history import Accuracy
    from tools.simulate.batched.kernel import BatchedKernel
    from tools.simulate.batched.protocols import HEATED, run
    from tools.simulate.batched.tables import tables

    heated = protocol.kind in HEATED
    found: dict[int, Outcome] = {}
    coarse: dict[int, Outcome] = {}
    left = list(range(len(prepared)))
    before: Cells | None = None
    uneven = tables(prepared[0].system.key, prepared[0].temperature_C, heated).in_shells
    added_pct, base = (UNEVEN_PCT, Accuracy().tighter(UNEVEN_TIGHTER)) if uneven else (0.0, Accuracy())
    for rung, cells in enumerate(MESHES[mesh]):
        accuracy = base.tighter(TIGHTER if rung > 1 else 1.0)
        kernel = BatchedKernel(prepared[0].system.key, cells, accuracy, heated=heated)
        fine = dict(zip(left, run(kernel, [prepared[i] for i in left], protocol, curves), strict=True))
        if before is not None:
            found.update({i: extrapolate(coarse[i], fine[i], (before, cells), added_pct) for i in left})
            left = [i for i in left if found[i].status != "failed"
                    and found[i].values.get(MESH_ERROR, 0.0) > WANTED_PCT[mesh] + added_pct]
        coarse, before = fine, cells
        if not left:
            break
    return [found[i] for i in range(len(prepared))]
