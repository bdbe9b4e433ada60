"""The rounds of a search: predict → refine → diverse pick → simulate → learn, until enough designs keep every must."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.offer import SearchStep
from knowledge.protocol import Protocol
from knowledge.requirement import Requirement
from tools.generate.space import DesignSpace
from tools.optimise.diversity import Place, distinct, pick
from tools.optimise.forward import Builder
from tools.optimise.margins import CANNOT, Judged, Target, judged, measure, needs, softened, targets_of
from tools.optimise.prediction import Recorder, SurrogateSimulator
from tools.optimise.refine import SIGMAS, refine, screen
from tools.optimise.surrogate import Surrogate, extended, fit_outcomes
from tools.simulate.point import SimulationPoint
from tools.tool import Progress

POOL = 512            # designs of a space whose predicted margins teach the gradient model
SCREEN = 4096         # points that the gradient model screens for starts
STARTS = 64
SPARE = 1.25          # picks simulated for each design that is still missing
STALLED = 0.02        # a space whose best violation falls by less than this share is not searched again


@dataclass
class Territory:
    """What the search knows of one space."""

    space: DesignSpace
    x: np.ndarray                      # (n, n_variables), designs with predicted margins
    margins: np.ndarray                # (n, n_targets)
    need: np.ndarray                   # (n_targets,)
    model: Surrogate | None = None     # softened margins over the space
    columns: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))   # targets the model has heads for
    promising: bool = True


@dataclass(frozen=True)
class Tried:
    """A design that was simulated, what came out, and where it stands in its space."""

    design: CellDesign
    space: str
    vector: np.ndarray
    margins: np.ndarray
    figures: tuple[Figure, ...]
    predicted: tuple[Figure, ...]
    verdict: Judged
    place: Place
    round: int


@dataclass
class Search:
    """One search over several spaces; deterministic for its seed and its models."""

    requirements: Sequence[Requirement]
    asks: Sequence[Ask]
    spaces: Sequence[DesignSpace]
    simulator: Recorder
    predictor: SurrogateSimulator
    builder: Builder
    seed: int
    progress: Progress
    origin: str = ""
    log: list[SearchStep] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    seen: set[tuple[Protocol, SimulationPoint]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.targets: tuple[Target, ...] = targets_of(self.requirements, self.asks)
        self.weight = np.array([t.weight for t in self.targets])
        self.territories: list[Territory] = []

    def survey(self) -> None:
        """Predict the margins of Sobol designs in every space; one where nothing can be built is logged and left."""
        for number, space in enumerate(self.spaces):
            started = time.perf_counter()
            self.progress(f"predicting {space.key}", number, len(self.spaces))
            x = space.sobol(POOL, self.seed + 101 * number)
            found = measure([space.design(u) for u in x], self.asks, self.targets, self.predictor, self.builder)
            built = ~(found.margins == CANNOT).all(1) if len(self.targets) else np.ones(len(x), dtype=bool)
            loss = self._loss(found.margins, np.zeros(len(self.targets)))
            self._note(space, "survey", POOL, int((loss <= 0).sum()), started,
                       f"{int(built.sum())} can be built; kept: predicted to keep every requirement")
            if built.any():
                territory = Territory(space, x[built], found.margins[built], needs(self.targets, found))
                territory.need = territory.need + SIGMAS * self._sigma(space, x[built][:48], found.margins[built][:48])
                self.territories.append(territory)

    def _sigma(self, space: DesignSpace, x: np.ndarray, at: np.ndarray) -> np.ndarray:
        """One sigma (n_targets,) of the predicted margins, from predictions shifted by one sigma each way."""
        designs = [space.design(u) for u in x]
        shifts = []
        for sign in (-1.0, 1.0):
            shifted = SurrogateSimulator(self.predictor.models, sigmas=sign)
            there = measure(designs, self.asks, self.targets, shifted, self.builder).margins
            shifts.append(np.abs(there - at))
        with np.errstate(all="ignore"):
            return np.nan_to_num(np.nanmedian(np.maximum(*shifts), axis=0)) if shifts[0].size else np.zeros(at.shape[1])

    def run_round(self, number: int, missing: int) -> int:
        """One round; returns how many designs were simulated."""
        proposals: list[tuple[Territory, np.ndarray, np.ndarray, tuple[Figure, ...], CellDesign]] = []
        active = [t for t in self.territories if t.promising]
        for territory in active:
            proposals += self._propose(territory, number)
        chosen = self._choose(proposals, max(4, round(SPARE * missing)))
        if not chosen:
            return 0
        started = time.perf_counter()
        designs = [p[4] for p in chosen]
        self.progress(f"simulating round {number}", number - 1, 3)
        found = measure(designs, self.asks, self.targets, self.simulator, self.builder, self.origin)
        for i, (territory, vector, _, predicted, design) in enumerate(chosen):
            verdict = judged(self.requirements, found.figures[i])
            self.tried.append(Tried(design, territory.space.key, vector, found.margins[i], found.figures[i], predicted,
                                    verdict, self.place(territory.space, design, vector), number))
        for territory in active:
            mine = [t for t in self.tried if t.round == number and t.space == territory.space.key]
            self._note(territory.space, f"round {number}: simulate", len(mine), sum(t.verdict.meets for t in mine),
                       started, _gap(mine))
        self._learn(number)
        return len(chosen)

    def _propose(
        self, territory: Territory, number: int
    ) -> list[tuple[Territory, np.ndarray, np.ndarray, tuple[Figure, ...], CellDesign]]:
        """Refined designs of one space with their margins as the areal models and the build-up give them."""
        started = time.perf_counter()
        space = territory.space
        self.progress(f"refining {space.key}", number - 1, 3)
        if territory.model is None:
            self._teach(territory)
        x = self._refined(territory, number)
        designs = [space.design(u) for u in x]
        found = measure(designs, self.asks, self.targets, self.predictor, self.builder, self.origin)
        territory.x = np.concatenate([territory.x, x])
        territory.margins = np.concatenate([territory.margins, found.margins])
        loss = self._loss(found.margins, territory.need)
        self._note(space, f"round {number}: refine", STARTS, int((loss <= 0).sum()), started,
                   "kept: predicted to keep every requirement with its margin")
        return [(territory, x[i], loss[i:i + 1], found.figures[i], designs[i]) for i in range(len(x))]

    def _refined(self, territory: Territory, number: int) -> np.ndarray:
        """Points (n, n_variables) from many starts; the gradient model's own error is part of the margin wanted."""
        import torch

        space, model = territory.space, territory.model
        sobol = space.sobol(SCREEN, self.seed + 7919 * number)
        best = territory.x[np.argsort(self._loss(territory.margins, territory.need), kind="stable")[: STARTS // 2]]
        if model is None:
            return np.asarray(best)
        columns = territory.columns
        error = np.array([model.errors[n] for n in model.names])
        need = softened(territory.need[columns]) + error
        weight = self.weight[columns]

        def predicted(points: torch.Tensor) -> torch.Tensor:
            values, _ = model.predict(points)
            return torch.stack([values[n] for n in model.names], dim=1)

        starts = np.concatenate([best, screen(predicted, sobol, need, weight, STARTS - len(best))])
        return refine(predicted, starts, need, weight).x

    def _teach(self, territory: Territory) -> None:
        """A differentiable model of the margins over the space; constant or unanswered targets have no head."""
        rows = np.isfinite(territory.margins).any(1)
        spread = np.nanstd(territory.margins[rows], axis=0) if rows.any() else np.zeros(len(self.targets))
        usable = [int(k) for k in np.flatnonzero(spread > 1e-6)]
        territory.columns = np.array(usable, dtype=int)
        if not usable:
            return
        y = softened(np.nan_to_num(territory.margins[:, usable], nan=CANNOT))
        names = [f"m{k}" for k in usable]
        territory.model = fit_outcomes(territory.x, y, names, self.seed, method="mlp", linear=True)

    def _choose(self, proposals: list, count: int) -> list:  # type: ignore[type-arg]
        """A diverse pick over all spaces, each promising one with at least two; already simulated designs left out."""
        done = {t.design for t in self.tried}
        fresh = [p for p in proposals if p[4] not in done]
        if not fresh:
            return []
        loss = np.array([float(p[2][0]) for p in fresh])
        by_space: dict[str, list[int]] = {}
        for i in np.argsort(loss, kind="stable"):
            by_space.setdefault(fresh[int(i)][0].space.key, []).append(int(i))
        share = max(2, -(-count // max(len(by_space), 1)))
        places = [self.place(p[0].space, p[4], p[1]) for p in fresh]
        taken = [t.place for t in self.tried if t.verdict.meets]
        chosen: list[int] = []
        for members in by_space.values():
            good = [i for i in members if loss[i] <= 0]
            pool = good if len(good) >= share else members[: max(share, len(good), min(len(members), 2 * share))]
            quota = min(share, len(pool))
            order = pick([places[i] for i in pool], quota, [-float(loss[i]) for i in pool], taken)
            chosen += [pool[i] for i in order]
        return [fresh[i] for i in sorted(chosen, key=lambda i: (loss[i], i))[: max(count, 2 * len(by_space))]]

    def _learn(self, number: int) -> None:
        """Teach the areal models and the gradient models what the simulator said in this round."""
        for key, model in self.predictor.models.items():
            held = self.simulator.known.get(key[1], {})
            rows = [(p, o) for p, o in held.items() if p.pair.system == key[0] and (key[1], p) not in self.seen]
            if rows:
                self.seen.update((key[1], p) for p, _ in rows)
                self.predictor.models[key] = model.learnt([p for p, _ in rows], [o for _, o in rows])
        for territory in self.territories:
            mine = [t for t in self.tried if t.space == territory.space.key and t.round == number]
            if mine and territory.model is not None:
                y = softened(np.nan_to_num(np.array([t.margins for t in mine]), nan=CANNOT))[:, territory.columns]
                territory.model = extended(territory.model, np.array([t.vector for t in mine]), y)
            self._judge_space(territory, number)

    def _judge_space(self, territory: Territory, number: int) -> None:
        """A space that stays far from feasible while another one keeps every must is not searched again."""
        mine = [t for t in self.tried if t.space == territory.space.key]
        others = any(t.verdict.meets for t in self.tried)
        if mine and number >= 2 and others and not any(t.verdict.meets for t in mine):
            before = min((t.verdict.violation for t in mine if t.round < number), default=np.inf)
            after = min(t.verdict.violation for t in mine)
            territory.promising = after < (1 - STALLED) * before

    def place(self, space: DesignSpace, design: CellDesign, vector: np.ndarray) -> Place:
        """Where a design stands, for diversity; windings have no layer count."""
        layers = None if space.kind == "cylindrical" else self.builder(design).layers
        return Place(design.id, space.system, space.kind, layers, tuple(v.name for v in space.variables), vector)

    def meeting(self) -> list[Tried]:
        """Simulated designs that keep every evaluated must and are distinct from one another, first found first."""
        good = [t for t in self.tried if t.verdict.meets]
        return [good[i] for i in distinct([t.place for t in good])]

    def _loss(self, margins: np.ndarray, need: np.ndarray) -> np.ndarray:
        """Weighted shortfall of each row below the margin wanted; an unanswered must counts as missed in full."""
        short = np.clip(need - margins, 0, 1)
        missing = np.isnan(margins) & ~np.isnan(margins).all(0)
        return np.asarray((np.where(missing, 1.0, np.nan_to_num(short)) * self.weight).sum(1))

    def _note(self, space: DesignSpace, step: str, count: int, kept: int, started: float, note: str) -> None:
        self.log.append(SearchStep(system=space.system, format=space.kind, step=step, count=count, kept=kept,
                                   wall_s=time.perf_counter() - started, note=note))


def _gap(tried: Sequence[Tried]) -> str:
    if not tried:
        return "nothing picked here"
    least = min(t.verdict.violation for t in tried)
    return "kept: keep every evaluated must" if least <= 0 else f"least sum of relative violations {least:.3g}"
