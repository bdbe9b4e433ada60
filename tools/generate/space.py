"""Design spaces: one system in one format under what the document fixes; unit vectors ↔ cell designs.

Hard constraints hold by construction: stated outer dimensions, the N/P range, the voltage window, layers that fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from knowledge.cell import CellDesign, Cylindrical, ElectrodePair, Format, Pouch, Prismatic
from knowledge.house import HouseProfile, default_profile
from knowledge.requirement import Requirement
from tools.failures import Infeasible
from tools.generate.dimensions import AXES, FormatKind, Side, cans_of, sides_of
from tools.generate.electrodes import ElectrodeSpace, Variable, electrode_space

POWER_METRICS = frozenset({
    "dcir", "acir_1khz", "discharge_power", "discharge_power_pulse", "charge_power", "charge_power_pulse",
    "specific_power", "power_density", "discharge_rate_continuous", "discharge_current_continuous",
    "discharge_rate_pulse", "discharge_current_pulse", "fast_charge_time", "rate_capability", "cold_start",
})
Tabs = Literal["single", "double", "tabless"]
LAST_AXIS = {"cylindrical": "diameter", "prismatic": "height", "pouch": "height"}


@dataclass(frozen=True)
class DesignSpace:
    """The designs of one system in one format: electrode variables first, then foils, then open dimensions.

    Where a dimension is open and the document says how much energy (or mass) is wanted, the cell's volume is a
    variable and the last open dimension follows from it.
    """

    key: str
    electrodes: ElectrodeSpace
    kind: FormatKind
    sides: dict[str, Side]
    volume_L: tuple[float, float] | None
    tabs: Tabs | None = None
    house: HouseProfile = field(default_factory=default_profile)

    @property
    def system(self) -> str:
        """Key of the electrochemical system."""
        return self.electrodes.system

    @property
    def follows(self) -> str | None:
        """The dimension that follows from the volume."""
        if self.volume_L is None:
            return None
        open_sides = [a for a in AXES[self.kind] if not self.sides[a].fixed]
        if not open_sides:
            return None
        return LAST_AXIS[self.kind] if LAST_AXIS[self.kind] in open_sides else open_sides[-1]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All independent variables, in the order of a vector."""
        found = [*self.electrodes.variables]
        found += [Variable(name, *getattr(self.house, name)) for name in ("positive_foil_um", "negative_foil_um")]
        found += [Variable(f"{a}_mm", s.low, s.high) for a, s in self.sides.items()
                  if not s.fixed and a != self.follows]
        if self.follows is not None and self.volume_L is not None:
            found.append(Variable("volume_L", *self.volume_L, log=True))
        return tuple(found)

    def design(self, vector: Sequence[float] | np.ndarray) -> CellDesign:
        """The design at a unit vector (n_variables,); components outside [0, 1] are clipped."""
        u = np.clip(np.asarray(vector, dtype=float), 0.0, 1.0)
        cut = len(self.electrodes.variables)
        pair = self.electrodes.pair(u[:cut])
        values = {v.name: v.value(float(x)) for v, x in zip(self.variables[cut:], u[cut:], strict=True)}
        pair = pair.model_copy(update={
            "positive": pair.positive.model_copy(update={"foil_thickness_um": values["positive_foil_um"]}),
            "negative": pair.negative.model_copy(update={"foil_thickness_um": values["negative_foil_um"]}),
        })
        dimensions = {a: s.low if s.fixed else values.get(f"{a}_mm", s.high) for a, s in self.sides.items()}
        if self.follows is not None:
            side = self.sides[self.follows]
            wanted = _last_side(self.kind, self.follows, dimensions, values["volume_L"])
            dimensions[self.follows] = float(np.clip(wanted, side.low, side.high))
        clearance = float(getattr(self.house.fill_clearance_mm, self.kind))
        design = CellDesign(pair=pair, format=self._format(dimensions), fill_clearance_mm=clearance)
        return design.model_copy(update={"name": f"{self.key} {design.id}"})

    def vector(self, design: CellDesign) -> np.ndarray:
        """The unit vector (n_variables,) of a design of this space; the inverse of `design`."""
        dimensions = {a: float(getattr(design.format, f"{a}_mm")) for a in AXES[self.kind]}
        values = {
            "positive_foil_um": design.pair.positive.foil_thickness_um,
            "negative_foil_um": design.pair.negative.foil_thickness_um,
            "volume_L": _volume(self.kind, dimensions), **{f"{a}_mm": v for a, v in dimensions.items()},
        }
        cut = len(self.electrodes.variables)
        rest = [v.unit(values[v.name]) for v in self.variables[cut:]]
        return np.concatenate([self.electrodes.unit(design.pair), rest])

    def sobol(self, rows: int, seed: int) -> np.ndarray:
        """Scrambled Sobol vectors (rows, n_variables)."""
        import warnings

        from scipy.stats import qmc

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # balance at powers of two is not needed
            return np.asarray(qmc.Sobol(len(self.variables), seed=seed).random(rows))

    def _format(self, mm: dict[str, float]) -> Format:
        if self.kind == "cylindrical":
            own = self.house.cylindrical
            wall = own.can_wall_mm
            return Cylindrical(
                diameter_mm=mm["diameter"], height_mm=mm["height"], tabs=self.tabs or "tabless",
                can_wall_mm=wall.large if mm["diameter"] >= wall.large_from_mm else wall.small,
                mandrel_diameter_mm=max(1.5, own.mandrel_of_diameter * mm["diameter"]),
            )
        if self.kind == "prismatic":
            wall = self.house.prismatic.case_wall_mm
            return Prismatic(
                width_mm=mm["width"], thickness_mm=mm["thickness"], height_mm=mm["height"],
                case_wall_mm=wall.large if mm["width"] >= wall.large_from_mm else wall.small,
            )
        return Pouch(width_mm=mm["width"], thickness_mm=mm["thickness"], height_mm=mm["height"])


