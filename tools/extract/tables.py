"""Requirements in tables: a label, one or more value columns, a unit, conditions, a class."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.requirement import Level, Priority
from knowledge.units import meanings
from knowledge.vocabulary import metric
from tools.extract import axes, background
from tools.extract.changes import changes, ordered
from tools.extract.clause_changes import clause_changes
from tools.extract.column_fit import refit
from tools.extract.columns import column_roles, split_header, variants
from tools.extract.comparators import Said, demanded, label_bound
from tools.extract.conditions import Slots, merge, tidy, worded
from tools.extract.continued_tables import continued
from tools.extract.defaults import default_row, general_defaults
from tools.extract.level_tags import give_level, tag_of_row
from tools.extract.limit_columns import deviations_of, limits_of
from tools.extract.meaning import (
    absorbed,
    direct,
    draft,
    final_metric,
    implied_metric,
    level_of,
    metric_for,
    priced_per,
)
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import Hit, lexicon
from tools.extract.priorities import cell_priority, headed, marked, spoken
from tools.extract.quantities import Quantity
from tools.extract.references import defined_table
from tools.extract.row_extras import also_allowed, bans_beside, by_way, directed, parallel, remark_demands, shared_sign
from tools.extract.row_texts import dates_of, text_only, texts_beside, texts_of
from tools.extract.sections import sheet_background
from tools.extract.sentence_rows import as_sentences, turned_rows
from tools.extract.table_row import VALUES, Row, above, add_note, give_units, retune, row_slots
from tools.extract.unnamed import by_cue

MARKED: tuple[Priority, ...] = ("must", "should", "info")
_SCOPE_LENGTH = 24  # letters of a cell that only says what the row is about
_OF_CHARGE = re.compile(r"\s*(?:SOC|SoC|DOD|DoD)\b")


def read_tables(page: Page, codes: dict[str, Priority]) -> None:
    """Read every table of the document; rows that have an id are kept for notes that refer to them."""
    tables = page.document.tables()
    parts = [split_header(rows) for rows in tables]
    for rows, (header, body), seen in zip(tables, parts, continued(parts), strict=True):
        if defined_table(page, header, body):
            continue
        roles = refit(page, header, seen, column_roles(page, header, seen))
        options, body = variants(page, header, body, roles)
        heads: dict[int | None, Block] = {b.column: b for r in header for b in r if b.column in options}
        units = _header_units(header)
        named = _named_by_header(page, header, roles)
        turned = turned_rows(page, header, body, codes)
        if turned:
            for row in turned:
                read_row(row, units)
            continue
        group: Priority | None = None
        if changes(page, header, body) or clause_changes(page, [*header, *body]):
            continue
        for cells in body:
            if ordered(page, cells):
                continue
            row = Row(page, cells, roles, codes, named=named, options=options, heads=heads)
            if len(cells) == 1 and (len(cells[0].text) > 50 or cells[0].text.rstrip().endswith((".", ":", "。", "："))
                                    or general_defaults(page, cells[0].start, cells[0].end)):
                page.loose.add(cells[0].index)
                continue
            if len(cells) == 1 and len(rows) > 2 and not page.blocks[cells[0].index]:
                found = spoken(page, cells[0].start, cells[0].end, cells[0].end)
                group = found if found else None
                continue
            if len(cells) > 1 and default_row(page, cells[0], cells[1:]):
                continue
            if _background(row) is None and as_sentences(row):
                continue
            read_row(row, units, group)


def _header_units(header: list[list[Block]]) -> dict[int, str]:
    units = {}
    for row in header:
        for block in row:
            match = re.search(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$", block.text)
            if match and meanings(match.group(1)) and block.column is not None:
                units[block.column] = match.group(1)
    return units


def _named_by_header(page: Page, header: list[list[Block]], roles: dict[int, str]) -> list[Hit[str]]:
    """A metric that the header of the label column names for all rows (`Operating temperature | Range`)."""
    return [h for r in header for b in r if roles.get(b.column if b.column is not None else -1) == "label"
            for h in metric_hits(page, b.start, b.end)]


def read_row(row: Row, units: dict[int, str], group: Priority | None = None) -> list[Draft]:
    """The requirements of one row."""
    page = row.page
    give_units(row, units)
    cause = _background(row)
    if cause:
        for block in row.cells:
            background.ignore_span(page, block, block.start, block.end, cause)
        return []
    for block in row.parts.get("background", []):
        background.ignore_span(page, block, block.start, block.end, "competitor")
    hits = [h for b in row.label for h in metric_hits(page, b.start, b.end)] + row.named
    retune(row, hits)
    made = _numeric(row, hits)
    if not made:
        made = texts_of(row, hits)
    else:
        made += [*texts_beside(row, hits), *dates_of(row)]
    also_allowed(row, made)
    made += bans_beside(row, hits)
    extra = remark_demands(row, made, hits)
    _finish(row, made, group)
    _finish(row, extra, group)
    made += extra
    if row.row_id:
        page.rows.setdefault(row.row_id, []).extend(made)
    page.drafts += made
    return made


def _background(row: Row) -> str | None:
    page = row.page
    if all(b.hidden for b in row.cells):
        return "hidden"
    if tag_of_row(page, row.cells) == "info":
        return "informative"
    for block in row.blocks("label", "remark", "condition", "priority", *VALUES):
        hits = lexicon("background").find(page.text, block.start, block.end)
        strong = [h for h in hits if h.what in ("predecessor", "competitor", "informative", "level")
                  or row.label and block in row.label]
        beside = block in row.parts.get("remark", []) or block in row.parts.get("condition", [])
        if strong and beside and any(q.units for q in page.blocks[block.index]) and strong[0].what in (
                "predecessor", "competitor"):
            background.ignore_span(page, block, block.start, block.end, strong[0].what)
        elif strong:
            return strong[0].what
    label = row.label[0] if row.label else row.cells[0]
    return background.section_background(page, label) or sheet_background(page, label)


def _numeric(row: Row, hits: list[Hit[str]]) -> list[Draft]:
    page, made = row.page, list[Draft]()
    text_metric = bool(hits) and text_only(hits[0].what)
    if text_metric and (not _cued(row) or metric(hits[0].what).test and _outcome(row)):
        return []
    bound = next((b for cell in row.label if (b := label_bound(page.text, cell.start, cell.end))), None)
    made += deviations_of(row, lambda q: _choose(row, q, hits, [], q.start)) or limits_of(
        row, lambda q: _choose(row, q, hits, [], q.start))
    for block in row.blocks("value", "should"):
        made += _cell(row, block, hits, bound)
    return made


def _cued(row: Row) -> bool:
    """A number that its unit and the label's words name in spite of a label for something in words (vent, 1.2 MPa)."""
    text = row.page.text
    return any(by_cue(text, q, b.start, b.end, None) for v in row.blocks(*VALUES) for q in row.page.blocks[v.index]
               if q.units for b in row.label)


