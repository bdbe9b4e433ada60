"""How right the batched DFN is against converged PyBaMM, how honest its estimates are, and what it leaves unsolved."""

from __future__ import annotations

import numpy as np

from evals.forward_model import Solved
from evals.score import Score, Scorer, scorer, unscored

CLOSE_PCT = 0.5


def _share(case: Solved, depleted: bool) -> Score:
    errors = np.array([abs(j.error_pct) for j in case.judged if j.depleted == depleted])
    if not len(errors):
        return unscored("no such design with a settled reference in this case")
    words = f"{len(errors)} designs: median {np.median(errors):.4f} %, worst {errors.max():.3f} %"
    return Score(float((errors <= CLOSE_PCT).mean()), words)


@scorer(version="1")
def undepleted_close(case: Solved, _expected: object) -> Score:
    """Share of undepleted designs whose energy is within 0.5 %."""
    return _share(case, depleted=False)


@scorer(version="1")
def depleted_close(case: Solved, _expected: object) -> Score:
    """Share of depleted designs whose energy is within 0.5 %."""
    return _share(case, depleted=True)


@scorer(version="1")
def voltage_rmse_mV(case: Solved, _expected: object) -> Score:
    """Largest error of an undepleted voltage curve over 95 % of its charge [mV]."""
    errors = [j.rmse_mV for j in case.judged if not j.depleted and np.isfinite(j.rmse_mV)]
    return Score(max(errors), f"median {np.median(errors):.2f} mV") if errors else unscored("no undepleted design")


@scorer(version="1")
def covered(case: Solved, _expected: object) -> Score:
    """Share of designs whose true error is within the estimate."""
    if not case.judged:
        return unscored("no settled reference")
    inside = [abs(j.error_pct) <= j.estimate_pct for j in case.judged]
    return Score(float(np.mean(inside)), f"{sum(inside)} of {len(inside)}")


@scorer(version="1")
def unsolved(case: Solved, _expected: object) -> Score:
    """Designs that are left without an answer after the ladder."""
    return Score(float(case.unsolved), f"of {case.simulated}; {case.unsettled} have no settled reference")


@scorer(version="1")
def settled(case: Solved, _expected: object) -> Score:
    """Share of the references that had stopped moving: only those judge."""
    total = len(case.judged) + case.unsettled
    return Score(len(case.judged) / total, f"{case.unsettled} of {total} still moved") if total else unscored("none")


@scorer(version="1")
def estimate_over_error(case: Solved, _expected: object) -> Score:
    """Median of estimated over true error: how much wider than needed the estimates are."""
    ratios = [j.estimate_pct / abs(j.error_pct) for j in case.judged if j.error_pct]
    return Score(float(np.median(ratios)), f"{len(ratios)} designs") if ratios else unscored("no settled reference")


SCORERS: tuple[Scorer, ...] = (undepleted_close, depleted_close, voltage_rmse_mV, covered, unsolved, settled,
                              estimate_over_error)
