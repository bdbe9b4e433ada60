"""Many documents: one that fails stops nothing, a second call finds what is finished and goes on with the rest."""

import csv
import json
import os
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.surfaces import batch as batches
from agent.surfaces.batch import BatchRow, run_batch
from evals.cli import app
from tests.agent.stand_in_tools import GOOD, LETTER, TOO_MUCH, document_in, put_in_place, settings_in
from tools.failures import BadInput


@pytest.fixture
def tools(monkeypatch):
    return put_in_place(monkeypatch)


@pytest.fixture
def folder(tmp_path):
    """Four documents: feasible, infeasible, without a requirement, empty."""
    place = tmp_path / "documents"
    for name, text in (("a.md", GOOD), ("b.md", TOO_MUCH), ("c.txt", LETTER), ("d.pdf", "")):
        document_in(place, text, name)
    return place


def codes(rows):
    return {row.document: row.exit_code for row in rows}


def test_one_failing_document_stops_nothing(tools, folder, tmp_path):
    rows = run_batch(folder, settings_in(tmp_path), 1, None)
    assert codes(rows) == {"a.md": 0, "b.md": 3, "c.txt": 5, "d.pdf": 4}
    a, b, c, d = rows
    assert (a.feasible, a.requirements, a.designs) == (True, 3, 4)
    assert "nmc811" in a.best.lower()
    assert b.feasible is False
    assert "no requirement" in c.message
    assert "empty" in d.message
    out = tmp_path / "runs" / "batch-documents"
    assert Path(a.report).is_file()
    assert Path(a.report).parent.parent == out
    assert sorted(p.name for p in out.iterdir()) == sorted(["batch.csv", "batch.json", a.run_id, b.run_id])
    assert [BatchRow.model_validate(r) for r in json.loads((out / "batch.json").read_text())] == rows
    with (out / "batch.csv").open(newline="") as stream:
        assert [r["document"] for r in csv.DictReader(stream)] == ["a.md", "b.md", "c.txt", "d.pdf"]


def test_a_second_call_finds_finished_runs(tools, folder, tmp_path):
    first = run_batch(folder, settings_in(tmp_path), 1, None)
    tools.calls.clear()
    assert run_batch(folder, settings_in(tmp_path), 1, None) == first
    assert tools.calls == []


def test_other_options_or_another_document_are_another_run(tools, folder, tmp_path):
    first = run_batch(folder, settings_in(tmp_path), 1, None)[0]
    document_in(folder, GOOD.replace("72 g", "71 g"), "a.md")
    changed = run_batch(folder, settings_in(tmp_path), 1, None)[0]
    other_seed = run_batch(folder, settings_in(tmp_path, seed=1), 1, None)[0]
    assert len({first.run_id, changed.run_id, other_seed.run_id}) == 3


def test_a_stopped_batch_goes_on_where_it_stopped(tools, folder, tmp_path):
    def ctrl_c():
        if tools.calls.count("search_designs") == 2:
            raise KeyboardInterrupt

    tools.before["search_designs"] = ctrl_c
    with pytest.raises(KeyboardInterrupt):
        run_batch(folder, settings_in(tmp_path), 1, None)
    tools.before.clear()
    tools.calls.clear()
    assert codes(run_batch(folder, settings_in(tmp_path), 1, None)) == {"a.md": 0, "b.md": 3, "c.txt": 5, "d.pdf": 4}
    # b.md alone; its designs are those of a.md, its musts are not
    assert tools.calls == ["search_designs", "estimate_yields", "find_front", "write_report"]


def test_a_run_whose_folder_was_deleted_is_written_again(tools, folder, tmp_path):
    first = run_batch(folder, settings_in(tmp_path), 1, None)[0]
    for file in Path(first.report).parent.iterdir():
        file.unlink()
    Path(first.report).parent.rmdir()
    assert run_batch(folder, settings_in(tmp_path), 1, None)[0].model_copy(update={"seconds": first.seconds}) == first
    assert Path(first.report).is_file()


HOSTILE = ["=cmd|' calc'!A0.md", "-rf.md", "a\nb.md", "x∕..∕y.md", "[bold red]x.md", "삼성 電池.md",
           "x" * 200 + ".md", "x..md", "two  spaces .MD", "{{7*7}}.md"]


