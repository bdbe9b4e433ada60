"""Charge and lithium. SI in and out unless the name says otherwise."""

from __future__ import annotations

FARADAY_C_MOL = 96485.33212


def theoretical_capacity_mAh_g(molar_mass_g_mol: float, lithium: float = 1.0) -> float:
    """Faraday's law: capacity of a formula unit that gives up `lithium` atoms [mAh/g].

    >>> round(theoretical_capacity_mAh_g(157.757), 1)
    169.9
    """
    return lithium * FARADAY_C_MOL / 3.6 / molar_mass_g_mol


def areal_sites_mAh_cm2(thickness_m: float, active_fraction: float, sites_mol_m3: float) -> float:
    """Lithium sites of one coated side as a charge: F · L · ε · c_max [mAh/cm²].

    >>> round(areal_sites_mAh_cm2(75.6e-6, 0.665, 63104), 3)
    8.503
    """
    return FARADAY_C_MOL * thickness_m * active_fraction * sites_mol_m3 / 36000.0
