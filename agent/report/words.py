"""Numbers and requirements in words, as the report, the workbook and the terminal print them."""

from __future__ import annotations

from agent.report.headline import number
from knowledge.figure import Figure, Verdict
from knowledge.offer import BuildUp, Offer, ProductionYield
from knowledge.requirement import ConditionValue, Requirement, Value

_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "about": "≈"}
_CONDITION_UNITS = {
    "_pct": " %", "_C": " °C", "_A": " A", "_W": " W", "_s": " s", "_Hz": " Hz",
}
_RATES = {"rate_C": "C", "charge_C": "C charge", "discharge_C": "C discharge", "reference_C": "C reference",
          "rate_P": "P"}
_LIMITS = {"v_min": "down to", "v_max": "up to"}
_METHOD_WORDS = {
    "dfn": "DFN-simulated", "build-up": "build-up", "ageing run": "ageing simulation", "surrogate": "estimated",
    "card": "material card", "document": "document",
}


def metric_words(metric: str) -> str:
    """`energy_density` → `energy density`; abbreviations keep their capitals."""
    words = metric.replace("_", " ")
    for short in ("dcir", "acir", "dpa"):
        words = words.replace(short, short.upper())
    return words


def bound_words(requirement: Requirement) -> str:
    """The bound with its sign and unit: `≥ 285 Wh/kg`, `46 mm −0.1 +0.05`, `UN 38.3`."""
    value, unit = requirement.value, f" {unit_words(requirement.unit)}" if requirement.unit else ""
    if requirement.comparator == "range" and isinstance(value, list):
        return f"{_value(value[0])} … {_value(value[1])}{unit}"
    if requirement.comparator == "tolerance" and isinstance(value, list):
        low, high = _value(value[1]), _value(value[2])
        tolerance = f"± {low}" if low == high else f"−{low} / +{high}"
        return f"{_value(value[0])} {tolerance}{unit}"
    if requirement.comparator in _SIGNS:
        return f"{_SIGNS[requirement.comparator]} {_value(value)}{unit}"
    prefix = {"prohibited": "not ", "required": "", "in": ""}[requirement.comparator]
    return f"{prefix}{_value(value)}{unit}"


def unit_words(unit: str | None) -> str:
    """A unit as a reader expects it."""
    return {None: "", "degC": "°C", "mohm": "mΩ", "Mohm": "MΩ", "kg_CO2e/kWh": "kg CO₂e/kWh",
            "cycle": "cycles", "year": "years", "month": "months"}.get(unit, unit or "")


def conditions_words(conditions: dict[str, ConditionValue]) -> str:
    """Conditions in one line: `C/3, 25 °C, 10 s, 50 % SOC`."""
    return ", ".join(_condition(k, v) for k, v in conditions.items())


def _condition(name: str, value: ConditionValue) -> str:
    if name in _RATES:
        if value == 0.3333 or (isinstance(value, float) and abs(value - 1 / 3) < 1e-3):
            return "C/3" + _RATES[name][1:]
        return f"{_value(value)}{_RATES[name]}"
    if name == "soc_pct":
        return f"{_value(value)} % SOC"
    if isinstance(value, str):
        return value
    if name in _LIMITS:
        return f"{_LIMITS[name]} {_value(value)} V"
    for ending, unit in _CONDITION_UNITS.items():
        if name.endswith(ending):
            label = name.removesuffix(ending).replace("_", " ")
            return f"{label} {_value(value)}{unit}" if label not in ("temperature", "duration", "current") else (
                f"{_value(value)}{unit}")
    return f"{name.replace('_', ' ')} {_value(value)}"


def _value(value: Value | ConditionValue) -> str:
    if isinstance(value, list):
        return " – ".join(_value(v) for v in value) if all(isinstance(v, int | float) for v in value) else ", ".join(
            str(v) for v in value)
    return number(value) if isinstance(value, int | float) else str(value)


def figure_words(figure: Figure | None) -> str:
    """Value, unit and interval: `297 Wh/kg (289 – 305)`."""
    if figure is None or figure.value is None:
        return (figure.text if figure else None) or "–"
    mark = "~" if figure.validity == "extrapolated" or figure.method == "surrogate" else ""
    if (figure.note or "").startswith("at least"):
        mark = f"≥ {mark}"
    unit = f" {unit_words(figure.unit)}" if figure.unit else ""
    interval = ""
    if figure.low is not None and figure.high is not None and figure.high > figure.low:
        interval = f" ({number(figure.low)} – {number(figure.high)})"
    return f"{mark}{number(figure.value)}{unit}{interval}"


def method_words(figure: Figure | None) -> str:
    """How a figure came about, with its validity where that is not inside."""
    if figure is None:
        return ""
    words = _METHOD_WORDS[figure.method]
    return words if figure.validity == "inside" else f"{words}, {figure.validity}"


def origin_words(figure: Figure | None) -> str:
    """The reference that resolves in the ledger or the cards, shortened."""
    if figure is None:
        return ""
    return figure.origin if figure.origin.startswith("card:") else f"ledger:{figure.origin[:8]}"