def _outcome(row: Row) -> bool:
    """Whether a cell beside the label says how a test must end (`no leak, no fire`)."""
    return any(lexicon("outcome").search(row.page.text, b.start, b.end) for b in row.blocks(
        "condition", "remark", *VALUES))


def _choose(row: Row, q: Quantity, hits: list[Hit[str]], own: list[Hit[str]], place: int) -> str | None:
    for hit in sorted((h for h in own if h.end <= place), key=lambda h: -h.end):
        if metric_for(hit.what, q):
            return metric_for(hit.what, q)
    direct_fit = [h for h in hits if metric_for(h.what, q) == h.what]
    for hit in direct_fit or hits:
        if (name := metric_for(hit.what, q)) is not None:
            return name
    for hit in own:
        if metric_for(hit.what, q):
            return metric_for(hit.what, q)
    for label in row.label:
        if name := by_cue(row.page.text, q, label.start, label.end, None) or by_way(row.page, q, label):
            return name
    return next((m for d in q.dimensions if (m := implied_metric(d))), None)


def _cell(row: Row, block: Block, hits: list[Hit[str]], bound: str | None) -> list[Draft]:
    """The requirements of one value cell; its other numbers stay open for the conditions."""
    page = row.page
    numbered = [q for q in page.blocks[block.index] if q.units and id(q) not in page.fates]
    own = [h for h in metric_hits(page, block.start, block.end)
           if not any(h.start < q.end and h.end > q.start for q in numbered)]
    label = row.label[0] if row.label else block
    loose = [q for b in row.cells for q in page.blocks[b.index] if b is not block and q.shape == "tolerance_only"]
    made = axes.tuples(page, block, block.start, block.end, [*numbered, *loose])
    if made and row.label:
        made = _axes_from_label(row, made, label)
    first: str | None = None
    listed = parallel(row, hits, numbered)
    for q in numbered:
        if id(q) in page.fates:
            continue
        said = demanded(page.text, q, block.start, block.end)
        if listed:
            new = draft(page, block, q, listed[id(q)], shared_sign(said, q.start, numbered, page.text, block), bound)
            if new is not None:
                page.settle(q, "requirement")
                made.append(new)
            continue
        shipped = any(h.what == "shipping_soc" for h in hits)
        if q.is_a("percent") and _OF_CHARGE.match(text_after(page, q)) and not shipped:
            continue
        name = _choose(row, q, hits, own, q.start)
        if name is None or _beside(page, block, q, name, first, said, numbered):
            continue
        new = draft(page, block, q, name, said, bound)
        if new is None:
            continue
        first = first or name
        page.settle(q, "requirement")
        if name == "capacity":
            _kind(page, row, new, said)
        if len(numbered) == 1 and len(loose) == 1:
            _widen(page, new, loose[0])
        made.append(new)
    return made


