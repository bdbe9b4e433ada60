"""What a reading of a large document costs: a PDF of 60 pages with some 250 requirements, a workbook of 100,000 rows.

The PDF is laid out from documents of the open corpus (prose, lists, ruled tables), the pages between from their
sentences that ask for nothing. Each is read in a process of its own, as a user does.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from evals.make_development import read_labels
from knowledge.document import Block, Document
from knowledge.documents.read import read_document

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "evals" / "cases" / "corpus"
AUTHORS = ("aa", "af", "ak", "ap", "bb", "bg", "cd", "dd", "p", "u", "z")
PAGES, REQUIREMENTS, ROWS = 60, 290, 100_000
_A_PAGE = 3_000       # characters of a page of prose
_HEAD = '#set page(paper: "a4", margin: 22mm)\n#set text(font: "Libertinus Serif", size: 10.5pt)\n'


def documents() -> Iterator[tuple[Document, list[tuple[int, int]]]]:
    """English documents of the corpus with the places of their labels."""
    for author in AUTHORS:
        for labels in sorted((CORPUS / author).glob("*.labels")):
            path = next((p for p in labels.parent.glob(f"{labels.stem}.*") if p != labels), None)
            if path is None or (document := read_document(path)).language != "en":
                continue
            quotes = [r["source"]["quote"] for r in read_labels(labels.read_text(encoding="utf-8"))["requirements"]]
            found = [(at, at + len(q)) for q in quotes if (at := document.text.find(q)) >= 0]
            if found:
                yield document, found


def write_pdf(path: Path) -> None:
    """The PDF of 60 pages."""
    import typst

    parts, idle, asked = list[str](), list[str](), 0
    for document, places in documents():
        if asked < REQUIREMENTS:
            asked += len(places)
            parts.append(_laid_out(document))
        else:
            idle += [b.text for b in document.blocks if b.kind == "paragraph" and len(b.text) > 60
                     and not any(a < b.end and b.start < e for a, e in places)]
    source = _HEAD + "\n#pagebreak(weak: true)\n".join(parts)
    filler, more = cycle(idle), PAGES - _pages(typst.compile(source.encode()))
    for number in range(max(0, more)):
        page, size = [f"= Annex {number + 1}"], 0
        while size < _A_PAGE:
            page.append(_text(text := next(filler)[:600]))
            size += len(text)
        source += "\n#pagebreak(weak: true)\n#block(height: 240mm, clip: true)[\n" + "\n\n".join(page) + "\n]"
    path.write_bytes(typst.compile(source.encode()))


def _laid_out(document: Document) -> str:
    lines, tables = list[str](), set[int]()
    for block in document.blocks:
        if block.hidden:
            continue
        if block.table is not None:
            if block.table not in tables:
                tables.add(block.table)
                lines.append(_table([b for b in document.blocks if b.table == block.table and b.row is not None]))
        elif block.kind == "heading":
            lines.append(f"= {_text(block.text)}")
        else:
            lines.append(("- " if block.kind == "list_item" else "") + _text(block.text))
    return "\n\n".join(lines)


def _table(cells: list[Block]) -> str:
    columns = 1 + max(b.column or 0 for b in cells)
    texts = {(b.row, b.column or 0): b.text for b in cells}
    rows = sorted({b.row for b in cells if b.row is not None})
    inside = ", ".join(f"[{_text(texts.get((r, c), ''))}]" for r in rows for c in range(columns))
    return f"#table(columns: ({'1fr, ' * columns}), {inside})"


def _text(text: str) -> str:
    return f"#text({json.dumps(' '.join(text.split()), ensure_ascii=False)})"


def _pages(data: bytes) -> int:
    import pypdf

    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


def write_workbook(path: Path, rows: int = ROWS) -> None:
    """A workbook of data: an item, a value with its unit, a bound, a remark in each row; no two rows are the same."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append(["Item", "Requirement", "Min", "Remark"])
    for number in range(rows):
        sheet.append([f"Capacity of sample {number}", f">= {5 + number / 1e5:.5f} Ah", 4 + number / 1e5,
                      f"at 25 °C, {1 + number % 3}C"])
    book.save(path)


def measure(path: Path) -> dict[str, Any]:
    """CPU seconds and peak memory of `cellwright requirements FILE --json`, and what it told."""
    with tempfile.TemporaryDirectory() as home, (Path(home) / "stdout").open("w+b") as stdout:
        quiet = {"CELLWRIGHT_HOME": home, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        run = subprocess.Popen([sys.executable, "-m", "evals.cli", "requirements", str(path), "--json"], cwd=ROOT,
                               stdout=stdout, env={**os.environ, **quiet})
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        told = json.load(stdout) if run.returncode == 0 else {}
    size = used.ru_maxrss / (1024**3 if sys.platform == "darwin" else 1024**2)
    return {"exit": run.returncode, "cpu_s": used.ru_utime + used.ru_stime, "rss_GiB": size,
            "pages": told.get("document", {}).get("pages"), "requirements": len(told.get("requirements", ())),
            "unread": sum(f["kind"] == "unread" for f in told.get("findings", ()))}


def both() -> tuple[dict[str, Any], dict[str, Any]]:
    """The PDF and the workbook, made and read in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        pdf, book = Path(folder) / "sixty_pages.pdf", Path(folder) / "data.xlsx"
        write_pdf(pdf)
        write_workbook(book)
        return measure(pdf), measure(book)


def main() -> None:
    """Measure, or write the two files to a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, help="write the files here and measure nothing")
    options = parser.parse_args()
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        write_pdf(options.write / "sixty_pages.pdf")
        write_workbook(options.write / "data.xlsx")
        return
    for found in both():
        print(json.dumps(found))


if __name__ == "__main__":
    main()
