"""Ohmic resistance of foils that collect a uniform current, from geometry. Derived here; SI in and out.

The current at a distance x from a foil's free end is I·x/ℓ, so the loss is ∫(I x/ℓ)² ρ/(w t) dx = I²·ρ ℓ/(3 w t): the
foil counts as a third of its end-to-end resistance. Valid where the pair's current density is uniform, that is where
the foil's voltage drop is small against the pair's.
"""

from __future__ import annotations


def strip_ohm(resistivity_ohm_m: float, length_m: float, width_m: float, thickness_m: float) -> float:
    """End-to-end resistance of a strip: ρ ℓ / (w t) [ohm].

    >>> round(strip_ohm(2.0e-8, 1.0, 0.01, 1e-5), 9)
    0.2
    """
    return resistivity_ohm_m * length_m / (width_m * thickness_m)


def edge_collected_ohm(resistivity_ohm_m: float, length_m: float, width_m: float, thickness_m: float) -> float:
    """A foil collected along one whole edge, the current running ℓ towards it: ρ ℓ / (3 w t) [ohm].

    >>> round(edge_collected_ohm(3.0e-8, 1.0, 0.01, 1e-5), 9)
    0.1
    """
    return strip_ohm(resistivity_ohm_m, length_m, width_m, thickness_m) / 3


def tab_collected_ohm(
    resistivity_ohm_m: float, length_m: float, width_m: float, thickness_m: float, tabs: int
) -> float:
    """A strip with n tabs, each in the middle of its share: 2n arms in parallel, each of length ℓ/(2n) [ohm].

    (1/2n) · ρ (ℓ/2n) / (3 w t) = ρ ℓ / (12 n² w t).

    >>> round(tab_collected_ohm(12.0e-8, 1.0, 0.01, 1e-5, 1), 9)
    0.1
    """
    return edge_collected_ohm(resistivity_ohm_m, length_m / (2 * tabs), width_m, thickness_m) / (2 * tabs)