def _widen(page: Page, new: Draft, margin: Quantity) -> None:
    """`142 | mm | +/- 0.5`: the tolerance of a size stands in a cell of its own."""
    q = new.quantity
    if q is None or not q.is_a("length") or new.comparator != "=" or margin.unit_text not in ("", q.unit_text):
        return
    half = margin.value * new.value / q.value
    new.comparator, new.value = "tolerance", [new.value, half, half]
    page.settle(margin, "requirement")


def text_after(page: Page, q: Quantity) -> str:
    """The few characters behind a quantity."""
    return page.text[q.end:q.end + 12]


def _axes_from_label(row: Row, made: list[Draft], label: Block) -> list[Draft]:
    text = row.page.text
    hits = lexicon("axes").find(text, label.start, label.end)
    names = list(dict.fromkeys(h.what for h in hits))
    if len(names) == len(made):
        for new, name in zip(made, names, strict=True):
            new.metric = name
    return made


def _beside(
    page: Page, block: Block, q: Quantity, name: str, first: str | None, said: Said, numbered: list[Quantity]
) -> bool:
    """A second number that is a condition of the first, or says the same in another unit."""
    text = page.text
    opened = text[block.start:q.start].count("(") > text[block.start:q.start].count(")")
    if first is None:
        lead = lexicon("condition_lead").ending_at(text, block.start, q.start)
        tail = lexicon("condition_tail").starting_at(text, q.end, min(block.end, q.end + 14))
        others = [o for o in numbered if o is not q and o.start > q.start]
        return bool((lead or tail) and others and not said.sign)
    row = metric(name)
    if name != first and opened and q.is_a("percent", "temperature", "time", "rate", "rate_P", "current"):
        return True                                        # 3500 (1C/1C, DoD 90 %): left to the conditions
    if name != first and opened:
        page.settle(q, "ignored", "says the value again in another unit")
        return True
    if name != first and first in ("cycle_life", "calendar_life") and q.is_a("percent"):
        return True
    if name == first and opened and not said.sign:
        return True
    if name == first and row.dimension in ("time", "temperature", "percent") and not said.sign and not (
            row.directed and q.shape == "range"):
        return True
    lead = lexicon("condition_lead").search(text, max(block.start, q.start - 14), q.start)
    return bool(lead and not said.sign)


