"""How near a prediction comes to a published figure of a real cell, and whether its interval is honest."""

from __future__ import annotations

from evals.published_cells import Compared
from evals.score import Score, Scorer, scorer, unscored


def _skipped(case: Compared) -> str:
    if not case.row.judged:
        return "shown, not judged: the condition of the published figure is not stated"
    return "" if case.predicted is not None else f"not computed: {case.note}"


def _error(case: Compared) -> Score:
    why = _skipped(case)
    if why or case.error_pct is None:
        return unscored(why)
    return Score(abs(case.error_pct), f"{case.predicted:.4g} against {case.row.value:g} {case.row.unit}, "
                                      f"{case.error_pct:+.1f} %, {case.assumed} fields assumed")


@scorer(version="1")
def error_pct(case: Compared, _expected: object) -> Score:
    """Size of the relative error [%]."""
    return _error(case)


@scorer(version="1")
def error_own_chemistry_pct(case: Compared, _expected: object) -> Score:
    """The same, only where the parameter set is of the cell's own chemistry."""
    return unscored(f"another chemistry stands in for {case.cell}'s") if case.stand_in else _error(case)


@scorer(version="1")
def error_other_cells_pct(case: Compared, _expected: object) -> Score:
    """The same, only where the set is of the cell's own chemistry and was made from another cell."""
    if case.fitted:
        return unscored(f"the set was made from {case.cell}")
    return error_own_chemistry_pct(case, _expected)


@scorer(version="1")
def computed(case: Compared, _expected: object) -> Score:
    """1 where the cell could be built and simulated."""
    return Score(float(case.predicted is not None), case.note or "computed")


@scorer(version="1")
def covered(case: Compared, _expected: object) -> Score:
    """1 where the published figure lies between P10 and P90."""
    why = _skipped(case)
    if why or case.covered is None:
        return unscored(why or "the figure has no interval")
    return Score(float(case.covered), f"P10–P90 is {case.low:.4g} to {case.high:.4g}")


@scorer(version="1")
def width_pct(case: Compared, _expected: object) -> Score:
    """P90 − P10 in % of the prediction, of mass and energy."""
    if case.row.figure not in {"mass", "energy"} or case.width_pct is None:
        return unscored("not a mass or an energy")
    return Score(case.width_pct, f"{case.low:.4g} to {case.high:.4g}")


SCORERS: tuple[Scorer, ...] = (error_pct, error_own_chemistry_pct, error_other_cells_pct, computed, covered, width_pct)
