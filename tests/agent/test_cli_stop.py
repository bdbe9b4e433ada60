"""Stopping a run from outside: Ctrl-C says how to go on, nothing is left behind, and a killed run resumes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.run import start
from evals.cli import app
from tests.agent.stand_in_tools import document_in, essence, put_in_place, settings_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def running(tmp_path):
    """tool, arguments → a process whose workers are busy in that tool, and the ids of these workers."""
    begun = []

    def begin(tool, *arguments):
        mark = tmp_path / "workers"
        environment = {**os.environ, "CELLWRIGHT_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.agent.stand_in_process", tool, str(mark), *map(str, arguments)], cwd=ROOT,
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        begun.append(process)
        until(lambda: len(list(mark.glob("*.pid"))) == 2 or process.poll() is not None, 120)
        assert process.poll() is None, process.communicate()
        return process, [int(p.stem) for p in mark.glob("*.pid")]

    yield begin
    for process in begun:
        process.kill()
        process.wait()


def until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def alive(pid):
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/status")
        return not status.exists() or "zombie" not in status.read_text()
    except OSError:
        return False


def resumed(run_id, tmp_path, monkeypatch):
    """The report of `cellwright design --resume RUN`, and that of the same document in one go."""
    put_in_place(monkeypatch)
    monkeypatch.setenv("CELLWRIGHT_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(app, ["design", "--resume", run_id, "--json"])
    assert result.exit_code == 0, result.stderr
    whole = start(document_in(tmp_path / "b"), settings_in(tmp_path / "b", designs=3))
    return json.loads(result.stdout), whole


def test_ctrl_c_says_how_to_go_on_and_the_run_does(running, tmp_path, monkeypatch):
    document = document_in(tmp_path)
    options = ("--out", tmp_path / "out", "--designs", 3, "--simulations", 32)
    process, workers = running("search_designs", "design", document, *options)
    # A terminal sends Ctrl-C to every process of its group.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    run_id = re.search(r"stopped; go on with `cellwright design --resume (\S+)`", err).group(1)
    until(lambda: not any(map(alive, workers)), 10)
    assert not (tmp_path / "out").exists()
    summary, whole = resumed(run_id, tmp_path, monkeypatch)
    assert [o["id"] for o in summary["offers"]] == [o.id for o in whole.report.offers]
    assert Path(summary["files"]["report.json"]).parent == tmp_path / "out" / run_id


@pytest.mark.parametrize("tool", ["search_designs", "evaluate_designs"])
def test_a_killed_run_resumes_to_the_same_result(running, tmp_path, monkeypatch, tool):
    document = document_in(tmp_path)
    options = ("--out", tmp_path / "out", "--designs", 3, "--simulations", 32, "--quiet")
    process, workers = running(tool, "design", document, *options)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not any(map(alive, workers)), 10)
    run_id = next((tmp_path / "out").iterdir()).name
    summary, whole = resumed(run_id, tmp_path, monkeypatch)
    report = type(whole.report).model_validate_json(Path(summary["files"]["report.json"]).read_text())
    assert essence(report) == essence(whole.report)


def test_ctrl_c_stops_a_batch_whose_second_call_goes_on(running, tmp_path, monkeypatch):
    folder = tmp_path / "documents"
    for name in ("a.md", "b.md"):
        document_in(folder, name=name)
    options = ("--out", tmp_path / "out", "--designs", 3, "--simulations", 32)
    process, workers = running("search_designs", "batch", folder, *options)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert "stopped" in err
    until(lambda: not any(map(alive, workers)), 10)
    put_in_place(monkeypatch)
    monkeypatch.setenv("CELLWRIGHT_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(app, ["batch", str(folder), *map(str, options), "--json"])
    assert result.exit_code == 0, result.stderr
    assert [row["exit_code"] for row in json.loads(result.stdout)] == [0, 0]
