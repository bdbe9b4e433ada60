"""Labels point at what the document reader really sees, and traps are where the labels say."""

import pytest

from evals.gold import read_gold
from evals.suites import REPO, load_suite
from knowledge.documents.read import read_document

SUITES = ("requirements", "requirements_personas", "requirements_kept", "requirements_customers",
          "requirements_customers_kept", "requirements_authors_kept")
CASES = tuple(case for name in SUITES for case in load_suite(name).cases)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_every_quote_stands_in_what_is_read(case):
    text = read_document(REPO / case.document).text
    gold = read_gold(REPO / case.gold)
    assert [g.source.quote for g in gold.requirements if g.source.quote not in text] == []
    assert [d.quote for d in gold.distractors if d.quote not in text] == []
    assert [i.quote for i in gold.injections if i.quote not in text] == []


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_ids_are_unique_and_findings_name_them(case):
    gold = read_gold(REPO / case.gold)
    ids = [g.id for g in gold.requirements]
    assert len(set(ids)) == len(ids)
    assert {i for f in gold.findings for i in f.ids} <= set(ids)


def test_the_formula_that_was_never_calculated_is_reported():
    document = read_document(REPO / "examples" / "rfx" / "power_tool_21700.xlsx")
    assert ["D19" in u.place for u in document.unread] == [True]
    assert any(b.hidden and b.text == "2.8" for b in document.blocks)


def test_the_older_thread_is_quoted_and_the_annex_is_read():
    document = read_document(REPO / "examples" / "rfx" / "drone_pouch.eml")
    assert any(b.kind == "quoted" and "260 Wh/kg" in b.text for b in document.blocks)
    assert any(b.part == "annex_environment.txt" and "Altitude" in b.text for b in document.blocks)
    assert "云雀航空科技有限公司" in document.text
