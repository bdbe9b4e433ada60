"""From spaces and asks to forward models: which label tables are needed, filling them, fitting surrogates."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from knowledge.ask import Ask
from knowledge.cell import CellDesign, ElectrodePair
from knowledge.offer import BuildUp, SearchStep
from knowledge.protocol import Discharge, Protocol, PulsePower, ThermalDischarge
from tools.failures import ToolFailure
from tools.generate.electrodes import ElectrodeSpace
from tools.generate.space import DesignSpace
from tools.optimise.database import Database, Labels
from tools.optimise.features import Features, features_for, open_rate
from tools.optimise.prediction import ALWAYS_ANSWERS, AreaModel, enough, head_values, heads_of
from tools.optimise.surrogate import Method, Surrogate, fit_outcomes
from tools.simulate.evaluate import evaluate_all
from tools.simulate.point import Mesh, Outcome, SimulationPoint
from tools.tool import Progress

TABLES = 10           # up to so many tables get the full number of labels, beyond it they share the budget
FIRST_ROWS = 96       # a table stops here if its Gaussian process is good
GOOD_ENOUGH = 0.01    # median left-out error, of the value or of a volt
COLLAPSING = ("capacity_mAh_cm2", "energy_mWh_cm2")
COLLAPSED = 0.2       # of the 95th percentile
THERMAL_SHARE = 0.6   # a thermal label costs about twice an isothermal one


@dataclass
class Builder:
    """Build-ups, each made once, without cost unless `costed`; designs that cannot be built raise again."""

    costed: bool = False
    known: dict[CellDesign, BuildUp | ToolFailure] = field(default_factory=dict)
    areal_mAh_cm2: dict[ElectrodePair, float] = field(default_factory=dict)

    def __call__(self, design: CellDesign) -> BuildUp:
        """The build-up of a design.

        Raises:
            ToolFailure: the design cannot be built.
        """
        found = self.known.get(design)
        if found is None:
            from tools.simulate.buildup import build_up

            try:
                found = build_up(design, self.costed)
                self.areal_mAh_cm2[design.pair] = found.areal_capacity_mAh_cm2
            except ToolFailure as error:
                found = error
            self.known[design] = found
        if isinstance(found, ToolFailure):
            raise found
        return found


@dataclass
class DryRun:
    """Plays the simulator to learn which protocols and rates the asks lead to; its answers are plausible, unused."""

    builder: Builder
    asked: dict[tuple[str, Protocol], list[float | None]] = field(default_factory=dict)
    name: str = "dry run"

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """Outcomes of an ideal cell: all of its capacity at the middle of its voltage window."""
        found = []
        for point in points:
            self.asked.setdefault((point.pair.system, protocol), []).append(point.rate_C)
            volts = (point.pair.v_min + point.pair.v_max) / 2
            charge = self.builder.areal_mAh_cm2[point.pair]
            found.append(Outcome(status="ok", values={
                "capacity_mAh_cm2": charge, "energy_mWh_cm2": charge * volts, "mean_voltage_V": volts, "time_s": 3600.0,
                "resistance_ohm_cm2": 20.0, "ocv_V": volts, "voltage_end_V": volts, "power_mW_cm2": 10.0,
                "time_min": 30.0, "temperature_rise_K": 5.0, "max_temperature_C": 30.0,
                "efficiency_pct": 95.0,
            }))
        return found


@dataclass(frozen=True)
class Needed:
    """One label table that the asks need, and the range of own rates it must span."""

    system: str
    protocol: Protocol
    rates_C: tuple[float, float] | None


def needed_tables(
    designs: Sequence[CellDesign], asks: Sequence[Ask], builder: Builder
) -> tuple[Needed, ...]:
    """The tables for some designs of all spaces under the asks; rates from their 2nd to 98th percentile."""
    dry = DryRun(builder)
    evaluate_all(designs, asks, dry, "search", builder=builder)
    found = []
    for (system, protocol), rates in dry.asked.items():
        own = [r for r in rates if r is not None]
        span = (max(float(np.quantile(own, 0.02)), 0.01), max(float(np.quantile(own, 0.98)), 0.02)) if own else None
        found.append(Needed(system, protocol, span if open_rate(protocol) else None))
    return tuple(sorted(found, key=lambda n: (n.system, n.protocol.kind, n.protocol.model_dump_json())))


def rows_of(needed: Needed, tables: int, simulations: int) -> int:
    """Labels for one table: `simulations`, less where more than ten tables share the budget."""
    share = min(1.0, TABLES / max(tables, 1))
    thermal = THERMAL_SHARE if isinstance(needed.protocol, ThermalDischarge) else 1.0
    return max(64, round(simulations * share * thermal))


def forward_models(
    spaces: Sequence[DesignSpace], needed: Sequence[Needed], database: Database, simulations: int,
    progress: Progress, first_only: bool = False,
) -> tuple[dict[tuple[str, Protocol], AreaModel], list[Labels], list[SearchStep]]:
    """A model for every needed table, the labels behind them, and a log line for each.

    With `first_only` no table gets more than its first labels. A table in which too few points answered has no model:
    its system then has no prediction there, and the log says so.
    """
    electrodes = {s.system: s.electrodes for s in spaces}
    models: dict[tuple[str, Protocol], AreaModel] = {}
    used: list[Labels] = []
    log: list[SearchStep] = []
    for asked in needed:
        started = time.perf_counter()
        space = electrodes[asked.system]
        table = replace(asked, protocol=canonical(asked.protocol, space))
        features = features_for(space, table.protocol, table.rates_C)
        rows = min(simulations, FIRST_ROWS) if first_only else rows_of(table, len(needed), simulations)
        labels, model, note = _labelled(database, space, table, features, rows, progress)
        used.append(labels)
        if model is not None:
            models[asked.system, asked.protocol] = AreaModel(table.protocol, features, *model)
        log.append(SearchStep(
            system=table.system, format="any", step=f"labels: {describe(table.protocol)}", count=len(labels.x),
            kept=int(labels.answered.sum()), wall_s=time.perf_counter() - started,
            note=f"{labels.fresh} simulated now by {database.simulator.name}; {note}",
        ))
    return models, used, log


def canonical(protocol: Protocol, space: ElectrodeSpace) -> Protocol:
    """The protocol without a cut-off or limit that is the system's own: one table serves both ways of writing it."""
    template = space.template
    if isinstance(protocol, PulsePower):
        own = template.v_min if protocol.direction == "discharge" else template.v_max
        return protocol.model_copy(update={"v_limit": None}) if protocol.v_limit == own else protocol
    if isinstance(protocol, Discharge | ThermalDischarge) and protocol.v_min == template.v_min:
        return protocol.model_copy(update={"v_min": None})
    return protocol


