"""An ensemble of networks with a trunk shared by all heads, trained and evaluated together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.optimise.adam import Adam, one_cycle

if TYPE_CHECKING:
    import torch

MEMBERS = 5
HIGHEST_RATE = 0.015
ENSEMBLE_GAIN = 0.75  # error of the mean over that of one member; 0.65 to 0.69 on two analytic functions, 2026-11


@dataclass(frozen=True)
class Ensemble:
    """Networks of one shape; the leading axis of every tensor is the member."""

    weights: tuple[torch.Tensor, ...]   # each (members, n_in, n_out)
    biases: tuple[torch.Tensor, ...]    # each (members, 1, n_out)
    kind: str = "mlp"

    def members(self, x: torch.Tensor) -> torch.Tensor:
        """Every member's prediction (members, n, n_heads) at x (n, n_features) in [0, 1]."""
        import torch

        h = (2 * x.to(self.weights[0].dtype) - 1).expand(self.weights[0].shape[0], *x.shape)
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = torch.baddbmm(b, h, w)
            if i < len(self.weights) - 1:
                h = torch.nn.functional.silu(h)
        return h

    def predict(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and spread over the members, each (n, n_heads), in the precision of x."""
        found = self.members(x).to(x.dtype)
        return found.mean(0), found.std(0) + 1e-4


def fold_of(rows: int) -> torch.Tensor:
    """Which member never sees a row: rows are dealt out in turn."""
    import torch

    return torch.arange(rows) % MEMBERS


def fit_ensemble(
    x: torch.Tensor, y: torch.Tensor, seed: int, width: int = 48, steps: int = 1200, device: str = "cpu",
) -> Ensemble:
    """Train by Adam with one learning-rate cycle; each member leaves out its own fifth of the rows.

    Mini-batches of 512 beyond that many rows. A label that is NaN teaches nothing; its row's other labels do.
    It is trained on `device` and lies on the CPU afterwards.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    sizes = [x.shape[1], width, width, y.shape[1]]
    weights, biases = [], []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        drawn = [torch.randn(MEMBERS, n, n_out, generator=generator) for n in (n_in, 1)]  # the same on every device
        weights.append((drawn[0] / n_in**0.5).to(device).requires_grad_())
        biases.append((0.1 * drawn[1]).to(device).requires_grad_())
    model = Ensemble(tuple(weights), tuple(biases))
    x, y = x.float().to(device), y.float().to(device)
    known = torch.isfinite(y)
    seen = (fold_of(len(x))[None] != torch.arange(MEMBERS)[:, None]).float()[:, :, None].to(device) * known
    seen = seen / known.float().mean(0)  # a head with few labels counts as much as the others
    y = torch.nan_to_num(y)
    optimiser = Adam([*weights, *biases])
    for step in range(steps):
        rows = torch.randperm(len(x), generator=generator)[:512] if len(x) > 512 else slice(None)
        loss = (seen[:, rows] * (model.members(x[rows]) - y[rows]) ** 2).mean()
        optimiser.step(loss, one_cycle(step, steps, HIGHEST_RATE))
    return Ensemble(tuple(w.detach().cpu() for w in weights), tuple(b.detach().cpu() for b in biases))


def left_out(model: Ensemble, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Left-out error of the mean, and the spread of the members, each (n, n_heads).

    Only one member has not seen a row: its error times `ENSEMBLE_GAIN` stands for that of a mean that has not.
    """
    import torch

    found = model.members(x).to(y.dtype)
    own = found[fold_of(len(x)), torch.arange(len(x))]
    return ENSEMBLE_GAIN * (y - own), found.std(0) + 1e-4
