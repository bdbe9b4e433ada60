"""Which offer first, and why: a score of explained parts, weighted; the weights are the user's to change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from knowledge.figure import DECISIVE, Figure, Verdict
from knowledge.offer import BuildUp, ProductionYield
from tools.failures import BadInput
from tools.verify.compare import allowed, share_inside, two_sided

WEIGHTS: dict[str, float] = {
    "musts": 0.40, "margin": 0.15, "robustness": 0.15, "wishes": 0.10, "cost": 0.10, "confidence": 0.10,
}
ENOUGH_MARGIN = 0.10  # a must kept by 10 % earns the full part; more margin than that earns nothing


def weights_with(overrides: Mapping[str, float] | None) -> dict[str, float]:
    """The default weights with the user's on top, scaled to sum to 1.

    Raises:
        BadInput: an unknown part, a negative weight, or nothing left to weigh.
    """
    given = dict(overrides or {})
    unknown = sorted(set(given) - set(WEIGHTS))
    if unknown:
        raise BadInput(f"there is no ranking part {unknown[0]!r}; the parts are {', '.join(WEIGHTS)}")
    merged = {**WEIGHTS, **given}
    total = sum(merged.values())
    if any(not 0 <= w < math.inf for w in merged.values()) or total <= 0:
        raise BadInput("ranking weights must not be negative, and at least one must be positive")
    return {name: w / total for name, w in merged.items()}


def evaluated_musts(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Verdicts on musts that say something."""
    return [v for v in verdicts if v.requirement.priority == "must" and v.verdict != "not evaluated"]


def kept(verdict: Verdict) -> bool:
    """Met, or at risk with the value itself on the right side of the bound."""
    return verdict.verdict == "met" or (verdict.verdict == "at risk" and (verdict.margin or 0.0) >= -1e-9)


def meets_all(verdicts: Sequence[Verdict]) -> bool:
    """No evaluated must is missed, and there is at least one."""
    musts = evaluated_musts(verdicts)
    return bool(musts) and all(kept(v) for v in musts)


def violation(verdicts: Sequence[Verdict], without: str | None = None) -> float:
    """Sum of the relative violations of the musts; none counts more than 1, as one that cannot be met at all.

    Args:
        without: id of a requirement that is left out of the sum.
    """
    total = 0.0
    for v in evaluated_musts(verdicts):
        if v.requirement.id != without and not kept(v):
            total += min(max(-(v.margin if v.margin is not None else -1.0), 1e-6), 1.0)
    return total


def score_parts(verdicts: Sequence[Verdict], cost_per_kWh: float | None, cheapest: float | None,
                production_yield: ProductionYield | None = None) -> dict[str, float]:
    """Each part of the score, 0 (bad) … 1 (good); a part without anything to judge counts 1.

    Robustness is the production yield, and where it is not known how much of the figures' intervals is allowed.
    """
    musts = evaluated_musts(verdicts)
    wishes = [v for v in verdicts if v.requirement.priority == "should" and v.verdict != "not evaluated"]
    one_sided = [v for v in musts if v.margin is not None and not two_sided(v.requirement)]
    return {
        "musts": _mean([1.0 if kept(v) else 0.0 for v in musts]),
        "margin": _mean([min(max((v.margin or 0.0) / ENOUGH_MARGIN, 0.0), 1.0) for v in one_sided]),
        "robustness": production_yield.share if production_yield else _mean([_inside(v) for v in musts]),
        "wishes": _mean([1.0 if kept(v) else 0.0 for v in wishes]),
        "cost": cheapest / cost_per_kWh if cost_per_kWh and cheapest else 1.0,
        "confidence": _mean([_confidence(v) for v in musts]),
    }


def cost_per_kWh(build_up: BuildUp, figures: Sequence[Figure]) -> float | None:
    """Estimated cost over the fresh energy [USD/kWh], from whichever figure gives it; None where unknown."""
    if build_up.cost_usd is None:
        return None
    scale = {"energy": 1.0, "specific_energy": build_up.mass_g / 1000, "energy_density": build_up.volume_mL / 1000}
    for metric, factor in scale.items():
        for f in figures:
            if f.metric == metric and f.value and f.method == "dfn":
                return 1000 * build_up.cost_usd / (f.value * factor)
    return None


def _inside(v: Verdict) -> float:
    bounds, f = allowed(v.requirement), v.figure
    if bounds is None or f is None or f.value is None:
        return 1.0 if kept(v) else 0.0
    return share_inside(bounds, f.low if f.low is not None else f.value, f.high if f.high is not None else f.value)


def _confidence(v: Verdict) -> float:
    if v.figure is None or v.figure.method not in DECISIVE:
        return 0.0
    return 1.0 if v.figure.validity == "inside" else 0.5


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0


def reason_sentence(verdicts: Sequence[Verdict], parts: Mapping[str, float]) -> str:
    """Why the offer stands where it stands, in one sentence without a number that is not counted here."""
    musts = evaluated_musts(verdicts)
    held = [v for v in musts if kept(v)]
    estimates = [v for v in musts if v.figure is not None and v.figure.method not in DECISIVE]
    words = [f"keeps {len(held)} of {len(musts)} evaluated musts"]
    if estimates:
        words[0] += f" ({len(estimates)} by estimate)"
    if len(held) < len(musts):
        words.append(missed_words(verdicts))
        return "; ".join(words)
    tight = [v for v in musts if v.margin is not None and not two_sided(v.requirement)]
    if tight:
        nearest = min(tight, key=lambda v: v.margin or 0.0)
        words.append(f"tightest at {_name(nearest)}, {nearest.margin:.1%} inside")
    strong = max((p for p in parts if p != "musts"), key=lambda p: (parts[p], p))
    words.append(f"strongest part: {strong}")
    return "; ".join(words)


def missed_words(verdicts: Sequence[Verdict], most: int = 3) -> str:
    """Which musts are missed and by how much, the worst first: `misses mass (R03) by 9.9%, … and 2 more`."""
    missed = sorted((v for v in evaluated_musts(verdicts) if not kept(v)),
                    key=lambda v: v.margin if v.margin is not None else -1.0)
    words = [_name(v) + _shortfall(v) for v in missed[:most]]
    more = f" and {len(missed) - most} more" if len(missed) > most else ""
    return f"misses {', '.join(words)}{more}"


def _shortfall(v: Verdict) -> str:
    if v.margin is None or v.margin in {0.0, -1.0}:
        return ""
    return " by less than 0.1%" if -v.margin < 0.001 else f" by {-v.margin:.1%}"


def _name(v: Verdict) -> str:
    return f"{v.requirement.metric.replace('_', ' ')} ({v.requirement.id})"
