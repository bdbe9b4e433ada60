"""The graph end to end over stand-ins: what each stage leaves behind, corrections, failures on the way."""

import pytest

from agent.run import Paused, design_document, resume, start
from agent.services import NoRequirement, StageFailed
from tests.agent.stand_in_tools import GOOD, LETTER, TOO_MUCH, document_in, essence, put_in_place, settings_in
from tools.failures import BadInput, FailureClass, NotConverged, StoreBroken

CONTRADICTING = GOOD + "\nThe capacity at C/3 and 25 °C shall not exceed 3.5 Ah.\n"


@pytest.fixture
def tools(monkeypatch):
    return put_in_place(monkeypatch)


def test_a_document_goes_through_every_stage(tools, tmp_path):
    outcome = start(document_in(tmp_path), settings_in(tmp_path))
    assert outcome.exit_code == 0
    report = outcome.report
    assert [s.stage for s in report.stages] == ["requirements", "evidence", "materials", "candidates", "designs"]
    assert all(s.ledger_keys for s in report.stages)
    assert report.feasibility.proof == "simulated design"
    assert [o.rank for o in report.offers] == [1, 2, 3, 4]
    assert report.offers[0].meets_all_musts
    assert report.run.database_digest == "d" * 64
    assert tools.calls == ["find_evidence", "search_designs", "evaluate_designs", "estimate_yields",
                           *3 * ["evaluate_designs"], "find_front", "write_report"]
    assert report.offers[0].production_yield.origin == "stand-in"
    assert [p.on_front for p in report.front.points].count(True) == 2


def test_a_run_without_a_front_looks_for_none(tools, tmp_path):
    report = start(document_in(tmp_path), settings_in(tmp_path, front=False)).report
    assert "find_front" not in tools.calls and report.front is None


def test_a_front_that_fails_is_recorded_and_stops_nothing(tools, tmp_path):
    def fails():
        raise BadInput("fewer than two numbers")

    tools.before["find_front"] = fails
    report = start(document_in(tmp_path), settings_in(tmp_path)).report
    assert report.front is None and report.offers
    assert [(f.tool, f.message) for f in report.failures] == [("find_front", "fewer than two numbers")]


def test_the_same_document_and_seed_give_the_same_result_and_another_seed_another(tools, tmp_path):
    document = document_in(tmp_path)
    first, again = (start(document, settings_in(tmp_path / name)).report for name in ("a", "b"))
    assert essence(first) == essence(again)
    other = start(document, settings_in(tmp_path / "c", seed=1)).report
    assert {o.id for o in other.offers}.isdisjoint(o.id for o in first.offers)


def test_an_answer_in_the_ledger_is_not_computed_again(tools, tmp_path):
    document, settings = document_in(tmp_path), settings_in(tmp_path)
    first = start(document, settings)
    tools.calls.clear()
    assert essence(start(document, settings).report) == essence(first.report)
    assert tools.calls == ["write_report"]


def test_a_result_deleted_from_the_ledger_is_computed_again(tools, tmp_path):
    document, settings = document_in(tmp_path), settings_in(tmp_path)
    first = start(document, settings)
    for blob in (settings.ledger_folder / "blobs").glob("*/*"):
        blob.unlink()
    assert essence(start(document, settings).report) == essence(first.report)


def test_what_cannot_be_met_ends_with_the_nearest_offers(tools, tmp_path):
    outcome = start(document_in(tmp_path, TOO_MUCH), settings_in(tmp_path))
    assert outcome.exit_code == 3
    assert not outcome.report.feasibility.feasible
    assert "R02" in outcome.report.feasibility.text
    assert len(outcome.report.offers) == 4
    misses = [o.violation for o in outcome.report.offers]
    assert misses == sorted(misses)
    assert misses[0] > 0


def test_requirements_that_contradict_each_other_are_the_proof(tools, tmp_path):
    outcome = start(document_in(tmp_path, CONTRADICTING), settings_in(tmp_path))
    assert outcome.exit_code == 3
    assert outcome.report.feasibility.proof == "physical bound"
    assert "cannot both hold" in outcome.report.feasibility.text
    assert [f.ids for f in outcome.report.reading.findings if f.kind == "conflict"] == [("R02", "R04")]


