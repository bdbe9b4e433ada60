"""Forward models of areal outcomes: features in [0, 1] → outcome values with calibrated uncertainty.

Two families, chosen for each head by the error on left-out labels: a Gaussian process for few labels and an ensemble of
shared-trunk networks for many. Both end as plain tensors: differentiable, quick, and stored without pickling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from tools.failures import BadInput
from tools.optimise.gaussian_process import GaussianProcess, condition, fit_anew, fit_gp, with_rows
from tools.optimise.networks import Ensemble, fit_ensemble, left_out

if TYPE_CHECKING:
    import torch

Method = Literal["auto", "gp", "mlp"]
MIN_ROWS = 24
GP_ROWS = 1200        # beyond this the n³ solve and n² predictions cost more than the networks
CORRECTIONS = 128     # newest rows that a correction remembers
GP_GOOD = 0.02        # a process this good everywhere (of the spread of the labels) is not worth a second family
MLP_ROWS = 150        # with fewer labels the networks were never the better ones
COVERED, SIGMAS = 0.9, 1.645  # of the left-out errors lie within so many calibrated sigmas, as they would of a normal
LINEAR = frozenset({"mean_voltage_V", "voltage_end_V", "ocv_V", "min_anode_potential_V", "ok"})


class Model(Protocol):
    """A fitted model in standardised units."""

    @property
    def kind(self) -> str:
        """The family, in a word."""
        ...

    def predict(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation, each (n, n_heads), at features (n, n_features)."""
        ...


