"""From many starts to points that keep every requirement with a margin: gradients on a surrogate of the margins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.optimise.adam import Adam

if TYPE_CHECKING:
    import torch

Margins = Callable[["torch.Tensor"], "torch.Tensor"]

SIGMAS = 1.5
EDGE = 0.0


@dataclass(frozen=True)
class Refined:
    """Points after refinement, the predicted margins there, and the hinge loss that is left."""

    x: np.ndarray         # (n, n_variables) in [0, 1]
    margins: np.ndarray   # (n, n_requirements)
    loss: np.ndarray      # (n,); 0 where every requirement is kept with its margin


def screen(margins: Margins, x: np.ndarray, need: np.ndarray, weight: np.ndarray, keep: int) -> np.ndarray:
    """The `keep` rows of x (n, n_variables) with the least hinge loss; half of them spread over the better quarter.

    The best rows alone lie close together; a stride through the better quarter keeps other regions alive.
    """
    import torch

    with torch.no_grad():
        loss = _hinge(margins(torch.as_tensor(x)), need, weight).numpy()
    order = np.argsort(loss, kind="stable")
    best = order[: keep // 2]
    rest = order[keep // 2: max(keep, len(order) // 4)]
    spread = rest[np.linspace(0, len(rest) - 1, min(keep - len(best), len(rest))).astype(int)] if len(rest) else rest
    return np.asarray(x[np.concatenate([best, spread])])


def refine(
    margins: Margins, starts: np.ndarray, need: Sequence[float] | np.ndarray, weight: Sequence[float] | np.ndarray,
    steps: int = 120, rate: float = 0.03, pull: float = 0.01, sum_of_violations: bool = False,
) -> Refined:
    """Adam on the hinge loss Σ w·max(0, need − margin)², from every start at once, inside the unit box.

    With `sum_of_violations` the hinges are not squared: the least sum of violations, which is what *nearest* means.

    Args:
        margins: relative margins (n, n_requirements) of points (n, n_variables), differentiable; positive is kept.
        starts: (n, n_variables) in [0, 1].
        need: margin wanted of each requirement, normally 1.5 sigma of its prediction.
        weight: importance of each requirement.
        pull: weight of staying near the start, which keeps the answers different.
    """
    import torch

    home = torch.as_tensor(np.clip(starts, EDGE, 1 - EDGE))
    x = home.clone().requires_grad_()
    optimiser = Adam([x])
    best_x, best_loss = home.clone(), torch.full((len(home),), float("inf"), dtype=home.dtype)
    for _ in range(steps):
        loss = _hinge(margins(x), need, weight, sum_of_violations)
        with torch.no_grad():
            better = loss < best_loss
            best_x[better], best_loss[better] = x.detach()[better], loss.detach()[better]
        optimiser.step((loss + pull * loss.detach().clamp(max=1) * ((x - home) ** 2).sum(1)).sum(), rate)
        with torch.no_grad():
            x.clamp_(EDGE, 1 - EDGE)
        if bool((best_loss <= 0).all()):
            break
    with torch.no_grad():
        final = margins(best_x)
        return Refined(best_x.numpy(), final.numpy(), _hinge(final, need, weight, sum_of_violations).numpy())


def _hinge(
    margins: torch.Tensor, need: Sequence[float] | np.ndarray, weight: Sequence[float] | np.ndarray,
    linear: bool = False,
) -> torch.Tensor:
    import torch

    short = (torch.as_tensor(np.asarray(need, dtype=float)) - margins).clamp(min=0)
    # The linear part keeps a gradient when only a little is missing.
    each = short if linear else short**2 + 0.1 * short
    return (torch.as_tensor(np.asarray(weight, dtype=float)) * each).sum(1)
