"""How each metric becomes a question to the models: one small rule a metric, under the document's own conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from knowledge.ask import Ask, Axis
from knowledge.protocol import (
    CalendarAgeing,
    CycleAgeing,
    Discharge,
    FastCharge,
    Protocol,
    Pulse,
    PulsePower,
    RoundTrip,
    ThermalDischarge,
)
from knowledge.requirement import Requirement
from tools.verify.conditions import THIRD, Conditions, NoAsk, asked_number, discharge_protocol, third

Dimensions = frozenset[str]
Rule = Callable[[Requirement, Dimensions], Ask]
STANDARD_WINDOW = (10.0, 80.0)
LOADS = ("current_A", "power_W", "rate_P")
SHORT_PULSE_S = 30.0
LONGEST_YEARS = 60.0
AT_REST = frozenset({"capacity_retention", "storage_recovery", "capacity_loss"})  # answered after a time alone, too


class MetricRule(NamedTuple):
    """The canonical unit of a metric, and the rule that asks for it."""

    unit: str | None
    rule: Rule


def _ask(r: Requirement, c: Conditions, protocol: Protocol | None, **more: Any) -> Ask:
    return Ask(metric=more.pop("metric", r.metric), unit=more.pop("unit", RULES[r.metric].unit), protocol=protocol,
               conditions=c.result(), requirement_ids=(r.id,), **more)


def _loads(load: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in load.items() if k in LOADS}


def build_up(r: Requirement, _: Dimensions) -> Ask:
    """The build-up alone answers: mass, volume, voltage limits, chemistry, cost."""
    return _ask(r, Conditions(r), None)


def price(r: Requirement, _: Dimensions) -> Ask:
    """The cost estimate, for information; per kWh it needs the energy of a C/3 discharge."""
    per_kWh = (r.unit or "").endswith("kWh")
    return _ask(r, Conditions(r), Discharge() if per_kWh else None, unit="USD/kWh" if per_kWh else "USD/cell")


def length(r: Requirement, asked: Dimensions) -> Ask:
    """An outer length; `axis` is the design's own name for it, since customers name the sides differently."""
    return _ask(r, Conditions(r), None, axis=axis_of(r.metric, asked))


def axis_of(metric: str, asked: Dimensions) -> Axis:
    """The design's side that a customer's length, width or thickness means, given which sides the customer names.

    A hard case is written length × width × height (its width is our thickness); a pouch length × width × thickness.
    """
    case: dict[str, Axis] = {"diameter": "diameter", "height": "height", "width": "width", "thickness": "thickness"}
    if "length" in asked and "thickness" in asked:
        case["length"] = "width" if "width" not in asked else "height"
    elif "length" in asked:
        case |= {"length": "width", "width": "thickness"} if "height" in asked else {"length": "height"}
    return case.get(metric, "width")


def discharged(r: Requirement, _: Dimensions) -> Ask:
    """Capacity, energy and what follows from them, at the stated load and temperature."""
    c = Conditions(r)
    load = c.load("discharge")
    return _ask(r, c, discharge_protocol(c, load.get("rate_C")), **_loads(load))


def against_reference(r: Requirement, _: Dimensions) -> Ask:
    """A capacity or energy in % of another discharge: rate capability, low-temperature figures."""
    c = Conditions(r)
    cold = r.metric.startswith("low_temperature")
    load = c.load("discharge", THIRD if cold else None)
    if not load:
        raise NoAsk("rate capability is asked without saying at which rate", "the rate, from the customer")
    protocol = discharge_protocol(c, load.get("rate_C"))
    if cold and isinstance(protocol, Discharge) and "temperature_C" not in r.conditions:
        raise NoAsk("a low-temperature figure is asked without a temperature", "the temperature, from the customer")
    reference_C = third(c.take(("reference_C",), THIRD, "C"))
    return _ask(r, c, protocol, reference=Discharge(rate_C=reference_C), **_loads(load))


