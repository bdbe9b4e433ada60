"""Ranking, feasibility, what each must costs, and the flip: a must that is tightened far enough makes it infeasible."""

import pytest

from knowledge.figure import Figure, Verdict
from knowledge.offer import SearchStep
from knowledge.requirement import Finding
from tools.failures import BadInput
from tools.simulate.evaluate import evaluate_all
from tools.verify.asks import asks_for
from tools.verify.costs import limiting, requirement_costs
from tools.verify.judge import judge
from tools.verify.offers import Evaluated, feasibility, make_offers, re_ranked
from tools.verify.rank import WEIGHTS, kept, meets_all, score_parts, violation, weights_with


@pytest.fixture
def answer(design_of, build, simulator):
    """requirements, thicknesses → offers and feasibility."""

    def run(requirements, thicknesses=(60, 80, 100, 120), **more):
        asks, unanswerable = asks_for(requirements)
        rows = evaluate_all([design_of(t) for t in thicknesses], asks, simulator, builder=build)
        evaluated = [Evaluated(r.design, r.build_up, r.figures) for r in rows]
        offers = make_offers(evaluated, requirements, unanswerable, **more)
        return offers, feasibility(offers, requirements)

    return run


@pytest.fixture
def row(requirement):
    """{id: (verdict, margin)} → a row of verdicts on musts."""

    def make(given, priority="must"):
        return tuple(
            Verdict(requirement=requirement("mass", "<=", 100.0, "g", id=name, priority=priority), verdict=kind,
                    margin=room, reason="said",
                    figure=Figure(metric="mass", value=100 * (1 - (room or 0)), unit="g", method="dfn", origin="row"))
            for name, (kind, room) in given.items()
        )

    return make


def base(requirement, capacity, mass=72.0):
    return [requirement("capacity", ">=", capacity, "Ah", {"rate_C": 1.0}, id="R01"),
            requirement("mass", "<=", mass, "g", id="R02"), requirement("price", "<=", 1.0, "USD/cell", id="R03"),
            requirement("dcir", "<=", 15.0, "mohm", id="R04")]


@pytest.mark.parametrize("tight", [{"capacity": 5.6}, {"capacity": 4.0, "mass": 67.0}])
def test_tightening_one_must_flips_to_infeasible_and_loosening_flips_back(answer, requirement, tight):
    offers, found = answer(base(requirement, 4.0))
    assert (found.feasible, found.proof) == (True, "simulated design")
    assert offers[0].meets_all_musts
    tight_offers, infeasible = answer(base(requirement, **tight))
    assert (infeasible.feasible, infeasible.proof) == (False, "exhausted search")
    assert not any(o.meets_all_musts for o in tight_offers)
    assert all(o.violation > 0 for o in tight_offers)
    assert infeasible.limiting
    assert infeasible.costs
    assert answer(base(requirement, 4.0))[1].feasible


def test_the_nearest_offer_comes_first_where_none_meets_all(answer, requirement):
    # 0.9 · 0.05 Ah/µm: 120 µm gives 5.4 Ah of the 5.6 asked
    offers, _ = answer(base(requirement, 5.6))
    assert offers[0].design.pair.positive.coating_thickness_um == 120
    assert [o.violation for o in offers] == sorted(o.violation for o in offers)
    assert [o.rank for o in offers] == [1, 2, 3, 4]
    assert "misses capacity (R01) by 3.6%" in offers[0].reason


def test_every_requirement_has_its_row_in_every_offer(answer, requirement):
    requirements = base(requirement, 4.0)
    for offer in answer(requirements)[0]:
        assert [v.requirement.id for v in offer.verdicts] == ["R01", "R02", "R03", "R04"]
        assert offer.title.startswith("NMC811 | graphite-SiOx, cylindrical 21 × 70 mm, ")


def test_distances_are_given(answer, requirement):
    offers, _ = answer(base(requirement, 4.0))
    assert {o.distance.kind for o in offers} == {"not distinct"}
    assert answer(base(requirement, 4.0), (80,))[0][0].distance.kind == "only one"


def test_weights_change_the_order_without_simulating(answer, requirement, simulator):
    requirements = [requirement("capacity", ">=", 2.0, "Ah", {"rate_C": 1.0}),
                    requirement("energy", ">=", 1.0, "Wh", {"rate_C": 1.0}, priority="info"),
                    requirement("mass", "<=", 66.5, "g", priority="should")]
    offers, _ = answer(requirements, weights={"wishes": 5})
    calls = len(simulator.calls)
    again = re_ranked(offers, requirements, weights={"wishes": 0, "cost": 5})
    assert len(simulator.calls) == calls
    assert offers[0].design.pair.positive.coating_thickness_um == 60      # the only one light enough
    assert again[0].design.pair.positive.coating_thickness_um == 120      # same cost, most energy
    assert again[0].distance is not None


@pytest.mark.parametrize("wrong", [{"beauty": 1.0}, {"musts": -1.0}, dict.fromkeys(WEIGHTS, 0.0)])
def test_wrong_weights_are_refused(wrong):
    with pytest.raises(BadInput):
        weights_with(wrong)


def test_weights_sum_to_one():
    assert sum(weights_with({"cost": 3.0}).values()) == pytest.approx(1)


def test_an_offer_at_risk_keeps_a_must_only_on_the_right_side(row):
    assert kept(row({"R1": ("at risk", 0.01)})[0])
    assert not kept(row({"R1": ("at risk", -0.01)})[0])
    assert meets_all(row({"R1": ("met", 0.1), "R2": ("not evaluated", None)}))
    assert not meets_all(row({"R2": ("not evaluated", None)}))
    assert not meets_all(row({"R1": ("met", 0.1), "R2": ("not met", -0.1)}))


