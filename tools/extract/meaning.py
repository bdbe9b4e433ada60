"""From a quantity and the metric it belongs to, a requirement: comparator, canonical value, what was written."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from knowledge.document import Block
from knowledge.requirement import Level
from knowledge.units import UnitMismatch, accepts, meanings, to_canonical
from knowledge.vocabulary import MetricRow, currencies, metric, metrics
from tools.extract.comparators import Said, resolve
from tools.extract.conditions import Slots
from tools.extract.direction import charging
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.sections import section_level


def metric_for(name: str, q: Quantity) -> str | None:
    """The metric of a number next to words that name `name`; None when the units do not fit."""
    row = metric(name)
    if row.dimension in ("text", "date"):
        return None
    if q.is_a(row.dimension) or any(accepts(row, d) for d in q.dimensions if d not in row.by_dimension):
        return name
    for dimension in q.dimensions:
        if dimension in row.by_dimension:
            return row.by_dimension[dimension]
    return None


@lru_cache(maxsize=32)
def implied_metric(dimension: str) -> str | None:
    """The metric that a unit alone names."""
    return next((r.name for r in metrics().values() if r.implied and r.dimension == dimension), None)


def draft(
    page: Page, block: Block, q: Quantity, name: str, said: Said, bound: str | None = None,
    quote: tuple[int, int] | None = None,
) -> Draft | None:
    """A requirement on `name`, or None when the number cannot be one (unit, sign)."""
    row = metric(name)
    if name == "capacity_loss" and q.is_a("percent_per_month"):
        return _loss_a_time(page, block, q, said, bound, quote)
    try:
        value, unit = to_canonical(list(q.values) if len(q.values) > 1 else q.value, q.unit_text, name,
                                   tolerance=q.shape == "tolerance")
    except UnitMismatch:
        return None
    sign = "up_to" if _able(page.text, name, q, said) else said.sign
    comparator = resolve(row, q, sign, bound)
    if name in _ENDS and sign is None and bound is None and q.shape == "single" and block.table is None and lexicon(
            "cutoff_words").search(page.text, max(0, q.start - _LABEL), q.start):
        comparator = "="                                   # the discharge ends at 2.5 V: a value, no bound
    if name == "ambient_pressure" and sign in (None, "up_to") and isinstance(value, float | int):
        comparator = "<=" if value < _SEA_LEVEL else ">="  # a thin air is reached downward, a depth upward
    if comparator == "range" and isinstance(value, list):
        value = sorted(value)
    if row.growth:
        value = _growth(page.text, q, said, value)
    written: tuple[object, str] | None = None
    if value != (list(q.values) if len(q.values) > 1 else q.value):
        written = (list(q.values) if len(q.values) > 1 else q.value, q.unit_text)
    if q.shape == "single" and len(q.members) > 1:            # 2 lb 3 oz: two numbers, one value
        written = (" ".join(page.document.text[q.start:q.end].split()), "")
    start, end = quote or (min(said.start, q.start), max(said.end, q.end))
    made = Draft(name, comparator, value, unit, start, end, block, level=row.level, written=written, quantity=q,
                 up_to=said.sign == "up_to")
    if not _plausible(row, value):
        made.confidence = 0.5
    return made


_SEA_LEVEL = 100.0    # kPa
_ENDS = ("min_voltage", "max_voltage", "charge_voltage")
_LABEL = 30           # characters before a number in which its name stands


def _loss_a_time(
    page: Page, block: Block, q: Quantity, said: Said, bound: str | None, quote: tuple[int, int] | None
) -> Draft | None:
    """`Capacity loss 1.5 % per year` is a share with a time, and no self-discharge."""
    if q.units[0].name == "%/month" and not lexicon("capacity_words").search(
            page.text, max(block.start, q.start - _LABEL), min(block.end, q.end + _LABEL)):
        return draft(page, block, q, "self_discharge", said, bound, quote)      # may not lose more than 3 % a month
    share = replace(q, units=meanings("%"), unit_text="%")
    made = draft(page, block, share, "capacity_loss", said, bound, quote)
    spans = {"%/year": "years", "%/month": "months", "%/week": "days", "%/day": "days"}
    span = next((spans[u.name] for u in q.units if u.name in spans), None)
    if made is not None and span is not None:
        made.conditions[span] = {"%/week": 7.0}.get(q.units[0].name, 1.0)
        made.quantity = q
    return made


def _able(page_text: str, name: str, q: Quantity, said: Said) -> bool:
    """`Max. 2C continuous discharge must be possible`: the most that is drawn is the least that the cell must give."""
    return (name.startswith("discharge_") and said.sign == "<=" and said.end <= q.end
            and _says_most(page_text, max(0, said.start - 2), q.start))


def _says_most(text: str, start: int, end: int) -> bool:
    """Whether `max.` or `bis zu` ends here, a filler such as `of` aside."""
    filler = lexicon("filler").ending_at(text, start, end)
    return any(lexicon("most_lead").ending_at(text, start, stop) for stop in (end, filler.start if filler else end))


def _plausible(row: MetricRow, value: float | list[float]) -> bool:
    if row.plausible is None:
        return True
    low, high = row.plausible
    first = value if isinstance(value, float | int) else value[0]
    return low <= first <= high


def _growth(text: str, q: Quantity, said: Said, value: float | list[float]) -> float | list[float]:
    """A growth of 50 % is 150 % of the initial value; `to 150 %` and factors are already that."""
    if not isinstance(value, float | int) or q.is_a("ratio") or value > 100:
        return value
    whole = re.search(r"\b(?:to|auf|of (?:the )?initial|des Anfangswerts?)\b", text[said.start - 6:q.end + 22])
    return value if whole and value == 100 else value + 100


_ABSORBED = {"discharge_rate_continuous": "charge_rate", "discharge_rate_pulse": "charge_rate",
             "discharge_current_continuous": "charge_current", "discharge_current_pulse": "charge_current",
             "discharge_power": "charge_power", "discharge_power_pulse": "charge_power_pulse"}


def absorbed(page: Page, name: str, start: int, end: int) -> str:
    """`Pulse power, charge` in a label: a load named for the discharge goes the other way."""
    if name not in _ABSORBED or lexicon("slots", "discharge").search(page.text, start, end) or not lexicon(
            "slots", "charge").search(page.text, start, end):
        return name
    return _ABSORBED[name]


_IN_WAY = re.compile(r"\s*(?:in|on|for|while|when|during|under|im|beim|bei|en|à la|pour la)?\s*")


def way_behind(text: str, made: Draft, name: str, end: int) -> str:
    """`1.5C in discharge and 1C in charge`: the word right behind a load says which way it goes."""
    q = made.quantity
    if q is None or name not in _ABSORBED:
        return name
    lead = _IN_WAY.match(text, q.end, end)
    place = lead.end() if lead else q.end
    stop = min(end, place + 16)
    charge = lexicon("slots", "charge").starting_at(text, place, stop)
    return _ABSORBED[name] if charge and not lexicon("slots", "discharge").starting_at(
        text, place, stop) and place > q.end else name


def final_metric(made: Draft, text: str, lo: int, hi: int, near: int | None = None) -> str:
    """The name that the conditions ask for: a percentage of a capacity is a retention, a rate or a cold capacity.

    text[near:] is what is said of this number alone, where a clause holds several.
    """
    name, slots = made.metric, made.conditions
    if name in _ABSORBED and lexicon("absorb").search(text, lo, hi) and not lexicon("slots", "discharge").search(
            text, lo, hi):
        return _ABSORBED[name]
    if name == "charge_time" and isinstance(slots.get("soc_to_pct"), float | int) and float(slots["soc_to_pct"]) < 100:  # type: ignore[arg-type]
        return "fast_charge_time"
    if name == "fast_charge_time" and slots.get("soc_from_pct") == 0 and slots.get("soc_to_pct") == 100:
        return "charge_time"
    stop = re.search(r"[,;，、；]|$", text[made.end:made.end + 10])
    steady = lexicon("continuous").search(
        text, lo if near is None else near, min(hi, made.end + (stop.start() if stop else 10)))
    if name == "discharge_current_continuous" and _short(slots) and not steady:
        return "discharge_current_pulse"
    if name == "discharge_rate_continuous" and _short(slots) and not steady:
        return "discharge_rate_pulse"
    if name == "capacity_loss" and lexicon("spread").search(text, lo, hi):
        return "capacity_spread"
    if name == "capacity_loss" and "cycles" not in slots and lexicon("stored_charge").search(text, lo, hi) and (
            any(k in slots for k in ("months", "days", "years")) or lexicon("monthly").search(text, lo, hi)):
        name = "self_discharge_total"
    if name in ("self_discharge_total", "self_discharge") and made.unit == "%" and (
            slots.get("months") == 1 or not any(k in slots for k in ("months", "days", "years"))
            and lexicon("monthly").search(text, lo, hi)):
        made.unit = "%/month"
        slots.pop("months", None)
        return "self_discharge"
    if name == "dcir" and (slots.get("frequency_Hz") == 1000 or lexicon("alternating").search(
            text, lo if near is None else near, hi if near is None else made.end)):
        if near is not None and lexicon("direct_current").search(text, near, made.end):
            slots.pop("frequency_Hz", None)                # AC 10 mΩ (1 kHz), DC 14 mΩ (10 s)
            return name
        return "acir_1khz"
    told = made.quantity is not None and (made.start, made.end) != (made.quantity.start, made.quantity.end)
    if name == "voltage_window" and told and made.comparator in ("<=", "<", ">=", ">"):
        return "max_voltage" if "<" in made.comparator else "min_voltage"
    if name == "thermal_propagation" and made.comparator in ("<=", "<"):
        made.comparator = ">="                            # no runaway of the neighbour within ten minutes
    if name == "acir_1khz" and near is not None and lexicon("direct_current").search(
            text, near, made.end) and not lexicon("alternating").search(text, near, made.end):
        slots.pop("frequency_Hz", None)
        return "dcir"
    if name not in ("capacity_retention", "energy_retention"):
        return name
    if name == "capacity_retention" and made.comparator in ("<=", "<") and isinstance(made.value, float | int) \
            and made.value < 50:
        return "capacity_spread" if lexicon("spread").search(text, lo, hi) else "capacity_loss"
    energy = name == "energy_retention"
    stored = "soc_pct" in slots or any(k in slots for k in ("months", "days")) or lexicon("slots", "storage").search(
        text, lo, hi)
    if stored and "cycles" not in slots and lexicon("recovered").search(text, lo, hi):
        return "storage_recovery"
    if any(k in slots for k in ("cycles", "years", "eol_pct")) or lexicon("life").search(text, lo, hi):
        return name
    temperature = slots.get("temperature_C", slots.get("ambient_temperature_C"))
    if any(k in slots for k in ("months", "days")) and "rate_C" not in slots:
        return "storage_recovery"
    if isinstance(temperature, float | int) and temperature < 11:
        return "low_temperature_energy" if energy else "low_temperature_capacity"
    if any(k in slots for k in ("months", "days")):
        return "storage_recovery"
    loads = ("rate_C", "discharge_C", "current_A", "discharge_A", "rate_P")
    if any(k in slots for k in loads) and (
            "reference_C" in slots or lexicon("slots", "reference").search(text, lo, hi)
            or re.search(r"rate", text[lo:hi], re.IGNORECASE)):
        return "rate_capability"
    return name


def priced_per(words: str, unit: str | None, before: str | None = None) -> str | None:
    """A plain currency becomes a price per cell or per kWh where the words around, or the price `before`, say so."""
    if unit not in currencies():
        return unit
    basis = lexicon("price_basis").search(words)
    if basis:
        return f"{unit}/{basis.what}"
    if before:
        return before
    return unit if lexicon("whole_battery").search(words) else f"{unit}/cell"    # of a cell where nothing is named


def _short(slots: Slots) -> bool:
    seconds = slots.get("duration_s")
    return isinstance(seconds, float | int) and seconds <= 120


def level_of(page: Page, start: int, end: int, default: Level, block: Block | None = None) -> Level:
    """Whose number it is, by the words of the clause, then by the heading above; `per cell` settles it."""
    if default == "material":
        return default
    if lexicon("level", "scope_cell").search(page.text, start, end):
        return "cell"
    found = {h.what for h in lexicon("level").find(page.text, start, end)
             if h.what == "cell" or not _located(page.text, start, h.start)} - {"scope_cell"}
    if re.search(r"(?<!\w)\d+s\d+p(?!\w)", page.text[start:end], re.IGNORECASE):
        found.add("pack")
    if not found and default == "cell" and block is not None and (titled := section_level(page, block)):
        return titled
    if "cell" in found or not found:
        return "cell" if default == "cell" else default
    for level in ("pack", "module", "system"):
        if level in found:
            return level
    return default


def _located(text: str, start: int, place: int) -> bool:
    """`In a laid-up vehicle it shall live 6 years`: the place where the cell works is not whose number it is."""
    before = text[max(start, place - 24):place]
    hits = lexicon("locative").find(before)
    return bool(hits) and len(before[hits[-1].end:].split()) <= 2 and not re.search(r"[,;\d]", before[hits[-1].end:])


def direct(page: Page, name: str, start: int, end: int) -> str:
    """Tell an operating temperature on charge from one on discharge."""
    row = metric(name)
    if not row.directed:
        return name
    discharge = lexicon("slots", "discharge").search(page.text, start, end)
    if bool(discharge) == charging(page.text, start, end):
        return name
    return row.directed["discharge" if discharge else "charge"]
