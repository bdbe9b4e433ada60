"""Figures of the report as SVG text: where the offers lie, how they discharge, what they weigh."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.report import front
from agent.report.headline import Column, headline_columns
from agent.report.words import metric_words, unit_words, verdict_for
from knowledge.offer import Offer
from knowledge.report import Report

Curves = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]   # offer id → curve name → column → values
PALETTE = ("#0f5e9c", "#d1662b", "#2f8f5b", "#7a4fa3", "#b03a56", "#8a7a2b", "#4a4f57")
# Against the first energy figure these say little that is new.
_SAME_STORY = {"energy_density", "capacity", "energy", "mass"}
_MARKERS = {"cylindrical": "o", "prismatic": "s", "pouch": "D"}
STYLE = {
    "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 8.5, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": "#8a929c", "axes.labelcolor": "#20262e", "xtick.color": "#4a525c",
    "ytick.color": "#4a525c", "axes.grid": True, "grid.color": "#e6e9ed", "grid.linewidth": 0.7, "axes.axisbelow": True,
    "svg.hashsalt": "cellwright",
}


def plots(report: Report, curves: Curves) -> dict[str, str]:
    """Every plot that this report has data for, by name; deterministic for the same report."""
    import matplotlib as mpl

    found: dict[str, str] = {}
    with mpl.rc_context(STYLE):
        columns = headline_columns(report)
        if len(columns) >= 2 and len(report.offers) >= 2:
            found["map"] = _map(report, columns)
        if report.front is not None and any(p.on_front for p in report.front.points):
            found["front"] = _front(report)
        if report.offers:
            found["mass"] = _mass(report.offers[:6])
        if any(curves.get(o.id) for o in report.offers[:3]):
            found["discharge"] = _discharge(report.offers[:3], curves)
    return found


def _figure(width: float, height: float) -> tuple[Any, Any]:
    figure = _canvas(width, height)
    return figure, figure.add_subplot()


def _canvas(width: float, height: float) -> Any:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure


def svg_text(figure: Any) -> str:
    """A figure as SVG, the same for the same figure."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
    text = stream.getvalue()
    return text[text.index("<svg"):]


def unique_ids(svg: str, prefix: str) -> str:
    """The SVG with its element ids prefixed, so that several can stand in one page."""
    svg = re.sub(r'id="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)


def _map(report: Report, columns: Sequence[Column]) -> str:
    figure, axes = _figure(5.4, 3.5)
    x = columns[0]
    y = next((c for c in columns[1:] if c.metric not in _SAME_STORY), columns[1])
    systems = sorted({o.design.pair.system for o in report.offers})
    for offer in report.offers:
        values = [_value(offer, c) for c in (x, y)]
        if None in values:
            continue
        axes.scatter(
            *values, s=46, color=PALETTE[systems.index(offer.design.pair.system) % len(PALETTE)],
            marker=_MARKERS[offer.design.format.kind], alpha=0.85 if offer.meets_all_musts else 0.35,
            edgecolor="#20262e" if offer.rank == 1 else "white", linewidth=1.4 if offer.rank == 1 else 0.5,
        )
        if offer.rank <= 5:
            axes.annotate(str(offer.rank), values, xytext=(5, 4), textcoords="offset points", fontsize=8)
    for column, line in ((x, axes.axvline), (y, axes.axhline)):
        bound = next((r.value for r in report.reading.requirements if r.id == column.requirement_id), None)
        if isinstance(bound, int | float):
            line(bound, color="#b03a56", linewidth=1, linestyle="--")
    handles = [axes.scatter([], [], color=PALETTE[i % len(PALETTE)], label=s) for i, s in enumerate(systems)]
    handles.append(axes.plot([], [], color="#b03a56", linewidth=1, linestyle="--", label="asked")[0])
    axes.legend(handles=handles, frameon=False, fontsize=7.5, loc="best")
    axes.set_xlabel(_axis(x))
    axes.set_ylabel(_axis(y))
    return svg_text(figure)


def _front(report: Report) -> str:
    assert report.front is not None
    panels = len(report.front.objectives) - 1
    figure = _canvas((7.0, 9.6, 11.4)[panels - 1], 3.9)
    front.draw(figure, report, PALETTE)
    return svg_text(figure)


def _axis(column: Column) -> str:
    return f"{metric_words(column.metric)} [{unit_words(column.unit)}]"


def _value(offer: Offer, column: Column) -> float | None:
    verdict = verdict_for(offer, column.requirement_id)
    return verdict.figure.value if verdict and verdict.figure else None


def _mass(offers: Sequence[Offer]) -> str:
    figure, axes = _figure(5.4, 0.9 + 0.42 * len(offers))
    names: list[str] = []
    for offer in offers:
        names += [i.component for i in offer.build_up.mass_items if i.component not in names]
    largest = sorted(names, key=lambda n: -sum(_mass_of(o, n) for o in offers))[:6]
    labels = [f"#{o.rank}" for o in offers]
    left = [0.0] * len(offers)
    for index, name in enumerate([*largest, "other"]):
        values = [
            _mass_of(o, name) if name != "other" else sum(_mass_of(o, n) for n in names if n not in largest)
            for o in offers
        ]
        color = PALETTE[index % len(PALETTE)] if name != "other" else "#c3c9d1"
        axes.barh(labels, values, left=left, color=color, label=name.replace("_", " "), height=0.62)
        left = [a + b for a, b in zip(left, values, strict=True)]
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("mass [g]")
    figure.legend(frameon=False, fontsize=7, ncols=4, loc="outside upper left")
    return svg_text(figure)


def _mass_of(offer: Offer, component: str) -> float:
    return sum(i.mass_g for i in offer.build_up.mass_items if i.component == component)


def _discharge(offers: Sequence[Offer], curves: Curves) -> str:
    figure, axes = _figure(5.4, 3.3)
    names = sorted({name for o in offers for name in curves.get(o.id, {})})
    for index, offer in enumerate(offers[:3]):
        for name, curve in sorted(curves.get(offer.id, {}).items()):
            axes.plot(
                curve["capacity_Ah"], curve["voltage_V"], color=PALETTE[index % len(PALETTE)], linewidth=1.2,
                linestyle=("-", "--", ":", "-.")[names.index(name) % 4],
            )
    for index, offer in enumerate(offers[:3]):
        axes.plot([], [], color=PALETTE[index % len(PALETTE)], label=f"#{offer.rank}")
    for number, name in enumerate(names):
        axes.plot([], [], color="#69737e", linestyle=("-", "--", ":", "-.")[number % 4], label=name)
    axes.set_xlabel("discharged capacity [Ah]")
    axes.set_ylabel("voltage [V]")
    axes.legend(frameon=False, fontsize=7.5, loc="lower left")
    return svg_text(figure)