def test_violation_sums_what_is_missed(row):
    verdicts = row({"R1": ("not met", -0.2), "R2": ("at risk", -0.05), "R3": ("met", 0.3), "R4": ("not met", None)})
    assert violation(verdicts) == pytest.approx(1.25)
    assert violation(verdicts, without="R4") == pytest.approx(0.25)


def test_margin_saturates_and_wishes_count_apart(row):
    musts, wishes = row({"R1": ("met", 0.5), "R2": ("met", 0.05)}), row({"R3": ("not met", -0.5)}, "should")
    parts = score_parts((*musts, *wishes), 50, 40)
    assert parts["margin"] == pytest.approx(0.75)
    assert (parts["musts"], parts["wishes"], parts["cost"], parts["confidence"]) == (1, 0, pytest.approx(0.8), 1)


def test_dropping_one_must_shows_what_it_costs(row):
    table = [row({"R1": ("met", 0.1), "R2": ("not met", -0.12)}), row({"R1": ("not met", -0.3), "R2": ("met", 0.1)}),
             row({"R1": ("met", 0.1), "R2": ("not met", -0.4)})]
    second, first = requirement_costs(table)
    assert (second.requirement_id, second.meet_all_others, second.relaxation) == ("R2", 2, pytest.approx(0.12))
    assert (first.requirement_id, first.meet_all_others, first.relaxation) == ("R1", 1, pytest.approx(0.3))
    assert (second.violation_with, second.violation_without) == (pytest.approx(0.12), 0)
    assert second.text == ("without R2 (mass ≤ 100 g), 2 of 3 simulated designs keep all else; "
                           "relaxing it by 12.0% is enough")


def test_limiting_musts_name_the_best_value(row):
    never = [row({"R1": ("not met", -0.2), "R2": ("met", 0.1)}), row({"R1": ("not met", -0.1), "R2": ("met", 0.1)})]
    entry, = limiting(never)
    assert (entry.requirement_id, entry.best_value, entry.shortfall) == ("R1", pytest.approx(110), pytest.approx(0.1))
    assert entry.note.startswith("no simulated design")
    apart = [row({"R1": ("not met", -0.2), "R2": ("met", 0.1)}), row({"R1": ("met", 0.1), "R2": ("not met", -0.1)})]
    assert {e.requirement_id for e in limiting(apart)} == {"R1", "R2"}
    assert all("none of them keeps all else" in e.note for e in limiting(apart))


def test_a_bound_is_the_proof_unless_a_design_shows_otherwise(answer, requirement):
    bound = Finding(kind="infeasible", ids=("R01",), text="R01: beyond the bound")
    requirements = base(requirement, 5.6)
    offers, _ = answer(requirements)
    found = feasibility(offers, requirements, [bound])
    assert (found.feasible, found.proof, found.text) == (False, "physical bound", "R01: beyond the bound")
    good, _ = answer(base(requirement, 4.0))
    assert feasibility(good, requirements, [bound]).proof == "simulated design"


def test_an_exhausted_search_names_its_log(answer, requirement):
    requirements = base(requirement, 5.6)
    offers, _ = answer(requirements)
    log = [SearchStep(system="a", format="pouch", step="screen", count=5000, kept=20, wall_s=1.0)]
    text = feasibility(offers, requirements, (), log).text
    assert "5000 in 1 logged steps" in text
    assert "R01" in text


def test_the_searched_designs_count_once(answer, requirement):
    requirements = base(requirement, 5.6)
    offers, _ = answer(requirements)
    simulated = {o.id: judge(requirements, ()) for o in offers[:2]} | {"other": offers[3].verdicts}
    assert {c.simulated for c in feasibility(offers, requirements, simulated=simulated).costs} == {5}


def test_designs_that_were_not_aged_get_an_estimate(design_of, build, simulator, requirement):
    requirements = [requirement("cycle_life", ">=", 900.0, "cycle", {"eol_pct": 80.0})]
    asks, _ = asks_for(requirements)
    aged = evaluate_all([design_of(80), design_of(100)], asks, simulator, builder=build)
    rows = [Evaluated(r.design, r.build_up, r.figures) for r in aged]
    rows += [Evaluated(d, build(d), ()) for d in (design_of(90), design_of(90, system="nca_graphite"))]
    offers = {o.design.pair.positive.coating_thickness_um: o for o in make_offers(rows[:3], requirements)}
    figure, verdict = offers[90].verdicts[0].figure, offers[90].verdicts[0].verdict
    assert (figure.value, figure.method, verdict) == (pytest.approx(1000), "surrogate", "at risk")
    assert offers[80].verdicts[0].verdict == "at risk"      # 1000 ± 20 % straddles 900
    assert offers[80].verdicts[0].figure.method == "ageing run"
    other, = (o for o in make_offers(rows, requirements) if o.design.pair.system == "nca_graphite")
    assert other.verdicts[0].verdict == "not evaluated"


def test_without_an_evaluable_must_nothing_is_proved(answer, requirement):
    offers, found = answer([requirement("standard_compliance", "required", "UN 38.3"),
                            requirement("mass", "<=", 1.0, "g", priority="should")])
    assert (found.proof, found.feasible) == ("no evaluable must", True)
    assert not offers[0].meets_all_musts
