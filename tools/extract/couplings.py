"""Requirements that lean on each other: energy, mass, size, capacity, voltage, windows, musts and wishes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from knowledge.requirement import Finding, Requirement
from knowledge.vocabulary import bounds

_MOST_COUPLED = 30    # energies, masses and densities that are held against each other
_ENOUGH = 0.995       # rounding of a printed product


def least(r: Requirement) -> float | None:
    """The lowest value that a requirement allows; None where it has no lower end."""
    if r.comparator in (">=", ">") and isinstance(r.value, float | int):
        return float(r.value)
    if r.comparator == "range" and isinstance(r.value, list):
        return float(r.value[0])
    if r.comparator == "tolerance" and isinstance(r.value, list):
        return float(r.value[0]) - float(r.value[1])
    return float(r.value) if r.comparator == "=" and isinstance(r.value, float | int) else None


def most(r: Requirement) -> float | None:
    """The highest value that a requirement allows; None where it has no upper end."""
    if r.comparator in ("<=", "<") and isinstance(r.value, float | int):
        return float(r.value)
    if r.comparator == "range" and isinstance(r.value, list):
        return float(r.value[1])
    if r.comparator == "tolerance" and isinstance(r.value, list):
        return float(r.value[0]) + float(r.value[2])
    return float(r.value) if r.comparator == "=" and isinstance(r.value, float | int) else None


def _by(requirements: Sequence[Requirement], metric: str) -> list[Requirement]:
    return [r for r in requirements if r.metric == metric and r.level == "cell" and r.priority == "must"
            and r.conditions.get("life") != "EOL"][:_MOST_COUPLED]


def _voltage(requirements: Sequence[Requirement]) -> tuple[float, str] | None:
    """The nominal voltage [V] that is stated for the cell, with its id."""
    return next(((float(r.value), r.id) for r in requirements if r.metric == "nominal_voltage" and r.level == "cell"
                 and r.comparator in ("=", "about") and isinstance(r.value, float | int)), None)


def _energies(requirements: Sequence[Requirement]) -> list[tuple[float, tuple[str, ...]]]:
    """The energies asked for [Wh] with their ids; capacity times nominal voltage where none is asked for."""
    asked: list[tuple[float, tuple[str, ...]]] = [
        (floor, (r.id,)) for r in _by(requirements, "energy") if (floor := least(r)) is not None]
    voltage = _voltage(requirements)
    if asked or voltage is None:
        return asked
    return [(floor * voltage[0], (r.id, voltage[1])) for r in _by(requirements, "capacity")
            if (floor := least(r)) is not None and r.conditions.get("kind") != "typical"]


def energy_against_mass(requirements: Sequence[Requirement]) -> list[Finding]:
    """Energy (or capacity × voltage) ÷ Wh/kg is the mass that is left; a looser mass limit does not help."""
    found = []
    for density in _by(requirements, "specific_energy"):
        for floor, energy in _energies(requirements):
            per_kg = least(density)
            if per_kg is None or per_kg <= 0:
                continue
            allowed = 1000 * floor / per_kg
            for mass in _by(requirements, "mass"):
                ceiling, lower = most(mass), least(mass)
                if ceiling is None:
                    continue
                if lower is not None and mass.comparator in ("range", "tolerance") and allowed < lower:
                    text = (f"{floor:g} Wh at {per_kg:g} Wh/kg leaves at most {allowed:.1f} g, below the asked "
                            f"{lower:g} g: more energy than {floor:g} Wh is needed")
                    found.append(Finding(kind="conflict", ids=(*energy, density.id, mass.id), text=text))
                elif ceiling > allowed * 1.002:
                    text = (f"coupled: a cell with just {floor:g} Wh meets {per_kg:g} Wh/kg only to {allowed:.1f} g; "
                            f"at {ceiling:g} g it has {1000 * floor / ceiling:.1f} Wh/kg, so "
                            f"{1e-3 * per_kg * ceiling:.1f} Wh would be needed")
                    found.append(Finding(kind="conflict", ids=(mass.id, *energy, density.id), text=text))
    return found


def energy_against_size(requirements: Sequence[Requirement]) -> list[Finding]:
    """The asked energy in the asked envelope against the asked Wh/L."""
    found: list[Finding] = []
    size = _envelope(requirements)
    if size is None:
        return found
    litres, ids = size
    for floor, energy in _energies(requirements):
        needed = floor / litres
        for density in _by(requirements, "energy_density"):
            asked = least(density)
            if asked is not None and asked > needed * 1.03:
                found.append(Finding(kind="conflict", ids=(*ids, *energy, density.id), text=(
                    f"coupled: the largest envelope is {litres:.4g} L, so {asked:g} Wh/L means "
                    f"{asked * litres:.1f} Wh, more than the asked {floor:g} Wh")))
        bound = next((b for b in bounds() if b.metric == "energy_density"), None)
        if bound and needed > bound.bound:
            found.append(Finding(kind="infeasible", ids=(*ids, *energy), text=(
                f"{floor:g} Wh in {litres:.4g} L is {needed:.0f} Wh/L; bound {bound.bound:g} Wh/L ({bound.reason})")))
    return found


def _envelope(requirements: Sequence[Requirement]) -> tuple[float, tuple[str, ...]] | None:
    """Largest outer volume [L] that the size requirements allow, with their ids."""
    limits: dict[str, tuple[float, str]] = {}
    for r in requirements:
        ceiling = most(r) if r.unit == "mm" and r.priority == "must" and r.level == "cell" else None
        if ceiling is not None and (r.metric not in limits or ceiling < limits[r.metric][0]):
            limits[r.metric] = (ceiling, r.id)
    if "diameter" in limits and "height" in limits:
        d, h = limits["diameter"], limits["height"]
        return math.pi / 4 * d[0] ** 2 * h[0] * 1e-6, (d[1], h[1])
    names = [n for n in ("length", "width", "thickness", "height") if n in limits]
    if len(names) == 3:
        volume = 1e-6
        for n in names:
            volume *= limits[n][0]
        return volume, tuple(limits[n][1] for n in names)
    return None


def energy_against_capacity(requirements: Sequence[Requirement]) -> list[Finding]:
    """Capacity × nominal voltage against the energy asked for: the least capacity does not reach it."""
    found: list[Finding] = []
    voltage = _voltage(requirements)
    capacities = [r for r in _by(requirements, "capacity") if r.conditions.get("kind") != "typical"]
    if voltage is None or not capacities:
        return found
    best = max(capacities, key=lambda r: least(r) or 0.0)
    ampere_hours = least(best)
    for energy in _by(requirements, "energy"):
        floor = least(energy)
        if floor is not None and ampere_hours is not None and ampere_hours * voltage[0] < _ENOUGH * floor:
            found.append(Finding(kind="conflict", ids=(best.id, voltage[1], energy.id), text=(
                f"coupled: {ampere_hours:g} Ah x {voltage[0]:g} V = {ampere_hours * voltage[0]:.4g} Wh, less than the "
                f"{floor:g} Wh asked for: the energy needs {floor / voltage[0]:.4g} Ah"),
                question="Does the energy or the capacity govern?"))
    return found


def throughput_against_cycles(requirements: Sequence[Requirement]) -> list[Finding]:
    """The energy that the asked cycles can carry against the asked throughput."""
    found = []
    for through in _by(requirements, "energy_throughput"):
        asked = least(through)
        for floor, ids in _energies(requirements):
            for cycles in _by(requirements, "cycle_life"):
                count = least(cycles)
                if asked and count and floor * count < _ENOUGH * asked:
                    found.append(Finding(kind="conflict", ids=(through.id, *ids, cycles.id), text=(
                        f"coupled: {count:g} full cycles of {floor:g} Wh carry {floor * count / 1e6:.3g} MWh, "
                        f"less than the {asked / 1e6:.3g} MWh asked for")))
    return found


_LOADS = {
    "charge": ("charge_rate", "charge_current", "charge_power", "fast_charge_time", "charge_time"),
    "discharge": ("discharge_rate_continuous", "discharge_rate_pulse", "discharge_current_continuous",
                  "discharge_current_pulse", "discharge_power", "discharge_power_pulse"),
}


def loads_against_windows(requirements: Sequence[Requirement]) -> list[Finding]:
    """A charge or discharge asked for at a temperature outside of the window in which the cell may be used so."""
    found = []
    for way, names in _LOADS.items():
        windows = [r for r in _by(requirements, f"operating_temperature_{way}") if isinstance(r.value, list)]
        if len(windows) != 1:
            continue
        window = windows[0]
        assert isinstance(window.value, list)
        low, high = float(window.value[0]), float(window.value[1])
        for r in requirements:
            at = r.number("temperature_C") if r.metric in names and r.level == "cell" else None
            if at is not None and not low <= at <= high:
                found.append(Finding(
                    kind="conflict", ids=(window.id, r.id), source=r.source, quote=r.source.quote,
                    text=f"{r.metric} is asked for at {at:g} °C, outside of the {way} window {low:g} to {high:g} °C",
                    question=f"Shall the cell be {way}d at {at:g} °C?"))
    return found


def wishes_against_musts(requirements: Sequence[Requirement]) -> list[Finding]:
    """A wish that the must on the same metric already exceeds, or that its window rules out."""
    found = []
    for wish in [r for r in requirements if r.priority == "should"][:10 * _MOST_COUPLED]:
        for must in _by(requirements, wish.metric):
            if must.level != wish.level or not isinstance(wish.value, float | int) or _differ(wish, must):
                continue
            low, high, value = least(must), most(must), float(wish.value)
            weaker = wish.comparator in (">=", ">") and low is not None and high is None and value < low or (
                wish.comparator in ("<=", "<") and high is not None and low is None and value > high)
            outside = low is not None and high is not None and (value < low or value > high)
            if weaker or outside:
                said = "is weaker than the must" if weaker else "lies outside of what the must allows"
                found.append(Finding(
                    kind="conflict", ids=(wish.id, must.id), source=wish.source, quote=wish.source.quote,
                    text=f"{wish.metric}: the wish of {value:g} {wish.unit or ''} {said}",
                    question="Which of the two holds?"))
    return found


def _differ(a: Requirement, b: Requirement) -> bool:
    """Whether conditions that both state differ."""
    return any(b.conditions[k] != v for k, v in a.conditions.items()
               if k in b.conditions and k not in ("note", "basis"))


COUPLINGS = (energy_against_mass, energy_against_size, energy_against_capacity, throughput_against_cycles,
             loads_against_windows, wishes_against_musts)
