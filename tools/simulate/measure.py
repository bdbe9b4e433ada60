"""Outcomes of simulations, per square centimetre → the asked metric of one whole cell."""

from __future__ import annotations

from collections.abc import Callable

from knowledge.protocol import FastCharge, Pulse, ThermalDischarge
from tools.simulate.answer import Answer, Case
from tools.simulate.curve import gained, interpolate
from tools.simulate.measure_life import calendar_life, cycles, left_after, throughput
from tools.simulate.point import Outcome
from tools.simulate.runs import HELD, RUNGS, THROTTLED, Run, soc_window

HELD_FRACTION = 0.8          # of the slow capacity: what counts as a rate that is held (docs/verdicts.md)
UNTHROTTLED_FRACTION = 0.98  # of the ideal charge time: what counts as a charge rate that is held


def measured(case: Case) -> Answer:
    """The asked metric in its unit: Ah, Wh, Wh/kg, Wh/L, V, %, mohm, W, W/kg, W/L, C, A, min, K, degC, cycle."""
    failed = next((o for _, o in case.runs if o.status in {"failed", "out of validity"}), None)
    if failed is not None:
        said = failed.status == "out of validity" and failed.note
        return Answer(None, note=failed.note if said else f"{failed.status}: {failed.note}".rstrip(": "))
    metric = case.ask.metric
    if metric in HELD and any(run.role == "rung" for run, _ in case.runs):
        return _held(case)
    if metric in THROTTLED and isinstance(case.ask.protocol, FastCharge):
        return _unthrottled(case)
    return _METRICS[metric](case)


def _amount(case: Case, outcome: Outcome, what: str) -> float:
    # what: "capacity_mAh_cm2" or "energy_mWh_cm2"; returns Ah or Wh of the cell
    return outcome.values.get(what, 0.0) * case.build_up.electrode_area_cm2 / 1000


def _capacity(case: Case) -> Answer:
    return _discharged(case, "capacity_mAh_cm2")


def _energy(case: Case) -> Answer:
    return _discharged(case, "energy_mWh_cm2")


def _discharged(case: Case, what: str) -> Answer:
    outcome = case.outcome()
    if outcome.status == "cannot carry the current":
        return Answer(0.0, True, outcome.note or "the cut-off voltage is reached at once")
    whole = _amount(case, outcome, what)
    low, high = soc_window(case.ask)
    limit = case.number("surface_limit_C")
    kept, note = 1.0, ""
    if (low, high) != (0.0, 100.0):
        kept, note = _window_share(case, what, low, high), f"between {high:g} and {low:g} % SOC"
    if limit is not None and isinstance(case.ask.protocol, ThermalDischarge):
        share, at = _share_below(outcome, what, limit)
        if share < 1:
            kept, note = kept * share, f"{limit:g} °C is reached after {at:.0f} s; what flows later is not counted"
    return Answer(whole * kept, note=note)


def _window_share(case: Case, what: str, low: float, high: float) -> float:
    # SOC by counted charge over the balanced capacity; the discharge starts at 100 %.
    outcome = case.outcome()
    time, share = gained(outcome, what)
    depth = outcome.values.get("capacity_mAh_cm2", 0.0) / case.build_up.areal_capacity_mAh_cm2 * 100
    used = [depth * (t - time[0]) / (time[-1] - time[0]) for t in time]
    return max(interpolate(100 - low, used, share) - interpolate(100 - high, used, share), 0.0)


def _share_below(outcome: Outcome, what: str, limit_C: float) -> tuple[float, float]:
    if outcome.values.get("max_temperature_C", -273.0) <= limit_C:
        return 1.0, 0.0
    time, share = gained(outcome, what)
    degrees = outcome.curve.get("temperature_C", [])
    if len(degrees) != len(time):
        return 0.0, 0.0
    over = next((i for i, value in enumerate(degrees) if value > limit_C), None)
    return (1.0, 0.0) if over is None else (share[over], time[over])


def _per(answer: Answer, amount: float) -> Answer:
    return answer if answer.value is None else answer._replace(value=answer.value / amount)


def _specific_energy(case: Case) -> Answer:
    return _per(_energy(case), case.build_up.mass_g / 1000)


def _energy_density(case: Case) -> Answer:
    return _per(_energy(case), case.build_up.volume_mL / 1000)


def _nominal_voltage(case: Case) -> Answer:
    return _plain(case, "mean_voltage_V")


