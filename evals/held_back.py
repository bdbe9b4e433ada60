"""Requirement sets that are known to be feasible: each is what a hidden design, simulated by PyBaMM, really does.

The designs are drawn by other code, other ranges of sizes and other seeds than the search's database, and simulated on
the verify mesh, which the search does not use. `evals.inverse_sets` writes them down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.ask import Ask
from knowledge.cell import CellDesign, Cylindrical, ElectrodePair, Format, Pouch, Prismatic
from knowledge.parameters import System
from knowledge.requirement import Requirement, SourceSpan
from tools.failures import ToolFailure
from tools.simulate.balance import with_np_ratio
from tools.simulate.evaluate import evaluate_all
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.verify.asks import asks_for

FOLDER = Path(__file__).resolve().parent / "cases" / "inverse"
SIZES: dict[str, tuple[tuple[float, ...], ...]] = {
    "cylindrical": ((18.3, 65.0), (21.1, 70.1), (26.2, 65.0), (32.0, 120.0), (46.0, 80.0), (46.0, 95.0)),
    "prismatic": ((148.0, 26.7, 91.0), (174.0, 71.7, 204.6), (220.0, 45.0, 102.0), (300.0, 28.0, 115.0)),
    "pouch": ((60.0, 8.0, 150.0), (90.0, 10.0, 200.0), (100.0, 12.0, 300.0), (220.0, 11.0, 120.0)),
}
SLACKS = {"easy": (0.03, 0.06), "middle": (0.01, 0.03), "hard": (0.002, 0.01)}
AT_25 = {"temperature_C": 25.0}
ASKED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "mass": ("<=", "g", {}), "capacity": (">=", "Ah", {"rate_C": 0.3333, **AT_25}),
    "specific_energy": (">=", "Wh/kg", {"rate_C": 0.3333, **AT_25}),
    "energy_density": (">=", "Wh/L", {"rate_C": 0.3333, **AT_25}),
    "dcir": ("<=", "mohm", {"rate_C": 1.0, "duration_s": 10.0, "soc_pct": 50.0, "direction": "discharge", **AT_25}),
    "discharge_power_pulse": (">=", "W", {"duration_s": 30.0, "soc_pct": 50.0, **AT_25}),
    "rate_capability": (">=", "%", {"rate_C": 2.0, "reference_C": 0.3333, **AT_25}),
    "fast_charge_time": ("<=", "min", {"soc_from_pct": 10.0, "soc_to_pct": 80.0, **AT_25}),
}
LEAST, MOST = 3, 6
GENES = 9              # electrode variables and foils of a hidden design


def hidden_design(draw: np.random.Generator, known: System, kind: str, size: tuple[float, ...] | None = None
                  ) -> CellDesign:
    """A random design of a system within its search ranges and validity box, in a given size or one on the market."""
    genes = draw.random(GENES)
    return design_of(genes, known, kind, size or SIZES[kind][int(draw.integers(len(SIZES[kind])))])


def design_of(genes: np.ndarray, known: System, kind: str, size: tuple[float, ...]) -> CellDesign:
    """The design at genes (9,) in [0, 1]: the system's design ranges in their order, then the two foils."""
    pair = known.reference.model_dump()
    ranges = dict(known.design_ranges)
    for name in ("positive_thickness_um", "positive_porosity", "negative_porosity"):
        low, high = getattr(known.validity, name)
        ranges[name] = (max(low, ranges[name][0]), min(high, ranges[name][1]))
    ranges |= {"positive_foil_um": (10.0, 16.0), "negative_foil_um": (6.0, 10.0)}
    value = {name: low + float(gene) * (high - low)
             for (name, (low, high)), gene in zip(ranges.items(), genes, strict=True)}
    pair["positive"].update(coating_thickness_um=value["positive_thickness_um"], porosity=value["positive_porosity"],
                            particle_radius_um=value["positive_radius_um"],
                            foil_thickness_um=value["positive_foil_um"])
    pair["negative"].update(porosity=value["negative_porosity"], particle_radius_um=value["negative_radius_um"],
                            foil_thickness_um=value["negative_foil_um"])
    pair["separator"].update(thickness_um=value["separator_thickness_um"])
    whole = with_np_ratio(ElectrodePair.model_validate(pair), value["np_ratio"])
    return CellDesign(pair=whole, format=_format(kind, size))


