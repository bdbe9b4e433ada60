"""A coverage-guided fuzzer of the readers and of the rules behind them.

    pip install atheris
    python -m evals.fuzz_readers FOLDER --seconds 600

FOLDER keeps the inputs that reached new code (`corpus/`) and those that broke a promise (`failures/`); a failure
becomes a test in `tests/knowledge/documents/test_read_fuzzed.py`.
The first byte of an input chooses the kind of file. Of an
office file the inner XML is the input, so that mutations do not end at the archive's checksum.

The promises: a document or one clear refusal; blocks are slices that do not overlap; every quote is exact; every number
with a unit is in one place of the books. `atheris` is no dependency of the project.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import io
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

KINDS = ("txt", "md", "html", "eml", "xlsx", "docx", "pdf", "zip", "csv")
_SEEDS = {
    "txt": "A  title\n====\n\nItem | Value\n-----+------\nMass | 70 g\n\n2.1 Capacity shall be at least 5 Ah (C/3, "
             "-20 °C).\nNote to 2.1: 5.2 Ah instead of 5 Ah.\n",
    "md": "# Cell\n\n| Item | Min | Typ | Unit | Remark |\n|---|---|---|---|---|\n| 容量 | 4.9 | 5.0 | Ah | 0.2C |\n"
            "\n- mass <= 70 g; 1 200 cycles to 80 %\n> old 60 g\n\nPS: make it 72 g, not 70 g.\n",
    "html": "<html><body><h1>A</h1><table><tr><th>Item<th>Value</tr><tr><td>Mass</td><td>70 g</td></tr></table>"
              "<p hidden>5 Ah</p></body></html>",
    "eml": "Subject: cell\nFrom: a@b.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
             "Mass 70 g at most, 3C for 10 s.\n\n> older 60 g\n",
    "xlsx": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
              '<c r="A1" t="inlineStr"><is><t>Mass</t></is></c><c r="B1"><v>70</v></c></row></sheetData></worksheet>',
    "docx": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
              "<w:t>Mass 70 g</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>",
    "pdf": "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
             "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
             "endobj 4 0 obj<</Length 40>>stream\nBT /F 12 Tf 10 90 Td (Mass 70 g) Tj ET    \nendstream endobj 5 0 obj"
             "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    "zip": "Mass <= 70 g\n",
    "csv": "Item;Value;Unit\nMass;70;g\nCapacity;5;Ah\n",
}
_INNER = {"xlsx": "xl/worksheets/sheet1.xml", "docx": "word/document.xml"}


class BrokenPromise(AssertionError):
    """What a reader or the rules made of an input is not what they promise."""


def wrapped(name: str, data: bytes) -> bytes:
    """The file of an input: itself, or an archive around it."""
    if name == "zip":
        return _zipped({"one.txt": data, "addendum.txt": data[: len(data) // 2]})
    return _zipped({**_shell(name), _INNER[name]: data}) if name in _INNER else data


def _zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members.items():
            archive.writestr(zipfile.ZipInfo(member), content)
    return stream.getvalue()


@cache
def _shell(name: str) -> dict[str, bytes]:
    """The members of a small valid office file."""
    stream = io.BytesIO()
    if name == "xlsx":
        import openpyxl

        openpyxl.Workbook().save(stream)
    else:
        import docx

        docx.Document().save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {i.filename: archive.read(i) for i in archive.infolist()}


def check(data: bytes) -> None:
    """Read one input and hold the result to the promises.

    Raises BrokenPromise, or whatever a reader let through.
    """
    from knowledge.documents.errors import UnreadableDocument
    from knowledge.documents.read import document_of
    from tools.extract.requirements import extract_requirements

    if len(data) < 2:
        return
    name = KINDS[data[0] % len(KINDS)]
    try:
        document = document_of(f"input.{name}", wrapped(name, data[1:]))
    except UnreadableDocument as refusal:
        if not refusal.message.endswith("."):
            raise BrokenPromise(f"a refusal without a full stop: {refusal.message!r}") from refusal
        return
    place = 0
    for block in document.blocks:
        if block.start < place or document.text[block.start:block.end] != block.text:
            raise BrokenPromise(f"block {block.index} is no slice of its own")
        place = block.end
    reading = extract_requirements(document)
    for source in (*(r.source for r in reading.requirements), *(left.source for left in reading.residual)):
        if source.start is not None and document.text[source.start:source.end] != source.quote:
            raise BrokenPromise(f"quote {source.quote!r} is not exact")


def seeds() -> list[bytes]:
    """One small valid input of each kind."""
    return [bytes([k]) + _SEEDS[name].encode() for k, name in enumerate(KINDS)]


def main() -> None:
    """Fuzz for the time given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args()
    corpus, failures = options.folder / "corpus", options.folder / "failures"
    for folder in (corpus, failures):
        folder.mkdir(parents=True, exist_ok=True)
    for data in seeds():
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["knowledge.documents", "tools.extract"]):
        for module in ("knowledge.documents.read", "knowledge.documents.pdf", "knowledge.documents.docx",
                       "knowledge.documents.xlsx", "knowledge.documents.html", "knowledge.documents.markdown",
                       "knowledge.documents.text", "knowledge.documents.mail", "tools.extract.requirements"):
            importlib.import_module(module)
    check(seeds()[0])                                      # what is compiled once is no slow input
    bounds = [f"-max_total_time={options.seconds}", "-timeout=20", "-max_len=6000", "-rss_limit_mb=3000"]
    atheris.Setup([sys.argv[0], *bounds, f"-artifact_prefix={failures}/", str(corpus)], _keeping(failures))
    atheris.Fuzz()


def _keeping(failures: Path) -> Callable[[bytes], None]:
    """The check, which keeps a failing input and goes on: one fault does not hide the next."""
    from knowledge.documents.errors import PARSER_FAULTS

    told: set[str] = set()

    def one(data: bytes) -> None:
        try:
            check(data)
        except PARSER_FAULTS as fault:                     # a broken promise is one of these; others end the run
            trace, last = fault.__traceback__, ""
            while trace is not None:
                last = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}-{trace.tb_lineno}"
                trace = trace.tb_next
            kind = f"{type(fault).__name__}-{last}"
            if kind not in told:
                told.add(kind)
                (failures / f"{kind}-{hashlib.sha256(data).hexdigest()[:8]}").write_bytes(data)
                print(f"FAILURE {kind}: {fault}", file=sys.stderr)

    return one


if __name__ == "__main__":
    main()
