"""Converged discharges by PyBaMM, against which the batched DFN is judged: `python -m evals.forward_reference`.

Designs are drawn from each system's search ranges with a seed that nothing else uses. Each is solved on two refined
meshes with tight tolerances; what the finer one moved is kept with it, and the reference is the extrapolation of the
two for an error of second order. Takes some minutes; the results are files under `cases/forward_model`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evals.bench_simulate import random_points
from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge
from tools.simulate.pybamm_prepare import Prepared, prepare

FOLDER = Path(__file__).parent / "cases" / "forward_model"
SEED = 20261121
DESIGNS = 20
JUDGED = ("nmc811_graphite_siox", "nmc532_graphite", "lfp_graphite")
RATES_C = (1.0, 3.0)
COARSE, FINE = 40, 70          # cells an electrode
CURVE_POINTS = 24
CURVE_END = 0.95               # of the charge: the end of a curve is judged by the energy


def prepared_points(system: str, rate_C: float, count: int = DESIGNS, seed: int = SEED) -> list[Prepared]:
    """The designs of a reference file that can be simulated, in its order."""
    ready = [prepare(p, Discharge(rate_C=rate_C)) for p in random_points(SYSTEMS[system], count, seed)]
    return [p for p in ready if isinstance(p, Prepared)]


def refined_discharges(prepared: Sequence[Prepared], cells: int) -> list[dict[str, Any] | None]:
    """Energy [Wh/m²], charge [Ah/m²] and voltage curve of each design by PyBaMM; None where it does not solve it."""
    from tools.simulate.pybamm_kernel import Kernel, Tolerance
    from tools.simulate.pybamm_kernels import OUTPUTS, parameter_values
    from tools.simulate.pybamm_mesh import MeshSize
    from tools.simulate.pybamm_model import build_model
    from tools.simulate.segment import CHARGE, IDLE_CONTROL, NO_LIMITS, VOLTAGE

    known = prepared[0].system
    shells = cells if known.uneven_diffusion else cells // 2
    size = MeshSize(cells, cells // 2, shells, 1 + 2 / shells)
    model = build_model(parameter_values(known), "isothermal", size)
    kernel = Kernel(model, OUTPUTS, size, (Tolerance(1e-5, 1e-7), Tolerance(1e-6, 1e-8)))
    found: list[dict[str, Any] | None] = []
    for p in prepared:
        inputs = {**IDLE_CONTROL, **NO_LIMITS, **p.inputs(1.0), "by current": 1.0, "current": p.load_A_m2,
                  "voltage floor": p.point.pair.v_min}
        segment = kernel.run([inputs], 3 * 3600 / (p.rate_C or 1.0))[0]
        if segment.failed is not None or segment.event is None:
            found.append(None)
            continue
        voltage, charge = segment.outputs[VOLTAGE], segment.outputs[CHARGE]
        grid = np.linspace(0, CURVE_END * float(charge[-1]), CURVE_POINTS)
        found.append({"energy": float(np.trapezoid(voltage, charge)), "charge": float(charge[-1]),
                      "voltage": np.interp(grid, charge, voltage)})
    return found


def reference(system: str, rate_C: float, count: int = DESIGNS) -> dict[str, Any]:
    """The content of a reference file."""
    prepared = prepared_points(system, rate_C, count)
    coarse, fine = refined_discharges(prepared, COARSE), refined_discharges(prepared, FINE)
    share = 1 / ((FINE / COARSE) ** 2 - 1)
    rows: list[dict[str, Any]] = []
    for i, (p, a, b) in enumerate(zip(prepared, coarse, fine, strict=True)):
        if a is None or b is None:
            rows.append({"design": i, "solved": False})
            continue
        energy, charge = (b[name] + share * (b[name] - a[name]) for name in ("energy", "charge"))
        rows.append({
            "design": i, "solved": True, "energy_Wh_m2": round(energy, 6), "charge_Ah_m2": round(charge, 6),
            "moved_pct": round(100 * (b["energy"] / a["energy"] - 1), 5),
            "utilisation": round(charge / p.one_C_A_m2, 4), "voltage_V": [round(float(v), 6) for v in b["voltage"]],
            "fine_charge_Ah_m2": round(b["charge"], 6)})
    return {"system": system, "rate_C": rate_C, "seed": SEED, "cells": [COARSE, FINE], "count": count, "rows": rows}


def main() -> int:
    """Write every reference file anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for rate in RATES_C:
        for system in JUDGED:
            content = reference(system, rate)
            path = FOLDER / f"{system}_{rate:g}C.json"
            path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
            moved = [abs(row["moved_pct"]) for row in content["rows"] if row["solved"]]
            sys.stdout.write(f"{path.name}: {len(moved)} solved, moved by {np.median(moved):.4f} % at the median, "
                             f"{max(moved):.3f} % at most\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
