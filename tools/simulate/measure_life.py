"""Outcomes of cycling and of storage → cycles, years, what is left, what passes through a cell in its life."""

from __future__ import annotations

from collections.abc import Callable

from knowledge.protocol import CalendarAgeing, CycleAgeing
from tools.simulate.answer import Answer, Case
from tools.simulate.interval import spread_of

GAINED_PCT = 100.1  # of the first capacity: more is a surplus of lithium, not health
RATE = 2.0          # by which factor more or less a film may take at rest: an assumption (docs/ageing.md)


def cycles(case: Case) -> Answer:
    """Cycles to the end of life, or at least those that were run."""
    values, note = case.outcome().values, case.outcome().note
    hidden = _hidden(case)
    if hidden is not None:
        return hidden
    if "cycles" in values:
        return Answer(values["cycles"], note=note)
    return _at_least(case, values.get("last_cycle"))


def throughput(case: Case) -> Answer:
    """Energy discharged up to the end of life [Wh], or at least up to the last cycle that was run."""
    values, note = case.outcome().values, case.outcome().note
    hidden = _hidden(case)
    if hidden is not None:
        return hidden
    passed = values.get("energy_throughput_mWh_cm2")
    whole = None if passed is None else passed * case.build_up.electrode_area_cm2 / 1000
    return Answer(whole, note=note) if "cycles" in values else _at_least(case, whole)


def _at_least(case: Case, reached: float | None) -> Answer:
    values, note = case.outcome().values, case.outcome().note
    if reached is None:
        return Answer(None, note=note or "the ageing run gave no cycle")
    left = values["capacity_retention_pct"]
    words = f"at least this: the run stopped at {left:.1f} % of the capacity. {note}".strip()
    return Answer(reached, note=words, ends=_ends_of_stopped_run(case, reached, 100 - left))


def _ends_of_stopped_run(case: Case, last: float, loss_pct: float) -> tuple[float, float]:
    """The low end falls below the last cycle only where a fade that is faster by the spread reaches the end of life."""
    spread = spread_of("cycle_life").pct / 100
    protocol = case.ask.protocol
    room = 100 - protocol.eol_pct if isinstance(protocol, CycleAgeing) else 0.0
    return last * min(1.0, room / max((1 + spread) * loss_pct, 1e-9)), last * (1 + spread)


def _hidden(case: Case) -> Answer | None:
    """No life is read off a cell that gains capacity: the set's surplus of lithium hides what is lost."""
    left = case.outcome().values.get("capacity_retention_pct", 0.0)
    if left <= GAINED_PCT or "cycles" in case.outcome().values:
        return None
    run = case.outcome().values.get("last_cycle", 0)
    return Answer(None, note=f"the cell of this parameter set still holds {left:.1f} % after {run:.0f} cycles: its "
                             "surplus of lithium hides the loss, so no life can be read off")


def left_after(name: str, of_new: Callable[[float], float]) -> Callable[[Case], Answer]:
    """A value at the last cycle, or after storage; `of_new` turns the model's per cent into the metric's."""

    def at_the_end(case: Case) -> Answer:
        if isinstance(case.ask.protocol, CalendarAgeing):
            return _after_storage(case, of_new)
        values, asked = case.outcome().values, case.number("cycles")
        last = values.get("last_cycle")
        if name not in values:
            return Answer(None, note=case.outcome().note or "the ageing run gave no result")
        hidden = _hidden(case)
        if hidden is not None:
            return hidden
        if asked is not None and last is not None and last < 0.99 * asked:
            if case.outcome().status != "ok":
                return Answer(None, note=case.outcome().note)
            return Answer(of_new(values[name]), True, f"half of the capacity is gone after {last:.0f} cycles already")
        return Answer(of_new(values[name]), note=case.outcome().note)

    return at_the_end


def _after_storage(case: Case, of_new: Callable[[float], float]) -> Answer:
    outcome, protocol = case.outcome(), case.ask.protocol
    assert isinstance(protocol, CalendarAgeing)
    kept, last = outcome.values.get("capacity_retention_pct"), outcome.values.get("last_year", 0.0)
    if kept is None or outcome.status != "ok":
        return Answer(None, note=outcome.note)
    if last < 0.99 * protocol.years:
        return Answer(of_new(kept), True, f"no more than {kept:.0f} % is left after {last:.2g} years already")
    loss = 100 - kept
    ends = sorted(of_new(max(100 - part, 0.0)) for part in (loss / RATE, loss * RATE))
    return Answer(of_new(kept), note=outcome.note, ends=(ends[0], ends[1]))


def calendar_life(case: Case) -> Answer:
    """Years at rest to the end of life; a loss by the square root of time makes life go by the square of its rate."""
    outcome, protocol = case.outcome(), case.ask.protocol
    assert isinstance(protocol, CalendarAgeing)
    years, last = outcome.values.get("years"), outcome.values.get("last_year", 0.0)
    if years is not None:
        return Answer(years, note=outcome.note, ends=(years / RATE**2, years * RATE**2))
    if last <= 0:
        return Answer(None, note=outcome.note)
    kept = outcome.values["capacity_retention_pct"]
    room = (100 - protocol.eol_pct) / max(RATE * (100 - kept), 1e-9)
    words = f"at least this: the run stopped at {kept:.1f} % of the capacity. {outcome.note}".strip()
    return Answer(last, note=words, ends=(last * min(1.0, room**2), last * RATE**2))