def test_hostile_file_names_are_names(tools, tmp_path):
    place = tmp_path / "documents"
    for number, name in enumerate(HOSTILE):
        document_in(place, GOOD.replace("72 g", f"7{number}.5 g"), name)
    (place / os.fsdecode(b"\xff\xfe.md")).write_text(GOOD)
    result = CliRunner().invoke(app, ["batch", str(place), "--out", str(tmp_path / "out"), "--designs", "1"],
                                env={"CELLWRIGHT_HOME": str(tmp_path / "home")})
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    out = tmp_path / "out" / "batch-documents"
    rows = [BatchRow.model_validate(r) for r in json.loads((out / "batch.json").read_text(encoding="utf-8"))]
    good = [r for r in rows if r.exit_code in (0, 3)]
    assert {r.document for r in good} == set(HOSTILE)
    assert len({r.run_id for r in good}) == len(HOSTILE)
    assert all(Path(r.report).resolve().is_relative_to(out.resolve()) for r in good)
    refused, = (r for r in rows if r.exit_code == 4)
    assert "not valid UTF-8" in refused.message
    with (out / "batch.csv").open(newline="", encoding="utf-8") as stream:
        names = [r["document"] for r in csv.DictReader(stream)]
    assert not any(n.startswith(("=", "+", "-", "@")) for n in names)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["documents", "home", "out"]


def test_lock_files_and_other_files_are_no_documents(tools, tmp_path):
    place = tmp_path / "documents"
    for name in ("a.md", ".hidden.md", "~$a.docx", "picture.png"):
        document_in(place, GOOD, name)
    (place / "folder.pdf").mkdir()
    assert codes(run_batch(place, settings_in(tmp_path), 1, None)) == {"a.md": 0}


def test_equal_documents_under_two_names_are_two_runs(tools, tmp_path):
    place = tmp_path / "documents"
    for name in ("x" * 50 + "1.md", "x" * 50 + "2.md"):
        document_in(place, GOOD, name)
    rows = run_batch(place, settings_in(tmp_path), 1, None)
    assert len({r.run_id for r in rows}) == 2


@pytest.mark.parametrize("missing", ["no folder", "no document", "unwritable"])
def test_what_a_batch_refuses(tools, folder, tmp_path, missing):
    settings = settings_in(tmp_path)
    if missing == "unwritable":
        settings.out.write_text("a file where the folder should be")
    place = {"no folder": tmp_path / "nowhere", "no document": tmp_path / "bare", "unwritable": folder}[missing]
    (tmp_path / "bare").mkdir()
    with pytest.raises(BadInput) as caught:
        run_batch(place, settings, 1, None)
    assert {"no folder": "is no folder", "no document": "holds no document", "unwritable": "choose another with --out"
            }[missing] in caught.value.message
    assert tools.calls == []


def test_processes_answer_in_the_order_of_the_folder(tmp_path):
    place = tmp_path / "documents"
    for name, text in (("a.pdf", ""), ("b.txt", LETTER), ("c.md", LETTER)):
        document_in(place, text, name)
    rows = run_batch(place, settings_in(tmp_path), 2, None)
    assert [(r.document, r.exit_code) for r in rows] == [("a.pdf", 4), ("b.txt", 5), ("c.md", 5)]


def answer_or_die(document, settings):
    """In a worker: a document called `deadly` kills its process."""
    if document.stem == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return BatchRow(document=document.name, run_id="x", exit_code=0)


def test_a_process_that_dies_takes_one_document_along(monkeypatch, tmp_path):
    place = tmp_path / "documents"
    for name in ("a.md", "deadly.md", "z.md"):
        document_in(place, GOOD, name)
    monkeypatch.setattr(batches, "answer_one", answer_or_die)
    rows = run_batch(place, settings_in(tmp_path), 2, None)
    assert codes(rows) == {"a.md": 0, "deadly.md": 1, "z.md": 0}
    assert "died" in rows[1].message


@pytest.mark.parametrize("json_", [True, False])
def test_the_command_shows_a_table_and_exits_with_1_where_one_failed(tools, folder, tmp_path, json_):
    arguments = ["batch", str(folder), "--out", str(tmp_path / "out"), "--designs", "4", *(["--json"] if json_ else [])]
    result = CliRunner().invoke(app, arguments, env={"CELLWRIGHT_HOME": str(tmp_path / "home"), "COLUMNS": "200"})
    assert result.exit_code == 1
    if json_:
        assert [r["exit_code"] for r in json.loads(result.stdout)] == [0, 3, 5, 4]
        assert result.stderr == ""
    else:
        assert all(name in result.stdout for name in ("a.md", "b.md", "c.txt", "d.pdf", "nearest offers"))
    for name in ("c.txt", "d.pdf"):
        (folder / name).unlink()
    assert CliRunner().invoke(app, arguments, env={"CELLWRIGHT_HOME": str(tmp_path / "home")}).exit_code == 0
