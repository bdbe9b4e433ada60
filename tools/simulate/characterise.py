"""What a cell tester would map: resistance and power over the state of charge, rates, and energy efficiency."""

from __future__ import annotations

from pydantic import Field

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.frozen import Frozen
from knowledge.protocol import Discharge, Pulse, PulsePower, RoundTrip
from knowledge.requirement import ConditionValue
from knowledge.sheet import Assumed, DesignSheet
from tools.run import run_key
from tools.simulate.evaluate import BACKENDS, GivenDesign, evaluate_all
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.tool import Context, tool

DIRECTIONS = ("discharge", "charge")


class Characterise(Frozen):
    """A design and the map that is wanted of it."""

    design: GivenDesign = Field(description="a whole design, or a sheet in teardown or designer's terms")
    soc_pct: tuple[float, ...] = Field(default=(10, 30, 50, 70, 90), description="where pulses begin, from rest")
    pulse_rate_C: float = Field(default=1.0, gt=0, le=30)
    pulse_s: float = Field(default=10.0, gt=0, le=600)
    rates_C: tuple[float, ...] = Field(default=(0.2, 0.5, 1.0, 2.0), description="of full discharges and round trips")
    temperature_C: float = 25.0


class Characterised(Frozen):
    """Figures in the order of the map: pulses by state of charge, then rates. Their intervals are the stated ones."""

    design: CellDesign
    figures: tuple[Figure, ...]
    assumed: tuple[Assumed, ...] = ()


@tool(stage="designs", version="1", backends=BACKENDS, example={"design": EXAMPLE_DESIGN, "soc_pct": [20, 80]})
def characterise_design(request: Characterise, context: Context) -> Characterised:
    """Map a cell design: pulse resistance and power over state of charge, capacity and efficiency over rate.

    Raises:
        tools.failures.BadInput: a field that cannot be right, an unknown system or material.
        tools.failures.Infeasible: the design cannot be built.
    """
    from tools.simulate.buildup import build_up
    from tools.simulate.pool import search_simulator
    from tools.simulate.sheet import resolve_sheet

    given = request.design
    sheet = resolve_sheet(given) if isinstance(given, DesignSheet) else None
    design = sheet.design if sheet is not None else given
    assert isinstance(design, CellDesign)
    build_up(design)
    key = run_key(characterise_design, request.model_dump(mode="json"), context.seed)
    found = evaluate_all([design], asks_of(request), search_simulator(context), origin=key, progress=context.progress)
    return Characterised(design=design, figures=found[0].figures, assumed=sheet.assumed if sheet is not None else ())


def asks_of(request: Characterise) -> tuple[Ask, ...]:
    """The questions of a map."""
    degrees, found = request.temperature_C, []
    for soc in request.soc_pct:
        for direction in DIRECTIONS:
            shared: dict[str, ConditionValue] = {
                "direction": direction, "soc_pct": soc, "duration_s": request.pulse_s, "temperature_C": degrees}
            conditions = dict(shared)
            found.append(Ask(metric="dcir", unit="mohm", conditions={**conditions, "rate_C": request.pulse_rate_C},
                             protocol=Pulse.model_validate({**shared, "rate_C": request.pulse_rate_C})))
            found.append(Ask(metric=f"{direction}_power_pulse", unit="W", conditions=conditions,
                             protocol=PulsePower.model_validate(shared)))
    for rate in request.rates_C:
        load: dict[str, ConditionValue] = {"rate_C": rate, "temperature_C": degrees}
        discharge = Discharge(rate_C=rate, temperature_C=degrees)
        found.append(Ask(metric="capacity", unit="Ah", conditions=load, protocol=discharge))
        found.append(Ask(metric="energy", unit="Wh", conditions=load, protocol=discharge))
        found.append(Ask(metric="energy_efficiency", unit="%", conditions=load,
                         protocol=RoundTrip(charge_C=rate, discharge_C=rate, temperature_C=degrees)))
    return tuple(found)
