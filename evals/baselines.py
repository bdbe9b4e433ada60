"""The search against what it replaces, on mixed chemistries: a plain inverse network, and the best of random designs.

Run as a module: hidden designs of two chemistries in a 21700 case make requirement sets; each method answers them, and
PyBaMM on the verify mesh judges what it proposes. It prints a table.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from evals.held_back import asked_entries, asks_of, hidden_design, requirements_of, shape_entries, sign
from knowledge.cell import CellDesign
from knowledge.parameters import SYSTEMS
from knowledge.requirement import Requirement
from tools.failures import ToolFailure
from tools.generate.space import DesignSpace, spaces_for
from tools.optimise.search import SearchDesigns, search
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import evaluate
from tools.simulate.point import Simulator
from tools.simulate.pool import default_simulator, search_simulator
from tools.tool import Context
from tools.verify.asks import asks_for
from tools.verify.judge import judge
from tools.verify.rank import meets_all

CHEMISTRIES = ("nmc811_graphite_siox", "lfp_graphite")
SIZE = (21.1, 70.1)
METRICS = ("capacity", "specific_energy", "dcir", "fast_charge_time")
SIGNS = np.array([float(sign(n)) for n in METRICS])
SLACK = 0.02
OFFERS = 24


def wanted(values: np.ndarray, design: CellDesign) -> tuple[Requirement, ...]:
    """The musts that values (n_metrics,) of a design make, loosened by `SLACK`."""
    loosened = {n: value * (1 - sign(n) * SLACK) for n, value in zip(METRICS, values, strict=True)}
    return requirements_of([*shape_entries(design), *asked_entries(loosened)])


def drawn(count: int, seed: int, simulator: Simulator) -> tuple[list[CellDesign], np.ndarray]:
    """Random designs of both chemistries that can do everything asked, and their metrics (count, n_metrics)."""
    draw, designs, rows = np.random.default_rng(seed), list[CellDesign](), list[list[float]]()
    asks = asks_of(METRICS)
    while len(designs) < count:
        batch = []
        for k in range(min(400, 2 * count)):
            design = hidden_design(draw, SYSTEMS[CHEMISTRIES[k % 2]], "cylindrical", SIZE)
            try:
                build_up(design)
                batch.append(design)
            except ToolFailure:
                continue
        for design, row in zip(batch, evaluate(batch, asks, simulator), strict=True):
            found = {f.metric: f.value for f in row if not f.cannot}
            values = [found.get(n) for n in METRICS]
            if all(v is not None for v in values):
                designs.append(design)
                rows.append([float(v or 0.0) for v in values])
    return designs[:count], np.array(rows[:count])


def hard_ones(count: int, designs: list[CellDesign], values: np.ndarray, known: np.ndarray, referee: Simulator
              ) -> tuple[list[CellDesign], np.ndarray]:
    """Designs whose musts the fewest training designs keep, as many of each chemistry, as the referee sees them."""
    rivals = [int((SIGNS * (known - row * (1 - SIGNS * SLACK)) >= 0).all(1).sum()) for row in values]
    order = np.argsort(rivals, kind="stable")
    chosen = [i for c in CHEMISTRIES for i in [k for k in order if designs[k].pair.system == c][: count // 2]]
    print(f"training designs that keep a set, of {len(known)}: {sorted(rivals[i] for i in chosen)}", flush=True)
    found = evaluate([designs[i] for i in chosen], asks_of(METRICS), referee, "verify")
    rows = [[next(f.value or 0.0 for f in row if f.metric == n) for n in METRICS] for row in found]
    return [designs[i] for i in chosen], np.array(rows)


def inverse_network(x: np.ndarray, y: np.ndarray, seed: int) -> Any:
    """A plain network, by least squares, from metrics (n, n_metrics) to chemistry and design (n, 2 + n_variables).

    Mini-batches of 512 beyond 2,000 rows.
    """
    import torch

    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], 128), torch.nn.SiLU(), torch.nn.Linear(128, 128),
                              torch.nn.SiLU(), torch.nn.Linear(128, y.shape[1]))
    optimiser = torch.optim.Adam(net.parameters(), lr=2e-3)
    a, b = torch.as_tensor(x, dtype=torch.float32), torch.as_tensor(y, dtype=torch.float32)
    for _ in range(3000):
        rows = torch.randint(len(a), (512,)) if len(a) > 2000 else slice(None)
        optimiser.zero_grad()
        loss = ((net(a[rows]) - b[rows]) ** 2).mean()
        loss.backward()
        optimiser.step()
    return net


def keeping(designs: list[CellDesign], requirements: tuple[Requirement, ...], simulator: Simulator) -> list[bool]:
    """Which designs keep every must, by a simulator on the verify mesh; one that cannot be built does not."""
    asks = asks_for(requirements)[0]
    return [meets_all(judge(requirements, row)) for row in evaluate(designs, asks, simulator, "verify")]


def main(arguments: list[str] | None = None) -> None:
    """Compare the methods and print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--train", type=int, default=2000)
    options = parser.parse_args(arguments)
    context = Context(home=options.home, workers=2)
    fast, referee = search_simulator(context), default_simulator(context)
    clock = time.perf_counter()
    pool, known = drawn(options.train, 5, fast)
    print(f"{options.train} training designs simulated in {time.perf_counter() - clock:.0f} s", flush=True)
    hidden, truth = hard_ones(options.sets, *drawn(options.train, 99, fast), known, referee)
    spaces = {s.system: s for s in spaces_for(wanted(truth[0], hidden[0]), CHEMISTRIES, ("cylindrical",))}
    logs, vectors = np.log(known), np.array([_vector(d, spaces) for d in pool])
    mean, scale = logs.mean(0), logs.std(0)
    net = inverse_network((logs - mean) / scale, vectors, 0)
    rows = [_one(h, t, pool, known, net, (mean, scale), spaces, context, fast, referee)
            for h, t in zip(hidden, truth, strict=True)]
    table = np.array(rows, dtype=float)
    names = ("plain inverse network (1 answer)", "best 24 of the training designs", "this search (24 wanted)")
    for k, name in enumerate(names):
        print(f"{name:<36} sets hit {int((table[:, k] > 0).sum())} of {len(rows)}; designs that keep every must, "
              f"median {np.median(table[:, k]):.0f}, mean {table[:, k].mean():.1f}")
    print(f"network: chemistry wrong or undecided (neither share above 0.8) in {int(table[:, 3].sum())} of {len(rows)}")


