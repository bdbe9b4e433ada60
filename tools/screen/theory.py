"""What the active materials of a system alone could hold: no cell of it holds more."""

from __future__ import annotations

from functools import cache

from tools.simulate.balance import Balance, balance, with_np_ratio
from tools.simulate.formulation import active_density_kg_m3, coating, known_system

TIGHTEST_NP = 1.0 + 1e-9


@cache
def theoretical_balance(key: str) -> Balance:
    """The system's start pair balanced at N/P = 1, its published voltage window, at zero current."""
    return balance(with_np_ratio(known_system(key).reference, TIGHTEST_NP))


@cache
def physical_bound(key: str) -> tuple[float, float]:
    """Upper bounds (specific energy [Wh/kg], energy density [Wh/L]) from the two active materials alone.

    Open-circuit energy at N/P = 1 over mass, and over crystal volume, of the active materials: binder, pores, foils,
    separator, electrolyte, case and every overpotential are left out, so a real cell lies well below.

    Raises:
        tools.failures.BadInput: there is no such system.
    """
    held = theoretical_balance(key)
    pair = with_np_ratio(known_system(key).reference, TIGHTEST_NP)
    mass = volume = 0.0
    for side, electrode in (("positive", pair.positive), ("negative", pair.negative)):
        kg_m2 = coating(electrode, key, "positive" if side == "positive" else "negative").active_kg_m2
        mass += kg_m2
        volume += kg_m2 / (active_density_kg_m3(electrode) / 1000)
    energy_Wh_m2 = held.areal_capacity_mAh_cm2 * held.mean_ocv_V * 10.0
    return energy_Wh_m2 / mass, energy_Wh_m2 / volume
