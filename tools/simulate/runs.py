"""An ask for one design → the simulations that answer it, with loads in A, W or P turned into that design's C-rate."""

from __future__ import annotations

from typing import Literal, NamedTuple

from knowledge.ask import Ask
from knowledge.cell import CellDesign, ElectrodePair
from knowledge.offer import BuildUp
from knowledge.protocol import CycleAgeing, Discharge, FastCharge, Protocol, Pulse, PulsePower, ThermalDischarge
from tools.simulate.point import SimulationPoint

Role = Literal["main", "reference", "rung"]
HELD = frozenset({"discharge_rate_continuous", "discharge_current_continuous", "discharge_power"})
THROTTLED = frozenset({"charge_rate", "charge_current", "charge_power"})
PULSED = frozenset({"discharge_rate_pulse", "discharge_current_pulse", "charge_rate", "charge_current"})
RUNGS = (0.5, 0.75, 1.0, 1.25)
PULSE_RUNGS = (0.5, 1.0)  # the lower one serves where the asked pulse is cut short by the cell's own voltage limit
SLOW = Discharge()


class Run(NamedTuple):
    """One simulation of one design: what it is for, under which protocol, at which own rate."""

    role: Role
    protocol: Protocol
    rate_C: float | None
    curve: bool = False


class Slow(NamedTuple):
    """What a slow discharge of the design gives: needed to turn watts into a rate."""

    mean_voltage_V: float
    energy_Wh: float


def needs_slow(ask: Ask) -> bool:
    """Whether the ask's load is a power, which is a rate only after a slow discharge is known."""
    return ask.power_W is not None or ask.rate_P is not None


def own_rate(ask: Ask, build_up: BuildUp, slow: Slow | None) -> float | None:
    """The design's C-rate for a load in A, W or P; None where the protocol itself has the rate.

    I = P / V̄ with V̄ the mean voltage of a C/3 discharge at 25 °C; a P-rate is a multiple of its energy per hour.

    Raises:
        ValueError: the load is a power and the slow discharge is missing.
    """
    amperes = ask.current_A
    if needs_slow(ask):
        if slow is None:
            raise ValueError("a load in watts needs the design's slow discharge")
        watts = ask.power_W if ask.power_W is not None else (ask.rate_P or 0.0) * slow.energy_Wh
        amperes = watts / slow.mean_voltage_V
    return None if amperes is None else amperes / build_up.stoichiometric_capacity_Ah


def runs_for(ask: Ask, build_up: BuildUp, slow: Slow | None = None) -> tuple[Run, ...]:
    """The simulations that answer an ask for one design; none where the build-up alone answers.

    Limits of what can be held are looked for on a ladder of rates around the asked one.
    """
    protocol = ask.protocol
    if protocol is None:
        return ()
    rate = own_rate(ask, build_up, slow)
    if isinstance(protocol, CycleAgeing):
        return (Run("main", ageing_protocol(ask, protocol, build_up), None),)
    reference = (Run("reference", ask.reference, None),) if ask.reference is not None else ()
    if ask.metric in HELD and not isinstance(protocol, PulsePower | Pulse):
        return (*_ladder(_open(protocol), rate or _fixed(protocol)), *reference)
    if ask.metric in THROTTLED and isinstance(protocol, FastCharge):
        return _ladder(_open(protocol), rate or _fixed(protocol))
    if ask.metric in PULSED and isinstance(protocol, Pulse):
        return _ladder(_open(protocol), rate or _fixed(protocol), PULSE_RUNGS)
    return (Run("main", protocol, rate, wants_curve(ask)), *reference)


def with_own_limits(run: Run, pair: ElectrodePair) -> Run:
    """The run with a stated voltage limit left out where it is the pair's own: the same simulation, done once."""
    protocol = run.protocol
    if isinstance(protocol, Discharge | ThermalDischarge) and protocol.v_min == pair.v_min:
        return run._replace(protocol=protocol.model_copy(update={"v_min": None}))
    if isinstance(protocol, PulsePower):
        own = pair.v_min if protocol.direction == "discharge" else pair.v_max
        if protocol.v_limit == own:
            return run._replace(protocol=protocol.model_copy(update={"v_limit": None}))
    return run


def wants_curve(ask: Ask) -> bool:
    """Whether the answer is read off the curve: a SOC window, or a temperature limit reached on the way."""
    return "surface_limit_C" in ask.conditions or soc_window(ask) != (0.0, 100.0)


def soc_window(ask: Ask) -> tuple[float, float]:
    """The SOC window [%] over which an energy or capacity counts, as (low, high)."""
    if ask.metric not in {"energy", "usable_energy", "capacity"}:
        return (0.0, 100.0)
    ends = [ask.conditions.get("soc_from_pct"), ask.conditions.get("soc_to_pct")]
    numbers = [float(e) for e in ends if isinstance(e, int | float)]
    if len(numbers) == 2:
        return (min(numbers), max(numbers))
    depth = ask.conditions.get("dod_pct")
    return (100.0 - depth, 100.0) if isinstance(depth, int | float) else (0.0, 100.0)


def ageing_protocol(ask: Ask, protocol: CycleAgeing, build_up: BuildUp) -> CycleAgeing:
    """The ageing protocol with currents in A turned into this design's rates, to two digits."""
    amperes = cycled_in_amperes(ask)
    return protocol.model_copy(update={
        f"{direction}_C": round(a / build_up.stoichiometric_capacity_Ah, 2) for direction, a in amperes.items()})


def cycled_in_amperes(ask: Ask) -> dict[str, float]:
    """The currents [A] of an asked cycle, by direction; with any, each design ages under a protocol of its own."""
    found = {}
    for direction in ("charge", "discharge"):
        amperes = ask.conditions.get(f"{direction}_A", ask.conditions.get("current_A"))
        if isinstance(amperes, int | float) and f"{direction}_C" not in ask.conditions:
            found[direction] = float(amperes)
    return found


def point(design: CellDesign, build_up: BuildUp, rate_C: float | None) -> SimulationPoint:
    """The design as a simulator sees it, per square centimetre of electrode pair."""
    area = build_up.electrode_area_cm2
    return SimulationPoint(
        pair=design.pair, path_resistance_ohm_cm2=build_up.path_resistance_ohm_cm2, rate_C=rate_C,
        heat_capacity_J_K_cm2=build_up.heat_capacity_J_K / area,
        cooled_surface_ratio=build_up.cooled_surface_cm2 / area,
    )


def _open(protocol: Protocol) -> Protocol:
    # One protocol for all rungs and designs: each point brings its own rate, so they run as one batch.
    return protocol.model_copy(update={"max_rate_C" if isinstance(protocol, FastCharge) else "rate_C": None})


def _fixed(protocol: Protocol) -> float:
    rate = protocol.max_rate_C if isinstance(protocol, FastCharge) else getattr(protocol, "rate_C", None)
    return float(rate) if rate is not None else 1.0


def _ladder(protocol: Protocol, rate: float, rungs: tuple[float, ...] = RUNGS) -> tuple[Run, ...]:
    return tuple(Run("rung", protocol, rate * rung) for rung in rungs)
