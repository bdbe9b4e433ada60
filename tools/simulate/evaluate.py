"""Designs and asks → figures: every distinct protocol is simulated once for all designs together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Discriminator, Field, Tag

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure, FigureMethod, Scatter
from knowledge.frozen import Frozen
from knowledge.house import CostBasis
from knowledge.offer import BuildUp
from knowledge.protocol import AGEING, CalendarAgeing, CycleAgeing, Protocol
from knowledge.sheet import Assumed, DesignSheet, SheetCheck
from tools.failures import ToolFailure
from tools.run import run_key
from tools.simulate.answer import Answer, Case
from tools.simulate.cross_check import Estimate, cross_checked, estimate_pct, with_own_error
from tools.simulate.facts import cost, fact
from tools.simulate.interval import with_interval
from tools.simulate.measure import measured
from tools.simulate.point import Mesh, Outcome, Simulator
from tools.simulate.runs import SLOW, Run, Slow, needs_slow, point, runs_for, with_own_limits
from tools.simulate.standard import EXAMPLE_DESIGN, standard_asks
from tools.tool import Context, Progress, silent, tool

Builder = Callable[[CellDesign], BuildUp]
Curves = dict[str, dict[str, list[float]]]
BACKENDS = ("pybamm", "numba")
SURE = ("inside", "extrapolated", "out of validity")


class DesignEvaluation(Frozen):
    """One design with its build-up and figures; `failure` says why there is no build-up."""

    design: CellDesign
    build_up: BuildUp | None
    figures: tuple[Figure, ...]
    curves: Curves = Field(default_factory=dict, description="curve name → column with unit → values")
    failure: str | None = None
    assumed: tuple[Assumed, ...] = Field(default=(), description="what a design sheet left out, and what was taken")
    checks: tuple[SheetCheck, ...] = Field(default=(), description="what a design sheet gives twice")
    scatter: tuple[Scatter, ...] = Field(default=(), description="what each interval is made of, where propagated")


class _Found(NamedTuple):
    """One design's figures, the solver's estimated error of each (None where it states none), and its curves."""

    figures: tuple[Figure, ...]
    errors_pct: tuple[Estimate | None, ...]
    curves: Curves


class _Batch:
    """Simulations of many designs, each distinct one run once, grouped by protocol."""

    def __init__(self, designs: Sequence[CellDesign], builds: Sequence[BuildUp | None], simulator: Simulator,
                 mesh: Mesh, progress: Progress) -> None:
        self.designs, self.builds, self.simulator = designs, builds, simulator
        self.mesh, self.progress = mesh, progress
        self.outcomes: dict[tuple[int, Protocol, float | None], Outcome] = {}

    def simulate(self, wanted: Sequence[tuple[int, Run]], curves: bool = False) -> None:
        groups: dict[Protocol, dict[tuple[int, float | None], bool]] = {}
        for i, run in wanted:
            if (i, run.protocol, run.rate_C) not in self.outcomes:
                group = groups.setdefault(run.protocol, {})
                group[i, run.rate_C] = group.get((i, run.rate_C), False) or run.curve
        for done, (protocol, group) in enumerate(groups.items()):
            self.progress(f"simulating {protocol.kind.replace('_', ' ')}", done, len(groups))
            points = [point(self.designs[i], self._build(i), rate) for i, rate in group]
            found = self.simulator.simulate(points, protocol, self.mesh, curves or any(group.values()))
            for (i, rate), outcome in zip(group, found, strict=True):
                self.outcomes[i, protocol, rate] = outcome

    def of(self, i: int, run: Run) -> Outcome:
        return self.outcomes[i, run.protocol, run.rate_C]

    def slow(self, i: int) -> Slow:
        values = self.of(i, Run("main", SLOW, None)).values
        energy = values.get("energy_mWh_cm2", 0.0) * self._build(i).electrode_area_cm2 / 1000
        pair = self.designs[i].pair
        return Slow(values.get("mean_voltage_V", (pair.v_min + pair.v_max) / 2), energy)

    def _build(self, i: int) -> BuildUp:
        build = self.builds[i]
        assert build is not None, "designs without a build-up are never simulated"
        return build


def evaluate(designs: Sequence[CellDesign], asks: Sequence[Ask], simulator: Simulator, mesh: Mesh = "search",
             curves: bool = False) -> list[tuple[Figure, ...]]:
    """Figures of each design, one an ask and in the asks' order; failed ones have no value and say why."""
    return [e.figures for e in evaluate_all(designs, asks, simulator, mesh, curves)]


