"""The front tool: requirements and what the search found → the best compromises, every one of them simulated."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic import Field

from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.front import Front, FrontPoint
from knowledge.frozen import Frozen
from knowledge.house import CostBasis, HouseProfile
from knowledge.offer import BuildUp
from knowledge.requirement import Requirement
from tools.failures import BadInput, Infeasible
from tools.generate.space import spaces_for
from tools.optimise.acquisition import propose
from tools.optimise.database import Database
from tools.optimise.device import one_thread
from tools.optimise.forward import TABLES, Builder, forward_models, needed_tables
from tools.optimise.front_rounds import BEYOND, FrontSearch, Tested, corners
from tools.optimise.hypervolume import hypervolume, non_dominated
from tools.optimise.life import ageing_asks
from tools.optimise.objectives import FAMILIES, energy_ask
from tools.optimise.prediction import LivesApart, Recorder, SurrogateSimulator
from tools.optimise.search import buildable_designs, life_models, steering_asks
from tools.run import run_key
from tools.simulate.cost import priced
from tools.simulate.point import AgesCheaply, Simulator
from tools.tool import Context, tool

EACH = 16            # designs simulated in a round
LEAST_FOR_BOTORCH = 24
EXAMPLE = {
    "requirements": [{"id": "R01", "metric": "fast_charge_time", "comparator": "<=", "value": 30.0, "unit": "min",
                      "conditions": {"soc_from_pct": 10.0, "soc_to_pct": 80.0},
                      "source": {"document": "example", "quote": "10 to 80 % in 30 min"}}],
    "systems": ["nmc811_graphite_siox"], "formats": ["pouch"], "simulations": 32, "labels": 96,
}


class KnownDesign(Frozen):
    """A design that the search has simulated, with the figures of its ageing run where it was aged."""

    design: CellDesign
    space: str
    life: tuple[Figure, ...] = ()


class FindFront(Frozen):
    """What is asked, where to look, and what the search has found there."""

    requirements: tuple[Requirement, ...]
    systems: tuple[str, ...] = Field(min_length=1, description="keys of electrochemical systems")
    formats: tuple[str, ...] = Field(min_length=1, description="cylindrical, prismatic, pouch")
    spaces: tuple[str, ...] = Field(default=(), description="keys of the spaces to look in; none: all")
    known: tuple[KnownDesign, ...] = Field(default=(), max_length=400)
    feasible: bool = Field(default=True, description="some known design keeps every must; else musts that are "
                           "objectives do not bind")
    missed: tuple[str, ...] = Field(default=(), description="ids of musts that no known design keeps: objectives first")
    objectives: tuple[str, ...] = Field(default=(), max_length=4, description="metrics; none: chosen from the document")
    simulations: int = Field(default=64, ge=8, le=2000, description="designs simulated beyond the known ones")
    acquired: int = Field(default=0, ge=0, le=64, description="of these, proposed by BoTorch in a last round: slow, "
                          "for where one simulation is dear")
    labels: int = Field(default=320, ge=32, le=20000, description="database labels per system and protocol")
    time_limit_s: float | None = Field(default=None, gt=0, description="no new round begins after this time [s]")
    house: HouseProfile | None = Field(default=None, description="a maker's own limits; none: the public default")


@dataclass
class PricedBuilder(Builder):
    """Build-ups with their cost by a maker's own prices, where there are any."""

    costs: CostBasis | None = None
    own: dict[CellDesign, BuildUp] = field(default_factory=dict)

    def __call__(self, design: CellDesign) -> BuildUp:
        """The build-up of a design.

        Raises:
            ToolFailure: the design cannot be built.
        """
        if design not in self.own:
            self.own[design] = priced(super().__call__(design), self.costs)
        return self.own[design]


