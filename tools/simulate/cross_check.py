"""Two solvers, one figure: by how much they differ, and whether their stated errors explain it."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.figure import CrossCheck, Figure
from tools.simulate.interval import with_interval
from tools.simulate.point import MESH_ERROR, Outcome
from tools.simulate.runs import Run

# PyBaMM's own error on its refined mesh in %, by protocol: measured against finer meshes and tolerances, and for a
# pulse power the width at which its search stops (docs/batched_dfn_accuracy.md).
REFINED_PCT = {"discharge": 0.1, "thermal_discharge": 1.0, "pulse": 0.4, "pulse_power": 1.0, "fast_charge": 0.25,
               "round_trip": 0.2}


def estimate_pct(runs: Sequence[tuple[Run, Outcome]]) -> float | None:
    """By how much two solvers may differ in a figure [%]: the estimate of this one, and PyBaMM's refined mesh.

    Errors of a main run and its reference add up; of a ladder of rates the worst counts. None where the solver gives
    no estimate.
    """
    given = [(run, o.values[MESH_ERROR] + REFINED_PCT[run.protocol.kind]) for run, o in runs if MESH_ERROR in o.values]
    if not given:
        return None
    rungs = [error for run, error in given if run.role == "rung"]
    return sum(error for run, error in given if run.role != "rung") + max(rungs, default=0.0)


def cross_checked(figure: Figure, second: Figure, solver: str, estimate: float | None) -> Figure:
    """The verified figure with what another solver found; the difference widens its interval.

    Args:
        second: the same figure by the other solver, as the search used it.
        solver: its name.
        estimate: by how much the two may differ in %, None where that is not known: then this is a mesh shift.
    """
    if figure.value is None or second.value is None or figure.method == "build-up":
        return with_interval(figure)
    shift = figure.value - second.value
    relative = 100 * shift / abs(figure.value) if figure.value else 0.0
    if estimate is None:
        words, update = f"finer mesh moved it by {relative:+.2f} %", {}
    else:
        check = CrossCheck(solver=solver, value=second.value, difference_pct=-relative, allowed_pct=estimate,
                           flagged=abs(relative) > estimate)
        words, update = check_words(check, figure.unit), {"check": check}
    note = "; ".join(n for n in (figure.note, words) if n)
    return with_interval(figure, shift).model_copy(update={"note": note, **update})


def check_words(check: CrossCheck, unit: str | None) -> str:
    """The comparison in words; both figures stand in it where they differ by more than their errors explain."""
    if not check.flagged:
        return f"a second solver differs by {check.difference_pct:+.2f} % (estimated errors: {check.allowed_pct:.2g} %)"
    both = f"{check.value:.4g} {unit or ''}".strip()
    return (f"CHECK: the second solver ({check.solver}) finds {both}, {check.difference_pct:+.2f} %, more than the "
            f"{check.allowed_pct:.2g} % that estimated errors explain")