def pulse_resistance(r: Requirement, _: Dimensions) -> Ask:
    """DC resistance at the end of a current pulse from rest."""
    c = Conditions(r)
    direction = _direction(r)
    load = c.load(direction, 1.0)
    return _ask(r, c, _pulse(c, direction, load.get("rate_C"), 10.0), **_loads(load))


def pulse_power(r: Requirement, _: Dimensions) -> Ask:
    """The power that can be held for the stated time; without a time it is a continuous power."""
    c = Conditions(r)
    direction = _direction(r)
    if r.metric == "discharge_power" and c.stated("duration_s") is None:
        return _continuous_power(r, c)
    if r.metric == "charge_power" and c.stated("duration_s") is None:
        start, end = _window(c)
        charge = FastCharge(soc_from_pct=start, soc_to_pct=end, temperature_C=c.temperature(), max_rate_C=None)
        return _ask(r, c, charge, power_W=asked_number(r))
    v_limit = c.stated("v_min" if direction == "discharge" else "v_max")
    protocol = PulsePower(
        direction=direction, duration_s=c.take(("duration_s",), 10.0, "s"),
        soc_pct=c.take(("soc_pct",), 50.0, "% SOC", "low" if direction == "discharge" else "high"),
        temperature_C=c.temperature(), v_limit=v_limit,
    )
    return _ask(r, c, protocol)


def _continuous_power(r: Requirement, c: Conditions) -> Ask:
    protocol = discharge_protocol(c, None)
    return _ask(r, c, protocol, power_W=asked_number(r), reference=_nominal(protocol))


def _nominal(protocol: Discharge | ThermalDischarge) -> Discharge:
    # The 100 % of "held": the same cell discharged slowly, isothermal, to the same cut-off.
    temperature = protocol.temperature_C if isinstance(protocol, Discharge) else protocol.ambient_C
    return Discharge(rate_C=THIRD, temperature_C=temperature, v_min=protocol.v_min)


def continuous_rate(r: Requirement, _: Dimensions) -> Ask:
    """The highest continuous discharge that is held; the asked one is the middle of the rates that are simulated."""
    c = Conditions(r)
    asked = asked_number(r)
    if r.metric == "discharge_rate_continuous":
        c.values["rate_C"] = asked
        protocol = discharge_protocol(c, asked)
        return _ask(r, c, protocol, reference=_nominal(protocol))
    c.values["current_A"] = asked
    protocol = discharge_protocol(c, None)
    return _ask(r, c, protocol, current_A=asked, reference=_nominal(protocol))


def pulse_rate(r: Requirement, _: Dimensions) -> Ask:
    """The highest current of a pulse at whose end the voltage limit is just kept."""
    c = Conditions(r)
    asked = asked_number(r)
    in_C = r.metric.endswith("rate_pulse")
    if "repeats" in r.conditions:
        c.assume("one pulse simulated, not the repetition")
    protocol = _pulse(c, "discharge", asked if in_C else None, 10.0)
    return _ask(r, c, protocol, current_A=None if in_C else asked)


def charge_rate(r: Requirement, _: Dimensions) -> Ask:
    """The highest charge rate that needs no throttling by plating or voltage; a short one is a pulse."""
    c = Conditions(r)
    asked = asked_number(r)
    in_C = r.metric == "charge_rate"
    current = None if in_C else asked
    duration = c.stated("duration_s")
    if duration is not None and (duration <= SHORT_PULSE_S or not in_C):
        return _ask(r, c, _pulse(c, "charge", asked if in_C else None, duration), current_A=current)
    if duration is not None:
        start = c.take(("soc_from_pct", "soc_pct"), 50.0, "% SOC", "high")
        end = min(start + asked * duration / 36, 100.0)
        c.values["soc_to_pct"] = end
    else:
        start, end = _window(c)
    protocol = FastCharge(soc_from_pct=start, soc_to_pct=end, temperature_C=c.temperature(),
                          max_rate_C=asked if in_C else None)
    return _ask(r, c, protocol, current_A=current)


