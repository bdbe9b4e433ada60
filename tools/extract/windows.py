"""Windows of temperature of a whole document: where charging has one of its own, use is discharging."""

from __future__ import annotations

from tools.extract.page import Page, metric_hits

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
