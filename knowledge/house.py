"""A maker's own limits: what its lines can coat, calender, wind and case, and which systems it approves."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from knowledge.cell import ELECTRODE_VARIABLES
from knowledge.frozen import Frozen

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
