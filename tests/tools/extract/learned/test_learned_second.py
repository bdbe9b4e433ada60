"""Where the weights are sure, they win: a number is dropped, renamed, added; a bound is turned; a name is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.documents.read import read_document
from tools.extract.learned.observe import CONDITION, observe
from tools.extract.learned.second import second_reading
from tools.extract.learned.second_bounds import second_bounds
from tools.extract.learned.second_names import second_names
from tools.extract.learned.weights import KINDS, NONE, Weights, bucket
from tools.extract.requirements import extract_requirements


def weights(**said: dict[str, float]) -> Weights:
    """Weights that give each class its sum for each feature: `weights(**{"Bn=least": {"mass": 5.0}})`."""
    classes = tuple(sorted({name for sums in said.values() for name in sums}))
    named = sorted((bucket(feature), sums) for feature, sums in said.items())
    table = np.array([[int(sums.get(name, 0.0) * 10) for name in classes] for _, sums in named], dtype=np.int8)
    return Weights(classes, np.array([key for key, _ in named], dtype=np.uint32), table,
                   np.full(len(classes), 0.1, np.float32), np.zeros(len(classes), np.float32),
                   np.zeros((len(classes), len(KINDS)), np.float32))


def alive(page):
    return [(d.metric, d.comparator, d.value) for d in page.drafts if not d.dead]


def test_a_number_that_is_surely_only_told_is_dropped_with_its_reason(page_of):
    page = page_of("The cell shall weigh at most 70 g.")
    assert alive(page) == [("mass", "<=", 70.0)]
    second_reading(page, weights(**{"U=g": {NONE: 9.0, "mass": 0.0, CONDITION: 0.0}}))
    assert alive(page) == []
    assert [fate for fate, _ in page.fates.values()] == ["ignored"]


def test_a_doubt_does_not_overrule_the_rules(page_of):
    page = page_of("The cell shall weigh at most 70 g.")
    second_reading(page, weights(**{"U=g": {NONE: 0.4, "mass": 0.6, CONDITION: -9.0}}))
    assert alive(page) == [("mass", "<=", 70.0)]


def test_a_number_that_the_rules_left_over_is_asked_for(page_of):
    page = page_of("Two hundred of those rounds, 65.3 mm end to end.")
    before = alive(page)
    second_reading(page, weights(**{"U=mm": {"height": 9.0, NONE: 0.0, CONDITION: 0.0}}))
    assert [d for d in alive(page) if d not in before] == [("height", "=", 65.3)]


def test_the_conditions_beside_an_added_requirement_are_its_own(page_of):
    page = page_of("In the cold we hope for 65 % at -20 °C.")
    for draft in page.drafts:
        draft.dead = True
    page.fates.clear()
    second_reading(page, weights(**{"U=%": {"low_temperature_capacity": 9.0, NONE: 0.0, CONDITION: 0.0},
                                    "U=°c": {CONDITION: 9.0, NONE: 0.0}}))
    made = [d for d in page.drafts if not d.dead]
    assert [(d.metric, d.value) for d in made] == [("low_temperature_capacity", 65.0)]
    assert made[0].conditions["temperature_C"] == -20.0


def test_a_requirement_of_another_metric_keeps_its_place_and_priority(page_of):
    page = page_of("Ideally the cell weighs at most 70 g.")
    old = next(d for d in page.drafts if not d.dead)
    second_reading(page, weights(**{"U=g": {"mass": 0.0, "shock": 0.0, "cobalt_mass": 9.0, NONE: 0.0}}))
    new = next(d for d in page.drafts if not d.dead)
    assert new.metric == "cobalt_mass" and new.priority == old.priority == "should"
    assert (new.block, new.quantity) == (old.block, old.quantity)


def test_a_lead_time_is_a_delivery_within_weeks(page_of):
    page = page_of("Parts here 14 days from order.")
    second_reading(page, weights(**{"U=days": {"delivery_date": 9.0, NONE: 0.0, CONDITION: 0.0}}))
    made = [d for d in page.drafts if not d.dead]
    assert [(d.metric, d.comparator, d.value, d.unit) for d in made] == [("delivery_date", "<=", 2.0, "week")]


def test_a_bound_is_turned_only_when_it_is_sure(page_of):
    said, unsaid = page_of("The cell shall weigh at most 70 g."), page_of("Mass: 70 g.")
    second_bounds(said, observe(said), weights(**{"U=g": {">=": 9.0, "<=": 0.0, "=": 0.0}}))
    assert alive(said) == [("mass", "<=", 70.0)]        # what a word says stands
    second_bounds(unsaid, observe(unsaid), weights(**{"U=g": {">=": 0.3, "<=": 0.0, "=": 0.0}}))
    assert alive(unsaid) == [("mass", "<=", 70.0)]
    second_bounds(unsaid, observe(unsaid), weights(**{"U=g": {">=": 1.0, "<=": 0.0, "=": 0.0}}))
    assert alive(unsaid) == [("mass", ">=", 70.0)]


REFUSED = weights(**{"U=g": {">=": 0.0, "<=": 9.0, "=": 0.0}})
WANTED = weights(**{"U=Ah": {">=": 9.0, "<=": 0.0, "=": 0.0}, "U=ah": {">=": 9.0, "<=": 0.0, "=": 0.0}})


@pytest.mark.parametrize(("text", "sure", "expected"), [
    ("Mass: over 70 g, and we stop reading.", REFUSED, ("mass", "<=", 70.0)),
    ("The mass must be more than 70 g.", REFUSED, ("mass", ">", 70.0)),         # a modal word asks it
    ("| Item | Limit |\n|---|---|\n| Mass | > 70 g |\n", REFUSED, ("mass", ">", 70.0)),     # a sign is no refusal
    ("The capacity shall not exceed 3.5 Ah.", WANTED, ("capacity", "<=", 3.5)),
    ("The capacity must be below 3.5 Ah.", WANTED, ("capacity", "<", 3.5)),
    ("The typical capacity is 3.5 Ah.", WANTED, ("capacity", "=", 3.5)),
])
def test_a_strict_bound_against_the_habit_is_a_refusal_unless_it_is_asked(page_of, text, sure, expected):
    page = page_of(text)
    second_bounds(page, observe(page), sure)
    assert alive(page) == [expected]


def test_names_are_asked_for_refused_and_joined_to_one_choice(page_of):
    page = page_of("Cathode: LFP. LMFP is fine with us as well, NMC never.")
    for draft in page.drafts:
        draft.dead = True
    asked = {"cathode_chemistry in": 9.0, NONE: 0.0, "cathode_chemistry prohibited": 0.0}
    second_names(page, weights(**{"V=lfp": asked, "V=lmfp": asked, "V=nmc": {
        "cathode_chemistry prohibited": 9.0, NONE: 0.0, "cathode_chemistry in": 0.0}}))
    assert sorted(alive(page), key=str) == [("cathode_chemistry", "in", ["LFP", "LMFP"]),
                                            ("cathode_chemistry", "prohibited", "NMC")]


def test_a_name_that_is_only_told_is_dropped(page_of):
    page = page_of("The cell must comply with UN 38.3.")
    assert alive(page) == [("standard_compliance", "required", "UN 38.3")]
    second_names(page, weights(**{"T=standard": {NONE: 9.0, "standard_compliance required": 0.0}}))
    assert alive(page) == []


def test_of_a_demand_said_several_times_one_stays(tmp_path):
    path = tmp_path / "ask.txt"
    path.write_text("The cell shall weigh at most 70 g.\n\nMass: max 70 g.\n\nAgain, 70 g at most.\n", encoding="utf-8")
    found = extract_requirements(read_document(path)).requirements
    assert [(r.metric, r.value) for r in found] == [("mass", 70.0)]


@pytest.mark.parametrize(("text", "asked"), [
    ("The cell shall weigh at most 70 g.", {"mass"}), ("Capacity at least 5 Ah.", {"capacity"}),
    ("Mass: max 70 g\nCapacity: min 5 Ah\nSpecific energy: 250 Wh/kg\nCycle life: 1000 cycles",
     {"mass", "capacity", "specific_energy", "cycle_life"})])
def test_a_document_of_a_line_or_two_is_read_too(tmp_path, text, asked):
    path = tmp_path / "ask.txt"
    path.write_text(text, encoding="utf-8")
    assert {r.metric for r in extract_requirements(read_document(path)).requirements} == asked


def test_the_other_end_of_a_range_is_not_asked_once_more():
    found = extract_requirements(read_document(Path("examples/rfx/power_tool_21700.xlsx"))).requirements
    assert [r.value for r in found if r.metric == "diameter"] == [[20.9, 21.2]]
