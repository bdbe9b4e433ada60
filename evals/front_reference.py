"""Brute-force fronts of the problems of the suite `optimisation`, by the batched DFN.

Where good designs are rare, random ones alone say little: of 20,000 for an LFP prism 28 are on their front. So 20,000
random designs are followed by as many small steps from the front found so far. Run as a module it writes
`evals/cases/optimisation/*.json`; the search never reads them.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from evals.brute_force import CHILD_STEP
from evals.optimisation import FOLDER, LEAST_VIOLATION, PROBLEMS, Lab, Problem
from tools.optimise.front_rounds import corners
from tools.optimise.hypervolume import non_dominated
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.point import Simulator
from tools.simulate.pybamm_simulator import PybammSimulator

CHUNK = 500


def brute_force(problem: Problem, random: int, children: int, seed: int, simulator: Simulator) -> np.ndarray:
    """The front (n, m), less is better, of so many random designs and then so many children of the front so far."""
    draw, clock = np.random.default_rng(seed), time.process_time()
    genes, edge, done = np.empty((0, 0)), np.empty((0, len(problem.objectives))), 0
    while done < random + children:
        lab = Lab(problem, simulator)   # anew, so that nothing piles up in memory
        count = min(CHUNK, (random if done < random else random + children) - done)
        x = draw.random((count, lab.dimensions))
        if done >= random:
            x = np.clip(genes[draw.integers(len(genes), size=count)] + draw.normal(0, CHILD_STEP, x.shape), 0, 1)
        values, short = lab.ask(x)
        able = short <= LEAST_VIOLATION
        genes = np.concatenate([genes.reshape(-1, lab.dimensions), x[able]])
        edge = np.concatenate([edge, values[able]])
        keep = non_dominated(edge)
        genes, edge, done = genes[keep], edge[keep], done + count
        print(f"{problem.name}: {done} designs, {len(edge)} on the front, {time.process_time() - clock:.0f} CPU-s",
              flush=True)
    return edge[np.argsort(edge[:, 0])]


def main(arguments: list[str] | None = None) -> None:
    """Simulate and write the fronts."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--random", type=int, default=20_000)
    parser.add_argument("--children", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--problems", nargs="+", choices=list(PROBLEMS), default=list(PROBLEMS))
    options = parser.parse_args(arguments)
    simulator = BatchedSimulator(PybammSimulator(), workers=1)
    options.folder.mkdir(parents=True, exist_ok=True)
    for problem in (PROBLEMS[name] for name in options.problems):
        edge = brute_force(problem, options.random, options.children, options.seed, simulator)
        _, reference = corners(edge)
        stored = {"random": options.random, "children": options.children, "seed": options.seed,
                  "objectives": problem.objectives, "reference": [float(f"{v:.7g}") for v in reference],
                  "front": [[float(f"{v:.7g}") for v in row] for row in edge]}
        (options.folder / f"{problem.name.replace(' ', '_')}.json").write_text(json.dumps(stored), encoding="utf-8")


if __name__ == "__main__":
    main()
