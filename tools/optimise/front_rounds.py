"""The rounds of a front: predict → NSGA-II on the predictions → pick by gain of hypervolume → simulate → learn.

NSGA-II runs on a small network that has learnt margins and objectives over each space; what it ends with is predicted
again by the areal models and the exact build-up, as in the search, and only that decides what is simulated.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.offer import SearchStep
from knowledge.requirement import Requirement
from tools.generate.space import DesignSpace
from tools.optimise.forward import Builder
from tools.optimise.hypervolume import non_dominated, pick_by_gain
from tools.optimise.margins import CANNOT, Judged, judged, margin_of, measure, softened, steerable, targets_of
from tools.optimise.nsga import evolve
from tools.optimise.objectives import Wanted, choose, more_is_better, named
from tools.optimise.prediction import Recorder, SurrogateSimulator
from tools.optimise.probes import probes
from tools.optimise.surrogate import Surrogate, extended, fit_outcomes
from tools.simulate.point import Simulator
from tools.tool import Progress
from tools.verify.ageing_estimate import estimates
from tools.verify.judge import figure_key
from tools.verify.rank import cost_per_kWh

if TYPE_CHECKING:
    import torch

POOL, TEACH_STEPS = 384, 500       # predicted designs of a space that teach the network, and steps of teaching
POPULATION, GENERATIONS = 96, 60
KEPT = 160            # best predicted designs of a space that are predicted again after a round
PASSES = 2            # evolve, predict, correct the network: twice a round
FENCE = 3.0           # objectives worse than the median by so many times (median − best) are cut: detail near the front
BEYOND = 0.1          # reference point: the worst of the front and a tenth of its span more
RESERVED = 0.75       # quantile of how far simulated margins fell short of predicted ones, kept as a reserve


@dataclass(frozen=True)
class Seen:
    """Designs with their values of the objectives (n, m), less is better, and margins of the targets (n, n_targets)."""

    designs: tuple[CellDesign, ...]
    figures: tuple[tuple[Figure, ...], ...]
    values: np.ndarray
    margins: np.ndarray


@dataclass
class Ground:
    """One space: what is predicted there, and the network that NSGA-II runs on."""

    space: DesignSpace
    x: np.ndarray
    seen: Seen
    columns: np.ndarray              # musts that differ between the space's designs
    model: Surrogate | None = None


@dataclass(frozen=True)
class Tested:
    """A simulated design of the front's search."""

    design: CellDesign
    ground: int
    vector: np.ndarray
    values: np.ndarray     # (m,), less is better
    margins: np.ndarray
    expected: np.ndarray   # (n_targets,) predicted margins
    figures: tuple[Figure, ...]
    verdict: Judged
    able: bool             # keeps every must that binds here
    round: int


