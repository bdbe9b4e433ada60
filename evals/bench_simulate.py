"""How much the batched simulator saves against a new `pybamm.Simulation` per design, and what each protocol costs."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from knowledge.cell import ElectrodePair
from knowledge.parameters import SYSTEMS, System
from knowledge.protocol import (
    CycleAgeing,
    Discharge,
    FastCharge,
    Protocol,
    Pulse,
    PulsePower,
    RoundTrip,
    ThermalDischarge,
)
from tools.simulate.balance import with_np_ratio
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.pybamm_simulator import PybammSimulator
from tools.simulate.stock import stock_rebuild

PROTOCOLS: tuple[Protocol, ...] = (
    Discharge(), Discharge(rate_C=2.0), ThermalDischarge(), Pulse(), PulsePower(), FastCharge(),
)
_FIELDS = {"positive_thickness_um": ("positive", "coating_thickness_um"),
           "positive_porosity": ("positive", "porosity"), "negative_porosity": ("negative", "porosity"),
           "positive_radius_um": ("positive", "particle_radius_um"),
           "negative_radius_um": ("negative", "particle_radius_um"),
           "separator_thickness_um": ("separator", "thickness_um")}


def one_design_seconds(system_key: str = "nmc811_graphite_siox") -> tuple[float, float]:
    """CPU seconds of a reference design under every protocol but ageing, and of 1,000 cycles of its life; both warm.

    The simulator is the one that a search uses; a first design of the system has compiled and built what is kept.
    """
    from tools.simulate.batched.batched_simulator import BatchedSimulator

    simulator = BatchedSimulator(PybammSimulator())
    first = random_points(SYSTEMS[system_key], 1, seed=3)[0]
    second = first.model_copy(update={"pair": SYSTEMS[system_key].reference, "path_resistance_ohm_cm2": 2.0})
    life = CycleAgeing(max_cycles=1000, eol_pct=50.0)
    for protocol in (*PROTOCOLS, RoundTrip(), life.model_copy(update={"max_cycles": 3})):
        simulator.simulate([first], protocol)
    spent = []
    for protocols in ((*PROTOCOLS, RoundTrip()), (life,)):
        clock = time.process_time()
        for protocol in protocols:
            outcome = simulator.simulate([second], protocol)[0]
            if outcome.status == "failed":
                raise RuntimeError(f"{protocol.kind} failed: {outcome.note}")
        spent.append(time.process_time() - clock)
    return spent[0], spent[1]


def random_points(known: System, count: int, seed: int = 0) -> list[SimulationPoint]:
    """Designs drawn uniformly from a system's search ranges, with path resistances from 0.3 to 16 ohm cm²."""
    draw = np.random.default_rng(seed)
    points = []
    for _ in range(count):
        variables = {name: float(draw.uniform(low, high)) for name, (low, high) in known.design_ranges.items()}
        raw = known.reference.model_dump()
        for name, (part, attribute) in _FIELDS.items():
            raw[part][attribute] = variables[name]
        pair = with_np_ratio(ElectrodePair.model_validate(raw), variables["np_ratio"])
        points.append(SimulationPoint(
            pair=pair, path_resistance_ohm_cm2=float(10 ** draw.uniform(-0.5, 1.2)), heat_capacity_J_K_cm2=0.06,
            cooled_surface_ratio=0.1))
    return points


def batched_against_rebuild(designs: int = 200, rebuilds: int = 4, system_key: str = "nmc811_graphite_siox"
                            ) -> dict[str, float | str]:
    """CPU time per design of a 1C discharge, batched and by a new `pybamm.Simulation`, and their ratio.

    The batched model's own build is left out: it is paid once a process; `build_cpu_s` has it.
    """
    protocol = Discharge(rate_C=1.0)
    points = random_points(SYSTEMS[system_key], designs)
    simulator = PybammSimulator()
    clock = time.process_time()
    simulator.simulate(points[:1], protocol)
    build = time.process_time() - clock
    clock = time.process_time()
    outcomes = simulator.simulate(points, protocol)
    batched = (time.process_time() - clock) / designs
    stock_rebuild(points[0], protocol)
    clock = time.process_time()
    rebuilt = [stock_rebuild(p, protocol) for p in points[:rebuilds]]
    rebuild = (time.process_time() - clock) / rebuilds
    worst = max(_difference(a, b) for a, b in zip(outcomes, rebuilt, strict=False))
    return {
        "batched_ms": 1000 * batched, "rebuild_ms": 1000 * rebuild, "ratio": rebuild / batched, "build_cpu_s": build,
        "worst_energy_difference": worst,
        "note": f"{1000 * batched:.0f} against {1000 * rebuild:.0f} ms CPU a design at 1C; energies differ by at most "
                f"{worst:.2%}",
    }


def failures(designs: int = 1000, rates: Sequence[float] = (1.0, 3.0)) -> tuple[int, int]:
    """Runs that no solver finished, and all runs: designs from the whole search ranges of every system that is searched
    unasked, discharged at each rate by the simulator that a search uses, retries and the second solver included."""
    from knowledge.parameters.registry import USUAL
    from tools.simulate.batched.batched_simulator import BatchedSimulator

    simulator, lost, runs = BatchedSimulator(PybammSimulator()), 0, 0
    for i, known in enumerate(USUAL.values()):
        points = random_points(known, designs // len(USUAL), seed=11 + i)
        for rate in rates:
            outcomes = simulator.simulate(points, Discharge(rate_C=rate))
            lost, runs = lost + sum(o.status == "failed" for o in outcomes), runs + len(outcomes)
    return lost, runs


def _difference(first: Outcome, second: Outcome) -> float:
    return abs(first.values["energy_mWh_cm2"] / second.values["energy_mWh_cm2"] - 1)


def cost_table(designs: int = 12, protocols: Sequence[Protocol] = PROTOCOLS) -> list[dict[str, float | str]]:
    """CPU milliseconds a design and the share of failed designs, for each system and protocol."""
    simulator, rows = PybammSimulator(), []
    for known in SYSTEMS.values():
        points = random_points(known, designs)
        for protocol in protocols:
            clock = time.process_time()
            simulator.simulate(points[:1], protocol)
            first = time.process_time() - clock
            clock = time.process_time()
            outcomes = simulator.simulate(points, protocol)
            spent = (time.process_time() - clock) / designs
            if outcomes[0].status == "out of validity":
                continue
            failed = sum(o.status == "failed" for o in outcomes) / designs
            rows.append({"system": known.key, "protocol": protocol.kind, "rate_C": getattr(protocol, "rate_C", 0) or 0,
                         "ms": 1000 * spent, "first_s": first, "failed": failed})
    return rows