def second_words(figure: Figure) -> str:
    """What a model made anew for the design gives for the same figure, or nothing."""
    second = figure.second
    if second is None:
        return ""
    difference = f"{second.difference:+.2%}".replace("-", "−")
    apart = ": outside the stated interval" if second.apart else ""
    return f"simulated anew {number(second.value)} {unit_words(figure.unit)} ({difference}{apart})"


def note_words(figure: Figure) -> str:
    """The figure's own note and its second opinion."""
    return "; ".join(w for w in (figure.note, second_words(figure)) if w)


def second_opinion_sentence(offer: Offer) -> str:
    """How far the figures move when PyBaMM builds a model for this design alone; empty where that was not done."""
    seconds = [f.second for f in offer.figures if f.second is not None]
    if not seconds:
        return ""
    largest = max(abs(s.difference) for s in seconds)
    apart = sum(s.apart for s in seconds)
    flag = f"; {apart} outside the stated interval, both are printed" if apart else ""
    return (f"Simulated anew by a PyBaMM model made for this design alone, on its own finer mesh: {len(seconds)} "
            f"figures, largest difference {largest:.2%}{flag}.")


def margin_words(verdict: Verdict) -> str:
    """The relative margin with its sign, or nothing."""
    return "" if verdict.margin is None else f"{verdict.margin:+.1%}".replace("-", "−")


def reason_words(verdict: Verdict) -> str:
    """Why a verdict is what it is, without the figure and the bound, which stand beside it."""
    figure = verdict.figure
    if figure is None or figure.value is None or "; " not in verdict.reason:
        return verdict.reason
    return verdict.reason.split("; ", 1)[1]


def verdict_for(offer: Offer, requirement_id: str) -> Verdict | None:
    """What an offer gets for one requirement."""
    return next((v for v in offer.verdicts if v.requirement.id == requirement_id), None)


def yield_words(found: ProductionYield) -> str:
    """The share of cells that keep the musts, and the must that fails most often: `98.6 % (R03 98.7 %)`."""
    weakest = f"; {found.weakest_id} is kept by {found.weakest_share:.1%}" if found.weakest_id else ""
    return f"{found.share:.1%} of cells keep every must{weakest}"


def design_rows(offer: Offer) -> list[tuple[str, str]]:
    """The design in a cell designer's terms."""
    design, up, pair = offer.design, offer.build_up, offer.design.pair
    size = " × ".join(f"{number(v)}" for v in up.dimensions_mm.values())
    rows = [
        ("System", pair.system), ("Format", f"{design.format.kind}, {size} mm"),
        ("Layers" if design.format.kind != "cylindrical" else "Turns", number(float(up.layers))),
        ("Positive coating, single side", f"{number(pair.positive.coating_thickness_um)} µm"),
        ("Negative coating, single side", f"{number(pair.negative.coating_thickness_um)} µm"),
        ("Porosity positive / negative", f"{number(pair.positive.porosity)} / {number(pair.negative.porosity)}"),
        ("Particle radius positive / negative",
         f"{number(pair.positive.particle_radius_um)} / {number(pair.negative.particle_radius_um)} µm"),
        ("Foil Al / Cu",
         f"{number(pair.positive.foil_thickness_um)} / {number(pair.negative.foil_thickness_um)} µm"),
        ("Separator", f"{number(pair.separator.thickness_um)} µm, porosity {number(pair.separator.porosity)}"),
        ("Areal capacity", f"{number(up.areal_capacity_mAh_cm2)} mAh/cm²"),
        ("N/P ratio", number(up.np_ratio)),
        ("Electrode area", f"{number(up.electrode_area_cm2)} cm²"),
        ("Stoichiometric capacity", f"{number(up.stoichiometric_capacity_Ah)} Ah"),
        ("Ohmic path (foils, tabs, terminals)", f"{number(up.path_resistance_mohm)} mΩ"),
        ("Voltage window", f"{number(pair.v_min)} – {number(pair.v_max)} V"),
    ]
    if offer.production_yield is not None:
        rows.append(("Production yield, estimated", yield_words(offer.production_yield)))
    if up.cost_usd is not None and up.cost_low_usd is not None and up.cost_high_usd is not None:
        rows.append(("Cost, estimated",
                     f"{up.cost_usd:.2f} USD per cell ({up.cost_low_usd:.2f} – {up.cost_high_usd:.2f})"))
    return rows


def volume_words(up: BuildUp) -> str:
    """`for a plant of 20 GWh a year`; empty where no cost was estimated."""
    return f"for a plant of {up.cost_volume_GWh:g} GWh a year" if up.cost_volume_GWh else ""


def cost_sums(up: BuildUp) -> list[tuple[str, float, float, float, str]]:
    """Cost by material and by stage of making: name, USD per cell with its interval, basis."""
    rows = [(i.item, i.cost_usd, i.low_usd, i.high_usd, i.source) for i in up.cost_items if i.stage == "material"]
    for stage in dict.fromkeys(i.stage for i in up.cost_items if i.stage != "material"):
        steps = [i for i in up.cost_items if i.stage == stage]
        rows.append((stage.replace("_", " "), sum(i.cost_usd for i in steps), sum(i.low_usd for i in steps),
                     sum(i.high_usd for i in steps), "; ".join(dict.fromkeys(i.source for i in steps))))
    return rows
