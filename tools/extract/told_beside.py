"""Numbers that a demand tells beside itself: shares of customers, warranties, voltages that hold under a load."""

from __future__ import annotations

from tools.extract.clause import Clause
from tools.extract.page import Draft, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.unnamed import chunk_around

_SUBJECT = 48         # characters before a share in which its subject stands
_LOADS = ("discharge_", "charge_rate", "charge_current", "charge_power", "cold_")


def stands_aside(clause: Clause, q: Quantity, name: str | None, numbered: list[Quantity]) -> bool:
    """Whether a number is a share of customers or a warranty beside the life that is asked for."""
    text = clause.text
    lo, hi = chunk_around(text, q, clause.start, clause.end)
    if q.is_a("percent") and q.shape == "single":
        behind = lexicon("shares_of").starting_at(text, q.end, min(hi, q.end + 16)) or lexicon("shares_of").search(
            text, q.end, min(hi, q.end + 16))
        ahead = lexicon("shares_of").search(text, max(lo, q.start - _SUBJECT), q.start)
        own = [h for h in metric_hits(clause.page, lo, hi) if h.what]
        return (ahead is not None or behind is not None) and not own and not lexicon("slots", "eol").search(
            text, lo, hi)
    if name != "calendar_life" or not lexicon("warranty").search(text, lo, hi):
        return False
    return any(o is not q and o.is_a("time") and {u.name for u in o.units} & {u.name for u in q.units}
               and o.value > q.value and any(h.what == "calendar_life" for h in metric_hits(
                   clause.page, *chunk_around(text, o, clause.start, clause.end))) for o in numbered)


def only_while(clause: Clause, q: Quantity, name: str | None, made: list[Draft]) -> bool:
    """Whether a voltage is what the cell keeps under the load that is asked for before it."""
    if name not in ("min_voltage", "max_voltage", "end_of_discharge_voltage", "voltage_window") or not any(
            d.metric.startswith(_LOADS) for d in made):
        return False
    last = max((d.end for d in made if d.metric.startswith(_LOADS)), default=clause.start)
    return lexicon("meanwhile").search(clause.text, last, q.start) is not None
