"""`make bench`: what the product promises about time and memory, measured in one run and printed as a table.

Absolute limits stand here and not in tests: machines are noisy. Ratios are of CPU seconds within this run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from knowledge.frozen import Frozen

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "rfx" / "ev_cylindrical_4680.pdf"
SAMPLE_S = 0.2


class Measured(Frozen):
    """One line of the benchmark."""

    what: str
    value: float
    unit: str
    goal: str
    kept: bool
    note: str = ""


def help_seconds(repeats: int = 5) -> Measured:
    """Wall time of `cellwright --help`, the median of several starts."""
    times = []
    for _ in range(repeats):
        clock = time.perf_counter()
        subprocess.run([sys.executable, "-m", "evals.cli", "--help"], cwd=ROOT, capture_output=True, check=True)
        times.append(time.perf_counter() - clock)
    value = sorted(times)[repeats // 2]
    return Measured(what="cellwright --help", value=round(value, 3), unit="s", goal="≤ 0.7 s", kept=value <= 0.7,
                    note=f"median of {repeats}")


def simulation_ratio() -> Measured:
    """DFN designs per CPU second, batched with inputs, against a new `pybamm.Simulation` per design."""
    from evals.bench_simulate import batched_against_rebuild

    found = batched_against_rebuild()
    ratio = float(found["ratio"])
    return Measured(what="batched DFN ÷ new Simulation per design", value=round(ratio, 1), unit="×", goal="≥ 6×",
                    kept=ratio >= 6, note=str(found.get("note", "")))


def one_design() -> tuple[Measured, Measured]:
    """One design under every protocol but ageing, and its life of 1,000 cycles."""
    from evals.bench_simulate import one_design_seconds

    protocols, life = one_design_seconds()
    return (
        Measured(what="all protocols of one design, without ageing", value=round(protocols, 2), unit="s",
                 goal="≤ 1.5 s", kept=protocols <= 1.5, note="CPU, warm"),
        Measured(what="life of 1,000 cycles of one design", value=round(life, 1), unit="s", goal="≤ 15 s",
                 kept=life <= 15, note="CPU, warm"),
    )


def failure_rate() -> Measured:
    """Share of 1,000 designs from the whole search ranges, at 1C and 3C, that no solver finishes."""
    from evals.bench_simulate import failures

    lost, runs = failures()
    value = 100 * lost / runs
    return Measured(what="designs from the whole ranges that no solver finishes", value=round(value, 3), unit="%",
                    goal="≤ 0.1 %", kept=value <= 0.1, note=f"{lost} of {runs:,} runs")


def forward_model() -> list[Measured]:
    """The batched DFN against PyBaMM's best practice, two threads against one, and its start."""
    from evals.bench_forward import speeds, start_seconds, two_threads

    rows = []
    for s in speeds():
        note = f"{s.one_mesh_ms:.2f}, {s.extrapolated_ms:.2f} and {s.pybamm_ms:.1f} ms CPU a design"
        name = f"batched DFN ÷ PyBaMM, {s.ranges} ranges, {s.rate_C:g}C"
        rows.append(Measured(what=f"{name}, 20 cells", value=round(s.ratio, 1), unit="×", goal="≥ 120×",
                             kept=s.ratio >= 120, note=note))
        rows.append(Measured(what=f"{name}, extrapolated", value=round(s.ratio_extrapolated, 1), unit="×",
                             goal="≥ 70×", kept=s.ratio_extrapolated >= 70))
    for what, gain in zip(("prepared designs", "whole calls"), two_threads(), strict=True):
        rows.append(Measured(what=f"batched DFN, two threads ÷ one, {what}", value=round(gain, 2), unit="×",
                             goal="≥ 1.8×", kept=gain >= 1.8, note="wall time: other work on the machine lowers it"))
    cold, cached = start_seconds()
    rows.append(Measured(what="batched DFN, first answer, nothing compiled", value=round(cold, 1), unit="s",
                         goal="≤ 30 s", kept=cold <= 30, note="CPU, tables included"))
    rows.append(Measured(what="batched DFN, first answer from the cache", value=round(cached, 2), unit="s",
                         goal="≤ 1 s", kept=cached <= 1))
    return rows


