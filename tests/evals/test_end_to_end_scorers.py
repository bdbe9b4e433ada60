"""The scorers of whole runs, on reports made by hand."""

import math

import pytest

from evals.scorers.end_to_end import (
    Expected,
    RunCase,
    distinct_designs,
    exit_kind,
    met_only_by_decisive_figures,
    offers_meet_musts,
    origins_resolve,
    quotes_exact,
    requirements_answered,
    wall_seconds,
)
from knowledge.ask import Unanswerable
from knowledge.cell import CellDesign, Cylindrical, Electrode, ElectrodePair, Separator
from knowledge.figure import Figure, Verdict
from knowledge.offer import BuildUp, Distance, Feasibility, Offer
from knowledge.report import Report, RunFacts
from knowledge.requirement import DocumentFacts, Reading, Requirement, SourceSpan

ELECTRODE = Electrode(active_material="x", active_mass_fraction=0.95, coating_thickness_um=75, porosity=0.3,
                      particle_radius_um=5, foil_thickness_um=12)
DESIGN = CellDesign(
    pair=ElectrodePair(system="s", positive=ELECTRODE, negative=ELECTRODE, v_min=2.5, v_max=4.2,
                       separator=Separator(thickness_um=12, porosity=0.47)),
    format=Cylindrical(diameter_mm=46, height_mm=80),
)
BUILD_UP = BuildUp(
    mass_items=(), mass_g=350, volume_mL=133, dimensions_mm={}, electrode_area_cm2=5000, layers=60,
    areal_capacity_mAh_cm2=5, stoichiometric_capacity_Ah=25, np_ratio=1.1, positive_stoichiometry=(0.9, 0.3),
    negative_stoichiometry=(0.02, 0.9), path_resistance_mohm=0.5, path_resistance_ohm_cm2=2.5, heat_capacity_J_K=350,
    cooled_surface_cm2=149,
)
ASKED = tuple(
    Requirement(id=i, metric=m, comparator=">=", value=84.0, unit="Wh", source=SourceSpan(document="d", quote=q))
    for i, m, q in (("R01", "energy", "≥ 84 Wh"), ("R02", "shipping_soc", "30 %"))
)


def offer(rank=1, method="dfn", origin="aaa", kind="variables", meets=True):
    figure = Figure(metric="energy", value=90, unit="Wh", method=method, origin=origin)
    verdict = Verdict(requirement=ASKED[0], verdict="met", figure=figure, margin=0.07, reason="r")
    return Offer(rank=rank, id=f"d{rank}", title="t", design=DESIGN, build_up=BUILD_UP, figures=(figure,),
                 verdicts=(verdict,), meets_all_musts=meets, violation=0, score=1, score_parts={}, reason="r",
                 distance=Distance(nearest_id=None, kind=kind))


def case(*offers, feasible=True, unanswerable=("R02",), text="Energy ≥ 84 Wh, SOC 30 %"):
    report = Report(
        run=RunFacts(run_id="r", started="2030-01-01T00:00:00Z", seed=0, designs_asked=1, simulations_budget=32,
                     database_digest=None, versions={}),
        reading=Reading(document=DocumentFacts(name="d", sha256="0" * 64), requirements=ASKED),
        feasibility=Feasibility(feasible=feasible, text="t",
                                proof="simulated design" if feasible else "exhausted search"),
        unanswerable=tuple(Unanswerable(requirement_id=i, reason="r", settled_by="a test") for i in unanswerable),
        offers=offers,
    )
    return RunCase(report, text, {"aaa", "card:x"}.__contains__, 12.34)


FEASIBLE, INFEASIBLE = Expected(feasible=True), Expected(feasible=False)


def test_a_good_run_scores_full():
    good = case(offer(1), offer(2))
    assert exit_kind(good, FEASIBLE).value == 1
    assert distinct_designs(good, FEASIBLE).value == 2
    for judge in (offers_meet_musts, requirements_answered, met_only_by_decisive_figures, origins_resolve,
                  quotes_exact):
        assert judge(good, FEASIBLE).value == 1.0, judge.name
    assert wall_seconds(good, FEASIBLE).value == 12.3


def test_the_wrong_kind_of_answer_scores_zero():
    assert exit_kind(case(offer()), INFEASIBLE).value == 0
    assert exit_kind(case(offer(), feasible=False), INFEASIBLE).value == 1


@pytest.mark.parametrize("change", [{"method": "surrogate"}, {"kind": "not distinct"}])
def test_only_simulated_and_distinct_offers_count(change):
    assert distinct_designs(case(offer(1), offer(2, **change)), FEASIBLE).value == 1


def test_a_lost_origin_is_named():
    score = origins_resolve(case(offer(1), offer(2, origin="zzz")), FEASIBLE)
    assert score.value == 0.5
    assert "zzz" in score.reason


def test_a_requirement_without_verdict_or_reason_is_named():
    score = requirements_answered(case(offer(), unanswerable=()), FEASIBLE)
    assert score.value == 0.5
    assert "R02" in score.reason


def test_met_on_an_estimate_is_caught():
    assert met_only_by_decisive_figures(case(offer(1), offer(2, method="surrogate")), FEASIBLE).value == 0.5


def test_a_quote_that_is_not_in_the_document_is_caught():
    assert quotes_exact(case(offer(), text="Energy ≥ 84 Wh"), FEASIBLE).value == 0.5


def test_nothing_offered_cannot_be_scored():
    for judge in (offers_meet_musts, met_only_by_decisive_figures, origins_resolve):
        assert math.isnan(judge(case(), FEASIBLE).value), judge.name
    assert math.isnan(offers_meet_musts(case(offer()), INFEASIBLE).value)
