"""The front beside other optimisers at an equal number of simulated designs, against a front found by brute force.

A problem is a requirement set with named objectives. Every method asks the same batched DFN about designs of the same
spaces; what it found after 80 and 160 designs is one number: the hypervolume over that of the brute-force front.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evals.held_back import ASKED, _entry, requirements_of
from evals.suites import CASES
from knowledge.requirement import Requirement
from tools.generate.space import spaces_for
from tools.optimise.features import features_for
from tools.optimise.forward import Builder, canonical, needed_tables
from tools.optimise.front import FindFront, front, rounds
from tools.optimise.front_rounds import FrontSearch
from tools.optimise.hypervolume import hypervolume, non_dominated
from tools.optimise.objectives import named
from tools.optimise.prediction import AreaModel, Recorder, SurrogateSimulator, heads_of
from tools.optimise.search import buildable_designs, steering_asks
from tools.optimise.surrogate import MIN_ROWS, fit_outcomes
from tools.simulate.point import Simulator
from tools.tool import Context, silent

FOLDER = CASES / "optimisation"
BUDGETS = (80, 160)
OURS = ("this front", "this front from nothing")
LEAST_VIOLATION = 1e-9


@dataclass(frozen=True)
class Problem:
    """Systems in one format and size, objectives by metric, and musts as (metric, bound)."""

    name: str
    systems: tuple[str, ...]
    kind: str
    size: tuple[float, ...]
    objectives: tuple[str, ...]
    musts: tuple[tuple[str, float], ...] = ()

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The size and the musts as musts; the objectives as wishes that every design keeps."""
        axes = {"cylindrical": ("diameter", "height")}.get(self.kind, ("width", "thickness", "height"))
        entries: list[dict[str, Any]] = [_entry("format", "in", [self.kind], None)]
        entries += [_entry(a, "tolerance", [v, 0.2, 0.2], "mm") for a, v in zip(axes, self.size, strict=True)]
        entries += [_entry(m, ASKED[m][0], bound, ASKED[m][1], ASKED[m][2]) for m, bound in self.musts]
        must = requirements_of(entries)
        wishes = [m for m in self.objectives if m != "cost" and m not in {n for n, _ in self.musts}]
        blank = [_entry(m, ASKED[m][0], 1.0 if ASKED[m][0] == ">=" else 1e6, ASKED[m][1], ASKED[m][2]) for m in wishes]
        more = [r.model_copy(update={"id": f"W{n}", "priority": "should"})
                for n, r in enumerate(requirements_of(blank), 1)]
        return (*must, *more)


PROBLEMS = {p.name: p for p in (
    Problem("NCA pouch", ("nca_graphite",), "pouch", (90.0, 10.0, 200.0), ("specific_energy", "fast_charge_time")),
    Problem("LFP prismatic", ("lfp_graphite",), "prismatic", (174.0, 71.7, 204.6),
            ("energy_density", "discharge_power_pulse", "cost")),
    Problem("mixed 21700", ("nmc811_graphite_siox", "nmc532_graphite", "lfp_graphite"), "cylindrical", (21.1, 70.1),
            ("specific_energy", "dcir", "cost"), (("rate_capability", 90.0),)),
)}