def _labelled(
    database: Database, space: ElectrodeSpace, table: Needed, features: Features, rows: int, progress: Progress
) -> tuple[Labels, tuple[Surrogate, Surrogate | None] | None, str]:
    """Labels in two stages: the full number only where the first ones do not give a good model."""
    fresh = 0
    for stage in (FIRST_ROWS, rows) if rows > FIRST_ROWS else (rows,):
        labels = database.labels(space, table.protocol, features, stage, progress)
        fresh += labels.fresh
        model, note = _model(database, labels, table, "auto" if stage == rows > FIRST_ROWS else "gp")
        if model is None and not labels.answered.any():
            break
        if model is not None and max(model[0].errors.values()) <= GOOD_ENOUGH:
            break
    return replace(labels, fresh=fresh), model, note


def _model(
    database: Database, labels: Labels, table: Needed, method: Method
) -> tuple[tuple[Surrogate, Surrogate | None] | None, str]:
    heads = heads_of(table.protocol)
    y = _floored(heads, head_values(table.protocol, labels.names, labels.y))
    rows = labels.answered & np.isfinite(y).all(1)
    if not rows.any():
        return None, "no point answered: this system has no prediction here"
    if not enough(int(rows.sum())):
        return None, f"only {int(rows.sum())} points answered: this system has no prediction here"
    fitted = database.fitted(labels, heads, method)
    if fitted is None:
        fitted = fit_outcomes(labels.x[rows], y[rows], heads, seed=0, method=method, device=database.device)
        fitted = database.keep_fit(labels, heads, method, fitted)
    answers = None
    if rows.mean() < ALWAYS_ANSWERS:
        answers = database.fitted(labels, ("ok",), "gp")
        if answers is None:
            answers = fit_outcomes(labels.x, rows.astype(float)[:, None], ("ok",), seed=0, method="gp")
            answers = database.keep_fit(labels, ("ok",), "gp", answers)
    words = ", ".join(f"{h} {100 * e:.2g} %" if fitted.log[i] else f"{h} {e:.2g}"
                      for i, (h, e) in enumerate(fitted.errors.items()))
    return (fitted, answers), f"{fitted.model.kind}, median left-out error {words}"


def _floored(heads: Sequence[str], y: np.ndarray) -> np.ndarray:
    """Charge and energy (n, n_heads) not below a fifth of what good designs of the table give.

    A design that collapses at a high rate is out of the question; how completely it does would only cost accuracy.
    """
    y = y.copy()
    for i, head in enumerate(heads):
        if head in COLLAPSING and np.isfinite(y[:, i]).any():
            y[:, i] = np.maximum(y[:, i], COLLAPSED * np.nanquantile(y[:, i], 0.95))
    return y


def describe(protocol: Protocol) -> str:
    """A protocol in a few words, for the log."""
    facts = protocol.model_dump(exclude={"kind"}, exclude_none=True)
    short = {"rate_C": "C", "max_rate_C": "C at most", "soc_pct": " % SOC", "duration_s": " s", "temperature_C": " °C",
             "ambient_C": " °C ambient", "charge_C": "C charge", "discharge_C": "C discharge"}
    words = [f"{facts[name]:.3g}{unit}" for name, unit in short.items() if name in facts]
    if "soc_to_pct" in facts:
        words.append(f"{facts['soc_from_pct']:.3g} to {facts['soc_to_pct']:.3g} % SOC")
    return " ".join([protocol.kind.replace("_", " "), *words])