@tool(stage="designs", version="6", backends=("torch", "botorch", "pybamm", "numba"), example=EXAMPLE)
def find_front(request: FindFront, context: Context) -> Front:
    """Find the best compromises between what the document cares about, every design of the front simulated.

    Rounds of NSGA-II on the engine's predictions, each followed by a simulation of what gains most; where `acquired` is
    set, BoTorch (constrained qLogNEHVI, with the forward model as its prior mean) proposes last, in the richest space.

    Raises:
        tools.failures.BadInput: an unknown system, format or space, or fewer than two objectives.
        tools.failures.Infeasible: no space has a design that can be built.
        tools.failures.StoreBroken: the simulator database is damaged.
    """
    from tools.simulate.pool import search_simulator

    key = run_key(find_front, request.model_dump(mode="json"), context.seed)
    return front(request, context, search_simulator(context), key)


@one_thread()
def front(request: FindFront, context: Context, simulator: Simulator, origin: str = "") -> Front:
    """The front with a given simulator; see `find_front`."""
    begun = time.perf_counter()
    run = _prepared(request, context, simulator, origin)
    if len(run.wanted) < 2:
        raise BadInput("requirements: fewer than two numbers that a model answers differ between designs, so there is "
                       "no compromise to look for")
    if not run.grounds:
        raise BadInput("objectives: no system and format answers all of " + ", ".join(
            w.objective.metric for w in run.wanted) + ", so there is no compromise to look for")
    if not request.feasible:
        run.release()
    at = {ground.space.key: g for g, ground in enumerate(run.grounds)}
    known = [(at[k.space], run.grounds[at[k.space]].space.vector(k.design)) for k in request.known if k.space in at]
    for half in (known[::2], known[1::2]):  # the reserve of the first round is the error on the second half
        if half:
            run.simulate(half, 0)
    end = None if request.time_limit_s is None else begun + request.time_limit_s
    stopped = rounds(run, request.simulations, end, request.acquired)
    return _result(run, stopped)


def rounds(run: FrontSearch, simulations: int, end: float | None = None, acquired: int = 0) -> bool:
    """Rounds until so many designs are simulated or none promises a gain; whether the time limit stopped them.

    Args:
        end: clock reading after which no round begins.
        acquired: of the simulations, how many BoTorch proposes in a last round.
    """
    left, number = simulations - acquired, 1
    while left > 0:
        if end is not None and time.perf_counter() > end:
            return True
        chosen = run.propose(number, min(EACH, left))
        if not chosen:
            break
        run.simulate(chosen, number)
        left, number = left - len(chosen), number + 1
    if acquired and (chosen := _acquired(run, acquired)):
        run.simulate(chosen, number)
    return False


def _prepared(request: FindFront, context: Context, simulator: Simulator, origin: str) -> FrontSearch:
    """The search with its forward models and its survey."""
    asks, life = steering_asks(request.requirements), ageing_asks(request.requirements)
    extra: tuple[Requirement, ...] = ()
    if not {a.metric for a in asks} & set(FAMILIES["energy"][:4]):
        wish, ask = energy_ask()
        extra, asks = (wish,), (*asks, ask)
    spaces = spaces_for(request.requirements, request.systems, request.formats, request.house)
    unknown = sorted(set(request.spaces) - {s.key for s in spaces})
    if unknown:
        raise BadInput(f"spaces: there is no space {unknown[0]!r}; there are {', '.join(s.key for s in spaces)}")
    # The same dry run as the search's, so that its tables and fits are found again.
    builder = PricedBuilder(costed=True, costs=request.house.costs if request.house else None)
    dry = buildable_designs(spaces, builder, context.seed)
    needed = needed_tables([d for designs in dry.values() for d in designs], asks, builder)
    spaces = tuple(s for s in spaces if s.key in dry and (not request.spaces or s.key in request.spaces))
    if not spaces:
        raise Infeasible("no design can be built in any of the systems and formats: there is no front")
    here = {s.system for s in spaces}
    database = Database(context.home / "database", simulator)
    models, _, log = forward_models(spaces, [n for n in needed if n.system in here], database, request.labels,
                                    context.progress, first_only=len(needed) > TABLES)
    alone = simulator.alone() if isinstance(simulator, AgesCheaply) else None
    _, (lives, _, more) = life_models(life, alone, spaces, {s.key: dry[s.key] for s in spaces}, builder, context)
    run = FrontSearch(request.requirements, (*asks, *life), spaces, Recorder(LivesApart(simulator, alone)),
                      SurrogateSimulator({**models, **lives}), builder, context.seed, context.progress, origin, extra,
                      life, [(k.design, k.life) for k in request.known if k.life], log=[*log, *more])
    run.survey(request.objectives, request.missed)
    return run


