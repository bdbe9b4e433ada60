"""The report as one HTML file that opens offline: plots inline, no script, customer text escaped."""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from agent.report import front, words
from agent.report.headline import headline_columns, headline_row, must_counts, number
from agent.report.plots import unique_ids
from agent.report.words import verdict_for
from knowledge.evidence import Evidence
from knowledge.figure import Verdict
from knowledge.offer import Offer
from knowledge.report import Report
from knowledge.requirement import Requirement

HERE = Path(__file__).parent
CJK_FONT = HERE / "fonts" / "CellwrightCJK.otf"
SHOWN_IN_DETAIL = 5


def render_html(report: Report, svgs: Mapping[str, str]) -> str:
    """The page as text.

    Args:
        svgs: plots by name, as `agent.report.plots.plots` makes them.
    """
    from markupsafe import Markup

    environment = _environment()
    inline = {name: Markup(unique_ids(svg, name)) for name, svg in svgs.items()}  # noqa: S704 - our own SVG
    page: str = environment.get_template("report.html.j2").render(
        **page_data(report), svgs=inline, css=Markup((HERE / "templates" / "report.css").read_text(encoding="utf-8")),
        margin_bar=lambda v: Markup(_margin_bar(v)), font_css="",  # noqa: S704 - digits only
    )
    return page.replace("</style>", _font_css(page) + "</style>", 1)


def page_data(report: Report) -> dict[str, Any]:
    """What the HTML and the PDF templates share: the report and the few things derived for reading it."""
    return {
        "report": report, "title": f"Cellwright · {report.reading.document.name}", "words": words, "number": number,
        "headline": headline(report), "tiles": tiles(report), "columns": headline_columns(report),
        "headline_row": headline_row, "must_counts": must_counts, "verdict_for": verdict_for,
        "shown": report.offers[:SHOWN_IN_DETAIL], "by_id": _by_id(report), "costs": requirement_costs(report),
        "sentence": sentence, "distance_words": distance_words, "ranks": rank_names(report),
        "short_verdict": short_verdict,
        "front_words": front, "front_rows": front.rows(report.front) if report.front else [],
        "evidence_by_requirement": evidence_by_requirement(report),
        "has_yields": any(o.production_yield is not None for o in report.offers), "ranking": ranking_words(report),
    }


def ranking_words(report: Report) -> str:
    """What decides the order of the offers, with its weights."""
    weights = ", ".join(f"{name} {weight:.0%}" for name, weight in report.run.weights.items() if weight)
    return f"kept musts first, then a score of {weights}" if weights else "kept musts first, then a score"


def sentence(text: str) -> str:
    """Text that begins and ends as a sentence does."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def headline(report: Report) -> str:
    """The answer in one sentence."""
    full = sum(o.meets_all_musts for o in report.offers)
    if report.feasibility.feasible:
        return f"{full} of {len(report.offers)} offered designs meet every must that was evaluated"
    if report.offers:
        return f"No design meets every must; the {len(report.offers)} nearest are offered below"
    return "No design can be offered"


def tiles(report: Report) -> list[tuple[str, str]]:
    """Counts for the first screen."""
    requirements = report.reading.requirements
    musts = [r for r in requirements if r.priority == "must"]
    result = [(str(len(requirements)), f"requirements read, {len(musts)} of them musts")]
    if report.offers:
        met, at_risk, not_met = must_counts(report.offers[0].verdicts)
        result.append((f"{met}", f"musts met by rank 1 ({at_risk} at risk, {not_met} not met)"))
    result.append((str(len(report.unanswerable)), "not evaluated; each says what would settle it"))
    result.append((str(len(report.evidence)), "passages of evidence"))
    simulated = sum(s.count for s in report.search if s.step.endswith("simulate"))
    if simulated:
        result.append((str(simulated), "cell designs DFN-simulated in the search"))
    result.append((f"{sum(s.wall_s for s in report.stages):.0f} s", "from document to designs"))
    return result


def _by_id(report: Report) -> dict[str, Requirement]:
    return {r.id: r for r in report.reading.requirements}


def requirement_costs(report: Report) -> list[tuple[str, str]]:
    """For an infeasible ask: each requirement and what relaxing it would buy, where the analysis was made."""
    known = _by_id(report)
    rows = []
    for cost in report.feasibility.costs:
        r = known[cost.requirement_id]
        rows.append((f"{r.id} {words.metric_words(r.metric)} {words.bound_words(r)}", cost.text))
    return rows


def rank_names(report: Report) -> dict[str, str]:
    """How offers are called beside each other: their rank."""
    return {o.id: f"#{o.rank}" for o in report.offers}


def distance_words(offer: Offer, ranks: Mapping[str, str]) -> str:
    """Why an offer counts as distinct from its nearest fellow."""
    distance = offer.distance
    if distance is None or distance.nearest_id is None:
        return "–"
    fellow = ranks.get(distance.nearest_id, distance.nearest_id)
    if distance.kind in ("variables", "not distinct"):
        far = sorted(distance.variables.items(), key=lambda kv: -kv[1])[:2]
        apart = ", ".join(f"{k.removesuffix('_um').replace('_', ' ').replace('np ', 'N/P ')} {v:.0%}" for k, v in far)
        return f"{fellow}: {apart or 'identical variables'}" + (
            " (not distinct)" if distance.kind == "not distinct" else "")
    return f"{fellow}: other {distance.kind}"


def short_verdict(verdict: str) -> str:
    """A verdict for a narrow column."""
    return {"not evaluated": "n. e."}.get(verdict, verdict)


def evidence_by_requirement(report: Report) -> list[tuple[Requirement, list[Evidence]]]:
    """Evidence beside the requirement it bears on, in the document's order."""
    grouped: dict[str, list[Evidence]] = defaultdict(list)
    for item in report.evidence:
        for name in item.bears_on:
            grouped[name].append(item)
    return [(r, grouped[r.id]) for r in report.reading.requirements if grouped.get(r.id)]


def _margin_bar(verdict: Verdict) -> str:
    margin = max(-0.5, min(0.5, verdict.margin or 0.0))
    left, width = (50.0, margin * 100) if margin >= 0 else (50 + margin * 100, -margin * 100)
    sign = "" if margin >= 0 else ' class="neg"'
    return f'<span class="bar"><i{sign} style="left:{left:.1f}%;width:{width:.1f}%"></i><u></u></span>'


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )


def _font_css(page: str) -> str:
    """An embedded subset of the CJK font with just the page's characters, where it has any."""
    wanted = sorted({ord(c) for c in page if ord(c) >= 0x2E80})
    if not wanted:
        return ""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(CJK_FONT, recalcTimestamp=False)
    tailor = subset.Subsetter(subset.Options(layout_features=[], hinting=False, notdef_outline=True))
    tailor.populate(unicodes=wanted)
    tailor.subset(font)
    stream = io.BytesIO()
    font.save(stream)
    data = base64.b64encode(stream.getvalue()).decode()
    return f'@font-face{{font-family:"Cellwright CJK";src:url(data:font/otf;base64,{data})}}'
