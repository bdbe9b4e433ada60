"""What the customer cares about, as two to four objectives: chosen from the document by stated rules.

1. Only numbers of the cell that a model answers, in every space where two such are found, bounded on one side, and that
   differ between designs.
2. One of each family (energy, charging, power, heat, cold, efficiency): a wish before a must, then the family's order.
3. Energy first where it is asked, for the others are paid in it; then families with a wish, then those whose must the
   fewest surveyed designs keep.
4. The estimated cost is always one: a customer who names no price still compares prices.
5. At most three, four where three families have a wish; documents that ask for no energy get specific energy.
6. A must that no design keeps comes first, whatever its rank: how near one comes, and at what price, is the question.
7. One that ranks the designs as a chosen one does (rank correlation of 0.95 or more) says nothing new and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.ask import Ask
from knowledge.front import Objective
from knowledge.requirement import Requirement
from tools.optimise.margins import Target
from tools.verify.asks import asks_for
from tools.verify.compare import allowed, two_sided

FAMILIES: dict[str, tuple[str, ...]] = {
    "energy": ("specific_energy", "energy_density", "energy", "usable_energy", "capacity", "mass", "volume"),
    "charging": ("fast_charge_time", "charge_time"),
    "power": ("specific_power", "power_density", "discharge_power_pulse", "discharge_power", "rate_capability", "dcir",
              "charge_power_pulse", "charge_power", "discharge_rate_continuous", "discharge_current_continuous"),
    "heat": ("temperature_rise", "surface_temperature"),
    "cold": ("low_temperature_energy", "low_temperature_capacity", "cold_start"),
    "efficiency": ("energy_efficiency",),
}
COST = "cost"
MOST, MOST_WITH_WISHES = 3, 4
SAME = 0.95        # rank correlation from which two objectives tell the same story
DIFFERS = 0.01     # spread of a figure, of its middle value, below which designs do not differ


@dataclass(frozen=True)
class Wanted:
    """An objective with where its value is found: a column of the targets, or the cost."""

    objective: Objective
    target: int | None


def energy_ask() -> tuple[Requirement, Ask]:
    """Specific energy at C/3 and 25 °C, for documents that ask for no energy: what a cost per kWh refers to."""
    from knowledge.requirement import SourceSpan

    wish = Requirement(id="specific energy", metric="specific_energy", comparator=">=", value=1.0, unit="Wh/kg",
                       priority="should", conditions={"rate_C": 0.3333, "temperature_C": 25.0},
                       source=SourceSpan(document="not asked", quote=""))
    return wish, asks_for([wish])[0][0]


def choose(targets: Sequence[Target], values: np.ndarray, margins: np.ndarray, cost: np.ndarray,
           missed: Sequence[str] = ()) -> list[Wanted]:
    """The objectives for a document, from what its targets are worth in a survey of designs.

    Args:
        targets: the requirements that are answered.
        values: their figures (n_designs, n_targets), NaN where there is none.
        margins: their relative margins (n_designs, n_targets).
        cost: estimated cost (n_designs,), NaN where unknown.
        missed: ids of musts that no design keeps.
    """
    able = [k for k in range(len(targets)) if _can_be_one(targets[k].requirement, values[:, k])]
    families = {name: [k for k in able if targets[k].requirement.metric in members]
                for name, members in FAMILIES.items()}
    first = {name: min(own, key=lambda k: (targets[k].id not in missed, targets[k].requirement.priority != "should",
                                           FAMILIES[name].index(targets[k].requirement.metric), k))
             for name, own in families.items() if own}
    kept = {name: float(np.nanmean(margins[:, k] >= 0)) for name, k in first.items()}
    order = sorted(first, key=lambda n: (targets[first[n]].id not in missed, n != "energy", targets[first[
        n]].requirement.priority != "should", kept[n], list(FAMILIES).index(n)))
    wishes = sum(targets[first[n]].requirement.priority == "should" for n in order)
    most = MOST_WITH_WISHES if wishes >= MOST else MOST
    needed = [_less_is_better(targets[k].requirement, values[:, k]) for k in first.values() if targets[k].id in missed]
    priced = bool(np.isfinite(cost).any()) and float(np.nanstd(cost)) > 0 and not any(
        _rank_correlation(cost, c) >= SAME for c in needed)
    chosen: list[Wanted] = []
    columns: list[np.ndarray] = [cost] if priced else []
    for name in order:
        k = first[name]
        column = _less_is_better(targets[k].requirement, values[:, k])
        new = targets[k].id in missed or not any(_rank_correlation(column, c) >= SAME for c in columns)
        if len(chosen) < most - priced and new:
            chosen.append(Wanted(_objective(targets[k].requirement, name, kept[name], targets[k].id in missed), k))
            columns.append(column)
    if priced:
        why = "the maker's own question: estimated cost of materials and making"
        chosen.append(Wanted(Objective(metric=COST, unit="USD/kWh", better="less", reason=why), None))
    return chosen


def more_is_better(requirement: Requirement) -> bool:
    """Whether a one-sided bound asks for at least so much."""
    bounds = allowed(requirement)
    return bounds is not None and bool(np.isfinite(bounds.low))


def named(targets: Sequence[Target], metrics: Sequence[str]) -> list[Wanted]:
    """The objectives that the caller names by their metrics, in that order; unknown ones are left out."""
    found = []
    for metric in metrics:
        if metric == COST:
            found.append(Wanted(Objective(metric=COST, unit="USD/kWh", better="less", reason="named"), None))
        k = next((k for k, t in enumerate(targets) if t.requirement.metric == metric), None)
        if k is not None:
            found.append(Wanted(_objective(targets[k].requirement, "", None), k))
    return found


def _can_be_one(requirement: Requirement, values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    if requirement.level != "cell" or two_sided(requirement) or allowed(requirement) is None or len(finite) < 2:
        return False
    low, middle, high = np.quantile(finite, [0.05, 0.5, 0.95])
    return bool(high - low > DIFFERS * abs(middle))


def _less_is_better(requirement: Requirement, values: np.ndarray) -> np.ndarray:
    return -values if more_is_better(requirement) else values


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 8:
        return 0.0
    one, other = (np.argsort(np.argsort(c[both])) for c in (a, b))
    return float(np.corrcoef(one, other)[0, 1])


def _objective(r: Requirement, family: str, kept: float | None, missed: bool = False) -> Objective:
    bounds = allowed(r)
    better_more = more_is_better(r)
    bound = None if bounds is None else bounds.low if better_more else bounds.high
    asked = r.source.document != "not asked"
    if kept is None:
        reason = "named"
    elif missed:
        reason = f"{family}: a must that no simulated design keeps"
    elif not asked:
        reason = "no energy is asked for; specific energy is what a cost per kWh stands beside"
    elif r.priority == "should":
        reason = f"{family}: a wish of the customer"
    else:
        reason = f"{family}: the must that {kept:.0%} of surveyed designs keep"
    return Objective(metric=r.metric, unit=r.unit, better="more" if better_more else "less",
                     requirement_id=r.id if asked else None, bound=bound if asked else None,
                     conditions=r.conditions, reason=reason)
