"""Diffusion in a sphere as decoupled modes: an even-polynomial Galerkin method. Section 3 of docs/batched_dfn.md."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.polynomial.legendre import Legendre, leggauss

Array = npt.NDArray[np.float64]


@cache
def modes(count: int) -> tuple[Array, Array]:
    """Decay rates λ (count,) in units of Ds/R² and surface weights w (count,), the mean first (λ = 0, w = 3).

    With the surface gradient q = −∂x/∂(r/R): dz/dt = (Ds/R²)·(−λz − w·q) for each mode and x_surface = Σ z (eq. 9).
    The basis √(4k+3)·P₂ₖ₊₁(ρ)/ρ is orthonormal with weight ρ² on (0, 1) because Legendre polynomials are.
    """
    points, weights = leggauss(4 * count + 4)
    rho, weight = 0.5 * (points + 1), 0.5 * weights
    slopes = []
    for k in range(count):
        odd = Legendre.basis(2 * k + 1)
        slopes.append(np.sqrt(4 * k + 3) * (odd.deriv()(rho) * rho - odd(rho)) / rho**2)
    slope = np.array(slopes)
    stiffness = (slope * (weight * rho**2)) @ slope.T
    rates, vectors = np.linalg.eigh(stiffness)
    rates[0] = 0.0
    at_surface = np.sqrt(4 * np.arange(count) + 3.0) @ vectors
    return rates, at_surface**2
