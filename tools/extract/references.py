"""Conditions that stand elsewhere: codes of test conditions (`TC-1`, `M2`, `RT`), rows referred to, and ditto marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract.clauses import sentences
from tools.extract.column_fit import gather
from tools.extract.columns import header_role
from tools.extract.comparators import said_about
from tools.extract.conditions import AGED, CHARGE_TIMES, Slots, infer, tidy
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

_CODE = re.compile(r"(?=[^\n]{0,15}[A-Z0-9])[\w#][\w .#/-]{0,15}")
_LINE = re.compile(r"[-*•\s]*((?:[^\W\d_]{2,14} ?)?(?:[A-Z]{1,4}[- ]?\d{1,3}|[A-Z]{1,4}|\d{1,2}))"
                   r"\s*(?:[:=：]|\s[-–—])\s*(?=\S)")
_CONDITIONS = ("temperature", "rate", "rate_P", "current", "voltage", "percent", "time", "humidity", "cycle", "power",
               "frequency", "temperature_difference", "ratio", "force", "pressure")
_TEMPERATURES = ("temperature_C", "ambient_temperature_C", "start_temperature_C", "inlet_temperature_C")
_LOADS = ("rate_C", "rate_P", "current_A", "power_W", "discharge_C", "discharge_A", "charge_C", "charge_A")
_CELL_VOLTAGE = 6          # volts; more is a battery's
_OWN = ("kind", "note", "basis", "life", "direction", "option", "incoterm", "order_volume")


@dataclass
class Definition:
    """What a code stands for: pieces of text with the header above each."""

    name: str
    pieces: list[tuple[Block, int, int, Block | None]] = field(default_factory=list)


@lru_cache(maxsize=512)
def _token(name: str) -> re.Pattern[str]:
    """A code as a word of its own; next to letters that are not Latin it needs no space (`按工况A`)."""
    before = "(?<![A-Za-zÀ-ɏ0-9_-])" if name[0].isascii() else ""
    return re.compile(rf"{before}{re.escape(name)}(?![A-Za-zÀ-ɏ0-9_-]|\.\d)")


_ROW_NAME = re.compile(r"(?<![A-Za-zÀ-ɏ0-9_-])(?:[A-Za-z]{1,5}[-. ]?)?\d[A-Za-z0-9.-]*")


def defined_table(page: Page, header: list[list[Block]], body: list[list[Block]]) -> bool:
    """Whether a table says what codes mean that stand elsewhere; its rows become conditions and ask for nothing."""
    rows = [r for r in body if len(r) > 1]
    firsts = [r for r in rows if _CODE.fullmatch(r[0].text.strip()) and re.search(r"[^\W\d_]", r[0].text)
              and not any(q.units for q in page.blocks[r[0].index])]
    if len(rows) < 2 or len(firsts) < 2 or any(count > 1 for count in gather(page, body).pairs.values()) or any(
            header_role(b.text) in ("unit", "min", "typ", "max") for r in header for b in r):
        return False
    if 2 * len(firsts) < len(rows):
        return False
    table = body[0][0].table
    named = [r for r in firsts if _used(page, r[0].text.strip(), table) and all(_plain(page, b) for b in r[1:])]
    if len(named) < 2 or 2 * len(named) < len(firsts):
        return False
    above = {b.column: b for row in header for b in row}
    for row in rows:
        if row in named:
            made = Definition(row[0].text.strip(), [(b, b.start, b.end, above.get(b.column)) for b in row[1:]])
            _keep(page, made)
        else:
            page.loose |= {b.index for b in row[1:]}
    return True


def _used(page: Page, name: str, table: int | None) -> bool:
    """Whether a code stands outside of its own table, and not as the name of a row there."""
    pattern = _token(name)
    for match in pattern.finditer(page.document.text):
        block = page.block_at(match.start())
        if block.table is None or block.table != table and block.column:
            return True
    return False


def _plain(page: Page, block: Block) -> bool:
    """Whether a cell holds nothing but numbers of conditions, no demand and no change."""
    must = any(h.what == "must" for h in lexicon("priority").find(page.text, block.start, block.end))
    return not must and all(q.is_a(*_CONDITIONS) for q in page.blocks[block.index] if q.units) and not lexicon(
        "amend", "replace").search(page.text, block.start, block.end)


def _keep(page: Page, made: Definition) -> None:
    page.definitions[made.name] = made
    for block, start, end, _ in made.pieces:
        for q in page.inside(block, start, end):
            page.settle(q, "condition", "says what a code of test conditions means")


def defined_lines(page: Page) -> None:
    """`Z1: 1C/1C, 25 °C` and `RT 23 ± 3 °C` in running text, where the code is used elsewhere."""
    for block in page.document.blocks:
        if block.table is not None or block.kind == "heading":
            continue
        for start, end in page.sentences(block):
            found = _LINE.match(page.text, start, end)
            if found and _elsewhere(page, found.group(1), start, end) and _stated(page, block, found.end(), end):
                _keep(page, Definition(found.group(1), [(block, found.end(), end, None)]))
            for hit in lexicon("room").find(page.text, start, end):
                near = page.inside(block, hit.end, min(end, hit.end + 22))
                q = next((q for q in near if q.is_a("temperature")), None)
                if q is not None and not re.search(r"[,;.、。]", page.text[hit.end:q.start]):
                    page.room = page.room if page.room is not None else _celsius(page, q, start, end)


def _celsius(page: Page, q: Quantity, start: int, end: int) -> float | None:
    value = (infer(page.text, q, start, end, None) or {}).get("temperature_C")
    return float(value) if isinstance(value, float | int) else None


def _elsewhere(page: Page, name: str, start: int, end: int) -> bool:
    return any(not start <= m.start() < end for m in _token(name).finditer(page.document.text))


def _stated(page: Page, block: Block, start: int, end: int) -> bool:
    """Whether text[start:end] states conditions only: at least one, no bound, no word of demand or change."""
    numbered = [q for q in page.inside(block, start, end) if q.units]
    if not numbered or not all(q.is_a(*_CONDITIONS) for q in numbered):
        return False
    if any(lexicon(*path).search(page.text, start, end) for path in (("priority",), ("amend", "replace"))):
        return False
    loads = any(q.is_a("rate", "rate_P", "current", "power", "temperature") for q in numbered)
    return loads and not any(said_about(page.text, q, start, end).sign for q in numbered
                             if not q.is_a("temperature", "voltage", "time", "percent"))


_ARROW = re.compile(r"\s*(?:→|->|=>|⇒|➔)\s*")


def arrows(page: Page) -> None:
    """`70 g → 69 g` changes a mass, and is no range of it."""
    for made in [d for d in page.drafts if not d.dead and d.comparator == "range" and d.quantity is not None]:
        q, row = made.quantity, metric(made.metric)
        assert q is not None
        if row.comparator == "range" or len(q.members) < 2 or q.is_a("temperature", "percent") or not _ARROW.fullmatch(
                page.text[q.members[0][1]:q.members[1][0]]):
            continue
        first, last = sorted(made.value, reverse=q.values[0] > q.values[1])
        made.comparator, made.value = row.comparator, last
        for old in page.drafts:
            if old is not made and not old.dead and old.metric == made.metric and old.value == first:
                made.comparator, made.priority = old.comparator, old.priority
                made.conditions = {**old.conditions, **made.conditions}
                old.dead = True
                page.note("superseded", f"{made.metric}: {first:g} becomes {last:g}", made.block, made.start, made.end,
                          drafts=[made])


_OPENED = re.compile(r"[^()（）.;。；]{0,24}[(（][^()（）]{0,24}")


def bracketed_limits(page: Page) -> None:
    """`10C (skin at most 70 °C)`: a surface in brackets behind a load is its limit, and no demand of its own."""
    live = sorted((d for d in page.drafts if not d.dead), key=lambda d: d.start)
    for load, limit in zip(live, live[1:], strict=False):
        if limit.metric == "surface_temperature" and load.block is limit.block and load.metric.startswith(
                ("discharge_", "charge_")) and _OPENED.fullmatch(page.text[load.end:limit.start]):
            load.conditions.setdefault("surface_limit_C", limit.value)
            limit.dead = True
            if limit.quantity is not None:
                page.fates[id(limit.quantity)] = ("condition", "")


def apply_references(page: Page) -> None:
    """Give each requirement the conditions that its row or sentence names by a code, a row or a ditto mark."""
    rows: dict[tuple[int, int], list[Block]] = {}
    for block in page.document.blocks:
        if block.table is not None and block.row is not None:
            rows.setdefault((block.table, block.row), []).append(block)
    live = sorted((d for d in page.drafts if not d.dead), key=lambda d: d.start)
    for place, made in enumerate(live):
        for slots in _found(page, rows, live, place):
            _take_over(made, slots)
        made.conditions = tidy(made.conditions, made.metric)


def _found(
    page: Page, rows: dict[tuple[int, int], list[Block]], live: list[Draft], place: int
) -> Iterator[Slots]:
    made = live[place]
    block = made.block
    if block.table is not None and block.row is not None and block.index not in page.loose:
        cells = [b for b in rows.get((block.table, block.row), []) if b.text.strip() != made.row_id]
        spans = [(b.start, b.end) for b in cells]
        for cell in cells:
            if lexicon("ditto").starting_at(page.text, cell.start, cell.end) and len(cell.text.strip()) < 12:
                yield from _above(page, made)
    else:
        spans = [next(((a, b) for a, b in page.sentences(block) if a <= made.start < b),
                      (made.start, made.end))]
        spans += [(cell.start, cell.end) for cell, _ in page.beside.get(block.index, [])]
        amended = next((d.block for d in page.rows.get(made.row_id or "", []) if d.block.table is not None
                        and d.block is not block), None)
        if amended is not None and amended.table is not None and amended.row is not None:
            spans += [(b.start, b.end) for b in rows[amended.table, amended.row] if b.text.strip() != made.row_id]
    for start, end in spans:
        for name in _codes(page, start, end, live, place):
            yield _slots(page, page.definitions[name], made)
        yield from _of_rows(page, start, end, made)
        if page.room is not None and lexicon("room").search(page.text, start, end):
            yield {"temperature_C": page.room}


def _codes(page: Page, start: int, end: int, live: list[Draft], place: int) -> list[str]:
    """The codes of a stretch that speak of one requirement: behind it up to the next one, else before it, else all."""
    made = live[place]
    found = sorted((m.start(), n) for n in page.definitions for m in _token(n).finditer(page.document.text, start, end))
    if not start <= made.start < end or len({n for _, n in found}) < 2:
        return list(dict.fromkeys(n for _, n in found))
    after = next((d.start for d in live[place + 1:] if d.start > made.end), end)
    behind = [n for at, n in found if made.end <= at < after]
    before = [n for at, n in found if at < made.start]
    return behind[:1] or before[-1:] or [found[0][1]]


def _slots(page: Page, what: Definition, made: Draft) -> Slots:
    """What a definition says of a requirement on this metric."""
    slots: Slots = {}
    for block, start, end, above in what.pieces:
        headed = _side(page, above.start, above.end) if above is not None else None
        for a, b in sentences(page.text, start, end):
            side = headed
            last = a
            for q in (q for q in page.inside(block, a, b) if q.units):
                side = _side(page, last, q.start) or side
                last = q.end
                if q.is_a("rate", "current") and any(lexicon("taper").search(page.text, *near) for near in (
                        (max(a, q.start - 16), q.start), (q.end, min(b, q.end + 12)))):
                    continue
                for key, value in _one(page, q, (a, b), side, made).items():
                    slots.setdefault(key, value)
    window = slots.get("soc_pct")
    if isinstance(window, list) and len(window) == 2:
        del slots["soc_pct"]
        slots["soc_from_pct"], slots["soc_to_pct"] = window
    return tidy(_own_way(slots, made.metric), made.metric)


def _side(page: Page, start: int, end: int) -> str | None:
    """The way a load goes by the last word of it in a stretch."""
    found = [(h.start, way) for way in ("discharge", "charge") for h in lexicon("slots", way).find(
        page.text, start, end)]
    return max(found)[1] if found else None


def _one(page: Page, q: Quantity, span: tuple[int, int], side: str | None, made: Draft) -> Slots:
    sign = said_about(page.text, q, *span).sign
    if q.is_a("voltage") and q.shape == "single" and sign is None and side:
        return {"v_min" if side == "discharge" else "v_max": q.value} if q.value < _CELL_VOLTAGE else {}
    found = infer(page.text, q, *span, made.metric, sign) or {}
    return {f"{side}_{k[-1]}" if side and k in ("rate_C", "current_A") else k: v for k, v in found.items()}


def _own_way(slots: Slots, name: str) -> Slots:
    """Only the load of its own way for a metric of one way; ageing has both."""
    if name in AGED:
        return slots
    other = "discharge" if name in CHARGE_TIMES or name.startswith("charge_") else "charge"
    return {k: v for k, v in slots.items() if k not in (f"{other}_C", f"{other}_A")}


@lru_cache(maxsize=1)
def _same_as() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = vocabulary.words()
    before, behind, after = ("|".join(words["row_reference"][k]) for k in ("before", "behind", "after"))
    return (re.compile(rf"(?:{before})\s*$", re.IGNORECASE), re.compile(rf"\s*(?:{behind})", re.IGNORECASE),
            re.compile(rf"(?:{after})\s*$", re.IGNORECASE))


def _of_rows(page: Page, start: int, end: int, made: Draft) -> Iterator[Slots]:
    """`as P-01`, `3.13 conditions`, `No.18に同じ`; `after L-01` are the cycles of that row."""
    text = page.text
    before, behind, after = _same_as()
    for found in _ROW_NAME.finditer(text, start, end) if page.rows else ():
        spelled = found.group().rstrip(".-")
        name = next((n for n in (spelled, re.sub(r"^[A-Za-z]+[-. ]?", "", spelled))
                     if n in page.rows and n != made.row_id), None)
        others = [d for d in page.rows[name] if not d.dead and d is not made] if name else []
        if not others or name is None:
            continue
        first = found.start() + found.group().index(name)
        lead = text[max(start, first - 24):first]
        same = next((d for d in others if d.metric == made.metric), others[0])
        if after.search(lead) and same.metric == "cycle_life" and isinstance(same.value, float | int):
            yield {"cycles": float(same.value)}
        elif before.search(lead) or behind.match(text, first + len(name), end):
            yield {k: v for k, v in same.conditions.items() if k not in _OWN}


def _above(page: Page, made: Draft) -> Iterator[Slots]:
    """A ditto mark takes the conditions of the nearest row above."""
    same = [d for d in page.drafts if d.block.table == made.block.table and d.block.row is not None
            and made.block.row is not None and d.block.row < made.block.row]
    if same:
        last = max(same, key=lambda d: d.block.row or 0)
        yield {k: v for k, v in last.conditions.items() if k not in _OWN}


def _take_over(made: Draft, slots: Slots) -> None:
    """Add conditions that a requirement has not itself; its own load or temperature stands for all kinds of them."""
    load = any(k in made.conditions for k in _LOADS)
    warm = any(k in made.conditions for k in _TEMPERATURES)
    for key, value in slots.items():
        if key in _LOADS and load or key in _TEMPERATURES and warm:
            continue
        made.conditions.setdefault(key, value)
