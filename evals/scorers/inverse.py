"""How the search answers requirement sets whose answer is known: found where there is one, refused where none is."""

from __future__ import annotations

from dataclasses import dataclass

from evals.score import Score, Scorer, scorer, share, unscored


@dataclass(frozen=True)
class Inverted:
    """What a search for one requirement set came to, judged by PyBaMM on the verify mesh."""

    feasible: bool          # what is known of the set
    level: str
    wanted: int
    offered: int
    keeping: int            # verified designs that keep every must
    distinct: int           # of these, distinct from every other offer
    simulated: int
    labels: int             # database labels made for it
    searched_s: float
    wall_s: float
    systems: tuple[str, ...]


@scorer(version="1")
def hit(case: Inverted, _expected: object) -> Score:
    """For a feasible set: 1 where a verified design keeps every must."""
    if not case.feasible:
        return unscored("the set is infeasible")
    return Score(float(case.keeping > 0), f"{case.level}: {case.keeping} of {case.offered} verified designs keep it")


@scorer(version="1")
def verified_share(case: Inverted, _expected: object) -> Score:
    """For a feasible set: the share of the verified designs that keep every must."""
    if not case.feasible:
        return unscored("the set is infeasible")
    return share(case.keeping, case.offered, "verified designs keep every must")


@scorer(version="1")
def distinct_designs(case: Inverted, _expected: object) -> Score:
    """For a feasible set: distinct verified designs that keep every must."""
    if not case.feasible:
        return unscored("the set is infeasible")
    return Score(float(case.distinct), f"{case.distinct} distinct of {case.wanted} wanted: {', '.join(case.systems)}")


@scorer(version="1")
def enough_distinct(case: Inverted, _expected: object) -> Score:
    """For a feasible set: 1 where at least 20 of 24 (five in six) of the designs wanted are distinct and keep it."""
    if not case.feasible:
        return unscored("the set is infeasible")
    return Score(float(case.distinct >= case.wanted * 20 / 24), f"{case.distinct} of {case.wanted}")


@scorer(version="1")
def recognised(case: Inverted, _expected: object) -> Score:
    """For a set beyond a brute-force front: 1 where no verified design keeps every must."""
    if case.feasible:
        return unscored("the set is feasible")
    return Score(float(case.keeping == 0), f"{case.keeping} of {case.offered} verified designs keep it")


@scorer(version="1")
def search_seconds(case: Inverted, _expected: object) -> Score:
    """Wall seconds of the search; labels that the database lacked are made in it."""
    return Score(case.searched_s, f"{case.searched_s:.1f} s, {case.labels} new labels, {case.simulated} simulated")


@scorer(version="1")
def simulated_designs(case: Inverted, _expected: object) -> Score:
    """Designs simulated in the rounds of the search."""
    return Score(float(case.simulated), f"{case.simulated} designs")


SCORERS: tuple[Scorer, ...] = (hit, verified_share, distinct_designs, enough_distinct, recognised, search_seconds,
                               simulated_designs)
