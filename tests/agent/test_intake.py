"""Answers, questions, revisions and the model on top of the rules."""

import json

import pytest
from typer.testing import CliRunner

from agent.answers import answered, read_answers
from agent.intake import with_model
from agent.llm import Llm
from agent.settings import LlmSettings, Settings
from agent.surfaces.cli import app
from knowledge.documents.read import read_document
from tests.agent.llm_stand_in import scripted_llm
from tools.extract.proposals import Proposal, requirement_of
from tools.extract.questions import mail, questions
from tools.extract.requirements import extract_requirements
from tools.extract.revision import changes
from tools.failures import BadInput, Unreadable

OLD = "# Cell\n\nThe cell mass must not exceed 70 g. The capacity must be at least 5 Ah. At least 800 cycles to 80 %.\n"
NEW = ("# Cell\n\nThe capacity must be at least 5.2 Ah. At least 800 cycles to 80 %. "
       "The shelf life must be up to 24 months.\n")
ODD = "# Cell\n\nThe cell mass must not exceed 70 g. Please note the blorp of 12.5 mm at delivery.\n"


@pytest.fixture
def read(tmp_path):
    def reader(text, name="rfq.md"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path, extract_requirements(read_document(path))
    return reader


def test_a_revision_shows_added_changed_and_withdrawn(read):
    found = changes(read(OLD)[1], read(NEW)[1])
    told = {(c.kind, (c.new or c.old).metric): c.what for c in found}
    assert told == {("changed", "capacity"): ("value",), ("added", "shelf_life"): (), ("withdrawn", "mass"): ()}
    assert changes(read(OLD)[1], read(OLD)[1]) == ()


def test_questions_are_numbered_and_answers_win(read, tmp_path):
    _, reading = read(NEW)
    asked = questions(reading)
    assert [q.id for q in asked] == ["Q01"] and "24 months" in mail(reading, asked)
    target = next(r for r in reading.requirements if r.metric == "shelf_life")
    path = tmp_path / "answers.yaml"
    path.write_text("- {question: Q01, value: 3 year, priority: should}\n", encoding="utf-8")
    after = answered(reading, read_answers(path))
    now = next(r for r in after.requirements if r.id == target.id)
    assert (now.value, now.priority, now.method) == (36.0, "should", "answer")
    assert questions(after) == ()


@pytest.mark.parametrize(("text", "fault"), [
    ("- {question: Q77, value: 3}", BadInput), ("- {id: R99, drop: true}", BadInput), ("just words", BadInput),
    ("- {id: R01, value: 3 kg}", BadInput), ("- {colour: red}", BadInput), ("a: [", Unreadable),
])
def test_a_wrong_answer_is_one_sentence(read, tmp_path, text, fault):
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(fault) as caught:
        answered(read(NEW)[1], read_answers(path))
    assert "\n" not in str(caught.value)


def test_a_proposal_is_only_as_good_as_its_quote(read):
    path, _ = read(ODD)
    document = read_document(path)
    made = requirement_of(document, Proposal(quote="blorp of 12.5 mm", metric="height"), "R09", "llm")
    assert (made.metric, made.value, made.unit, made.method) == ("height", 12.5, "mm", "llm")
    assert document.text[made.source.start:made.source.end] == made.source.quote
    assert "does not stand" in requirement_of(document, Proposal(quote="blorp of 99 mm", metric="height"), "R", "llm")
    assert "no number" in requirement_of(document, Proposal(quote="blorp of 12.5 mm", metric="mass"), "R", "llm")
    assert "no metric" in requirement_of(document, Proposal(quote="blorp", metric="blorp"), "R", "llm")


def model(server, tmp_path, allow=True):
    return Llm(Settings(home=tmp_path, llm=LlmSettings(base_url=server.base_url, model="m", allow_egress=allow)),
               sleep=lambda _s: None)


def test_the_model_places_what_rules_left_and_can_invent_nothing(read, tmp_path):
    path, reading = read(ODD)
    assert [x.quote for x in reading.residual] == ["12.5 mm"]
    said = [{"quote": "blorp of 12.5 mm", "is": "requirement", "metric": "height"},
            {"quote": "blorp of 99 mm", "is": "requirement", "metric": "width"}, {"quote": 3}]
    with scripted_llm([{"content": "no list"}, {"content": json.dumps(said)}]) as server:
        after = with_model(reading, path, model(server, tmp_path))
    assert [(r.metric, r.value, r.method) for r in after.requirements][-1] == ("height", 12.5, "llm")
    assert after.residual == () and "2 proposals" in after.findings[-1].text
    assert len(server.requests) == 2 and "70 g" not in server.requests[0]["messages"][0]["content"]


def test_a_model_that_never_answers_with_a_list_changes_nothing(read, tmp_path):
    path, reading = read(ODD)
    with scripted_llm([{"content": "x"}, {"content": "[1", "cut": True}, {"content": "y"}]) as server:
        assert with_model(reading, path, model(server, tmp_path)) == reading


def test_nothing_is_sent_without_permission(tmp_path):
    with scripted_llm([]) as server, pytest.raises(BadInput, match="allow-egress"):
        model(server, tmp_path, allow=False)


def test_the_command_knows_questions_answers_and_revisions(read, tmp_path, monkeypatch):
    monkeypatch.setenv("CELLWRIGHT_HOME", str(tmp_path / "home"))
    old, _ = read(OLD, "old.md")
    new, _ = read(NEW, "new.md")
    runner = CliRunner()
    told = json.loads(runner.invoke(app, ["requirements", str(new), "--against", str(old), "--json"]).stdout)
    assert {k: len(v) for k, v in told.items()} == {"added": 1, "changed": 1, "withdrawn": 1}
    assert "Q01" in runner.invoke(app, ["requirements", str(new), "--questions"]).stdout
    missing = runner.invoke(app, ["requirements", str(new), "--answers", str(tmp_path / "none.yaml")])
    assert missing.exit_code == 4 and "Traceback" not in missing.output
    assert runner.invoke(app, ["requirements", str(new), "--llm"]).exit_code == 6
