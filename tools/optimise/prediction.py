"""A simulator that answers from surrogates: predicted designs are measured by the same rules as simulated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from knowledge.protocol import CycleAgeing, Protocol
from tools.failures import BadInput
from tools.optimise.features import Features
from tools.optimise.surrogate import MIN_ROWS, Surrogate, extended, refitted
from tools.simulate.measure_life import GAINED_PCT
from tools.simulate.point import Mesh, Outcome, SimulationPoint, Simulator, Status

LIFE = "cycles_to_end"  # of life: simulated, or in proportion to what was lost by the last cycle
LONGEST = 10.0          # of the cycles that were run: lives beyond are all alike

# What the measures read of each protocol; the mean voltage is energy over capacity.
HEADS: dict[str, tuple[str, ...]] = {
    "discharge": ("capacity_mAh_cm2", "energy_mWh_cm2"),
    "thermal_discharge": ("capacity_mAh_cm2", "energy_mWh_cm2", "temperature_rise_K"),
    "pulse": ("resistance_ohm_cm2", "ocv_V", "voltage_end_V"),
    "pulse_power": ("power_mW_cm2",),
    "fast_charge": ("time_min",),
    "round_trip": ("efficiency_pct",),
    "cycle_ageing": (LIFE,),
}
ALWAYS_ANSWERS = 0.995
DOMAIN = 0.02         # of a feature's range beyond its ends: rounding, and a step that no smooth model minds
EXTRAPOLATED = {"validity": "extrapolated", "note": "predicted from outside the sampled ranges"}
REFUSAL: dict[str, Status] = {"discharge": "cannot carry the current", "thermal_discharge": "cannot carry the current",
           "pulse": "cannot carry the current", "pulse_power": "cannot carry the current",
           "fast_charge": "limit reached", "round_trip": "cannot carry the current",
           "cycle_ageing": "failed"}


@dataclass(frozen=True)
class AreaModel:
    """The surrogates of one system under one protocol: the outcome's heads, and whether there is an answer at all."""

    protocol: Protocol
    features: Features
    heads: Surrogate
    answers: Surrogate | None   # None where every label answered

    def outside(self, x: np.ndarray) -> np.ndarray:
        """Which features (n, n_features) lie outside the sampled ranges, so that an answer is extrapolated (n,)."""
        return np.asarray(((x < -DOMAIN) | (x > 1 + DOMAIN)).any(1))

    def outcomes(self, points: Sequence[SimulationPoint], sigmas: float) -> list[Outcome]:
        """Predicted outcomes, every head shifted by `sigmas` standard deviations; extrapolated ones are marked."""
        import torch

        features = np.array([self.features.of(p) for p in points])
        x, outside = torch.as_tensor(features), self.outside(features)
        with torch.no_grad():
            values, above = self.heads.predict(x)
            columns = {n: (values[n] + sigmas * (above[n] - values[n])).numpy() for n in self.heads.names}
            ok = np.ones(len(points), dtype=bool)
            if self.answers is not None:
                ok = self.answers.predict(x)[0]["ok"].numpy() >= 0.5
        kind = self.protocol.kind
        found = []
        for i in range(len(points)):
            if not ok[i]:
                found.append(Outcome(status=REFUSAL[kind], note="predicted"))
                continue
            predicted = _outcome(kind, {n: float(c[i]) for n, c in columns.items()}, self.protocol)
            found.append(predicted.model_copy(update=EXTRAPOLATED) if outside[i] else predicted)
        return found

    def learnt(self, points: Sequence[SimulationPoint], outcomes: Sequence[Outcome]) -> AreaModel:
        """The model after new labels."""
        rows = [(p, o) for p, o in zip(points, outcomes, strict=True) if o.values]
        if not rows:
            return self
        names = sorted({n for _, o in rows for n in o.values})
        y = head_values(self.protocol, names, np.array([[o.values.get(n, np.nan) for n in names] for _, o in rows]))
        known = np.isfinite(y).all(1)
        if not known.any():
            return self
        x = np.array([self.features.of(p) for p, _ in rows])
        return replace(self, heads=extended(self.heads, x[known], y[known]))


def _outcome(kind: str, values: dict[str, float], protocol: Protocol) -> Outcome:
    curve: dict[str, list[float]] = {}
    if isinstance(protocol, CycleAgeing):
        return Outcome(status="ok", values=_lived(values[LIFE], protocol))
    if kind in {"discharge", "thermal_discharge"}:
        values["mean_voltage_V"] = values["energy_mWh_cm2"] / max(values["capacity_mAh_cm2"], 1e-9)
    if kind == "thermal_discharge":
        ambient = getattr(protocol, "ambient_C", 25.0)
        values["max_temperature_C"] = ambient + values["temperature_rise_K"]
        curve = _straight(values, ambient)
    return Outcome(status="ok", values=values, curve=curve)


