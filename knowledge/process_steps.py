"""The steps of making a cell, as published for one plant, with their exponents of scale."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, model_validator

from knowledge.frozen import Frozen

FILE = Path(__file__).with_name("process_steps.yaml")
Stage = Literal["electrode_making", "cell_assembly", "formation_and_test", "plant_services"]
Driver = Literal["kWh", "cell", "m2 facing", "kg positive", "kg negative", "dry room"]
STAGE_UNITS: dict[Stage, str] = {
    "electrode_making": "USD/m2", "cell_assembly": "USD/cell", "formation_and_test": "USD/kWh",
    "plant_services": "USD/kWh",
}
Exponent = Annotated[float, Field(gt=0, lt=1)]


class Baseline(Frozen):
    """A year of the published plant."""

    energy_kWh: Annotated[float, Field(gt=0)]
    cells: Annotated[float, Field(gt=0, description="started")]
    facing_m2: Annotated[float, Field(gt=0, description="positive coating in started cells")]
    positive_kg: Annotated[float, Field(gt=0, description="active material mixed")]
    negative_kg: Annotated[float, Field(gt=0, description="active material mixed")]


class Step(Frozen):
    """One step: hours, equipment and floor at the baseline, and the exponents by which its driver scales them."""

    key: str
    name: str
    stage: Stage
    driver: Driver
    labour_h: Annotated[float, Field(gt=0)]
    labour_exponent: Exponent
    equipment_musd: Annotated[float, Field(gt=0)]
    equipment_exponent: Exponent
    floor_m2: Annotated[float, Field(gt=0)]
    floor_exponent: Exponent
    dry_share: float = Field(default=0.0, ge=0, le=1, description="of its floor, inside the dry room")
    dried: Literal["kg positive", "kg negative"] | None = Field(default=None, description="what its equipment dries")
    drying_exponent: float = Field(default=0.0, ge=0, lt=1, description="of its mass per area, on the equipment")


class Plant(Frozen):
    """The published plant: where it was read, its year and its steps."""

    source: str
    baseline: Baseline
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _dry_room_last(self) -> Self:
        keys = [s.key for s in self.steps]
        if len(set(keys)) < len(keys):
            raise ValueError("a step is listed twice")
        if sum(s.driver == "dry room" for s in self.steps) != 1:
            raise ValueError("there must be one dry room")
        return self

    @property
    def dry_floor_m2(self) -> float:
        """Floor inside the dry room at the baseline."""
        return sum(s.dry_share * s.floor_m2 for s in self.steps)


@lru_cache(maxsize=1)
def plant() -> Plant:
    """The published plant that manufacturing costs are scaled from."""
    return Plant.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
