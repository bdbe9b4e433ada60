"""The metric of a number that no word names: by its unit, its neighbours and the verb of the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.document import Block
from tools.extract.comparators import Said
from tools.extract.direction import charging
from tools.extract.page import Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

WINDOWS = (("discharge", "operating_temperature_discharge"), ("charge", "operating_temperature_charge"),
            ("storage", "storage_temperature"), ("survival", "survival_temperature"),
            ("operating", "operating_temperature"))
WINDOW_METRICS = frozenset(name for _, name in WINDOWS)
_LOADS = {
    "current": ("charge_current", "discharge_current_pulse", "discharge_current_continuous"),
    "rate": ("charge_rate", "discharge_rate_pulse", "discharge_rate_continuous"),
    "rate_P": ("charge_rate", "discharge_rate_pulse", "discharge_rate_continuous"),
    "power": ("charge_power", "discharge_power_pulse", "discharge_power"),
}
_STOP = re.compile(r"[,;()](?!\d)|[、，]|(?<=[가-힣])(?:고|며|지만|는데|으나)\s|\s(?:and|und|et|or|oder|ou|sowie)\s")
_BRACKET = re.compile(r"\s*\([^()]{2,30}\)")
_COLD_C = 11.0    # a share of the capacity below this is what the cold leaves of it
_NEAR = 40        # characters in which a verb leads its number
_TOPIC = 120      # characters before a clause that may say what it speaks of
_HIGH = 1000.0    # no cell and no fall is longer [m or ft]
_PULSE_S = 120.0  # longer loads are continuous


def chunk_around(text: str, q: Quantity, start: int, end: int) -> tuple[int, int]:
    """The stretch between the commas and brackets around a quantity."""
    lo = max([m.end() for m in _STOP.finditer(text, start, q.start)] + [start])
    stop = _STOP.search(text, q.end, end)
    return lo, stop.start() if stop else end


def temperature_window(text: str, q: Quantity, start: int, end: int) -> str | None:
    """Charging, discharging, storing or working between two temperatures, by the nearest word of the chunk."""
    first, last = chunk_around(text, q, start, end)
    tail = _BRACKET.match(text, q.end, end)
    for lo, hi in ((first, tail.end() if tail else last), (start, end)):
        found: list[tuple[int, str]] = []
        for kind, name in WINDOWS:
            for hit in lexicon("slots", kind).find(text, lo, hi):
                distance = q.start - hit.end if hit.end <= q.start else 12 + hit.start - q.end
                found.append((max(0, distance) + (8 if kind == "operating" else 0), name))
        if found:
            return min(found)[1]
    return None


def by_cue(text: str, q: Quantity, start: int, end: int, sign: str | None) -> str | None:
    """The metric that a unit and a word anywhere in text[start:end] name together: a pressure and a vent."""
    if q.is_a("temperature") and not q.is_a("rate"):
        if q.shape == "range":
            return temperature_window(text, q, start, end)
        if sign is None and q.shape == "single":
            return None
    for dimension, metric_name in _CUED:
        if q.is_a(dimension) and lexicon("cues", metric_name).search(text, start, end) and (
                metric_name != "capacity_spread" or _CAPACITY.search(text, start, end)):
            return metric_name
    return None


_CAPACITY = re.compile(r"[ck]apaz?c?it|容量|용량", re.IGNORECASE)
_CUED = (("pressure", "vent_pressure"), ("pressure", "ambient_pressure"), ("length", "altitude"),
         ("length", "drop_height"), ("acceleration", "random_vibration"), ("acceleration", "shock"),
         ("force", "swelling_force"), ("percent", "shipping_soc"), ("energy", "energy_throughput"),
         ("time", "thermal_propagation"), ("ratio", "resistance_growth"), ("percent", "anode_silicon_fraction"),
         ("count", "sample_quantity"), ("count", "order_quantity"), ("percent", "recycled_content"),
         ("percent", "capacity_spread"), ("dose", "radiation_dose"), ("leak", "leak_rate"))


def unnamed_metric(
    page: Page, block: Block, span: tuple[int, int], q: Quantity, said: Said, numbered: Sequence[Quantity],
    strong: dict[int, Quantity],
) -> str | None:
    """The metric of a demanded number without a name; None where nothing speaks for one."""
    text, (start, end) = page.text, span
    if (cued := by_cue(text, q, start, end, said.sign)) and not q.is_a("temperature"):
        return cued
    if q.is_a("count") and q.value >= 1000 and (lexicon("yearly").search(text, start, end) or not any(
            o.is_a("price") for o in numbered)):
        return "order_quantity"
    if q.is_a("length") and q.unit_text.rstrip(".") in ("m", "ft") and q.value > _HIGH and said.sign in (
            "up_to", "<=", ">="):
        return "altitude"
    if q.is_a("mass") and said.sign in ("<=", "<", ">", "up_to", "enough"):
        return "mass"                                     # a g of a shock has its cue
    if q.unit_text == "K" and lexicon("warmer").search(text, start, end) or q.is_a("temperature") and lexicon(
            "rise_by").search(text, max(start, q.start - _NEAR), q.start):
        return "temperature_rise"
    if q.is_a("percent") and lexicon("loss").search(text, start, end) and lexicon("stored_charge").search(
            text, start, end):
        return "self_discharge_total"
    if q.is_a("time") and q.shape == "single" and any(u.name == "year" for u in q.units) and lexicon(
            "lives").search(text, start if len(numbered) > 1 else max(block.start, start - _TOPIC), end):
        return "calendar_life"
    if q.is_a("percent") and any(o.is_a("temperature") and max(o.values) < _COLD_C for o in numbered) and lexicon(
            "slots", "eol").search(text, max(start, q.start - 24), min(end, q.end + 24)):
        return "capacity_retention"                       # at -20 °C 70 % of the rated value shall be left
    if q.is_a("percent") and any(o.is_a("cycle") and id(o) in strong for o in numbered):
        return "capacity_retention"                       # after 700 cycles 80 % should be left
    if q.is_a("percent") and lexicon("slots", "storage").search(text, start, end) and any(
            o.is_a("time") for o in numbered):             # after three months 93 % of the charge is left
        kept = lexicon("stored_charge").search(text, q.end, min(end, q.end + 24))
        recovered = lexicon("recovered").search(text, start, end)
        return "charge_retention" if kept else "storage_recovery" if recovered else None
    if q.is_a("voltage") and said.sign in (">=", "<=") and 0.5 <= q.value <= 6 and lexicon("refused_value").search(
            text, q.end, max(said.end, q.end)):
        return "min_voltage" if said.sign == ">=" else "max_voltage"
    if q.is_a("voltage") and q.shape == "range" and all(1 <= v <= 5.5 for v in q.values):
        return "voltage_window"
    if q.is_a("temperature") and q.shape == "single" and lexicon("slots", "survival").search(text, start, end):
        return "survival_temperature"
    if q.is_a("temperature") and said.sign and q.shape == "single":
        if said.sign in ("<=", "<", ">") and (lexicon("slots", "surface_limit").search(text, start, end)
                                         or lexicon("warmer").search(text, said.start, q.end)):
            return "surface_temperature"
        if said.sign in (">=", "<=", "<", ">", "up_to"):
            return temperature_window(text, q, start, end)
    if q.is_a("time") and said.sign is None and seconds_of(q) < 1e9 and lexicon("full_charge").search(
            text, max(start, q.start - 20), min(end, q.end + 12)):
        return "charge_time"
    charges = charging(text, start, end) and not lexicon("slots", "discharge").search(text, start, end)
    if q.is_a("time") and said.sign in ("<=", "<") and seconds_of(q) < 1e9 and charges:
        windowed = any(o.is_a("percent") for o in numbered)
        return "fast_charge_time" if windowed else "charge_time"
    dimension = next((d for d in _LOADS if q.is_a(d)), None)
    if dimension is None or not (said.sign in (">=", ">", "enough") or any(
            lexicon(words).search(text, start, end) for words in ("load_verb", "ability")) or any(
            h.what == "must" for h in lexicon("priority").find(text, start, end))):
        return None
    if lexicon("device").search(text, start, q.start) and not lexicon("level", "cell").search(text, start, end):
        return None                                       # the device draws 11 mW
    lo, hi = chunk_around(text, q, start, end)
    charge, pulse, continuous = _LOADS[dimension]
    if charging(text, lo, hi) and not lexicon("slots", "discharge").search(text, start, end):
        return charge
    if lexicon("continuous").search(text, lo, q.start):
        return continuous
    if lexicon("pulse_word").search(text, lo, q.start):
        return pulse
    if lexicon("pulse_word").starting_at(text, q.end, min(end, q.end + 10)):
        return pulse                                      # 15A 펄스는, 30 A peak
    if lexicon("continuous").search(text, q.end, hi):
        return continuous
    others = [o.start for o in page.inside(block, q.end, end) if o.is_a(*_LOADS) and not o.is_a("temperature")]
    reach = min([hi + 30, end, *others])                  # a time behind the next load is that one's
    seconds = [seconds_of(o) for o in page.inside(block, lo, reach) if o.is_a("time")]
    return pulse if any(0 < s <= _PULSE_S for s in seconds) else continuous


def seconds_of(q: Quantity) -> float:
    """A time [s]; days and more are a very long one."""
    scale = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
    return q.value * next((scale[u.name] for u in q.units if u.name in scale), 1e9)
