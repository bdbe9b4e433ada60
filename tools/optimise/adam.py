"""Adam, by hand: PyTorch's own optimisers import its compiler at the first step, which costs seconds a process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass
class Adam:
    """Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1, with its default decay rates."""

    parameters: Sequence[torch.Tensor]
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    _moments: list[tuple[torch.Tensor, torch.Tensor]] = field(default_factory=list)
    _steps: int = 0

    def step(self, loss: torch.Tensor, rate: float) -> None:
        """One step of size `rate` down the gradient of a scalar loss; the parameters are changed in place."""
        import torch

        gradients = torch.autograd.grad(loss, list(self.parameters))
        if not self._moments:
            self._moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self.parameters]
        self._steps += 1
        first, second = 1 - self.beta1**self._steps, math.sqrt(1 - self.beta2**self._steps)
        with torch.no_grad():
            for p, g, (m, v) in zip(self.parameters, gradients, self._moments, strict=True):
                m.lerp_(g, 1 - self.beta1)
                v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
                p.addcdiv_(m, v.sqrt().div_(second).add_(self.epsilon), value=-rate / first)


def one_cycle(step: int, steps: int, highest: float) -> float:
    """A learning rate that rises over the first 30 % of the steps and falls to nearly nothing, both as cosines.

    >>> [round(one_cycle(s, 100, 0.01), 5) for s in (0, 30, 65, 99)]
    [0.0004, 0.01, 0.005, 1e-05]
    """
    rise = 0.3 * steps
    if step < rise:
        low, share = highest / 25, 0.5 - 0.5 * math.cos(math.pi * step / rise)
        return low + (highest - low) * share
    return max(highest * (0.5 + 0.5 * math.cos(math.pi * (step - rise) / (steps - rise))), highest / 1000)
