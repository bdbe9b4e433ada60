"""Cells → pack and pack → cells: series and parallel counts, overheads, window, and the asks on either side."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import Field

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure
from knowledge.frozen import Frozen
from knowledge.pack import CellNeeds, Overheads, PackBuilt, PackNeeds
from knowledge.pack import Share as SpanOfShare
from knowledge.protocol import Discharge, Pulse, PulsePower
from tools.failures import BadInput, Infeasible, NotConverged, ToolFailure
from tools.run import run_key
from tools.simulate.evaluate import BACKENDS, EvaluateDesign, GivenDesign, evaluate_all, figures_with_scatter
from tools.simulate.formulation import known_system
from tools.simulate.standard import EXAMPLE_DESIGN
from tools.simulate.uncertainty import P90
from tools.tool import Context, tool

MOST_OPTIONS = 8
PULSE = {"duration_s": 30.0, "soc_pct": 50.0, "temperature_C": 25.0}
C3 = {"rate_C": round(1 / 3, 4), "temperature_C": 25.0}
ASKS = (
    Ask(metric="mass", unit="g"), Ask(metric="volume", unit="L"),
    Ask(metric="capacity", unit="Ah", protocol=Discharge(), conditions=dict(C3)),
    Ask(metric="energy", unit="Wh", protocol=Discharge(), conditions=dict(C3)),
    Ask(metric="nominal_voltage", unit="V", protocol=Discharge(), conditions=dict(C3)),
    Ask(metric="dcir", unit="mohm", protocol=Pulse(), conditions={"rate_C": 1.0, "duration_s": 10.0, "soc_pct": 50.0}),
    Ask(metric="discharge_power_pulse", unit="W", protocol=PulsePower(), conditions=dict(PULSE)),
)


class BuildPack(Frozen):
    """A cell and the pack it goes into: both counts, or what is asked of the pack."""

    design: GivenDesign = Field(description="the cell: a whole design, or a sheet")
    needs: PackNeeds = PackNeeds()
    overheads: Overheads = Overheads()


class PackToCell(Frozen):
    """What is asked of a pack, and the system whose voltages its cells have."""

    needs: PackNeeds
    system: str = Field(description="key of the parameter set", examples=["lfp_graphite"])
    overheads: Overheads = Overheads()


class BuildPacks(Frozen):
    """Several cells and what is asked of the pack that each of them goes into."""

    designs: tuple[CellDesign, ...] = Field(min_length=1, max_length=400)
    needs: PackNeeds = Field(description="with a voltage, and energy or power, or both counts")
    overheads: Overheads = Overheads()


class PackOfDesign(Frozen):
    """The pack of one cell, or why there is none."""

    design_id: str
    pack: PackBuilt | None
    why: str = ""


class PacksBuilt(Frozen):
    """One row a design, in the request's order."""

    rows: tuple[PackOfDesign, ...]


class CellOptions(Frozen):
    """The ways to build a pack, fewest cells in parallel first, each with what its cell must do."""

    options: tuple[CellNeeds, ...]
    note: str


@tool(stage="designs", version="1", backends=BACKENDS, example={
    "design": EXAMPLE_DESIGN, "needs": {"series": 96, "parallel": 46}})
def build_pack(request: BuildPack, context: Context) -> PackBuilt:
    """Build a pack of one cell design: counts, voltage window, mass, volume, energy, power, with intervals.

    Raises:
        tools.failures.BadInput: the counts do not follow from what is asked.
        tools.failures.Infeasible: no number of cells keeps what is asked.
    """
    key = run_key(build_pack, request.model_dump(mode="json"), context.seed)
    evaluated = figures_with_scatter(EvaluateDesign(design=request.design, asks=ASKS, curves=False), context, key)
    return _built(evaluated.design, evaluated.figures, request.needs, request.overheads)


@tool(stage="designs", version="1", backends=BACKENDS, example={
    "designs": [EXAMPLE_DESIGN], "needs": {"energy_kWh": 60, "v_max": 420}})
def build_packs(request: BuildPacks, context: Context) -> PacksBuilt:
    """Build a pack of each of several cell designs; intervals are those of the metrics, not propagated."""
    from tools.simulate.pool import search_simulator

    key = run_key(build_packs, request.model_dump(mode="json"), context.seed)
    rows = []
    for e in evaluate_all(request.designs, ASKS, search_simulator(context), origin=key, progress=context.progress):
        try:
            if e.build_up is None:
                raise Infeasible(e.failure or "the cell cannot be built")
            rows.append(PackOfDesign(design_id=e.design.id,
                                     pack=_built(e.design, e.figures, request.needs, request.overheads)))
        except ToolFailure as failure:
            rows.append(PackOfDesign(design_id=e.design.id, pack=None, why=failure.message))
    return PacksBuilt(rows=tuple(rows))


