"""P10–P90 intervals: each cause of scatter is sent through build-up and figures; independent causes add in quadrature.

First order: figure(cause one σ away) − figure(nominal) is that cause's share of the standard deviation; P10 and P90 are
1.2816 σ away. Causes that change the pair's behaviour are simulated; all others replay the nominal outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from knowledge.ask import Ask
from knowledge.cell import CellDesign
from knowledge.figure import Figure, Scatter, Share
from knowledge.offer import BuildUp
from knowledge.protocol import Protocol
from knowledge.sheet import Assumed
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import Builder, evaluate_all
from tools.simulate.point import Simulator
from tools.simulate.replay import Recorder, Replay, Seen
from tools.simulate.tolerance import Cause, causes, table
from tools.simulate.varied import varied

P90 = 1.2815515655446004  # standard normal
LARGEST = 3


def with_scatter(design: CellDesign, asks: Sequence[Ask], figures: Sequence[Figure], recorder: Recorder,
                 assumed: Sequence[Assumed] = ()) -> tuple[tuple[Figure, ...], tuple[Scatter, ...]]:
    """The figures with P10–P90 in `low` and `high`, and what each one's scatter comes from.

    Args:
        recorder: what simulated the figures; it simulates the causes that need it.
        assumed: what a sheet left out; it scatters more than what it states.
    """
    nominal = _values(design, asks, Replay(recorder.seen))
    built = build_up(design)
    seen = {protocol: list(rows) for protocol, rows in recorder.seen.items()}
    found: list[tuple[str, list[float | None]]] = []
    for cause in causes(design, assumed):
        values = _of_cause(cause, asks, recorder.inner, seen, built)
        found.append((cause.name, values))
    rows = [_interval(figure, base, [(name, values[i]) for name, values in found])
            for i, (figure, base) in enumerate(zip(figures, nominal, strict=True))]
    return tuple(f for f, _ in rows), tuple(s for _, s in rows if s is not None)


def _of_cause(cause: Cause, asks: Sequence[Ask], inner: Simulator, seen: Mapping[Protocol, list[Seen]],
              nominal: BuildUp) -> list[float | None]:
    if cause.simulated:
        # Particles and pores stand for transport: the cell weighs and measures what it did.
        return _values(cause.design, asks, inner, lambda _: nominal)
    with varied(cause.changed):
        return _values(cause.design, asks, Replay(seen, cause.voltage))


def _values(design: CellDesign, asks: Sequence[Ask], simulator: Simulator, builder: Builder | None = None
            ) -> list[float | None]:
    return [figure.value for figure in evaluate_all([design], asks, simulator, builder=builder)[0].figures]


def _interval(figure: Figure, base: float | None, values: list[tuple[str, float | None]]
              ) -> tuple[Figure, Scatter | None]:
    if figure.value is None or base is None or figure.metric in UNSCATTERED:
        return figure, None
    shares = [Share(cause=name, sigma=abs(value - base)) for name, value in values if value is not None]
    if figure.metric in HEATED:
        shares.append(Share(cause="heat transfer", sigma=table()["model"]["heat_transfer"]["relative"] * _rise(figure)))
    sigma = math.sqrt(sum(s.sigma**2 for s in shares))
    largest = tuple(sorted((s for s in shares if s.sigma > 0), key=lambda s: -s.sigma)[:LARGEST])
    half = P90 * sigma + abs(figure.value - base)  # what a finer mesh has moved
    return (figure.model_copy(update={"low": figure.value - half, "high": figure.value + half}),
            Scatter(metric=figure.metric, sigma=sigma, largest=largest))


def _rise(figure: Figure) -> float:
    ambient, value = figure.conditions.get("ambient_temperature_C", 25.0), figure.value or 0.0
    if figure.metric == "surface_temperature" and isinstance(ambient, int | float):
        value -= ambient
    return abs(value)


HEATED = frozenset({"temperature_rise", "surface_temperature"})
# What the design fixes, and what has an interval of its own (prices) or none that can be propagated (ageing).
UNSCATTERED = frozenset({
    "length", "width", "thickness", "height", "diameter", "max_voltage", "min_voltage", "charge_voltage",
    "voltage_window", "price", "cycle_life", "capacity_retention", "resistance_growth", "anode_silicon_fraction",
    "cathode_cobalt_fraction", "swelling_reversible"})
