"""How a whole run went: the expected kind of answer, enough different designs, and every number with an origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evals.score import Score, Scorer, scorer, share, unscored
from evals.scorers.requirements import quote_is_exact
from knowledge.figure import DECISIVE, Figure
from knowledge.frozen import Frozen
from knowledge.report import Report

SIMULATED = frozenset({"dfn", "ageing run"})


class Expected(Frozen):
    """What is known beforehand about an example."""

    feasible: bool


@dataclass(frozen=True)
class RunCase:
    """A finished run: its report, the document's text, and how to look up an origin."""

    report: Report
    text: str
    resolves: Callable[[str], bool]
    wall_s: float


@scorer(version="1")
def exit_kind(case: RunCase, expected: Expected) -> Score:
    """1 where the run found the document feasible or infeasible as expected."""
    found = case.report.feasibility
    said = "feasible" if found.feasible else f"infeasible ({found.proof})"
    return Score(float(found.feasible == expected.feasible), f"found {said}: {found.text}")


@scorer(version="1")
def distinct_designs(case: RunCase, _expected: object) -> Score:
    """How many offers are simulated and distinct from every other."""
    count = sum(
        any(f.method in SIMULATED for f in o.figures) and o.distance is not None and o.distance.kind != "not distinct"
        for o in case.report.offers
    )
    return Score(float(count), f"{count} of {len(case.report.offers)} offers are simulated and distinct")


@scorer(version="1")
def offers_meet_musts(case: RunCase, expected: Expected) -> Score:
    """For a feasible document: share of the offers whose every evaluated must is kept."""
    if not expected.feasible:
        return unscored("the document is infeasible: no offer can meet every must")
    meeting = sum(o.meets_all_musts for o in case.report.offers)
    return share(meeting, len(case.report.offers), "offers meet every evaluated must")


@scorer(version="1")
def requirements_answered(case: RunCase, _expected: object) -> Score:
    """Share of the requirements that have a verdict or a stated reason why there is none."""
    answered = {u.requirement_id for u in case.report.unanswerable}
    if case.report.offers:
        answered |= {v.requirement.id for v in case.report.offers[0].verdicts}
    asked = [r.id for r in case.report.reading.requirements]
    missing = [i for i in asked if i not in answered]
    score = share(len(asked) - len(missing), len(asked), "requirements are answered")
    return Score(score.value, score.reason + (f"; not: {', '.join(missing)}" if missing else ""))


@scorer(version="1")
def met_only_by_decisive_figures(case: RunCase, _expected: object) -> Score:
    """Share of the 'met' verdicts that stand on a simulated or built-up figure."""
    met = [v for o in case.report.offers for v in o.verdicts if v.verdict == "met"]
    good = sum(v.figure is not None and v.figure.method in DECISIVE for v in met)
    return share(good, len(met), "'met' verdicts stand on a decisive figure")


@scorer(version="1")
def origins_resolve(case: RunCase, _expected: object) -> Score:
    """Share of the figures whose origin is a ledger row or a card that exists."""
    origins = [f.origin for f in _figures(case.report) if f.value is not None]
    known: dict[str, bool] = {o: case.resolves(o) for o in set(origins)}
    lost = sorted(o for o, found in known.items() if not found)
    score = share(sum(known[o] for o in origins), len(origins), "figures have an origin that resolves")
    return Score(score.value, score.reason + (f"; lost: {', '.join(lost[:5])}" if lost else ""))


@scorer(version="1")
def quotes_exact(case: RunCase, _expected: object) -> Score:
    """Share of the requirements in the report that quote the document exactly."""
    asked = case.report.reading.requirements
    return share(sum(quote_is_exact(case.text, r) for r in asked), len(asked), "quotes are exact")


@scorer(version="1")
def wall_seconds(case: RunCase, _expected: object) -> Score:
    """From the file to the report, on this machine, with what its caches held."""
    return Score(round(case.wall_s, 1), f"{case.wall_s:.1f} s")


def _figures(report: Report) -> Iterator[Figure]:
    for offer in report.offers:
        yield from offer.figures
        yield from (v.figure for v in offer.verdicts if v.figure is not None)


SCORERS: tuple[Scorer, ...] = (
    exit_kind, distinct_designs, offers_meet_musts, requirements_answered, met_only_by_decisive_figures,
    origins_resolve, quotes_exact, wall_seconds,
)