def _vector(design: CellDesign, spaces: dict[str, DesignSpace]) -> np.ndarray:
    share = [float(design.pair.system == c) for c in CHEMISTRIES]
    return np.concatenate([share, spaces[design.pair.system].vector(design)])


def _one(hidden: CellDesign, truth: np.ndarray, pool: list[CellDesign], known: np.ndarray, net: Any,
         scaling: tuple[np.ndarray, np.ndarray], spaces: dict[str, DesignSpace], context: Context, fast: Simulator,
         referee: Simulator) -> list[float]:
    import torch

    requirements = wanted(truth, hidden)
    with torch.no_grad():
        answer = net(torch.as_tensor((np.log(truth) - scaling[0]) / scaling[1], dtype=torch.float32)[None])[0].numpy()
    shares = answer[:2]
    chosen = CHEMISTRIES[int(np.argmax(shares))]
    undecided = float(chosen != hidden.pair.system or shares.max() < 0.8)
    answered = keeping([spaces[chosen].design(np.clip(answer[2:], 0, 1))], requirements, referee)
    short = np.clip(SIGNS * (truth * (1 - SIGNS * SLACK) - known) / truth, 0, None).sum(1)
    best = keeping([pool[i] for i in np.argsort(short, kind="stable")[:OFFERS]], requirements, referee)
    found = search(SearchDesigns(requirements=requirements, systems=CHEMISTRIES, formats=("cylindrical",),
                                 designs=OFFERS), context, fast)
    ours = keeping([c.design for c in found.candidates], requirements, referee)
    row = [float(sum(answered)), float(sum(best)), float(sum(ours)), undecided]
    print(hidden.pair.system, row, flush=True)
    return row


if __name__ == "__main__":
    main()
