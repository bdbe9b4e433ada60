"""A model's prose may hold words and references; twenty scripted attempts to type a number are refused."""

import json

import pytest

from agent.chat.guard import check
from agent.chat.references import Resolver
from tools.ledger import Ledger, LedgerRow

KEY = "0f3a9c21b7de" + "0" * 52
ATTEMPTS = [
    "The cell reaches 246 Wh/kg.",
    "It holds 25.2 Ah at C/3.",
    "About ２４６ Wh/kg.",
    "Energy density is ٧٤٠ Wh/L.",
    "Charging takes half the time.",
    "The mass is ³⁷⁰ grams.",
    "Roughly ½ of the designs pass.",
    "Group Ⅻ designs pass.",
    "Two hundred and forty watt-hours per kilogram.",
    "It takes ten minutes.",
    "Twenty-four designs pass.",
    "See [[deadbeefdead:figures.0.value]].",
    "See [[0f3a9c21b7de:figures.9.value]].",
    "See [[0f3a9c21b7de:figures.0]].",
    "See [[R77]].",
    "See [[E:nothing]].",
    "See [[246 Wh/kg]].",
    "It is [[0f3a9c21b7de:figures.0.value]] and not 12.",
    "Broken [[0f3a9c21b7de:figures.0.value reference.",
    "Rank ➀ is best, at ninety percent.",
]


@pytest.fixture
def resolver(tmp_path, sample_report):
    ledger = Ledger(tmp_path / "ledger")
    blob = ledger.put_blob(json.dumps({"figures": [{"value": 246.3, "unit": "Wh/kg"}]}).encode())
    ledger.record(LedgerRow(
        key=KEY, tool="evaluate_design", version="1", tool_digest="d", request={}, seed=0, backends={},
        status="success", result_sha256=blob, failure_class=None, failure=None, started=0.0, wall_s=0.0))
    return Resolver(ledger, {r.id: r for r in sample_report.reading.requirements},
                    {e.id: e for e in sample_report.evidence})


@pytest.mark.parametrize("prose", ATTEMPTS)
def test_a_typed_number_is_refused(prose, resolver):
    assert check(prose, resolver).complaints


def test_there_are_twenty_attempts():
    assert len(set(ATTEMPTS)) == 20


def test_references_become_numbers(resolver):
    prose = "It reaches [[0f3a9c21b7de:figures.0.value]], [[R01]] is met; compare [[E:E1]]."
    checked = check(prose, resolver)
    assert checked.complaints == ()
    assert "246.3 Wh/kg" in checked.text and "≥ 240 Wh/kg" in checked.text and "5 Ah 21700" in checked.text


def test_plain_words_pass(resolver):
    assert check("One of the designs is lighter; the first offer is the best compromise.", resolver).complaints == ()
