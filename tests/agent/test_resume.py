"""A run that was stopped at any stage goes on from there and ends as if it had not been stopped."""

import pytest

from agent.run import file_digest, has_checkpoint, new_run_id, resume, start
from agent.services import StageFailed
from tests.agent.stand_in_tools import GOOD, document_in, essence, put_in_place, settings_in
from tools.failures import BadInput, FailureClass, StoreBroken, Unreadable

STAGES = ("find_evidence", "search_designs", "evaluate_designs", "write_report")


@pytest.fixture
def tools(monkeypatch):
    return put_in_place(monkeypatch)


@pytest.fixture
def stopped_at(tools, tmp_path):
    """tool → settings and id of a run stopped by Ctrl-C in that tool; the next call of the tool works."""

    def stop(name, **options):
        def ctrl_c():
            del tools.before[name]
            raise KeyboardInterrupt

        settings = settings_in(tmp_path, **options)
        tools.before[name] = ctrl_c
        with pytest.raises(KeyboardInterrupt):
            start(document_in(tmp_path), settings, run_id="stopped")
        return settings

    return stop


@pytest.mark.parametrize("stage", STAGES)
def test_a_stopped_run_ends_like_one_that_was_not(stage, tools, stopped_at, tmp_path):
    settings = stopped_at(stage, seed=2, designs=3)
    before = list(tools.calls)
    # Other settings at the resume do not matter: the run has its own.
    outcome = resume("stopped", settings.model_copy(update={"seed": 9, "designs": 5}))
    assert outcome.exit_code == 0
    assert tools.calls.count("search_designs") == before.count("search_designs") + (stage in STAGES[:2])
    whole = start(document_in(tmp_path / "b"), settings_in(tmp_path / "b", seed=2, designs=3))
    assert essence(outcome.report) == essence(whole.report)
    assert [s.stage for s in outcome.report.stages] == [s.stage for s in whole.report.stages]
    assert (outcome.folder / "report.json").exists()


@pytest.mark.parametrize("stage", STAGES[:3])
def test_a_stopped_run_leaves_no_half_folder(stage, stopped_at):
    assert not stopped_at(stage).out.exists()


def test_a_finished_run_is_found_again_without_any_work(tools, tmp_path):
    settings = settings_in(tmp_path)
    first = start(document_in(tmp_path), settings)
    tools.calls.clear()
    again = resume(first.run_id, settings)
    assert (again.report, again.exit_code, again.files) == (first.report, 0, first.files)
    assert tools.calls == []


@pytest.mark.parametrize("damage", ["delete", "truncate"])
def test_a_lost_report_is_written_again(tools, tmp_path, damage):
    settings = settings_in(tmp_path)
    first = start(document_in(tmp_path), settings)
    path = first.folder / "report.json"
    if damage == "delete":
        for file in first.folder.iterdir():
            file.unlink()
        first.folder.rmdir()
    else:
        path.write_text(path.read_text()[:1000])
    tools.calls.clear()
    again = resume(first.run_id, settings)
    assert essence(again.report) == essence(first.report)
    assert [s.stage for s in again.report.stages] == [s.stage for s in first.report.stages]
    assert tools.calls == ["write_report"]


def test_a_changed_document_is_refused(stopped_at, tmp_path):
    settings = stopped_at("search_designs")
    document_in(tmp_path, GOOD + "\nEnergy ≥ 20 Wh.\n")
    with pytest.raises(BadInput, match=r"rfq\.md has changed since run stopped began"):
        resume("stopped", settings)


def test_a_deleted_document_is_named(stopped_at, tmp_path):
    settings = stopped_at("search_designs")
    (tmp_path / "rfq.md").unlink()
    with pytest.raises(Unreadable, match="does not exist"):
        resume("stopped", settings)


@pytest.mark.parametrize("name", ["nothing", "", "../../etc/passwd", "…", "a\0b"])
def test_an_unknown_run_is_refused(name, tools, tmp_path):
    with pytest.raises(BadInput, match="there is no run"):
        resume(name, settings_in(tmp_path))


def test_a_run_is_known_once_it_has_begun(stopped_at):
    settings = stopped_at("find_evidence")
    assert has_checkpoint("stopped", settings)
    assert not has_checkpoint("another", settings)


def test_a_run_whose_results_are_gone_says_so(stopped_at):
    settings = stopped_at("write_report")
    for blob in (settings.ledger_folder / "blobs").glob("*/*"):
        blob.unlink()
    with pytest.raises((StageFailed, StoreBroken), match="run the command again") as caught:
        resume("stopped", settings)
    assert caught.value.failure_class == FailureClass.STORE_BROKEN


def test_run_names_are_safe_as_folder_names(tmp_path):
    for name in ("a b.pdf", "=cmd|' calc'!A0.txt", "삼성 RFQ.docx", "....md", "-rf.txt", "x" * 90 + ".md"):
        path = tmp_path / name
        path.write_text("x")
        run_id = new_run_id(path, file_digest(path))
        assert all(c.isalnum() or c in "-_" for c in run_id), run_id
        assert not run_id.startswith("-")
        assert len(run_id) < 80


def test_other_weights_rank_a_finished_run_again_without_any_tool(tools, tmp_path):
    settings = settings_in(tmp_path)
    first = start(document_in(tmp_path), settings)
    assert first.report.run.weights["musts"] == pytest.approx(0.4)
    tools.calls.clear()
    robust = {"musts": 0.0, "margin": 0.0, "robustness": 1.0, "cost": 0.0, "wishes": 0.0, "confidence": 0.0}
    again = resume(first.run_id, settings.model_copy(update={"weights": robust}))
    assert tools.calls == ["write_report"]
    assert again.report.run.weights["robustness"] == 1.0
    keeping = [o for o in again.report.offers if o.meets_all_musts]
    assert [o.score for o in keeping] == pytest.approx([0.92, 0.91])
    assert [o.score for o in keeping] == [o.production_yield.share for o in keeping]
    assert {o.id for o in again.report.offers} == {o.id for o in first.report.offers}
    with pytest.raises(BadInput, match="ranking part"):
        resume(first.run_id, settings.model_copy(update={"weights": {"beauty": 1.0}}))