def evaluate_all(
    designs: Sequence[CellDesign], asks: Sequence[Ask], simulator: Simulator, mesh: Mesh = "search",
    curves: bool = False, origin: str = "", progress: Progress = silent, builder: Builder | None = None,
    searcher: Simulator | None = None,
) -> list[DesignEvaluation]:
    """Build-ups, figures and curves of each design. A design that cannot be built fails alone.

    On the verify mesh everything is simulated as the search did it too (by `searcher`, or the same simulator on the
    search mesh); the difference widens the interval and stands in the note and the figure's check. Where the searcher
    is the simulator and estimates its own error, that estimate does.
    """
    builds, failures = _build_all(designs, builder)
    found = _figures(designs, builds, asks, simulator, mesh, curves, origin, progress)
    if mesh == "verify" and searcher is simulator:
        figures = [tuple(with_own_error(figure, error) for figure, error in zip(f.figures, f.errors_pct, strict=True))
                   for f in found]
    elif mesh == "verify":
        second = searcher or simulator
        coarse = _figures(designs, builds, asks, second, "search", False, origin, progress)
        figures = [
            tuple(cross_checked(a, b, second.name, error) for a, b, error in zip(f.figures, c.figures, c.errors_pct,
                                                                                 strict=True))
            for f, c in zip(found, coarse, strict=True)
        ]
    else:
        figures = [tuple(with_interval(figure) for figure in f.figures) for f in found]
    return [
        DesignEvaluation(design=d, build_up=b, figures=row, curves=f.curves, failure=why)
        for d, b, row, f, why in zip(designs, builds, figures, found, failures, strict=True)
    ]


def _build_all(designs: Sequence[CellDesign], builder: Builder | None
               ) -> tuple[list[BuildUp | None], list[str | None]]:
    if builder is None:
        from tools.simulate.buildup import build_up

        builder = build_up
    builds: list[BuildUp | None] = []
    failures: list[str | None] = []
    for design in designs:
        try:
            builds.append(builder(design))
            failures.append(None)
        except ToolFailure as error:
            builds.append(None)
            failures.append(error.message)
    return builds, failures


def _figures(
    designs: Sequence[CellDesign], builds: Sequence[BuildUp | None], asks: Sequence[Ask], simulator: Simulator,
    mesh: Mesh, curves: bool, origin: str, progress: Progress,
) -> list[_Found]:
    batch = _Batch(designs, builds, simulator, mesh, progress)
    built = [i for i, b in enumerate(builds) if b is not None]
    power = any(needs_slow(a) for a in asks)
    if power:
        batch.simulate([(i, Run("main", SLOW, None)) for i in built], curves)
    plans: dict[tuple[int, int], tuple[Run, ...]] = {}
    for i in built:
        for j, ask in enumerate(asks):
            asked = runs_for(ask, batch._build(i), batch.slow(i) if power else None)
            plans[i, j] = tuple(with_own_limits(run, designs[i].pair) for run in asked)
    batch.simulate([(i, run) for (i, _), runs in plans.items() for run in runs], curves)
    rows = []
    for i, design in enumerate(designs):
        build, row, errors, lines = builds[i], [], [], {}
        for j, ask in enumerate(asks):
            runs = [(run, batch.of(i, run)) for run in plans.get((i, j), ())]
            row.append(_figure(ask, design, build, runs, origin))
            errors.append(estimate_pct(runs))
            if curves:
                lines.update({curve_name(run): o.curve for run, o in runs if o.curve and run.role != "rung"})
        rows.append(_Found(tuple(row), tuple(errors), lines))
    return rows


