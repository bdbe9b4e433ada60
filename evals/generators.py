"""Ways to propose designs, side by side in one run, on asks that do not tell two chemistries apart.

Energy and a second metric of NMC811 and LFP cells, cylindrical and pouch, sizes open: asks that cells of either
chemistry keep. With the charge time both keep them about as easily; with the resistance, which at equal energy is
lower in LFP cells, each chemistry keeps them with the tail of its designs only. Every way gets the same surrogates of
the same simulated designs; the batched DFN judges. Run as a module it prints a table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evals.baselines import inverse_network
from evals.flow import Generator, fit_generator
from evals.held_back import asked_entries, requirements_of
from knowledge.cell import CellDesign
from knowledge.requirement import Requirement
from tools.failures import ToolFailure
from tools.generate.space import DesignSpace, spaces_for
from tools.optimise.device import one_thread
from tools.optimise.diversity import Place, distinct, pick
from tools.optimise.refine import refine
from tools.optimise.surrogate import Surrogate, fit_outcomes
from tools.simulate.buildup import build_up
from tools.simulate.evaluate import evaluate
from tools.simulate.point import Simulator
from tools.simulate.pool import search_simulator
from tools.tool import Context
from tools.verify.asks import asks_for

SYSTEMS = ("nmc811_graphite_siox", "lfp_graphite")
KINDS = ("cylindrical", "pouch")
WH = (14.0, 22.0)
SECOND = ("fast_charge_time", "dcir")
WIDTHS = np.array([0.04, 0.06])  # of the interval asked about a hidden design's own value, each way
SIDES = ((0, 1), (0, -1), (1, 1), (1, -1))  # metric, and 1 where more is better
SCREEN, LABELLED, OFFERS, SAMPLES = 100_000, 30_000, 24, 512
STARTS = 64
RESERVE_MOST = 0.75  # of half an interval asked


def asked(bounds: np.ndarray, second: str) -> tuple[Requirement, ...]:
    """The musts of one ask on the energy and a second metric; bounds (n_metrics, 2)."""
    entries = asked_entries({"capacity": 1.0, second: 1.0})
    entries[0] |= {"metric": "energy", "unit": "Wh"}
    return requirements_of([{**e, "comparator": "range", "value": [float(v) for v in b]}
                            for e, b in zip(entries, bounds, strict=True)])


def simulated(designs: Sequence[CellDesign], second: str, simulator: Simulator) -> np.ndarray:
    """Energy and the second metric (n, n_metrics) by the DFN on the search mesh; NaN where a design has no answer."""
    asks = asks_for(asked(np.array([[1.0, 2.0]] * 2), second))[0]
    rows = []
    for row in evaluate(designs, asks, simulator):
        found = {f.metric: np.nan if f.cannot or f.value is None else f.value for f in row}
        rows.append([found["energy"], found[second]])
    return np.array(rows, dtype=float).reshape(-1, 2)


@dataclass
class Bench:
    """The spaces, their surrogates, and what all ways share."""

    spaces: tuple[DesignSpace, ...]
    models: list[Surrogate]
    designs: list[tuple[int, np.ndarray]]   # simulated: space, vector
    known: np.ndarray                       # (n, n_metrics)
    second: str                             # the metric beside the energy
    simulator: Simulator
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def metrics(self) -> tuple[str, str]:
        """What is asked of a cell."""
        return "energy", self.second

    @property
    def wide(self) -> int:
        """Variables of the widest space."""
        return max(len(s.variables) for s in self.spaces)

    def predict(self, kind: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Predicted metrics (n, n_metrics) of padded vectors (n, wide)."""
        import torch

        found = np.empty((len(x), len(self.metrics)))
        for k, (space, model) in enumerate(zip(self.spaces, self.models, strict=True)):
            rows = np.flatnonzero(kind == k)
            for part in np.array_split(rows, max(1, len(rows) // 8192)):
                with torch.no_grad():
                    values, _ = model.predict(torch.as_tensor(x[part, :len(space.variables)]))
                found[part] = np.stack([values[m].numpy() for m in self.metrics], 1)
        return found

    def random(self, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Spaces (count,) and padded vectors (count, wide) at random."""
        draw = np.random.default_rng(seed)
        return draw.integers(len(self.spaces), size=count), draw.random((count, self.wide))

    def place(self, kind: int, x: np.ndarray) -> Place:
        """Where a design stands; layers follow from the vector and are left out."""
        space = self.spaces[kind]
        return Place(f"{kind} {hash(x.tobytes())}", space.system, space.kind, None,
                     tuple(v.name for v in space.variables), x[:len(space.variables)])

    def chosen(self, kind: np.ndarray, x: np.ndarray, bounds: np.ndarray) -> list[tuple[int, np.ndarray]]:
        """A greedy diverse pick among what is predicted to keep the ask with a margin, topped up by the least miss."""
        values, missed = self.predict(kind, x), np.empty(len(x))
        for k, model in enumerate(self.models):
            reserve = self.reserve(model)[:, None] * np.array([1.0, -1.0])
            rows = kind == k
            missed[rows] = violation(values[rows], bounds + reserve * bounds.mean(1, keepdims=True))
        good = np.flatnonzero(missed <= 0)[:600]
        order = pick([self.place(int(kind[i]), x[i]) for i in good], OFFERS)
        rest = np.argsort(missed, kind="stable")
        rows = [int(good[i]) for i in order]
        rows += [int(i) for i in rest if int(i) not in set(rows)][: OFFERS - len(rows)]
        return [(int(kind[i]), x[i]) for i in rows]

    def reserve(self, model: Surrogate) -> np.ndarray:
        """The margin (n_metrics,) wanted on each side: the model's error, but no more than leaves a window."""
        return np.asarray(np.minimum([model.errors[m] for m in self.metrics], RESERVE_MOST * WIDTHS))

    def refined(self, kind: np.ndarray, x: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Starts after gradients on the surrogates, inside their own spaces."""
        x = x.copy()
        for k, (space, model) in enumerate(zip(self.spaces, self.models, strict=True)):
            rows = np.flatnonzero(kind == k)
            if len(rows):
                cut = len(space.variables)
                need = self.reserve(model)[[m for m, _ in SIDES]]
                found = refine(_margins(model, self.metrics, bounds), x[rows, :cut], need, np.ones(len(SIDES)))
                x[rows, :cut] = found.x
        return kind, x


def _margins(model: Surrogate, metrics: tuple[str, str], bounds: np.ndarray) -> Callable[[Any], Any]:
    import torch

    def margins(points: torch.Tensor) -> torch.Tensor:
        values, _ = model.predict(points)
        return torch.stack([s * (values[metrics[m]] - float(bounds[m, 0 if s > 0 else 1])) / float(bounds[m].mean())
                            for m, s in SIDES], 1)

    return margins


def violation(values: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """The sum of relative misses (n,) of metrics (n, n_metrics) against bounds (n_metrics, 2); 1 for what is NaN."""
    short = np.stack([np.clip(s * (bounds[m, 0 if s > 0 else 1] - values[:, m]) / bounds[m].mean(), 0, None)
                      for m, s in SIDES], 1)
    return np.asarray(np.nan_to_num(short, nan=1.0).sum(1))


def qualities(values: np.ndarray) -> np.ndarray:
    """Metrics as the generator takes them (n, n_sides): logarithms, more is better."""
    return np.stack([s * np.log(values[:, m]) for m, s in SIDES], 1)


def lower_bounds(bounds: np.ndarray) -> np.ndarray:
    """An ask as the generator takes it (n_sides,)."""
    return np.array([s * np.log(bounds[m, 0 if s > 0 else 1]) for m, s in SIDES])


def prepared(train: int, second: str, simulator: Simulator) -> Bench:
    """Simulate the training designs and fit one surrogate a space."""
    energy = requirements_of([{"metric": "energy", "comparator": "range", "value": [*WH], "unit": "Wh",
                               "conditions": {}}])
    spaces = spaces_for(energy, SYSTEMS, KINDS)
    draw, clock = np.random.default_rng(11), time.perf_counter()
    designs, known, models = list[tuple[int, np.ndarray]](), list[np.ndarray](), list[Surrogate]()
    for k, space in enumerate(spaces):
        x = draw.random((2 * train, len(space.variables)))
        x = np.array([u for u in x if _can_be_built(space.design(u))][: train // len(spaces)])
        values = simulated([space.design(u) for u in x], second, simulator)
        keep = np.isfinite(values).all(1)
        designs += [(k, u) for u in x[keep]]
        known.append(values[keep])
        models.append(fit_outcomes(x[keep], values[keep], ("energy", second), seed=0, method="gp"))
        print(space.key, int(keep.sum()), {m: round(e, 4) for m, e in models[-1].errors.items()}, flush=True)
    bench = Bench(spaces, models, designs, np.concatenate(known), second, simulator)
    bench.seconds["labels and surrogates"] = time.perf_counter() - clock
    return bench


def _can_be_built(design: CellDesign) -> bool:
    try:
        return bool(build_up(design).mass_g)
    except ToolFailure:
        return False


def asks_that_both_keep(bench: Bench, count: int, seed: int) -> list[np.ndarray]:
    """Bounds (n_metrics, 2) about random designs, predicted to be kept by either chemistry; half from each."""
    kind, x = bench.random(60_000, seed + 1)
    values = bench.predict(kind, x)
    system = np.array([SYSTEMS.index(s.system) for s in bench.spaces])[kind]
    hidden, own = bench.random(20_000, seed)
    found: list[np.ndarray] = []
    for k, row in zip(hidden, bench.predict(hidden, own), strict=True):
        bounds = np.stack([row * (1 - WIDTHS), row * (1 + WIDTHS)], 1)
        if SYSTEMS.index(bench.spaces[k].system) != len(found) % 2 or not WH[0] <= row[0] <= WH[1]:
            continue
        good = violation(values, bounds) <= 0
        if all((good & (system == s)).sum() >= 2 for s in (0, 1)):
            found.append(bounds)
        if len(found) == count:
            return found
    raise SystemExit(f"only {len(found)} asks that cells of either chemistry keep")


def ways(bench: Bench, generator: Generator, net: Any, scaling: tuple[np.ndarray, np.ndarray]
         ) -> dict[str, Callable[[np.ndarray, int], list[tuple[int, np.ndarray]]]]:
    """Each way: bounds and a seed → proposals (space, padded vector)."""
    import torch

    cuts = len(bench.spaces)
    clock = time.process_time()
    kinds, points = bench.random(SCREEN, 51)
    predicted = bench.predict(kinds, points)  # once: the same points serve every ask
    bench.seconds["screen, predicting (CPU)"] = time.process_time() - clock

    def network(bounds: np.ndarray, _seed: int) -> list[tuple[int, np.ndarray]]:
        middle = np.log(bounds.mean(1))
        with torch.no_grad():
            answer = net(torch.as_tensor((middle - scaling[0]) / scaling[1], dtype=torch.float32)[None])[0].numpy()
        return [(int(np.argmax(answer[:cuts])), np.clip(answer[cuts:], 0, 1).astype(float))]

    def best_simulated(bounds: np.ndarray, _seed: int) -> list[tuple[int, np.ndarray]]:
        rows = np.argsort(violation(bench.known, bounds), kind="stable")[:OFFERS]
        return [(bench.designs[i][0], np.pad(bench.designs[i][1], (0, bench.wide - len(bench.designs[i][1]))))
                for i in rows]

    def nearest(bounds: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        rows = np.argsort(violation(predicted, bounds), kind="stable")[:count]
        return kinds[rows], points[rows]

    def screened(bounds: np.ndarray, _seed: int) -> list[tuple[int, np.ndarray]]:
        return bench.chosen(*nearest(bounds, 2 * SAMPLES), bounds)

    def sampled(bounds: np.ndarray, seed: int, count: int = OFFERS) -> list[tuple[int, np.ndarray]]:
        kind, x = generator.sample(lower_bounds(bounds), count, seed)
        return [(int(k), u) for k, u in zip(kind, x, strict=True)]

    def filtered(bounds: np.ndarray, seed: int) -> list[tuple[int, np.ndarray]]:
        return bench.chosen(*generator.sample(lower_bounds(bounds), SAMPLES, seed), bounds)

    def after(starts: Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]
              ) -> Callable[[np.ndarray, int], list[tuple[int, np.ndarray]]]:
        return lambda bounds, seed: bench.chosen(*bench.refined(*starts(bounds, seed), bounds), bounds)

    def answer(bounds: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        (kind, x), = network(bounds, seed)
        return np.array([kind]), x[None]

    return {
        "plain inverse network (one answer)": network, "best 24 of the simulated designs": best_simulated,
        "screen of 100,000, diverse pick": screened, "generator, 24 samples as they come": sampled,
        "generator, 512 samples, diverse pick": filtered,
        "inverse network → refined": after(answer),
        "random starts → refined": after(lambda b, s: bench.random(STARTS, s)),
        "screen → refined": after(lambda b, s: nearest(b, STARTS)),
        "generator → refined": after(lambda b, s: generator.sample(lower_bounds(b), STARTS, s)),
    }


def judged(bench: Bench, proposals: Sequence[tuple[int, np.ndarray]], bounds: np.ndarray) -> tuple[float, int, int]:
    """Share that keeps the ask by the DFN, distinct ones among these, and how many chemistries they are of."""
    designs = [bench.spaces[k].design(x[:len(bench.spaces[k].variables)]) for k, x in proposals]
    kept = violation(simulated(designs, bench.second, bench.simulator), bounds) <= 0
    good = [p for p, k in zip(proposals, kept, strict=True) if k]
    return float(kept.mean()), len(distinct([bench.place(*p) for p in good])), len(
        {bench.spaces[k].system for k, _ in good})


@one_thread()
def main(arguments: list[str] | None = None) -> None:
    """Compare the ways and print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--asks", type=int, default=12)
    parser.add_argument("--train", type=int, default=1024)
    parser.add_argument("--second", choices=SECOND, default=SECOND[0], help="what is asked beside the energy")
    options = parser.parse_args(arguments)
    bench = prepared(options.train, options.second, search_simulator(Context(home=options.home, workers=2)))
    kind, x = bench.random(LABELLED, 21)
    values = bench.predict(kind, x)
    clock = time.process_time()
    generator = fit_generator(kind, x, qualities(values), seed=0)
    bench.seconds["generator, training (CPU)"] = time.process_time() - clock
    logs = np.log(values)
    mean, scale = logs.mean(0), logs.std(0)
    clock = time.process_time()
    net = inverse_network((logs - mean) / scale, np.concatenate([np.eye(len(bench.spaces))[kind], x], 1), 0)
    bench.seconds["inverse network, training (CPU)"] = time.process_time() - clock
    asks = asks_that_both_keep(bench, options.asks, 31)
    proposers = ways(bench, generator, net, (mean, scale))
    print({k: round(v, 1) for k, v in bench.seconds.items()}, flush=True)
    print("| way | kept, share of proposals | asks hit | distinct that keep | both chemistries | CPU s an ask |")
    for name, way in proposers.items():
        clock = time.process_time()
        proposals = [way(bounds, 41 + n) for n, bounds in enumerate(asks)]
        spent = (time.process_time() - clock) / len(asks)
        rows = [judged(bench, p, bounds) for p, bounds in zip(proposals, asks, strict=True)]
        table = np.array(rows)
        print(f"| {name} | {table[:, 0].mean():.2f} | {int((table[:, 1] > 0).sum())} of {len(asks)} | "
              f"{table[:, 1].mean():.1f} | {int((table[:, 2] == 2).sum())} | {spent:.2f} |", flush=True)
    shares = [_undecided(net, b, (mean, scale), bench) for b in asks]
    print(f"inverse network: largest share of a chemistry below 0.7 in {sum(s < 0.7 for s in shares)} of {len(asks)}")


def _undecided(net: Any, bounds: np.ndarray, scaling: tuple[np.ndarray, np.ndarray], bench: Bench) -> float:
    import torch

    middle = np.log(bounds.mean(1))
    with torch.no_grad():
        answer = net(torch.as_tensor((middle - scaling[0]) / scaling[1], dtype=torch.float32)[None])[0].numpy()
    nmc = sum(float(a) for a, s in zip(answer, bench.spaces, strict=False) if s.system == SYSTEMS[0])
    return max(nmc, 1 - nmc)


if __name__ == "__main__":
    main()
