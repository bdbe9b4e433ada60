"""What the batched DFN does to the whole: one document answered with it and without, both from nothing, in one run.

Without it every label and every verdict of the search is PyBaMM's. PyBaMM's finer mesh judges what both offer.
`python -m evals.without_batched` takes half an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.frozen import Frozen
from knowledge.report import Report
from tools.optimise.hypervolume import hypervolume, non_dominated
from tools.simulate.evaluate import evaluate_all
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.verify.asks import asks_for, is_ageing
from tools.verify.judge import judge
from tools.verify.rank import meets_all

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "rfx" / "ev_cylindrical_4680.pdf"
BEYOND = 0.1  # of the fronts' span, where the reference point lies


class Answered(Frozen):
    """One run of the product. `kept` are the offers that keep every must by PyBaMM's finer mesh, lives left out."""

    solver: str
    wall_s: float
    cpu_s: float
    offers: int
    kept: int
    on_front: int
    hypervolume: float


def answer(document: Path, solver: str, folder: Path, designs: int) -> tuple[Report, float, float]:
    """The report of a run in processes of its own and an empty home, its seconds of wall time and of CPU."""
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    home = {"CELLWRIGHT_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "evals.without_batched", "--child", solver, "design", str(document), "--out",
         str(folder / "runs"), "--json", "--quiet", "--workers", "2", "--designs", str(designs)],
        cwd=ROOT, env={**os.environ, **home}, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        raise SystemExit(f"the run with {solver} failed with {done.returncode}: {done.stderr[-500:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    written = Path(json.loads(done.stdout)["files"]["report.json"])
    return Report.model_validate_json(written.read_text(encoding="utf-8")), wall, cpu


def judged(report: Report) -> int:
    """Offers that keep every must which a discharge, pulse or charge decides, simulated by PyBaMM alone."""
    asks = [a for a in asks_for(report.reading.requirements)[0] if not is_ageing(a)]
    rows = evaluate_all([o.design for o in report.offers], asks, PybammSimulator(workers=2), "verify")
    return sum(meets_all(judge(report.reading.requirements, e.figures)) for e in rows)


def volumes(reports: Sequence[Report]) -> list[float]:
    """Each front's volume over that of all together, from one point beyond them; NaN where there is no front."""
    fronts = [_able(r) for r in reports]
    together = np.concatenate([f for f in fronts if len(f)] or [np.zeros((0, 1))])
    if not len(together):
        return [float("nan")] * len(reports)
    best = together[non_dominated(together)]
    reference = best.max(0) + BEYOND * np.ptp(best, axis=0)
    whole = hypervolume(together, reference)
    return [hypervolume(f, reference) / whole if len(f) and whole > 0 else float("nan") for f in fronts]


def _able(report: Report) -> np.ndarray:
    """Objectives (designs, objectives) of what keeps every must, to be minimised."""
    if report.front is None:
        return np.zeros((0, 1))
    sign = np.array([1.0 if o.better == "less" else -1.0 for o in report.front.objectives])
    rows = [p.values for p in report.front.points if p.keeps]
    return np.asarray(np.array(rows).reshape(len(rows), len(sign)) * sign)


def compared(document: Path = EXAMPLE, designs: int = 24) -> list[Answered]:
    """Both runs, one after the other."""
    runs = []
    with tempfile.TemporaryDirectory() as temporary:
        for solver in ("batched", "pybamm"):
            folder = Path(temporary) / solver
            folder.mkdir()
            runs.append((solver, *answer(document, solver, folder, designs)))
            print(f"{solver}: {runs[-1][2]:.0f} s", file=sys.stderr, flush=True)
    shares = volumes([report for _, report, _, _ in runs])
    return [Answered(solver=solver, wall_s=wall, cpu_s=cpu, offers=len(report.offers), kept=judged(report),
                     on_front=sum(p.on_front for p in report.front.points) if report.front else 0, hypervolume=share)
            for (solver, report, wall, cpu), share in zip(runs, shares, strict=True)]


def _child(solver: str, arguments: list[str]) -> None:
    """The product's command, its search with the named solver."""
    from evals.cli import app
    from tools.simulate import pool

    if solver == "pybamm":
        pool.search_simulator = pool.default_simulator
    app(arguments)


def main() -> None:
    """Print both runs as JSON."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("document", type=Path, nargs="?", default=EXAMPLE)
    parser.add_argument("--designs", type=int, default=24)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = [r.model_dump(mode="json") for r in compared(options.document, options.designs)]
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(sys.argv[2], sys.argv[3:])
    else:
        main()
