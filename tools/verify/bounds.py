"""Bounds that no design can break, checked before any search: each finding is a proof that the ask cannot be met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from knowledge.parameters.registry import SYSTEMS
from knowledge.requirement import Finding, Requirement
from tools.verify.ask_rules import axis_of
from tools.verify.asks import sides
from tools.verify.compare import Allowed, allowed, bound_text

ENERGY = ("energy", "usable_energy")
# Conditions that make two figures of one metric different questions.
QUESTION = ("rate_C", "current_A", "power_W", "rate_P", "temperature_C", "duration_s", "soc_pct", "soc_from_pct",
            "soc_to_pct", "cycles", "eol_pct", "life", "kind", "direction", "charge_C", "discharge_C")


class Theory(NamedTuple):
    """What the active materials of a system alone could hold: no cell of it holds more."""

    system: str
    specific_energy_Wh_kg: float
    energy_density_Wh_L: float
    v_max: float


def theories(keys: Sequence[str] = ()) -> tuple[Theory, ...]:
    """The theoretical bounds of the given systems, of all where none is given."""
    from tools.screen.theory import physical_bound

    return tuple(Theory(key, *physical_bound(key), SYSTEMS[key].v_max) for key in (keys or SYSTEMS))


def physical_bounds(
    requirements: Sequence[Requirement], systems: Sequence[str] = (), theory: Sequence[Theory] | None = None
) -> tuple[Finding, ...]:
    """Findings of kind `infeasible`, each with the bound that is broken; empty where nothing can be proved.

    Only musts of the cell count.

    Args:
        systems: keys of the systems that may serve; all where empty.
        theory: what their active materials alone could hold; looked up where left out.
    """
    theory = theories(systems) if theory is None else theory
    musts = [r for r in requirements if r.priority == "must" and r.level == "cell" and allowed(r) is not None]
    found = [*_contradictions(musts)]
    if theory:
        found += _against_theory(musts, theory)
    found += _capacity_energy(musts, max((t.v_max for t in theory), default=math.inf))
    return tuple(found)


def _finding(text: str, *requirements: Requirement) -> Finding:
    ids = tuple(r.id for r in requirements)
    return Finding(kind="infeasible", ids=ids, text=f"{' and '.join(ids)}: {text}", quote=requirements[0].source.quote,
                   source=requirements[0].source)


def _bounds(r: Requirement) -> Allowed:
    bounds = allowed(r)
    assert bounds is not None, "only numeric musts come here"
    return bounds


def _contradictions(musts: Sequence[Requirement]) -> list[Finding]:
    """Pairs of musts on one metric under the same conditions whose allowed intervals do not meet."""
    found = []
    for i, one in enumerate(musts):
        for other in musts[i + 1:]:
            if one.metric != other.metric or _question(one) != _question(other) or one.unit != other.unit:
                continue
            a, b = _bounds(one), _bounds(other)
            if max(a.low, b.low) > min(a.high, b.high):
                found.append(_finding(
                    f"{one.metric.replace('_', ' ')} {bound_text(one)} and {bound_text(other)} cannot both hold",
                    one, other))
    return found


def _question(r: Requirement) -> tuple[str, ...]:
    return tuple(str(r.conditions.get(name)) for name in QUESTION)


def _against_theory(musts: Sequence[Requirement], theory: Sequence[Theory]) -> list[Finding]:
    found = []
    best = max(theory, key=lambda t: t.specific_energy_Wh_kg)
    dense = max(theory, key=lambda t: t.energy_density_Wh_L)
    for r in musts:
        low = _bounds(r).low
        if r.metric == "specific_energy" and low > best.specific_energy_Wh_kg:
            found.append(_finding(
                f"{bound_text(r)} is above what the active materials alone of the best system here hold, "
                f"{best.specific_energy_Wh_kg:.0f} Wh/kg ({best.system})", r))
        if r.metric == "energy_density" and low > dense.energy_density_Wh_L:
            found.append(_finding(
                f"{bound_text(r)} is above what the active materials alone of the best system here hold, "
                f"{dense.energy_density_Wh_L:.0f} Wh/L ({dense.system})", r))
    needed = [(r, e) for r in musts if (e := _least_energy(r, musts)) is not None]
    volume, volume_from = largest_volume_L(musts)
    mass = min(((_bounds(r).high, r) for r in musts if r.metric == "mass"), default=None, key=lambda pair: pair[0])
    for r, energy in needed:
        if volume_from and energy > volume * dense.energy_density_Wh_L:
            found.append(_finding(
                f"{energy:.4g} Wh in at most {volume:.4g} L is above what the active materials alone hold, "
                f"{dense.energy_density_Wh_L:.0f} Wh/L ({dense.system})", r, *volume_from))
        if mass and math.isfinite(mass[0]) and energy > mass[0] / 1000 * best.specific_energy_Wh_kg:
            found.append(_finding(
                f"{energy:.4g} Wh in at most {mass[0]:.4g} g is above what the active materials alone hold, "
                f"{best.specific_energy_Wh_kg:.0f} Wh/kg ({best.system})", r, mass[1]))
    return found


def _least_energy(r: Requirement, musts: Sequence[Requirement]) -> float | None:
    """The energy [Wh] that a must needs at least: itself, or a capacity at the lowest voltage asked."""
    low = _bounds(r).low
    if not math.isfinite(low) or low <= 0:
        return None
    if r.metric in ENERGY:
        return low
    if r.metric == "capacity":
        floor = max((_bounds(m).low for m in musts if m.metric in {"min_voltage", "nominal_voltage"}
                     and math.isfinite(_bounds(m).low)), default=None)
        return None if floor is None else low * floor
    return None


def largest_volume_L(musts: Sequence[Requirement]) -> tuple[float, tuple[Requirement, ...]]:
    """The largest outer volume [L] that the stated dimensions leave, and the requirements that say so.

    (inf, ()) where the dimensions do not close a volume.
    """
    asked = sides(musts)
    highest: dict[str, tuple[float, Requirement]] = {}
    for r in musts:
        high = _bounds(r).high
        if r.metric == "volume" and math.isfinite(high):
            highest["volume"] = min(highest.get("volume", (math.inf, r)), (high, r), key=lambda pair: pair[0])
        elif r.metric in {"length", "width", "thickness", "height", "diameter"} and math.isfinite(high):
            axis = axis_of(r.metric, asked)
            highest[axis] = min(highest.get(axis, (math.inf, r)), (high, r), key=lambda pair: pair[0])
    options: list[tuple[float, tuple[Requirement, ...]]] = []
    if "volume" in highest:
        options.append((highest["volume"][0], (highest["volume"][1],)))
    if {"diameter", "height"} <= set(highest):
        (d, one), (h, other) = highest["diameter"], highest["height"]
        options.append((math.pi / 4 * d**2 * h / 1e6, (one, other)))
    if {"width", "thickness", "height"} <= set(highest):
        three = [highest[a] for a in ("width", "thickness", "height")]
        options.append((math.prod(v for v, _ in three) / 1e6, tuple(r for _, r in three)))
    return min(options, default=(math.inf, ()), key=lambda option: option[0])


def _capacity_energy(musts: Sequence[Requirement], v_max: float) -> list[Finding]:
    """An energy above capacity × the highest voltage cannot be: E = ∫ V dQ ≤ V_max · Q."""
    found = []
    limits = [(_bounds(r).high, r) for r in musts if r.metric == "capacity" and math.isfinite(_bounds(r).high)]
    volts = [(_bounds(r).high, r) for r in musts if r.metric in {"max_voltage", "charge_voltage"}
             and math.isfinite(_bounds(r).high)]
    for r in musts:
        low = _bounds(r).low
        if r.metric not in ENERGY or not math.isfinite(low):
            continue
        for most, capacity in limits:
            volt, by = min(volts, default=(v_max, None), key=lambda pair: pair[0])
            if math.isfinite(volt) and low > most * volt:
                found.append(_finding(f"{low:.4g} Wh is more than {most:.4g} Ah can hold at {volt:.4g} V", r, capacity,
                                      *([by] if by else [])))
    return found
