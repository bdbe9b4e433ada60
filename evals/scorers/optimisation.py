"""How the front compares with other optimisers at equal simulated designs: hypervolumes over that of brute force."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from evals.optimisation import BUDGETS, OURS, Compared
from evals.score import Score, Scorer, ScorerFunction, unscored


def words(case: Compared, budget: int) -> str:
    """Every method's mean and spread at a budget, the best first; what is not installed is named."""
    rows = {m: by[budget] for m, by in case.volumes.items() if budget in by}
    order = sorted(rows, key=lambda m: -statistics.fmean(rows[m]))
    text = "; ".join(f"{m} {statistics.fmean(rows[m]):.3f} ± {statistics.pstdev(rows[m]):.3f} (n={len(rows[m])})"
                     for m in order)
    return text + "".join(f"; {m}: not installed" for m in case.absent)


def mean_of(case: Compared, method: str, budget: int) -> float | None:
    """A method's mean over the seeds; None where it did not run to that budget."""
    found = case.volumes.get(method, {}).get(budget)
    return statistics.fmean(found) if found else None


def _volume(method: str, budget: int) -> Callable[[Compared, object], Score]:
    def volume(case: Compared, _expected: object) -> Score:
        found = mean_of(case, method, budget)
        return unscored(f"{method} was not run to {budget}") if found is None else Score(found, words(case, budget))

    return volume


def _ahead(budget: int) -> Callable[[Compared, object], Score]:
    def ahead(case: Compared, _expected: object) -> Score:
        others = {m: v for m in case.volumes if m not in OURS and (v := mean_of(case, m, budget)) is not None}
        own = mean_of(case, OURS[0], budget)
        if own is None or not others:
            return unscored("nothing to compare")
        best = max(others, key=lambda m: others[m])
        return Score(own - others[best], f"{own:.3f} against {others[best]:.3f} of {best}, the best other")

    return ahead


def _scorer(name: str, function: ScorerFunction) -> Scorer:
    return Scorer(name, "1", function)


SCORERS = tuple(
    s for b in BUDGETS for s in (
        _scorer(f"front_{b}", _volume(OURS[0], b)), _scorer(f"ahead_{b}", _ahead(b)),
        _scorer(f"from_nothing_{b}", _volume(OURS[1], b))))