def curve_name(run: Run) -> str:
    """What a curve is called: its protocol, rate and temperature."""
    rate = run.rate_C if run.rate_C is not None else getattr(run.protocol, "rate_C", None)
    temperature = getattr(run.protocol, "temperature_C", getattr(run.protocol, "ambient_C", None))
    words = [run.protocol.kind.replace("_", " "), f"{rate:.2g}C" if rate else "", f"{temperature:g} °C"]
    return " ".join(w for w in words if w)


def _figure(ask: Ask, design: CellDesign, build: BuildUp | None, runs: list[tuple[Run, Outcome]], origin: str
            ) -> Figure:
    made_by: FigureMethod = "build-up" if ask.protocol is None else "dfn"
    if isinstance(ask.protocol, CycleAgeing):
        made_by = "ageing run"
    if isinstance(ask.protocol, CalendarAgeing):
        made_by = "surrogate"  # an estimate: the rates of film growth are none of this cell's
    about: dict[str, Any] = {"metric": ask.metric, "unit": ask.unit, "method": made_by, "origin": origin,
                             "conditions": ask.conditions}
    if build is None:
        return Figure(value=None, note="the cell cannot be built up", **about)
    if ask.protocol is None:
        return fact(Figure(value=None, **about), ask, design, build)
    if ask.metric == "price":
        energy = runs[0][1].values.get("energy_mWh_cm2", 0.0) * build.electrode_area_cm2 / 1000
        return cost(Figure(value=None, **about), build, energy)
    answer = measured(Case(ask, design, build, runs))
    low, high = answer.ends or (None, None)
    figure = Figure(value=answer.value, cannot=answer.cannot, note=_note(answer, runs), low=low, high=high,
                    validity=max((o.validity for _, o in runs), key=SURE.index), **about)
    return _aged(figure, answer)


def _note(answer: Answer, runs: list[tuple[Run, Outcome]]) -> str | None:
    # Why a run lies outside the validity box belongs beside the number that it makes uncertain.
    outside = dict.fromkeys(o.note for _, o in runs if o.validity != "inside" and o.note)
    words = [answer.note, *[note for note in outside if note not in answer.note][:2]]
    return "; ".join(w for w in words if w) or None


def _aged(figure: Figure, answer: Answer) -> Figure:
    # Charge and energy at end of life are the stated fraction of the fresh value: an estimate, not a simulation.
    if str(figure.conditions.get("life", "")).upper() != "EOL" or answer.value is None or figure.method != "dfn":
        return figure
    left = figure.conditions.get("eol_pct", 80.0)
    share = float(left) / 100 if isinstance(left, int | float) else 0.8
    note = f"estimated as {share:.0%} of the fresh cell's {answer.value:.4g} {figure.unit}"
    return figure.model_copy(update={"value": answer.value * share, "method": "surrogate", "note": note})


def _terms(given: Any) -> str:
    whole = "pair" in given if isinstance(given, dict) else isinstance(given, CellDesign)
    return "design" if whole else "sheet"


GivenDesign = Annotated[Annotated[CellDesign, Tag("design")] | Annotated[DesignSheet, Tag("sheet")],
                        Discriminator(_terms)]


class EvaluateDesign(Frozen):
    """One design and what is asked of it; without asks the standard set of a data sheet."""

    design: GivenDesign = Field(description="a whole design, or a sheet in teardown or designer's terms")
    asks: tuple[Ask, ...] = Field(default=(), description="empty asks the standard set")
    mesh: Mesh = "search"
    curves: bool = True


