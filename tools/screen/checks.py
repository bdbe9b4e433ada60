"""One small check a question: can this system serve this requirement? Each answers with words, or with nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from knowledge.cell import CellDesign, Pouch
from knowledge.parameters.system import System
from knowledge.requirement import Requirement
from tools.screen.theory import physical_bound, theoretical_balance
from tools.simulate.balance import balance_many
from tools.simulate.composition import chemistry_text
from tools.verify.compare import Allowed, allowed
from tools.verify.words import matches

CHEMISTRY = ("chemistry", "cathode_chemistry", "anode_chemistry")
SIDE = {"chemistry": "chemistry", "cathode_chemistry": "cathode", "anode_chemistry": "anode"}


class Broken(NamedTuple):
    """Why a system cannot serve a requirement. `strict` ones are the customer's word, the others a physical limit."""

    requirement: str
    reason: str
    strict: bool


class Noted(NamedTuple):
    """Something to know that rules nothing out."""

    requirement: str
    text: str


Answer = Broken | Noted | None


def _words(requirement: Requirement) -> list[str]:
    value = requirement.value
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def _contains(formula: str, word: str) -> bool | None:
    """Whether a formula holds the element that a word names; None where the word names no element."""
    from pymatgen.core import Composition, Element

    wanted = word.strip().casefold()
    for element in Element:
        if wanted in {element.symbol.casefold(), element.long_name.casefold()}:
            return element in Composition(formula)
    return None


def check_chemistry(system: System, requirement: Requirement) -> Answer:
    """Chemistry words that are asked for or prohibited, element names among them."""
    # A class comparison needs only the pair; the pouch is any case.
    design = CellDesign(pair=system.reference, format=Pouch(width_mm=50, thickness_mm=5, height_mm=50))
    text, side = chemistry_text(design, requirement.metric), SIDE[requirement.metric]
    asked = _words(requirement)
    found = [matches(word, text) for word in asked]
    if requirement.comparator == "prohibited":
        for word, hit in zip(asked, found, strict=True):
            if hit or _contains(system.cathode_formula, word):
                return Broken(requirement.id, f"{word} is prohibited and {system.label} is or holds it", True)
        return None
    if any(found):
        return None
    if all(hit is None for hit in found):
        return Noted(requirement.id, f"{side} {' or '.join(asked)}: not understood, not checked")
    return Broken(requirement.id, f"{side} {' or '.join(asked)} is asked; this is {system.label}", True)


def check_cobalt(system: System, requirement: Requirement) -> Answer:
    """Cobalt in the cathode's metals, by moles from the formula."""
    bounds, share = allowed(requirement), 100 * cobalt_fraction(system.cathode_formula)
    if bounds is None or bounds.holds(share):
        return None
    return Broken(requirement.id, f"cobalt is {share:.3g} % of the cathode's metals; {_bound(bounds, '%')} is asked",
                  False)


def cobalt_fraction(formula: str) -> float:
    """Moles of cobalt over moles of metals other than lithium and sodium (aluminium counts), from a formula."""
    from pymatgen.core import Composition

    amounts = {e.symbol: n for e, n in Composition(formula).items() if e.is_metal and e.symbol not in ("Li", "Na")}
    return float(amounts.get("Co", 0.0) / sum(amounts.values()))


def check_silicon(system: System, requirement: Requirement) -> Answer:
    """Silicon in the anode coating; an assumed content rules nothing out, an anode without silicon does."""
    bounds, share = allowed(requirement), 100 * system.silicon_fraction
    if bounds is None or bounds.holds(share):
        return None
    if system.anode_class == "graphite-silicon":
        return Noted(requirement.id, f"silicon {_bound(bounds, '%')} is asked; the set does not state its content")
    return Broken(requirement.id, f"the anode holds no silicon; {_bound(bounds, '%')} is asked", False)


