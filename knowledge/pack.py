"""Modules and packs: cells in series and parallel, what stands round them, and what a pack's asks mean for a cell."""

from __future__ import annotations

from pydantic import Field

from knowledge.figure import Figure
from knowledge.frozen import Frozen


class Share(Frozen):
    """A share of the whole that cells make up, with the span it may have."""

    value: float = Field(gt=0, le=1)
    low: float = Field(gt=0, le=1)
    high: float = Field(gt=0, le=1)


class Overheads(Frozen):
    """What a pack adds to its cells. The defaults are assumptions between small-module and cell-to-pack designs."""

    mass_share: Share = Field(default=Share(value=0.70, low=0.60, high=0.80), description="cells' mass over the pack's")
    volume_share: Share = Field(default=Share(value=0.45, low=0.30, high=0.60), description="cells' envelope over all")
    connection_mohm_per_cell: float = Field(default=0.05, ge=0, le=10, description="busbar and weld, in series")
    soc_low_pct: float = Field(default=5.0, ge=0, lt=100, description="lower end of the window in use")
    soc_high_pct: float = Field(default=95.0, gt=0, le=100, description="upper end of the window in use")


class PackNeeds(Frozen):
    """What is asked of a pack; leave out what is open."""

    energy_kWh: float | None = Field(default=None, gt=0, description="usable, within the window")
    v_min: float | None = Field(default=None, gt=0, description="lowest voltage in use [V]")
    v_max: float | None = Field(default=None, gt=0, description="highest voltage in use [V]")
    nominal_V: float | None = Field(default=None, gt=0)
    mass_kg: float | None = Field(default=None, gt=0)
    volume_L: float | None = Field(default=None, gt=0)
    power_kW: float | None = Field(default=None, gt=0, description="pulse, 30 s at half charge")
    series: int | None = Field(default=None, ge=1, le=2000)
    parallel: int | None = Field(default=None, ge=1, le=5000)


class CellNeeds(Frozen):
    """What one cell must do in a pack of `series` × `parallel`; a bound is None where the pack asks nothing."""

    series: int
    parallel: int
    capacity_Ah_min: float | None = None
    energy_Wh_min: float | None = None
    specific_energy_Wh_kg_min: float | None = None
    energy_density_Wh_L_min: float | None = None
    mass_g_max: float | None = None
    volume_mL_max: float | None = None
    power_W_min: float | None = None


class PackBuilt(Frozen):
    """A pack of one design: counts, voltage window, and figures of the whole."""

    series: int
    parallel: int
    v_min: float
    v_max: float
    figures: tuple[Figure, ...]
    overheads: Overheads
    note: str = ""
