"""The forward model against its number of labels: error on a fixed held-out set, and how honest its intervals are.

Labels are the random designs of the pools of `evals.brute_force`: one system in one size, cell metrics by the batched
DFN. The same 1,000 designs are held out for every size. Run as a module it prints tables.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from evals.brute_force import METRICS, PLACES, Pool, pool
from knowledge.cell import CellDesign
from tools.optimise.device import one_thread
from tools.optimise.networks import fit_ensemble
from tools.optimise.surrogate import Method, fit_outcomes

HEADS = ("specific_energy", "dcir", "fast_charge_time")
SIZES = (64, 128, 256, 512, 1024, 2048, 4096)
GP_MOST = 512
HELD_OUT = 1000
FEW = (24, 48, 96, 192)   # labels of the expensive head
MANY = 1024               # of the others
NINETY = 1.645            # standard deviations of a 90 % interval


def labelled(found: Pool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Genes (n, 9), labels (n, n_heads) and physical features (n, 5) of the random designs that can do everything."""
    rows = np.flatnonzero(found.random & np.isfinite(found.values).all(1))
    y = found.values[rows][:, [METRICS.index(h) for h in HEADS]]
    times = np.array([physical_features(found.design(int(i))) for i in rows])
    low, high = times.min(0), times.max(0)
    return found.genes[rows], y, (times - low) / (high - low)


def physical_features(design: CellDesign) -> list[float]:
    """Logarithms of what sets a cell's speed: diffusion times of pores and particles, and the charge per area.

    Thickness² over porosity^1.5, radius², and thickness times solid share, up to each system's constants.
    """
    p, n = design.pair.positive, design.pair.negative
    pores = [np.log(e.coating_thickness_um**2 / e.porosity**1.5) for e in (p, n)]
    grains = [2 * np.log(e.particle_radius_um) for e in (p, n)]
    return [float(v) for v in (*pores, *grains, np.log(p.coating_thickness_um * (1 - p.porosity)))]


def against_size(x: np.ndarray, y: np.ndarray, method: Method, size: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Median relative error and share inside the 90 % interval, each (n_heads,) on the held-out set; CPU seconds."""
    import torch

    clock = time.process_time()
    fitted = fit_outcomes(x[HELD_OUT:HELD_OUT + size], y[HELD_OUT:HELD_OUT + size], HEADS, seed=0, method=method)
    seconds = time.process_time() - clock
    with torch.no_grad():
        values, above = fitted.predict(torch.as_tensor(x[:HELD_OUT]))
    mean = np.log(np.stack([values[h].numpy() for h in HEADS], 1))
    sigma = np.log(np.stack([above[h].numpy() for h in HEADS], 1)) - mean
    error = np.abs(np.log(y[:HELD_OUT]) - mean)
    return np.median(error, 0), (error <= NINETY * sigma).mean(0), seconds


def with_few(x: np.ndarray, y: np.ndarray, few: int) -> dict[str, float]:
    """Median relative error of the charge time from few labels, where the other metrics have many."""
    import torch

    head = HEADS.index("fast_charge_time")
    train, test = slice(HELD_OUT, HELD_OUT + MANY), slice(0, HELD_OUT)
    own = slice(HELD_OUT, HELD_OUT + few)
    logs = np.log(y)
    centre, spread = logs[train].mean(0), logs[train].std(0)
    t = (logs - centre) / spread
    sparse = t[train].copy()
    sparse[few:, head] = np.nan
    points, there = torch.as_tensor(x[train]), torch.as_tensor(x[test])

    def error(mean: np.ndarray) -> float:
        return float(np.median(np.abs(mean - t[test, head])) * spread[head])

    with torch.no_grad():
        both = fit_ensemble_mean(points, torch.as_tensor(sparse), there)[:, head]
        alone = fit_ensemble_mean(points[:few], torch.as_tensor(t[own, head:head + 1]), there)[:, 0]
        others = fit_ensemble_mean(points, torch.as_tensor(np.delete(t[train], head, 1)), torch.as_tensor(x))
    process = _process(x[own], t[own, head], x[test])
    rich = np.concatenate([x, 0.5 + others / 6], 1)  # predicted heads as features, about [0, 1]
    stacked = _process(rich[own], t[own, head], rich[test])
    return {"network alone": error(alone), "network, shared trunk": error(both), "process alone": error(process),
            "process on the other heads": error(stacked)}


def fit_ensemble_mean(x: object, y: object, at: object) -> np.ndarray:
    """The ensemble's mean (n, n_heads) at points, fitted to labels of which some may be NaN."""
    import torch

    assert isinstance(x, torch.Tensor) and isinstance(y, torch.Tensor) and isinstance(at, torch.Tensor)
    with torch.enable_grad():
        model = fit_ensemble(x, y, seed=0)
    return np.asarray(model.predict(at)[0].numpy())


def _process(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    import torch

    fitted = fit_outcomes(x, y[:, None], ("t",), seed=0, method="gp", linear=True)
    with torch.no_grad():
        return np.asarray(fitted.predict(torch.as_tensor(at))[0]["t"].numpy())


@one_thread()
def main(arguments: list[str] | None = None) -> None:
    """Print error and coverage against size, and what sharing gives a head with few labels."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pools", type=Path, required=True)
    parser.add_argument("--designs", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--place", type=int, default=0, choices=range(len(PLACES)))
    options = parser.parse_args(arguments)
    x, y, physics = labelled(pool(PLACES[options.place], options.designs, options.seed + options.place, options.pools))
    print(f"{PLACES[options.place][0]}: {len(x)} labelled designs, {HELD_OUT} held out; {', '.join(HEADS)}")
    families: tuple[tuple[str, Method, np.ndarray], ...] = (
        ("process", "gp", x), ("networks", "mlp", x), ("networks, physical features", "mlp", np.hstack([x, physics])))
    for name, method, features in families:
        for size in SIZES:
            if size <= len(x) - HELD_OUT and (method == "mlp" or size <= GP_MOST):
                error, inside, seconds = against_size(features, y, method, size)
                print(f"| {name} | {size} | {_percent(error)} | {_percent(inside)} | {seconds:.1f} |", flush=True)
    for few in FEW:
        print(few, {k: f"{100 * v:.2f} %" for k, v in with_few(x, y, few).items()}, flush=True)


def _percent(values: np.ndarray) -> str:
    return " / ".join(f"{100 * v:.3g} %" for v in values)


if __name__ == "__main__":
    main()
