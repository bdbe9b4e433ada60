"""A maker's own limits: what its lines can coat, calender, wind and case, and which systems it approves."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from knowledge.cell import ELECTRODE_VARIABLES
from knowledge.frozen import Frozen
from knowledge.process_steps import STAGE_UNITS

ABOVE_ZERO = frozenset({"rmb_per_usd", "yield", "annual_volume_GWh", "cell_yield", "electrode_yield"})
DEFAULT_FILE = Path(__file__).with_name("house_default.yaml")
LARGEST_FILE = 1_000_000  # bytes


class HouseProfileError(ValueError):
    """A profile that cannot be used; the message names the field and what is wrong with it."""


def _ordered(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError(f"the lower end {span[0]:g} lies above the upper end {span[1]:g}")
    return span


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Span = Annotated[tuple[Positive, Positive], AfterValidator(_ordered)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class Wall(Frozen):
    """Wall thickness [mm] below and from a size on."""

    small: Annotated[float, Field(gt=0.05, lt=3)]
    large: Annotated[float, Field(gt=0.05, lt=3)]
    large_from_mm: Positive


class TabChoice(Frozen):
    """How cylindrical cells are tabbed: for energy, where power is asked, and where they are large."""

    energy: Literal["single", "double", "tabless"]
    power: Literal["single", "double", "tabless"]
    large: Literal["single", "double", "tabless"]


class CylindricalTooling(Frozen):
    """Cans and winding; `sizes` are the only cans where there are any."""

    diameter_mm: Span
    height_mm: Span
    sizes: tuple[tuple[Positive, Positive], ...] = ()
    mandrel_of_diameter: Fraction
    can_wall_mm: Wall
    tabs: TabChoice


class PrismaticTooling(Frozen):
    """Cases."""

    width_mm: Span
    height_mm: Span
    thickness_mm: Span
    case_wall_mm: Wall


class PouchTooling(Frozen):
    """Formed pouches."""

    width_mm: Span
    height_mm: Span
    thickness_mm: Span


class Clearance(Frozen):
    """Room [mm] left between jelly roll or stack and case."""

    cylindrical: Annotated[float, Field(ge=0, le=5)]
    prismatic: Annotated[float, Field(ge=0, le=5)]
    pouch: Annotated[float, Field(ge=0, le=5)]


class Spread(Frozen):
    """A standard deviation: a share of the value, or in the field's unit."""

    relative: Annotated[float, Field(ge=0, le=0.5)] | None = None
    absolute: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class OwnPrice(Frozen):
    """What a maker pays or spends: the middle, and the ends of what is agreed or expected."""

    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: str = Field(description="USD/kg or USD/m2 of a material, RMB likewise; of a rate, the unit of its card")
    low: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    high: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.low if self.low is not None else self.value, self.high if self.high is not None else self.value
        if not low <= self.value <= high:
            raise ValueError(f"value {self.value:g} lies outside its interval [{low:g}, {high:g}]")
        return self


