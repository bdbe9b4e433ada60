"""Which share of the cells that a line makes of a design keeps the musts, under stated scatter in making.

First order: each cause is simulated one standard deviation off; independent normal draws of all causes move every
figure along a straight line from the value that was judged. A figure at its bound keeps it in half of the cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure, Verdict
from knowledge.frozen import Frozen
from knowledge.offer import ProductionYield
from knowledge.protocol import AGEING
from knowledge.requirement import Requirement
from tools.failures import BadInput
from tools.run import run_key
from tools.simulate.evaluate import evaluate, evaluate_all
from tools.simulate.point import Simulator
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.simulate.tolerance import making_causes
from tools.tool import Context, tool
from tools.verify.asks import asks_for
from tools.verify.compare import allowed
from tools.verify.judge import figure_key, judge
from tools.verify.rank import evaluated_musts, kept

DRAWS = 4096
Scatter = Mapping[str, Mapping[str, float]]


class Judged(Frozen):
    """A design and the figures that it is judged by."""

    design: CellDesign
    figures: tuple[Figure, ...] = ()


class EstimateYields(Frozen):
    """Designs, the requirements they have to keep, and how making scatters."""

    designs: tuple[Judged, ...] = Field(min_length=1, max_length=400)
    requirements: tuple[Requirement, ...]
    scatter: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="a maker's standard deviations by field of the design: relative or absolute")


class DesignYield(Frozen):
    """The yield of one design; None where no must has a number that scatter moves."""

    design_id: str
    production_yield: ProductionYield | None


class YieldsEstimated(Frozen):
    """One row a design, in the request's order."""

    rows: tuple[DesignYield, ...]


@tool(stage="designs", version="2", backends=("pybamm", "numba"), example={
    "designs": [{"design": EXAMPLE_DESIGN}], "requirements": [{
        "id": "R01", "metric": "mass", "comparator": "<=", "value": 70, "unit": "g", "priority": "must",
        "source": {"document": "rfq", "quote": "70 g"}}]})
def estimate_yields(request: EstimateYields, context: Context) -> YieldsEstimated:
    """Estimate the production yield of designs: which share of cells keeps the musts under scatter in making.

    Raises:
        tools.failures.BadInput: no requirement that a model answers, or scatter of a field that a design does not have.
    """
    from tools.simulate.pool import search_simulator

    asks = tuple(a for a in asks_for(request.requirements)[0] if not isinstance(a.protocol, AGEING))
    if not asks:
        raise BadInput("requirements: none of them is a number that a model here answers")
    key = run_key(estimate_yields, request.model_dump(mode="json"), context.seed)
    simulator = search_simulator(context)
    designs = [j.design for j in request.designs]
    found = production_yields(designs, [j.figures for j in request.designs], asks, request.requirements, simulator,
                              request.scatter, context.seed, key)
    return YieldsEstimated(rows=tuple(
        DesignYield(design_id=d.id, production_yield=y) for d, y in zip(designs, found, strict=True)))


def production_yields(
    designs: Sequence[CellDesign], figures: Sequence[Sequence[Figure]], asks: Sequence[Ask],
    requirements: Sequence[Requirement], simulator: Simulator, scatter: Scatter | None = None, seed: int = 0,
    origin: str = "",
) -> tuple[ProductionYield | None, ...]:
    """The yield of each design.

    Args:
        figures: those that were judged, one row a design; where a row is empty, the simulator's own.
        scatter: standard deviations on top of those of `tools/simulate/tolerances.yaml`.
    """
    try:
        causes = [making_causes(design, scatter) for design in designs]
    except (KeyError, TypeError) as error:
        raise BadInput(f"scatter: a design has no number {error} that could scatter") from error
    cells = [c.design for row in causes for c in row]
    found = iter(evaluate_all(cells, asks, simulator))
    nominal = evaluate(designs, asks, simulator)
    yields = []
    for row, plain, judged in zip(causes, nominal, figures, strict=True):
        moved = [(c.name, next(found)) for c in row]
        changes = {c: _changes(plain, e.figures) for c, e in moved if e.build_up is not None}
        verdicts = judge(requirements, judged or plain)
        lost = [c for c, e in moved if e.build_up is None]
        yields.append(_yield(verdicts, changes, lost, seed, origin))
    return tuple(yields)


def _changes(plain: Sequence[Figure], moved: Sequence[Figure]) -> dict[str, float]:
    """By figure: how far it moves for one standard deviation of a cause."""
    return {figure_key(a.metric, a.conditions): b.value - a.value for a, b in zip(plain, moved, strict=True)
            if a.value is not None and b.value is not None}


def _yield(verdicts: Sequence[Verdict], changes: Mapping[str, Mapping[str, float]], lost: Sequence[str], seed: int,
           origin: str) -> ProductionYield | None:
    names = list(changes)
    z = np.random.default_rng(seed).standard_normal((DRAWS, len(names)))
    keeping, shares, moves = np.ones(DRAWS, dtype=bool), {}, False
    for v in evaluated_musts(verdicts):
        bounds, slopes = allowed(v.requirement), np.zeros(len(names))
        if v.figure is not None and v.figure.value is not None and not v.figure.cannot:
            key = figure_key(v.figure.metric, v.figure.conditions)
            slopes = np.array([changes[name].get(key, 0.0) for name in names])
        if bounds is None or v.figure is None or v.figure.value is None or not slopes.any():
            inside = np.full(DRAWS, kept(v))  # the same in every cell
        else:
            moves = True
            values = v.figure.value + z @ slopes
            inside = (values >= bounds.low) & (values <= bounds.high)
        shares[v.requirement.id] = float(inside.mean())
        keeping &= inside
    if not moves:
        return None
    weakest = min(shares, key=lambda name: (shares[name], name))
    note = f"without {', '.join(lost)}: the changed cell cannot be built" if lost else ""
    return ProductionYield(
        share=float(keeping.mean()), draws=DRAWS, weakest_id=weakest if shares[weakest] < 1 else None,
        weakest_share=shares[weakest], causes=tuple(names), note=note, origin=origin)
