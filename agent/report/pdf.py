"""The report as PDF through Typst. Everything a customer wrote reaches it as JSON strings, never as markup."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.report import front, words
from agent.report.headline import headline_columns, headline_row, must_counts, number
from agent.report.html import (
    HERE,
    distance_words,
    evidence_by_requirement,
    headline,
    rank_names,
    requirement_costs,
    sentence,
    tiles,
)
from agent.report.words import verdict_for
from knowledge.offer import Offer
from knowledge.report import Report


def render_pdf(report: Report, svgs: Mapping[str, str]) -> bytes:
    """The PDF's bytes."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, svg in svgs.items():
            (place / f"{name}.svg").write_text(svg, encoding="utf-8")
        data = {**pdf_data(report), "plots": sorted(svgs)}
        (place / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        main = place / "report.typ"
        main.write_text((HERE / "templates" / "report.typ").read_text(encoding="utf-8"), encoding="utf-8")
        return bytes(typst.compile(str(main), root=folder, font_paths=[str(HERE / "fonts")]))


def pdf_data(report: Report) -> dict[str, Any]:
    """The report as plain strings in the order in which the PDF prints them."""
    columns, ranks = headline_columns(report, most=5), rank_names(report)
    first = report.offers[0] if report.offers else None
    known = {r.id: r for r in report.reading.requirements}
    return {
        "document": report.reading.document.name,
        "run": f"{report.run.run_id} · {report.run.started} · seed {report.run.seed} · "
               f"house profile: {report.run.house or 'public default'}"
               + (f" with {report.run.cost_basis}" if report.run.cost_basis else ""),
        "headline": headline(report), "feasible": report.feasibility.feasible,
        "text": sentence(report.feasibility.text),
        "tiles": tiles(report),
        "columns": [f"{words.metric_words(c.metric)} [{words.unit_words(c.unit)}]" for c in columns],
        "offers": [
            [str(o.rank), o.title, o.id, *headline_row(o, columns), _musts(o), distance_words(o, ranks)]
            for o in report.offers
        ],
        "limiting": [
            [f"{i.requirement_id} {words.metric_words(known[i.requirement_id].metric)}",
             words.bound_words(known[i.requirement_id]),
             "–" if i.best_value is None else f"{number(i.best_value)} {words.unit_words(i.unit)}",
             f"{i.shortfall:.1%}", i.note]
            for i in report.feasibility.limiting if not report.feasibility.feasible
        ],
        "costs": requirement_costs(report),
        "relaxations": [[x.text, ranks.get(x.design_id, x.design_id)] for x in report.feasibility.relaxations],
        "prices": [[sentence(p.text)] for p in report.feasibility.prices],
        "front": _front(report),
        "compliance": [_compliance_row(report, r.id) for r in report.reading.requirements],
        "design": words.design_rows(first) if first else [],
        "mass": [
            [i.component.replace("_", " "), f"{number(i.mass_g)} g", f"{number(i.volume_mL)} mL"]
            for i in (first.build_up.mass_items if first else ())
        ],
        "reason": " ".join(s for s in (first.reason, words.second_opinion_sentence(first)) if s) if first else "",
        "findings": [[f.kind, f"{', '.join(f.ids)} {f.text}".strip(), f.quote or "", f.question or ""]
                     for f in report.reading.findings],
        "evidence": [
            [f"{r.id} {words.metric_words(r.metric)}",
             [[e.quote, _citation(e.passage.source.title, e.passage.source.year, e.passage.source.doi,
                                  e.passage.source.patent, e.passage.place)] for e in items[:3]]]
            for r, items in evidence_by_requirement(report)
        ],
        "without_evidence": ", ".join(report.without_evidence),
        "systems": [[c.label, "serves" if c.serves else "ruled out", c.reason]
                    for c in (*report.systems, *report.formats)],
        "unanswerable": [
            [f"{u.requirement_id} {words.metric_words(known[u.requirement_id].metric)}",
             words.bound_words(known[u.requirement_id]), u.reason, u.settled_by]
            for u in report.unanswerable
        ],
        "sources": [f"[{s.key}] {s.authors or ''} {s.title}"
                    f"{f' ({s.year})' if s.year else ''}. {s.doi or s.patent or s.url or ''}" for s in report.sources],
        "versions": ", ".join(f"{k} {v}" for k, v in report.run.versions.items()),
    }


def _front(report: Report) -> dict[str, Any]:
    found = report.front
    if found is None:
        return {"rows": []}
    heads = ["Design", "", *(front.objective_words(o) for o in found.objectives), "Musts", *front.DESIGN_HEADS]
    return {
        "summary": front.summary(found), "heads": heads,
        "objectives": [f"{front.objective_words(o)}: {front.chosen_words(o, report.run.cost_basis)}."
                       for o in found.objectives],
        "rows": [[r.title, r.id, r.role, *r.values, "kept" if r.keeps else "missed", *r.design]
                 for r in front.rows(found)],
    }


def _musts(offer: Offer) -> str:
    met, at_risk, not_met = must_counts(offer.verdicts)
    return f"{met} met" + (f", {at_risk} at risk" if at_risk else "") + (f", {not_met} not met" if not_met else "")


def _compliance_row(report: Report, requirement_id: str) -> list[str]:
    requirement = next(r for r in report.reading.requirements if r.id == requirement_id)
    verdict = verdict_for(report.offers[0], requirement_id) if report.offers else None
    figure = verdict.figure if verdict else None
    return [
        requirement.id, words.metric_words(requirement.metric), requirement.priority,
        words.bound_words(requirement), words.conditions_words(requirement.conditions),
        f"{requirement.source.quote} ({requirement.source.place})",
        verdict.verdict if verdict else "not evaluated", words.figure_words(figure),
        words.method_words(figure), words.margin_words(verdict) if verdict else "", words.origin_words(figure),
    ]


def _citation(title: str, year: int | None, doi: str | None, patent: str | None, place: str) -> str:
    reference = f" doi:{doi}" if doi else f" {patent}" if patent else ""
    return f"{title}{f' ({year})' if year else ''}, {place}.{reference}"
