"""Requirements that lean on each other: energy, mass, size, capacity, voltage, windows, musts and wishes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from knowledge.requirement import Finding, Requirement
from knowledge.vocabulary import PhysicalBound, bounds

_MOST_COUPLED = 30    # energies, masses and densities that are held against each other
_ENOUGH = 0.995       # rounding of a printed product
_ONE_CELL = 1.5       # limits of one metric that lie further apart are of several cells: nothing is coupled
_OF_ONE = 2.0         # what is further beyond a bound than this is of another thing: a pack's energy, a cell's mass
_LOOSER = 1.25        # a mass limit that is looser than this was not written for the energy beside it
_CLEARLY = 1.02       # a current that is needed beyond its limit by less is rounding
_APART = 2.0          # a wish that lies further from the must than this factor is of another thing
_AT = 0.5             # degrees by which a temperature may miss its window: 32 °F and 0 °C


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


def _one(requirements: Sequence[Requirement], metric: str, side: Callable[[Requirement], float | None]) -> (
        list[tuple[float, Requirement]]):
    """The bounds that a document sets on a metric of its one cell, lowest first; none where it has several cells."""
    found = sorted(((v, r) for r in _by(requirements, metric) if (v := side(r)) is not None and v > 0),
                   key=lambda pair: pair[0])
    return found if not found or found[-1][0] <= _ONE_CELL * found[0][0] else []


def applicable(requirements: Sequence[Requirement], metric: str) -> tuple[PhysicalBound, ...]:
    """The physical bounds of a metric for the substances that a document allows, the tightest first."""
    allowed = {name: {str(v) for r in requirements if r.metric == f"{name}_chemistry" and isinstance(r.value, list)
                      for v in r.value} for name in ("cathode", "anode")}
    fits = [b for b in bounds() if b.metric == metric
            and (not b.cathode or bool(allowed["cathode"]) and allowed["cathode"] <= set(b.cathode))
            and (not b.anode or bool(allowed["anode"]) and allowed["anode"] <= set(b.anode))
            and not allowed["anode"] & set(b.other_anode)]
    return tuple(sorted(fits, key=lambda b: b.bound if b.side == "above" else -b.bound))


def _voltage(requirements: Sequence[Requirement]) -> tuple[float, str] | None:
    """The nominal voltage [V] that is stated for the cell, with its id."""
    return next(((float(r.value), r.id) for r in requirements if r.metric == "nominal_voltage" and r.level == "cell"
                 and r.comparator in ("=", "about") and isinstance(r.value, float | int)), None)


def _energies(requirements: Sequence[Requirement]) -> list[tuple[float, tuple[str, ...]]]:
    """The energies asked for [Wh] with their ids, lowest first; capacity times nominal voltage where none is."""
    asked: list[tuple[float, tuple[str, ...]]] = [
        (floor, (r.id,)) for floor, r in _one(requirements, "energy", least)]
    voltage = _voltage(requirements)
    if _by(requirements, "energy") or voltage is None:
        return asked
    return [(floor * voltage[0], (r.id, voltage[1])) for floor, r in _one(requirements, "capacity", least)
            if r.conditions.get("kind") != "typical"]


def energy_against_mass(requirements: Sequence[Requirement]) -> list[Finding]:
    """Energy (or capacity × voltage) ÷ Wh/kg is the mass that is left; a looser mass limit does not help."""
    energies, masses = _energies(requirements), _one(requirements, "mass", most)
    if not energies or not masses:
        return []
    floor, energy = energies[-1]
    ceiling, mass = masses[0]
    found = _beyond(requirements, "specific_energy", 1000 * floor / ceiling, (*energy, mass.id),
                    f"{floor:g} Wh in {ceiling:g} g")
    asked = min(((v, r) for r in _by(requirements, "specific_energy") if (v := least(r)) is not None and v > 0),
                key=lambda pair: pair[0], default=None)
    if asked is None:
        return found
    per_kg, density = asked
    allowed, lower = 1000 * floor / per_kg, least(mass)
    if lower is not None and mass.comparator in ("range", "tolerance") and allowed < lower:
        text = (f"{floor:g} Wh at {per_kg:g} Wh/kg leaves at most {allowed:.1f} g, below the asked {lower:g} g: "
                f"more energy than {floor:g} Wh is needed")
        found.append(Finding(kind="conflict", ids=(*energy, density.id, mass.id), text=text))
    elif allowed * 1.002 < ceiling < allowed * _LOOSER:
        text = (f"coupled: a cell with just {floor:g} Wh meets {per_kg:g} Wh/kg only to {allowed:.1f} g; "
                f"at {ceiling:g} g it has {1000 * floor / ceiling:.1f} Wh/kg, so "
                f"{1e-3 * per_kg * ceiling:.1f} Wh would be needed")
        found.append(Finding(kind="conflict", ids=(mass.id, *energy, density.id), text=text,
                             question="Which of energy, mass and specific energy governs?"))
    return found


def _beyond(
    requirements: Sequence[Requirement], metric: str, value: float, ids: tuple[str, ...], words: str
) -> list[Finding]:
    """A density that follows from two requirements and is above what the substances hold."""
    bound = next((b for b in applicable(requirements, metric) if b.side == "above"), None)
    if bound is None or not bound.bound < value <= _OF_ONE * bound.bound:
        return []
    return [Finding(kind="infeasible", ids=ids, text=(
        f"{words} is {value:.0f} {bound.unit}; bound {bound.bound:g} {bound.unit} ({bound.reason})"))]


def energy_against_size(requirements: Sequence[Requirement]) -> list[Finding]:
    """The asked energy in the asked envelope against the asked Wh/L."""
    found: list[Finding] = []
    size = _envelope(requirements)
    if size is None:
        return found
    litres, ids = size
    for floor, energy in _energies(requirements)[-1:]:
        needed = floor / litres
        for asked, density in _one(requirements, "energy_density", least)[-1:]:
            if asked > needed * 1.03:
                found.append(Finding(kind="conflict", ids=(*ids, *energy, density.id), text=(
                    f"coupled: the largest envelope is {litres:.4g} L, so {asked:g} Wh/L means "
                    f"{asked * litres:.1f} Wh, more than the asked {floor:g} Wh")))
        found += _beyond(requirements, "energy_density", needed, (*ids, *energy), f"{floor:g} Wh in {litres:.4g} L")
    return found


def _envelope(requirements: Sequence[Requirement]) -> tuple[float, tuple[str, ...]] | None:
    """Largest outer volume [L] that the size requirements allow, with their ids."""
    limits = {name: (sizes[0][0], sizes[0][1].id) for name in ("diameter", "length", "width", "thickness", "height")
              if (sizes := _one(requirements, name, most))}
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
    capacities = [(v, r) for v, r in _one(requirements, "capacity", least) if r.conditions.get("kind") != "typical"]
    if voltage is None or not capacities:
        return found
    ampere_hours, best = capacities[-1]
    for floor, energy in _one(requirements, "energy", least):
        if ampere_hours * voltage[0] < _ENOUGH * floor:
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
        outside: dict[float, list[Requirement]] = {}
        for r in requirements:
            asked = r.metric in names and r.level == "cell" and r.priority != "info"
            at = r.number("temperature_C") if asked else None
            if at is not None and not low - _AT <= at <= high + _AT:
                outside.setdefault(round(at, 1) + 0.0, []).append(r)
        lo, hi = (round(t, 1) + 0.0 for t in (low, high))
        for at, loads in outside.items():
            first = loads[0]
            found.append(Finding(
                kind="conflict", ids=(window.id, *(r.id for r in loads)), source=first.source,
                quote=first.source.quote,
                text=f"{first.metric} is asked for at {at:g} °C, outside of the {way} window {lo:g} to {hi:g} °C",
                question=f"Shall the cell be {way}d at {at:g} °C?"))
    return found


# What is never more than the other of its cell.
_ORDERED = (("min_voltage", "nominal_voltage"), ("nominal_voltage", "max_voltage"), ("min_voltage", "max_voltage"),
            ("charge_voltage", "max_voltage"), ("usable_energy", "energy"))


def order_of_limits(requirements: Sequence[Requirement]) -> list[Finding]:
    """A lower limit above the upper one: a nominal voltage beyond the highest, more usable energy than there is."""
    found = []
    for lower, upper in _ORDERED:
        lows, highs = _one(requirements, lower, least), _one(requirements, upper, most)
        if lows and highs and lows[-1][0] > highs[0][0] * (1 + 1e-9):
            (low, a), (high, b) = lows[-1], highs[0]
            found.append(Finding(
                kind="conflict", ids=(a.id, b.id), source=a.source, quote=a.source.quote,
                text=f"{lower} {low:g} {a.unit} is above {upper} {high:g} {b.unit}",
                question="Which of the two values holds?"))
    return found


def charge_against_current(requirements: Sequence[Requirement]) -> list[Finding]:
    """A charge that needs on average more current than the cell may be charged with: ΔSOC × capacity ÷ time."""
    capacities, limits = _one(requirements, "capacity", least), _one(requirements, "charge_current", most)
    limits = [(v, r) for v, r in limits if r.comparator in ("<=", "<")]
    found: list[Finding] = []
    if not capacities or not limits:
        return found
    (ampere_hours, capacity), (allowed, limit) = capacities[0], limits[0]
    for r in requirements:
        start, end, minutes = r.number("soc_from_pct"), r.number("soc_to_pct"), most(r)
        if r.metric != "fast_charge_time" or r.level != "cell" or start is None or end is None or not minutes:
            continue
        needed = (end - start) / 100 * ampere_hours / (minutes / 60)
        if allowed * _CLEARLY < needed:
            found.append(Finding(
                kind="conflict", ids=(r.id, limit.id, capacity.id), source=r.source, quote=r.source.quote,
                text=f"coupled: {end - start:g} % of {ampere_hours:g} Ah in {minutes:g} min needs {needed:.4g} A on "
                     f"average, the charge current may not exceed {allowed:g} A",
                question="Does the charge time or the current limit govern?"))
    return found


def cells_against_pack(requirements: Sequence[Requirement]) -> list[Finding]:
    """The number of cells times the least energy of one against what the module, pack or system is to hold."""
    counts = [(float(r.value), r) for r in requirements if r.metric == "cell_count" and r.comparator == "="
              and isinstance(r.value, int | float)]
    energies = _one(requirements, "energy", least)
    found: list[Finding] = []
    for number, count in counts[:_MOST_COUPLED] if energies else ():
        one, cell = energies[-1]
        together = number * one
        for whole in requirements:
            asked = least(whole) if whole.metric == "energy" and whole.level == count.level != "cell" else None
            if asked and asked / _OF_ONE < together < _ENOUGH * asked:
                found.append(Finding(
                    kind="conflict", ids=(count.id, cell.id, whole.id), source=whole.source, quote=whole.source.quote,
                    text=f"coupled: {number:g} cells of {one:g} Wh make {together:.5g} Wh, less than the {asked:g} Wh "
                         f"of the {whole.level}: a cell needs {asked / number:.4g} Wh",
                    question="Does the energy of the cell or of the whole govern?"))
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
            bound = low if low is not None and (high is None or value < low) else high
            if (weaker or outside) and bound and 1 / _APART < abs(value / bound) < _APART:
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
             loads_against_windows, order_of_limits, charge_against_current, cells_against_pack, wishes_against_musts)