class CostBasis(Frozen):
    """A maker's own prices and rates, over the dated public cards."""

    date: datetime.date = Field(description="when these prices held")
    materials: dict[str, OwnPrice] = Field(default_factory=dict, description="by the key of the material's card")
    process: dict[str, OwnPrice] = Field(default_factory=dict,
                                         description="by the name in process_costs.yaml, or a stage of making")

    @model_validator(mode="after")
    def _known(self) -> Self:
        from knowledge.materials.cards import card, card_keys

        for key, price in self.materials.items():
            if key not in card_keys() or "price" not in card(key).properties:
                priced = ", ".join(k for k in card_keys() if "price" in card(k).properties)
                raise ValueError(f"materials: {key!r} is no priced material; there are {priced}")
            per = card(key).properties["price"].unit.partition("/")[2]
            if price.unit not in {f"USD/{per}", f"RMB/{per}"}:
                raise ValueError(f"materials: {key}: the unit {price.unit!r} must be USD/{per} or RMB/{per}")
        units: dict[str, str] = {n: p.unit for n, p in card("process_costs").properties.items()}
        units.update({str(stage): unit for stage, unit in STAGE_UNITS.items()})
        for name, price in self.process.items():
            if name not in units:
                raise ValueError(f"process: there is no rate {name!r}; there are {', '.join(units)}")
            if price.unit != units[name]:
                raise ValueError(f"process: {name}: the unit {price.unit!r} must be {units[name]!r}")
            if name in ABOVE_ZERO and not price.value > 0:
                raise ValueError(f"process: {name} must be above 0")
        return self

    def in_words(self) -> str:
        """What of it overrides the public cards: `own prices of 2026-11-01 for nmc811; own rates for yield`."""
        own = [f"own {name} of {self.date} for {', '.join(sorted(table))}"
               for name, table in (("prices", self.materials), ("rates", self.process)) if table]
        return "; ".join(own) or f"public cards, seen on {self.date}"


class HouseProfile(Frozen):
    """What a maker can build. Ranges are [low, high]."""

    name: str = Field(min_length=1, max_length=120)
    basis: str = Field(default="", description="where the limits come from")
    systems: tuple[str, ...] | None = Field(default=None, min_length=1, description="approved systems; none: all")
    formats: tuple[Literal["cylindrical", "prismatic", "pouch"], ...] | None = Field(default=None, min_length=1)
    positive_foil_um: Span
    negative_foil_um: Span
    fill_clearance_mm: Clearance
    cylindrical: CylindricalTooling
    prismatic: PrismaticTooling
    pouch: PouchTooling
    electrodes: dict[Literal[ELECTRODE_VARIABLES], Span] = {}  # type: ignore[valid-type]
    largest_positive_loading_mg_cm2: Positive | None = Field(default=None, description="of the coater, a side")
    largest_negative_loading_mg_cm2: Positive | None = Field(default=None, description="of the coater, a side")
    scatter: dict[str, Spread] = {}
    costs: CostBasis | None = Field(default=None, description="own prices and rates; none: the public cards")
    below_bound: Span
    above_bound: Span
    energy_density_Wh_L: Span
    mass_density_kg_L: Span

    @model_validator(mode="after")
    def _known_systems(self) -> Self:
        from knowledge.parameters import SYSTEMS

        unknown = [s for s in self.systems or () if s not in SYSTEMS]
        if unknown:
            raise ValueError(f"systems: there is no system {unknown[0]!r}; there are {', '.join(SYSTEMS)}")
        return self

    @property
    def spreads(self) -> dict[str, dict[str, float]]:
        """The standard deviations of making, by field of a design."""
        return {name: {k: v for k, v in s.model_dump().items() if v is not None} for name, s in self.scatter.items()}


@lru_cache(maxsize=1)
def default_profile() -> HouseProfile:
    """The public profile that ships with the project."""
    return HouseProfile.model_validate(_default_data())


def _default_data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    return loaded


def read_profile(path: Path) -> HouseProfile:
    """A maker's profile: what the file states, over the public default.

    Raises:
        HouseProfileError: the file cannot be read, is no YAML table, has an unknown field or an impossible value.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise HouseProfileError(f"{path.name} is larger than {LARGEST_FILE} bytes; that is no house profile")
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HouseProfileError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise HouseProfileError(f"{path.name} is no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(stated, dict):
        raise HouseProfileError(f"{path.name} must be a table of fields; docs/house_profile.md shows one")
    try:
        return HouseProfile.model_validate(_over(_default_data(), {"name": path.stem, "basis": "", **stated}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(x) for x in first["loc"]) or "profile"
        raise HouseProfileError(f"{path.name}: {place}: {first['msg'].removeprefix('Value error, ')}") from error


def _over(base: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in stated.items():
        old = merged.get(key)
        merged[key] = _over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