def _plain(case: Case, name: str, refusal: str = "the design cannot carry this load") -> Answer:
    outcome = case.outcome()
    value = outcome.values.get(name)
    if outcome.status == "cannot carry the current" or value is None:
        return Answer(None, True, outcome.note or refusal)
    return Answer(value, note=outcome.note)


def _percent(what: str) -> Callable[[Case], Answer]:
    def of_reference(case: Case) -> Answer:
        reference = _amount(case, case.outcome("reference"), what)
        answer = _discharged(case, what)
        if answer.value is None or reference <= 0:
            return Answer(None, note="the reference discharge delivers nothing")
        return answer._replace(value=100 * answer.value / reference)

    return of_reference


def _dcir(case: Case) -> Answer:
    # A pulse that a voltage limit cuts short has a resistance, but not that of the asked duration.
    outcome = case.outcome()
    if outcome.status == "limit reached":
        return Answer(None, True, outcome.note or "a voltage limit ends the pulse early")
    answer = _plain(case, "resistance_ohm_cm2", "a voltage limit ends the pulse at once")
    return _per(answer, case.build_up.electrode_area_cm2 / 1000)


def _pulse_power(case: Case) -> Answer:
    outcome = case.outcome()
    if outcome.status == "cannot carry the current":
        return Answer(0.0, True, outcome.note)
    return Answer(_amount(case, outcome, "power_mW_cm2"), note=outcome.note)


def _pulse_current_A(case: Case) -> Answer:
    """Largest pulse current: overpotential room over the simulated pulse resistance; exact at the asked current.

    Where the cell's own limit cuts the asked pulse short, the resistance of the pulse at half the current serves.
    """
    whole = [(run, o) for run, o in case.runs if o.status == "ok" and o.values.get("resistance_ohm_cm2", 0.0) > 0]
    if not whole:
        return Answer(None, True, case.runs[0][1].note or "a voltage limit ends the pulse early")
    run, outcome = whole[-1]
    pulse, pair = case.ask.protocol, case.design.pair
    assert isinstance(pulse, Pulse), "pulse currents are asked with a pulse"
    discharged = pulse.direction == "discharge"
    own = pair.v_min if discharged else pair.v_max
    limit = case.number("v_min" if discharged else "v_max") or own
    room = max((outcome.values["ocv_V"] - limit) * (1 if discharged else -1), 0.0)
    found = room / outcome.values["resistance_ohm_cm2"] * case.build_up.electrode_area_cm2
    note = "from the resistance of the simulated pulse and the room to the voltage limit"
    asked = (case.runs[-1][0].rate_C or 0.0) * case.build_up.stoichiometric_capacity_Ah
    if run is not case.runs[-1][0]:
        note += "; the asked pulse is cut short by the cell's own limit, so that of half the current was taken"
        found = min(found, 0.999 * asked) if limit == own else found
    if not discharged:
        note += "; plating is not looked at in so short a pulse"
    return Answer(found, note=note)


def _pulse_rate_C(case: Case) -> Answer:
    return _per(_pulse_current_A(case), case.build_up.stoichiometric_capacity_Ah)


def _held(case: Case) -> Answer:
    """The highest rate (or power) that delivers 80 % of the slow capacity within the temperature limit."""
    slow = _amount(case, case.outcome("reference"), "capacity_mAh_cm2")
    limit = case.number("surface_limit_C")
    rungs = []
    for run, outcome in case.runs:
        if run.role != "rung" or run.rate_C is None:
            continue
        capacity = _amount(case, outcome, "capacity_mAh_cm2")
        carried = slow > 0 and outcome.status != "cannot carry the current"
        room = capacity / slow / HELD_FRACTION - 1 if carried else -1.0
        if limit is not None and isinstance(run.protocol, ThermalDischarge):
            hot = outcome.values.get("max_temperature_C", run.protocol.ambient_C)
            room = min(room, (limit - hot) / max(limit - run.protocol.ambient_C, 1.0))
        rungs.append((_load(case, run.rate_C, outcome), room))
    words = f"held: {HELD_FRACTION:.0%} of the C/3 capacity is delivered"
    words += f" below {limit:g} °C over the whole discharge" if limit is not None else ""
    return _crossing(rungs, words)


