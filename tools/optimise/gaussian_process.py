"""Exact Gaussian processes over standardised labels: hyperparameters by BoTorch, predictions by plain tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

JITTER = 1e-8


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


def fit_gp(x: torch.Tensor, y: torch.Tensor, hyper_rows: int = 192) -> GaussianProcess:
    """Hyperparameters by BoTorch's SingleTaskGP on the first `hyper_rows` rows, posterior on all rows."""
    import warnings

    import torch

    few, heads = min(hyper_rows, x.shape[0]), y.shape[1]
    shape = torch.Size([heads]) if heads > 1 else torch.Size([])
    with warnings.catch_warnings():
        # Imports warn of deprecations in torch; an early stop of the fit is fine: left-out errors judge it.
        warnings.simplefilter("ignore")
        from botorch.fit import fit_gpytorch_mll
        from botorch.models import SingleTaskGP
        from gpytorch.kernels import RBFKernel, ScaleKernel
        from gpytorch.mlls import ExactMarginalLogLikelihood

        kernel = ScaleKernel(RBFKernel(ard_num_dims=x.shape[1], batch_shape=shape), batch_shape=shape)
        model = SingleTaskGP(x[:few], y[:few], covar_module=kernel, outcome_transform=None)
        kernel.base_kernel.lengthscale = 1.5
        model.likelihood.noise = 1e-3
        likelihood = ExactMarginalLogLikelihood(model.likelihood, model)
        fit_gpytorch_mll(likelihood, optimizer_kwargs={"options": {"maxiter": 60}})
    with torch.no_grad():
        return condition(
            x, y, kernel.base_kernel.lengthscale.reshape(heads, -1).clone(), kernel.outputscale.reshape(heads).clone(),
            model.likelihood.noise.reshape(heads).clone(), model.mean_module.constant.reshape(-1).expand(heads).clone(),
        )
