"""Write every form of a report into the run's folder, each file whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from agent.report.plots import Curves, plots
from knowledge.literature.csl import csl_items
from knowledge.report import Report
from tools.failures import BadInput

SCHEMA = Path(__file__).parent / "report.schema.json"


def write_report(report: Report, folder: Path, curves: Curves) -> dict[str, str]:
    """Write report.html, report.pdf, report.json and its schema, compliance.xlsx, bibliography.json, a folder a design.

    Returns the paths by file name.

    Raises:
        BadInput: the folder cannot be written.
    """
    from agent.report.html import render_html
    from agent.report.pdf import render_pdf
    from agent.report.workbook import write_workbook
    from tools.simulate.bpx import write_bpx

    svgs = plots(report, curves)
    try:
        on_front = [p.design for p in report.front.points if p.on_front] if report.front else []
        for design in dict.fromkeys((*(o.design for o in report.offers), *on_front)):
            place = folder / "designs" / design.id
            place.mkdir(parents=True, exist_ok=True)
            write_text(place / "design.json", design.model_dump_json(indent=2))
            write_text(place / "bpx.json", json.dumps(write_bpx(design), indent=1))
        write_text(folder / "report.schema.json", SCHEMA.read_text(encoding="utf-8"))
        write_text(folder / "report.html", render_html(report, svgs))
        write_bytes(folder / "report.pdf", render_pdf(report, svgs))
        temporary = folder / ".compliance.xlsx"
        write_workbook(report, temporary)
        temporary.replace(folder / "compliance.xlsx")
        items = csl_items(report.sources)
        write_text(folder / "bibliography.json", json.dumps(items, ensure_ascii=False, indent=1))
        write_text(folder / "report.json", report.model_dump_json(indent=1))
    except OSError as error:
        raise BadInput(f"the report cannot be written to {folder}: {error.strerror}") from error
    names = ("report.html", "report.pdf", "report.json", "report.schema.json", "compliance.xlsx", "bibliography.json")
    return {name: str(folder / name) for name in names}


def write_text(path: Path, text: str) -> None:
    """Replace a file by UTF-8 text in one step."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file in one step: a reader sees the old one or the new one, never half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)
