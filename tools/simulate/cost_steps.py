"""What each step of making a cell costs in a plant of a stated volume: labour, depreciation and variable overhead.

The published plant (`knowledge/process_steps.yaml`) is scaled step by step, each by what it handles in a year. Without
energy bills, general overhead, research, interest and margin; one process for every format.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from knowledge.process_steps import Plant, Stage, Step, plant
from tools.failures import BadInput


class Making(NamedTuple):
    """What one good cell asks of a plant: its energy, one-sided positive coating and active masses."""

    energy_kWh: float
    facing_m2: float
    positive_kg: float
    negative_kg: float


class Rates(NamedTuple):
    """The plant's volume, yields and prices; names and units as in `knowledge/materials/process_costs.yaml`."""

    annual_volume_GWh: float
    cell_yield: float
    electrode_yield: float
    labour_usd_per_h: float
    building_usd_per_m2: float
    equipment_depreciation: float
    building_depreciation: float
    overhead_on_labour: float
    overhead_on_depreciation: float


class StepCost(NamedTuple):
    """One step: its plant's year and its share in one good cell.

    `usd_by_energy` is the share if what is counted in cells went by their energy instead: the other end of what cells
    far from the published 0.25 kWh may cost.
    """

    key: str
    name: str
    stage: Stage
    driver: str
    labour_h: float
    equipment_usd: float
    floor_m2: float
    usd: float
    usd_by_energy: float


def step_costs(made: Making, rates: Rates) -> tuple[StepCost, ...]:
    """Every step's cost [USD per good cell] in a plant that makes only this cell.

    x(plant) = x(baseline)·(driver a year / baseline's)^exponent for hours, equipment and floor; the dry room follows
    the floor of the steps in it, coaters also the active mass per area (solvent per mass as in the baseline).

    Raises:
        BadInput: a volume, yield or amount that is not positive.
    """
    if min(made) <= 0 or min(rates[:3]) <= 0:
        raise BadInput(f"costs: volume, yields and amounts must be above 0; they are {rates[:3]} and {tuple(made)}",
                       field="costs.process")
    built = plant()
    cells = rates.annual_volume_GWh * 1e6 / made.energy_kWh
    ratios = _ratios(made, rates, cells, built)
    by_energy = _with_dry_room({**ratios, "cell": ratios["kWh"]}, built)
    return tuple(_step(s, ratios, by_energy, rates, cells) for s in built.steps)


def _ratios(made: Making, rates: Rates, cells: float, built: Plant) -> dict[str, float]:
    """A year of each driver over the baseline's."""
    base, started = built.baseline, cells / rates.cell_yield
    mixed = started / rates.electrode_yield
    return _with_dry_room({
        "kWh": rates.annual_volume_GWh * 1e6 / base.energy_kWh, "cell": started / base.cells,
        "m2 facing": started * made.facing_m2 / base.facing_m2,
        "kg positive": mixed * made.positive_kg / base.positive_kg,
        "kg negative": mixed * made.negative_kg / base.negative_kg,
    }, built)


def _with_dry_room(ratios: dict[str, float], built: Plant) -> dict[str, float]:
    floor = sum(s.dry_share * s.floor_m2 * ratios[s.driver] ** s.floor_exponent for s in built.steps if s.dry_share)
    return {**ratios, "dry room": floor / built.dry_floor_m2}


def _step(s: Step, ratios: dict[str, float], by_energy: dict[str, float], rates: Rates, cells: float) -> StepCost:
    labour_h, equipment, floor, year = _year(s, ratios, rates)
    other = year if ratios[s.driver] == by_energy[s.driver] else _year(s, by_energy, rates)[3]
    return StepCost(s.key, s.name, s.stage, s.driver, labour_h, equipment, floor, year / cells, other / cells)


def _year(s: Step, ratios: dict[str, float], rates: Rates) -> tuple[float, float, float, float]:
    """Hours, equipment [USD], floor [m²] and cost [USD] of a step in a year."""
    ratio = ratios[s.driver]
    drying = (ratios[s.dried] / ratio) ** s.drying_exponent if s.dried is not None else 1.0
    labour_h = s.labour_h * ratio ** s.labour_exponent
    equipment = s.equipment_musd * 1e6 * ratio ** s.equipment_exponent * drying
    floor = s.floor_m2 * ratio ** s.floor_exponent
    labour = labour_h * rates.labour_usd_per_h
    depreciation = (rates.equipment_depreciation * equipment
                    + rates.building_depreciation * rates.building_usd_per_m2 * floor)
    year = labour * (1 + rates.overhead_on_labour) + depreciation * (1 + rates.overhead_on_depreciation)
    return labour_h, equipment, floor, year


def rates_of(value: Callable[[str], float]) -> Rates:
    """The rates by their names."""
    return Rates(*(value(name) for name in Rates._fields))
