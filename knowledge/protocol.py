"""What a cell is asked to do. One frozen model a protocol; together they are the `Protocol` union.

1C is the current that passes the pair's balanced stoichiometric capacity (between v_min and v_max on the
open-circuit curve) in one hour. Where `rate_C` is None the rate belongs to each design (see `SimulationPoint.rate_C`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from knowledge.frozen import Frozen

Temperature = Annotated[float, Field(gt=-80, lt=120)]


class Discharge(Frozen):
    """Constant-current discharge from 100 % SOC to v_min, isothermal."""

    kind: Literal["discharge"] = "discharge"
    rate_C: float | None = Field(default=1 / 3, gt=0, le=30)
    temperature_C: Temperature = 25.0
    v_min: float | None = Field(default=None, description="cut-off where the document sets its own [V]")


class ThermalDischarge(Frozen):
    """Constant-current discharge with a lumped cell temperature, cooled over its surface."""

    kind: Literal["thermal_discharge"] = "thermal_discharge"
    rate_C: float | None = Field(default=1.0, gt=0, le=30)
    ambient_C: Temperature = 25.0
    heat_transfer_W_m2K: float = Field(default=10.0, ge=0, le=1000, description="over the cell's outer surface")
    v_min: float | None = None


class Pulse(Frozen):
    """A current pulse from rest at a state of charge: gives the resistance at its end."""

    kind: Literal["pulse"] = "pulse"
    direction: Literal["discharge", "charge"] = "discharge"
    rate_C: float | None = Field(default=1.0, gt=0, le=60)
    duration_s: float = Field(default=10.0, gt=0, le=600)
    soc_pct: float = Field(default=50.0, ge=0, le=100)
    temperature_C: Temperature = 25.0


class PulsePower(Frozen):
    """The power that can be held for a duration before a voltage limit is reached, from rest."""

    kind: Literal["pulse_power"] = "pulse_power"
    direction: Literal["discharge", "charge"] = "discharge"
    duration_s: float = Field(default=30.0, gt=0, le=600)
    soc_pct: float = Field(default=50.0, ge=0, le=100)
    temperature_C: Temperature = 25.0
    v_limit: float | None = Field(default=None, description="None takes the pair's own limit [V]")


class FastCharge(Frozen):
    """Charge over a SOC window as fast as rate, v_max and an anode potential ≥ the limit allow."""

    kind: Literal["fast_charge"] = "fast_charge"
    soc_from_pct: float = Field(default=10.0, ge=0, lt=100)
    soc_to_pct: float = Field(default=80.0, gt=0, le=100)
    temperature_C: Temperature = 25.0
    max_rate_C: float | None = Field(default=5.0, gt=0, le=30)
    anode_potential_limit_V: float = 0.0


class RoundTrip(Frozen):
    """A full discharge from 100 % SOC to v_min and the charge back: constant current to v_max, held to C/20.

    A rate that is None belongs to each design.
    """

    kind: Literal["round_trip"] = "round_trip"
    charge_C: float | None = Field(default=1 / 3, gt=0, le=6)
    discharge_C: float | None = Field(default=1 / 3, gt=0, le=10)
    temperature_C: Temperature = 25.0


class CycleAgeing(Frozen):
    """Repeated cycles to an end-of-life capacity."""

    kind: Literal["cycle_ageing"] = "cycle_ageing"
    charge_C: float = Field(default=0.5, gt=0, le=6)
    discharge_C: float = Field(default=1.0, gt=0, le=10)
    dod_pct: float = Field(default=100.0, gt=0, le=100)
    temperature_C: Temperature = 25.0
    eol_pct: float = Field(default=80.0, gt=0, lt=100)
    max_cycles: int = Field(default=2000, ge=1, le=20000)


class CalendarAgeing(Frozen):
    """Storage at rest from a state of charge: the capacity that a recharge still brings back, over the years."""

    kind: Literal["calendar_ageing"] = "calendar_ageing"
    soc_pct: float = Field(default=50.0, ge=0, le=100, description="at the beginning; what is lost is not recharged")
    temperature_C: Temperature = 25.0
    years: float = Field(default=10.0, gt=0, le=60)
    eol_pct: float = Field(default=80.0, gt=0, lt=100)


AGEING = (CycleAgeing, CalendarAgeing)  # slow, so simulated for the best designs only
Protocol = Annotated[
    Discharge | ThermalDischarge | Pulse | PulsePower | FastCharge | RoundTrip | CycleAgeing | CalendarAgeing,
    Field(discriminator="kind")
]
