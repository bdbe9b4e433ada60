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
EACH = 8


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
    x = draw.random((MIN_ROWS, len(BOUNDS_UM)))
    y = score(x)
    while len(x) < budget:
        model = fit_outcomes(x, y[:, None], ("objective",), seed, method="gp")

        def predicted(u: np.ndarray, model: Any = model) -> tuple[np.ndarray, np.ndarray]:
            import torch

            with torch.no_grad():
                mean, above = model.predict(torch.as_tensor(u))
            gain = np.column_stack([-mean["objective"].numpy(), -above["objective"].numpy()])
            return gain, np.zeros(len(u))

        found = evolve(predicted, np.concatenate([x[np.argsort(-y)[:8]], draw.random((24, x.shape[1]))]), 40, draw)
        count = min(EACH, budget - len(x))
        fresh = np.unique(found.x[np.argsort(found.values[:, 0])].round(6), axis=0)[:count]
        x, y = np.concatenate([x, fresh]), np.concatenate([y, score(fresh)])
    return float(np.max(y))


def compare(python: str, budget: int, seeds: Sequence[int]) -> list[tuple[float, float]]:
    """(PyBOP's best, ours) [Wh/kg] for each seed."""
    low, high = np.array(BOUNDS_UM).T
    pybop = PyBOP(python)
    rows = []

    def score(u: np.ndarray) -> np.ndarray:
        return np.array(pybop.ask({"score": (low + u * (high - low)).tolist()})["values"])

    try:
        for seed in seeds:
            theirs = pybop.ask({"score": [pybop.ask({"optimise": budget, "seed": seed})["x"]]})["values"][0]
            rows.append((theirs, ours(score, budget, seed)))
            print(f"seed {seed}: PyBOP {rows[-1][0]:.2f}, ours {rows[-1][1]:.2f} Wh/kg", flush=True)
    finally:
        pybop.close()
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--budget", type=int, default=80)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args(arguments)
    python = os.environ.get("CELLWRIGHT_PYBOP_PYTHON")
    if python is None:
        print("PyBOP was not there: set CELLWRIGHT_PYBOP_PYTHON to a Python that has it; nothing was compared")
        return
    rows = compare(python, options.budget, range(options.seeds))
    for name, values in zip(("PyBOP", "ours"), zip(*rows, strict=True), strict=True):
        print(f"{name}: {statistics.fmean(values):.2f} ± {statistics.pstdev(values):.2f} Wh/kg after {options.budget}")


if __name__ == "__main__":
    main()
