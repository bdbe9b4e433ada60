"""What state jumps cost in accuracy: the same cells aged by jumps and cycle by cycle, to 1,000 cycles and past a knee.

Takes about an hour of CPU: `python -m evals.ageing_error` prints a table row a design; docs/ageing.md has the table.
With `--batched` the cells are aged by the batched DFN and by PyBaMM (docs/batched_ageing.md), some minutes; with
`--sample` random designs of a system are.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.cell import ElectrodePair
from knowledge.parameters import SYSTEMS
from knowledge.protocol import CycleAgeing
from tools.simulate import ageing
from tools.simulate.balance import with_np_ratio
from tools.simulate.batched.batched_simulator import BatchedSimulator
from tools.simulate.point import Mesh, Outcome, SimulationPoint, Simulator
from tools.simulate.pybamm_simulator import PybammSimulator

PATH = 2.0  # ohm·cm²
LEAST_PCT = 50.0  # runs go on past the usual end of life, so that a knee is seen
USUAL = CycleAgeing(max_cycles=1000, eol_pct=LEAST_PCT)


def _pair(key: str, np_ratio: float = 1.1, negative_porosity: float | None = None, **positive: float) -> ElectrodePair:
    start = SYSTEMS[key].reference
    pores = {} if negative_porosity is None else {"porosity": negative_porosity}
    changed = start.model_copy(update={"positive": start.positive.model_copy(update=positive),
                                       "negative": start.negative.model_copy(update=pores)})
    return with_np_ratio(changed, np_ratio)


CASES: dict[str, tuple[ElectrodePair, CycleAgeing]] = {
    "NMC811, reference": (_pair("nmc811_graphite_siox"), USUAL),
    "NMC532, reference": (_pair("nmc532_graphite"), USUAL),
    "NMC811, 10 °C, charged at 1C": (
        _pair("nmc811_graphite_siox", 1.03), USUAL.model_copy(update={"temperature_C": 10.0, "charge_C": 1.0})),
    "LCO, reference": (_pair("lco_graphite"), USUAL),
    "NMC811, 95 µm, porosity 0.28": (
        _pair("nmc811_graphite_siox", coating_thickness_um=95, porosity=0.28), USUAL),
    "NCA, reference": (_pair("nca_graphite"), USUAL),
    "NMC532, 45 °C, 80 % depth": (
        _pair("nmc532_graphite"), USUAL.model_copy(update={"temperature_C": 45.0, "dod_pct": 80.0})),
    "NMC811, 55 µm, N/P 1.2, 40 °C": (
        _pair("nmc811_graphite_siox", 1.2, coating_thickness_um=55),
        USUAL.model_copy(update={"temperature_C": 40.0})),
    "NMC811, 0 °C, charged at 1C (a knee)": (
        _pair("nmc811_graphite_siox", 1.03, 0.22), USUAL.model_copy(update={"temperature_C": 0.0, "charge_C": 1.0})),
    "NMC811, 100 µm, 15 °C, charged at 1.5C": (
        _pair("nmc811_graphite_siox", 1.03, 0.2, coating_thickness_um=100, porosity=0.28),
        USUAL.model_copy(update={"temperature_C": 15.0, "charge_C": 1.5})),
}


def drawn(key: str, count: int, seed: int = 5) -> list[ElectrodePair]:
    """Random designs of a system from its search ranges."""
    rng, ranges, start = np.random.default_rng(seed), SYSTEMS[key].design_ranges, SYSTEMS[key].reference

    def one() -> ElectrodePair:
        u = {name: float(rng.uniform(*span)) for name, span in ranges.items()}
        positive = {"coating_thickness_um": u["positive_thickness_um"], "porosity": u["positive_porosity"],
                    "particle_radius_um": u["positive_radius_um"]}
        negative = {"porosity": u["negative_porosity"], "particle_radius_um": u["negative_radius_um"]}
        changed = start.model_copy(update={"positive": start.positive.model_copy(update=positive),
                                           "negative": start.negative.model_copy(update=negative)})
        return with_np_ratio(changed, u["np_ratio"])

    return [one() for _ in range(count)]


def aged(
    pairs: Sequence[ElectrodePair], protocol: CycleAgeing, solver: Simulator, jumps: bool = True, mesh: Mesh = "search"
) -> tuple[list[Outcome], float]:
    """The outcomes of pairs of one system, with curves, and the CPU seconds they took."""
    kept = ageing.GROWTH, ageing.FIRST_STEP
    if not jumps:
        ageing.GROWTH, ageing.FIRST_STEP = 0.0, 0
    points = [SimulationPoint(pair=pair, path_resistance_ohm_cm2=PATH) for pair in pairs]
    clock = time.process_time()
    outcomes = solver.simulate(points, protocol, mesh, curves=True)
    ageing.GROWTH, ageing.FIRST_STEP = kept
    return outcomes, time.process_time() - clock


def compared(name: str) -> dict[str, Any]:
    """A case both ways: retention at common cycles, the largest difference, and the cycles to 80 %."""
    pair, protocol = CASES[name]
    runs = [aged([pair], protocol, PybammSimulator(), jumps) for jumps in (True, False)]
    return {"case": name, **_beside([outcomes[0] for outcomes, _ in runs], [seconds for _, seconds in runs])}


def batched(name: str, every: bool) -> dict[str, Any]:
    """A case by the batched DFN on both meshes, by PyBaMM's jumps, and cycle by cycle by the batched DFN.

    The batched solver has been compiled before its clock starts.
    """
    pair, protocol = CASES[name]
    reference = PybammSimulator()
    solver = BatchedSimulator(reference)
    aged([pair], protocol.model_copy(update={"max_cycles": 2}), solver)
    runs = [aged([pair], protocol, solver), aged([pair], protocol, solver, mesh="verify"),
            aged([pair], protocol, reference)]
    if every:
        runs.append(aged([pair], protocol, solver, jumps=False))
    return {"case": name, **_beside([outcomes[0] for outcomes, _ in runs], [seconds for _, seconds in runs])}


def sampled(key: str, count: int, temperature_C: float, charge_C: float) -> dict[str, Any]:
    """Random designs of a system by both solvers, with jumps: how far apart their retentions are."""
    protocol = USUAL.model_copy(update={"temperature_C": temperature_C, "charge_C": charge_C})
    pairs, reference = drawn(key, count), PybammSimulator()
    aged(pairs[:1], protocol.model_copy(update={"max_cycles": 2}), BatchedSimulator(reference))
    mine, my_s = aged(pairs, protocol, BatchedSimulator(reference))
    fine, _ = aged(pairs, protocol, BatchedSimulator(reference), mesh="verify")
    theirs, their_s = aged(pairs, protocol, reference)
    kept = [[round(o.values.get("capacity_retention_pct", -1), 2) for o in each]
            for each in zip(mine, fine, theirs, strict=True)]
    last = [[o.values.get("last_cycle") for o in each] for each in zip(mine, theirs, strict=True)]
    status = [[o.status for o in each] for each in zip(mine, theirs, strict=True)]
    growth = [[round(o.values.get("resistance_growth_pct", -1), 1) for o in (a, b)]
              for a, b in zip(mine, theirs, strict=True)]
    return {"system": key, "temperature_C": temperature_C, "charge_C": charge_C, "kept": kept, "last": last,
            "status": status, "resistance": growth, "cpu_s": [round(my_s / count, 3), round(their_s / count, 2)]}


def _beside(outcomes: Sequence[Outcome], seconds: Sequence[float]) -> dict[str, Any]:
    row: dict[str, Any] = {"cpu_s": [round(s, 2) for s in seconds], "status": [o.status for o in outcomes],
                           "note": [o.note for o in outcomes], "values": [o.values for o in outcomes]}
    if all(o.curve for o in outcomes):
        last = min(o.curve["cycle"][-1] for o in outcomes)
        at = np.array([c for c in outcomes[0].curve["cycle"] if c <= last])
        columns = [np.interp(at, o.curve["cycle"], o.curve["capacity_retention_pct"]) for o in outcomes]
        row.update(last=last, retention_pct=[round(float(c[-1]), 2) for c in columns],
                   worst_pct=[round(float(np.abs(columns[0] - c).max()), 2) for c in columns[1:]],
                   curves=[o.curve for o in outcomes])
    return row


def main() -> None:
    """Print one JSON line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=list(CASES), help="one case only")
    parser.add_argument("--batched", action="store_true", help="the batched DFN against PyBaMM's jumps instead")
    parser.add_argument("--every", action="store_true", help="with --batched: also cycle by cycle, by the batched DFN")
    parser.add_argument("--sample", metavar="SYSTEM", help="random designs of a system by both solvers instead")
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--temperature", type=float, default=25.0)
    parser.add_argument("--charge", type=float, default=0.5)
    given = parser.parse_args()
    if given.sample:
        print(json.dumps(sampled(given.sample, given.count, given.temperature, given.charge)))
        return
    for name in [given.case] if given.case else CASES:
        row = batched(name, given.every) if given.batched else compared(name)
        print(json.dumps(row, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