def _acquired(run: FrontSearch, count: int) -> list[tuple[int, np.ndarray]]:
    """What BoTorch proposes in the space with the most designs on the front; none where too few are simulated."""
    started = time.perf_counter()
    able = [t for t in run.tested if t.able]
    on_front = [t for t, keep in zip(able, non_dominated(np.array([t.values for t in able]).reshape(
        len(able), len(run.wanted))), strict=True) if keep]
    if not on_front:
        return []
    grounds = [t.ground for t in on_front]
    g = max(sorted(set(grounds)), key=grounds.count)
    mine = [t for t in run.tested if t.ground == g]
    if len(mine) < LEAST_FOR_BOTORCH or run.grounds[g].model is None:
        return []
    run.progress("front: acquisition", 0, count)
    values = np.array([t.values for t in mine])
    _, reference = corners(run.front_values())
    x = propose(np.array([t.vector for t in mine]), values, run.short(np.array([t.margins for t in mine])), reference,
                count, run.seed, lambda points: run.expected(g, points),
                np.array([t.vector for t in on_front if t.ground == g]))
    run.log.append(run.step(g, "front: acquisition", len(mine), len(x), started,
                            "qLogNEHVI with the forward model as prior mean, on the simulated designs of this space"))
    return [(g, u) for u in x]


def _result(run: FrontSearch, stopped: bool) -> Front:
    tested = run.tested
    pool = [t for t in tested if t.able] or tested
    keep = non_dominated(np.array([t.values for t in pool]).reshape(len(pool), len(run.wanted)))
    front_ids = {t.design.id for t, k in zip(pool, keep, strict=True) if k}
    sign = np.array([-1.0 if w.objective.better == "more" else 1.0 for w in run.wanted])
    unique = {t.design.id: t for t in tested}
    order = sorted(unique.values(), key=lambda t: (t.design.id not in front_ids, float(t.values[0]), t.design.id))
    points = tuple(_point(t, run, sign, t.design.id in front_ids) for t in order)
    note = f"{run.missing} simulated designs have no value of some objective and are left out" if run.missing else ""
    return Front(
        objectives=tuple(w.objective for w in run.wanted), points=points, released=tuple(sorted(run.released)),
        simulations=len(tested) + run.missing, gain=_gain(tested), log=tuple(run.log), stopped_by_time=stopped,
        note=note)


def _point(tested: Tested, run: FrontSearch, sign: np.ndarray, on_front: bool) -> FrontPoint:
    return FrontPoint(design=tested.design, space=run.grounds[tested.ground].space.key,
                      values=tuple(float(v) for v in tested.values * sign), keeps=tested.verdict.meets,
                      violation=tested.verdict.violation, on_front=on_front, round=tested.round,
                      figures=tested.figures if on_front else ())


def _gain(tested: Sequence[Tested]) -> float | None:
    """Volume of all able designs over that of the search's, from one point beyond the fronts of both."""
    able = np.array([t.values for t in tested if t.able])
    before = np.array([t.values for t in tested if t.able and t.round == 0])
    if not len(before):
        return None
    fronts = np.concatenate([rows[non_dominated(rows)] for rows in (able, before)])
    reference = fronts.max(0) + BEYOND * np.ptp(fronts, axis=0)
    span = hypervolume(before, reference)
    return hypervolume(able, reference) / span if span > 0 else None