@dataclass(frozen=True)
class Mixed:
    """Two models; `first` tells for each head whether the first one answers."""

    one: Model
    other: Model
    first: tuple[bool, ...]
    kind: str = "mixed"

    def predict(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The chosen model's mean and standard deviation, head by head."""
        import torch

        choose = torch.tensor(self.first)
        (m1, s1), (m2, s2) = self.one.predict(x), self.other.predict(x)
        return torch.where(choose, m1, m2), torch.where(choose, s1, s2)


@dataclass(frozen=True)
class Corrected:
    """A model plus a Gaussian process on its residuals near newly labelled points; the model's spread is kept."""

    base: Model
    residual: GaussianProcess
    kind: str = "corrected"

    def predict(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Base mean plus the residual's; the base's standard deviation."""
        mean, sigma = self.base.predict(x)
        return mean + self.residual.mean(x), sigma


@dataclass(frozen=True)
class Surrogate:
    """Outcome heads over one set of features."""

    names: tuple[str, ...]
    log: np.ndarray           # (n_heads,) whether a head is learnt as a logarithm
    centre: np.ndarray
    spread: np.ndarray
    scale: np.ndarray         # calibration factor of sigma, per head
    errors: dict[str, float]  # median left-out error: relative for log heads, absolute for linear ones
    model: Model
    rows: int

    def predict(self, x: torch.Tensor) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
        """Values, and values one sigma higher, each {head: (n,)}, at features (n, n_features) in [0, 1]."""
        import torch

        mean, sigma = self.model.predict(x)
        values, shifted = {}, {}
        for i, name in enumerate(self.names):
            at = mean[:, i] * float(self.spread[i]) + float(self.centre[i])
            above = at + sigma[:, i] * float(self.spread[i] * self.scale[i])
            values[name] = torch.exp(at.clamp(max=40)) if self.log[i] else at
            shifted[name] = torch.exp(above.clamp(max=40)) if self.log[i] else above
        return values, shifted

    def standardised(self, y: np.ndarray) -> np.ndarray:
        """Labels (n, n_heads) in the model's units; NaN where a log head's label is not positive."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(self.log, np.log(np.where(self.log & (y > 0), y, np.nan)), y)
        return np.asarray((t - self.centre) / self.spread)


def fit_outcomes(
    x: np.ndarray, y: np.ndarray, names: Sequence[str], seed: int = 0, method: Method = "auto",
    linear: bool = False, steps: int = 1200, device: str = "cpu",
) -> Surrogate:
    """Fit heads `names` to labels y (n, n_heads) at features x (n, n_features) in [0, 1].

    With `auto` and n ≤ 1,200 a Gaussian process is fitted; where its left-out error exceeds 2 % of the labels' spread
    in some head and there are 150 rows, the networks are fitted too and each head takes the better. Beyond 1,200 rows:
    networks alone.
    Sigma is scaled by a conformal factor for each head: 90 % of n + 1 errors as large as the left-out ones lie within
    1.645 sigma. Positive labels are learnt as logarithms unless `linear`, or the head is a voltage. `steps` are those
    of the networks' training, `device` where they are trained.

    Raises:
        BadInput: fewer than 24 rows, or a label or feature is not finite.
    """
    import torch

    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float).reshape(len(x), len(names))
    if len(x) < MIN_ROWS:
        raise BadInput(f"a surrogate needs at least {MIN_ROWS} labels, got {len(x)}: raise the simulation budget")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise BadInput("the labels contain NaN or infinite values: drop those rows first")
    log = np.array([not linear and name not in LINEAR and bool((y[:, i] > 0).all()) for i, name in enumerate(names)])
    t = np.where(log, np.log(np.where(log, y, 1.0)), y)
    centre, spread = t.mean(0), np.maximum(t.std(0), 1e-9)
    features, targets = torch.as_tensor(x), torch.as_tensor((t - centre) / spread)
    model, error, sigma = _fitted(features, targets, seed, method, steps, device)
    share = min(1.0, np.ceil(COVERED * (len(x) + 1)) / len(x))
    scale = np.maximum(np.quantile(error / np.maximum(sigma, 1e-9), share, axis=0) / SIGMAS, 0.05)
    errors = {name: float(np.median(error[:, i]) * spread[i]) for i, name in enumerate(names)}
    return Surrogate(tuple(names), log, centre, spread, scale, errors, model, len(x))


def _fitted(
    x: torch.Tensor, y: torch.Tensor, seed: int, method: Method, steps: int, device: str
) -> tuple[Model, np.ndarray, np.ndarray]:
    """The chosen model with its left-out absolute errors and uncalibrated sigmas, each (n, n_heads)."""
    import torch

    tried: list[tuple[Model, np.ndarray, np.ndarray]] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if method == "gp" or (method == "auto" and len(x) <= GP_ROWS):
            process = fit_gp(x, y)
            error, sigma = process.left_out()
            tried.append((process, error.abs().numpy(), sigma.numpy()))
        good = bool(tried) and bool((np.median(tried[0][1], 0) < GP_GOOD).all())
        if method == "mlp" or (method == "auto" and not good and (not tried or len(x) >= MLP_ROWS)):
            networks = fit_ensemble(x, y, seed, steps=steps, device=device)
            error, sigma = left_out(networks, x, y)
            tried.append((networks, error.abs().numpy(), sigma.numpy()))
    if len(tried) == 1:
        return tried[0]
    (one, e1, s1), (other, e2, s2) = tried
    first = np.sqrt((e1**2).mean(0)) <= np.sqrt((e2**2).mean(0))
    if first.all() or not first.any():
        return tried[0] if first.all() else tried[1]
    return Mixed(one, other, tuple(bool(f) for f in first)), np.where(first, e1, e2), np.where(first, s1, s2)


def extended(surrogate: Surrogate, x: np.ndarray, y: np.ndarray) -> Surrogate:
    """The surrogate after new labels: a Gaussian process is conditioned on them, other models learn their residuals.

    Rows with a label that is not finite, or not positive in a log head, are left out.
    """
    import torch

    t = surrogate.standardised(np.asarray(y, dtype=float).reshape(len(x), len(surrogate.names)))
    keep = np.isfinite(t).all(1)
    if not keep.any():
        return surrogate
    new_x, new_y = torch.as_tensor(np.asarray(x, dtype=float)[keep]), torch.as_tensor(t[keep])
    old = surrogate.model
    model: Model
    with torch.no_grad():
        if isinstance(old, GaussianProcess):
            model = with_rows(old, new_x, new_y)
        else:
            model = _corrected(old, new_x, new_y)
    return replace(surrogate, model=model, rows=surrogate.rows + int(keep.sum()))


def refitted(surrogate: Surrogate) -> Surrogate:
    """The surrogate with the hyperparameters of a Gaussian process fitted anew to its newest rows; others as they are.

    Labels about the best designs tell of a dependence that spread ones did not show.
    """
    import torch

    if not isinstance(surrogate.model, GaussianProcess):
        return surrogate
    with torch.no_grad():
        return replace(surrogate, model=fit_anew(surrogate.model))


def _corrected(model: Model, x: torch.Tensor, y: torch.Tensor) -> Corrected:
    import torch

    if isinstance(model, Corrected):
        old = model.residual
        x, y = torch.cat([old.x, x]), torch.cat([old.labels() + model.base.predict(old.x)[0], y])
        x, y = x[-CORRECTIONS:], y[-CORRECTIONS:]
        model = model.base
    gap = y - model.predict(x)[0]
    amplitude = (gap**2).mean(0).clamp(min=1e-10)
    lengthscale = torch.full((y.shape[1], x.shape[1]), 0.6, dtype=x.dtype)
    zero = torch.zeros_like(amplitude)
    return Corrected(model, condition(x, gap, lengthscale, amplitude, 0.02 * amplitude, zero))


def arrays_of(surrogate: Surrogate) -> dict[str, np.ndarray]:
    """A fitted surrogate as arrays, for storage; `surrogate_from` is its inverse.

    Raises:
        BadInput: the surrogate holds corrections of one run, which are not stored.
    """
    facts = {n: np.asarray(getattr(surrogate, n)) for n in ("names", "log", "centre", "spread", "scale", "rows")}
    facts["errors"] = np.array([surrogate.errors[n] for n in surrogate.names])
    return facts | _model_arrays(surrogate.model, "m")


def _model_arrays(model: Model, at: str) -> dict[str, np.ndarray]:
    if isinstance(model, Mixed):
        both = _model_arrays(model.one, f"{at}1") | _model_arrays(model.other, f"{at}2")
        return both | {f"{at}.kind": np.array("mixed"), f"{at}.first": np.array(model.first)}
    if isinstance(model, GaussianProcess):
        names = ("x", "lengthscale", "amplitude", "noise", "constant")
        found = {f"{at}.{n}": getattr(model, n).numpy() for n in names}
        return found | {f"{at}.kind": np.array("gp"), f"{at}.labels": model.labels().numpy()}
    if isinstance(model, Ensemble):
        found = {f"{at}.w{i}": w.numpy() for i, w in enumerate(model.weights)}
        found |= {f"{at}.b{i}": b.numpy() for i, b in enumerate(model.biases)}
        return found | {f"{at}.kind": np.array("mlp"), f"{at}.depth": np.array(len(model.weights))}
    raise BadInput("a surrogate corrected with the labels of one run is not stored")


def surrogate_from(arrays: dict[str, Any]) -> Surrogate:
    """A surrogate from the arrays of `arrays_of`."""
    names = tuple(str(n) for n in arrays["names"])
    errors = {n: float(e) for n, e in zip(names, arrays["errors"], strict=True)}
    return Surrogate(names, arrays["log"], arrays["centre"], arrays["spread"], arrays["scale"], errors,
                     _model_from(arrays, "m"), int(arrays["rows"]))


def _model_from(arrays: dict[str, Any], at: str) -> Model:
    import torch

    kind = str(arrays[f"{at}.kind"])
    if kind == "mixed":
        first = tuple(bool(f) for f in arrays[f"{at}.first"])
        return Mixed(_model_from(arrays, f"{at}1"), _model_from(arrays, f"{at}2"), first)
    if kind == "gp":
        names = ("x", "labels", "lengthscale", "amplitude", "noise", "constant")
        return condition(*(torch.as_tensor(arrays[f"{at}.{n}"]) for n in names))
    depth = range(int(arrays[f"{at}.depth"]))
    return Ensemble(tuple(torch.as_tensor(arrays[f"{at}.w{i}"]) for i in depth),
                    tuple(torch.as_tensor(arrays[f"{at}.b{i}"]) for i in depth))
