"""What state jumps cost in accuracy: the same cells aged by jumps and cycle by cycle, to 1,000 cycles and past a knee.

Takes about an hour of CPU: `python -m evals.ageing_error` prints a table row a design; docs/ageing.md has the table.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from knowledge.cell import ElectrodePair
from knowledge.parameters import SYSTEMS
from knowledge.protocol import CycleAgeing
from tools.simulate import ageing
from tools.simulate.balance import with_np_ratio
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator

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


def aged(name: str, jumps: bool) -> tuple[Outcome, float]:
    """The outcome of a case with its curve, and the CPU seconds it took."""
    pair, protocol = CASES[name]
    kept = ageing.GROWTH, ageing.FIRST_STEP
    if not jumps:
        ageing.GROWTH, ageing.FIRST_STEP = 0.0, 0
    clock = time.process_time()
    outcome = PybammSimulator().simulate([SimulationPoint(pair=pair, path_resistance_ohm_cm2=2.0)], protocol,
                                         curves=True)[0]
    ageing.GROWTH, ageing.FIRST_STEP = kept
    return outcome, time.process_time() - clock


def compared(name: str) -> dict[str, Any]:
    """A case both ways: retention at common cycles, the largest difference, and the cycles to 80 %."""
    (fast, fast_s), (full, full_s) = aged(name, True), aged(name, False)
    row: dict[str, Any] = {"case": name, "cpu_s": [round(fast_s, 1), round(full_s, 1)],
                           "status": [fast.status, full.status], "note": [fast.note, full.note],
                           "values": [fast.values, full.values]}
    if fast.curve and full.curve:
        last = min(fast.curve["cycle"][-1], full.curve["cycle"][-1])
        at = np.array([c for c in fast.curve["cycle"] if c <= last])
        columns = [np.interp(at, o.curve["cycle"], o.curve["capacity_retention_pct"]) for o in (fast, full)]
        row.update(last=last, retention_pct=[round(float(c[-1]), 2) for c in columns],
                   worst_pct=round(float(np.abs(columns[0] - columns[1]).max()), 2),
                   curves=[o.curve for o in (fast, full)])
    return row


def main() -> None:
    """Print one JSON line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=list(CASES), help="one case only")
    chosen = parser.parse_args().case
    for name in [chosen] if chosen else CASES:
        print(json.dumps(compared(name), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
