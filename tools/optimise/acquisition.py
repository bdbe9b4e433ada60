"""Where to simulate next by BoTorch: constrained noisy expected hypervolume improvement (qLogNEHVI).

One Gaussian process an objective and one for the worst violation, over the unit box of one space. Cold, they begin with
a constant mean; warm, with the mean of the forward model, so that they only learn what it gets wrong.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.optimise.device import one_thread
from tools.optimise.hypervolume import non_dominated

if TYPE_CHECKING:
    import torch

    Means = Callable[[torch.Tensor], torch.Tensor]

RESTARTS, RAW, STEPS, DRAWS = 3, 128, 40, 64
NOISE = 1e-5   # variance of a simulated value, standardised: the solver's own error
NEARBY = 0.05  # spread of the starts around the points on the front


@one_thread()
def propose(
    x: np.ndarray, values: np.ndarray, violation: np.ndarray, reference: np.ndarray, count: int, seed: int = 0,
    means: Means | None = None, starts: np.ndarray | None = None,
) -> np.ndarray:
    """The `count` points (count, d) of the unit box that promise the largest gain of hypervolume together.

    Args:
        x: simulated points (n, d).
        values: their objectives (n, m), less is better.
        violation: their worst violations (n,), negative where feasible with room.
        reference: point (m,) below which hypervolume counts.
        means: what a forward model expects at points (…, d): objectives and violation (…, m + 1), differentiable.
        starts: points (k, d) that the optimiser may also begin from.
    """
    import torch

    draw = np.random.default_rng(seed)
    feasible = x[violation <= 0] if (violation <= 0).any() else x
    near = np.clip(feasible[draw.integers(len(feasible), size=RAW)]
                   + NEARBY * draw.standard_normal((RAW, x.shape[1])), 0, 1)
    raw = np.concatenate([draw.random((RAW, x.shape[1])), near, *([starts] if starts is not None else [])])
    bounds = torch.stack([torch.zeros(x.shape[1]), torch.ones(x.shape[1])]).double()
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        # BoTorch warns at its import, of retries and of scaling; the DFN judges what comes out.
        warnings.simplefilter("ignore")
        from botorch.optim import optimize_acqf

        torch.manual_seed(seed)
        acquisition = _acquisition(x, values, violation, reference, seed, means)
        candidates = torch.as_tensor(raw).unsqueeze(1)
        chosen: list[torch.Tensor] = []
        for _ in range(count):
            with torch.no_grad():
                worth = torch.cat([acquisition(part) for part in candidates.split(64)])
            best = candidates[torch.topk(worth, RESTARTS).indices]
            point, _ = optimize_acqf(acquisition, bounds, q=1, num_restarts=RESTARTS, batch_initial_conditions=best,
                                     options={"maxiter": STEPS, "batch_limit": RESTARTS})
            chosen.append(point.detach())
            acquisition.set_X_pending(torch.cat(chosen))
    return np.asarray(torch.cat(chosen).numpy())


def _acquisition(
    x: np.ndarray, values: np.ndarray, violation: np.ndarray, reference: np.ndarray, seed: int, means: Means | None
) -> Any:
    import torch
    from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
    from botorch.acquisition.multi_objective.objective import IdentityMCMultiOutputObjective
    from botorch.models import ModelListGP
    from botorch.sampling.normal import SobolQMCNormalSampler

    # BoTorch maximises: objectives change their sign, the violation does not.
    sign = np.append(-np.ones(values.shape[1]), 1.0)
    targets = np.column_stack([values, violation]) * sign
    centre, spread = targets.mean(0), np.maximum(targets.std(0), 1e-9)
    model = ModelListGP(*[_process(x, (targets[:, [k]] - centre[k]) / spread[k],
                                   _expected(means, k, float(sign[k]), centre[k], spread[k]))
                          for k in range(len(sign))])
    m, limit = values.shape[1], -float(centre[-1] / spread[-1])
    able = np.flatnonzero(violation <= 0)
    front = able[non_dominated(values[able])] if len(able) else np.argsort(violation)[:1]
    return qLogNoisyExpectedHypervolumeImprovement(
        model, ref_point=((-reference - centre[:-1]) / spread[:-1]).tolist(), X_baseline=torch.as_tensor(x[front]),
        sampler=SobolQMCNormalSampler(torch.Size([DRAWS]), seed=seed), prune_baseline=False,
        objective=IdentityMCMultiOutputObjective(outcomes=list(range(m))), constraints=[lambda z: z[..., m] - limit])


def _process(x: np.ndarray, y: np.ndarray, mean: Any) -> Any:
    """A fitted Gaussian process of one standardised outcome (n, 1)."""
    import torch
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from gpytorch.mlls import ExactMarginalLogLikelihood

    labels = torch.as_tensor(y)
    process = SingleTaskGP(torch.as_tensor(x), labels, torch.full_like(labels, NOISE), outcome_transform=None,
                           mean_module=mean)
    fit_gpytorch_mll(ExactMarginalLogLikelihood(process.likelihood, process))
    return process


def _expected(means: Means | None, column: int, sign: float, centre: float, spread: float) -> Any:
    """A mean module that says what the forward model says, standardised; a constant where there is none."""
    if means is None:
        return None
    from gpytorch.means import Mean

    forward = means

    class Expected(Mean):  # type: ignore[misc, unused-ignore]
        """The forward model's column as prior mean."""

        def forward(self, points: torch.Tensor) -> torch.Tensor:
            return (sign * forward(points)[..., column] - centre) / spread

    return Expected()
