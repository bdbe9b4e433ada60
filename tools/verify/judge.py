"""Figures → one verdict for every requirement: met, at risk, not met or not evaluated. The rules: docs/verdicts.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from knowledge.ask import Unanswerable
from knowledge.figure import DECISIVE, Figure, Verdict, VerdictKind
from knowledge.frozen import content_digest
from knowledge.protocol import CalendarAgeing
from knowledge.requirement import ConditionValue, Requirement
from tools.verify.asks import ask_of, settled_by, sides
from tools.verify.compare import Allowed, allowed, bound_text, margin, two_sided
from tools.verify.words import matches

FAR = 2.0  # an estimate says "not met" only beyond twice the half-width of its interval
# What a figure tells and never decides, by metric, and what would settle it.
_COLD_END = ("{value:.3g} % of the 25 °C capacity at {temperature_C} °C; the range states no criterion",
             "discharge tests at both ends of the range, with a criterion agreed with the customer")
_INFORMS = {
    "operating_temperature": _COLD_END, "operating_temperature_discharge": _COLD_END,
    "operating_temperature_charge": (
        "{value:.3g} min from {soc_from_pct:g} to {soc_to_pct:g} % SOC at {temperature_C} °C, at up to 1C without "
        "plating; the range states no criterion", "charge tests at both ends of the range, cells opened after"),
    "swelling_reversible": (
        "{value:.2g} % ({low:.2g} to {high:.2g}) from the volume change of the active materials; how case and stack "
        "give way is not simulated", "a thickness measurement over a cycle"),
}
INFORMATION = frozenset(_INFORMS)


class _Ruling(NamedTuple):
    verdict: VerdictKind
    reason: str
    margin: float | None = None


def judge(
    requirements: Sequence[Requirement], figures: Sequence[Figure], unanswerable: Sequence[Unanswerable] = ()
) -> tuple[Verdict, ...]:
    """Exactly one verdict a requirement, in the requirements' order.

    A figure belongs to a requirement when it answers the requirement's ask: same metric, same conditions.
    """
    known = {figure_key(f.metric, f.conditions): f for f in figures}
    why = {u.requirement_id: u for u in unanswerable}
    asked_sides = sides(requirements)
    verdicts = []
    for requirement in requirements:
        ask = ask_of(requirement, asked_sides)
        if isinstance(ask, Unanswerable):
            no = why.get(requirement.id, ask)
            verdicts.append(Verdict(requirement=requirement, verdict="not evaluated",
                                    reason=f"{no.reason}; settled by {no.settled_by}"))
            continue
        figure = known.get(figure_key(ask.metric, ask.conditions))
        ruling = _at_rest(figure) if isinstance(ask.protocol, CalendarAgeing) and figure is not None \
            else _rule(requirement, figure)
        verdicts.append(Verdict(requirement=requirement, figure=figure, **ruling._asdict()))
    return tuple(verdicts)


def figure_key(metric: str, conditions: dict[str, ConditionValue]) -> str:
    """What makes a figure the answer to an ask."""
    plain = {k: float(v) if isinstance(v, int | float) else v for k, v in conditions.items()}
    return content_digest([metric, plain])


def _rule(requirement: Requirement, figure: Figure | None) -> _Ruling:
    if figure is None:
        return _Ruling("not evaluated", "no figure was computed for this design")
    if figure.validity == "out of validity":
        return _Ruling("not evaluated", f"outside the validity of the model: {figure.note or figure.metric}")
    if requirement.metric == "price":
        return _price(figure)
    if requirement.metric in INFORMATION:
        return _information(requirement, figure)
    if figure.text is not None:
        return _words(requirement, figure)
    if figure.value is None:
        note = figure.note or "it could not be computed"
        return _Ruling("not met", f"the design cannot do it: {note}", -1.0) if figure.cannot \
            else _Ruling("not evaluated", note)
    bounds = allowed(requirement)
    if bounds is None:
        row = settled_by()["words"]
        return _Ruling("not evaluated", f"{row.reason}; settled by {row.settled_by}")
    return _number(requirement, figure, figure.value, bounds)


def _number(requirement: Requirement, figure: Figure, value: float, bounds: Allowed) -> _Ruling:
    low = figure.low if figure.low is not None else value
    high = figure.high if figure.high is not None else value
    room = margin(requirement, value)
    span = f"{value:.4g}" if low == high else f"{value:.4g} ({low:.4g} to {high:.4g})"
    says = f"{_adjective(figure)} {span} {figure.unit or ''}".strip() + f" against {bound_text(requirement)}"
    if figure.cannot:
        return _Ruling("not met", f"{says}; {figure.note or 'the design cannot do it'}", min(room or 0.0, -1e-6))
    inside = bounds.holds(low) and bounds.holds(high)
    outside = (high < bounds.low or low > bounds.high) and not bounds.holds(value)
    if figure.method not in DECISIVE:
        return _estimate(bounds, value, high - low, says, room)
    if outside:
        return _Ruling("not met", says, room)
    if figure.validity == "extrapolated":
        return _Ruling("at risk", f"{says}; {figure.note or 'outside the box in which the parameters were measured'}",
                       room)
    if inside:
        return _Ruling("met", says, room)
    if two_sided(requirement) and bounds.holds(value) and bounds.high - bounds.low < high - low:
        return _Ruling("at risk", f"{says}; the band is narrower than the interval", room)
    return _Ruling("at risk", f"{says}; the interval straddles the bound", room)


def _estimate(bounds: Allowed, value: float, width: float, says: str, room: float | None) -> _Ruling:
    beyond = max(bounds.low - value, value - bounds.high, 0.0)
    if beyond > FAR * width / 2 and beyond > 0:
        return _Ruling("not met", f"{says}; far beyond even for an estimate", room)
    return _Ruling("at risk", f"{says}; an estimate cannot say met", room)


def _adjective(figure: Figure) -> str:
    if figure.method not in DECISIVE:
        return "estimated"
    if figure.validity == "extrapolated":
        return "extrapolated"
    return {"dfn": "DFN-simulated", "build-up": "built up", "ageing run": "ageing run"}[figure.method]


def _words(requirement: Requirement, figure: Figure) -> _Ruling:
    asked = requirement.value if isinstance(requirement.value, list) else [requirement.value]
    found = [matches(str(word), figure.text or "") for word in asked]
    says = f"{figure.text} against {bound_text(requirement)}"
    unknown = f"{says}; these words are not in the list that is compared"
    if requirement.comparator == "prohibited":
        if any(found):
            return _Ruling("not met", says, -1.0)
        return _Ruling("not evaluated", unknown) if None in found else _Ruling("met", says)
    if any(found):
        return _Ruling("met", says)
    return _Ruling("not evaluated", unknown) if None in found else _Ruling("not met", says, -1.0)


def _price(figure: Figure) -> _Ruling:
    settled = "the maker's quotation"
    if figure.value is None:
        return _Ruling("not evaluated", f"{figure.note or 'no cost estimate'}; settled by {settled}")
    low, high = figure.low or figure.value, figure.high or figure.value
    return _Ruling(
        "not evaluated", f"for information, estimated cost {figure.value:.3g} {figure.unit} ({low:.3g} to {high:.3g}); "
        f"a price is compared only with a stated margin and a dated exchange rate; settled by {settled}",
    )


def _at_rest(figure: Figure) -> _Ruling:
    settled = "a calendar-ageing test at several temperatures and states of charge"
    if figure.value is None:
        return _Ruling("not evaluated", f"{figure.note or 'not simulated'}; settled by {settled}")
    low, high = (figure.value if end is None else end for end in (figure.low, figure.high))
    return _Ruling(
        "not evaluated",
        f"for information, estimated {figure.value:.3g} {figure.unit} ({low:.3g} to {high:.3g}) from film growth "
        f"at rest, whose rates were fitted to no storage; settled by {settled}",
    )


def _information(requirement: Requirement, figure: Figure) -> _Ruling:
    words, settled = _INFORMS[requirement.metric]
    if figure.value is None:
        return _Ruling("not evaluated", f"{figure.note or 'not simulated'}; settled by {settled}")
    low, high = (figure.value if end is None else end for end in (figure.low, figure.high))
    told = words.format(**{**figure.conditions, "value": figure.value, "low": low, "high": high})
    return _Ruling("not evaluated", f"for information, {_adjective(figure)}: {told}; settled by {settled}")
