"""A conditional generator of designs: category first, then every variable in turn, each by a monotone spline.

An autoregressive neural spline flow on the unit box, after Durkan et al., "Neural Spline Flows" (2019): variable i is
the inverse of a rational-quadratic distribution function whose knots a small network reads off the condition, the
category and the variables before it. The condition is a lower bound on each quality; a bound that is not asked for is
masked. It learns from designs whose qualities are known: each keeps bounds a little below its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.failures import BadInput
from tools.optimise.adam import Adam, one_cycle
from tools.optimise.device import one_thread

if TYPE_CHECKING:
    import torch

BINS = 10
WIDTH = 48
LEAST_BIN, LEAST_SLOPE = 1e-3, 1e-2
BATCH = 512
HIGHEST_RATE = 0.01
SLACKS = (0.01, 1.0)  # the scale of a bound's distance below a design's own quality, log-uniform [standard deviations]


@dataclass(frozen=True)
class Generator:
    """A fitted generator; tensors lie on its device.

    `nets` holds weights and biases of the category's network and of the variables' networks, one leading row each.
    """

    category: tuple[torch.Tensor, ...]
    variables: tuple[torch.Tensor, ...]
    centre: np.ndarray   # (n_qualities,)
    spread: np.ndarray   # (n_qualities,)
    counts: int          # of categories

    @one_thread()
    def sample(self, bounds: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Categories (count,) and vectors (count, n_variables) in [0, 1] for lower bounds (n_qualities,), NaN if free.

        Variables that a category does not have are noise. The same seed gives the same designs on one device.
        """
        import torch

        generator = torch.Generator().manual_seed(seed)
        device = self.category[0].device
        z = (np.asarray(bounds, dtype=float) - self.centre) / self.spread
        row = torch.as_tensor(np.concatenate([np.nan_to_num(z), np.isfinite(z)]), dtype=torch.float32, device=device)
        condition = row.expand(count, -1)
        with torch.no_grad():
            shares = _network(self.category, condition[None])[0].softmax(1)
            chosen = torch.multinomial(shares.cpu(), 1, generator=generator)[:, 0].to(device)
            known = torch.nn.functional.one_hot(chosen, self.counts).float()
            n_variables = self.variables[0].shape[0]
            x = torch.zeros(count, n_variables, device=device)
            u = torch.rand(count, n_variables, generator=generator).to(device)
            for i in range(n_variables):
                own = tuple(t[i : i + 1] for t in self.variables)
                knots = _network(own, _inputs(condition, known, x)[i : i + 1])[0]
                x[:, i] = inverse_spline(u[:, i], knots)
        return chosen.cpu().numpy(), x.cpu().double().numpy()

    def log_density(self, bounds: np.ndarray, category: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Log of probability times density (n,) of categories (n,) and vectors (n, n_variables) under bounds."""
        import torch

        z = (np.asarray(bounds, dtype=float) - self.centre) / self.spread
        row = torch.as_tensor(np.concatenate([np.nan_to_num(z), np.isfinite(z)]), dtype=torch.float32)
        with torch.no_grad():
            found = _log_density(self.category, self.variables, row.expand(len(x), -1).to(self.category[0].device),
                                 torch.as_tensor(category, device=self.category[0].device),
                                 torch.as_tensor(x, dtype=torch.float32, device=self.category[0].device))
        return np.asarray(found.cpu().double().numpy())


@one_thread()
def fit_generator(
    category: np.ndarray, x: np.ndarray, qualities: np.ndarray, seed: int = 0, steps: int = 1200, device: str = "cpu",
) -> Generator:
    """Fit by maximum likelihood to designs with known qualities.

    Args:
        category: (n,) of int from 0, such as the design space.
        x: (n, n_variables) in [0, 1]; a variable that a category does not have is to be noise.
        qualities: (n, n_qualities), more is better; a metric with two bounds is two qualities.

    Raises:
        BadInput: shapes that do not belong together, or a value that is not finite.
    """
    import torch

    x, qualities = np.asarray(x, dtype=float), np.asarray(qualities, dtype=float)
    if not len(category) == len(x) == len(qualities) or not len(x):
        raise BadInput(f"a generator needs as many categories as vectors and qualities, got {len(category)}, {len(x)} "
                       f"and {len(qualities)}")
    if not (np.isfinite(x).all() and np.isfinite(qualities).all()):
        raise BadInput("the generator's designs contain NaN or infinite values: drop those rows first")
    centre, spread = qualities.mean(0), np.maximum(qualities.std(0), 1e-9)
    counts, n_variables, n_q = int(np.max(category)) + 1, x.shape[1], qualities.shape[1]
    draw = torch.Generator().manual_seed(seed)
    n_in = 2 * n_q + counts + n_variables
    one = _new_network(1, 2 * n_q, counts, draw, device)
    rest = _new_network(n_variables, n_in, 3 * BINS + 1, draw, device)
    z = torch.as_tensor((qualities - centre) / spread, dtype=torch.float32)
    kinds, points = torch.as_tensor(category), torch.as_tensor(np.clip(x, 0, 1), dtype=torch.float32)
    optimiser = Adam([*one, *rest])
    for step in range(steps):
        rows = torch.randint(len(points), (min(BATCH, len(points)),), generator=draw)
        condition = _hindsight(z[rows], draw).to(device)
        loss = -_log_density(one, rest, condition, kinds[rows].to(device), points[rows].to(device)).mean()
        optimiser.step(loss, one_cycle(step, steps, HIGHEST_RATE))
    return Generator(tuple(t.detach() for t in one), tuple(t.detach() for t in rest), centre, spread, counts)


def _hindsight(z: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    """Bounds (n, 2 n_qualities) that designs of standardised qualities z keep: values, then which are asked at all."""
    import torch

    low, high = np.log(SLACKS[0]), np.log(SLACKS[1])
    scale = torch.exp(low + (high - low) * torch.rand(len(z), 1, generator=draw))
    bound = z - scale * torch.randn(z.shape, generator=draw).abs()
    asked = (torch.rand(z.shape, generator=draw) < 0.3 + 0.9 * torch.rand(len(z), 1, generator=draw)).float()
    return torch.cat([bound * asked, asked], 1)


def _new_network(rows: int, n_in: int, n_out: int, draw: torch.Generator, device: str) -> list[torch.Tensor]:
    import torch

    sizes = [n_in, WIDTH, WIDTH, n_out]
    found = []
    for a, b in zip(sizes[:-1], sizes[1:], strict=True):
        gain = 0.1 if b == n_out else 1.0
        found += [(gain * torch.randn(rows, a, b, generator=draw) / a**0.5), torch.zeros(rows, 1, b)]
    return [t.to(device).requires_grad_() for t in found]


def _network(layers: tuple[torch.Tensor, ...] | list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Outputs (rows, n, n_out) of one small network a row at inputs x (rows, n, n_in)."""
    import torch

    for i in range(0, len(layers), 2):
        x = torch.baddbmm(layers[i + 1], x, layers[i])
        if i < len(layers) - 2:
            x = torch.nn.functional.silu(x)
    return x


def _inputs(condition: torch.Tensor, known: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Inputs (n_variables, n, n_in): variable i sees the condition, the category and the variables before it."""
    import torch

    n_variables = x.shape[1]
    before = torch.tril(torch.ones(n_variables, n_variables, device=x.device), -1)
    shared = torch.cat([condition, known], 1).expand(n_variables, -1, -1)
    return torch.cat([shared, (2 * x - 1)[None] * before[:, None, :]], 2)


def _log_density(
    one: tuple[torch.Tensor, ...] | list[torch.Tensor], rest: tuple[torch.Tensor, ...] | list[torch.Tensor],
    condition: torch.Tensor, category: torch.Tensor, x: torch.Tensor,
) -> torch.Tensor:
    import torch

    logits = _network(one, condition[None])[0].log_softmax(1)
    known = torch.nn.functional.one_hot(category, logits.shape[1]).float()
    knots = _network(rest, _inputs(condition, known, x))
    slope = spline(x.T, knots)[1]
    return logits.gather(1, category[:, None])[:, 0] + slope.log().sum(0)


def _knots(raw: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Edges (…, bins + 1) along x and y, both from 0 to 1, and slopes (…, bins + 1) at the edges."""
    import torch

    edges = []
    for part in (raw[..., :BINS], raw[..., BINS : 2 * BINS]):
        size = LEAST_BIN + (1 - LEAST_BIN * BINS) * part.softmax(-1)
        edge = torch.nn.functional.pad(size.cumsum(-1), (1, 0))
        edges.append(torch.cat([edge[..., :-1], torch.ones_like(edge[..., -1:])], -1))
    # Raw outputs of 0 give slopes of 1: an untrained flow is uniform.
    slopes = LEAST_SLOPE + (1 - LEAST_SLOPE) * torch.nn.functional.softplus(raw[..., 2 * BINS :]) / float(np.log(2))
    return edges[0], edges[1], slopes


def _bin(edges: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    return ((edges[..., 1:-1] <= at[..., None]).sum(-1, keepdim=True)).clamp(0, BINS - 1)


def spline(x: torch.Tensor, raw: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The distribution function at x (…) in [0, 1] and its slope, from raw outputs (…, 3 bins + 1)."""
    xs, ys, slopes = _knots(raw)
    k = _bin(xs, x)
    x0, x1, y0, y1, d0, d1 = (t.gather(-1, i)[..., 0] for t, i in
                              ((xs, k), (xs, k + 1), (ys, k), (ys, k + 1), (slopes, k), (slopes, k + 1)))
    steep = (y1 - y0) / (x1 - x0)
    at = ((x - x0) / (x1 - x0)).clamp(0, 1)
    mid = at * (1 - at)
    below = steep + (d0 + d1 - 2 * steep) * mid
    y = y0 + (y1 - y0) * (steep * at**2 + d0 * mid) / below
    return y, steep**2 * (d1 * at**2 + 2 * steep * mid + d0 * (1 - at) ** 2) / below**2


def inverse_spline(y: torch.Tensor, raw: torch.Tensor) -> torch.Tensor:
    """The x (…) at which the distribution function has the values y (…): the root of a quadratic in its bin."""
    xs, ys, slopes = _knots(raw)
    k = _bin(ys, y)
    x0, x1, y0, y1, d0, d1 = (t.gather(-1, i)[..., 0] for t, i in
                              ((xs, k), (xs, k + 1), (ys, k), (ys, k + 1), (slopes, k), (slopes, k + 1)))
    steep, rise = (y1 - y0) / (x1 - x0), y - y0
    curve = d0 + d1 - 2 * steep
    a = (y1 - y0) * (steep - d0) + rise * curve
    b = (y1 - y0) * d0 - rise * curve
    c = -steep * rise
    at = 2 * c / (-b - (b**2 - 4 * a * c).clamp(min=0).sqrt())
    return (x0 + at.clamp(0, 1) * (x1 - x0)).clamp(0, 1)
