"""The few figures by which a reader compares offers: those that the document itself asks about, first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.figure import Figure, Verdict
from knowledge.offer import Offer
from knowledge.report import Report

_PREFERRED = (
    "specific_energy", "energy_density", "capacity", "energy", "mass", "dcir", "discharge_power_pulse",
    "discharge_power", "rate_capability", "fast_charge_time", "temperature_rise", "low_temperature_capacity",
    "cycle_life",
)


@dataclass(frozen=True)
class Column:
    """A metric under the conditions of one requirement, with the title a table gives it."""

    metric: str
    requirement_id: str
    unit: str
    title: str


def headline_columns(report: Report, most: int = 6) -> list[Column]:
    """At most `most` columns: evaluated musts in a fixed order of interest, one a metric."""
    columns: list[Column] = []
    for metric in _PREFERRED:
        for requirement in report.reading.requirements:
            if requirement.metric != metric or requirement.priority != "must":
                continue
            figures = [_figure(o, requirement.id) for o in report.offers[:3]]
            known = [f for f in figures if f is not None and f.value is not None]
            if known:
                unit = known[0].unit or ""
                columns.append(Column(metric, requirement.id, unit, f"{metric.replace('_', ' ')}\n[{unit}]"))
                break
    return columns[:most]


def headline_row(offer: Offer, columns: Iterable[Column]) -> list[str]:
    """The offer's figures in the columns' order; a dash where there is none."""
    return [format_figure(_figure(offer, c.requirement_id)) for c in columns]


def must_counts(verdicts: Iterable[Verdict]) -> tuple[int, int, int]:
    """How many musts are met, at risk and not met."""
    musts = [v.verdict for v in verdicts if v.requirement.priority == "must"]
    return musts.count("met"), musts.count("at risk"), musts.count("not met")


def format_figure(figure: Figure | None) -> str:
    """Three significant digits or more where the number is large; extrapolated figures carry a tilde."""
    if figure is None or figure.value is None:
        return "–"
    return ("~" if figure.validity == "extrapolated" or figure.method == "surrogate" else "") + number(figure.value)


def number(value: float) -> str:
    """A number for a reader: four significant digits, no exponent in the usual range."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    if size >= 1e-3:
        digits = 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 1 else 4
        text = f"{value:.{digits}f}"
        return text.rstrip("0").rstrip(".")
    return f"{value:.2e}"


def _figure(offer: Offer, requirement_id: str) -> Figure | None:
    for verdict in offer.verdicts:
        if verdict.requirement.id == requirement_id:
            return verdict.figure
    return None