@dataclass
class FrontSearch:
    """One search for a front over several spaces; deterministic for its seed and its models."""

    requirements: Sequence[Requirement]
    asks: Sequence[Ask]
    spaces: Sequence[DesignSpace]
    simulator: Recorder
    predictor: SurrogateSimulator
    builder: Builder
    seed: int
    progress: Progress
    origin: str = ""
    extra: tuple[Requirement, ...] = ()          # objectives that the document does not ask about
    life_asks: tuple[Ask, ...] = ()
    aged: Sequence[tuple[CellDesign, tuple[Figure, ...]]] = ()
    log: list[SearchStep] = field(default_factory=list)
    tested: list[Tested] = field(default_factory=list)
    released: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.targets = targets_of((*self.requirements, *self.extra), self.asks)
        self.wanted: list[Wanted] = []
        self.grounds: list[Ground] = []
        self.reserve = np.zeros(len(self.targets))
        self.missing = 0   # simulated designs without a value of some objective

    @property
    def binding(self) -> np.ndarray:
        """Columns of the musts that bind: all, or those that are no objective where no design keeps them all."""
        return np.array([k for k, t in enumerate(self.targets)
                         if t.requirement.priority == "must" and t.id not in self.released], dtype=int)

    def survey(self, objectives: Sequence[str] = (), missed: Sequence[str] = ()) -> None:
        """Predict Sobol designs of every space and choose the objectives: what every space answers, else what one does.

        A space without a value of an objective can hold no compromise and is left out; the log says so.

        Args:
            objectives: metrics; none: chosen from the document.
            missed: ids of musts that no design keeps.
        """
        found = []
        for number, space in enumerate(self.spaces):
            started = time.perf_counter()
            self.progress(f"front: predicting {space.key}", number, len(self.spaces))
            x = space.sobol(POOL, self.seed + 211 * number + 7)
            seen = self._seen([space.design(u) for u in x], self.predictor)
            found.append((space, x, seen))
            self._note(space, "front: survey", POOL, int((self.short(seen.margins) <= 0).sum()), started,
                       "kept: predicted to keep every must")
        margins = np.concatenate([s.margins for _, _, s in found])
        values = np.concatenate([self._figures_of(s) for _, _, s in found])
        costs = np.concatenate([self._costs(s) for _, _, s in found])
        if objectives:
            self.wanted = named(self.targets, objectives)
        else:
            answered = [np.isfinite(self._figures_of(s)).any(0) for _, _, s in found]
            everywhere = np.where(np.all(answered, axis=0), values, np.nan)
            shared, any_space = (choose(self.targets, v, margins, costs, missed)
                                 for v in (everywhere, values))
            self.wanted = shared if len(shared) > 1 else any_space
        for space, x, seen in found:
            valued = self._with_values(seen)
            silent = [w.objective.metric for w, v in zip(self.wanted, valued.values.T, strict=True)
                      if not np.isfinite(v).any()]
            if silent:
                self._note(space, "front: survey", POOL, 0, time.perf_counter(),
                           f"left out: no design here has a value of {', '.join(silent)}")
            else:
                self.grounds.append(Ground(space, x, valued, np.array([], dtype=int)))

    def release(self) -> None:
        """Where no design keeps every must: those that are objectives no longer bind, so that the front shows them."""
        self.released = frozenset(w.objective.requirement_id for w in self.wanted
                                  if w.objective.requirement_id and w.target is not None
                                  and self.targets[w.target].requirement.priority == "must")

    def simulate(self, chosen: Sequence[tuple[int, np.ndarray]], number: int) -> int:
        """Simulate points (ground, vector), judge and learn; returns how many are able."""
        started = time.perf_counter()
        self.progress(f"front: simulating round {number}", number, number + 1)
        designs = [self.grounds[g].space.design(u) for g, u in chosen]
        before = self._seen(designs, self.predictor)
        seen = self._with_lives(self.evaluated(designs, self.simulator))
        verdicts = [judged(self.requirements, row) for row in seen.figures]
        short = self.short(seen.margins)
        fresh = []
        for i, (g, u) in enumerate(chosen):
            if np.isfinite(seen.values[i]).all():
                able = verdicts[i].meets or (bool(self.released) and short[i] <= 0)
                fresh.append(Tested(designs[i], g, u, seen.values[i], seen.margins[i], before.margins[i],
                                    seen.figures[i], verdicts[i], able, number))
            else:
                self.missing += 1
        self.tested += fresh
        self._learn(fresh)
        for g, ground in enumerate(self.grounds):
            mine = [t for t in fresh if t.ground == g]
            if mine:
                self._note(ground.space, f"front {number}: simulate", len(mine), sum(t.able for t in mine), started,
                           "kept: keep every must that binds here")
        return sum(t.able for t in fresh)

    def propose(self, number: int, count: int) -> list[tuple[int, np.ndarray]]:
        """The points predicted to add most volume to the front, at most `count`; none where nothing is gained."""
        started = time.perf_counter()
        for g, ground in enumerate(self.grounds):
            self.progress(f"front: evolving {ground.space.key}", g, len(self.grounds))
            self._evolve(g, number)
        pool, values = self._able(self.reserve)
        if not pool:  # nothing is predicted to keep that reserve
            pool, values = self._able(0.0 * self.reserve)
        done = {t.design for t in self.tested}
        fresh = [i for i, (g, u) in enumerate(pool) if self.grounds[g].space.design(u) not in done]
        held = self.front_values()
        both = np.concatenate([values, held])
        if not len(both) or not fresh:
            return []
        ideal, reference = corners(both)
        doubtful = probes(self, number, ideal, reference, count)
        best = pick_by_gain(values[fresh], held, ideal, reference, count - len(doubtful))
        picked = [pool[fresh[i]] for i in best]
        self.log.append(SearchStep(
            system="all", format="any", step=f"front {number}: evolve", count=len(pool), kept=len(picked),
            wall_s=time.perf_counter() - started, note="predicted to keep every must that binds; kept: predicted gain"))
        return [*picked, *doubtful]

    def _able(self, reserve: np.ndarray) -> tuple[list[tuple[int, np.ndarray]], np.ndarray]:
        """Points (ground, vector) predicted to keep every must that binds with a reserve, and their values (n, m)."""
        pool: list[tuple[int, np.ndarray]] = []
        rows = [np.empty((0, len(self.wanted)))]
        for g, ground in enumerate(self.grounds):
            able = np.flatnonzero((self.short(ground.seen.margins, reserve) <= 0)
                                  & np.isfinite(ground.seen.values).all(1))
            pool += [(g, ground.x[i]) for i in able]
            rows.append(ground.seen.values[able])
        return pool, np.concatenate(rows)

    def front_values(self) -> np.ndarray:
        """Objectives (n, m) of the able designs that no other able design beats."""
        able = np.array([t.values for t in self.tested if t.able]).reshape(-1, len(self.wanted))
        return np.asarray(able[non_dominated(able)])

    def expected(self, ground: int, points: torch.Tensor) -> torch.Tensor:
        """What a space's network expects at points (…, d): objectives and worst violation (…, m + 1)."""
        import torch

        model = self.grounds[ground].model
        assert model is not None
        found, _ = model.predict(points.reshape(-1, points.shape[-1]))
        objectives = [found[f"o{k}"] for k in range(len(self.wanted))]
        need = softened(self.reserve)
        short = [float(need[k]) - found[f"m{k}"] for k in self.grounds[ground].columns]
        worst = torch.stack(short).amax(0) if short else torch.full_like(objectives[0], -1.0)
        return torch.stack([*objectives, worst], dim=-1).reshape(*points.shape[:-1], -1)

    def step(self, ground: int, step: str, count: int, kept: int, started: float, note: str) -> SearchStep:
        """One line of the log; `started` is the clock's reading when the step began."""
        space = self.grounds[ground].space
        return SearchStep(system=space.system, format=space.kind, step=step, count=count, kept=kept,
                          wall_s=time.perf_counter() - started, note=note)

    def _evolve(self, number_of_ground: int, number: int) -> None:
        """NSGA-II on the network of one space; what it ends with is predicted and taught to the network."""
        import torch

        ground = self.grounds[number_of_ground]
        draw = np.random.default_rng([self.seed, number, number_of_ground])
        if ground.model is None:
            self._teach(ground)
        for _ in range(PASSES):
            def on_network(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
                with torch.no_grad():
                    found = self.expected(number_of_ground, torch.as_tensor(x)).numpy()
                return found[:, :-1], np.clip(found[:, -1], 0, None)

            final = evolve(on_network, self._start(ground, draw), GENERATIONS, draw)
            x = np.unique(final.x.round(9), axis=0)
            seen = self.evaluated([ground.space.design(u) for u in x], self.predictor)
            ground.x = np.concatenate([ground.x, x])
            ground.seen = _joined(ground.seen, seen)
            self._correct(ground, x, seen)

    def _start(self, ground: Ground, draw: np.random.Generator) -> np.ndarray:
        """Half of the population from the best points known, by front and then by violation, half at random."""
        short = np.clip(self.short(ground.seen.margins, self.reserve), 0, None)
        values = np.where(np.isfinite(ground.seen.values), ground.seen.values, np.inf)
        able = np.flatnonzero(short <= 0)
        front = able[non_dominated(values[able])]
        order = np.concatenate([front, np.setdiff1d(np.argsort(short, kind="stable"), front, assume_unique=True)])
        best = ground.x[order[: POPULATION // 2]]
        return np.concatenate([best, draw.random((POPULATION - len(best), ground.x.shape[1]))])

    def _teach(self, ground: Ground) -> None:
        """The network of a space: softened margins of the binding musts, and the objectives."""
        margins = ground.seen.margins
        ground.columns = np.intersect1d(np.flatnonzero(steerable(margins)), self.binding)
        names = [*(f"m{k}" for k in ground.columns), *(f"o{k}" for k in range(len(self.wanted)))]
        ground.model = fit_outcomes(ground.x, self._labels(ground, ground.seen), names, self.seed, method="mlp",
                                    linear=True, steps=TEACH_STEPS)

    def _labels(self, ground: Ground, seen: Seen) -> np.ndarray:
        """What the network learns (n, n_heads): margins softened, objectives cut where they are far from good."""
        margins = softened(np.nan_to_num(seen.margins[:, ground.columns], nan=CANNOT))
        known = ground.seen.values
        best, middle = np.nanmin(known, axis=0), np.nanmedian(known, axis=0)
        worst = middle + FENCE * (middle - best)
        values = np.where(np.isfinite(seen.values), seen.values, worst)
        return np.concatenate([margins, np.minimum(values, worst)], axis=1)

    def _correct(self, ground: Ground, x: np.ndarray, seen: Seen) -> None:
        if ground.model is not None and len(x):
            ground.model = extended(ground.model, x, self._labels(ground, seen))

    def _learn(self, fresh: Sequence[Tested]) -> None:
        """Teach the areal models what was simulated, predict again, and set the reserve to the errors seen.

        Only what fell short of its prediction asks for a reserve: a prediction that is too low endangers nothing.
        """
        self.predictor.learn(self.simulator.known, refit=True)
        short = np.array([t.expected - t.margins for t in fresh]).reshape(-1, len(self.targets))
        for k in range(len(self.targets)):
            seen = short[np.isfinite(short[:, k]), k]
            if len(seen):
                self.reserve[k] = max(float(np.quantile(seen, RESERVED)), 0.0)
        for g, ground in enumerate(self.grounds):
            self._prune(ground)
            ground.seen = self.evaluated(ground.seen.designs, self.predictor)
            mine = [t for t in fresh if t.ground == g]
            if mine:
                told = Seen(tuple(t.design for t in mine), tuple(t.figures for t in mine),
                            np.array([t.values for t in mine]), np.array([t.margins for t in mine]))
                self._correct(ground, np.array([t.vector for t in mine]), told)

    def evaluated(self, designs: Sequence[CellDesign], simulator: Simulator) -> Seen:
        """Objectives and margins of some designs by a simulator, a predicting one or a real one."""
        return self._with_values(self._seen(designs, simulator))

    def _prune(self, ground: Ground) -> None:
        """Keep the best predicted designs of a space: only they are predicted again after each round."""
        values = np.where(np.isfinite(ground.seen.values), ground.seen.values, np.inf)
        short = np.clip(self.short(ground.seen.margins, self.reserve), 0, None)
        able = np.flatnonzero((short <= 0) & np.isfinite(values).all(1))
        front = able[non_dominated(values[able])]
        rest = np.setdiff1d(np.lexsort((values[:, 0], short)), front, assume_unique=True)
        keep = np.concatenate([front, rest])[:KEPT] if ground.model is not None else np.arange(len(values))
        ground.x = ground.x[keep]
        ground.seen = Seen(tuple(ground.seen.designs[i] for i in keep), tuple(ground.seen.figures[i] for i in keep),
                           ground.seen.values[keep], ground.seen.margins[keep])

    def _seen(self, designs: Sequence[CellDesign], simulator: Simulator) -> Seen:
        found = measure(designs, self.asks, self.targets, simulator, self.builder, self.origin)
        return Seen(found.designs, found.figures, np.empty((len(designs), 0)), found.margins)

    def _with_values(self, seen: Seen) -> Seen:
        figures, costs = self._figures_of(seen), self._costs(seen)
        columns = [costs if w.target is None else
                   figures[:, w.target] * (-1 if more_is_better(self.targets[w.target].requirement) else 1)
                   for w in self.wanted]
        return Seen(seen.designs, seen.figures, np.array(columns).T.reshape(len(seen.designs), -1), seen.margins)

    def _figures_of(self, seen: Seen) -> np.ndarray:
        """Values (n, n_targets) of the targets' figures, NaN where there is none."""
        return np.array([[np.nan if (f := row[t.ask]).value is None or f.cannot else f.value for t in self.targets]
                         for row in seen.figures], dtype=float).reshape(len(seen.designs), -1)

    def _costs(self, seen: Seen) -> np.ndarray:
        costs = []
        for design, row, margins in zip(seen.designs, seen.figures, seen.margins, strict=True):
            built = len(margins) and not (margins == CANNOT).all()
            found = cost_per_kWh(self.builder(design), row) if built else None
            costs.append(np.nan if found is None else found)
        return np.array(costs)

    def short(self, margins: np.ndarray, need: np.ndarray | None = None) -> np.ndarray:
        """Worst violation (n,) of the binding musts against the margins wanted; one unanswered counts as missed."""
        columns = self.binding
        columns = columns[np.isfinite(margins[:, columns]).any(0)] if len(columns) else columns
        if not len(columns):
            return np.full(len(margins), -1.0)
        wanted = np.zeros(len(self.targets)) if need is None else need
        return np.asarray((wanted[columns] - np.nan_to_num(margins[:, columns], nan=CANNOT)).max(1))

    def _with_lives(self, seen: Seen) -> Seen:
        """Lives without an answer replaced by estimates from those that were aged, here or in the search."""
        keys = {figure_key(a.metric, a.conditions) for a in self.life_asks}
        lives = [tuple(f for f in row if figure_key(f.metric, f.conditions) in keys and f.value is not None)
                 for row in seen.figures]
        designs = [*(d for d, _ in self.aged), *seen.designs]
        guesses = estimates(self.life_asks, designs, [*(f for _, f in self.aged), *lives])[len(self.aged):]
        rows, margins = list(seen.figures), seen.margins.copy()
        for i, guess in enumerate(guesses):
            told = {figure_key(f.metric, f.conditions): f for f in guess}
            rows[i] = tuple(told.get(figure_key(f.metric, f.conditions), f) for f in rows[i])
            for k, t in enumerate(self.targets):
                if rows[i][t.ask] in guess:
                    margins[i, k] = margin_of(t.requirement, rows[i][t.ask])
        return replace(seen, figures=tuple(rows), margins=margins)

    def _note(self, space: DesignSpace, step: str, count: int, kept: int, started: float, note: str) -> None:
        self.log.append(SearchStep(system=space.system, format=space.kind, step=step, count=count, kept=kept,
                                   wall_s=time.perf_counter() - started, note=note))


def corners(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ideal and reference point (m,) of the non-dominated rows (n, m): the best, and a tenth beyond the worst."""
    front = values[non_dominated(values)]
    ideal, worst = front.min(0), front.max(0)
    span = np.where(worst > ideal, worst - ideal, np.maximum(np.abs(ideal), 1e-9) * BEYOND)
    return ideal, worst + BEYOND * span


def _joined(one: Seen, other: Seen) -> Seen:
    return Seen((*one.designs, *other.designs), (*one.figures, *other.figures),
                np.concatenate([one.values, other.values]), np.concatenate([one.margins, other.margins]))
