"""Finalists asked again, of a plain `pybamm.Simulation` made anew for each: which asks, and both answers together."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.ask import Ask
from knowledge.figure import Figure, SecondOpinion
from knowledge.protocol import Discharge
from tools.simulate.runs import HELD


def can_be_rebuilt(ask: Ask) -> bool:
    """Whether isothermal discharges alone answer an ask, and no ladder of them."""
    plain = isinstance(ask.protocol, Discharge) and ask.metric not in HELD
    return plain and (ask.reference is None or isinstance(ask.reference, Discharge))


def with_second_opinions(figures: Sequence[Figure], rebuilt: Sequence[Figure]) -> tuple[Figure, ...]:
    """The figures, each with the value of its rebuilt fellow (same metric and conditions) where there is one."""
    others = {_question(f): f for f in rebuilt if f.value is not None}
    return tuple(_compared(f, others.get(_question(f))) for f in figures)


def _question(figure: Figure) -> tuple[str, str]:
    return figure.metric, str(sorted(figure.conditions.items()))


def _compared(figure: Figure, other: Figure | None) -> Figure:
    if not figure.value or other is None or other.value is None or figure.method != "dfn":
        return figure
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    second = SecondOpinion(value=other.value, difference=other.value / figure.value - 1, origin=other.origin,
                           apart=not low <= other.value <= high)
    return figure.model_copy(update={"second": second})
