"""The flip: tightening any one must far enough makes a feasible ask infeasible, loosening it flips it back.

Fast over designs that are simulated already, judged again; slow with the real search and a small budget.
"""

import json
from pathlib import Path

import pytest

from agent.run import start
from knowledge.report import Report
from tests.agent.stand_in_tools import GOOD, cellwright, document_in, put_in_place, settings_in
from tools.verify.offers import feasibility, re_ranked

# id: (far too tight, looser than the document)
MUSTS = {"R02": (40.0, 3.0), "R03": (1.0, 100.0)}
TEXT = {"R02": ("4.0 Ah", "40 Ah", "3.0 Ah"), "R03": ("72 g", "20 g", "90 g")}


def with_bound(requirements, id_, value):
    return tuple(r.model_copy(update={"value": value}) if r.id == id_ else r for r in requirements)


@pytest.fixture
def answered(monkeypatch, tmp_path):
    """The report of a feasible document over stand-ins."""
    put_in_place(monkeypatch)
    outcome = start(document_in(tmp_path), settings_in(tmp_path))
    assert outcome.exit_code == 0
    return outcome.report


@pytest.mark.parametrize("id_", MUSTS)
def test_the_simulated_designs_judged_again_flip_and_flip_back(id_, answered):
    asked = answered.reading.requirements
    found = {}
    for name, value in zip(("tight", "loose"), MUSTS[id_], strict=True):
        requirements = with_bound(asked, id_, value)
        offers = re_ranked(answered.offers, requirements, answered.unanswerable)
        found[name] = (offers, feasibility(offers, requirements, search=answered.search))
    offers, tight = found["tight"]
    assert (tight.feasible, tight.proof) == (False, "exhausted search")
    assert id_ in {e.requirement_id for e in tight.limiting}
    assert [o.violation for o in offers] == sorted(o.violation for o in offers)
    assert {o.id for o in offers} == {o.id for o in answered.offers}
    offers, loose = found["loose"]
    assert loose.feasible
    assert sum(o.meets_all_musts for o in offers) >= sum(o.meets_all_musts for o in answered.offers)


@pytest.mark.parametrize("id_", MUSTS)
def test_tightening_never_makes_more_designs_serve(id_, answered):
    asked = answered.reading.requirements
    tight, loose = MUSTS[id_]
    counts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        requirements = with_bound(asked, id_, loose + share * (tight - loose))
        counts.append(sum(o.meets_all_musts for o in re_ranked(answered.offers, requirements, answered.unanswerable)))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0


@pytest.mark.parametrize("id_", TEXT)
def test_the_exit_code_flips_with_the_text_of_the_document(id_, monkeypatch, tmp_path):
    put_in_place(monkeypatch)
    as_asked, tight, loose = TEXT[id_]
    codes = []
    for number, bound in enumerate((as_asked, tight, loose)):
        document = document_in(tmp_path / str(number), GOOD.replace(as_asked, bound))
        result = cellwright(tmp_path, "design", document, "--out", tmp_path / "out", "--designs", 4, "--json")
        summary = json.loads(result.stdout)
        assert len(summary["offers"]) == 4
        codes.append(result.exit_code)
    assert codes == [0, 3, 0]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_real_search_flips_with_one_must_and_its_nearest_offers_are_simulated(tmp_path):
    """One home for all: the simulator database is filled once and serves every document."""
    one_system = GOOD.replace("4.0 Ah", "3.5 Ah") + "\nThe cathode chemistry shall be NCA.\n"
    codes = []
    for number, (old, bound) in enumerate([("3.5 Ah", "3.5 Ah"), ("3.5 Ah", "9.0 Ah"), ("72 g", "30 g"),
                                           ("3.5 Ah", "3.0 Ah")]):
        document = document_in(tmp_path / str(number), one_system.replace(old, bound))
        result = cellwright(tmp_path, "design", document, "--out", tmp_path / "out", "--designs", 3,
                            "--simulations", 32, "--json")
        codes.append(result.exit_code)
        summary = json.loads(result.stdout)
        report = Report.model_validate_json(Path(summary["files"]["report.json"]).read_text(encoding="utf-8"))
        assert report.offers, result.stderr
        capacity = [f for o in report.offers for f in o.figures if f.metric == "capacity"]
        assert {f.method for f in capacity if f.value is not None} == {"dfn"}
        assert report.feasibility.feasible == any(o.meets_all_musts for o in report.offers)
    assert codes == [0, 3, 3, 0]
