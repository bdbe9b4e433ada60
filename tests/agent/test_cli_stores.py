"""A broken ledger, checkpoint database, evidence store or simulator database: exit 6, and how to recover."""

import json

import pytest

from tests.agent.stand_in_tools import cellwright, document_in, one_sentence, put_in_place

GARBAGE = b"garbage " * 1000


@pytest.fixture
def tools(monkeypatch):
    return put_in_place(monkeypatch)


@pytest.fixture
def used_home(tools, tmp_path):
    """A home that a finished run has filled."""
    document_in(tmp_path)
    first = cellwright(tmp_path, "design", tmp_path / "rfq.md", "--out", tmp_path / "out", "--designs", 4, "--json")
    assert first.exit_code == 0, first.stderr
    return tmp_path / "home"


def break_in(path, how):
    data = path.read_bytes()
    path.write_bytes({"garbage": GARBAGE, "cut": data[:len(data) // 2], "pages": data[:100] + GARBAGE}[how])
    for beside in (path.with_name(path.name + end) for end in ("-wal", "-shm")):
        beside.unlink(missing_ok=True)


@pytest.mark.parametrize("how", ["garbage", "cut", "pages"])
def test_a_corrupt_ledger(how, used_home, tmp_path):
    break_in(used_home / "ledger" / "ledger.sqlite", how)
    document = tmp_path / "rfq.md"
    for arguments in (["requirements", document, "--json"], ["tools", "choose_systems", "{\"requirements\": []}"],
                      ["design", document, "--out", tmp_path / "new", "--json"], ["reproduce", "abcdef"]):
        result = cellwright(tmp_path, *arguments)
        assert (result.exit_code, result.stdout) == (6, ""), arguments
        assert "move" in one_sentence(result)
    assert not (tmp_path / "new").exists()
    doctor = cellwright(tmp_path, "doctor", "--json")
    assert doctor.exit_code == 6
    row, = (r for r in json.loads(doctor.stdout) if r["part"] == "ledger")
    assert not row["ok"]
    assert "move" in row["remedy"]


def test_a_damaged_result_names_the_file_to_delete_and_recovers(used_home, tmp_path):
    arguments = ["requirements", tmp_path / "rfq.md", "--json"]
    before = cellwright(tmp_path, *arguments).stdout
    for blob in (used_home / "ledger" / "blobs").glob("*/*"):
        blob.write_bytes(b"{}")
    result = cellwright(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (6, "")
    blob = one_sentence(result).split()[2]
    (used_home / blob).unlink()
    again = cellwright(tmp_path, *arguments)
    assert (again.exit_code, again.stdout) == (0, before)


@pytest.mark.parametrize("how", ["garbage", "cut", "pages"])
def test_a_corrupt_checkpoint_database(how, used_home, tmp_path):
    run = next((tmp_path / "out").iterdir()).name
    break_in(used_home / "checkpoints.sqlite", how)
    for arguments in (["design", "--resume", run, "--quiet"],
                      ["design", tmp_path / "rfq.md", "--out", tmp_path / "new", "--quiet"]):
        result = cellwright(tmp_path, *arguments)
        assert (result.exit_code, result.stdout) == (6, ""), arguments
        assert "checkpoint database" in one_sentence(result)
        assert "move it away" in one_sentence(result)
    assert not (tmp_path / "new").exists()
    (used_home / "checkpoints.sqlite").unlink()
    assert cellwright(tmp_path, "design", tmp_path / "rfq.md", "--out", tmp_path / "new", "--json").exit_code == 0


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "home").write_text("no folder")
    result = cellwright(tmp_path, "requirements", document_in(tmp_path))
    assert result.exit_code == 6
    assert "CELLWRIGHT_HOME" in one_sentence(result)
    doctor = cellwright(tmp_path, "doctor", "--json")
    assert doctor.exit_code == 6
    assert "CELLWRIGHT_HOME" in next(r["remedy"] for r in json.loads(doctor.stdout) if r["part"] == "home")


@pytest.mark.parametrize("file", ["passages.sqlite", "lock.sqlite"])
def test_a_corrupt_evidence_store(file, tmp_path):
    folder = tmp_path / "home" / "knowledge" / "default"
    folder.mkdir(parents=True)
    (folder / file).write_bytes(GARBAGE)
    result = cellwright(tmp_path, "search", "lithium plating", "--json")
    assert (result.exit_code, result.stdout) == (6, "")
    assert str(folder) in one_sentence(result)


def test_a_corrupt_simulator_database_stops_the_search(tools, tmp_path):
    import numpy as np

    from tools.optimise.database import read_arrays

    chunk = tmp_path / "home" / "database" / "table" / "00000-0123456789abcdef.npz"
    chunk.parent.mkdir(parents=True)
    np.savez(chunk, x=np.zeros(3))
    tools.before["search_designs"] = lambda: read_arrays(chunk)
    result = cellwright(tmp_path, "design", document_in(tmp_path), "--out", tmp_path / "out", "--quiet")
    assert (result.exit_code, result.stdout) == (6, "")
    assert f"delete {chunk}" in one_sentence(result)
    assert not (tmp_path / "out").exists()
    chunk.unlink()
    tools.before.clear()
    assert cellwright(tmp_path, "design", tmp_path / "rfq.md", "--out", tmp_path / "out", "--json",
                      "--designs", 4).exit_code == 0
