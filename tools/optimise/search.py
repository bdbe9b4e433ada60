"""The search tool: requirements → many different designs that keep them in a DFN, or the log of a failed search."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pydantic import Field

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.frozen import Frozen
from knowledge.house import HouseProfile
from knowledge.offer import Distance, RequirementPrice, SearchStep
from knowledge.protocol import AGEING, CycleAgeing, Protocol
from knowledge.requirement import Requirement
from tools.failures import BadInput, Infeasible
from tools.generate.space import DesignSpace, spaces_for
from tools.optimise.database import Database, Labels, snapshot_digest
from tools.optimise.device import one_thread, torch_device
from tools.optimise.diversity import distance, distinct, pick
from tools.optimise.forward import TABLES, Builder, forward_models, needed_tables
from tools.optimise.life import LifeScout, ageing_asks, foreseen
from tools.optimise.margins import targets_of
from tools.optimise.polish import polish
from tools.optimise.prediction import AreaModel, LivesApart, Recorder, SurrogateSimulator
from tools.optimise.prices import price_requirements
from tools.optimise.rounds import NEAREST, Search
from tools.optimise.trial import Tried
from tools.run import run_key
from tools.simulate.point import AgesCheaply, Simulator
from tools.tool import Context, tool

ROUNDS = 3
MORE_ROUNDS = 4       # where some designs meet and more are wanted
LIVES = 96            # labels of a life, per system and cycle
DRY_DESIGNS = 96      # designs of each space that tell which protocols and rates the asks lead to
EXAMPLE = {
    "requirements": [{"id": "R01", "metric": "specific_energy", "comparator": ">=", "value": 240.0, "unit": "Wh/kg",
                      "source": {"document": "example", "quote": "at least 240 Wh/kg"}}],
    "systems": ["nmc811_graphite_siox"], "formats": ["pouch"], "designs": 4, "simulations": 96,
}


class SearchDesigns(Frozen):
    """What is asked, and where to look."""

    requirements: tuple[Requirement, ...]
    asks: tuple[Ask, ...] = Field(default=(), description="empty derives them from the requirements")
    systems: tuple[str, ...] = Field(min_length=1, description="keys of electrochemical systems")
    formats: tuple[str, ...] = Field(min_length=1, description="cylindrical, prismatic, pouch")
    designs: int = Field(default=24, ge=1, le=200, description="distinct designs wanted")
    time_limit_s: float | None = Field(default=None, gt=0, description="no new round begins after this time [s]")
    simulations: int = Field(default=320, ge=32, le=20000, description="database labels per system and protocol")
    house: HouseProfile | None = Field(default=None, description="a maker's own limits; none: the public default")


class Candidate(Frozen):
    """A design worth verifying: what the surrogate expected, what the search-mesh DFN found, and how it differs."""

    design: CellDesign
    space: str
    vector: tuple[float, ...] = Field(description="place in its space, each variable from 0 to 1")
    predictions: tuple[Figure, ...]
    figures: tuple[Figure, ...]
    meets: bool = Field(description="keeps every evaluated must on the search mesh")
    violation: float = Field(description="sum of relative violations of the musts")
    distance: Distance


class Simulated(Frozen):
    """One design that the search has simulated on the search mesh."""

    design: CellDesign
    space: str
    figures: tuple[Figure, ...]
    meets: bool
    violation: float
    round: int


class SearchResult(Frozen):
    """Candidates, best first, with everything that was simulated and the log of the search."""

    candidates: tuple[Candidate, ...]
    simulated: tuple[Simulated, ...]
    log: tuple[SearchStep, ...]
    database_digest: str | None
    feasible_predicted: bool = Field(description="some design is predicted to keep every must")
    meeting: int = Field(description="distinct simulated designs that keep every evaluated must")
    simulations: int = Field(description="protocol runs beyond the database")
    labels_fresh: int = Field(description="database labels simulated by this search")
    stopped_by_time: bool = Field(default=False, description="the time limit ended it: another machine may find more")
    prices: tuple[RequirementPrice, ...] = Field(default=(), description="where no design keeps every must")
    exhausted: bool = Field(description="all rounds were spent without enough designs")


@tool(stage="candidates", version="10", backends=("torch", "botorch", "pybamm", "numba"), example=EXAMPLE)
def search_designs(request: SearchDesigns, context: Context) -> SearchResult:
    """Search systems and formats for many different cell designs that meet the requirements.

    Surrogates of areal DFN labels (a kept, growing database) times the exact build-up predict every requirement's
    margin; many starts are refined by gradients; a diverse pick is simulated, a few designs of each system are aged
    where a must asks for life; the models learn; up to three rounds.

    Raises:
        tools.failures.BadInput: an unknown system or format, or no requirement that a model can answer.
        tools.failures.Infeasible: no space has a design that can be built.
        tools.failures.StoreBroken: the simulator database is damaged.
    """
    from tools.simulate.pool import search_simulator

    key = run_key(search_designs, request.model_dump(mode="json"), context.seed)
    return search(request, context, search_simulator(context), key)


@one_thread()
def search(request: SearchDesigns, context: Context, simulator: Simulator, origin: str = "") -> SearchResult:
    """The search with a given simulator; see `search_designs`."""
    begun = time.perf_counter()
    asks = steering_asks(request.requirements, request.asks)
    unknown = sorted(set(request.formats) - {"cylindrical", "prismatic", "pouch"})
    if unknown:
        raise BadInput(f"formats: there is no format {unknown[0]!r}; there are cylindrical, prismatic and pouch")
    proof = _proof(request)
    spaces = spaces_for(request.requirements, request.systems, request.formats, request.house)
    builder, recorder = Builder(), Recorder(LivesApart(simulator))
    buildable = buildable_designs(spaces, builder, context.seed)
    if not buildable:
        raise Infeasible("no design can be built in any of the systems and formats: the outer dimensions leave no "
                         "room for electrodes")
    needed = needed_tables([d for designs in buildable.values() for d in designs], asks, builder)
    device, note = torch_device(context.device)
    if note:
        context.progress(note, 0, 1)
    database = Database(context.home / "database", simulator, device)
    spaces = tuple(s for s in spaces if s.key in buildable)
    many = len(needed) > TABLES
    models, labels, log = forward_models(spaces, needed, database, request.simulations, context.progress, many)
    alone = simulator.alone() if isinstance(simulator, AgesCheaply) else None
    cheaply = Recorder(alone) if alone else None
    scout = LifeScout(request.requirements, ageing_asks(request.requirements), Recorder(simulator), cheaply, origin)
    lives, of_life = life_models(scout.asks, alone, spaces, buildable, builder, context, device)
    models, labels, log = {**models, **of_life[0]}, [*labels, *of_life[1]], [*log, *of_life[2]]
    run = Search(request.requirements, (*asks, *lives), spaces, recorder, SurrogateSimulator(models), builder,
                 context.seed, context.progress, origin, scout, device, [*proof, *log])
    run.survey()
    if many:
        # Too many tables to label them all well: only those of the nearest systems get the full number.
        near = run.nearest_systems(NEAREST)
        better = [n for n in needed if n.system in near]
        models, more, log = forward_models(spaces, better, database, request.simulations, context.progress)
        run.predictor.models.update(models)
        labels += more
        run.log += log
        run.survey(near)
    stopped = False
    for number in range(1, MORE_ROUNDS + 1):
        stopped = request.time_limit_s is not None and time.perf_counter() - begun > request.time_limit_s
        missing = request.designs - len(run.meeting())
        # What is proved impossible is not looked for: one round gives the nearest designs.
        most = 1 if proof else ROUNDS
        enough = missing <= 0 or (number > most and not run.meeting())
        if enough or stopped or not run.run_round(number, missing):
            break
    if not (stopped or proof or run.meeting()) and polish(run, number + 1) and run.meeting():
        number += 2
        run.learn(number - 1)
        run.run_round(number, request.designs - len(run.meeting()))
    prices = () if stopped else price_requirements(run, number + 1)
    found = _result(run, request, labels, recorder).model_copy(update={"prices": prices})
    return found.model_copy(update={"stopped_by_time": stopped and found.exhausted})


def life_models(
    asks: Sequence[Ask], alone: Simulator | None, spaces: Sequence[DesignSpace],
    buildable: dict[str, list[CellDesign]], builder: Builder, context: Context, device: str = "cpu",
) -> tuple[tuple[Ask, ...], tuple[dict[tuple[str, Protocol], AreaModel], list[Labels], list[SearchStep]]]:
    """The asks of a life that the forward model foresees, with `forward_models` of them.

    Args:
        alone: what ages many designs cheaply; None where lives are dear: then there are no such models.
    """
    lives = foreseen(asks)
    if not lives or alone is None:
        return (), ({}, [], [])
    designs = [d for own in buildable.values() for d in own]
    needed = [n for n in needed_tables(designs, lives, builder) if isinstance(n.protocol, CycleAgeing)]
    database = Database(context.home / "database", alone, device)
    return lives, forward_models(spaces, needed, database, LIVES, context.progress)


def _proof(request: SearchDesigns) -> list[SearchStep]:
    """Log lines of the bounds that the musts break whatever the design, checked before anything is simulated."""
    from tools.verify.bounds import physical_bounds

    found = physical_bounds(request.requirements, request.systems)
    return [SearchStep(system="any", format="any", step="bounds", count=len(request.systems), kept=0, wall_s=0.0,
                       note=finding.text) for finding in found]


def steering_asks(requirements: Sequence[Requirement], given: Sequence[Ask] = ()) -> tuple[Ask, ...]:
    """The asks that a search answers for every design: those of musts and wishes, without ageing runs.

    Raises:
        BadInput: there is none.
    """
    from tools.verify.asks import asks_for

    asks = given or asks_for(requirements)[0]
    steering = {t.ask for t in targets_of(requirements, asks)}
    loop = tuple(a for i, a in enumerate(asks)
                 if i in steering and not isinstance(a.protocol, AGEING)
                 or a.protocol is None and a.metric != "price")  # its build-ups carry no cost
    if not targets_of(requirements, loop):
        raise BadInput("requirements: none of them is a number that a model here answers, so there is nothing to "
                       "search for; state at least one of capacity, energy, mass, power, resistance or charge time")
    return loop


def buildable_designs(spaces: Sequence[DesignSpace], builder: Builder, seed: int) -> dict[str, list[CellDesign]]:
    """The designs of a dry run that can be built, by the key of their space; spaces without one are left out."""
    from tools.failures import ToolFailure

    found: dict[str, list[CellDesign]] = {}
    for number, space in enumerate(spaces):
        for u in space.sobol(DRY_DESIGNS, seed + 101 * number):
            design = space.design(u)
            try:
                builder(design)
            except ToolFailure:
                continue
            found.setdefault(space.key, []).append(design)
    return found


def _result(run: Search, request: SearchDesigns, labels: Sequence[Labels], recorder: Recorder) -> SearchResult:
    meeting = run.meeting()
    chosen = _final(run, meeting, request.designs)
    places = [t.place for t in chosen]
    candidates = tuple(
        Candidate(
            design=t.design, space=t.space, vector=tuple(round(float(v), 6) for v in t.vector),
            predictions=tuple(_as_prediction(f) for f in t.predicted), figures=t.figures, meets=t.verdict.meets,
            violation=t.verdict.violation, distance=distance(t.place, places),
        ) for t in chosen
    )
    simulated = tuple(
        Simulated(design=t.design, space=t.space, figures=t.figures, meets=t.verdict.meets,
                  violation=t.verdict.violation, round=t.round) for t in run.tried
    )
    return SearchResult(
        candidates=candidates, simulated=simulated, log=tuple(run.log), database_digest=snapshot_digest(labels),
        feasible_predicted=any(s.kept > 0 for s in run.log if s.step == "survey" or s.step.endswith("refine")),
        meeting=len(meeting), simulations=recorder.count, labels_fresh=sum(t.fresh for t in labels),
        exhausted=len(meeting) < request.designs,
    )


def _final(run: Search, meeting: Sequence[Tried], count: int) -> list[Tried]:
    """The most diverse of the meeting designs; where they are too few, the nearest others by violation after them."""
    order = pick([t.place for t in meeting], count, [-t.verdict.violation + _least(t) for t in meeting])
    chosen = [meeting[i] for i in order]
    if len(chosen) < count:
        held = {t.design for t in chosen}
        rest = sorted((t for t in run.tried if t.design not in held),
                      key=lambda t: (not t.verdict.meets, t.verdict.violation, t.design.id))
        alike = [t for t in rest if t.verdict.meets]
        missing = [t for t in rest if not t.verdict.meets]
        first = distinct([t.place for t in missing])
        missing = [missing[i] for i in first] + [t for i, t in enumerate(missing) if i not in set(first)]
        chosen += [*alike, *missing][: count - len(chosen)]
    return chosen


def _least(tried: Tried) -> float:
    """The smallest margin of a design, as merit in the pick."""
    finite = [float(m) for m in tried.margins if m == m]
    return min(finite, default=0.0)


def _as_prediction(figure: Figure) -> Figure:
    return figure.model_copy(update={"method": "surrogate"}) if figure.method == "dfn" else figure
