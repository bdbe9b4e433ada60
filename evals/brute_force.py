"""What brute force finds: random designs of one system in one size, simulated, as the judge of what can be asked.

A pool tells how rare a requirement set is, and which sets lie beyond everything found. The search reads no pool: other
code, other seeds. `evals.inverse_sets` makes the frozen sets from pools.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from evals.held_back import GENES, SIZES, asks_of, design_of, sign
from knowledge.cell import CellDesign
from knowledge.parameters import SYSTEMS
from tools.failures import ToolFailure
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import evaluate
from tools.simulate.pybamm_simulator import PybammSimulator

# System, format, size in `SIZES`: five systems, three formats.
PLACES = (("nmc811_graphite_siox", "cylindrical", 4), ("lfp_graphite", "prismatic", 1), ("nca_graphite", "pouch", 1),
          ("nmc532_graphite", "cylindrical", 1), ("lco_graphite", "pouch", 0))
METRICS = ("mass", "capacity", "specific_energy", "energy_density", "dcir", "fast_charge_time")
PROTOCOLS = 3        # discharge at C/3, pulse, fast charge: simulations a design
EVOLVED = 0.25       # of the designs are children of the best so far, so that the front is no mere accident
GENERATIONS = 3
CHILD_STEP = 0.08    # of a variable's range, one standard deviation
CHUNK = 500


@dataclass(frozen=True)
class Pool:
    """Simulated designs of one system in one size."""

    system: str
    kind: str
    size: tuple[float, ...]
    genes: np.ndarray    # (n, 9), what each was drawn from, in [0, 1]
    values: np.ndarray   # (n, n_metrics) in the order of `METRICS`; NaN where a design cannot do it
    random: np.ndarray   # (n,) bool: drawn at random, not a child of others

    def design(self, row: int) -> CellDesign:
        """The design of a row."""
        return design_of(self.genes[row], SYSTEMS[self.system], self.kind, self.size)

    @cached_property
    def front(self) -> np.ndarray:
        """Rows that no other row beats in every metric."""
        return non_dominated(self.values)

    def margins(self, names: tuple[str, ...], bounds: np.ndarray) -> np.ndarray:
        """Relative margins (n, n_names) against bounds (n_names,); what cannot be done misses in full."""
        columns = [METRICS.index(n) for n in names]
        up = np.array([sign(n) for n in names])
        return np.nan_to_num(up * (self.values[:, columns] - bounds) / np.abs(bounds), nan=-1.0)

    def share(self, names: tuple[str, ...], bounds: np.ndarray) -> float:
        """The share of the random designs that keep every bound."""
        return float((self.margins(names, bounds) >= 0).all(1)[self.random].mean())

    def beyond(self, names: tuple[str, ...], bounds: np.ndarray) -> float:
        """How far a set lies outside: the least of the designs' largest relative misses; negative where one keeps it.

        At 0.1, every bound of the set could be loosened by 10 % and still no design of the pool would keep it.
        """
        return float(-self.margins(names, bounds).min(1).max())


def pool(place: tuple[str, str, int], designs: int, seed: int, folder: Path) -> Pool:
    """The pool of a place; kept in a folder, as it takes minutes."""
    system, kind, size = place[0], place[1], SIZES[place[1]][place[2]]
    path = folder / f"{system}-{kind}-{designs}-{seed}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        genes, values, random = _simulated(place, designs, seed)
        np.savez(path, genes=genes, values=values, random=random)
    with np.load(path, allow_pickle=False) as held:
        return Pool(system, kind, size, held["genes"], held["values"], held["random"])


def _simulated(place: tuple[str, str, int], designs: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw, simulator = np.random.default_rng(seed), BatchedSimulator(PybammSimulator(), workers=2)
    first = round(designs * (1 - EVOLVED))
    genes, values = _grown(place, np.empty((0, GENES)), np.empty((0, len(METRICS))), first, draw, simulator)
    for generation in range(1, GENERATIONS + 1):
        until = first + round((designs - first) * generation / GENERATIONS)
        genes, values = _grown(place, genes, values, until, draw, simulator)
        print(f"{place[0]} {place[1]}: {len(genes)} designs", flush=True)
    return genes, values, np.arange(len(genes)) < first


def _grown(place: tuple[str, str, int], genes: np.ndarray, values: np.ndarray, until: int, draw: np.random.Generator,
           simulator: BatchedSimulator) -> tuple[np.ndarray, np.ndarray]:
    parents = genes[non_dominated(values)] if len(genes) else genes
    system, kind, size = SYSTEMS[place[0]], place[1], SIZES[place[1]][place[2]]
    asks = asks_of(METRICS)
    while len(genes) < until:
        born, batch = list[np.ndarray](), list[CellDesign]()
        while len(batch) < min(CHUNK, until - len(genes)):
            gene = draw.random(GENES)
            if len(parents):
                gene = parents[int(draw.integers(len(parents)))] + draw.normal(0, CHILD_STEP, GENES)
            design = design_of(np.clip(gene, 0, 1), system, kind, size)
            try:
                build_up(design)
            except ToolFailure:
                continue
            born.append(np.clip(gene, 0, 1))
            batch.append(design)
        rows = [{f.metric: np.nan if f.cannot or f.value is None else f.value for f in row}
                for row in evaluate(batch, asks, simulator)]
        genes = np.concatenate([genes, born])
        values = np.concatenate([values, [[row[n] for n in METRICS] for row in rows]])
    return genes, values


def non_dominated(values: np.ndarray) -> np.ndarray:
    """Rows of values (n, n_metrics), in the order of `METRICS`, that no other row beats; rows with a NaN are none."""
    rows = np.flatnonzero(np.isfinite(values).all(1))
    columns = [np.ascontiguousarray(values[rows, k] * sign(n)) for k, n in enumerate(METRICS[:values.shape[1]])]
    kept = []
    for i in range(len(rows)):
        as_good = np.logical_and.reduce([c >= c[i] for c in columns])
        better = np.logical_or.reduce([c[as_good] > c[i] for c in columns])
        if not better.any():
            kept.append(i)
    return np.asarray(rows[kept])