def charge_time(r: Requirement, _: Dimensions) -> Ask:
    """Time to charge over a SOC window with the anode kept above the plating limit."""
    c = Conditions(r)
    if r.metric == "charge_time":
        start = c.take(("soc_from_pct",), 0.0, "% SOC at the start")
        end = c.take(("soc_to_pct",), 98.0, "% SOC as full")
    else:
        start, end = _window(c)
    load = c.load("charge", None)
    if not load:
        c.assume("charge current up to 5C where plating and voltage allow")
    protocol = FastCharge(soc_from_pct=start, soc_to_pct=end, temperature_C=c.temperature(),
                          max_rate_C=load.get("rate_C", None if load else 5.0))
    return _ask(r, c, protocol, current_A=load.get("current_A"))


def efficiency(r: Requirement, _: Dimensions) -> Ask:
    """Energy out over energy in of a full cycle at the cell's terminals."""
    c = Conditions(r)
    c.assume("full cycles, charged to the upper voltage and held to C/20; the cell alone, without converter or cooling")
    stated = {d: c.stated(f"{d}_C") for d in ("charge", "discharge")}
    load = {} if all(stated.values()) else c.load("discharge", THIRD)
    rates = {d: third(value) if value else load.get("rate_C") for d, value in stated.items()}
    protocol = RoundTrip(charge_C=rates["charge"], discharge_C=rates["discharge"], temperature_C=c.temperature())
    return _ask(r, c, protocol, **_loads(load))


def heating(r: Requirement, _: Dimensions) -> Ask:
    """Temperature at the end of a discharge, from a lumped heat balance over the outer surface."""
    c = Conditions(r)
    load = c.load("discharge", 1.0)
    ambient = c.take(("ambient_temperature_C", "temperature_C", "start_temperature_C"), 25.0, "°C ambient", "high")
    c.assume("natural convection, 10 W/m²K over the outer surface")
    protocol = ThermalDischarge(rate_C=load.get("rate_C"), ambient_C=ambient, v_min=c.stated("v_min"))
    return _ask(r, c, protocol, **_loads(load))


def ageing(r: Requirement, _: Dimensions) -> Ask:
    """Cycles or energy to the end of life, or what is left after a number of cycles, else after a time at rest."""
    c = Conditions(r)
    to_the_end = r.metric in {"cycle_life", "energy_throughput"}
    stated = None if to_the_end else c.stated("cycles")
    if not to_the_end and stated is None and not _eol(r):
        return _stored(r, c)
    eol = c.take(("eol_pct",), 80.0, "% as end of life") if stated is None else 50.0
    cycles = asked_number(r) * 1.2 if r.metric == "cycle_life" else 2000.0
    limit = int(stated) if stated is not None else 500 * math.ceil(cycles / 500)
    protocol = CycleAgeing(
        charge_C=_ageing_rate(c, "charge", 0.5), discharge_C=_ageing_rate(c, "discharge", 1.0),
        dod_pct=c.take(("dod_pct",), 100.0, "% depth of discharge"), temperature_C=c.temperature(), eol_pct=eol,
        max_cycles=min(limit, 20000),
    )
    return _ask(r, c, protocol)


def calendar_life(r: Requirement, _: Dimensions) -> Ask:
    """Years at rest to the end of life, looked for up to a fifth more than is asked."""
    c = Conditions(r)
    eol = c.take(("eol_pct",), 80.0, "% as end of life")
    return _at_rest(r, c, min(1.2 * asked_number(r), LONGEST_YEARS), eol)


def storage(r: Requirement, _: Dimensions) -> Ask:
    """What a recharge brings back after a time at rest."""
    return _stored(r, Conditions(r))


def _stored(r: Requirement, c: Conditions) -> Ask:
    shares = {"years": 1.0, "months": 1 / 12, "days": 1 / 365.25, "hours": 1 / 8766, "duration_s": 1 / 31_557_600}
    years = [value * share for name, share in shares.items() if (value := c.stated(name, "high")) is not None]
    if r.metric not in AT_REST or not years:
        of = "a number of cycles" if r.metric not in AT_REST else "a number of cycles or a time at rest"
        raise NoAsk(f"{r.metric} is asked without {of}", "the test's conditions, from the customer")
    return _at_rest(r, c, years[0], 50.0)