def _kind(page: Page, row: Row, new: Draft, said: Said) -> None:
    """Typical and minimum capacity are told apart by the words at the number, then by the label."""
    label = next((k for b in row.label if (k := lexicon("kinds").search(page.text, b.start, b.end))), None)
    if label and label.what == "rated":
        new.conditions["kind"] = "rated"
        return
    if said.sign in (">=", ">"):
        here = re.search(r"(?<!\w)min", page.text[said.start:new.end], re.IGNORECASE)
        stated = "minimum" if here else label.what if label and label.what != "typical" else None
        if stated:
            new.conditions["kind"] = stated
        return
    stop = re.search(r"[,;，]|$", page.text[new.end:min(new.block.end, new.end + 12)])
    reach = new.end + (stop.start() if stop else 0)
    near = lexicon("kinds").search(page.text, max(new.block.start, new.start - 14), reach)
    kind = (near or label)
    if kind:
        new.conditions["kind"] = kind.what
        if kind.what in ("typical",) and new.comparator == ">=":
            new.comparator = "="


def _finish(row: Row, made: list[Draft], group: Priority | None) -> None:
    page, text = row.page, row.page.text
    if not made:
        return
    directed(row, made)
    slots = row_slots(row, made[0])
    label = row.label[0] if row.label else row.cells[0]
    spans = [(b.start, b.end) for b in row.blocks("label", "condition", "value", "should", "remark")]
    for new in made:
        if metric(new.metric).dimension == "text":
            own: list[Slots] = list(slots) if metric(new.metric).test else []
        else:
            own = [*slots, *(worded(text, a, b, new.metric) for a, b in spans)]
        merge(new.conditions, own)
        said = above(row, new)
        if said:
            merge(new.conditions, [said])
        if row.parts.get("condition") and not new.conditions.get("note"):
            add_note(row, new)
        new.conditions = tidy(new.conditions, new.metric)
        joined = label.start, label.end
        new.metric = absorbed(page, direct(page, new.metric, *joined), *joined)
        if new.metric in ("self_discharge", "self_discharge_total", "dcir"):
            new.metric = final_metric(new, text, min(joined[0], new.block.start), max(joined[1], new.block.end))
        else:
            new.metric = final_metric(new, text, *joined)
        for block in row.parts.get("condition", []):
            if len(block.text) < _SCOPE_LENGTH and not re.search(r"\d", block.text):
                new.metric = direct(page, new.metric, block.start, block.end)   # Operation | -30 / +60 °C | discharge
        new.level = level_of(page, *joined, metric(new.metric).level, label)
        if new.level == "cell":
            new.level = _scope(row) or new.level
        give_level(page, [new], tag_of_row(page, row.cells))
        if new.metric == "price":
            new.unit = priced_per(f"{text[label.start:label.end]} {text[new.block.start:new.block.end]}", new.unit)
        option = row.options.get(new.block.column if new.block.column is not None else -1)
        if option and not said:
            new.conditions["option"] = option
        new.row_id = row.row_id
        new.priority = _priority(row, new, group)
        if new.priority == "info" and new.level in ("pack", "module", "system"):
            new.dead = True                                # told of the battery around the cell
            background.ignore_span(page, new.block, new.start, new.end, "level")


def _scope(row: Row) -> Level | None:
    """The level that a short cell of its own names (`Module (16S) | mass | 34 kg`)."""
    for block in row.cells:
        hit = lexicon("level").starting_at(row.page.text, block.start, block.end)
        if hit and block not in row.label and len(block.text) < _SCOPE_LENGTH and block not in row.blocks(*VALUES):
            levels: tuple[Level, ...] = ("pack", "module", "system")
            return next((level for level in levels if level == hit.what), None)
    return None


def _priority(row: Row, new: Draft, group: Priority | None) -> Priority:
    page = row.page
    for block in row.parts.get("priority", []):
        found = cell_priority(block.text, row.codes)
        if found:
            return found
    if new.block in row.parts.get("should", []) and row.parts.get("value"):
        return "should"
    for said in MARKED:
        if row.parts.get(f"mark_{said}"):
            return said
    if mark := next((m for b in row.label if (m := marked(page, b.start, b.end, b.start, b.end))), None):
        return mark
    if any(cell_priority(b.text, {}) == "info" and len(b.text) < _SCOPE_LENGTH
           for b in row.blocks("condition", "remark")):
        return "info"
    spans = [(b.start, b.end) for b in row.blocks("value", "should", "label", "remark", "condition")]
    words = [found for a, b in spans if (found := spoken(page, a, b, new.start))]
    if "should" in words:
        return "should"
    return group or headed(new.block) or "must"
