"""What a stack or a winding consists of: areas, thickness and the foils that carry the current."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from knowledge.cell import ElectrodePair
from knowledge.materials.cards import card
from tools.simulate.varied import changed_values


@dataclass(frozen=True)
class Foil:
    """All foils of one polarity: `strips` in parallel, each `length` along the current and `width` across it [m]."""

    strips: int
    length_m: float
    width_m: float
    thickness_m: float
    bare_m2: float

    @property
    def area_m2(self) -> float:
        """Foil area with its bare edges and flags [m²]."""
        return self.strips * self.length_m * self.width_m + self.bare_m2


@dataclass(frozen=True)
class Layout:
    """Areas in m², one coated side each where coated; `layers` as in BuildUp."""

    layers: int
    facing_m2: float
    positive_coated_m2: float
    negative_coated_m2: float
    separator_m2: float
    positive_foil: Foil
    negative_foil: Foil
    thickness_m: float


@cache
def _numbers(key: str) -> dict[str, float]:
    return {name: p.value for name, p in card(key).properties.items()}


def build_numbers(key: str) -> dict[str, float]:
    """The values of a build card by property name."""
    changed = changed_values(key)
    return {**_numbers(key), **changed} if changed else _numbers(key)


@dataclass(frozen=True)
class Pitch:
    """Thicknesses of the double-sided electrodes and the separator [m]."""

    positive: float
    negative: float
    separator: float

    @property
    def repeat(self) -> float:
        """One positive, one negative and two separators."""
        return self.positive + self.negative + 2 * self.separator


def pitch(pair: ElectrodePair) -> Pitch:
    """Thicknesses of a pair's double-sided electrodes: two coatings and a foil each."""
    p, n = pair.positive, pair.negative
    return Pitch(
        positive=(2 * p.coating_thickness_um + p.foil_thickness_um) * 1e-6,
        negative=(2 * n.coating_thickness_um + n.foil_thickness_um) * 1e-6,
        separator=pair.separator.thickness_um * 1e-6,
    )
