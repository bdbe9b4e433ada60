"""Runs of the suite `optimisation` one after the other, each kept in a file as soon as it is done, and their table.

A kept run holds the objectives of all its designs, so that it can be scored again against a better reference. Run as a
module it makes the runs that the file does not hold yet and prints the table of all that it holds.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

import numpy as np

from evals.optimisation import BUDGETS, METHODS, PROBLEMS, Trace, absent_methods, scored, traces


def kept(path: Path) -> list[Trace]:
    """The runs of a file, in order; none where there is no file."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Trace(r["method"], r["seed"], np.array(r["values"]), np.array(r["violation"]), r["cpu_s"]) for r in rows]


def keep(path: Path, run: Trace) -> None:
    """Append a run to a file."""
    row = {"method": run.method, "seed": run.seed, "values": run.values.tolist(), "violation": run.violation.tolist(),
           "cpu_s": run.cpu_s}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def table(name: str, runs: list[Trace]) -> list[str]:
    """Rows: method, mean ± standard deviation of the relative hypervolume at each budget, seeds, CPU seconds a run."""
    found = scored(name, runs)
    rows = []
    for method, by_budget in found.volumes.items():
        cells = [f"{statistics.fmean(v):.3f} ± {statistics.pstdev(v):.3f}" if (v := by_budget.get(b)) else ""
                 for b in BUDGETS]
        cpu = found.cpu_s[method]
        rows.append(f"| {method} | {' | '.join(cells)} | {len(cpu)} | {statistics.fmean(cpu):.1f} |")
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Make the runs that are missing and print the table of each problem."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True, help="where the database of this front is kept")
    parser.add_argument("--folder", type=Path, required=True, help="where the runs are kept, a file a problem")
    parser.add_argument("--problems", nargs="+", choices=list(PROBLEMS), default=list(PROBLEMS))
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--seeds", nargs="*", type=int, default=range(5))
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.problems:
        path = options.folder / f"{name.replace(' ', '_')}.jsonl"
        for method in (m for m in options.methods if m not in absent_methods()):
            held = {r.seed for r in kept(path) if r.method == method}
            for run in traces(name, [s for s in options.seeds if s not in held], [method], options.home):
                keep(path, run)
                print(f"{name}: {method}, seed {run.seed}, {run.cpu_s} CPU-s", flush=True)
        print(name, *table(name, kept(path)), sep="\n", flush=True)


if __name__ == "__main__":
    main()
