"""Write the development, persona and kept documents and their labels from `evals/cases/*/sources`.

    python -m evals.make_development [development] [personas] [kept] [customers] [customers_kept]
        [authors]

A `.typ` becomes a PDF, a `.docx.yaml`, `.xlsx.yaml`, `.eml.yaml`, `.msg.yaml` or `.zip.yaml` a file of that kind; other
sources are copied. A `.labels` file holds one label a line:

    <language> <document>
    metric comparator value unit :: quote :: priority level condition=value …
    + the same: accepted, but not asked     ! kind :: words of a finding
    ~ metric value :: quote of a distractor # quote of an injection :: metric value
"""

from __future__ import annotations

import email.message
import io
import shlex
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from evals.make_msg import make_msg
from knowledge.requirement import Level, Priority

CASES = Path(__file__).resolve().parent / "cases"
SETS = ("development", "personas", "kept", "customers", "customers_kept", "authors")  # authors_kept is frozen
_WORDED = ("required", "prohibited", "in")
_PRIORITIES: tuple[Priority, ...] = ("must", "should", "info")
_LEVELS: tuple[Level, ...] = ("cell", "module", "pack", "system", "material")
_MATERIAL = ("chemistry", "cathode_chemistry", "anode_chemistry", "cathode_cobalt_fraction", "anode_silicon_fraction")


def main() -> None:
    """Write the named sets, else all."""
    for name in sys.argv[1:] or SETS:
        _write(CASES / name)


def _write(folder: Path) -> None:
    for source in sorted((folder / "sources").iterdir()):
        if source.suffix == ".labels":
            labels = read_labels(source.read_text(encoding="utf-8"))
            text = yaml.safe_dump(labels, allow_unicode=True, sort_keys=False, width=118, default_flow_style=None)
            (folder / f"{source.stem}.gold.yaml").write_text(text, encoding="utf-8")
        elif source.suffix == ".yaml":
            kind = Path(source.stem).suffix.lstrip(".")
            data = yaml.safe_load(source.read_text(encoding="utf-8"))
            (folder / source.stem).write_bytes(_WRITERS[kind](data))
        elif source.suffix == ".typ":
            import typst

            (folder / f"{source.stem}.pdf").write_bytes(typst.compile(str(source)))
        else:
            (folder / source.name).write_bytes(source.read_bytes())


def read_labels(text: str) -> dict[str, Any]:
    """The labels of one file in the shape of `evals.gold.Gold`."""
    head, *lines = [line for line in text.splitlines() if line.strip()]
    language, document = head.split()
    found: dict[str, Any] = {"document": document, "language": language, "requirements": [], "findings": [],
                             "distractors": [], "injections": [], "also_accepted": []}
    for line in lines:
        mark, rest = line[0], line[2:]
        if mark == "!":
            kind, words = rest.split(" :: ", 1)
            found["findings"].append({"kind": kind.strip(), "text": words.strip()})
        elif mark == "~":
            what, quote = rest.split(" :: ", 1)
            metric, value = what.split(" ", 1)
            found["distractors"].append({"metric": metric, "value": _parsed(value), "quote": quote.strip()})
        elif mark == "#":
            quote, what = (rest + " ").split(" :: ", 1) if " :: " in rest + " " else (rest, "")
            planted: dict[str, Any] = {"quote": quote.strip().removesuffix(" ::")}
            if what.strip():
                planted["metric"], planted["value"] = what.split()[0], float(what.split()[1])
            found["injections"].append(planted)
        elif mark == "+":
            found["also_accepted"].append(_requirement(rest))
        else:
            found["requirements"].append({"id": f"R{len(found['requirements']) + 1:02d}", **_requirement(line)})
    return found


def _parsed(value: str) -> Any:
    """A value as YAML reads it; a date stays in words."""
    made = yaml.safe_load(value)
    return made.isoformat() if isinstance(made, date) else made


