"""Figures that need no simulation: lengths, mass, voltages and cost from the build-up, composition from the cards."""

from __future__ import annotations

from collections.abc import Callable

from knowledge.ask import Ask
from knowledge.cell import CellDesign, Cylindrical
from knowledge.figure import Figure, FigureMethod
from knowledge.offer import BuildUp
from tools.simulate.breathing import breathing
from tools.simulate.composition import (
    chemistry_text,
    cobalt_mass_g,
    cobalt_share_pct,
    silicon_share_pct,
    specific_capacity_mAh_g,
)


def fact(plain: Figure, ask: Ask, design: CellDesign, build_up: BuildUp) -> Figure:
    """The figure of an ask without a protocol; `plain` carries everything but the value."""
    metric = ask.metric
    if metric == "price":
        return cost(plain, build_up, None)
    if metric == "anode_silicon_fraction":
        share, stated = silicon_share_pct(design.pair)
        words = f"the published set does not state the silicon content; {share:.3g} % is assumed in the mass balance"
        return plain.model_copy(update={"value": share} if stated else {"note": words})
    if metric == "swelling_reversible":
        found = breathing(design, build_up)
        method: FigureMethod = "build-up" if found.value is None else "surrogate"  # an estimate decides nothing
        return plain.model_copy(update={**found._asdict(), "method": method})
    if metric == "format":
        return plain.model_copy(update={"text": format_text(design)})
    if metric in {"chemistry", "cathode_chemistry", "anode_chemistry"}:
        return plain.model_copy(update={"text": chemistry_text(design, metric)})
    if metric == "voltage_window":
        pair = design.pair
        return plain.model_copy(update={"value": pair.v_max, "low": pair.v_min, "high": pair.v_max})
    value = _number(ask, design, build_up)
    if value is None:
        words = f"a {design.format.kind} cell has no {ask.axis}"
        return plain.model_copy(update={"cannot": True, "note": words})
    return plain.model_copy(update={"value": value})


def _number(ask: Ask, design: CellDesign, build_up: BuildUp) -> float | None:
    if ask.axis is not None:
        return _side(ask.axis, build_up)
    numbers: dict[str, Callable[[], float | None]] = {
        "mass": lambda: build_up.mass_g, "volume": lambda: build_up.volume_mL / 1000,
        "max_voltage": lambda: design.pair.v_max, "charge_voltage": lambda: design.pair.v_max,
        "min_voltage": lambda: design.pair.v_min, "end_of_discharge_voltage": lambda: design.pair.v_min,
        "cathode_cobalt_fraction": lambda: cobalt_share_pct(design.pair),
        "cobalt_mass": lambda: cobalt_mass_g(design.pair, build_up),
        "cathode_specific_capacity": lambda: specific_capacity_mAh_g(design.pair, build_up),
    }
    return numbers[ask.metric]()


def _side(axis: str, build_up: BuildUp) -> float | None:
    # A round cell's thickness or width is its diameter.
    sides = build_up.dimensions_mm
    return sides.get(axis, sides.get("diameter") if axis in {"width", "thickness"} else None)


def format_text(design: CellDesign) -> str:
    """The format's kind, and for a round cell its usual size codes: `cylindrical; 21700; 2170; 21xx`."""
    shape = design.format
    if not isinstance(shape, Cylindrical):
        return shape.kind
    d, h = round(shape.diameter_mm), round(shape.height_mm)
    return f"{shape.kind}; {d:02d}{h:02d}0; {d:02d}{h:02d}; {d:02d}xx"


def cost(plain: Figure, build_up: BuildUp, energy_Wh: float | None) -> Figure:
    """The cost estimate in USD, per cell or per kWh of the given energy: a cost, not a price, in no other currency."""
    if build_up.cost_usd is None:
        return plain.model_copy(update={"note": "no cost estimate for these materials"})
    per_kWh = energy_Wh is not None and energy_Wh > 0
    scale = 1000 / energy_Wh if energy_Wh else 1.0
    ends = {"low": build_up.cost_low_usd, "high": build_up.cost_high_usd}
    where = f" in a plant of {build_up.cost_volume_GWh:g} GWh a year" if build_up.cost_volume_GWh else ""
    return plain.model_copy(update={
        "unit": "USD/kWh" if per_kWh else "USD/cell", "value": build_up.cost_usd * scale, "method": "build-up",
        **{name: None if end is None else end * scale for name, end in ends.items()},
        "note": f"estimated cost of materials and making{where}, without general overhead and margin; not a price",
    })
