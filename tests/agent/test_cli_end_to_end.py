"""The whole command with nothing stood in for: document in, simulated designs and every file of the report out."""

import json
from pathlib import Path

import pytest

from knowledge.report import Report
from tests.agent.stand_in_tools import GOOD, cellwright, document_in, essence
from tools.ledger import Ledger


def report_of(summary):
    return Report.model_validate_json(Path(summary["files"]["report.json"]).read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_document_is_answered_with_simulated_designs(tmp_path):
    document = document_in(tmp_path, GOOD.replace("4.0 Ah", "3.5 Ah") + "\nThe cathode chemistry shall be NCA.\n")
    arguments = ["design", document, "--designs", 3, "--simulations", 32, "--json"]
    result = cellwright(tmp_path, *arguments, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    summary = json.loads(result.stdout)
    report = report_of(summary)
    assert {o.design.pair.system for o in report.offers} == {"nca_graphite"}
    assert len({o.id for o in report.offers}) == len(report.offers) == 3
    # Every must with a number is judged by a figure whose ledger row is there.
    ledger = Ledger(tmp_path / "home" / "ledger")
    for offer in report.offers:
        verdicts = {v.requirement.metric: v for v in offer.verdicts}
        for metric in ("capacity", "mass"):
            assert verdicts[metric].figure.value is not None
            assert ledger.find(verdicts[metric].figure.origin) is not None
        assert (Path(summary["folder"]) / "designs" / offer.id / "bpx.json").is_file()
    sizes = {name: (Path(summary["folder"]) / name).stat().st_size
             for name in ("report.html", "report.pdf", "report.json", "compliance.xlsx")}
    assert all(size > 4000 for size in sizes.values()), sizes
    assert not list(Path(summary["folder"]).rglob(".*")), "a temporary file was left behind"

    # The same again in a fresh ledger over the same simulator database: the same result.
    (tmp_path / "home" / "ledger").rename(tmp_path / "earlier-ledger")
    again = cellwright(tmp_path, *arguments, "--out", tmp_path / "out2")
    assert again.exit_code == 0, again.stderr
    assert essence(report_of(json.loads(again.stdout))) == essence(report)

    # One of its designs evaluates by itself.
    design = next((Path(summary["folder"]) / "designs").glob("*/design.json"))
    evaluated = cellwright(tmp_path, "evaluate", design, "--json")
    assert evaluated.exit_code == 0, evaluated.stderr
    assert {"capacity", "mass", "dcir"} <= {f["metric"] for f in json.loads(evaluated.stdout)["figures"]}
