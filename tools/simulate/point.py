"""What a simulator is given and gives back: electrode pairs per square centimetre, independent of any case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, runtime_checkable
from typing import Protocol as Interface

from pydantic import Field

from knowledge.cell import ElectrodePair
from knowledge.frozen import Frozen
from knowledge.protocol import Protocol

# How a question is simulated: by the batched model on the search mesh or the finer verify mesh, or by a plain
# `pybamm.Simulation` made anew for each design ("rebuild": isothermal discharges only).
BatchedMesh = Literal["search", "verify"]
Mesh = Literal["search", "verify", "rebuild"]
DELEGATED_WORDS = "computed by"  # begins the note of an outcome that another solver had to give
LEFT_WORDS = "left unsolved"     # begins the note of one that was not worth another solver's time
MESH_ERROR = "mesh_error_pct"  # among a solver's values where it estimates its own error
Status = Literal["ok", "cannot carry the current", "limit reached", "out of validity", "failed"]


class SimulationPoint(Frozen):
    """One pair with what its cell adds: the ohmic path, its heat capacity and cooled surface per electrode area."""

    pair: ElectrodePair
    path_resistance_ohm_cm2: float = Field(default=0.0, ge=0)
    rate_C: float | None = Field(default=None, description="used where the protocol leaves the rate to the design")
    heat_capacity_J_K_cm2: float | None = None
    cooled_surface_ratio: float | None = Field(default=None, description="outer surface over electrode area")


class Outcome(Frozen):
    """Result of one point under one protocol. `values` are per cm² of electrode or intensive; names carry units.

    discharge: capacity_mAh_cm2, energy_mWh_cm2, mean_voltage_V, time_s
    thermal_discharge: the same and temperature_rise_K, max_temperature_C
    pulse: resistance_ohm_cm2, voltage_end_V, ocv_V
    pulse_power: power_mW_cm2, current_mA_cm2, voltage_end_V, ocv_V
    fast_charge: time_min, min_anode_potential_V, capacity_mAh_cm2, max_rate_C
    round_trip: efficiency_pct, energy_out_mWh_cm2, energy_in_mWh_cm2, charge_time_min
    cycle_ageing: cycles, capacity_retention_pct (at the last simulated cycle), last_cycle, resistance_growth_pct,
        energy_retention_pct, energy_throughput_mWh_cm2 (up to the end of life, or the last cycle)
    calendar_ageing: years (to the end of life, where reached), capacity_retention_pct (at the last check-up), last_year
    all, where the solver estimates it: mesh_error_pct, the error of the main value
    """

    status: Status
    values: dict[str, float] = Field(default_factory=dict)
    curve: dict[str, list[float]] = Field(default_factory=dict, description="time_s, voltage_V, … on demand, thinned")
    validity: Literal["inside", "extrapolated", "out of validity"] = "inside"
    note: str = ""


class Simulator(Interface):
    """Anything that answers protocols for many points: PyBaMM, the batched DFN, a surrogate."""

    name: str

    def simulate(
        self, points: Sequence[SimulationPoint], protocol: Protocol, mesh: Mesh = "search", curves: bool = False
    ) -> list[Outcome]:
        """One outcome a point, in order; a solver failure is an outcome with status 'failed', never an exception."""
        ...


@runtime_checkable
class AgesCheaply(Interface):
    """A simulator that ages many designs side by side, at the cost of a few discharges each."""

    def alone(self) -> Simulator:
        """The same without the dear one behind it: what it cannot solve stays unanswered."""
        ...
