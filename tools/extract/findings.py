"""What the requirements say about each other: contradictions, couplings, physical bounds, open questions."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.requirement import ConditionValue, Finding, Requirement
from knowledge.vocabulary import fast_charge_bounds
from tools.extract.couplings import COUPLINGS, applicable, least, most

_MOST_COMPARED = 100  # requirements on one metric; a document of people has few, a table of data thousands
_IDENTITY = ("kind", "note", "basis", "v_min", "v_max")   # conditions that do not make two bounds two demands
_TELLING = ("kind", "basis")                              # ... unless both state it and differ
# Lots, samples and prices of steps stand beside each other; of temperatures the widest window is what is asked.
_BESIDE = frozenset({"sample_quantity", "order_quantity", "delivery_date", "price", "operating_temperature",
                     "operating_temperature_discharge", "operating_temperature_charge", "storage_temperature",
                     "survival_temperature", "transport_temperature"})
_APART = 3.0          # what lies further apart than this factor is of two things: a body, its tolerance, a pack
_SERIES = 2.0         # a voltage that is further beyond a bound than this is of cells in series
_PULSE_S = 60.0       # a charge that ends sooner moves too little lithium to plate it
_SLOW_ANODES = frozenset({"graphite", "silicon", "lithium metal", "hard carbon"})   # those that lithium plates on
# Metrics on which `up to` is said of what the cell must reach, and as well of what it may not pass.
_EITHER_WAY = frozenset({"cycle_life", "capacity", "energy", "usable_energy", "calendar_life", "shelf_life",
                         "specific_energy", "energy_density", "energy_throughput", "charge_rate"})


def examine(requirements: Sequence[Requirement]) -> list[Finding]:
    """All findings that follow from the requirements alone."""
    found: list[Finding] = []
    for check in (gaps, contradictions, *COUPLINGS, beyond_bounds, fast_charges, cold_charges):
        found += check(requirements)
    return found


def _case(r: Requirement) -> str:
    """What two requirements share that speak of the same metric under the same conditions."""
    return repr((r.metric, r.level, r.unit, sorted(
        (k, _plain(v)) for k, v in r.conditions.items() if k not in _IDENTITY)))


def _plain(value: ConditionValue) -> object:
    """25 and 25.0 are one value."""
    return [float(v) for v in value] if isinstance(value, list) else value if isinstance(value, str) else float(value)


def contradictions(requirements: Sequence[Requirement]) -> list[Finding]:
    """Two musts on one metric and the same conditions that no number can satisfy together."""
    cases: dict[str, list[Requirement]] = {}
    for r in requirements:
        if r.priority == "must":
            cases.setdefault(_case(r), []).append(r)
    found = [pair for case in cases.values() for pair in _against_each_other(case[:_MOST_COMPARED])]
    order = {r.id: k for k, r in enumerate(requirements)}
    found.sort(key=lambda f: tuple(order[i] for i in f.ids))
    for case in cases.values():
        if len(case) > _MOST_COMPARED:
            found.append(Finding(kind="unread", ids=(case[0].id,), text=(
                f"{case[0].metric}: {len(case):,} requirements under the same conditions; the first {_MOST_COMPARED} "
                "were compared with each other")))
    return found


def _against_each_other(case: Sequence[Requirement]) -> list[Finding]:
    found = []
    for i, a in enumerate(case):
        for b in case[i + 1:]:
            if a.metric in _BESIDE or any(a.conditions.get(k) != b.conditions.get(k) for k in _TELLING
                                          if k in a.conditions and k in b.conditions):
                continue
            low = max((v for v in (least(a), least(b)) if v is not None), default=None)
            high = min((v for v in (most(a), most(b)) if v is not None), default=None)
            if low is None or high is None or not high * (1 + 1e-9) < low <= _APART * abs(high):
                continue
            text = (f"{a.metric}: {a.source.quote} ({a.source.place}) and {b.source.quote} ({b.source.place}) "
                    "cannot both hold")
            found.append(Finding(kind="conflict", ids=(a.id, b.id), text=" ".join(text.split()),
                                 source=b.source, quote=b.source.quote, question="Which of the two values holds?"))
    return found


def gaps(requirements: Sequence[Requirement]) -> list[Finding]:
    """Temperature windows of one metric that leave a band between them for which nothing is said."""
    found = []
    windows = [(r, w) for r in requirements if isinstance(w := r.conditions.get("temperature_C"), list)
               and len(w) == 2][:_MOST_COMPARED]
    for low, a in windows:
        for high, b in windows:
            if low.metric != high.metric or low.level != high.level or not a[1] < b[0]:
                continue
            between = any(r.metric == low.metric and w[0] <= a[1] and w[1] >= b[0] for r, w in windows)
            nearest = min((w[0] for r, w in windows if r.metric == low.metric and w[0] > a[1]), default=None)
            if not between and nearest == b[0]:
                found.append(Finding(
                    kind="conflict", ids=(high.id, low.id), source=high.source, quote=high.source.quote,
                    text=f"{low.metric}: nothing is stated between {a[1]:g} and {b[0]:g} °C",
                    question=f"Which {low.metric.replace('_', ' ')} holds between {a[1]:g} and {b[0]:g} °C?"))
    return found


def stale_references(
    requirements: Sequence[Requirement], replaced: Sequence[tuple[str, float, str | None]]
) -> list[Finding]:
    """A row that is still written for a value that an amendment has replaced.

    Args:
        replaced: (id of the live requirement, the old value in its canonical unit, that unit).
    """
    found = []
    slots = {"A": ("current_A", "charge_A", "discharge_A"), "C": ("rate_C", "charge_C", "discharge_C"),
             "W": ("power_W",)}
    for live_id, old, unit in replaced:
        for r in requirements:
            if r.id != live_id and any(r.conditions.get(s) == old for s in slots.get(unit or "", ())):
                found.append(Finding(
                    kind="conflict", ids=(live_id, r.id), source=r.source, quote=r.source.quote,
                    text=f"{live_id} has replaced {old:g} {unit}, but {r.id} ({r.metric}) is still written for it",
                    question=f"Does {r.metric.replace('_', ' ')} hold at the old or at the new value?"))
    return found


def beyond_bounds(requirements: Sequence[Requirement]) -> list[Finding]:
    """Single asks beyond a physical bound."""
    found = []
    fit = {name: applicable(requirements, name) for name in {r.metric for r in requirements}}
    for r in requirements:
        for bound in fit[r.metric] if r.level in ("cell", "material") else ():
            value = least(r) if bound.side == "above" else most(r)
            series = value is not None and bound.unit == "V" and value > _SERIES * bound.bound
            if value is not None and not series and (
                    value > bound.bound if bound.side == "above" else value < bound.bound):
                found.append(Finding(
                    kind="infeasible", ids=(r.id,), source=r.source, quote=r.source.quote,
                    text=f"{r.metric} {value:g} {r.unit} is {bound.side} the bound {bound.bound:g} {bound.unit}: "
                         f"{bound.reason}"))
                break
    return found


def fast_charges(requirements: Sequence[Requirement]) -> list[Finding]:
    """Mean C-rate of a charge window, (SOC to − SOC from)/time, against the rate where plating is expected."""
    found = []
    for r in requirements:
        low, high = r.number("soc_from_pct") or 0.0, r.number("soc_to_pct")
        if r.metric != "fast_charge_time" or high is None or not isinstance(r.value, float | int) or r.value <= 0:
            continue
        mean = (high - low) / 100 / (float(r.value) / 60)
        temperature = next((t for k in ("start_temperature_C", "temperature_C", "ambient_temperature_C")
                            if (t := r.number(k)) is not None), 25.0)
        limit = next((rate for below, rate in fast_charge_bounds() if temperature < below), None)
        if limit is not None and mean > limit:
            found.append(Finding(
                kind="infeasible", ids=(r.id,), source=r.source, quote=r.source.quote,
                text=f"{low:g} to {high:g} % SOC in {r.value:g} min is {mean:.1f}C on average at {temperature:g} °C; "
                     f"above about {limit:g}C lithium plating is expected (assumption, to be checked by simulation)",
                question="May the cell be heated first, or the window be narrowed?"))
    return found


def cold_charges(requirements: Sequence[Requirement]) -> list[Finding]:
    """A charge rate asked for at a temperature where it is expected to plate lithium."""
    found = []
    anodes = {str(v) for r in requirements if r.metric == "anode_chemistry" and isinstance(r.value, list)
              for v in r.value}
    for r in requirements if not anodes or anodes & _SLOW_ANODES else ():
        temperature = r.number("temperature_C") if r.metric == "charge_rate" and r.unit == "C" else None
        rate = least(r)
        if temperature is None or rate is None or (r.number("duration_s") or _PULSE_S + 1) <= _PULSE_S:
            continue
        limit = next((bound for below, bound in fast_charge_bounds() if temperature < below), None)
        if limit is not None and rate > limit:
            found.append(Finding(
                kind="infeasible", ids=(r.id,), source=r.source, quote=r.source.quote,
                text=f"a charge of {rate:g}C at {temperature:g} °C; above about {limit:g}C lithium plating is expected "
                     "(assumption, to be checked by simulation)", question="May the cell be heated first?"))
    return found


def up_to_questions(requirements: Sequence[Requirement], flagged: set[str]) -> list[Finding]:
    """`up to 500 cycles` is read as a least by the metric's habit; the customer may have meant the other way.

    Where a most is meant, or a height, a price, a window, nobody doubts it.
    """
    found = []
    for r in requirements:
        open_ = r.metric in _EITHER_WAY and r.comparator == ">=" and r.priority == "must"
        if r.id in flagged and open_ and isinstance(r.value, float | int):
            quote = " ".join(r.source.quote.split())
            said = f"at least {r.value:g} {r.unit or ''}".strip()
            found.append(Finding(kind="ambiguity", ids=(r.id,), source=r.source, quote=r.source.quote,
                                 text=f"“{quote}” is read as {said}", question=f"Does “{quote}” mean {said}?"))
    return found