def head_values(protocol: Protocol, names: Sequence[str], y: np.ndarray) -> np.ndarray:
    """The heads (n, n_heads) of outcomes given as columns (n, n_names); NaN where an outcome has none.

    A life that was not run to its end is that in proportion to the loss; one that gains capacity has none to read.
    """
    column = {name: y[:, i] for i, name in enumerate(names)}
    nothing = np.full(len(y), np.nan)
    if not isinstance(protocol, CycleAgeing):
        return np.stack([column.get(h, nothing) for h in heads_of(protocol)], axis=1)
    left, last = (column.get(name, nothing) for name in ("capacity_retention_pct", "last_cycle"))
    room = (100 - protocol.eol_pct) / np.maximum(100 - left, 1e-9)
    unfinished = np.where(left <= GAINED_PCT, last * np.minimum(room, LONGEST), np.nan)
    ended = column.get("cycles", nothing)
    return np.asarray(np.where(np.isfinite(ended), ended, unfinished)[:, None])


def _lived(cycles: float, protocol: CycleAgeing) -> dict[str, float]:
    """What an ageing run gives at a life of so many cycles; the inverse of `head_values`."""
    room = 100 - protocol.eol_pct
    if cycles < protocol.max_cycles:
        return {"cycles": cycles, "last_cycle": cycles, "capacity_retention_pct": protocol.eol_pct}
    last = float(protocol.max_cycles)
    return {"last_cycle": last, "capacity_retention_pct": 100 - room * last / cycles}


def _straight(values: dict[str, float], ambient: float) -> dict[str, list[float]]:
    # A straight rise to the highest temperature: good enough to tell how much flows below a limit.
    share = [i / 10 for i in range(11)]
    return {
        "time_s": [3600 * s for s in share], "voltage_V": [values["mean_voltage_V"]] * 11,
        "temperature_C": [ambient + s * values["temperature_rise_K"] for s in share],
    }


@dataclass
class SurrogateSimulator:
    """Answers every protocol for which its systems have a model; `sigmas` shifts all predictions."""

    models: dict[tuple[str, Protocol], AreaModel]
    sigmas: float = 0.0
    name: str = "surrogate"
    taught: set[tuple[Protocol, SimulationPoint]] = field(default_factory=set)   # what `learn` has taken in

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """Predicted outcomes in order; a point whose system has no model gets status 'failed'."""
        found: list[Outcome] = [Outcome(status="failed", note="no surrogate for this protocol")] * len(points)
        for system in dict.fromkeys(p.pair.system for p in points):
            model = self.models.get((system, protocol))
            rows = [i for i, p in enumerate(points) if p.pair.system == system]
            if model is not None:
                answers = model.outcomes([points[i] for i in rows], self.sigmas)
                for i, outcome in zip(rows, answers, strict=True):
                    found[i] = outcome
        return found

    def learn(self, known: Mapping[Protocol, Mapping[SimulationPoint, Outcome]], refit: bool = False) -> None:
        """Teach each model the answers of its system and protocol that it has not been taught yet.

        Args:
            refit: fit the hyperparameters of Gaussian processes anew.
        """
        for (system, protocol), model in self.models.items():
            rows = [(p, o) for p, o in known.get(protocol, {}).items()
                    if o.values and p.pair.system == system and (protocol, p) not in self.taught]
            if rows:
                self.taught.update((protocol, p) for p, _ in rows)
                taught = model.learnt([p for p, _ in rows], [o for _, o in rows])
                self.models[system, protocol] = replace(taught, heads=refitted(taught.heads)) if refit else taught


@dataclass
class Recorder:
    """Passes points on to a simulator and remembers every answer; a point that is asked again is not run again."""

    inner: Simulator
    name: str = ""
    known: dict[Protocol, dict[SimulationPoint, Outcome]] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """The inner simulator's outcomes, in order."""
        held = self.known.setdefault(protocol, {})
        missing = [p for p in dict.fromkeys(points) if p not in held or (curves and not held[p].curve)]
        if missing:
            self.count += len(missing)
            answers = self.inner.simulate(missing, protocol, mesh, curves)
            held.update(zip(missing, answers, strict=True))
        return [held[p] for p in points]

    def rates(self, system: str, protocol: Protocol) -> tuple[float, float] | None:
        """The lowest and highest own rate that was asked under a protocol; None where the protocol has the rate."""
        own = [p.rate_C for p in self.known.get(protocol, {}) if p.pair.system == system and p.rate_C is not None]
        return (min(own), max(own)) if own else None


@dataclass
class LivesApart:
    """A simulator that leaves lives to another one; where there is none they are unanswered, to be aged later."""

    inner: Simulator
    ageing: Simulator | None = None
    name: str = ""

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """The simulators' outcomes, in order; status 'failed' where a life is asked and there is none for lives."""
        if not isinstance(protocol, CycleAgeing):
            return self.inner.simulate(points, protocol, mesh, curves)
        if self.ageing is None:
            return [Outcome(status="failed", note="aged later, where the rest is kept")] * len(points)
        return self.ageing.simulate(points, protocol, mesh, curves)


def heads_of(protocol: Protocol) -> tuple[str, ...]:
    """The outcome values that are predicted for a protocol.

    Raises:
        BadInput: the protocol is not one that surrogates answer (storage).
    """
    try:
        return HEADS[protocol.kind]
    except KeyError as error:
        raise BadInput(f"{protocol.kind} is not predicted by surrogates: leave it out of the search") from error


def enough(rows: int) -> bool:
    """Whether a surrogate can be fitted to so many answered labels."""
    return rows >= MIN_ROWS
