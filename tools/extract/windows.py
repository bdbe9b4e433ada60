"""Windows of temperature of a whole document: where charging has one of its own, use is discharging."""

from __future__ import annotations

from tools.extract.conditions import merge
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.unnamed import WINDOW_METRICS

_BETWEEN = 80         # characters between the two ends of one window
_NEAR = 40            # characters before a window in which it may be named
_USE, _CHARGE, _DISCHARGE = (f"operating_temperature{x}" for x in ("", "_charge", "_discharge"))


def told_apart(page: Page) -> None:
    """`Mowing happens from -10 to 60 °C, docking from 0 to 45 °C`: the one window of use is told apart from charging.

    Only where the document has one such window in prose and none that is named for discharging.
    """
    _within(page)
    live = [d for d in page.drafts if not d.dead and d.level == "cell" and d.comparator == "range"]
    use = [d for d in live if d.metric == _USE]
    if len(use) != 1 or not any(d.metric == _CHARGE for d in live) or any(d.metric == _DISCHARGE for d in live):
        return
    lo = max(use[0].block.start, use[0].start - _NEAR)
    named = any(h.what == _USE for h in metric_hits(page, lo, use[0].start))     # operation from -15 to 60 °C
    if use[0].block.table is None and not named:
        use[0].metric = _DISCHARGE


def _within(page: Page) -> None:
    """`Below 0 °C nobody charges, so the window is 0 to 50 °C`: a bound that is the end of a window says it twice."""
    live = [d for d in page.drafts if not d.dead and isinstance(d.value, list | float | int)]
    for one in live:
        if one.comparator not in (">=", ">", "<=", "<") or one.unit != "degC":
            continue
        end = 0 if ">" in one.comparator else 1
        if any(d.comparator == "range" and d.block is one.block and (d.metric, d.level) == (one.metric, one.level)
               and d.value[end] == one.value for d in live):
            one.dead = True


def ends_joined(page: Page) -> None:
    """`From 14 °F on, up to 140 °F`: a lower and an upper bound on one window, side by side, are its two ends."""
    single = [d for d in page.drafts if not d.dead and d.metric in (*WINDOW_METRICS, "transport_temperature")
              and d.comparator in _ENDS and isinstance(d.value, float | int) and d.quantity is not None]
    single.sort(key=lambda d: d.start)
    for first, second in zip(single, single[1:], strict=False):
        if first.dead or not _one_window(page, first, second):
            continue
        second.dead = True
        first.comparator, first.value = "range", sorted([float(first.value), float(second.value)])
        first.written = None if first.written is None or second.written is None else (
            sorted([first.written[0], second.written[0]]), first.written[1])
        first.start, first.end = min(first.start, second.start), max(first.end, second.end)
        merge(first.conditions, [second.conditions])


_ENDS = (">=", ">", "<=", "<")


def _one_window(page: Page, a: Draft, b: Draft) -> bool:
    """Whether two bounds belong to one window: one metric, one sentence, opposite directions, no number between."""
    if (a.metric, a.level, a.priority, a.block.index) != (b.metric, b.level, b.priority, b.block.index):
        return False
    if a.comparator[0] == b.comparator[0] or a.value == b.value or not 0 <= b.start - a.end <= _BETWEEN:
        return False
    if any(q.units and a.end <= q.start < b.start for q in page.inside(a.block, a.end, b.start)):
        return False
    return all(b.conditions.get(k, v) == v for k, v in a.conditions.items())
