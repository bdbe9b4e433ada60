"""Write the frozen requirement sets of the suite `inverse_design`: some that can be met, some that cannot.

Run as a module: it simulates the pools of `evals.brute_force` (once, into a folder), draws the sets and writes
`evals/cases/inverse/*.yaml` and the two suites. The search reads none of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evals.brute_force import METRICS, PLACES, PROTOCOLS, Pool, pool
from evals.held_back import (
    ASKED,
    FOLDER,
    LEAST,
    MOST,
    SIZES,
    asked_entries,
    feasible_set,
    hidden_design,
    shape_entries,
    sign,
)
from knowledge.cell import CellDesign
from knowledge.parameters import SYSTEMS, USUAL
from tools.simulate.pybamm_simulator import PybammSimulator

SLACKS = {"easy": (0.03, 0.06), "middle": (0.01, 0.03), "hard": (0.002, 0.01)}
SHARES = {"easy": (0.01, 0.5), "middle": (0.001, 0.01), "hard": (0.0, 0.0005)}  # of random designs that keep the set
MEASURED = 0.6        # of the feasible sets come from a pool, so that their share is known
BEYOND = (0.10, 0.20)
TRADED = (3, 5)       # metrics of a set beyond the front
EVERY = 4             # the short suite takes every fourth set: levels come in threes, systems in fives
TRIES = 400


def measured_set(draw: np.random.Generator, found: Pool, level: str, simulator: PybammSimulator) -> dict[str, Any]:
    """What a design of a pool does, so chosen that the share of random designs that keep it is the level's."""
    rows = found.front if level == "hard" else np.flatnonzero(np.isfinite(found.values).all(1))
    low, high = SHARES[level]
    for _ in range(TRIES):
        row = int(draw.choice(rows))
        names = _names(draw, METRICS, LEAST, MOST)
        up = np.array([sign(n) for n in names])
        guess = found.values[row, [METRICS.index(n) for n in names]] * (1 - up * np.mean(SLACKS[level]))
        if not low <= found.share(names, guess) <= high:
            continue
        design = found.design(row)
        bounds = feasible_set(draw, design, names, SLACKS[level], simulator)
        if bounds is None:
            continue
        share = found.share(names, np.array(list(bounds.values())))
        if low <= share <= high:
            return _entry(found.system, found.kind, level, bounds, design, share)
    raise SystemExit(f"no {level} set in {TRIES} tries: {found.system}")


def broad_set(draw: np.random.Generator, system: str, kind: str, level: str, simulator: PybammSimulator
              ) -> dict[str, Any]:
    """What a random design of any size does, with all metrics there are; how rare it is has not been measured."""
    for _ in range(TRIES):
        design = hidden_design(draw, SYSTEMS[system], kind)
        bounds = feasible_set(draw, design, _names(draw, tuple(ASKED), LEAST, MOST), SLACKS[level], simulator)
        if bounds is not None:
            return _entry(system, kind, level, bounds, design, None)
    raise SystemExit(f"no set in {TRIES} tries: {system} {kind}")


def beyond_set(draw: np.random.Generator, found: Pool) -> dict[str, Any]:
    """A set that no design of a pool keeps even with every bound loosened by at least 10 %."""
    for _ in range(TRIES):
        names = _names(draw, METRICS, *TRADED)
        values = found.values[int(draw.choice(found.front)), [METRICS.index(n) for n in names]]
        up, wanted = np.array([sign(n) for n in names]), float(draw.uniform(*BEYOND))
        for stretch in np.arange(0.10, 0.50, 0.01):
            bounds = values * (1 + up * stretch)
            if found.beyond(names, bounds) >= wanted:
                # The size is fixed: a smaller cell in the same box could weigh less than any of the pool.
                entries = shape_entries(found.design(int(found.front[0])), fixed=True)
                return {"system": found.system, "format": found.kind, "level": "beyond the front",
                        "beyond_pct": round(100 * found.beyond(names, bounds), 2),
                        "requirements": [*entries, *asked_entries(dict(zip(names, bounds, strict=True)))]}
    raise SystemExit(f"no set beyond the front in {TRIES} tries: {found.system}")


