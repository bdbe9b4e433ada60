"""Storage at rest: films grow on the negative, and check-ups on the side say what a recharge still brings back.

The film takes lithium as fast as solvent diffuses through it, so its thickness follows L² = L0² + 2 D c V t / z,
whatever the state of charge. The years at rest are integrations of the DFN with that law; a check-up (full charge,
C/3 discharge) begins from the stored state and leaves it as it is. docs/ageing.md states the limits.

As a cycle life (`tools.simulate.ageing`), storage is a generator of phases that any solver answers.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.protocol import CalendarAgeing
from tools.simulate.ageing import LONGEST_S, AgeingStopped, NotIntegrated, Phase
from tools.simulate.formulation import phase_fractions
from tools.simulate.point import Outcome
from tools.simulate.pybamm_kernels import mechanisms_at_rest, parameter_values
from tools.simulate.pybamm_prepare import Prepared
from tools.simulate.pybamm_status import limit_reached
from tools.simulate.segment import CHARGE, UNDRIVEN, Segment

YEAR_S = 365.25 * 86400
CHECK_UPS = 4          # at (k/4)² of the time: even steps of its square root
CHECK_C, TAPER_C = 1 / 3, 0.05
NEAR_ROOM = (20.0, 30.0)  # °C: where a film growth without an activation energy may stand
ACTIVATION = "SEI growth activation energy [J.mol-1]"
GAS_J_MOL_K, KELVIN = 8.314462618, 273.15
LEAST_POROSITY = 0.02  # assumption: with less, capacity is a matter of the last pores and both solvers soon give up
CRACKS = ("number of cracks per unit area [m-2]", "initial crack length [m]", "initial crack width [m]")
RATES = ("film growth (SEI) at rest at the published set's rate, which is not fitted to this cell's storage and does "
         "not depend on the state of charge; no other loss at rest is simulated")
REST = {"by current": 1.0, "current": 0.0}
SETTLING_S = 1.0


@dataclass
class Storage:
    """One design at rest. `unsolved`: whether it ended because the solver gave up."""

    prepared: Prepared
    protocol: CalendarAgeing
    unsolved: bool = False

    def phase(
        self, state: np.ndarray | None, control: dict[str, float], limits: dict[str, float], end_s: float = LONGEST_S
    ) -> Generator[Phase, Segment, Segment]:
        """Ask for a phase; a failed one is thrown in as `AgeingStopped`."""
        inputs = {**self.prepared.inputs(self.protocol.soc_pct / 100), **UNDRIVEN, **control, **limits}
        return (yield Phase(inputs, state, end_s))

    def check_up(self, state: np.ndarray) -> Generator[Phase, Segment, float]:
        """Charge [Ah/m²] of a slow discharge after a recharge."""
        pair, load = self.prepared.point.pair, CHECK_C * self.prepared.one_C_A_m2
        phases = (
            ({"by current": 1.0, "current": -load}, {"voltage ceiling": pair.v_max}),
            ({"by voltage": 1.0, "voltage": pair.v_max}, {"taper current": TAPER_C * self.prepared.one_C_A_m2}),
            ({"by current": 1.0, "current": load}, {"voltage floor": pair.v_min}),
        )
        for control, limits in phases:
            segment = yield from self.phase(state, control, limits)
            state = segment.state
        passed = segment.outputs[CHARGE]
        return float(passed[-1] - passed[0])


def store(storage: Storage, curves: bool) -> Generator[Phase, Segment, Outcome]:
    """What a design keeps after years at rest, and when that falls to the end of life."""
    p, protocol = storage.prepared, storage.protocol
    years, kept, stopped = [0.0], [100.0], ""
    filled = filled_after_years(p)
    reach = min(protocol.years, filled)
    try:
        state = (yield from storage.phase(None, REST, {}, SETTLING_S)).state
        fresh = yield from storage.check_up(state)
        for k in range(1, CHECK_UPS + 1):
            until = reach * (k / CHECK_UPS) ** 2
            rest = yield from storage.phase(state, REST, {"voltage floor": p.point.pair.v_min},
                                            (until - years[-1]) * YEAR_S)
            if rest.event is not None:
                raise AgeingStopped("left alone, the cell is empty")
            found = yield from storage.check_up(rest.state)
            state = rest.state
            years.append(until)
            kept.append(100 * found / fresh)
            if kept[-1] <= protocol.eol_pct:
                break
        else:
            if filled < protocol.years:
                raise AgeingStopped(f"by then the model's film leaves the negative {LEAST_POROSITY:.0%} of pores, and "
                                    "beyond that the model does not hold")
    except AgeingStopped as reason:
        stopped, storage.unsolved = str(reason), isinstance(reason, NotIntegrated)
    if stopped and len(years) == 1 and storage.unsolved:
        return Outcome(status="failed", validity=p.validity, note=stopped)
    values = _values(years, kept, protocol)
    stopped = stopped and f"the run stopped after {years[-1]:.3g} years: {stopped}"
    outcome = limit_reached(p, stopped, values) if stopped else p.outcome(values, RATES)
    curve = {"year": years, "capacity_retention_pct": kept} if curves else {}
    return outcome.model_copy(update={"validity": "extrapolated", "curve": curve})


def filled_after_years(p: Prepared) -> float:
    """Years at rest after which the film leaves the negative no more than `LEAST_POROSITY`: the film's own law.

    Film stands on the particles, and in their cracks where the set couples the two: porosity falls by
    a (L − L0) + a_cracks L_cracks, each L² = L0² + 2 D c V t / z. What cycles, plating or check-ups add is left out.
    """
    values, negative = parameter_values(p.system), p.point.pair.negative
    area = 3 * phase_fractions(negative, "negative")[0] / (negative.particle_radius_um * 1e-6)
    first = values["Initial SEI thickness [m]"]
    cracks = 0.0
    if "particle cracking" in mechanisms_at_rest(p.system):
        cracks = 2 * math.prod(values[f"Negative electrode {name}"] for name in CRACKS)
    warmer = 1 / values["Reference temperature [K]"] - 1 / (p.temperature_C + KELVIN)
    a_year = (2 * YEAR_S * values["SEI solvent diffusivity [m2.s-1]"] * values["Bulk solvent concentration [mol.m-3]"]
              * values["SEI partial molar volume [m3.mol-1]"] / values["Ratio of lithium moles to SEI moles"]
              * math.exp(values[ACTIVATION] / GAS_J_MOL_K * warmer))
    room = (negative.porosity - LEAST_POROSITY) / area  # [m] on every square metre of particle
    # √(L0² + s²) − L0 + cracks · s = room is a quadratic in s = √(a_year · years).
    whole = room + first
    square = whole**2 - first**2
    s = square / (cracks * whole + math.sqrt((cracks * whole) ** 2 + (1 - cracks**2) * square))
    return float(s * s / a_year)


def without_basis(p: Prepared, protocol: CalendarAgeing) -> Outcome | None:
    """Why a set says nothing of storage at this temperature; None where it does."""
    cold, hot = NEAR_ROOM
    if cold <= protocol.temperature_C <= hot or parameter_values(p.system)[ACTIVATION]:
        return None
    note = (f"the film growth of the set of {p.system.label} has no activation energy, so it stands for {cold:g} "
            f"to {hot:g} °C only, not for {protocol.temperature_C:g} °C")
    return Outcome(status="out of validity", validity="out of validity", note=note)


def _values(years: Sequence[float], kept: Sequence[float], protocol: CalendarAgeing) -> dict[str, float]:
    values = {"capacity_retention_pct": kept[-1], "last_year": years[-1]}
    if kept[-1] <= protocol.eol_pct:
        roots = [y**0.5 for y in years[-2:]]
        share = (kept[-2] - protocol.eol_pct) / (kept[-2] - kept[-1])
        values["years"] = (roots[0] + share * (roots[1] - roots[0])) ** 2
    return values