def _load(case: Case, rate_C: float, outcome: Outcome) -> float:
    amperes = rate_C * case.build_up.stoichiometric_capacity_Ah
    if case.ask.metric == "discharge_power":
        return amperes * outcome.values.get("mean_voltage_V", case.design.pair.v_min)
    return amperes if case.ask.metric == "discharge_current_continuous" else rate_C


def _unthrottled(case: Case) -> Answer:
    """The highest charge rate that neither the plating limit nor the upper voltage throttles within the window."""
    rungs = []
    for run, outcome in case.runs:
        if not isinstance(run.protocol, FastCharge) or run.rate_C is None:
            continue
        ideal = 60 * (run.protocol.soc_to_pct - run.protocol.soc_from_pct) / 100 / run.rate_C
        time = outcome.values.get("time_min")
        room = ideal / time / UNTHROTTLED_FRACTION - 1 if time else -1.0
        rungs.append((_charge_load(case, run), room))
    return _crossing(rungs, "held: neither plating (anode potential ≥ 0 V) nor the upper voltage throttles the charge")


def _charge_load(case: Case, run: Run) -> float:
    rate = run.rate_C or 0.0
    if case.ask.metric == "charge_rate":
        return rate
    if case.ask.metric == "charge_current":
        return rate * case.build_up.stoichiometric_capacity_Ah
    asked = RUNGS.index(1.0)  # watts became a rate at the design's mean voltage, so they scale with it
    return (case.ask.power_W or 0.0) * rate / (case.runs[asked][0].rate_C or rate)


def _crossing(rungs: list[tuple[float, float]], words: str) -> Answer:
    """Where the room to the criterion runs out, linearly between the simulated rates (load, room)."""
    rungs = sorted(rungs)
    if rungs[0][1] < 0:
        return Answer(rungs[0][0], True, f"{words}; not even at the lowest simulated rate, {rungs[0][0]:.3g}")
    for (load, room), (following, after) in zip(rungs, rungs[1:], strict=False):
        if after < 0:
            return Answer(load + (following - load) * room / (room - after), note=words)
    return Answer(rungs[-1][0], note=f"{words}; at least this, the highest simulated rate")


def _temperature_rise(case: Case) -> Answer:
    return _plain(case, "temperature_rise_K")


def _surface_temperature(case: Case) -> Answer:
    answer = _plain(case, "max_temperature_C")
    return answer._replace(note="one temperature stands for the whole cell")


def _charge_time(case: Case) -> Answer:
    return _plain(case, "time_min", "the end of the window is not reached")


def _end_voltage(case: Case) -> Answer:
    return _plain(case, "voltage_end_V")


_METRICS: dict[str, Callable[[Case], Answer]] = {
    "capacity": _capacity, "energy": _energy, "usable_energy": _energy, "specific_energy": _specific_energy,
    "energy_density": _energy_density, "nominal_voltage": _nominal_voltage,
    "rate_capability": _percent("capacity_mAh_cm2"), "low_temperature_capacity": _percent("capacity_mAh_cm2"),
    "low_temperature_energy": _percent("energy_mWh_cm2"), "dcir": _dcir,
    **dict.fromkeys(("discharge_power", "discharge_power_pulse", "charge_power", "charge_power_pulse", "cold_start"),
                    _pulse_power),
    "specific_power": lambda case: _per(_pulse_power(case), case.build_up.mass_g / 1000),
    "power_density": lambda case: _per(_pulse_power(case), case.build_up.volume_mL / 1000),
    "discharge_rate_pulse": _pulse_rate_C, "charge_rate": _pulse_rate_C,
    "discharge_current_pulse": _pulse_current_A, "charge_current": _pulse_current_A,
    "energy_efficiency": lambda case: _plain(case, "efficiency_pct"),
    "fast_charge_time": _charge_time, "charge_time": _charge_time, "temperature_rise": _temperature_rise,
    "surface_temperature": _surface_temperature, "end_of_discharge_voltage": _end_voltage, "cycle_life": cycles,
    "calendar_life": calendar_life, "energy_throughput": throughput,
    "capacity_retention": left_after("capacity_retention_pct", lambda pct: pct),
    "storage_recovery": left_after("capacity_retention_pct", lambda pct: pct),
    "energy_retention": left_after("energy_retention_pct", lambda pct: pct),
    "capacity_loss": left_after("capacity_retention_pct", lambda pct: 100 - pct),
    "resistance_growth": left_after("resistance_growth_pct", lambda pct: 100 + pct),
}
