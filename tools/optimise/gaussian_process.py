"""Exact Gaussian processes over standardised labels: hyperparameters by marginal likelihood, predictions by tensors.

The likelihood is our own: a fit by BoTorch took ten times as long (96 to 240 rows), most of it in automatic
differentiation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

JITTER = 1e-8
FIRST_LENGTH, FIRST_NOISE = 1.5, 1e-3
HYPER_ROWS = 192      # rows that hyperparameters are fitted to: more cost n³ and tell little
STEPS = 60            # of the climb; left-out errors judge what an early stop leaves
# Of each lengthscale, the amplitude and the noise: bounds, and mean and spread of the logarithm's prior. Labels are
# standardised and features lie in [0, 1]; what no label speaks of stays near the mean.
BOUNDS = ((0.05, 50.0), (1e-2, 1e4), (1e-7, 1.0))
PRIORS = ((1.0, 1.5), (1.0, 2.0), (-9.0, 3.0))


@dataclass(frozen=True)
class GaussianProcess:
    """Independent processes, one a head, with squared-exponential ARD kernels."""

    x: torch.Tensor             # (rows, n_features)
    lengthscale: torch.Tensor   # (n_heads, n_features)
    amplitude: torch.Tensor     # (n_heads,)
    noise: torch.Tensor         # (n_heads,)
    constant: torch.Tensor      # (n_heads,)
    alpha: torch.Tensor         # (n_heads, rows)
    whiten: torch.Tensor        # (n_heads, rows, rows), inverse of the lower Cholesky factor
    kind: str = "gp"

    def predict(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Posterior mean and standard deviation with noise, each (n, n_heads), at x (n, n_features)."""
        k = self.amplitude[:, None, None] * squared_exponential(x, self.x, self.lengthscale)
        mean = (k @ self.alpha[:, :, None])[..., 0] + self.constant[:, None]
        explained = ((self.whiten @ k.transpose(1, 2)) ** 2).sum(1)
        variance = (self.amplitude[:, None] - explained).clamp(min=1e-10) + self.noise[:, None]
        return mean.T, variance.sqrt().T

    def mean(self, x: torch.Tensor) -> torch.Tensor:
        """Posterior mean alone (n, n_heads), which is much cheaper."""
        k = self.amplitude[:, None, None] * squared_exponential(x, self.x, self.lengthscale)
        return ((k @ self.alpha[:, :, None])[..., 0] + self.constant[:, None]).T

    def labels(self) -> torch.Tensor:
        """The labels (rows, n_heads) that the process was conditioned on: K α + constant."""
        import torch

        k = self.amplitude[:, None, None] * squared_exponential(self.x, self.x, self.lengthscale)
        k = k + (self.noise[:, None, None] + JITTER) * torch.eye(self.x.shape[0], dtype=self.x.dtype)
        return ((k @ self.alpha[:, :, None])[..., 0] + self.constant[:, None]).T

    def left_out(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Leave-one-out errors and standard deviations, each (rows, n_heads), in closed form.

        Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), eq. 5.12: the error is α over the
        diagonal of the inverse covariance, the variance its reciprocal.
        """
        precision = (self.whiten**2).sum(1)
        return (self.alpha / precision).T, precision.rsqrt().T


def squared_exponential(a: torch.Tensor, b: torch.Tensor, lengthscale: torch.Tensor) -> torch.Tensor:
    """exp(−½ r²) with a length for each head and feature: (n_heads, n_a, n_b)."""
    import torch

    left, right = a[None] / lengthscale[:, None], b[None] / lengthscale[:, None]
    square = (left**2).sum(-1)[:, :, None] + (right**2).sum(-1)[:, None, :] - 2 * left @ right.transpose(1, 2)
    return torch.exp(-0.5 * square.clamp(min=0))


def condition(
    x: torch.Tensor, y: torch.Tensor, lengthscale: torch.Tensor, amplitude: torch.Tensor, noise: torch.Tensor,
    constant: torch.Tensor,
) -> GaussianProcess:
    """A process with given hyperparameters, conditioned on rows x (n, n_features), y (n, n_heads)."""
    import torch

    k = amplitude[:, None, None] * squared_exponential(x, x, lengthscale)
    eye = torch.eye(x.shape[0], dtype=x.dtype)
    chol = torch.linalg.cholesky(k + (noise[:, None, None] + JITTER) * eye)
    residual = (y.T - constant[:, None])[..., None]
    alpha = torch.cholesky_solve(residual, chol)[..., 0]
    whiten = torch.linalg.solve_triangular(chol, eye.expand_as(chol), upper=False)
    return GaussianProcess(x, lengthscale, amplitude, noise, constant, alpha, whiten)


def with_rows(process: GaussianProcess, x: torch.Tensor, y: torch.Tensor) -> GaussianProcess:
    """The same process conditioned on further rows; hyperparameters stay."""
    import torch

    return condition(torch.cat([process.x, x]), torch.cat([process.labels(), y]), process.lengthscale,
                     process.amplitude, process.noise, process.constant)


def fit_gp(x: torch.Tensor, y: torch.Tensor, hyper_rows: int = HYPER_ROWS) -> GaussianProcess:
    """Hyperparameters of most posterior density on the first `hyper_rows` rows, posterior on all rows.

    x is (n, n_features) in [0, 1], y (n, n_heads) standardised. The heads are fitted each by itself.
    """
    return condition(x, y, *_hyperparameters(x[:hyper_rows], y[:hyper_rows]))


def fit_anew(process: GaussianProcess) -> GaussianProcess:
    """The process on the same rows with hyperparameters of the newest of them."""
    y = process.labels()
    return condition(process.x, y, *_hyperparameters(process.x[-HYPER_ROWS:], y[-HYPER_ROWS:]))


def _hyperparameters(x: torch.Tensor, y: torch.Tensor) -> list[torch.Tensor]:
    import torch

    return [torch.stack(values) for values in zip(*(most_likely(x, column) for column in y.T), strict=True)]


def most_likely(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Lengthscales (n_features,), amplitude, noise and constant of one head y (n,) at x (n, n_features).

    The marginal likelihood and its gradient in closed form (Rasmussen and Williams 2006, eqs. 5.8 and 5.9), the
    constant eliminated, with lognormal priors (`PRIORS`), climbed by L-BFGS-B.
    """
    import torch
    from scipy.optimize import minimize

    features = x.shape[1]
    start = np.log([*[FIRST_LENGTH] * features, 1.0, FIRST_NOISE])
    bounds = [tuple(np.log(b)) for b in (*[BOUNDS[0]] * features, *BOUNDS[1:])]
    answer = minimize(_minus_log_density, start, (x, y), "L-BFGS-B", jac=True, bounds=bounds,
                      options={"maxiter": STEPS})
    length, (amplitude, noise) = torch.as_tensor(np.exp(answer.x)).split([features, 2])
    _, factor = _covariance(x, length, amplitude, noise)
    return length, amplitude, noise, _constant(torch.cholesky_inverse(factor), y)