class EvaluateDesigns(Frozen):
    """Many designs and what is asked of each."""

    designs: tuple[CellDesign, ...] = Field(min_length=1, max_length=400)
    asks: tuple[Ask, ...] = Field(default=(), description="empty asks the standard set")
    mesh: Mesh = "search"
    curves: bool = False
    referee: bool = Field(default=True, description="on the verify mesh: PyBaMM simulates and the search's solver is "
                          "compared with it; else the latter alone, on its finer meshes")
    costs: CostBasis | None = Field(default=None, description="a maker's own prices and rates; none: the public cards")


class DesignsEvaluated(Frozen):
    """The evaluations in the order of the request's designs."""

    evaluations: tuple[DesignEvaluation, ...]


@tool(stage="designs", version="9", backends=BACKENDS, example={"design": EXAMPLE_DESIGN})
def evaluate_design(request: EvaluateDesign, context: Context) -> DesignEvaluation:
    """Simulate one cell design: build-up, figures under the asked conditions, and curves.

    Raises:
        tools.failures.BadInput: a field that cannot be right, an unknown system or material, values that contradict.
        tools.failures.Infeasible: the design cannot be built.
    """
    key = run_key(evaluate_design, request.model_dump(mode="json"), context.seed)
    return figures_with_scatter(request, context, key)


def figures_with_scatter(request: EvaluateDesign, context: Context, origin: str) -> DesignEvaluation:
    """What `evaluate_design` answers, for tools that need a cell's figures; `origin` is their own ledger key."""
    from tools.simulate.buildup import build_up
    from tools.simulate.pool import default_simulator, search_simulator
    from tools.simulate.replay import Recorder
    from tools.simulate.sheet import resolve_sheet
    from tools.simulate.uncertainty import with_scatter

    given = request.design
    sheet = resolve_sheet(given) if isinstance(given, DesignSheet) else None
    design = sheet.design if sheet is not None else given
    assert isinstance(design, CellDesign)
    build_up(design)
    asks, recorder = _simulated(request.asks), Recorder(search_simulator(context))
    simulator = recorder if request.mesh == "search" else default_simulator(context)
    found = evaluate_all([design], asks, simulator, request.mesh, request.curves, origin, context.progress,
                         searcher=recorder)[0]
    assumed = sheet.assumed if sheet is not None else ()
    figures, scatter = with_scatter(design, asks, found.figures, recorder, assumed)
    return found.model_copy(update={"figures": figures, "scatter": scatter, "assumed": assumed,
                                    "checks": sheet.checks if sheet is not None else ()})


@tool(stage="designs", version="9", backends=BACKENDS, example={"designs": [EXAMPLE_DESIGN]})
def evaluate_designs(request: EvaluateDesigns, context: Context) -> DesignsEvaluated:
    """Simulate many cell designs in one batch; a design that fails is recorded and stops nothing."""
    key = run_key(evaluate_designs, request.model_dump(mode="json"), context.seed)
    return DesignsEvaluated(evaluations=tuple(
        _evaluated(request, context, key)))


def _simulated(asks: Sequence[Ask]) -> tuple[Ask, ...]:
    return tuple(a for a in asks if not isinstance(a.protocol, AGEING)) if asks else standard_asks()


def _evaluated(request: EvaluateDesigns, context: Context, origin: str) -> list[DesignEvaluation]:
    from tools.simulate.buildup import build_up
    from tools.simulate.cost import priced
    from tools.simulate.pool import default_simulator, search_simulator

    searcher = search_simulator(context)
    alone = request.mesh == "search" or (request.mesh == "verify" and not request.referee)
    simulator = searcher if alone else default_simulator(context)
    return evaluate_all(request.designs, _simulated(request.asks), simulator, request.mesh, request.curves, origin,
                        context.progress, builder=lambda design: priced(build_up(design), request.costs),
                        searcher=searcher)
