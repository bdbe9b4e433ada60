"""Every form of the report holds the same facts, and customer text is data in each."""

import json

import jsonschema
import openpyxl
import pypdf
import pytest

from agent.report.html import render_html
from agent.report.pdf import render_pdf
from agent.report.plots import plots
from agent.report.words import reason_words
from agent.report.workbook import safe, write_workbook
from agent.report.write import SCHEMA
from knowledge.report import Report

CURVES = {"voltage_V": [4.2, 3.7, 2.5], "capacity_Ah": [0.0, 12.0, 25.0]}


@pytest.fixture
def svgs(sample_report):
    return plots(sample_report, {sample_report.offers[0].id: {"C/3": CURVES}})


def test_the_page_escapes_customer_text_and_needs_nothing_from_outside(sample_report, svgs):
    page = render_html(sample_report, svgs)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert "49" not in page.split("{{ 7*7 }}")[0][-3:] and "{{ 7*7 }}" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "").replace(
        "http://purl.org", "").replace("http://creativecommons.org", "").replace("https://matplotlib.org", "")
    assert "Cellwright CJK" in page and "font/otf;base64" in page


def test_the_page_shows_every_requirement_with_its_verdict(sample_report, svgs):
    page = render_html(sample_report, svgs)
    for r in sample_report.reading.requirements:
        assert f"<b>{r.id}</b>" in page
    for word in ("at risk", "not evaluated", "No evidence found", "a test report", "46 −0.1 / +0.05 mm"):
        assert word in page


def test_the_page_is_the_same_twice(sample_report, svgs):
    assert render_html(sample_report, svgs) == render_html(sample_report, svgs)


def test_an_infeasible_report_says_so(sample_report, svgs):
    worse = sample_report.feasibility.model_copy(update={"feasible": False, "proof": "exhausted search"})
    page = render_html(sample_report.model_copy(update={"feasibility": worse}), svgs)
    assert "No design meets every must" in page


def test_a_report_without_offers_renders(sample_report):
    bare = sample_report.model_copy(update={"offers": ()})
    assert "No design" in render_html(bare.model_copy(update={
        "feasibility": bare.feasibility.model_copy(update={"feasible": False})}), {})
    assert render_pdf(bare, {}).startswith(b"%PDF")


def test_a_report_whose_curves_failed_renders_without_plots(sample_report):
    assert "designs, ranked" in render_html(sample_report, {})


def test_a_reason_does_not_repeat_the_figure_beside_it(sample_report):
    verdict = next(v for v in sample_report.offers[0].verdicts if v.verdict == "at risk")
    again = verdict.model_copy(update={"reason": "DFN-simulated 4 Ah against 3.9 Ah; the interval straddles the bound"})
    assert reason_words(again) == "the interval straddles the bound"
    bare = again.model_copy(update={"figure": None})
    assert reason_words(bare) == again.reason


def test_the_pdf_holds_the_facts_as_text(sample_report, svgs, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(render_pdf(sample_report, svgs))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages).replace("\n", "")
    assert "R01" in text and "UN 38.3" in text
    assert "삼성" in text and "电池" in text


def test_the_workbook_has_a_row_a_requirement_and_no_formula(sample_report, tmp_path):
    path = tmp_path / "compliance.xlsx"
    write_workbook(sample_report, path)
    book = openpyxl.load_workbook(path)
    sheet = book["Compliance"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        r.id for r in sample_report.reading.requirements]
    assert all(cell.data_type != "f" for ws in book for row in ws.iter_rows() for cell in row)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_formula_like_text_is_quoted(text):
    assert safe(text) == f"'{text}"


def test_the_shipped_schema_is_the_reports(sample_report):
    shipped = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(Report.model_json_schema()))
    jsonschema.validate(json.loads(sample_report.model_dump_json()), shipped)