def _names(draw: np.random.Generator, names: Sequence[str], least: int, most: int) -> tuple[str, ...]:
    return tuple(str(n) for n in draw.choice(list(names), size=int(draw.integers(least, most + 1)), replace=False))


def _entry(system: str, kind: str, level: str, bounds: dict[str, float], design: CellDesign, share: float | None
           ) -> dict[str, Any]:
    known = {} if share is None else {"share_pct": round(100 * share, 4)}
    return {"system": system, "format": kind, "level": level, **known, "design": design.model_dump(mode="json"),
            "requirements": [*shape_entries(design), *asked_entries(bounds)]}


def feasible_sets(draw: np.random.Generator, pools: Sequence[Pool], count: int) -> dict[str, dict[str, Any]]:
    """Named sets that a hidden design keeps by PyBaMM; levels, systems and formats in turn."""
    simulator = PybammSimulator()
    sets: dict[str, dict[str, Any]] = {}
    measured, levels, systems, kinds = round(MEASURED * count), list(SLACKS), list(USUAL), list(SIZES)
    for n in range(count):
        level = levels[n % len(levels)]
        if n < measured:
            sets[f"F{n + 1:03d}"] = measured_set(draw, pools[(n // 3) % len(pools)], level, simulator)
        else:
            system = systems[n % len(systems)]
            sets[f"F{n + 1:03d}"] = broad_set(draw, system, kinds[(n // len(systems)) % 3], level, simulator)
    return sets


def write(name: str, head: str, sets: dict[str, dict[str, Any]]) -> None:
    """Freeze sets as a file of that name in `evals/cases/inverse`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(sets, Dumper=_Plain, sort_keys=False, width=118)
    (FOLDER / f"{name}.yaml").write_text(f"# {head}; frozen: the suite inverse_design judges the search by it.\n{text}",
                                         encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """No anchors: the file is read by people."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal values out each time."""
        return True


def write_suites(names: Sequence[str]) -> None:
    """Replace the cases of the two suites; their goals stay."""
    for suite, chosen in (("inverse_design", names), ("inverse_design_short", names[::EVERY])):
        path = FOLDER.parent / f"{suite}.yaml"
        head = path.read_text(encoding="utf-8").partition("cases:\n")[0]
        rows = [f"- {{name: {n}, document: evals/cases/inverse/{'in' if n[0] == 'I' else ''}feasible.yaml, "
                f"expected: {{feasible: {'false' if n[0] == 'I' else 'true'}}}}}" for n in chosen]
        path.write_text(head + "cases:\n" + "\n".join(rows) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Simulate the pools, then write the frozen sets and their suites."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pools", type=Path, required=True, help="folder that keeps the simulated pools")
    parser.add_argument("--designs", type=int, default=8000, help=f"of a pool, each simulated {PROTOCOLS} times")
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--feasible", type=int, default=108)
    parser.add_argument("--infeasible", type=int, default=102)
    options = parser.parse_args(arguments)
    pools = [pool(place, options.designs, options.seed + k, options.pools) for k, place in enumerate(PLACES)]
    draw = np.random.default_rng(options.seed)
    beyond = {f"I{n + 1:03d}": beyond_set(draw, pools[n % len(pools)]) for n in range(options.infeasible)}
    feasible = feasible_sets(draw, pools, options.feasible)
    made = f"Written by `python -m evals.inverse_sets`, seed {options.seed}"
    write("feasible", f"{made}: hidden designs as PyBaMM simulates them", feasible)
    write("infeasible", f"{made}: beyond {options.designs} designs a front, {PROTOCOLS} protocols each", beyond)
    write_suites([*feasible, *beyond])


if __name__ == "__main__":
    main()