def _covariance(x: torch.Tensor, length: torch.Tensor, amplitude: torch.Tensor, noise: torch.Tensor
                ) -> tuple[torch.Tensor, torch.Tensor]:
    """The covariance of the function at x and the Cholesky factor of that of the labels, each (n, n)."""
    import torch

    smooth = amplitude * squared_exponential(x, x, length[None])[0]
    return smooth, torch.linalg.cholesky(smooth + (noise + JITTER) * torch.eye(len(x), dtype=x.dtype))


def _constant(precision: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    weights = precision.sum(0)
    return weights @ y / weights.sum()


def _minus_log_density(theta: np.ndarray, x: torch.Tensor, y: torch.Tensor) -> tuple[float, np.ndarray]:
    """Minus the log posterior density per row, and its gradient, in the logarithms of the hyperparameters."""
    import torch

    n, features = x.shape
    length, (amplitude, noise) = torch.as_tensor(np.exp(theta)).split([features, 2])
    smooth, factor = _covariance(x, length, amplitude, noise)
    precision = torch.cholesky_inverse(factor)
    residual = y - _constant(precision, y)
    alpha = precision @ residual
    value = float(0.5 * residual @ alpha + factor.diagonal().log().sum())
    # ½ tr((αα' − K⁻¹) ∂K/∂θ); for a lengthscale ∂K/∂ln ℓ = K ∘ (x − x')²/ℓ².
    weight = torch.outer(alpha, alpha) - precision
    felt = weight * smooth
    moved = (x**2 * felt.sum(1)[:, None] - x * (felt @ x)).sum(0) / length**2
    gradient = -torch.cat([moved, 0.5 * felt.sum()[None], 0.5 * noise[None] * weight.trace()]).numpy()
    rows = np.array([*[PRIORS[0]] * features, *PRIORS[1:]])
    away = (theta - rows[:, 0]) / rows[:, 1]
    return (value + 0.5 * float(away @ away)) / n, (gradient + away / rows[:, 1]) / n