def _built(design: CellDesign, figures: Sequence[Figure], needs: PackNeeds, over: Overheads) -> PackBuilt:
    cell = {figure.metric: figure for figure in figures}
    missing = next((f for f in cell.values() if f.value is None), None)
    if missing is not None:
        raise NotConverged(f"the cell's {missing.metric.replace('_', ' ')} could not be computed: {missing.note}")
    series, parallel = counts(needs, design, cell, over)
    made = tuple(_figures(cell, series, parallel, over, design))
    return PackBuilt(series=series, parallel=parallel, figures=made, overheads=over,
                     v_min=series * design.pair.v_min, v_max=series * design.pair.v_max, note=_kept(needs, made))


@tool(stage="designs", version="1", example={
    "needs": {"energy_kWh": 60, "v_max": 420}, "system": "nmc811_graphite_siox"})
def pack_to_cell(request: PackToCell, context: Context) -> CellOptions:
    """Turn what is asked of a pack into what each of its cells must do, for a few parallel counts.

    Raises:
        tools.failures.BadInput: neither energy nor counts are given.
        tools.failures.Infeasible: no series count keeps the voltages.
    """
    known, needs, over = known_system(request.system), request.needs, request.overheads
    if needs.energy_kWh is None and needs.power_kW is None:
        raise BadInput("needs.energy_kWh or needs.power_kW is missing: without either nothing follows for a cell",
                       field="needs.energy_kWh")
    middle = known.mean_V
    series = needs.series or series_count(needs, known.v_min, known.v_max, middle)
    parallels = (needs.parallel,) if needs.parallel else tuple(range(1, MOST_OPTIONS + 1))
    options = tuple(_cell_needs(needs, over, series, p, series * middle) for p in parallels)
    words = f"{series} in series: {series * known.v_min:.0f} to {series * known.v_max:.0f} V; capacity at"
    return CellOptions(options=options, note=f"{words} a mean of {middle:.2f} V a cell, which is an estimate")


def series_count(needs: PackNeeds, v_min: float, v_max: float, nominal: float) -> int:
    """Cells in series: as many as the highest voltage allows, and enough for the lowest one.

    Raises:
        tools.failures.BadInput: no voltage is given; tools.failures.Infeasible: none keeps both.
    """
    if needs.v_max is None and needs.nominal_V is None:
        raise BadInput("needs.series or a voltage of the pack (v_max or nominal_V) is missing", field="needs.v_max")
    most = math.floor(needs.v_max / v_max + 1e-9) if needs.v_max else round((needs.nominal_V or 0.0) / nominal)
    least = math.ceil(needs.v_min / v_min - 1e-9) if needs.v_min else 1
    if most < max(least, 1):
        raise Infeasible(f"no series count keeps {needs.v_min or 0:g} to {needs.v_max or needs.nominal_V:g} V: cells "
                         f"of {v_min:g} to {v_max:g} V need at least {least} and at most {most}; a wider window, or "
                         "a higher lowest cell voltage, is needed", field="needs.v_min")
    if needs.v_max and needs.nominal_V:
        return max(least, min(most, round(needs.nominal_V / nominal)))
    return most


def counts(needs: PackNeeds, design: CellDesign, cell: dict[str, Figure], over: Overheads) -> tuple[int, int]:
    """Series and parallel counts: those given, else the fewest cells that keep energy and power."""
    nominal = _value(cell, "nominal_voltage")
    series = needs.series or series_count(needs, design.pair.v_min, design.pair.v_max, nominal)
    if needs.parallel is not None:
        return series, needs.parallel
    if needs.energy_kWh is None and needs.power_kW is None:
        raise BadInput("needs.parallel, needs.energy_kWh or needs.power_kW is missing", field="needs.parallel")
    usable = _value(cell, "energy") * window(over)
    by_energy = math.ceil(1000 * (needs.energy_kWh or 0.0) / (series * usable) - 1e-9)
    by_power = math.ceil(1000 * (needs.power_kW or 0.0) / (series * _power(cell, over, design)) - 1e-9)
    return series, max(by_energy, by_power, 1)


def window(over: Overheads) -> float:
    """Share of a cell's energy that the window uses.

    Raises:
        tools.failures.BadInput: its ends are the wrong way round.
    """
    if over.soc_low_pct >= over.soc_high_pct:
        raise BadInput(f"overheads.soc_low_pct {over.soc_low_pct:g} must lie below soc_high_pct {over.soc_high_pct:g}",
                       field="overheads.soc_low_pct")
    return (over.soc_high_pct - over.soc_low_pct) / 100


def _power(cell: dict[str, Figure], over: Overheads, design: CellDesign) -> float:
    """Pulse power of a cell behind its connection [W]: at the voltage limit the added drop costs I²R."""
    watts = _value(cell, "discharge_power_pulse")
    current = watts / design.pair.v_min
    return max(watts - current**2 * over.connection_mohm_per_cell / 1000, 0.0)


