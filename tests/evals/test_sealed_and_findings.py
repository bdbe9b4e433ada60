"""A sealed suite tells aggregates only, the opened set is what was frozen, findings match by what they say."""

import hashlib
import json
import math

from evals.gold import Gold, GoldFinding, GoldRequirement
from evals.run import run_suite
from evals.score import Score, Scorer
from evals.scorers.findings import conflicts_recall, findings_precision, findings_recall, numbers_in
from evals.scorers.requirements import ReadCase
from evals.suites import REPO, Suite, load_suite
from knowledge.requirement import DocumentFacts, Finding, Leftover, Reading, Requirement, SourceSpan

OPENED = REPO / "evals" / "cases" / "opened"


def test_the_opened_set_is_the_one_that_was_frozen():
    rows = [line.split("  ", 1) for line in (OPENED / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()]
    for digest, name in rows:
        assert hashlib.sha256((OPENED / name).read_bytes()).hexdigest() == digest, "a frozen file has changed"
    on_disk = {p for p in OPENED.rglob("*") if p.is_file() and p.name != "MANIFEST.sha256"}
    assert len(on_disk) == len(rows) == 44
    assert len(load_suite("requirements_opened").cases) == 22


def test_a_sealed_suite_tells_no_case():
    judge = Scorer("length", "1", lambda output, _expected: Score(float(len(output)), f"secret {output}"))
    one = Suite.model_validate({
        "suite": "sealed", "about": "for tests", "task": "read", "sealed": True,
        "scores": {"mean": {"scorer": "length"}},
        "cases": [{"name": "hush", "document": "a"}, {"name": "quiet", "document": "bbb"}],
    })
    result = run_suite(one, task=lambda c: c.document, scorers=(judge,))
    assert (result.n, result.scores["mean"], result.cases) == (2, 2.0, {})
    told = json.dumps(result.summary())
    assert "hush" not in told and "secret" not in told


SOURCE = SourceSpan(document="d", quote="≤ 3.1 kg")
LABEL = GoldRequirement(id="R01", metric="mass", comparator="<=", value=3100, unit="g", source={"quote": "3.1 kg"})


def case(*labels, found=(), ignored=()):
    read = Requirement(id="R07", metric="mass", comparator="<=", value=3100, unit="g", source=SOURCE)
    reading = Reading(document=DocumentFacts(name="d", sha256="0" * 64), requirements=(read,), findings=tuple(found),
                      ignored=tuple(ignored))
    return ReadCase("≤ 3.1 kg", reading, Gold(document="d", language="en", requirements=(LABEL,), findings=labels))


def test_a_finding_is_found_by_id_or_number_and_kind():
    label = GoldFinding(kind="conflict", ids=("R01",), text="mass against energy")
    assert findings_recall(case(label, found=[Finding(kind="conflict", ids=("R07",), text="x")]), None).value == 1
    assert findings_recall(case(label, found=[Finding(kind="ambiguity", ids=("R07",), text="x")]), None).value == 0
    numbers = GoldFinding(kind="superseded", text="3,250 g becomes 3.1 kg")
    assert findings_recall(case(numbers, found=[Finding(kind="superseded", text="was 3.25 kg")]), None).value == 1
    assert conflicts_recall(case(label), None).value == 0
    assert math.isnan(conflicts_recall(case(numbers), None).value)


def test_a_number_set_aside_with_its_reason_is_a_noticed_distractor():
    label = GoldFinding(kind="distractor", text="the old cell had 94 Ah")
    left = Leftover(quote="94 Ah", source=SOURCE, reason="an earlier cell")
    assert findings_recall(case(label, ignored=[left]), None).value == 1
    assert findings_recall(case(label), None).value == 0


def test_a_finding_that_nobody_labelled_lowers_precision():
    label = GoldFinding(kind="conflict", ids=("R01",), text="mass")
    both = [Finding(kind="conflict", ids=("R07",), text="x"),
            Finding(kind="infeasible", ids=("R99",), text="900 Wh/kg")]
    assert findings_precision(case(label, found=both), None).value == 0.5


def test_numbers_are_compared_by_their_digits():
    assert numbers_in("6.000 and 6,000 and 6 000 cycles") == {"6"}
    assert numbers_in("0,75 MPa") == {"075"}