@dataclass
class Lab:
    """Simulates designs of a problem by unit vectors and counts them; the last gene of a mixed vector is the space."""

    problem: Problem
    simulator: Simulator
    values: list[np.ndarray] = field(default_factory=list)      # (m,) a design, in order
    violation: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        wanted = self.problem.requirements
        spaces = spaces_for(wanted, self.problem.systems, (self.problem.kind,))
        self.run = FrontSearch(wanted, steering_asks(wanted), spaces, Recorder(self.simulator), SurrogateSimulator({}),
                               Builder(costed=True), 0, silent)
        self.run.wanted = named(self.run.targets, self.problem.objectives)
        self.genes = max(len(s.variables) for s in spaces)

    @property
    def dimensions(self) -> int:
        """Length of a mixed vector."""
        return self.genes + (len(self.run.spaces) > 1)

    def ask(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Objectives (n, m), less is better, and worst violations (n,) of mixed vectors (n, dimensions)."""
        several = len(self.run.spaces)
        places = np.minimum((x[:, -1] * several).astype(int), several - 1) if several > 1 else np.zeros(len(x), int)
        designs = [self.run.spaces[p].design(u[: len(self.run.spaces[p].variables)])
                   for p, u in zip(places, x, strict=True)]
        seen = self.run.evaluated(designs, self.run.simulator)
        lost = ~np.isfinite(seen.values).all(1)
        short = np.where(lost, 1.0, self.run.short(seen.margins))
        worst = np.nanmax(np.where(np.isfinite(seen.values), seen.values, np.nan), axis=0, initial=0.0)
        values = np.where(np.isfinite(seen.values), seen.values, worst)
        self.values += list(values)
        self.violation += [float(v) for v in short]
        return values, short

    def found(self, budget: int) -> np.ndarray:
        """Objectives (n, m) of the able designs among the first so many."""
        values, short = np.array(self.values[:budget]), np.array(self.violation[:budget])
        return np.asarray(values[short <= LEAST_VIOLATION])


Method = Callable[[Lab, int, int, Context], None]


def at_random(lab: Lab, budget: int, seed: int, _context: Context) -> None:
    """Uniform random designs."""
    lab.ask(np.random.default_rng(seed).random((budget, lab.dimensions)))


def near_the_best(lab: Lab, budget: int, seed: int, _context: Context) -> None:
    """A quarter at random, then small steps from designs of the front found so far."""
    draw = np.random.default_rng(seed)
    x = draw.random((budget // 4, lab.dimensions))
    values, short = lab.ask(x)
    while len(x) < budget:
        able = np.flatnonzero(short <= 0) if (short <= 0).any() else np.argsort(short)[:4]
        front = able[non_dominated(values[able])]
        count = min(8, budget - len(x))
        fresh = np.clip(x[draw.choice(front, count)] + 0.1 * draw.standard_normal((count, x.shape[1])), 0, 1)
        more, worse = lab.ask(fresh)
        x, values, short = np.concatenate([x, fresh]), np.concatenate([values, more]), np.append(short, worse)


def pymoo_nsga2(lab: Lab, budget: int, seed: int, _context: Context) -> None:
    """pymoo's NSGA-II with its defaults and a population of 20."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem as PymooProblem
    from pymoo.optimize import minimize

    m = len(lab.problem.objectives)

    class Asked(PymooProblem):  # type: ignore[misc, unused-ignore]
        """The lab as pymoo wants it."""

        def __init__(self) -> None:
            super().__init__(n_var=lab.dimensions, n_obj=m, n_ieq_constr=1, xl=0.0, xu=1.0)

        def _evaluate(self, x: np.ndarray, out: dict[str, Any], *_args: Any, **_more: Any) -> None:
            out["F"], short = lab.ask(x)
            out["G"] = short[:, None]

    minimize(Asked(), NSGA2(pop_size=20), ("n_eval", budget), seed=seed + 1, verbose=False)


def cold_botorch(lab: Lab, budget: int, seed: int, _context: Context) -> None:
    """Cold constrained qLogNEHVI: 2 (d + 1) random designs, then eight at a time."""
    from tools.optimise.acquisition import propose
    from tools.optimise.front_rounds import corners

    draw = np.random.default_rng(seed)
    x = draw.random((2 * (lab.dimensions + 1), lab.dimensions))
    values, short = lab.ask(x)
    while len(x) < budget:
        able = values[short <= 0] if (short <= 0).any() else values
        _, reference = corners(able)
        fresh = propose(x, values, short, reference, min(8, budget - len(x)), seed + len(x))
        more, worse = lab.ask(fresh)
        x, values, short = np.concatenate([x, fresh]), np.concatenate([values, more]), np.append(short, worse)


def this_front(lab: Lab, budget: int, seed: int, context: Context) -> None:
    """The front tool on a filled database; the labels there serve every document and are not counted."""
    problem = lab.problem
    found = front(FindFront(requirements=problem.requirements, systems=problem.systems, formats=(problem.kind,),
                            objectives=problem.objectives, simulations=budget, labels=96),
                  Context(home=context.home, seed=seed, workers=context.workers), lab.simulator)
    sign = np.array([-1.0 if o.better == "more" else 1.0 for o in found.objectives])
    for point in sorted(found.points, key=lambda p: p.round):
        lab.values.append(np.array(point.values) * sign)
        lab.violation.append(0.0 if point.keeps else 1.0)


def this_front_cold(lab: Lab, budget: int, seed: int, _context: Context) -> None:
    """The same rounds without a database: models learn from the least number of random designs, all counted."""
    run = lab.run
    run.seed = seed
    draw = np.random.default_rng(seed)
    first = [(g, draw.random(len(s.variables))) for g, s in enumerate(run.spaces) for _ in range(MIN_ROWS)]
    designs = [run.spaces[g].design(u) for g, u in first]
    run.evaluated(designs, run.simulator)
    dry = buildable_designs(run.spaces, run.builder, seed)
    for table in needed_tables([d for row in dry.values() for d in row], run.asks, run.builder):
        space = next(s.electrodes for s in run.spaces if s.system == table.system)
        protocol = canonical(table.protocol, space)
        features, heads = features_for(space, protocol, table.rates_C), heads_of(protocol)
        rows = [(features.of(p), [o.values[h] for h in heads])
                for p, o in run.simulator.known.get(table.protocol, {}).items()
                if p.pair.system == table.system and set(heads) <= set(o.values)]
        fitted = fit_outcomes(np.array([x for x, _ in rows]), np.array([y for _, y in rows]), heads, method="gp")
        run.predictor.models[table.system, table.protocol] = AreaModel(protocol, features, fitted, None)
    run.survey(lab.problem.objectives)
    run.simulate(first, 0)
    rounds(run, budget - len(first))
    for t in run.tested:
        lab.values.append(t.values)
        lab.violation.append(0.0 if t.able else 1.0)


METHODS: dict[str, tuple[Method, int]] = {
    "random": (at_random, 160), "random and best": (near_the_best, 160), "pymoo NSGA-II": (pymoo_nsga2, 160),
    "cold qLogNEHVI": (cold_botorch, 80), "this front from nothing": (this_front_cold, 160),
    "this front": (this_front, 160),
}


@dataclass(frozen=True)
class Trace:
    """One run of a method: objectives (n, m) and violations (n,) of its designs in order, and its CPU seconds."""

    method: str
    seed: int
    values: np.ndarray
    violation: np.ndarray
    cpu_s: float


@dataclass(frozen=True)
class Compared:
    """Relative hypervolumes of one problem: method → budget → one value a seed; and CPU seconds of each run."""

    problem: str
    volumes: dict[str, dict[int, list[float]]]
    cpu_s: dict[str, list[float]]
    absent: tuple[str, ...] = ()


def absent_methods() -> tuple[str, ...]:
    """The methods whose package is not installed."""
    from importlib.util import find_spec

    return () if find_spec("pymoo") else ("pymoo NSGA-II",)


def traces(name: str, seeds: Sequence[int], methods: Sequence[str], home: Path) -> Iterator[Trace]:
    """Run methods on a problem; the database under `home` is filled before the clock of the first run starts."""
    from tools.simulate.pool import search_simulator

    problem, context = PROBLEMS[name], Context(home=home, workers=1)
    simulator = search_simulator(context)
    if seeds and "this front" in methods:
        this_front(Lab(problem, simulator), 8, 0, context)
    for method in methods:
        function, budget = METHODS[method]
        for seed in seeds:
            lab, clock = Lab(problem, simulator), time.process_time()
            function(lab, budget, seed, context)
            yield Trace(method, seed, np.array(lab.values)[:budget], np.array(lab.violation)[:budget],
                        round(time.process_time() - clock, 2))


def scored(name: str, runs: Iterable[Trace]) -> Compared:
    """The hypervolumes of runs over that of the brute-force front."""
    edge, reference = reference_of(PROBLEMS[name])
    whole = hypervolume(edge, reference)
    volumes: dict[str, dict[int, list[float]]] = {}
    cpu: dict[str, list[float]] = {}
    for run in runs:
        cpu.setdefault(run.method, []).append(run.cpu_s)
        for b in (b for b in BUDGETS if b <= METHODS[run.method][1]):
            able = run.values[:b][run.violation[:b] <= LEAST_VIOLATION]
            volumes.setdefault(run.method, {}).setdefault(b, []).append(
                round(hypervolume(able, reference) / whole, 4))
    return Compared(name, volumes, cpu, absent_methods())


def reference_of(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """The brute-force front (n, m), less is better, and the reference point (m,)."""
    stored = json.loads((FOLDER / f"{problem.name.replace(' ', '_')}.json").read_text(encoding="utf-8"))
    return np.array(stored["front"]), np.array(stored["reference"])


def compare(name: str, seeds: Sequence[int]) -> Compared:
    """Every method on a problem in a database of its own; pymoo is left out and named where it is not installed."""
    with tempfile.TemporaryDirectory(prefix="cellwright-front-") as folder:
        methods = [m for m in METHODS if m not in absent_methods()]
        return scored(name, traces(name, seeds, methods, Path(folder)))
