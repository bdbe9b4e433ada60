"""Does a generator help the search? The same hard sets with other sources of starts, all else equal.

Hard sets of `evals/cases/inverse/feasible.yaml`. Each is searched in its
own system and one rival: from the best known and one screen as the search does it, from two screens, and from one
screen and a generator. Run as a module it prints a line for each search.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from evals.flow import Generator, fit_generator
from evals.held_back import requirements_of
from evals.inverse import frozen_sets
from tools.optimise import rounds
from tools.optimise.device import one_thread
from tools.optimise.diversity import distinct
from tools.optimise.margins import softened
from tools.optimise.refine import Margins, screen
from tools.optimise.rounds import Proposal, Search, Territory, predicted_margins
from tools.optimise.search import SearchDesigns, search
from tools.simulate.pool import search_simulator
from tools.tool import Context

SETS = ("F033", "F036", "F024", "F045", "F042", "F039", "F018", "F012")
RIVALS = {"nmc811_graphite_siox": "nca_graphite", "nca_graphite": "nmc811_graphite_siox",
          "nmc532_graphite": "nmc811_graphite_siox", "lfp_graphite": "lco_graphite", "lco_graphite": "lfp_graphite"}
STEPS = 400           # of the generator's training
LABELLED = 4096       # points of a space that its gradient model labels for the generator, beside the predicted ones
DRAWN = 512           # designs drawn for a space, of which those that its gradient model likes best are kept
MORE = rounds.STARTS // 2   # starts that the generator adds


@dataclass
class Counting(Search):
    """The search as it is; it counts what becomes of its refined designs."""

    first: dict[str, float] = field(default_factory=dict)
    training_s: float = 0.0
    begun: float = 0.0

    def survey(self, systems: Collection[str] | None = None) -> None:
        """The survey; labels and their models are made by now, and alike for all ways."""
        self.begun = self.begun or time.process_time()
        super().survey(systems)

    def _propose(self, territory: Territory, number: int) -> list[Proposal]:
        found = super()._propose(territory, number)
        if number == 1:
            good = [p for p in found if p.least_loss <= 0]
            places = [self.place(p.territory.space, p.design, p.vector) for p in good]
            for name, value in (("refined", len(found)), ("serve", len(good)), ("distinct", len(distinct(places))),
                                ("whole margin", sum(p.loss <= 0 for p in found))):
                self.first[name] = self.first.get(name, 0) + value
        return found


@dataclass
class TwoScreens(Counting):
    """Starts from a second screen too."""

    def _starts(self, territory: Territory, number: int, predicted: Margins, need: np.ndarray) -> np.ndarray:
        sobol = territory.space.sobol(rounds.SCREEN, self.seed + 104729 * number)
        fresh = screen(predicted, sobol, need, self.weight[territory.columns], MORE)
        return np.concatenate([super()._starts(territory, number, predicted, need), fresh])


@dataclass
class Generating(Counting):
    """A generator, trained once on the designs of all spaces, beside the screen."""

    generator: Generator | None = None

    def _starts(self, territory: Territory, number: int, predicted: Margins, need: np.ndarray) -> np.ndarray:
        usual = super()._starts(territory, number, predicted, need)
        clock = time.process_time()
        if self.generator is None:
            self.generator = self._trained()
        bounds = np.full(len(self.targets), np.nan)
        steering = np.isin(territory.columns, self.musts)
        bounds[territory.columns[steering]] = need[steering]
        kind, x = self.generator.sample(bounds, DRAWN * len(self.territories), self.seed + number)
        own = x[kind == self.territories.index(territory)][:DRAWN, :len(territory.space.variables)]
        self.training_s += time.process_time() - clock
        weight = np.where(steering, self.weight[territory.columns], 0.0)
        return np.concatenate([usual, screen(predicted, own, need, weight, MORE)]) if len(own) else usual

    def _trained(self) -> Generator:
        """Fit to softened margins: predicted ones, and those that each space's gradient model gives Sobol points."""
        import torch

        draw, wide = np.random.default_rng(self.seed), max(len(t.space.variables) for t in self.territories)
        kinds, points, qualities = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
        for k, t in enumerate(self.territories):
            if t.model is None:
                self._teach(t)
            known = softened(np.nan_to_num(t.margins, nan=-1.0))
            x, rows = t.x, known
            if t.model is not None:
                sobol = t.space.sobol(LABELLED, self.seed + 31)
                more = np.repeat(np.median(known, 0)[None], LABELLED, 0)
                with torch.no_grad():
                    more[:, t.columns] = predicted_margins(t.model)(torch.as_tensor(sobol)).numpy()
                x, rows = np.concatenate([x, sobol]), np.concatenate([rows, more])
            kinds.append(np.full(len(x), k))
            points.append(np.hstack([x, draw.random((len(x), wide - x.shape[1]))]))
            qualities.append(rows)
        return fit_generator(np.concatenate(kinds), np.concatenate(points), np.concatenate(qualities), self.seed, STEPS)


WAYS: dict[str, type[Counting]] = {"one screen": Counting, "two screens": TwoScreens,
                                   "one screen, generator": Generating}


def searched(name: str, way: type[Counting], context: Context) -> dict[str, Any]:
    """One search of a set: what became of the refined designs of its first round, and of the whole search."""
    entry = frozen_sets("evals/cases/inverse/feasible.yaml")[name]
    request = SearchDesigns(requirements=requirements_of(entry["requirements"]), formats=(entry["format"],),
                            systems=(entry["system"], RIVALS[entry["system"]]))
    made: list[Counting] = []

    def make(*arguments: Any) -> Counting:
        made.append(way(*arguments))
        return made[-1]

    with patch("tools.optimise.search.Search", make):
        found = search(request, context, search_simulator(context))
    run, = made
    return {**run.first, "simulated": len(found.simulated), "kept": sum(s.meets for s in found.simulated),
            "distinct kept": found.meeting, "rounds": max(s.round for s in found.simulated),
            "generator CPU s": run.training_s, "CPU s": time.process_time() - run.begun}


@one_thread()
def main(arguments: list[str] | None = None) -> None:
    """Search every set every way and print a line for each search, then the sums."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args(arguments)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in WAYS}
    for name in options.sets:
        for seed in range(options.seeds):
            context = Context(home=options.home, workers=2, seed=seed)
            for words, way in WAYS.items():
                rows[words].append(searched(name, way, context))
                print(name, seed, words, {k: round(v, 2) for k, v in rows[words][-1].items()}, flush=True)
    for words, found in rows.items():
        print(words, {k: round(float(np.sum([r[k] for r in found])), 1) for k in found[0]}, flush=True)


if __name__ == "__main__":
    main()
