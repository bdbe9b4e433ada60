"""Two solvers, one figure: by how much they differ, and whether their stated errors explain it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from knowledge.figure import CrossCheck, Figure
from tools.simulate.interval import with_interval
from tools.simulate.point import DELEGATED_WORDS, MESH_ERROR, Outcome
from tools.simulate.runs import Run

# PyBaMM's own error on its refined mesh in %, by protocol: measured against finer meshes and tolerances, and for a
# pulse power the width at which its search stops (docs/batched_dfn_accuracy.md).
REFINED_PCT = {"discharge": 0.1, "thermal_discharge": 1.0, "pulse": 0.4, "pulse_power": 1.0, "fast_charge": 0.25,
               "round_trip": 0.2}


# Somewhat above the largest differences of ageing runs from PyBaMM's that were seen (0.28 and 1.1 points,
# docs/batched_ageing.md); of a life, against what it may lose until its end.
LIFE_POINTS = {"capacity_retention": 0.3, "resistance_growth": 1.5}
USUAL_END_PCT = 80.0


class Estimate(NamedTuple):
    """Of one figure in %: the solver's own estimated error, and that with the error of PyBaMM's refined mesh."""

    own: float
    both: float


def estimate_pct(runs: Sequence[tuple[Run, Outcome]]) -> Estimate | None:
    """The estimated errors of a figure from those of its runs; None where the solver gives none.

    Errors of a main run and its reference add up; of a ladder of rates the worst counts.
    """
    given = [(run.role, o.values[MESH_ERROR], REFINED_PCT[run.protocol.kind]) for run, o in runs
             if MESH_ERROR in o.values]
    if not given:
        return None
    rungs = [(own, own + other) for role, own, other in given if role == "rung"]
    flat = [(own, own + other) for role, own, other in given if role != "rung"]
    return Estimate(*(sum(f[k] for f in flat) + max((r[k] for r in rungs), default=0.0) for k in range(2)))


def with_own_error(figure: Figure, estimate: Estimate | None) -> Figure:
    """A figure of one solver alone with its interval, widened by the solver's own error where it estimates it."""
    if figure.value is None or estimate is None or figure.method == "build-up":
        return with_interval(figure)
    words = f"estimated error of the solver {estimate.own:.2g} %"
    note = "; ".join(n for n in (figure.note, words) if n)
    return with_interval(figure, figure.value * estimate.own / 100).model_copy(update={"note": note})


def cross_checked(figure: Figure, second: Figure, solver: str, estimate: Estimate | None) -> Figure:
    """The verified figure with what another solver found; the difference widens its interval.

    Args:
        second: the same figure by the other solver, as the search used it.
        solver: its name.
        estimate: what explains a difference, None where that is not known: then this is a mesh shift.
    """
    if figure.value is None or second.value is None or figure.method == "build-up":
        return with_interval(figure)
    shift = figure.value - second.value
    relative = 100 * shift / abs(figure.value) if figure.value else 0.0
    if estimate is None:
        words, update = f"finer mesh moved it by {relative:+.2f} %", {}
    else:
        check = CrossCheck(solver=solver, value=second.value, difference_pct=-relative, allowed_pct=estimate.both,
                           flagged=abs(relative) > estimate.both)
        words, update = check_words(check, figure.unit), {"check": check}
    note = "; ".join(n for n in (figure.note, words) if n)
    return with_interval(figure, shift).model_copy(update={"note": note, **update})


def lives_compared(figure: Figure, second: Figure) -> Figure:
    """A figure of an ageing run with what PyBaMM's run of the same mechanisms finds, flagged where they differ.

    The interval spans the second value too; where the run gave no value the second one's stands alone. A life that
    PyBaMM had to compute in the first place is compared with nothing.
    """
    if figure.value is None or second.value is None:
        return figure if second.value is None else second
    if DELEGATED_WORDS in (figure.note or ""):
        return figure
    difference = 100 * (second.value / figure.value - 1) if figure.value else 0.0
    allowed = _allowed_of_life(figure)
    check = CrossCheck(solver="PyBaMM, ageing", value=second.value, difference_pct=difference, allowed_pct=allowed,
                       flagged=abs(difference) > allowed)
    words = check_words(check, figure.unit) if check.flagged else \
        f"aged by PyBaMM too: {second.value:.4g} {figure.unit or ''}".strip() + f", {difference:+.2g} %"
    ends = [v for v in (figure.low, figure.value, figure.high, second.value) if v is not None]
    return figure.model_copy(update={"note": "; ".join(n for n in (figure.note, words) if n), "check": check,
                                     "low": min(ends), "high": max(ends)})


def _allowed_of_life(figure: Figure) -> float:
    """Differences in % that were seen between the two solvers: points of what is left, or of what a life may lose."""
    points = LIFE_POINTS.get(figure.metric, LIFE_POINTS["capacity_retention"])
    if figure.unit == "%":
        return 100 * points / abs(figure.value or 1.0)
    end = figure.conditions.get("eol_pct")
    kept = float(end) if isinstance(end, int | float) else USUAL_END_PCT
    return 100 * points / max(100.0 - kept, 1.0)


def check_words(check: CrossCheck, unit: str | None) -> str:
    """The comparison in words; both figures stand in it where they differ by more than their errors explain."""
    if not check.flagged:
        return f"a second solver differs by {check.difference_pct:+.2f} % (estimated errors: {check.allowed_pct:.2g} %)"
    both = f"{check.value:.4g} {unit or ''}".strip()
    return (f"CHECK: the second solver ({check.solver}) finds {both}, {check.difference_pct:+.2f} %, more than the "
            f"{check.allowed_pct:.2g} % that estimated errors explain")
