"""The metric of a table number that no name in its row fits: by what the row as a whole says, as in running text."""

from __future__ import annotations

from tools.extract.clause import Clause
from tools.extract.comparators import Said, said_about
from tools.extract.cues import named_by_cue
from tools.extract.meaning import metric_for
from tools.extract.page import Page, metric_hits
from tools.extract.quantities import Quantity
from tools.extract.table_row import VALUES, Row
from tools.extract.unnamed import unnamed_metric

_LOADS = ("current", "power", "rate", "rate_P")


def named_by_row(row: Row, q: Quantity) -> str | None:
    """`Kerb push, 10 s | 36 A`, `What does it weigh? | 71 g`: by verbs and idioms of label, condition and value."""
    page = row.page
    cells = [b for b in row.blocks("label", "condition", *VALUES) if not b.hidden]
    block = next((b for b in row.blocks(*VALUES) if b.start <= q.start < b.end), None)
    if block is None or not row.label or not q.units:
        return None
    others = [o for b in row.blocks(*VALUES) for o in page.blocks[b.index] if o.units and o is not q]
    hits = [h for b in row.label for h in metric_hits(page, b.start, b.end)]
    if any(metric_for(h.what, o) == h.what for h in hits for o in others):
        return None                                        # cycle life | 1C/1C, at least 3000 cycles
    start, end = min(b.start for b in cells), max(b.end for b in cells)
    if any(start <= b.start < end for b in row.blocks("background")):
        start, end = row.label[0].start, row.label[0].end  # what stands between is another's
    numbered = [o for b in cells for o in page.blocks[b.index] if o.units]
    said = _said(page, row, q, block.start, block.end)
    asked = Said(">=", q.start, q.end) if q.is_a(*_LOADS) and not said.sign else said
    name = unnamed_metric(page, block, (start, end), q, asked, numbered, {})
    return name or named_by_cue(Clause(page, block, start, end), q, said, numbered)


def _said(page: Page, row: Row, q: Quantity, start: int, end: int) -> Said:
    said = said_about(page.text, q, start, end)
    return Said(row.side, said.start, said.end) if row.side and row.side != "range" and not said.sign else said