def spaces_for(
    requirements: Sequence[Requirement], systems: Sequence[str], formats: Sequence[str],
    house: HouseProfile | None = None,
) -> tuple[DesignSpace, ...]:
    """One design space for each system in each format, under the dimensions and voltages that the document fixes.

    Where the house has a list of cans and the document leaves the size open, each can is a space of its own.

    Raises:
        tools.failures.Infeasible: no format can have the stated dimensions, or the house makes none that can.
        tools.failures.BadInput: an unknown system, or limits of the house that leave nothing of a system's ranges.
    """
    house = house or default_profile()
    found = []
    possible = _possible_formats(requirements, formats, house)
    for system in systems:
        electrodes = electrode_space(system, requirements, house)
        for kind, name, sides in possible:
            open_sides = [a for a, s in sides.items() if not s.fixed]
            volume = _wanted_volume_L(requirements, electrodes.template, house) if open_sides else None
            found.append(DesignSpace(
                key=f"{system}/{name}", electrodes=electrodes, kind=kind, sides=sides,
                volume_L=_reachable(kind, sides, volume) if volume else None,
                tabs=_tabs(requirements, sides, house) if kind == "cylindrical" else None, house=house,
            ))
    return tuple(found)


def _possible_formats(
    requirements: Sequence[Requirement], formats: Sequence[str], house: HouseProfile
) -> list[tuple[FormatKind, str, dict[str, Side]]]:
    """Format, name of the space, sides."""
    found: list[tuple[FormatKind, str, dict[str, Side]]] = []
    failures: list[Infeasible] = []
    for kind in AXES:
        if kind in formats:
            try:
                sides = sides_of(requirements, kind, house)
                cans = cans_of(sides, house) if kind == "cylindrical" else [sides]
                found += [(kind, kind if len(cans) == 1 else f"{kind} {_size(can)}", can) for can in cans]
            except Infeasible as error:
                failures.append(error)
    if failures and not found:
        raise failures[0]
    return found


def _size(can: dict[str, Side]) -> str:
    return f"{can['diameter'].high:g} × {can['height'].high:g}"


def _tabs(requirements: Sequence[Requirement], sides: dict[str, Side], house: HouseProfile) -> Tabs:
    own = house.cylindrical
    if sides["diameter"].high >= own.can_wall_mm.large_from_mm:
        return own.tabs.large
    power = any(r.metric in POWER_METRICS and r.priority == "must" and r.level == "cell" for r in requirements)
    return own.tabs.power if power else own.tabs.energy


def _volume(kind: str, mm: dict[str, float]) -> float:
    if kind == "cylindrical":
        return float(np.pi / 4 * mm["diameter"] ** 2 * mm["height"] * 1e-6)
    return mm["width"] * mm["thickness"] * mm["height"] * 1e-6


def _last_side(kind: str, axis: str, mm: dict[str, float], volume_L: float) -> float:
    """The side [mm] that gives a cell its volume, the others being given."""
    unit = _volume(kind, {**mm, axis: 1.0})
    ratio = volume_L / unit
    return float(np.sqrt(ratio)) if axis == "diameter" else float(ratio)


def _reachable(kind: str, sides: dict[str, Side], wanted: tuple[float, float]) -> tuple[float, float]:
    """The part of a wanted range of volumes that the sides allow; all they allow where the two do not meet."""
    least = _volume(kind, {a: s.low for a, s in sides.items()})
    most = _volume(kind, {a: s.high for a, s in sides.items()})
    low, high = max(least, wanted[0]), min(most, wanted[1])
    return (low, high) if low < 0.98 * high else (least, most)


def _wanted_volume_L(requirements: Sequence[Requirement], pair: ElectrodePair, house: HouseProfile
                     ) -> tuple[float, float] | None:
    """A range of cell volumes that surely holds the asked energy, or the allowed mass."""
    volts = (pair.v_min + pair.v_max) / 2
    energies = [
        value * (volts if r.metric == "capacity" else 1.0)
        for r in requirements if r.level == "cell" and r.metric in {"capacity", "energy", "usable_energy"}
        and (value := _first_number(r)) is not None and r.comparator not in {"<", "<="}
    ]
    masses = [value for r in requirements if r.level == "cell" and r.metric == "mass"
              and (value := _first_number(r)) is not None and r.comparator not in {">", ">="}]
    if energies:
        thin, dense = house.energy_density_Wh_L
        return max(energies) / dense, max(energies) * 1.3 / thin
    if masses:
        light, heavy = house.mass_density_kg_L
        return 0.5 * min(masses) / 1000 / heavy, min(masses) / 1000 / light
    return None


def _first_number(r: Requirement) -> float | None:
    if isinstance(r.value, int | float):
        return float(r.value)
    if isinstance(r.value, list) and r.value and isinstance(r.value[0], int | float):
        return float(r.value[0])
    return None
