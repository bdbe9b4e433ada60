"""The compliance matrix as a workbook: one row a requirement, one column an offer. Customer text is text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.report import words
from agent.report.front import DESIGN_HEADS, design_words, objective_words
from agent.report.words import verdict_for
from knowledge.front import Front
from knowledge.offer import Offer
from knowledge.report import Report
from tools.verify.title import title_of

_FILL = {"met": "D6EFE0", "at risk": "FBE8C8", "not met": "F6D3D8", "not evaluated": "ECEFF2"}
_ILLEGAL = {c: None for c in range(32) if c not in (9, 10, 13)}


def write_workbook(report: Report, path: Path) -> None:
    """Write `compliance.xlsx` with the sheets Compliance, Offers, Figures, Front, Findings and Not evaluated."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Compliance"
    _compliance(sheet, report)
    _offers(book.create_sheet("Offers"), report)
    _figures(book.create_sheet("Figures"), report)
    if report.front is not None:
        _front(book.create_sheet("Front"), report.front)
    _rows(book.create_sheet("Findings"), ["Kind", "Requirements", "Text", "Quote", "Place", "Question"], [
        [f.kind, ", ".join(f.ids), f.text, f.quote, f.source.place if f.source else "", f.question]
        for f in report.reading.findings
    ])
    known = {r.id: r for r in report.reading.requirements}
    _rows(book.create_sheet("Not evaluated"), ["Requirement", "Metric", "Asked", "Why not", "What would settle it"], [
        [u.requirement_id, words.metric_words(known[u.requirement_id].metric),
         words.bound_words(known[u.requirement_id]), u.reason, u.settled_by]
        for u in report.unanswerable
    ])
    book.save(path)


def safe(value: object) -> object:
    """A value that a spreadsheet shows and never runs: text that begins like a formula is quoted."""
    if not isinstance(value, str):
        return value
    value = value.translate(_ILLEGAL)[:32000]
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _compliance(sheet: Any, report: Report) -> None:
    from openpyxl.styles import PatternFill

    shown = report.offers[:10]
    head = ["Id", "Metric", "Level", "Priority", "Asked", "Conditions", "Quote", "Place", "Figure of rank 1",
            "Unit", "Low", "High", "Method", "Origin", "Margin of rank 1", "Reason"]
    rows = []
    for r in report.reading.requirements:
        verdict = verdict_for(shown[0], r.id) if shown else None
        figure = verdict.figure if verdict else None
        rows.append([
            r.id, words.metric_words(r.metric), r.level, r.priority, words.bound_words(r),
            words.conditions_words(r.conditions), r.source.quote, r.source.place,
            figure.value if figure else None, figure.unit if figure else None, figure.low if figure else None,
            figure.high if figure else None, words.method_words(figure), figure.origin if figure else "",
            verdict.margin if verdict else None, verdict.reason if verdict else "",
            *[_verdict(o, r.id) for o in shown],
        ])
    _rows(sheet, [*head, *[f"#{o.rank} {o.title}" for o in shown]], rows)
    for line in sheet.iter_rows(min_row=2, min_col=len(head) + 1):
        for cell in line:
            if cell.value in _FILL:
                cell.fill = PatternFill("solid", start_color=_FILL[cell.value])
    for line in sheet.iter_rows(min_row=2, min_col=15, max_col=15):
        line[0].number_format = "+0.0%;-0.0%"


def _verdict(offer: Offer, requirement_id: str) -> str:
    verdict = verdict_for(offer, requirement_id)
    return verdict.verdict if verdict else ""


def _offers(sheet: Any, report: Report) -> None:
    keys = [k for k, _ in words.design_rows(report.offers[0])] if report.offers else []
    head = ["Rank", "Id", "Title", "Score", "Meets every must", *keys, "Mass [g]", "Volume [mL]", "Why this rank"]
    rows = []
    for offer in report.offers:
        design = dict(words.design_rows(offer))
        rows.append([offer.rank, offer.id, offer.title, offer.score, "yes" if offer.meets_all_musts else "no",
                     *[design.get(k, "") for k in keys], offer.build_up.mass_g, offer.build_up.volume_mL,
                     offer.reason])
    _rows(sheet, head, rows)


def _front(sheet: Any, front: Front) -> None:
    head = ["Id", "Title", "On the front", "Keeps every must", *map(objective_words, front.objectives), "Round",
            *DESIGN_HEADS]
    _rows(sheet, head, [
        [p.design.id, title_of(p.design), "yes" if p.on_front else "no", "yes" if p.keeps else "no", *p.values, p.round,
         *design_words(p)] for p in front.points
    ])


def _figures(sheet: Any, report: Report) -> None:
    head = ["Rank", "Design", "Metric", "Conditions", "Value", "Unit", "Low", "High", "Method", "Validity", "Origin",
            "Note"]
    _rows(sheet, head, [
        [o.rank, o.id, words.metric_words(f.metric), words.conditions_words(f.conditions), f.value, f.unit, f.low,
         f.high, f.method, f.validity, f.origin, words.note_words(f)]
        for o in report.offers for f in o.figures
    ])


def _rows(sheet: Any, head: list[str], rows: list[list[Any]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.append([safe(h) for h in head])
    for row in rows:
        sheet.append([safe(v) for v in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color="10273C")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    for index, name in enumerate(head, start=1):
        longest = max([len(str(name)), *[len(str(r[index - 1] or "")) for r in rows]], default=8)
        sheet.column_dimensions[get_column_letter(index)].width = min(max(9, longest + 2), 46)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "C2" if len(head) > 6 else "A2"
    sheet.auto_filter.ref = sheet.dimensions