def _figures(cell: dict[str, Figure], series: int, parallel: int, over: Overheads, design: CellDesign) -> list[Figure]:
    n, share = series * parallel, window(over)
    mass = _scaled(cell["mass"], n / 1000, "kg", "mass", over.mass_share)
    volume = _scaled(cell["volume"], n, "L", "volume", over.volume_share)
    gross = _scaled(cell["energy"], n / 1000, "kWh", "energy")
    usable = _scaled(cell["energy"], n * share / 1000, "kWh", "usable_energy")
    resistance = _scaled(cell["dcir"], series / parallel, "mohm", "dcir")
    added = over.connection_mohm_per_cell * series / parallel
    resistance = _moved(resistance, added)
    kept = _power(cell, over, design) / _value(cell, "discharge_power_pulse")
    power = _scaled(cell["discharge_power_pulse"], n / 1000 * kept, "kW", "discharge_power_pulse")
    return [
        mass, volume, gross, usable, _scaled(cell["capacity"], parallel, "Ah", "capacity"),
        _scaled(cell["nominal_voltage"], series, "V", "nominal_voltage"), resistance, power,
        _ratio(gross, mass, 1000, "Wh/kg", "specific_energy"), _ratio(gross, volume, 1000, "Wh/L", "energy_density"),
        _ratio(power, mass, 1000, "W/kg", "specific_power"),
    ]


def _value(cell: dict[str, Figure], metric: str) -> float:
    value = cell[metric].value
    assert value is not None, "figures without a value were refused"
    return value


def _half(figure: Figure) -> float:
    # P10–P90 as a share of the value, half of it.
    value = figure.value or 1.0
    return 0.0 if figure.low is None or figure.high is None else (figure.high - figure.low) / 2 / abs(value)


def _scaled(figure: Figure, factor: float, unit: str, metric: str, share: SpanOfShare | None = None) -> Figure:
    """A cell's figure times a count: all cells share what the model does not know, so the interval scales with it."""
    value, half = (figure.value or 0.0) * factor, _half(figure)
    if share is not None:
        value /= share.value
        half = math.hypot(half, P90 * (share.high - share.low) / math.sqrt(12) / share.value)
    return _made(figure, metric, value, half, unit)


def _made(figure: Figure, metric: str, value: float, half: float, unit: str) -> Figure:
    return Figure(metric=metric, value=value, unit=unit, method=figure.method, origin=figure.origin, note="of the pack",
                  conditions=figure.conditions, low=value * (1 - half), high=value * (1 + half),
                  validity=figure.validity)


def _moved(figure: Figure, added: float) -> Figure:
    ends = {name: getattr(figure, name) for name in ("value", "low", "high")}
    return figure.model_copy(update={name: None if end is None else end + added for name, end in ends.items()})


def _ratio(upper: Figure, lower: Figure, factor: float, unit: str, metric: str) -> Figure:
    value = factor * (upper.value or 0.0) / (lower.value or 1.0)
    return _made(upper, metric, value, math.hypot(_half(upper), _half(lower)), unit)


def _kept(needs: PackNeeds, figures: tuple[Figure, ...]) -> str:
    """Which asks on mass, volume, energy and power the pack keeps, in words."""
    of = {f.metric: f.value or 0.0 for f in figures}
    rows = [("mass", needs.mass_kg, of["mass"], "kg", True), ("volume", needs.volume_L, of["volume"], "L", True),
            ("usable energy", needs.energy_kWh, of["usable_energy"], "kWh", False),
            ("pulse power", needs.power_kW, of["discharge_power_pulse"], "kW", False)]
    words = []
    for name, asked, value, unit, upper in rows:
        if asked is not None:
            kept = value <= asked if upper else value >= asked
            words.append(f"{name} {'kept' if kept else 'not kept'}: {value:.4g} of {asked:g} {unit}")
    return "; ".join(words)


def _cell_needs(needs: PackNeeds, over: Overheads, series: int, parallel: int, volts: float) -> CellNeeds:
    n = series * parallel
    energy = None if needs.energy_kWh is None else 1000 * needs.energy_kWh / window(over) / n
    mass = None if needs.mass_kg is None else 1000 * needs.mass_kg * over.mass_share.value / n
    volume = None if needs.volume_L is None else 1000 * needs.volume_L * over.volume_share.value / n
    return CellNeeds(
        series=series, parallel=parallel, energy_Wh_min=energy, mass_g_max=mass, volume_mL_max=volume,
        capacity_Ah_min=None if energy is None else energy * series / volts,
        specific_energy_Wh_kg_min=None if energy is None or mass is None else 1000 * energy / mass,
        energy_density_Wh_L_min=None if energy is None or volume is None else 1000 * energy / volume,
        power_W_min=None if needs.power_kW is None else 1000 * needs.power_kW / n)
