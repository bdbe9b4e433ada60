"""Which columns of a table belong together, by what stands in them: names with fitting numbers, statements, classes.

A header that nobody foresaw (`Condition | Need`, `Statement | Phase`) still has names of metrics in one column and
numbers that fit them in another. Where the columns that the header names do not fit, those that do take their place.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from knowledge.document import Block
from knowledge.units import meanings
from knowledge.vocabulary import metric
from tools.extract.columns import header_role
from tools.extract.meaning import metric_for
from tools.extract.page import Page, metric_hits
from tools.extract.priorities import cell_priority
from tools.extract.sentence_rows import is_sentence

Roles = dict[int, str]
_SAMPLE = 60               # rows that are looked at
_NAME = 70                 # characters of a cell that names what its row is about
_CLASS = 26                # characters of a cell that says a class
_NUMBERS = ("value", "should", "min", "typ", "max")


@dataclass
class Evidence:
    """What the body of a table says about its columns; counts of rows."""

    cells: dict[int, list[Block]] = field(default_factory=dict)
    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)      # (name, number) of a fitting unit
    bare: Counter[tuple[int, int]] = field(default_factory=Counter)       # a name beside a number without a unit
    statements: Counter[int] = field(default_factory=Counter)
    rows: int = 0


def gather(page: Page, body: list[list[Block]]) -> Evidence:
    """Look at the first rows of a table that have more than one cell."""
    found = Evidence()
    for row in [r for r in body if len(r) > 1][:_SAMPLE]:
        found.rows += 1
        names: dict[int, list[str]] = {}
        for block in row:
            if block.column is None or not block.text.strip():
                continue
            found.cells.setdefault(block.column, []).append(block)
            numbers = [q for q in page.blocks[block.index] if q.units]
            hits = [h.what for h in metric_hits(page, block.start, block.end)
                    if not any(h.start < q.end and h.end > q.start for q in numbers)]
            if hits and len(block.text) <= _NAME and not is_sentence(block.text):
                names[block.column] = hits
            if is_sentence(block.text) and hits and (numbers or metric(hits[0]).dimension == "text"):
                found.statements[block.column] += 1
        for column, hits in names.items():
            for block in row:
                if block.column is None or block.column == column:
                    continue
                numbers = page.blocks[block.index]
                if any(metric_for(h, q) == h for h in hits for q in numbers if q.units):
                    found.pairs[column, block.column] += 1
                elif numbers and not any(q.units for q in numbers):
                    found.bare[column, block.column] += 1
    return found


def refit(page: Page, header: list[list[Block]], body: list[list[Block]], roles: Roles) -> Roles:
    """The roles, with name and value where they are; `statement` marks a column of whole demands."""
    if len([r for r in body if len(r) > 1]) < 2:
        return roles
    seen = gather(page, body)
    roles = _limit_columns(body, _unit_column(seen, dict(roles)))
    united = "unit" in roles.values()

    def fit(pair: tuple[int, int]) -> int:
        return seen.pairs[pair] + (seen.bare[pair] if united else 0)

    labels = [c for c, r in roles.items() if r == "label"]
    values = [c for c, r in roles.items() if r in _NUMBERS]
    now = max((fit((a, b)) for a in labels for b in values), default=0)
    best = max(sorted({*seen.pairs, *seen.bare}), key=lambda p: (fit(p), -p[0], -p[1]), default=None)
    most = fit(best) if best else 0
    told = max(sorted(seen.statements), key=lambda c: (seen.statements[c], -c), default=None)
    if told is not None and seen.statements[told] >= 2 and seen.statements[told] > 2 * max(now, most) and _stated(
            seen, told):
        return _of_statements(seen, roles, told, {
            b.column: header_role(b.text) or "remark" for row in header for b in row if b.column is not None})
    if best is not None and most >= 2 and most > 2 * now:
        for column in (*labels, *values):
            roles[column] = "remark" if column in labels else "condition"
        roles[best[0]], roles[best[1]] = "label", "value"
    return _mark_columns(seen, header, _class_words(page, seen, roles))


def _stated(seen: Evidence, column: int) -> bool:
    """Whether most cells of a column are statements, or too few rows are anything else."""
    return 2 * seen.statements[column] >= len(seen.cells[column])


_BESIDE = ("id", "priority", "background", "condition", "remark")
_BARE = re.compile(r"\s*[<>≤≥]?\s*[+-]?\d[\d.,\s]*\s*")


def _limit_columns(body: list[list[Block]], roles: Roles) -> Roles:
    """Two or three columns of bare numbers that never fall from left to right are the least, the usual, the most."""
    if "unit" not in roles.values() or any(r in ("min", "max", "plus", "minus", "tolerance", "should")
                                           for r in roles.values()):
        return roles
    cells: dict[int, list[Block]] = {}
    for row in body[:_SAMPLE]:
        for block in row if len(row) > 1 else ():
            if block.column is not None and re.search(r"\w", block.text):
                cells.setdefault(block.column, []).append(block)
    free = [c for c, bs in sorted(cells.items()) if roles.get(c) in (None, "condition", "remark", "value", "typ")
            and sum(bool(_BARE.fullmatch(b.text)) for b in bs) >= max(2, 0.6 * len(bs))]
    if len(free) not in (2, 3) or free[-1] - free[0] != len(free) - 1:
        return roles
    rising = pairs = 0
    for row in body[:_SAMPLE]:
        values = [_number(b.text) for b in row if b.column in free and _BARE.fullmatch(b.text)]
        pairs += len(values) > 1
        rising += len(values) > 1 and values == sorted(values)
    if pairs < 2 or rising < pairs:
        return roles
    names = ("min", "typ", "max") if len(free) == 3 else ("min", "max")
    return {**roles, **dict(zip(free, names, strict=True))}


def _number(text: str) -> float:
    digits = re.sub(r"[<>≤≥\s]", "", text).replace(",", ".")
    return float(digits) if re.fullmatch(r"[+-]?\d+(?:\.\d+)?", digits) else 0.0


def _of_statements(seen: Evidence, roles: Roles, told: int, named: dict[int, str]) -> Roles:
    kept = {c: r for c, r in roles.items() if r in _BESIDE}
    for column in seen.cells:
        kept.setdefault(column, named.get(column, "remark") if named.get(column) in _BESIDE else "remark")
    kept[told] = "statement"
    return kept


def _unit_column(seen: Evidence, roles: Roles) -> Roles:
    """A column that holds nothing but units, whatever its header says."""
    if "unit" in roles.values():
        return roles
    for column, blocks in seen.cells.items():
        if roles.get(column) in ("priority", "id"):
            continue
        texts = [b.text.strip() for b in blocks if re.search(r"[\w%°Ω℃]", b.text)]
        known = sum(bool(meanings(t)) for t in texts)
        if known >= 2 and known >= 0.7 * len(texts) and any(len(t) > 1 for t in texts):
            roles[column] = "unit"
            return roles
    return roles


_MARK = re.compile(r"\s*[xX✓✔●•■◆○◎☑☒]\s*")


def _mark_columns(seen: Evidence, header: list[list[Block]], roles: Roles) -> Roles:
    """Columns of crosses below `Must` and `Want`: the cross says the class of its row."""
    for row in header:
        for block in row:
            cells = seen.cells.get(block.column if block.column is not None else -1, [])
            if cells and block.column is not None and all(_MARK.fullmatch(b.text) for b in cells):
                said = "should" if header_role(block.text) == "should" else cell_priority(block.text, {})
                if said is not None:
                    roles[block.column] = f"mark_{said}"
    return roles


def _class_words(page: Page, seen: Evidence, roles: Roles) -> Roles:
    """A column of nothing but words such as `essential` and `desirable` is the priority."""
    if "priority" in roles.values():
        return roles
    for column, blocks in seen.cells.items():
        if roles.get(column) in ("label", "unit", "id", "statement", *_NUMBERS) or len(blocks) < 2:
            continue
        known = sum(len(b.text) <= _CLASS and not page.blocks[b.index] and cell_priority(b.text, {}) is not None
                    for b in blocks)
        if known >= 0.8 * len(blocks):
            roles[column] = "priority"
            return roles
    return roles