def _at_rest(r: Requirement, c: Conditions, years: float, eol_pct: float) -> Ask:
    c.assume("storage alone, without the cycles in between")
    soc = c.take(("soc_pct",), 50.0, "% SOC in storage", "high")
    degrees = c.take(("temperature_C", "ambient_temperature_C"), 25.0, "°C", "high")
    return _ask(r, c, CalendarAgeing(soc_pct=soc, temperature_C=degrees, years=years, eol_pct=eol_pct))


def _ageing_rate(c: Conditions, direction: Literal["charge", "discharge"], default: float) -> float:
    # Amperes are turned into a rate for each design; the conditions carry them (see tools.simulate.runs).
    for name in (f"{direction}_C", "rate_C"):
        value = c.stated(name)
        if value is not None:
            return third(value)
    if c.stated(f"{direction}_A") is None:
        c.values[f"{direction}_C"] = default
        c.assume(f"{direction} at {default:g}C")
    return default


def _cold_end(r: Requirement) -> float:
    """The lower end of a range of temperatures [°C]; the upper one no model answers."""
    cold = asked_number(r, "low")
    if cold >= 25:
        raise NoAsk("an upper temperature limit is set by side reactions and parts that the models leave out",
                    "a storage and cycling test at that temperature")
    return cold


def low_end(r: Requirement, _: Dimensions) -> Ask:
    """What a discharge at the cold end of an operating range delivers: information, the range has no criterion."""
    cold, c = _cold_end(r), Conditions(r)
    c.values["temperature_C"] = cold
    c.assume("C/3")
    return _ask(r, c, Discharge(temperature_C=cold), metric="low_temperature_capacity", unit="%",
                reference=Discharge())


def charge_low_end(r: Requirement, _: Dimensions) -> Ask:
    """How long a charge at the cold end of a charging range takes without plating: information, as `low_end`."""
    cold, c = _cold_end(r), Conditions(r)
    start, end = STANDARD_WINDOW
    c.values.update(temperature_C=cold, soc_from_pct=start, soc_to_pct=end, charge_C=1.0)
    c.assume("charged at up to 1C where plating and voltage allow")
    protocol = FastCharge(soc_from_pct=start, soc_to_pct=end, temperature_C=cold, max_rate_C=1.0)
    return _ask(r, c, protocol, metric="fast_charge_time", unit="min")


def end_voltage(r: Requirement, _: Dimensions) -> Ask:
    """The voltage at the end of a pulse; without a pulse, the design's own cut-off."""
    c = Conditions(r)
    load = c.load("discharge", None)
    if c.stated("duration_s") is None or not load:
        return _ask(r, Conditions(r), None)
    return _ask(r, c, _pulse(c, "discharge", load.get("rate_C"), 10.0), **_loads(load))


def cold_start(r: Requirement, asked: Dimensions) -> Ask:
    """A power, or a voltage under a current, for a stated time in the cold."""
    if "temperature_C" not in r.conditions or "duration_s" not in r.conditions:
        raise NoAsk("a cold start is asked without temperature and duration", "both, from the customer")
    if r.unit == "V":
        ask = end_voltage(r, asked)
        return ask.model_copy(update={"unit": "V"})
    return pulse_power(r, asked)


def _pulse(c: Conditions, direction: Literal["discharge", "charge"], rate_C: float | None, seconds: float) -> Pulse:
    return Pulse(direction=direction, rate_C=rate_C, duration_s=c.take(("duration_s",), seconds, "s"),
                 soc_pct=c.take(("soc_pct",), 50.0, "% SOC", "low" if direction == "discharge" else "high"),
                 temperature_C=c.temperature())


