"""Ageing of one design: cycles to end of life and what is left after cycles. It is slow, so it is a tool of its own."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.frozen import Frozen
from knowledge.protocol import AGEING, CycleAgeing
from tools.failures import BadInput
from tools.run import run_key
from tools.simulate.evaluate import BACKENDS, Curves, DesignEvaluation, evaluate_all
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context, tool

STANDARD = Ask(
    metric="cycle_life", unit="cycle", protocol=CycleAgeing(),
    conditions={"charge_C": 0.5, "discharge_C": 1.0, "dod_pct": 100.0, "temperature_C": 25.0, "eol_pct": 80.0},
)


class AgeDesign(Frozen):
    """One design and the ageing figures asked of it; without asks the cycle life at C/2 and 1C, 25 °C, to 80 %."""

    design: CellDesign
    asks: tuple[Ask, ...] = Field(default=(), description="those without an ageing protocol are left out")


class AgeDesigns(Frozen):
    """Several designs and the ageing figures asked of each."""

    designs: tuple[CellDesign, ...] = Field(min_length=1, max_length=400)
    asks: tuple[Ask, ...] = Field(default=(), description="those without an ageing protocol are left out")
    referee: bool = Field(default=True, description="by PyBaMM, one life after the other; else by the search's solver, "
                          "many side by side")


class AgedDesign(Frozen):
    """The ageing figures of one design."""

    design_id: str
    figures: tuple[Figure, ...]
    curves: Curves = Field(default_factory=dict)


class DesignsAged(Frozen):
    """One row a design, in the request's order."""

    rows: tuple[AgedDesign, ...]


@tool(stage="designs", version="5", backends=BACKENDS, example={"design": EXAMPLE_DESIGN})
def age_design(request: AgeDesign, context: Context) -> DesignEvaluation:
    """Age one cell design over simulated cycles: cycle life, capacity retention, resistance growth.

    Raises:
        tools.failures.BadInput: asks were given and none of them is an ageing one.
    """
    key = run_key(age_design, request.model_dump(mode="json"), context.seed)
    return _aged((request.design,), request.asks, context, key)[0]


@tool(stage="designs", version="6", backends=BACKENDS, example={"designs": [EXAMPLE_DESIGN]})
def age_designs(request: AgeDesigns, context: Context) -> DesignsAged:
    """Age several cell designs over simulated cycles, side by side.

    Raises:
        tools.failures.BadInput: asks were given and none of them is an ageing one.
    """
    key = run_key(age_designs, request.model_dump(mode="json"), context.seed)
    return DesignsAged(rows=tuple(
        AgedDesign(design_id=e.design.id, figures=e.figures, curves=e.curves)
        for e in _aged(request.designs, request.asks, context, key, request.referee)
    ))


def _aged(designs: Sequence[CellDesign], given: Sequence[Ask], context: Context, origin: str, referee: bool = True
          ) -> list[DesignEvaluation]:
    from tools.simulate.pool import default_simulator, search_simulator

    asks = tuple(a for a in given if isinstance(a.protocol, AGEING))
    if given and not asks:
        raise BadInput("none of the asks is an ageing one (cycle or calendar life, retention, resistance growth)")
    simulator = default_simulator(context) if referee else search_simulator(context)
    return evaluate_all(designs, asks or (STANDARD,), simulator, curves=True, origin=origin,
                        progress=context.progress)
