"""The committed examples and their labels are what `make_examples.py` writes (text, not bytes)."""

from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from evals.gold import read_gold
from examples.rfx import make_examples

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "rfx"
LABELS = ROOT / "evals" / "cases" / "requirements"
NAMES = ["ev_cylindrical_4680.pdf", "stationary_lfp_prismatic.docx", "power_tool_21700.xlsx", "drone_pouch.eml"]


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    make_examples.write_all(folder / "documents", folder / "labels")
    return folder


def pdf_text(path: Path) -> str:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


def docx_text(path: Path) -> str:
    import docx

    document = docx.Document(str(path))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


def xlsx_text(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path)
    lines = []
    for sheet in book:
        lines.append(f"{sheet.title} {sheet.sheet_state} {sorted(map(str, sheet.merged_cells.ranges))}")
        for cell in (c for row in sheet.iter_rows() for c in row if c.value is not None):
            comment = cell.comment.text if cell.comment else ""
            lines.append(f"{cell.coordinate} {cell.value} {comment}")
    return "\n".join(lines)


def eml_text(path: Path) -> str:
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    parts = [str(p.get_content()) for p in mail.walk() if not p.is_multipart()]
    return "\n".join([*(f"{k}: {v}" for k, v in mail.items()), *parts])


TEXT = {".pdf": pdf_text, ".docx": docx_text, ".xlsx": xlsx_text, ".eml": eml_text}


@pytest.mark.parametrize("name", NAMES)
def test_the_document_is_what_the_script_writes(rebuilt, name):
    text = TEXT[Path(name).suffix]
    assert text(rebuilt / "documents" / name) == text(EXAMPLES / name)


@pytest.mark.parametrize("name", NAMES)
def test_the_labels_are_what_the_script_writes(rebuilt, name):
    gold = f"{Path(name).stem}.gold.yaml"
    assert (rebuilt / "labels" / gold).read_text(encoding="utf-8") == (LABELS / gold).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_label_and_distractor_quotes_its_document(name):
    text = " ".join(TEXT[Path(name).suffix](EXAMPLES / name).split())
    gold = read_gold(LABELS / f"{Path(name).stem}.gold.yaml")
    in_cells = name.endswith(".xlsx")
    for label in (*gold.requirements, *gold.also_accepted):
        assert label.source.quote in text, label
    for distractor in gold.distractors:
        if not in_cells or distractor.why != "hidden, obsolete sheet":
            assert distractor.quote in text, distractor