def _window(c: Conditions) -> tuple[float, float]:
    # "To 80 %" without a beginning is read from empty, the harder reading.
    from_empty = c.stated("soc_to_pct") is not None
    start = c.take(("soc_from_pct", "soc_pct"), 0.0 if from_empty else STANDARD_WINDOW[0], "% SOC at the start")
    end = c.take(("soc_to_pct",), STANDARD_WINDOW[1], "% SOC at the end")
    if end <= start:
        raise NoAsk(f"the charge window {start:g} to {end:g} % SOC is empty", "a clarification by the customer")
    return start, end


def _direction(r: Requirement) -> Literal["discharge", "charge"]:
    words = str(r.conditions.get("direction", ""))
    return "charge" if r.metric.startswith("charge") or words.startswith("charge") else "discharge"


def _eol(r: Requirement) -> bool:
    return str(r.conditions.get("life", "")).upper() == "EOL"


RULES: dict[str, MetricRule] = {
    **{m: MetricRule("mm", length) for m in ("length", "width", "thickness", "height", "diameter")},
    "mass": MetricRule("g", build_up), "volume": MetricRule("L", build_up), "format": MetricRule(None, build_up),
    "max_voltage": MetricRule("V", build_up), "min_voltage": MetricRule("V", build_up),
    "charge_voltage": MetricRule("V", build_up), "voltage_window": MetricRule("V", build_up),
    "cathode_chemistry": MetricRule(None, build_up), "anode_chemistry": MetricRule(None, build_up),
    "chemistry": MetricRule(None, build_up), "anode_silicon_fraction": MetricRule("%", build_up),
    "cathode_cobalt_fraction": MetricRule("%", build_up), "cobalt_mass": MetricRule("g", build_up),
    "cathode_specific_capacity": MetricRule("mAh/g", build_up),
    "price": MetricRule("USD/cell", price),
    "capacity": MetricRule("Ah", discharged), "energy": MetricRule("Wh", discharged),
    "usable_energy": MetricRule("Wh", discharged), "specific_energy": MetricRule("Wh/kg", discharged),
    "energy_density": MetricRule("Wh/L", discharged), "nominal_voltage": MetricRule("V", discharged),
    "rate_capability": MetricRule("%", against_reference),
    "low_temperature_capacity": MetricRule("%", against_reference),
    "low_temperature_energy": MetricRule("%", against_reference),
    "dcir": MetricRule("mohm", pulse_resistance),
    **{m: MetricRule("W", pulse_power)
       for m in ("discharge_power", "discharge_power_pulse", "charge_power", "charge_power_pulse")},
    "specific_power": MetricRule("W/kg", pulse_power), "power_density": MetricRule("W/L", pulse_power),
    "cold_start": MetricRule("W", cold_start), "end_of_discharge_voltage": MetricRule("V", end_voltage),
    "discharge_rate_continuous": MetricRule("C", continuous_rate),
    "discharge_current_continuous": MetricRule("A", continuous_rate),
    "discharge_rate_pulse": MetricRule("C", pulse_rate), "discharge_current_pulse": MetricRule("A", pulse_rate),
    "charge_rate": MetricRule("C", charge_rate), "charge_current": MetricRule("A", charge_rate),
    "fast_charge_time": MetricRule("min", charge_time), "charge_time": MetricRule("min", charge_time),
    "energy_efficiency": MetricRule("%", efficiency),
    "temperature_rise": MetricRule("K", heating), "surface_temperature": MetricRule("degC", heating),
    "cycle_life": MetricRule("cycle", ageing), "capacity_retention": MetricRule("%", ageing),
    "resistance_growth": MetricRule("%", ageing), "energy_retention": MetricRule("%", ageing),
    "capacity_loss": MetricRule("%", ageing), "energy_throughput": MetricRule("Wh", ageing),
    "calendar_life": MetricRule("year", calendar_life), "storage_recovery": MetricRule("%", storage),
    "operating_temperature": MetricRule("degC", low_end),
    "operating_temperature_discharge": MetricRule("degC", low_end),
    "operating_temperature_charge": MetricRule("degC", charge_low_end),
    "swelling_reversible": MetricRule("%", build_up),
}
