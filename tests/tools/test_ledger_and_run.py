"""The one runner: content-addressed, failures recorded, damage told."""

import sqlite3

import pytest

from knowledge.frozen import Frozen
from tools.failures import FailureClass, Infeasible, StoreBroken
from tools.ledger import Ledger
from tools.run import Failure, Success, run
from tools.tool import Context, tool

calls = []


class Ask(Frozen):
    x: float


class Answer(Frozen):
    y: float


@tool(stage="designs", version="1")
def double(request: Ask, context: Context) -> Answer:
    """Twice x."""
    calls.append(request.x)
    if request.x < 0:
        raise Infeasible("x must not be negative")
    if request.x == 13:
        raise ZeroDivisionError("unlucky")
    return Answer(y=2 * request.x)


@pytest.fixture
def ledger(tmp_path):
    calls.clear()
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def context(tmp_path):
    return Context(home=tmp_path)


def test_the_same_content_runs_once(ledger, context):
    first = run(double, {"x": 2}, context, ledger)
    second = run(double, Ask(x=2.0), context, ledger)
    assert isinstance(first, Success) and isinstance(second, Success)
    assert (first.result.y, second.result.y, second.cached, calls) == (4.0, 4.0, True, [2.0])
    assert first.key == second.key


def test_another_seed_is_another_run(ledger, context, tmp_path):
    one = run(double, {"x": 2}, context, ledger)
    two = run(double, {"x": 2}, Context(home=tmp_path, seed=1), ledger)
    assert one.key != two.key and len(calls) == 2


@pytest.mark.parametrize(("x", "kind"), [(-1, FailureClass.INFEASIBLE), (13, FailureClass.UNEXPECTED)])
def test_a_failure_is_a_record(ledger, context, x, kind):
    answer = run(double, {"x": x}, context, ledger)
    assert isinstance(answer, Failure) and answer.failure_class is kind
    row = ledger.find(answer.key)
    assert row is not None and row.status == "failure" and row.failure == answer.message


def test_bad_input_names_the_field(ledger, context):
    answer = run(double, {"x": "many"}, context, ledger)
    assert isinstance(answer, Failure) and answer.failure_class is FailureClass.BAD_INPUT \
        and answer.message.startswith("x is 'many'; a number is needed")


def test_a_damaged_blob_is_told(ledger, context):
    answer = run(double, {"x": 3}, context, ledger)
    sha = ledger.find(answer.key).result_sha256
    (ledger.folder / "blobs" / sha[:2] / sha).write_bytes(b"{}")
    with pytest.raises(StoreBroken, match="damaged"):
        run(double, {"x": 3}, context, ledger)


def test_a_damaged_database_is_told(tmp_path):
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "ledger.sqlite").write_bytes(b"this is no database, and it is long enough to be read as one" * 20)
    with pytest.raises(StoreBroken, match="move that folder away"):
        Ledger(folder)


def test_two_connections_write_at_once(ledger, context):
    with sqlite3.connect(ledger.folder / "ledger.sqlite") as other:
        other.execute("select count(*) from runs").fetchone()
        assert isinstance(run(double, {"x": 5}, context, ledger), Success)
    assert len(ledger.rows()) == 1
