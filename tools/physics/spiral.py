"""Geometry of windings. Derived here; SI in and out."""

from __future__ import annotations

import math


def spiral_length_m(inner_m: float, outer_m: float, pitch_m: float) -> float:
    """Length of an Archimedean spiral of constant pitch between two radii [m].

    L = π (R² − r²) / p: a strip of thickness p wound without gaps fills the ring between the radii, and its
    cross-section is L·p. Valid for p ≪ R.

    >>> round(spiral_length_m(0.0, 0.01, 0.0001), 4)
    3.1416
    """
    return math.pi * (outer_m**2 - inner_m**2) / pitch_m


def spiral_outer_m(inner_m: float, length_m: float, pitch_m: float) -> float:
    """Outer radius of a winding from its strip's length [m]: the inverse of `spiral_length_m`.

    >>> round(spiral_outer_m(0.0, 3.1416, 0.0001), 4)
    0.01
    """
    return math.sqrt(inner_m**2 + length_m * pitch_m / math.pi)
