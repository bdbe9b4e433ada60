"""The rounds of a search: predict → refine → diverse pick → simulate → learn, until enough designs keep every must."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.offer import SearchStep
from knowledge.protocol import AGEING
from knowledge.requirement import Requirement
from tools.generate.space import DesignSpace
from tools.optimise.diversity import Place, distinct, pick
from tools.optimise.forward import Builder
from tools.optimise.life import LifeScout
from tools.optimise.margins import CANNOT, Target, judged, margin_of, measure, needs, softened, steerable, targets_of
from tools.optimise.prediction import Recorder, SurrogateSimulator
from tools.optimise.refine import SIGMAS, Margins, refine, screen
from tools.optimise.surrogate import Surrogate, extended, fit_outcomes
from tools.optimise.trial import Tried
from tools.tool import Progress

POOL = 512            # designs of a space whose predicted margins teach the gradient model
SCREEN = 4096         # points that the gradient model screens for starts
STARTS = 64           # half of them the best known; the rest is screened
TEACH_STEPS = 500
PASSES = 2            # refine, predict, correct the gradient model: again while few are predicted to serve
SPARE = 1.25          # picks simulated for each design that is still missing
NEAREST = 2           # spaces that share a round while none promises to serve
TRUST_ROWS = 4        # simulated designs of a space from which its reserve is learnt
FOR_THE_RECORD = 2    # simulated designs of a space that is not expected to serve while another one is
FAR = 0.2             # a space that misses by more than this in sum is left as soon as another one serves
HOPELESS = 0.4        # a space whose best surveyed design misses by more is not refined where another's is nearer
BEHIND = 0.3          # by this much
LIFE_ROOM = 0.1       # margin wanted of a life at most: its stated interval is half of the value
STALLED = 0.02        # a space whose best violation falls by less than this share is not searched again


@dataclass
class Territory:
    """What the search knows of one space."""

    space: DesignSpace
    x: np.ndarray                      # (n, n_variables), designs with predicted margins
    margins: np.ndarray                # (n, n_targets)
    need: np.ndarray                   # (n_targets,) margin at which a verdict is surely *met*
    least: np.ndarray                  # (n_targets,) margin at which the value is surely on the right side
    columns: np.ndarray                # targets whose margin differs between the space's designs
    model: Surrogate | None = None     # softened margins over the space
    promising: bool = True


@dataclass(frozen=True)
class Proposal:
    """A refined design that has not been simulated yet, with its predicted shortfall below the margins of the musts."""

    territory: Territory
    vector: np.ndarray
    loss: float           # below the margins at which every verdict is surely met
    least_loss: float     # below the margins at which every value is surely on the right side
    expected: np.ndarray  # (n_targets,) predicted margins
    predicted: tuple[Figure, ...]
    design: CellDesign

    @property
    def extrapolated(self) -> bool:
        """Whether some prediction comes from outside what its labels span."""
        return any(f.validity != "inside" for f in self.predicted)


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
    scout: LifeScout | None = None
    device: str = "cpu"
    log: list[SearchStep] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.targets: tuple[Target, ...] = targets_of(self.requirements, self.asks)
        self.weight = np.array([t.weight for t in self.targets])
        self.musts = np.flatnonzero([t.requirement.priority == "must" for t in self.targets])
        self.lives = np.array([isinstance(self.asks[t.ask].protocol, AGEING) for t in self.targets], dtype=bool)
        self.territories: list[Territory] = []

    def survey(self, systems: Collection[str] | None = None) -> None:
        """Predict the margins of Sobol designs in every space, or again in those of some systems.

        A space where nothing can be built is logged and left.
        """
        chosen = [(n, s) for n, s in enumerate(self.spaces) if systems is None or s.system in systems]
        self.territories = [t for t in self.territories if systems is not None and t.space.system not in systems]
        for number, space in chosen:
            started = time.perf_counter()
            self.progress(f"predicting {space.key}", number, len(self.spaces))
            x = space.sobol(POOL, self.seed + 101 * number)
            found = measure([space.design(u) for u in x], self.asks, self.targets, self.predictor, self.builder)
            built = ~(found.margins == CANNOT).all(1) if len(self.targets) else np.ones(len(x), dtype=bool)
            lost = self.loss(found.margins, np.zeros(len(self.targets)), self.musts)
            kept = int((lost <= 0).sum())
            if built.any():
                margins = found.margins[built]
                sure = SIGMAS * self._sigma(space, x[built][:48], margins[:48])
                wanted = needs(self.targets, found)
                wanted[self.lives] = np.minimum(wanted[self.lives], LIFE_ROOM)
                self.territories.append(Territory(space, x[built], margins, wanted + sure, sure,
                                                  np.flatnonzero(steerable(margins))))
            note = (f"{int(built.sum())} can be built; kept: predicted to keep every must"
                    + (f"; the nearest misses by {100 * lost.min():.3g} % in sum" if not kept else ""))
            self._note(space, "survey", POOL, kept, started, note + self._given(found.margins[built]))

    def nearest_systems(self, count: int) -> list[str]:
        """The systems whose best predicted design misses the musts least, the nearest first."""
        best: dict[str, float] = {}
        for t in self.territories:
            loss = float(self.loss(t.margins, np.zeros(len(self.targets)), self.musts).min())
            best[t.space.system] = min(loss, best.get(t.space.system, np.inf))
        return sorted(best, key=lambda system: (best[system], system))[:count]

    def _given(self, margins: np.ndarray) -> str:
        """The musts that no design of a space can keep because they do not depend on the design, in words."""
        lost = [t.requirement for t, c, s in zip(self.targets, margins.T, steerable(margins), strict=True)
                if not s and len(c) and c[0] < 0 and t.requirement.priority == "must"]
        return "".join(f"; {r.metric} ({r.id}) is missed by every design of this system" for r in lost)

    def _sigma(self, space: DesignSpace, x: np.ndarray, at: np.ndarray) -> np.ndarray:
        """One sigma (n_targets,) of the predicted margins, from predictions shifted by one sigma each way."""
        designs = [space.design(u) for u in x]
        shifts = []
        for sign in (-1.0, 1.0):
            shifted = SurrogateSimulator(self.predictor.models, sigmas=sign)
            there = measure(designs, self.asks, self.targets, shifted, self.builder).margins
            shifts.append(np.abs(there - at))
        columns = np.maximum(*shifts).T
        return np.array([np.median(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in columns])

    def run_round(self, number: int, missing: int) -> int:
        """One round; returns how many designs were simulated."""
        proposals: list[Proposal] = []
        active = [t for t in self.territories if t.promising]
        for territory in active:
            proposals += self._propose(territory, number)
        chosen = self._choose(proposals, max(4, round(SPARE * missing)))
        if not chosen:
            return 0
        started = time.perf_counter()
        self.progress(f"simulating round {number}", number - 1, 3)
        self.simulate(chosen, number)
        for territory in active:
            mine = [t for t in self.tried if t.round == number and t.space == territory.space.key]
            self._note(territory.space, f"round {number}: simulate", len(mine), sum(t.verdict.meets for t in mine),
                       started, _gap(mine))
        self.learn(number)
        return len(chosen)

    def simulate(self, chosen: Sequence[Proposal], number: int) -> None:
        """Simulate proposals and judge them, by their life too where the musts ask for one."""
        found = measure([p.design for p in chosen], self.asks, self.targets, self.simulator, self.builder, self.origin)
        for p, measured, row in zip(chosen, found.margins, found.figures, strict=True):
            space = p.territory.space
            margins = np.where(self.lives, p.expected, measured)  # until it is aged
            figures = tuple(f for a, f in zip(self.asks, row, strict=True) if not isinstance(a.protocol, AGEING))
            self.tried.append(Tried(p.design, space.key, p.vector, margins, p.expected, figures, p.predicted,
                                    judged(self.requirements, figures), self.place(space, p.design, p.vector), number))
        self._scout(number)

    def _scout(self, number: int) -> None:
        """Judge what was simulated by its life too, where the musts ask for one."""
        if self.scout is None:
            return
        self.progress(f"ageing after round {number}", number - 1, 3)
        known = len(self.scout.log)
        self.tried = self.scout.judge(self.tried, number)
        self.log += self.scout.log[known:]
        for tried in self.tried:
            self._take_life(tried, self.scout)

    def _take_life(self, tried: Tried, scout: LifeScout) -> None:
        """The margins of an aged design's life, in place."""
        figures = scout.aged.get(tried.design.id, ())
        for k in np.flatnonzero(self.lives) if figures else ():
            target = self.targets[k]
            margin = margin_of(target.requirement, figures[scout.asks.index(self.asks[target.ask])])
            if np.isfinite(margin):
                tried.margins[k] = margin

    def _propose(self, territory: Territory, number: int) -> list[Proposal]:
        """Refined designs of one space with their margins as the areal models and the build-up give them."""
        started = time.perf_counter()
        space = territory.space
        self.progress(f"refining {space.key}", number - 1, 3)
        if self._hopeless(territory):
            lost = self.loss(territory.margins, np.zeros(len(self.targets)), self.musts)
            proposals = self.proposals(territory, territory.x[np.argsort(lost, kind="stable")[:2 * FOR_THE_RECORD]])
            self._note(space, f"round {number}: refine", 0, 0, started,
                       f"not refined: the nearest of the survey misses by {100 * lost.min():.3g} % in sum, another "
                       "space's by far less; it is simulated for the record")
            return proposals
        if territory.model is None:
            self._teach(territory)
        proposals = []
        for _ in range(PASSES):
            here = self.proposals(territory, self._refined(territory, number))
            proposals += here
            if sum(p.least_loss <= 0 for p in here) >= STARTS // 2:
                break
            self.correct(territory, np.array([p.vector for p in here]), np.array([p.expected for p in here]))
        self._note(space, f"round {number}: refine", len(proposals), sum(p.least_loss <= 0 for p in proposals), started,
                   "kept: predicted to keep every must that depends on the design; "
                   f"{sum(p.loss <= 0 for p in proposals)} of them with the whole margin; "
                   f"{sum(p.extrapolated for p in proposals)} predicted from outside the labels' ranges")
        return proposals

    def _hopeless(self, territory: Territory) -> bool:
        least = {t.space.key: float(self.loss(t.margins, np.zeros(len(self.targets)), self.musts).min())
                 for t in self.territories}
        mine = least[territory.space.key]
        return mine > HOPELESS and mine > min(least.values()) + BEHIND

    def proposals(self, territory: Territory, x: np.ndarray) -> list[Proposal]:
        """The designs at x (n, n_variables) of a space as the areal models and the build-up predict them."""
        designs = [territory.space.design(u) for u in x]
        found = measure(designs, self.asks, self.targets, self.predictor, self.builder, self.origin)
        territory.x = np.concatenate([territory.x, x])
        territory.margins = np.concatenate([territory.margins, found.margins])
        columns = np.intersect1d(territory.columns, self.musts)
        loss = self.loss(found.margins, territory.need, columns)
        least = self.loss(found.margins, territory.least, columns)
        rows = zip(x, loss.tolist(), least.tolist(), found.margins, found.figures, designs, strict=True)
        return [Proposal(territory, *row) for row in rows]

    def correct(self, territory: Territory, x: np.ndarray, margins: np.ndarray) -> None:
        """Teach a space's gradient model the margins (n, n_targets) found at x."""
        if territory.model is not None and len(x):
            y = softened(np.nan_to_num(margins, nan=CANNOT))[:, territory.columns]
            territory.model = extended(territory.model, x, y)

    def _refined(self, territory: Territory, number: int) -> np.ndarray:
        """Points (n, n_variables) from many starts; the gradient model's own error is part of the margin wanted."""
        model = territory.model
        if model is None:
            return self._best_known(territory)
        columns = territory.columns
        error = np.array([model.errors[n] for n in model.names])
        need, least = softened(territory.need[columns]) + error, softened(territory.least[columns]) + error
        weight = self.weight[columns]

        predicted = predicted_margins(model)
        starts = self._starts(territory, number, predicted, need)
        only_musts = np.where(np.isin(columns, self.musts), weight, 0.0)
        if number > 1 and not any(t.verdict.meets for t in self.tried):
            # Nothing met so far: a third of the starts go for the bounds themselves, which gives the nearest designs.
            one = refine(predicted, starts[::3], np.zeros(len(need)), only_musts, sum_of_violations=True)
        else:
            one = refine(predicted, starts[::3], need, weight)
        # Wishes or whole margins out of reach draw every start to one corner: the others ask for less.
        two, three = (refine(predicted, starts[i::3], n, only_musts) for i, n in ((1, need), (2, least)))
        return np.concatenate([one.x, two.x, three.x])

    def _best_known(self, territory: Territory) -> np.ndarray:
        """The points (n, n_variables) of a space that are predicted to fall least below the margins wanted."""
        order = np.argsort(self.loss(territory.margins, territory.need, territory.columns), kind="stable")
        return np.asarray(territory.x[order[: STARTS // 2]])

    def _starts(self, territory: Territory, number: int, predicted: Margins, need: np.ndarray) -> np.ndarray:
        """Where refinement starts (n, n_variables): the best known points, and the best of a fresh screen."""
        best = self._best_known(territory)
        sobol = territory.space.sobol(SCREEN, self.seed + 7919 * number)
        return np.concatenate([best, screen(predicted, sobol, need, self.weight[territory.columns],
                                            STARTS - len(best))])

    def _teach(self, territory: Territory) -> None:
        """A differentiable model of the margins over the space; constant or unanswered targets have no head."""
        if not len(territory.columns):
            return
        y = softened(np.nan_to_num(territory.margins[:, territory.columns], nan=CANNOT))
        names = [f"m{k}" for k in territory.columns]
        territory.model = fit_outcomes(territory.x, y, names, self.seed, method="mlp", linear=True, steps=TEACH_STEPS,
                                       device=self.device)

    def _choose(self, proposals: Sequence[Proposal], count: int) -> list[Proposal]:
        """A diverse pick over all spaces: the promising ones share `count`, each other one gets two for the record."""
        done = {t.design for t in self.tried}
        by_space: dict[str, list[Proposal]] = {}
        for p in sorted((p for p in proposals if p.design not in done), key=lambda p: (p.least_loss, p.loss)):
            by_space.setdefault(p.territory.space.key, []).append(p)
        good = {key: [p for p in members if p.least_loss <= 0] for key, members in by_space.items()}
        served = {t.space for t in self.tried if t.verdict.meets}
        rich = [key for key in by_space if good[key] or key in served]
        # Nothing promises to serve: the nearest spaces share the round.
        rich = rich or sorted(by_space, key=lambda key: by_space[key][0].least_loss)[:NEAREST]
        share = -(-count // max(len(rich), 1))
        taken = [t.place for t in self.tried if t.verdict.meets]
        chosen: list[Proposal] = []
        for key, members in by_space.items():
            quota = share if key in rich else FOR_THE_RECORD
            known = [p for p in good[key] if not p.extrapolated]
            serving = known if len(known) >= quota else good[key]
            best = [p for p in serving if p.loss <= 0]
            pool = best if len(best) >= 2 * quota else serving
            pool = pool if len(pool) >= quota else members[: max(len(pool), 2 * quota)]
            places = [self.place(p.territory.space, p.design, p.vector) for p in pool]
            chosen += [pool[i] for i in pick(places, quota, [-p.loss for p in pool], taken)]
        return chosen

    def learn(self, number: int) -> None:
        """Teach the areal models and the gradient models what the simulator said in this round."""
        self.predictor.learn(self.simulator.known)
        for recorder in (self.scout.simulator, self.scout.cheaply) if self.scout else ():
            if recorder is not None:
                self.predictor.learn(recorder.known)
        for territory in self.territories:
            mine = [t for t in self.tried if t.space == territory.space.key and t.round == number]
            if mine:
                self.correct(territory, np.array([t.vector for t in mine]), np.array([t.margins for t in mine]))
                self._trust(territory, mine)
            self._judge_space(territory, number)

    def _trust(self, territory: Territory, mine: Sequence[Tried]) -> None:
        """Ask for less reserve where predictions proved better than feared, and for more where they proved worse.

        The reserve of each target moves towards twice the largest error seen, by a factor of three a round at most.
        """
        gaps = np.abs(np.array([t.margins - t.expected for t in mine]))
        for k in range(len(self.targets)):
            aged = gaps[:, k] != 0 if self.lives[k] else True
            seen = gaps[np.isfinite(gaps[:, k]) & aged, k]
            if len(seen) >= TRUST_ROWS:
                old = territory.least[k]
                new = float(np.clip(2 * seen.max() + 0.001, old / 3, max(3 * old, 0.01)))
                territory.need[k] += new - old
                territory.least[k] = new

    def _judge_space(self, territory: Territory, number: int) -> None:
        """A space that stays far from feasible while another one keeps every must is not searched again."""
        mine = [t for t in self.tried if t.space == territory.space.key]
        others = any(t.verdict.meets for t in self.tried)
        if mine and others and not any(t.verdict.meets for t in mine):
            before = min((t.verdict.violation for t in mine if t.round < number), default=np.inf)
            after = min(t.verdict.violation for t in mine)
            territory.promising = after < min(FAR, (1 - STALLED) * before)

    def place(self, space: DesignSpace, design: CellDesign, vector: np.ndarray) -> Place:
        """Where a design stands, for diversity; windings have no layer count."""
        layers = None if space.kind == "cylindrical" else self.builder(design).layers
        return Place(design.id, space.system, space.kind, layers, tuple(v.name for v in space.variables), vector)

    def meeting(self) -> list[Tried]:
        """Simulated designs that keep every evaluated must and are distinct from one another, first found first."""
        good = [t for t in self.tried if t.verdict.meets]
        return [good[i] for i in distinct([t.place for t in good])]

    def loss(self, margins: np.ndarray, need: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Weighted shortfall (n,) below the margin wanted in some columns; one unanswered counts as missed in full."""
        margins = margins[:, columns]
        missing = np.isnan(margins) & ~np.isnan(margins).all(0)
        short = np.where(missing, 1.0, np.nan_to_num(np.clip(need[columns] - margins, 0, 1)))
        return np.asarray((short * self.weight[columns]).sum(1))

    def _note(self, space: DesignSpace, step: str, count: int, kept: int, started: float, note: str) -> None:
        self.log.append(self.step(space, step, count, kept, started, note))

    def step(self, space: DesignSpace, step: str, count: int, kept: int, started: float, note: str) -> SearchStep:
        """One line of the log; `started` is the clock's reading when the step began."""
        return SearchStep(system=space.system, format=space.kind, step=step, count=count, kept=kept,
                          wall_s=time.perf_counter() - started, note=note)


def predicted_margins(model: Surrogate) -> Margins:
    """The softened margins (n, n_columns) of a space's gradient model at points (n, n_variables)."""
    import torch

    def predicted(points: torch.Tensor) -> torch.Tensor:
        values, _ = model.predict(points)
        return torch.stack([values[n] for n in model.names], dim=1)

    return predicted


def _gap(tried: Sequence[Tried]) -> str:
    if not tried:
        return "nothing picked here"
    least = min(t.verdict.violation for t in tried)
    return "kept: keep every evaluated must" if least <= 0 else f"least sum of relative violations {least:.3g}"
