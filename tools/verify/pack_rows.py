"""What a document asks of its pack → the counts of cells it leads to, and figures of that pack beside its rows."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.figure import Verdict
from knowledge.pack import PackBuilt, PackNeeds
from knowledge.parameters.registry import system
from knowledge.requirement import Requirement
from tools.verify.compare import allowed, bound_text

# Field of the needs, the metrics it may come from (first one wins), and which end of the allowed range.
_FROM = (
    ("energy_kWh", ("usable_energy", "energy"), "low"),
    ("v_max", ("max_voltage", "charge_voltage", "voltage_window"), "high"),
    ("v_min", ("min_voltage", "voltage_window"), "low"),
    ("nominal_V", ("nominal_voltage",), "middle"),
    ("mass_kg", ("mass",), "high"),
    ("volume_L", ("volume",), "high"),
    ("power_kW", ("discharge_power_pulse",), "low"),
)
VOLTAGE, AMOUNT = {"v_max", "nominal_V"}, {"energy_kWh", "power_kW"}  # one of each makes counts
_OPTIONS = {"energy_kWh": "energy", "power_kW": "power", "v_max": "v-max", "v_min": "v-min", "mass_kg": "mass",
            "volume_L": "volume"}
# To the fields' units; volts and litres are theirs already.
_PER_UNIT = {"Wh": 1e-3, "kWh": 1.0, "W": 1e-3, "kW": 1.0, "g": 1e-3, "kg": 1.0}


def pack_needs(requirements: Sequence[Requirement]) -> PackNeeds | None:
    """What the pack's rows of a document ask, where they say enough for counts: a voltage, and energy or power.

    Of several rows of one metric the must counts, then the first.
    """
    found = _stated(requirements)
    if not VOLTAGE & found.keys() or not AMOUNT & found.keys():
        return None
    return PackNeeds.model_validate(found)


def _stated(requirements: Sequence[Requirement]) -> dict[str, float]:
    found: dict[str, float] = {}
    rows = sorted((r for r in requirements if r.level == "pack"), key=lambda r: r.priority != "must")
    for name, metrics, end in _FROM:
        row = next((r for m in metrics for r in rows if r.metric == m), None)
        bounds = None if row is None else allowed(row)
        if row is None or bounds is None:
            continue
        ends = [e for e in (bounds.low, bounds.high) if abs(e) != float("inf")]
        value = {"low": ends[0], "high": ends[-1], "middle": sum(ends) / len(ends)}[end]
        if value > 0:
            found[name] = value * _PER_UNIT.get(row.unit or "", 1.0)
    return found


def pack_hint(requirements: Sequence[Requirement], system_key: str) -> str:
    """Where a document gives numbers of a pack alone: the command that turns them into a cell's; empty elsewhere."""
    if not any(r.level == "pack" for r in requirements):
        return ""
    found = _stated(requirements)
    options = [f"--{option} {found[field]:g}" for field, option in _OPTIONS.items() if field in found]
    if "v_max" not in found and "nominal_V" in found:
        options.append(f"--series {max(1, round(found['nominal_V'] / system(system_key).mean_V))}")
    options += ["--v-max V"] * (not VOLTAGE & found.keys()) + ["--energy KWH"] * (not AMOUNT & found.keys())
    asked = " (V and KWH are for you to fill in)" if pack_needs(requirements) is None else ""
    command = " ".join(("cellwright pack needs", system_key, *options))
    return f"its numbers are of the pack: `{command}` says what each cell must do{asked}"


def with_pack(verdicts: Sequence[Verdict], pack: PackBuilt | str | None) -> tuple[Verdict, ...]:
    """The verdicts with the estimated figures of a pack of this cell at the pack's rows; they decide nothing.

    Args:
        pack: the pack, or why none can be built of this cell.
    """
    if pack is None:
        return tuple(verdicts)
    return tuple(_informed(v, pack) if v.requirement.level == "pack" else v for v in verdicts)


def _informed(verdict: Verdict, pack: PackBuilt | str) -> Verdict:
    settled = "settled by the pack's design and test"
    if isinstance(pack, str):
        return verdict.model_copy(update={"reason": f"no pack can be estimated of this cell: {pack}; {settled}"})
    found = _estimated(verdict.requirement.metric, pack)
    if found is None:
        return verdict
    return verdict.model_copy(update={"reason": (
        f"for information, {found} of a fresh pack of {pack.series} in series and {pack.parallel} in parallel, with "
        f"assumed overheads; asked {bound_text(verdict.requirement)}; {settled}")})


def _estimated(metric: str, pack: PackBuilt) -> str | None:
    """The pack's own value of a metric in words."""
    volts = {"max_voltage": f"{pack.v_max:.4g} V", "charge_voltage": f"{pack.v_max:.4g} V",
             "min_voltage": f"{pack.v_min:.4g} V", "voltage_window": f"{pack.v_min:.4g} to {pack.v_max:.4g} V"}
    if metric in volts:
        return volts[metric]
    figure = next((f for f in pack.figures if f.metric == metric), None)
    if figure is None or figure.value is None:
        return None
    span = f" ({figure.low:.3g} to {figure.high:.3g})" if figure.low is not None and figure.high is not None else ""
    return f"estimated {figure.value:.4g} {figure.unit}{span}"