def test_a_document_without_a_requirement_leaves_nothing_behind(tools, tmp_path):
    settings = settings_in(tmp_path)
    with pytest.raises(NoRequirement, match="no requirement was found"):
        start(document_in(tmp_path, LETTER), settings)
    assert not settings.out.exists()
    assert tools.calls == []


def test_a_failing_run_takes_no_earlier_file_away(tools, tmp_path):
    settings = settings_in(tmp_path)
    kept = settings.out / "kept" / "report.html"
    kept.parent.mkdir(parents=True)
    kept.write_text("earlier")
    with pytest.raises(NoRequirement):
        start(document_in(tmp_path, LETTER), settings)
    assert [p.name for p in settings.out.iterdir()] == ["kept"]
    assert kept.read_text() == "earlier"


@pytest.mark.parametrize("failure", [NotConverged("a worker died twice"), StoreBroken("a damaged chunk")])
def test_a_search_that_breaks_stops_the_run_with_its_reason(tools, tmp_path, failure):
    def broken():
        raise failure

    tools.before["search_designs"] = broken
    with pytest.raises(StageFailed, match=failure.message) as caught:
        start(document_in(tmp_path), settings_in(tmp_path))
    assert caught.value.failure_class == failure.failure_class
    assert not (tmp_path / "runs").exists()


def test_a_search_that_has_nothing_to_go_by_still_gives_a_report(tools, tmp_path):
    def nothing_to_search():
        raise BadInput("none of them is a number that a model here answers")

    tools.before["search_designs"] = nothing_to_search
    outcome = start(document_in(tmp_path), settings_in(tmp_path))
    assert outcome.exit_code == 3
    assert outcome.report.offers == ()
    assert [f.failure_class for f in outcome.report.failures] == [FailureClass.BAD_INPUT.value]
    assert "none of them is a number" in outcome.report.feasibility.text


def test_an_error_that_nobody_foresaw_is_a_recorded_failure(tools, tmp_path):
    def surprise():
        raise ZeroDivisionError("division by zero")

    tools.before["evaluate_designs"] = surprise
    with pytest.raises(StageFailed, match="ZeroDivisionError") as caught:
        start(document_in(tmp_path), settings_in(tmp_path))
    assert caught.value.failure_class == FailureClass.UNEXPECTED


def test_corrections_before_the_search_win_over_the_document(tools, tmp_path):
    settings = settings_in(tmp_path)
    paused = start(document_in(tmp_path, TOO_MUCH), settings, review=True)
    assert isinstance(paused, Paused)
    assert tools.calls == []
    outcome = resume(paused.run_id, settings, corrections=[{"id": "R02", "value": 4.0}, {"id": "R03", "drop": True}])
    assert outcome.exit_code == 0
    asked = {r.id: r for r in outcome.report.reading.requirements}
    assert (asked["R02"].value, asked["R02"].method) == (4.0, "answer")
    assert "R03" not in asked


@pytest.mark.parametrize("wrong", [{"id": "R99", "drop": True}, {"id": "R02", "colour": "red"}, {"value": 3.0}])
def test_a_wrong_correction_is_refused_and_can_be_given_again(tools, tmp_path, wrong):
    settings = settings_in(tmp_path)
    paused = start(document_in(tmp_path, TOO_MUCH), settings, review=True)
    with pytest.raises(BadInput):
        resume(paused.run_id, settings, corrections=[wrong])
    again = resume(paused.run_id, settings, corrections=[{"id": "R02", "value": 4.0}])
    assert again.exit_code == 0


def test_an_empty_list_accepts_the_reading(tools, tmp_path):
    settings = settings_in(tmp_path)
    paused = start(document_in(tmp_path), settings, review=True)
    assert resume(paused.run_id, settings, corrections=[]).exit_code == 0


def test_corrections_come_too_late_once_the_search_has_begun(tools, tmp_path):
    settings = settings_in(tmp_path)
    outcome = start(document_in(tmp_path), settings)
    with pytest.raises(BadInput, match="does not wait for corrections"):
        resume(outcome.run_id, settings, corrections=[{"id": "R02", "drop": True}])


def test_the_notebook_call_refuses_a_run_that_pauses(tools, tmp_path):
    with pytest.raises(BadInput, match=r"agent\.run\.resume"):
        design_document(document_in(tmp_path), settings_in(tmp_path), review=True)
    assert design_document(document_in(tmp_path), settings_in(tmp_path), run_id="mine").run.run_id == "mine"
