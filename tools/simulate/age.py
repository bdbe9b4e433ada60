"""Ageing of one design: cycles to end of life and what is left after cycles. It is slow, so it is a tool of its own."""

from __future__ import annotations

from pydantic import Field

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.frozen import Frozen
from knowledge.protocol import CycleAgeing
from tools.failures import BadInput
from tools.run import run_key
from tools.simulate.evaluate import BACKENDS, DesignEvaluation, evaluate_all
from tools.tool import Context, tool

STANDARD = Ask(
    metric="cycle_life", unit="cycle", protocol=CycleAgeing(),
    conditions={"charge_C": 0.5, "discharge_C": 1.0, "dod_pct": 100.0, "temperature_C": 25.0, "eol_pct": 80.0},
)


class AgeDesign(Frozen):
    """One design and the ageing figures asked of it; without asks the cycle life at C/2 and 1C, 25 °C, to 80 %."""

    design: CellDesign
    asks: tuple[Ask, ...] = Field(default=(), description="those without an ageing protocol are left out")


@tool(stage="designs", version="1", backends=BACKENDS)
def age_design(request: AgeDesign, context: Context) -> DesignEvaluation:
    """Age one cell design over simulated cycles: cycle life, capacity retention, resistance growth.

    Raises:
        tools.failures.BadInput: asks were given and none of them is an ageing one.
    """
    from tools.simulate.pool import default_simulator

    asks = tuple(a for a in request.asks if isinstance(a.protocol, CycleAgeing))
    if request.asks and not asks:
        raise BadInput("none of the asks is an ageing one (cycle life, capacity retention, resistance growth)")
    key = run_key(age_design, request.model_dump(mode="json"), context.seed)
    return evaluate_all([request.design], asks or (STANDARD,), default_simulator(context), curves=True, origin=key,
                        progress=context.progress)[0]
