"""Requirement sets that lie beyond what brute force finds: at least 10 % outside the front of 10,000 random designs.

Run as a module it adds `evals/cases/inverse/infeasible.yaml`; the search never reads the front.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import yaml

from evals.held_back import FOLDER, SIZES, asked_entries, asks_of, hidden_design, shape_entries
from knowledge.cell import CellDesign
from knowledge.parameters import SYSTEMS
from tools.failures import ToolFailure
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import evaluate
from tools.simulate.pybamm_simulator import PybammSimulator

FRONTS = (("nmc811_graphite_siox", "cylindrical", 4), ("lfp_graphite", "prismatic", 1), ("nca_graphite", "pouch", 1))
TRADED = ("specific_energy", "fast_charge_time")
BEYOND = (0.10, 0.20)
CHUNK = 500


def front(system_key: str, kind: str, size: int, designs: int, seed: int) -> tuple[CellDesign, np.ndarray]:
    """A design of that size, and the non-dominated (specific energy, charge time) of random designs in it."""
    draw = np.random.default_rng(seed)
    simulator = BatchedSimulator(PybammSimulator(), workers=2)
    asks, points = asks_of(TRADED), list[list[float]]()
    sample: CellDesign | None = None
    while len(points) < designs:
        batch: list[CellDesign] = []
        while len(batch) < CHUNK:
            design = hidden_design(draw, SYSTEMS[system_key], kind, SIZES[kind][size])
            try:
                build_up(design)
            except ToolFailure:
                continue
            batch.append(design)
        sample = batch[0]
        for row in evaluate(batch, asks, simulator):
            value = {f.metric: np.nan if f.cannot or f.value is None else f.value for f in row}
            points.append([value[n] for n in TRADED])
        print(f"{system_key} {kind}: {len(points)} designs", flush=True)
    assert sample is not None
    return sample, non_dominated(np.array(points))


def non_dominated(points: np.ndarray) -> np.ndarray:
    """Rows (n, 2) of most energy and least time that no other row beats in both, by rising time."""
    points = points[np.isfinite(points).all(1)]
    best, kept = -np.inf, []
    for row in points[np.lexsort((-points[:, 0], points[:, 1]))]:
        if row[0] > best:
            best = row[0]
            kept.append(row)
    return np.array(kept)


def main(arguments: list[str] | None = None) -> None:
    """Write the frozen sets."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=102)
    parser.add_argument("--designs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args(arguments)
    draw = np.random.default_rng(options.seed)
    sets: dict[str, dict[str, Any]] = {}
    for place, (system_key, kind, size) in enumerate(FRONTS):
        sample, edge = front(system_key, kind, size, options.designs, options.seed + place)
        for _ in range(options.count // len(FRONTS)):
            energy, minutes = edge[int(draw.integers(len(edge)))]
            value = {"specific_energy": energy * (1 + draw.uniform(*BEYOND)), "fast_charge_time": minutes}
            entries = [*shape_entries(sample), *asked_entries(value)]
            sets[f"I{len(sets) + 1:03d}"] = {"system": system_key, "format": kind, "level": "beyond the front",
                                             "requirements": entries}
    (FOLDER / "infeasible.yaml").write_text(
        f"# Written by `python -m evals.brute_force`, seed {options.seed}: {options.designs} random designs a front, "
        "two protocols each; frozen.\n" + yaml.safe_dump(sets, sort_keys=False, width=118), encoding="utf-8")


if __name__ == "__main__":
    main()