def _format(kind: str, size: tuple[float, ...]) -> Format:
    if kind == "cylindrical":
        large = size[0] >= 33
        return Cylindrical(diameter_mm=size[0], height_mm=size[1], tabs="tabless", can_wall_mm=0.5 if large else 0.2,
                           mandrel_diameter_mm=max(1.5, 0.08 * size[0]))
    shape = {"width_mm": size[0], "thickness_mm": size[1], "height_mm": size[2]}
    if kind == "prismatic":
        return Prismatic(**shape, case_wall_mm=0.8 if size[0] >= 150 else 0.6)
    return Pouch(**shape)


def shape_entries(design: CellDesign, fixed: bool = False) -> list[dict[str, Any]]:
    """Format and outer dimensions: round cells, and others if `fixed`, with a tolerance; else a box not to exceed."""
    form = design.format.model_dump()
    kind = _entry("format", "in", [design.format.kind], None)
    if design.format.kind == "cylindrical":
        return [kind, *(_entry(axis, "tolerance", [form[f"{axis}_mm"], 0.2, 0.2], "mm")
                        for axis in ("diameter", "height"))]
    if fixed:
        return [kind, *(_entry(axis, "tolerance", [form[f"{axis}_mm"], 0.2, 0.2], "mm")
                        for axis in ("width", "thickness", "height"))]
    return [kind, *(_entry(axis, "<=", form[f"{axis}_mm"], "mm") for axis in ("width", "thickness", "height"))]


def asked_entries(values: Mapping[str, float]) -> list[dict[str, Any]]:
    """Musts on metrics of `ASKED` at their stated conditions, to six digits."""
    return [_entry(name, ASKED[name][0], float(f"{value:.6g}"), *ASKED[name][1:]) for name, value in values.items()]


def asks_of(names: Sequence[str]) -> tuple[Ask, ...]:
    """The questions behind metrics of `ASKED`, whatever their bounds."""
    return asks_for(requirements_of(asked_entries(dict.fromkeys(names, 1.0))))[0]


def sign(name: str) -> int:
    """1 where more of a metric is better, −1 where less is."""
    return 1 if ASKED[name][0] == ">=" else -1


def _entry(metric: str, comparator: str, value: Any, unit: str | None, conditions: dict[str, Any] | None = None
           ) -> dict[str, Any]:
    return {"metric": metric, "comparator": comparator, "value": value, "unit": unit, "conditions": conditions or {}}


def requirements_of(entries: list[dict[str, Any]]) -> tuple[Requirement, ...]:
    """Entries of a case as musts of a cell."""
    span = SourceSpan(document="held-back design", quote="")
    return tuple(Requirement(id=f"R{n:02d}", priority="must", source=span, **e) for n, e in enumerate(entries, 1))


def feasible_set(draw: np.random.Generator, design: CellDesign, names: Sequence[str], slacks: tuple[float, float],
                 simulator: PybammSimulator) -> dict[str, float] | None:
    """Bounds that a design keeps by PyBaMM, loosened by a little; None where it cannot do something asked."""
    try:
        found, = evaluate_all([design], asks_of(names), simulator, "verify")
    except ToolFailure:
        return None
    values = {f.metric: f for f in found.figures}
    if found.build_up is None or any(values[n].value is None or values[n].cannot for n in names):
        return None
    return {n: float(values[n].value or 0) * (1 - sign(n) * float(draw.uniform(*slacks))) for n in names}