def check_energy(system: System, requirement: Requirement) -> Answer:
    """Asked energy per mass or volume against what the active materials alone could hold."""
    bounds = allowed(requirement)
    if bounds is None:
        return None
    specific, density = physical_bound(system.key)
    limit, unit = (specific, "Wh/kg") if requirement.metric == "specific_energy" else (density, "Wh/L")
    if bounds.low <= limit:
        return None
    return Broken(requirement.id, f"{bounds.low:g} {unit} is asked; the active materials alone hold {limit:.0f} {unit}",
                  False)


def check_nominal_voltage(system: System, requirement: Requirement) -> Answer:
    """Asked mean voltage against the mean open-circuit voltage, which no discharge exceeds."""
    bounds, mean = allowed(requirement), theoretical_balance(system.key).mean_ocv_V
    if bounds is None or (bounds.low <= mean and 0.85 * mean <= bounds.high):
        return None
    return Broken(requirement.id, f"a mean voltage of {_bound(bounds, 'V')} is asked; this system's is {mean:.2f} V at "
                  "zero current", False)


def check_voltage(system: System, requirement: Requirement) -> Answer:
    """Asked cut-off voltages: at least half of the capacity must lie inside, and the potentials must reach them."""
    bounds = allowed(requirement)
    if bounds is None:
        return None
    v_min, v_max = system.v_min, system.v_max
    if requirement.metric in ("max_voltage", "voltage_window"):
        v_max = min(v_max, bounds.high)
    if requirement.metric in ("min_voltage", "voltage_window"):
        v_min = max(v_min, bounds.low)
    pair = system.reference.model_copy(update={"v_min": v_min, "v_max": v_max})
    held, full = balance_many([pair, system.reference])
    if not isinstance(held, Exception) and not isinstance(full, Exception):
        share = held.areal_capacity_mAh_cm2 / full.areal_capacity_mAh_cm2
        if share >= 0.5:
            return _reach(system, requirement, bounds)
    return Broken(requirement.id, f"less than half of its capacity lies within {v_min:g}–{v_max:g} V", False)


def _reach(system: System, requirement: Requirement, bounds: Allowed) -> Answer:
    if requirement.metric == "max_voltage" and bounds.low > system.v_max + 0.02:
        return Broken(requirement.id, f"a charge to {bounds.low:g} V is asked; its parameter set holds to "
                      f"{system.v_max:g} V", False)
    return None


def check_temperature(system: System, requirement: Requirement) -> Answer:
    """Cold asks: a set without temperature dependence has no answer, which rules nothing out."""
    numbers = [requirement.number("temperature_C"), requirement.number("start_temperature_C")]
    bounds = allowed(requirement) if requirement.unit == "degC" else None
    coldest = min([n for n in numbers if n is not None] + ([bounds.low] if bounds else []), default=None)
    edge = system.validity.temperature_C[0]
    if coldest is None or coldest >= edge or coldest < -273:
        return None
    why = ("its parameter set hardly depends on temperature" if not system.has_temperature_dependence
           else f"its box ends at {edge:g} °C")
    return Noted(requirement.id, f"{coldest:g} °C: {why}, so figures there are not evaluated or extrapolated")


CHECKS: dict[str, Callable[[System, Requirement], Answer]] = {
    **dict.fromkeys(CHEMISTRY, check_chemistry), "cathode_cobalt_fraction": check_cobalt,
    "anode_silicon_fraction": check_silicon, "specific_energy": check_energy, "energy_density": check_energy,
    "nominal_voltage": check_nominal_voltage, "max_voltage": check_voltage, "min_voltage": check_voltage,
    "voltage_window": check_voltage,
}


def check(system: System, requirement: Requirement) -> Answer:
    """What one requirement says about one system."""
    found = CHECKS[requirement.metric](system, requirement) if requirement.metric in CHECKS else None
    return found or check_temperature(system, requirement)


def _bound(bounds: Allowed, unit: str) -> str:
    if bounds.low == float("-inf"):
        return f"at most {bounds.high:g} {unit}"
    if bounds.high == float("inf"):
        return f"at least {bounds.low:g} {unit}"
    return f"{bounds.low:g}–{bounds.high:g} {unit}"
