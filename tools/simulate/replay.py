"""Simulators that remember and repeat: an outcome per square centimetre serves every cell built of that pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.protocol import Discharge, Protocol, Pulse, ThermalDischarge
from tools.failures import ToolFailure
from tools.simulate.balance import balance
from tools.simulate.point import Mesh, Outcome, SimulationPoint, Simulator

Seen = tuple[SimulationPoint, float, Outcome]


class Recorder:
    """A simulator that keeps what another one answers on the search mesh."""

    def __init__(self, inner: Simulator) -> None:
        self.inner, self.name = inner, inner.name
        self.seen: dict[Protocol, list[Seen]] = {}

    def simulate(self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search",
                 curves: bool = False) -> list[Outcome]:
        """The other simulator's outcomes."""
        found = self.inner.simulate(points, protocol, mesh, curves)
        if mesh != "search":
            return found
        rows = self.seen.setdefault(protocol, [])
        rows += [(p, balance(p.pair).areal_capacity_mAh_cm2, o) for p, o in zip(points, found, strict=True)]
        return found


class Replay:
    """The outcomes of a recorder for a slightly different cell, without simulating.

    Charge and energy go with the areal capacity, a change of the path resistance adds its ohmic drop, voltages may be
    scaled; times, powers and temperatures stay.
    """

    name = "replay"

    def __init__(self, seen: Mapping[Protocol, list[Seen]], voltage: float = 1.0) -> None:
        self.seen, self.voltage = seen, voltage

    def simulate(self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search",
                 curves: bool = False) -> list[Outcome]:
        """The recorded outcome of the nearest rate, adapted to each point."""
        return [self._adapted(point, protocol) for point in points]

    def _adapted(self, point: SimulationPoint, protocol: Protocol) -> Outcome:
        rows = self.seen.get(protocol)
        if not rows:
            return Outcome(status="failed", note="was not simulated")
        try:
            held = balance(point.pair).areal_capacity_mAh_cm2
        except ToolFailure as failure:
            return Outcome(status="failed", note=failure.message)
        nearest = min(rows, key=lambda row: abs((row[0].rate_C or 0.0) - (point.rate_C or 0.0)))
        return _changed(nearest, point, protocol, held, self.voltage)


def _changed(row: Seen, point: SimulationPoint, protocol: Protocol, held: float, voltage: float) -> Outcome:
    before, before_held, outcome = row
    share, values = held / before_held, dict(outcome.values)
    added = point.path_resistance_ohm_cm2 - before.path_resistance_ohm_cm2
    if isinstance(protocol, Pulse) and "resistance_ohm_cm2" in values:
        values["resistance_ohm_cm2"] += added
    if isinstance(protocol, Discharge | ThermalDischarge) and values.get("capacity_mAh_cm2"):
        rate = protocol.rate_C if protocol.rate_C is not None else point.rate_C or 0.0
        drop = rate * held / 1000 * added
        mean = values["energy_mWh_cm2"] / values["capacity_mAh_cm2"] * voltage - drop
        values["capacity_mAh_cm2"] *= share
        values["energy_mWh_cm2"] = values["capacity_mAh_cm2"] * mean
        values["mean_voltage_V"] = mean
    return outcome.model_copy(update={"values": values})
