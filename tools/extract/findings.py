"""What the requirements say about each other: contradictions, couplings, physical bounds, open questions."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.requirement import ConditionValue, Finding, Requirement
from knowledge.vocabulary import bounds, fast_charge_bounds

_MOST_COMPARED = 100  # requirements on one metric; a document of people has few, a table of data thousands
_MOST_COUPLED = 30    # energies, masses and densities that are held against each other
_IDENTITY = ("kind", "note", "basis", "v_min", "v_max")   # conditions that do not make two bounds two demands


def examine(requirements: Sequence[Requirement]) -> list[Finding]:
    """All findings that follow from the requirements alone."""
    found: list[Finding] = []
    for check in (gaps, contradictions, wishes_beyond, energy_against_mass, energy_against_size, beyond_bounds,
                  fast_charges):
        found += check(requirements)
    return found


def _floor(r: Requirement) -> float | None:
    if r.comparator in (">=", ">") and isinstance(r.value, float | int):
        return float(r.value)
    if r.comparator == "range" and isinstance(r.value, list):
        return float(r.value[0])
    if r.comparator == "tolerance" and isinstance(r.value, list):
        return float(r.value[0]) - float(r.value[1])
    return float(r.value) if r.comparator == "=" and isinstance(r.value, float | int) else None


def _ceiling(r: Requirement) -> float | None:
    if r.comparator in ("<=", "<") and isinstance(r.value, float | int):
        return float(r.value)
    if r.comparator == "range" and isinstance(r.value, list):
        return float(r.value[1])
    if r.comparator == "tolerance" and isinstance(r.value, list):
        return float(r.value[0]) + float(r.value[2])
    return float(r.value) if r.comparator == "=" and isinstance(r.value, float | int) else None


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
            if (a.conditions.get("kind"), b.conditions.get("kind")) == ("minimum", "typical"):
                continue
            low = max((v for v in (_floor(a), _floor(b)) if v is not None), default=None)
            high = min((v for v in (_ceiling(a), _ceiling(b)) if v is not None), default=None)
            differing = a.comparator == b.comparator and a.value != b.value and a.comparator not in ("required", "in",
                                                                                                   "prohibited")
            if (low is not None and high is not None and low > high * (1 + 1e-9)) or differing:
                text = f"{a.metric}: {a.source.quote} ({a.source.place}) and {b.source.quote} ({b.source.place})" + (
                    " cannot both hold" if not differing else " are two bounds for the same conditions")
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


def wishes_beyond(requirements: Sequence[Requirement]) -> list[Finding]:
    """A wish on the same metric as a must, so that the reader sees which one is held."""
    found = []
    timed = [r for r in requirements if r.metric in ("fast_charge_time", "charge_time")][:_MOST_COMPARED]
    for wish in (r for r in timed if r.priority == "should"):
        for must in (r for r in timed if r.priority == "must"):
            same = (wish.metric, wish.level, wish.comparator) == (must.metric, must.level, must.comparator)
            window = all(wish.conditions.get(k) == must.conditions.get(k) for k in ("soc_from_pct", "soc_to_pct"))
            if same and window and wish.value != must.value:
                found.append(Finding(
                    kind="conflict", ids=(must.id, wish.id), source=wish.source, quote=wish.source.quote,
                    text=f"{must.metric}: the must is {must.value} {must.unit}, the wish {wish.value} {wish.unit}; "
                         "the must is held, the wish is scored"))
    return found


def _by(requirements: Sequence[Requirement], metric: str) -> list[Requirement]:
    return [r for r in requirements if r.metric == metric and r.level == "cell" and r.priority == "must"
            and r.conditions.get("life") != "EOL"][:_MOST_COUPLED]


def energy_against_mass(requirements: Sequence[Requirement]) -> list[Finding]:
    """Energy (or capacity × voltage) ÷ Wh/kg is the mass that is left; a looser mass limit does not help."""
    found = []
    for density in _by(requirements, "specific_energy"):
        for energy in _by(requirements, "energy"):
            floor, per_kg = _floor(energy), _floor(density)
            if floor is None or per_kg is None or per_kg <= 0:
                continue
            allowed = 1000 * floor / per_kg
            for mass in _by(requirements, "mass"):
                ceiling, least = _ceiling(mass), _floor(mass)
                if ceiling is None:
                    continue
                if least is not None and mass.comparator in ("range", "tolerance") and allowed < least:
                    text = (f"{floor:g} Wh at {per_kg:g} Wh/kg leaves at most {allowed:.1f} g, below the asked "
                            f"{least:g} g: more energy than {floor:g} Wh is needed")
                    found.append(Finding(kind="conflict", ids=(energy.id, density.id, mass.id), text=text))
                elif ceiling > allowed * 1.002:
                    text = (f"coupled: a cell with just {floor:g} Wh meets {per_kg:g} Wh/kg only to {allowed:.1f} g; "
                            f"at {ceiling:g} g it has {1000 * floor / ceiling:.1f} Wh/kg, so "
                            f"{1e-3 * per_kg * ceiling:.1f} Wh would be needed")
                    found.append(Finding(kind="conflict", ids=(mass.id, energy.id, density.id), text=text))
    return found


def energy_against_size(requirements: Sequence[Requirement]) -> list[Finding]:
    """The asked energy in the asked envelope against the asked Wh/L."""
    found: list[Finding] = []
    size = _envelope(requirements)
    if size is None:
        return found
    litres, ids = size
    for energy in _by(requirements, "energy"):
        floor = _floor(energy)
        if floor is None:
            continue
        needed = floor / litres
        for density in _by(requirements, "energy_density"):
            asked = _floor(density)
            if asked is not None and asked > needed * 1.03:
                found.append(Finding(kind="conflict", ids=(*ids, energy.id, density.id), text=(
                    f"coupled: the largest envelope is {litres:.4g} L, so {asked:g} Wh/L means "
                    f"{asked * litres:.1f} Wh, more than the asked {floor:g} Wh")))
        bound = next((b for b in bounds() if b.metric == "energy_density"), None)
        if bound and needed > bound.bound:
            found.append(Finding(kind="infeasible", ids=(*ids, energy.id), text=(
                f"{floor:g} Wh in {litres:.4g} L is {needed:.0f} Wh/L; bound {bound.bound:g} Wh/L ({bound.reason})")))
    return found


def _envelope(requirements: Sequence[Requirement]) -> tuple[float, tuple[str, ...]] | None:
    """Largest outer volume [L] that the size requirements allow, with their ids."""
    limits: dict[str, tuple[float, str]] = {}
    for r in requirements:
        ceiling = _ceiling(r) if r.unit == "mm" and r.priority == "must" and r.level == "cell" else None
        if ceiling is not None and (r.metric not in limits or ceiling < limits[r.metric][0]):
            limits[r.metric] = (ceiling, r.id)
    if "diameter" in limits and "height" in limits:
        d, h = limits["diameter"], limits["height"]
        return 3.141592653589793 / 4 * d[0] ** 2 * h[0] * 1e-6, (d[1], h[1])
    names = [n for n in ("length", "width", "thickness", "height") if n in limits]
    if len(names) == 3:
        volume = 1e-6
        for n in names:
            volume *= limits[n][0]
        return volume, tuple(limits[n][1] for n in names)
    return None


def beyond_bounds(requirements: Sequence[Requirement]) -> list[Finding]:
    """Single asks beyond a physical bound."""
    found = []
    for r in requirements:
        for bound in bounds():
            if r.metric != bound.metric or r.level != "cell" and r.level != "material":
                continue
            value = _floor(r) if bound.side == "above" else _ceiling(r)
            if value is not None and (value > bound.bound if bound.side == "above" else value < bound.bound):
                found.append(Finding(
                    kind="infeasible", ids=(r.id,), source=r.source, quote=r.source.quote,
                    text=f"{r.metric} {value:g} {r.unit} is {bound.side} the bound {bound.bound:g} {bound.unit}: "
                         f"{bound.reason}"))
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


def up_to_questions(requirements: Sequence[Requirement], flagged: set[str]) -> list[Finding]:
    """`up to` is read by the metric's habit; the customer may have meant the other way."""
    words = {">=": "at least", "<=": "at most"}
    found = []
    for r in requirements:
        if r.id in flagged:
            quote, bound = " ".join(r.source.quote.split()), words.get(r.comparator, r.comparator)
            said = f"{bound} {r.value:g} {r.unit or ''}".strip() if isinstance(r.value, float | int) else bound
            found.append(Finding(kind="ambiguity", ids=(r.id,), source=r.source, quote=r.source.quote,
                                 text=f"“{quote}” is read as {said}", question=f"Does “{quote}” mean {said}?"))
    return found