def _requirement(line: str) -> dict[str, Any]:
    parts = (line + " ").split("::")
    what, quote, extra = (part.strip() for part in (parts if len(parts) > 2 else [*parts, ""]))
    metric, comparator, said = what.split(" ", 2) if what.count(" ") > 1 else (*what.split(" "), "")
    made: dict[str, Any] = {"metric": metric, "comparator": comparator}
    if metric in _MATERIAL:
        made["level"] = "material"
    if comparator in _WORDED:
        made["value"] = [v.strip() for v in said.split(";")] if comparator == "in" else said
    elif said.startswith("["):
        value, unit = said.split("]", 1)
        made["value"], made["unit"] = yaml.safe_load(value + "]"), unit.strip() or None
    else:
        value, _, unit = said.partition(" ")
        try:
            made["value"], made["unit"] = float(value), unit or None
        except ValueError:
            made["value"] = said
    made["source"] = {"quote": quote}
    conditions: dict[str, Any] = {}
    for word in shlex.split(extra):
        if word in _PRIORITIES:
            made["priority"] = word
        elif word in _LEVELS:
            made["level"] = word
        else:
            name, value = word.split("=", 1)
            parsed = _parsed(value)
            conditions[name] = float(parsed) if isinstance(parsed, int) and not isinstance(parsed, bool) else parsed
    if conditions:
        made["conditions"] = conditions
    return made


def write_docx(items: list[dict[str, Any]]) -> bytes:
    """Headings, paragraphs, lists, tables and comments in order."""
    import docx

    document = docx.Document()
    last: Any = None
    for item in items:
        for kind, content in item.items():
            if kind == "h":
                last = document.add_heading(content, level=1)
            elif kind == "p":
                last = document.add_paragraph(content)
            elif kind == "list":
                for entry in content:
                    last = document.add_paragraph(entry, style="List Bullet")
            elif kind == "comment":
                document.add_comment(last.runs, text=content, author="R", initials="R")
            elif kind == "table":
                table = document.add_table(rows=0, cols=len(content[0]))
                for row in content:
                    for cell, text in zip(table.add_row().cells, row, strict=True):
                        cell.text = str(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def write_xlsx(data: dict[str, Any]) -> bytes:
    """Sheets of rows, with merged cells, comments and hidden sheets."""
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.remove(book.active)
    for described in data["sheets"]:
        sheet = book.create_sheet(described["name"])
        for row in described["rows"]:
            sheet.append(["" if v is None else v for v in row])
        for area in described.get("merged", []):
            sheet.merge_cells(area)
        for place, words in described.get("comments", {}).items():
            sheet[place].comment = Comment(words, "R")
        if described.get("hidden"):
            sheet.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_eml(data: dict[str, Any]) -> bytes:
    """A plain message with text attachments."""
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = data["subject"], data["from"], "rfq@cells.example"
    message["Date"], message["Message-ID"] = "Tue, 14 May 2030 10:12:00 +0200", "<1@cells.example>"
    message.set_content(data["body"])
    for part in data.get("attachments") or []:
        message.add_attachment(part["text"].encode(), maintype="text", subtype="plain", filename=part["name"])
    return message.as_bytes()


def write_msg(data: dict[str, Any]) -> bytes:
    """An Outlook message."""
    parts = [(p["name"], p["text"].encode()) for p in data.get("attachments") or []]
    return make_msg(data["subject"], data["from"], data["body"], parts)


def write_zip(items: list[dict[str, Any]]) -> bytes:
    """An archive of texts and a few meaningless bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in items:
            data = item["text"].encode() if "text" in item else b"\x89PNG\r\n\x1a\n" + bytes(item["bytes"])
            archive.writestr(zipfile.ZipInfo(item["name"]), data)
    return stream.getvalue()


_WRITERS: dict[str, Callable[[Any], bytes]] = {
    "docx": write_docx, "xlsx": write_xlsx, "eml": write_eml, "msg": write_msg, "zip": write_zip,
}


if __name__ == "__main__":
    main()
