"""This project's rounds on PyBOP's own design example, at as many evaluations of PyBOP's own objective.

PyBOP runs in a Python of its own (`$CELLWRIGHT_PYBOP_PYTHON`), for it may pin another PyBaMM; one process scores both.
Run as a module it prints a line a seed; without PyBOP it says so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evals.pybop_example import BOUNDS_UM
from tools.optimise.nsga import evolve
from tools.optimise.surrogate import MIN_ROWS, fit_outcomes

SCRIPT = Path(__file__).with_name("pybop_example.py")
THEIRS = ("PSO", "CMAES", "NelderMead")   # the example's own optimiser, and two more of PyBOP's
EACH = 8
FIRST = MIN_ROWS


class PyBOP:
    """The example's process: its objective and its optimiser."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - the user's own interpreter and our script
            [python, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Its answer to one request; lines that are not answers are passed over."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("@"):
                found: dict[str, Any] = json.loads(line[1:])
                return found
        raise RuntimeError("PyBOP's process ended without an answer")

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def ours(score: Any, budget: int, seed: int) -> float:
    """The best objective of rounds of a Gaussian process and evolution; nothing is known of the problem before.

    Args:
        score: unit vectors (n, 2) → objective (n,), more is better.
    """
    draw = np.random.default_rng(seed)
    x = draw.random((FIRST, len(BOUNDS_UM)))
    y = score(x)
    while len(x) < budget:
        solved, count = np.isfinite(y), min(EACH, budget - len(x))
        if solved.sum() < MIN_ROWS:   # some thicknesses have no solution at 3C
            fresh = draw.random((count, x.shape[1]))
            x, y = np.concatenate([x, fresh]), np.concatenate([y, score(fresh)])
            continue
        model = fit_outcomes(x[solved], y[solved, None], ("objective",), seed, method="gp")

        answers = fit_outcomes(x, solved[:, None], ("ok",), seed, method="gp") if not solved.all() else None

        def predicted(u: np.ndarray, model: Any = model, answers: Any = answers) -> tuple[np.ndarray, np.ndarray]:
            import torch

            points = torch.as_tensor(u)
            with torch.no_grad():
                mean, above = model.predict(points)
                short = 0.5 - answers.predict(points)[0]["ok"].numpy() if answers else np.zeros(len(u))
            gain = np.column_stack([-mean["objective"].numpy(), -above["objective"].numpy()])
            return gain, np.clip(short, 0, None)

        best = x[np.argsort(np.where(solved, -y, np.inf))[:8]]
        start = np.concatenate([best, draw.random((24, x.shape[1]))])
        found = evolve(predicted, start, 40, draw)
        order = found.x[np.lexsort((found.values[:, 0], found.violation))].round(6)
        _, first = np.unique(order, axis=0, return_index=True)
        fresh = order[np.sort(first)[:count]]
        x, y = np.concatenate([x, fresh]), np.concatenate([y, score(fresh)])
    return float(np.max(y[np.isfinite(y)]))


def compare(python: str, budget: int, seeds: Sequence[int]) -> dict[str, list[float]]:
    """The best objective [Wh/kg] of each of PyBOP's optimisers and of ours, one value a seed."""
    low, high = np.array(BOUNDS_UM).T
    pybop = PyBOP(python)
    found: dict[str, list[float]] = {name: [] for name in (*THEIRS, "ours")}

    def score(u: np.ndarray) -> np.ndarray:
        return np.array(pybop.ask({"score": (low + u * (high - low)).tolist()})["values"])

    try:
        for seed in seeds:
            for name in THEIRS:
                end = pybop.ask({"optimise": budget, "seed": seed, "by": name})["x"]
                found[name].append(pybop.ask({"score": [end]})["values"][0])
            found["ours"].append(ours(score, budget, seed))
            print(f"seed {seed}: {', '.join(f'{name} {v[-1]:.2f}' for name, v in found.items())} Wh/kg", flush=True)
    finally:
        pybop.close()
    return found


def main(arguments: list[str] | None = None) -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--budget", type=int, default=80)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    options = parser.parse_args(arguments)
    python = os.environ.get("CELLWRIGHT_PYBOP_PYTHON")
    if python is None:
        print("PyBOP was not there: set CELLWRIGHT_PYBOP_PYTHON to a Python that has it; nothing was compared")
        return
    seeds = range(options.first, options.first + options.seeds)
    for name, values in compare(python, options.budget, seeds).items():
        print(f"{name}: {statistics.fmean(values):.2f} ± {statistics.pstdev(values):.2f} Wh/kg after {options.budget}")


if __name__ == "__main__":
    main()
