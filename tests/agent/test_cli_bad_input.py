"""What a new user may get wrong: one clear sentence, the exit code of the table, nothing half-written."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.agent.stand_in_tools import GOOD, LETTER, cellwright, document_in, one_sentence, put_in_place

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "rfx"
PDF, DOCX, XLSX = (EXAMPLES / n for n in (
    "ev_cylindrical_4680.pdf", "stationary_lfp_prismatic.docx", "power_tool_21700.xlsx"))


def locked_pdf(path):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.add_page(PdfReader(PDF).pages[0])
    writer.encrypt("secret")
    writer.write(path)


def scanned_pdf(path):
    from PIL import Image

    Image.effect_noise((300, 400), 60).save(path, "PDF")


def half_of(source):
    return lambda path: path.write_bytes(source.read_bytes()[:source.stat().st_size // 2])


def bytes_of(data):
    return lambda path: path.write_bytes(data)


# name of the file: (how it is made, exit code, words of the sentence)
DOCUMENTS = {
    "missing.pdf": (lambda path: None, 4, "does not exist"),
    "folder.pdf": (lambda path: path.mkdir(), 4, "is a folder; give one document, or use `cellwright batch"),
    "empty.pdf": (bytes_of(b""), 4, "empty"),
    "empty.txt": (bytes_of(b""), 4, "empty"),
    "locked.pdf": (locked_pdf, 4, "password"),
    "scanned.pdf": (scanned_pdf, 4, "scan"),
    "truncated.pdf": (half_of(PDF), 4, "truncated"),
    "truncated.docx": (half_of(DOCX), 4, "damaged"),
    "truncated.xlsx": (half_of(XLSX), 4, "damaged"),
    "picture.png": (bytes_of(b"\x89PNG\r\n\x1a\n" + bytes(200)), 4, "picture"),
    "program.exe": (bytes_of(b"MZ" + bytes(range(256)) * 20), 4, "binary"),
    "noise.pdf": (bytes_of(bytes(range(256)) * 20), 4, "binary"),
    "picture.docx": (bytes_of(b"\x89PNG\r\n\x1a\n" + bytes(200)), 4, "picture"),
    "blank.md": (bytes_of(b"\n \n"), 4, "empty"),
    "letter.txt": (bytes_of(LETTER.encode()), 5, "no requirement was found"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_gives_nothing_to_work_on(name, tmp_path):
    make, code, words = DOCUMENTS[name]
    make(tmp_path / name)
    read = cellwright(tmp_path, "requirements", tmp_path / name, "--json")
    assert read.exit_code == code
    assert words in one_sentence(read)
    if code == 4:
        assert read.stdout == ""
    else:
        assert json.loads(read.stdout)["requirements"] == []
    design = cellwright(tmp_path, "design", tmp_path / name, "--out", tmp_path / "out", "--json")
    assert (design.exit_code, design.stdout) == (code, "")
    assert words in one_sentence(design)
    assert name in one_sentence(design)
    assert not (tmp_path / "out").exists()


def test_a_name_that_is_no_text(tmp_path):
    path = tmp_path / os.fsdecode(b"rfq-\xff.md")
    path.write_text(GOOD)
    for command in ("requirements", "design"):
        result = cellwright(tmp_path, command, path)
        assert result.exit_code == 4
        assert "not valid UTF-8" in one_sentence(result)


@pytest.mark.parametrize(("source", "name"), [(PDF, "rfq.docx"), (DOCX, "rfq.pdf"), (XLSX, "rfq.txt")])
def test_a_misnamed_document_is_read_for_what_it_is(source, name, tmp_path):
    shutil.copy(source, tmp_path / name)
    misnamed, named = (json.loads(cellwright(tmp_path, "requirements", p, "--json").stdout)
                       for p in (tmp_path / name, source))
    assert len(misnamed["requirements"]) > 10
    assert [(r["metric"], r["value"]) for r in misnamed["requirements"]] == [
        (r["metric"], r["value"]) for r in named["requirements"]]


def test_requirements_that_contradict_each_other_are_a_finding(tmp_path):
    path = document_in(tmp_path, GOOD + "\nThe capacity at C/3 and 25 °C shall not exceed 3.5 Ah.\n")
    result = cellwright(tmp_path, "requirements", path, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    conflict, = (f for f in json.loads(result.stdout)["findings"] if f["kind"] == "conflict")
    assert len(conflict["ids"]) == 2


USAGE = {
    "nothing given": ["design"],
    "both given": ["design", "a.pdf", "--resume", "b"],
    "no such run": ["design", "--resume", "nothing"],
    "a path as a run": ["design", "--resume", "../../etc/passwd"],
    "too many processes": ["design", "FILE", "--workers", "100000"],
    "no such tool": ["tools", "design_everything"],
    "no request": ["tools", "choose_systems", "{}"],
    "a request that is no JSON": ["tools", "choose_systems", "{nope"],
    "a request that is a list": ["tools", "choose_systems", "[1]"],
    "a request that is nested": ["tools", "choose_systems", "[" * 100000],
    "a field too many": ["tools", "choose_systems", '{"requirements": [], "bogus": 1}'],
    "no such row": ["reproduce", "abcdef0123"],
    "too short a key": ["reproduce", "ab"],
    "a wildcard": ["reproduce", "%%%%%%%%"],
    "an empty key": ["reproduce", ""],
    "a folder without a run": ["reproduce", "."],
    "no folder": ["batch", "nowhere"],
    "an empty query": ["search", ""],
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage_is_exit_2_and_one_sentence(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = document_in(tmp_path / "documents")
    cellwright(tmp_path, "requirements", document)      # a ledger row that no wildcard may hit
    result = cellwright(tmp_path, *[document if a == "FILE" else a for a in USAGE[case]])
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(one_sentence(result)) < 400
    assert sorted(p.name for p in tmp_path.iterdir()) == ["documents", "home"]


@pytest.mark.parametrize("arguments", [
    ["design", "FILE", "--designs", "0"], ["design", "FILE", "--designs", "many"], ["design", "FILE", "--seed", "x"],
    ["design", "FILE", "--simulations", "3"], ["design", "FILE", "--workers", "0"], ["design", "FILE", "--bogus"],
    ["batch", "."], ["requirements"], ["evaluate"], ["search", "x", "--top", "0"], ["nosuch"], ["batch"],
])
def test_wrong_options_are_exit_2_before_anything_begins(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = cellwright(tmp_path, *["rfq.md" if a == "FILE" else a for a in arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [
    pytest.param(None, id="missing"), pytest.param(b"design", id="words"), pytest.param(b"\xff\xfe\x00", id="bytes"),
    pytest.param(b"[" * 100000, id="nested"), pytest.param(b"", id="empty"),
])
def test_a_design_file_that_is_no_json(text, tmp_path):
    path = tmp_path / "design.json"
    if text is not None:
        path.write_bytes(text)
    for result in (cellwright(tmp_path, "evaluate", path, "--json"),
                   cellwright(tmp_path, "tools", "evaluate_design", f"@{path}")):
        assert (result.exit_code, result.stdout) == (4, "")
        assert "design.json" in one_sentence(result)


@pytest.mark.parametrize("value", [[1, 2], {"pair": 3}, "text", None, {}])
def test_a_design_file_that_is_no_design(value, tmp_path):
    path = tmp_path / "design.json"
    path.write_text(json.dumps(value))
    result = cellwright(tmp_path, "evaluate", path, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert one_sentence(result).startswith("design")


@pytest.mark.parametrize("under", ["", "below"])
def test_an_output_folder_that_cannot_be_written(under, tmp_path, monkeypatch):
    tools = put_in_place(monkeypatch)
    out = tmp_path / "out"
    out.write_text("a file where the folder should be")
    result = cellwright(tmp_path, "design", document_in(tmp_path), "--out", out / under, "--quiet")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "choose another with --out" in one_sentence(result)
    assert out.read_text() == "a file where the folder should be"
    assert tools.calls == []


def test_a_setting_that_is_no_number(tmp_path, monkeypatch):
    monkeypatch.setenv("CELLWRIGHT_WORKERS", "many")
    result = cellwright(tmp_path, "requirements", document_in(tmp_path))
    assert result.exit_code == 2
    assert "workers" in one_sentence(result)