def report_seconds(home: Path, name: str, limit: float) -> tuple[Measured, Measured]:
    """Wall time and peak memory of RFx → report with at least 20 designs, in processes of its own."""
    with tempfile.TemporaryDirectory() as out:
        code = [sys.executable, "-m", "evals.cli", "design", str(EXAMPLE), "--out", out, "--json", "--quiet",
                "--workers", "2"]
        printed = Path(out) / "stdout.json"
        clock = time.perf_counter()
        with printed.open("w", encoding="utf-8") as stdout:
            run = subprocess.Popen(code, cwd=ROOT, stdout=stdout, env={**os.environ, "CELLWRIGHT_HOME": str(home)})
            peak, processes = peak_resident_bytes(run)
        wall = time.perf_counter() - clock
        if run.returncode not in (0, 3):
            raise SystemExit(f"the run failed with {run.returncode}: see above")
        designs = len(json.loads(printed.read_text(encoding="utf-8"))["offers"])
    gib = peak / 1024**3
    return (
        Measured(what=f"RFx → report, {name}", value=round(wall, 1), unit="s", goal=f"≤ {limit:g} s, ≥ 20 designs",
                 kept=wall <= limit and designs >= 20, note=f"{designs} designs, exit {run.returncode}"),
        Measured(what=f"peak memory, {name}", value=round(gib, 2), unit="GiB", goal="≤ 4 GiB", kept=gib <= 4,
                 note=f"sum over up to {processes} processes, sampled every {SAMPLE_S} s; shared pages count in each"),
    )


def peak_resident_bytes(run: subprocess.Popen[Any]) -> tuple[int, int]:
    """Wait for a process; the largest sum of resident memory of it and its descendants, and how many they were."""
    import psutil

    peak = most = 0
    while run.poll() is None:
        sizes = []
        try:
            tree = [psutil.Process(run.pid), *psutil.Process(run.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            break
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                sizes.append(process.memory_info().rss)
        peak, most = max(peak, sum(sizes)), max(most, len(sizes))
        time.sleep(SAMPLE_S)
    run.wait()
    return peak, most


def literature_rows(passages: int) -> list[Measured]:
    """Ingest, search, opening and memory of the evidence store with so many passages of invented text."""
    from evals.bench_literature import measure

    found = measure(passages)
    goals = (("per_s", "ingest with both indexes", "passages/s", ">=", 300.0),
             ("p95_ms", "p95 of a search", "ms", "<=", 50.0),
             ("p95_filtered_ms", "p95 of a search with filters", "ms", "<=", 150.0),
             ("cold_s", "opening and first answer", "s", "<=", 2.0), ("rss_GiB", "memory", "GiB", "<=", 2.0))
    return [
        Measured(what=f"evidence, {passages:,} passages: {what}", value=round(found[key], 2), unit=unit,
                 goal=f"{'≥' if sign == '>=' else '≤'} {goal:g} {unit}",
                 kept=found[key] >= goal if sign == ">=" else found[key] <= goal)
        for key, what, unit, sign, goal in goals
    ]


def intake_rows() -> list[Measured]:
    """CPU seconds and memory of reading a PDF of 60 pages and a workbook of 100,000 rows."""
    from evals.bench_intake import both

    rows = []
    for name, limit, found in zip(("PDF of 60 pages", "workbook of 100,000 rows"), (20.0, 60.0), both(), strict=True):
        note = f"{found['requirements']:,} requirements, {found['unread']} unread, exit {found['exit']}"
        rows += [Measured(what=f"requirements of a {name}", value=round(found["cpu_s"], 1), unit="s",
                          goal=f"≤ {limit:g} s", kept=found["cpu_s"] <= limit and found["exit"] == 0,
                          note=f"CPU of one core; {note}"),
                 Measured(what=f"memory, {name}", value=round(found["rss_GiB"], 2), unit="GiB", goal="≤ 1 GiB",
                          kept=found["rss_GiB"] <= 1)]
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; exit code 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--home", type=Path, help="keep the caches here instead of in a temporary folder")
    parser.add_argument("--passages", type=int, default=10_000, help="size of the evidence store that is measured")
    options = parser.parse_args(arguments)
    rows = [help_seconds(), simulation_ratio(), *one_design(), failure_rate(), *forward_model(),
            *literature_rows(options.passages), *intake_rows()]
    with tempfile.TemporaryDirectory() as temporary:
        home = options.home or Path(temporary)
        rows += report_seconds(home, "cold", 400)
        _forget_runs(home)
        rows += report_seconds(home, "warm (database cached, ledger empty)", 180)
    _show(rows, options.json)
    return 0 if all(r.kept for r in rows) else 1


def _forget_runs(home: Path) -> None:
    """Remove the ledger, so that the warm run computes everything but the simulator database again."""
    import shutil

    shutil.rmtree(home / "ledger", ignore_errors=True)


def _show(rows: list[Measured], as_json: bool) -> None:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    if as_json:
        value: dict[str, Any] = {"machine": machine, "rows": [r.model_dump(mode="json") for r in rows]}
        print(json.dumps(value, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("What", "Measured", "Goal", "", "Note", title=f"Benchmark on {machine}", title_justify="left")
    for r in rows:
        table.add_row(r.what, f"{r.value:g} {r.unit}", r.goal, "kept" if r.kept else "MISSED", r.note)
    Console(width=150).print(table)


if __name__ == "__main__":
    sys.exit(main())
