"""The batched DFN on the designs of a reference file (`evals.forward_reference`): what it found and what is right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.bench_simulate import random_points
from evals.forward_reference import CURVE_END, prepared_points
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge
from tools.simulate.batched.layout import Cells
from tools.simulate.point import MESH_ERROR, Mesh, Outcome, SimulationPoint
from tools.simulate.pybamm_prepare import Prepared, prepare

DEPLETED_BELOW = 0.85  # of the balanced charge: below, the electrolyte or a large particle ends the discharge
# A reference whose last refinement moved it by more is no judge of 0.5 %; the reference itself is extrapolated.
STILL_PCT = 0.25
CONVERGED = Cells(64, 24, 14), Cells(96, 36, 14)


@dataclass(frozen=True)
class Judged:
    """One design: errors in per cent, the estimate that came with it, and the voltage curve's error."""

    design: int
    depleted: bool
    error_pct: float
    estimate_pct: float
    rmse_mV: float


@dataclass(frozen=True)
class Solved:
    """A case: the designs that have a settled reference, how many have none, and how many were not solved."""

    judged: tuple[Judged, ...]
    unsettled: int
    unsolved: int
    simulated: int


def against_reference(path: Path, mesh: Mesh) -> Solved:
    """Simulate the designs of a reference file and compare."""
    from tools.simulate.batched.batched_simulator import refined

    stored = json.loads(path.read_text(encoding="utf-8"))
    prepared = prepared_points(stored["system"], stored["rate_C"], stored["count"], stored["seed"])
    outcomes = refined(prepared, Discharge(rate_C=stored["rate_C"]), "search" if mesh == "search" else "verify", True)
    rows = [row for row in stored["rows"] if row["solved"]]
    settled = [row for row in rows if abs(row["moved_pct"]) <= STILL_PCT]
    judged = [_judged(row, outcomes[row["design"]]) for row in settled]
    unsolved = sum(outcomes[row["design"]].status == "failed" for row in rows)
    return Solved(tuple(j for j in judged if j is not None), len(rows) - len(settled), unsolved, len(outcomes))


def against_finer_mesh(system: str, rate_C: float, count: int, seed: int, wide: bool = False) -> Solved:
    """Random designs on the search meshes against the same solver on `CONVERGED`, with ten times tighter tolerances.

    It judges the meshes, the steps in time and the estimates; what both share (equations, tables) the PyBaMM
    references judge. Voltages are not compared.
    """
    from tools.simulate.batched.batched_simulator import refined
    from tools.simulate.batched.history import Accuracy
    from tools.simulate.batched.kernel import BatchedKernel
    from tools.simulate.batched.protocols import discharge

    drawn = wide_points(system, count, seed) if wide else random_points(SYSTEMS[system], count, seed)
    protocol = Discharge(rate_C=rate_C)
    prepared = [p for p in (prepare(d.model_copy(update={"rate_C": None}), protocol) for d in drawn)
                if isinstance(p, Prepared)]
    coarse, fine = (discharge(BatchedKernel(system, cells, Accuracy().tighter(10)), prepared, protocol, False)
                    for cells in CONVERGED)
    share = 1 / ((CONVERGED[1].electrode / CONVERGED[0].electrode) ** 2 - 1)
    found, judged, unsettled = refined(prepared, protocol, "search", False), [], 0
    for i, (a, b, mine, ready) in enumerate(zip(coarse, fine, found, prepared, strict=True)):
        energies = [o.values.get("energy_mWh_cm2") for o in (a, b, mine)]
        if energies[0] is None or energies[1] is None or energies[2] is None:
            continue
        if abs(energies[1] / energies[0] - 1) > STILL_PCT / 100:
            unsettled += 1
            continue
        true = energies[1] + share * (energies[1] - energies[0])
        depleted = 10 * b.values["capacity_mAh_cm2"] < DEPLETED_BELOW * ready.one_C_A_m2
        judged.append(Judged(i, depleted, 100 * (energies[2] / true - 1), mine.values[MESH_ERROR], float("nan")))
    return Solved(tuple(judged), unsettled, sum(o.status == "failed" for o in found), len(found))


def _judged(row: dict[str, Any], outcome: Outcome) -> Judged | None:
    values = outcome.values
    if "energy_mWh_cm2" not in values:
        return None
    energy, utilisation = float(row["energy_Wh_m2"]), float(row["utilisation"])
    rmse = float("nan")
    if outcome.curve:
        wanted = np.asarray(row["voltage_V"])
        time, current = np.array(outcome.curve["time_s"]), outcome.curve["current_mA_cm2"][0] * 10
        grid = np.linspace(0, CURVE_END * float(row["fine_charge_Ah_m2"]), len(wanted))
        mine = np.interp(grid, time * current / 3600, outcome.curve["voltage_V"])
        rmse = 1000 * float(np.sqrt(np.mean((mine - wanted) ** 2)))
    return Judged(int(row["design"]), utilisation < DEPLETED_BELOW,
                  100 * (10 * values["energy_mWh_cm2"] / energy - 1), values.get(MESH_ERROR, 0.0), rmse)


def wide_points(system: str, count: int, seed: int) -> list[SimulationPoint]:
    """Designs from ranges half as wide again as a system's own, with rates from 0.3 to 10C."""
    draw = np.random.default_rng(seed)
    known = SYSTEMS[system]
    wide = {name: (max(low - 0.25 * (high - low), 0.3 * low), high + 0.25 * (high - low))
            for name, (low, high) in known.design_ranges.items()}
    wide = {name: (low, min(high, 0.75)) if "porosity" in name else (low, high) for name, (low, high) in wide.items()}
    points = random_points(known.model_copy(update={"design_ranges": wide}), count, seed)
    rates = 10 ** draw.uniform(np.log10(0.3), 1.0, count)
    return [p.model_copy(update={"rate_C": float(rate)}) for p, rate in zip(points, rates, strict=True)]


def unsolved_of_wide(system: str, count: int, seed: int) -> tuple[int, int]:
    """How many designs of wide ranges the batched DFN leaves unsolved on its search mesh, and how many it was asked."""
    from tools.simulate.batched.batched_simulator import solved
    from tools.simulate.pybamm_prepare import prepare

    protocol = Discharge(rate_C=None)
    answers = solved([prepare(p, protocol) for p in wide_points(system, count, seed)], protocol, "search", False)
    refused = sum(isinstance(a, Outcome) and a.status == "failed" for a in answers)  # not a design: no simulation
    return sum(isinstance(a, str) for a in answers), len(answers) - refused
