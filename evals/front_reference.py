"""Brute-force fronts of the problems of the suite `optimisation`: 20,000 random designs each by the batched DFN.

Run as a module it writes `evals/cases/optimisation/*.json`; the search never reads them.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from evals.optimisation import FOLDER, PROBLEMS, Lab
from tools.optimise.front_rounds import corners
from tools.optimise.hypervolume import non_dominated
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.pybamm_simulator import PybammSimulator

CHUNK = 500


def main(arguments: list[str] | None = None) -> None:
    """Simulate and write the fronts."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--designs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    simulator = BatchedSimulator(PybammSimulator(), workers=1)
    options.folder.mkdir(parents=True, exist_ok=True)
    for problem in PROBLEMS.values():
        draw, clock = np.random.default_rng(options.seed), time.process_time()
        edge, done = np.empty((0, len(problem.objectives))), 0
        while done < options.designs:
            lab = Lab(problem, simulator)   # anew, so that nothing piles up in memory
            count = min(CHUNK, options.designs - done)
            lab.ask(draw.random((count, lab.dimensions)))
            edge = np.concatenate([edge, lab.found(count)])
            edge, done = edge[non_dominated(edge)], done + count
            print(f"{problem.name}: {done} designs, {len(edge)} on the front, "
                  f"{time.process_time() - clock:.0f} CPU-s", flush=True)
        edge = edge[np.argsort(edge[:, 0])]
        _, reference = corners(edge)
        stored = {"designs": options.designs, "seed": options.seed, "objectives": problem.objectives,
                  "reference": [float(f"{v:.7g}") for v in reference],
                  "front": [[float(f"{v:.7g}") for v in row] for row in edge]}
        (options.folder / f"{problem.name.replace(' ', '_')}.json").write_text(json.dumps(stored), encoding="utf-8")


if __name__ == "__main__":
    main()
