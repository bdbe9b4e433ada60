"""The audit of a finished report counts what stands, and says where something does not."""

import json

import pytest

from evals.report_audit import audit, main
from knowledge.evidence import Evidence
from knowledge.literature.library import open_library


@pytest.fixture
def run(tmp_path):
    hit = open_library(tmp_path / "home").search("lithium plating in the cold", top=1)[0]
    cited = Evidence(id="E01", passage=hit.passage, quote=hit.quote, start=0, end=len(hit.quote), score=0.9,
                     bears_on=("R01",), stance="cautions")
    folder = tmp_path / "run"
    folder.mkdir()
    report = {"evidence": [cited.model_dump(mode="json")], "reported": [], "reading": {"requirements": [{"id": "R01"}]}}
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    (folder / "report.html").write_text(f"<p>“{hit.quote}”</p>", encoding="utf-8")
    (folder / "bibliography.json").write_text(json.dumps([{"id": hit.passage.source.key}]), encoding="utf-8")
    return folder


def test_a_whole_report_passes(run, tmp_path):
    counts = audit(run, tmp_path / "home")
    assert counts["quotes"] == counts["standing"] == counts["on_the_page"] == counts["in_bibliography"] == 1
    assert counts["requirements_with_evidence"] == 1 and counts["with_both_sides"] == 0
    assert main([str(run), "--home", str(tmp_path / "home")]) == 0


def test_a_quote_that_is_not_printed_or_has_changed_fails(run, tmp_path):
    (run / "report.html").write_text("<p>nothing</p>", encoding="utf-8")
    assert main([str(run), "--home", str(tmp_path / "home")]) == 1
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    report["evidence"][0]["quote"] += "!"
    (run / "report.json").write_text(json.dumps(report), encoding="utf-8")
    assert audit(run, tmp_path / "home")["standing"] == 0
