"""Under which conditions a number holds: rate, temperature, state of charge, duration, life, and words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge import vocabulary
from knowledge.requirement import ConditionValue
from knowledge.units import convert
from knowledge.vocabulary import units
from tools.extract.compared import reference_of
from tools.extract.direction import charging
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

LIFE = {"cycle_life", "calendar_life", "energy_throughput", "engine_starts", "shelf_life", "duty_cycles"}
AGED = LIFE | {"capacity_retention", "energy_retention", "resistance_growth", "swelling", "capacity_loss"}
CHARGE_TIMES = {"fast_charge_time", "charge_time"}
STORAGE = {"storage_recovery", "charge_retention", "self_discharge_total", "storage_temperature", "self_discharge"}
_ROOM = (20, 60)  # a bare C beside another number is Celsius here: nothing is tested at 25 times its capacity an hour
Slots = dict[str, ConditionValue]
_TIME_SLOTS = {"ms": "duration_s", "s": "duration_s", "min": "duration_s", "h": "hours", "d": "days",
               "week": "days", "month": "months", "year": "years"}


def _says(kind: str, text: str) -> bool:
    return lexicon("slots", kind).search(text) is not None


def chunk(text: str, q: Quantity, lo: int, hi: int) -> tuple[str, str]:
    """The words right before and right after a quantity, up to the next comma, bracket, semicolon or digit."""
    before = re.split(r"[,;()|，]|\d", text[max(lo, q.start - 60):q.start])[-1]
    tail = text[q.end:min(hi, q.end + 60)]
    after = re.split(r"[,;()|，]|\d|(?<!SOC)\s(?:and|und|at|bei|@|or)\s", tail)[0]
    return before, after


def amounts(q: Quantity, target: str) -> float | list[float]:
    """The value in the target unit; a range sorted, a tolerance its nominal."""
    unit = next((u for u in q.units if u.dimension == units()[target].dimension), None)
    if unit is None:
        unit = q.units[0]
    values = [convert(v, unit, units()[target]) for v in (q.values if q.shape == "range" else q.values[:1])]
    return sorted(values) if len(values) == 2 else values[0]


def infer(text: str, q: Quantity, lo: int, hi: int, metric: str | None, sign: str | None = None) -> Slots | None:
    """The slots a quantity fills beside a requirement on `metric`; None when it fits no slot, {} for a remark."""
    before, after = chunk(text, q, lo, hi)
    around = f"{before} | {after}"
    if q.is_a("percent"):
        return _percent(q, before, after, text[lo:hi], metric)
    if q.is_a("temperature"):
        around = f"{before} | {re.split(r'[,;()|，0-9]', text[q.end:min(hi, q.end + 24)])[0]}"
        return _temperature(q, around, text[max(lo, q.start - 40):q.start], metric, sign, reference_of(text, q, hi))
    if q.is_a("time"):
        return _time(q, around, metric)
    if q.unit_text == "C" and not q.rate and q.shape == "single" and _ROOM[0] <= q.value <= _ROOM[1]:
        return {"temperature_C": q.value}
    if q.is_a("rate", "rate_P", "current", "power"):
        return _load(text, q, before, after, metric)
    if q.is_a("voltage"):
        return _voltage(q, around, sign, text[max(lo, q.start - 40):q.start])
    if q.is_a("cycle"):
        return {"cycles": amounts(q, "cycle")}
    if q.is_a("frequency"):
        return {"frequency_Hz": amounts(q, "Hz")}
    if q.is_a("humidity"):
        return {"humidity_pct": amounts(q, "%RH")}
    if q.is_a("energy_per_year"):
        return {"order_volume": re.sub(r"\s+", " ", text[q.start:q.end])}
    if q.is_a("count"):
        return {"order_volume": q.value} if metric in ("price", "order_quantity") else {}
    if q.is_a("ratio"):
        return {"repeats": q.value}
    return None


def _percent(q: Quantity, before: str, after: str, clause: str, metric: str | None) -> Slots | None:
    near = after[:24]
    if re.match(r"\s*(?:R\.?H|rel)", near) or _says("humidity", before):
        return {"humidity_pct": amounts(q, "%")}
    deep = metric in LIFE and re.match(r"\s*(?:of\s+|de\s+)?(?:depth|Tiefe|profondeur|深度)", near)
    if deep or _says("dod", near) or _says("dod", before):
        return {"dod_pct": amounts(q, "%")}
    soc = _says("soc", near) or _says("soc", before) or re.match(r"\s*(?:charged?\b|geladen|充電|充电|충전)", near)
    if q.shape == "range" and (soc or metric in CHARGE_TIMES or metric is None and _says("charge", clause)):
        if metric in CHARGE_TIMES or metric is None or "→" in clause or "->" in clause:
            return {"soc_from_pct": q.values[0], "soc_to_pct": q.values[1]}
        return {"soc_pct": sorted(q.values)}
    if metric in CHARGE_TIMES:
        lead = lexicon("slots", "eol_lead").ending_at(before, 0, len(before))
        start = re.search(r"\b(?:from|von|ab|de)\s*$", before, re.IGNORECASE)
        return {"soc_from_pct": q.value} if start else {"soc_to_pct": q.value} if lead or not soc or q.value > 50 else {
            "soc_from_pct": q.value}
    if soc:
        return {"soc_pct": amounts(q, "%")}
    lead = lexicon("slots", "eol_lead").ending_at(before, 0, len(before))
    if _says("eol", near) or _says("eol", before) or (lead and metric in AGED) or metric in LIFE:
        return {"eol_pct": amounts(q, "%")}
    return None


def _temperature(
    q: Quantity, around: str, lead: str, metric: str | None, sign: str | None, referred: bool = False
) -> Slots | None:
    value = amounts(q, "degC")
    if referred or lexicon("compared_at").ending_at(lead, 0, len(lead)):
        return {}                                          # 70 % of its capacity at 23 °C
    if metric in CHARGE_TIMES and sign in (">=", ">") and not isinstance(value, list):
        return {"start_temperature_C": value}
    for cue, slot in (("inlet", "inlet_temperature_C"), ("start", "start_temperature_C"),
                      ("ambient", "ambient_temperature_C"), ("surface_limit", "surface_limit_C")):
        if _says(cue, around):
            return {slot: value}
    if re.search(r"(?:cut-?\s?off|limit)[^,;]*\bor\s+$", lead):
        return {"surface_limit_C": value}
    return {"temperature_C": value}


def _time(q: Quantity, around: str, metric: str | None) -> Slots | None:
    if _says("rest", around):
        return {}
    unit = next(u.name for u in q.units if u.dimension == "time")
    slot = _TIME_SLOTS.get(unit)
    if slot is None:
        return None
    target = {"duration_s": "s", "hours": "h", "days": "d", "months": "month", "years": "year"}[slot]
    if slot == "years" and q.shape == "single" and q.value % 1:
        return {"months": 12 * q.value}                    # half a year
    return {slot: amounts(q, target)}


def _load(text: str, q: Quantity, before: str, after: str, metric: str | None) -> Slots | None:
    if q.is_a("power"):
        return {"power_W": amounts(q, "W")}
    suffix, target = ("A", "A") if q.is_a("current") else ("C", "C")
    if q.is_a("rate_P"):
        return {"rate_P": q.value}
    value = amounts(q, target)
    if reference_of(text, q, q.end + 40) or lexicon("slots", "reference").ending_at(before, 0, len(before)) or (
            suffix == "C" and re.match(r"\s*(?:capacity|Kapazität|energy|capacité|容量)", after)
            and re.search(r"\b(?:of|initial|versus|vs|to|der)\b", before)):
        return {"reference_C": value} if suffix == "C" else {}
    pair = re.match(r"\s*/\s*(?=[\dC])", text[q.end:q.end + 4])
    second = re.search(r"(?:[\dC]|C/\d|\dA| A)\s*/\s*$", text[max(0, q.start - 5):q.start])
    side = _side(after) or _side_before(before)
    if isinstance(value, list) and suffix == "C" and (metric in AGED or metric == "energy_efficiency"):
        first, last = (v / 1.0 for v in q.values[:2])
        return {"charge_C": first, "discharge_C": last}    # C/2 - 1C of a life: charged and discharged
    if side is not None and _both_sides(after):
        return {"rate_C" if suffix == "C" else "current_A": value}
    if pair and not side:
        side = "charge"
    elif second and not side:
        side = "discharge"
    if side is None:
        return {"rate_C" if suffix == "C" else "current_A": value}
    return {f"{side}_{suffix}": value}


_IN_OUT = re.compile(r"\s*(in|out|ein|aus)\s*$", re.IGNORECASE)


def _both_sides(text: str) -> bool:
    """`0,5C en charge comme en décharge`: the words right behind a load name both directions."""
    hits = [(h.start, h.end, kind) for kind in ("discharge", "charge") for h in lexicon("slots", kind).find(text[:48])]
    hits = sorted(h for h in hits if not any(o is not h and o[0] <= h[0] and h[1] <= o[1] and o != h for o in hits))
    return len(hits) >= 2 and hits[0][0] <= 8 and hits[0][2] != hits[1][2] and _BOTH.fullmatch(
        text[hits[0][1]:hits[1][0]]) is not None


_BOTH = re.compile(r"\s*(?:comme|et|and|und|wie|sowie|as well as|wie auch|/|、|・|と|和|与|及|및|과|와|,)\s*"
                   r"(?:en|in|auch|beim|of|the|à la)?\s*", re.IGNORECASE)


def _side(text: str) -> str | None:
    """`charge` or `discharge`, whichever word comes first; `10C in, 15C out`."""
    if way := _IN_OUT.match(text):
        return "charge" if way.group(1).lower() in ("in", "ein") else "discharge"
    found = [(h.start, kind) for kind in ("discharge", "charge") if (h := lexicon("slots", kind).search(text))]
    return min(found)[1] if found else None


def _side_before(text: str) -> str | None:
    found = [(h[-1].start, kind) for kind in ("discharge", "charge") if (h := lexicon("slots", kind).find(text))]
    return max(found)[1] if found else None


def _voltage(q: Quantity, around: str, sign: str | None, lead: str) -> Slots | None:
    value = amounts(q, "V")
    if isinstance(value, list):
        return {"v_min": value[0], "v_max": value[1]}
    if value > 6:
        return {}
    if sign in (">=", ">") or _says("v_min", around):
        return {"v_min": value}
    if sign in ("<=", "<") or _says("v_max", around):
        return {"v_max": value}
    return {"v_min": value} if value <= 3.1 else {"v_max": value}


def tidy(slots: Slots, metric: str) -> Slots:
    """Rates and currents named for the metric: charge and discharge are told apart only where that means something."""
    found = dict(slots)
    charging = metric in CHARGE_TIMES or metric.startswith("charge")
    for suffix, plain in (("C", "rate_C"), ("A", "current_A")):
        charge, discharge = f"charge_{suffix}", f"discharge_{suffix}"
        if charge in found and discharge in found and metric not in AGED and not charging:
            if found[charge] == found[discharge]:
                found[plain] = found.pop(charge)
                del found[discharge]
            continue
        if metric in AGED:
            continue
        own = charge if charging else discharge
        if own in found and plain not in found:
            found[plain] = found.pop(own)
    if metric in CHARGE_TIMES:
        window = found.get("soc_pct")
        if isinstance(window, list):
            del found["soc_pct"]
            found.setdefault("soc_from_pct", window[0])
            found.setdefault("soc_to_pct", window[1])
    return found


def worded(text: str, start: int, end: int, metric: str) -> Slots:
    """Conditions in words: life, direction, kind, element, incoterm, basis, lithium plating."""
    found: Slots = {}
    life = lexicon("life").search(text, start, end)
    if life and metric not in LIFE and metric != "capacity_retention":
        found["life"] = life.what
    if metric in ("dcir", "discharge_power", "discharge_power_pulse", "temperature_rise", "acir_1khz"):
        charge = charging(text, start, end)
        discharge = lexicon("slots", "discharge").search(text, start, end)
        if metric == "dcir" and charge != bool(discharge):
            found["direction"] = "discharge" if discharge else "charge"
    if metric == "capacity" and (kind := lexicon("kinds").search(text, start, end)):
        found["kind"] = kind.what
    if metric == "recycled_content":
        for element, words in vocabulary.words()["elements"].items():
            if any(re.search(rf"(?<![A-Za-z]){re.escape(w)}(?![A-Za-z])", text[start:end]) for w in words):
                found["element"] = element
                break
    if metric == "price":
        names = "|".join(vocabulary.words()["incoterms"])
        term = re.search(rf"\b({names})\b(?:\s([A-Z][a-z]+))?", text[start:end])
        if term:
            found["incoterm"] = " ".join(g for g in term.groups() if g)
        elif "frei Werk" in text[start:end]:
            found["incoterm"] = "frei Werk"
    if metric in LIFE and lexicon("full_depth").search(text, start, end):
        found["dod_pct"] = 100.0
    if metric == "fast_charge_time" and lexicon("from_empty").search(text, start, end):
        found["soc_from_pct"] = 0.0
    if metric in _CHARGED:
        found |= charged(text, start, end)
    basis = lexicon("basis").search(text, start, end)
    if basis:
        found["basis"] = re.sub(r"\s+", " ", text[basis.start:basis.end])
    if lexicon("plating").search(text, start, end):
        found["note"] = "no lithium plating"
    return found


def charged(text: str, start: int, end: int) -> Slots:
    """`fully charged`, `half charge`: a state of charge in words."""
    hit = lexicon("charged").search(text, start, end)
    return {"soc_pct": float(hit.what)} if hit else {}


_CHARGED = frozenset({"dcir", "acir_1khz", "charge_retention", "storage_recovery", "shelf_life", "self_discharge",
                      "self_discharge_total", "swelling", "thickness", "storage_temperature", "calendar_life",
                      "discharge_power", "discharge_power_pulse", "discharge_current_pulse", "charge_power_pulse"})


def merge(into: Slots, more: Sequence[Slots]) -> Slots:
    """Conditions joined; the first word on a slot counts."""
    for slots in more:
        for key, value in slots.items():
            into.setdefault(key, value)
    return into
