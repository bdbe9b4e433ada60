"""What each column of a table holds, by its header in any language, or by what stands in it."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from knowledge.units import meanings
from tools.extract.characters import normalise
from tools.extract.owners import by_owner, targets
from tools.extract.page import Page, metric_hits
from tools.extract.priorities import is_code

Roles = dict[int, str]
_ID = re.compile(r"^(?:[A-Z]{0,4}[-.]?\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?\)?\.?)$")


_ROLES = ("remark", "should", "id", "condition", "label", "priority", "unit", "plus", "minus", "tolerance", "min",
          "typ", "max", "value")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    table: dict[str, str] = {}
    for role in _ROLES:
        for name in vocabulary.words()["columns"].get(role, []):
            if role == "value" and table.get(name.lower()) == "should":
                continue
            table[str(name).lower()] = role
    for name in vocabulary.words()["background_column"]:
        table.setdefault(str(name).lower(), "background")
    return table


@lru_cache(maxsize=1)
def _parts() -> list[tuple[re.Pattern[str] | None, str, str]]:
    """(whole-word pattern or None, name, role) of every column name, the longest first."""
    names = sorted(_names(), key=len, reverse=True)
    return [(re.compile(rf"(?<!\w){re.escape(n)}(?!\w)") if len(n) > 3 else None, n, _names()[n]) for n in names]


@lru_cache(maxsize=4096)
def header_role(text: str) -> str | None:
    """The role a header cell names."""
    word = re.sub(r"\s+", " ", normalise(text)).strip().lower().rstrip(":")
    bare = re.sub(r"\s*[(\[].*?[)\]]\s*", "", word).strip()
    for candidate in (word, bare, bare.rstrip(".")):
        if candidate in _names():
            return _names()[candidate]
    for pattern, part, role in _parts():
        if part in bare and (pattern is not None and pattern.search(bare) or len(part) > 1 and not part[0].isascii()):
            return role
    return None


def split_header(rows: list[list[Block]]) -> tuple[list[list[Block]], list[list[Block]]]:
    """Header rows and body rows; a first row whose cells name roles is a header though nobody marked it."""
    marked = [r for r in rows if any(b.header_row for b in r) and not _valued(r)]
    if marked:
        return marked, [r for r in rows if r not in marked]
    for place, row in enumerate(rows[:4]):
        roles = [header_role(b.text) for b in row]
        known = sum(r is not None for r in roles)
        plain = len(row) > 3 and not any(re.search(r"\d", b.text) or len(b.text) > 30 for b in row)
        if len(row) >= 2 and not _valued(row) and (known >= max(2, len(row) - 1) or plain and 2 * known >= len(row)):
            return rows[:place + 1], rows[place + 1:]
    return [], rows


_VALUE = re.compile(r"\d\s?(?:[%°℃Ω]|[A-Za-zΩμ]{1,3}(?![A-Za-z]))")


def _valued(row: list[Block]) -> bool:
    """A row that begins with its number and holds a value with its unit: no header, whatever it looks like."""
    first = row[0].text.strip()
    return bool(_ID.match(first) and re.search(r"\d", first)) and any(_VALUE.search(b.text) for b in row[1:]) or (
        bool(_ID.match(first) and re.search(r"\d", first)) and len(row) > 1 and not any(
            header_role(b.text) for b in row))


def named_in(page: Page, block: Block) -> int:
    """How many metrics a cell names; the units of its numbers (`20 000 cycles`) name none."""
    numbered = [q for q in page.blocks[block.index] if q.units]
    return sum(not any(h.start < q.end and h.end > q.start for q in numbered)
               for h in metric_hits(page, block.start, block.end))


def column_roles(page: Page, header: list[list[Block]], body: list[list[Block]]) -> Roles:
    """Role by column: id, label, value, should, min, typ, max, plus, minus, tolerance, unit, condition, priority …"""
    roles: Roles = {}
    for row in header:
        for block in row:
            role = header_role(block.text)
            if role and block.column is not None:
                roles[block.column] = role
    _class_column(page, body, roles)
    roles = targets(header, by_owner(header, body, roles))
    labels = [c for c, r in sorted(roles.items()) if r == "label"]
    if len(labels) == 2 and not any(r in ("value", "min", "typ", "max", "should") for r in roles.values()):
        roles[labels[1]] = "value"
    for column in [c for c, r in roles.items() if r == "unit" and "label" not in roles.values()]:
        if not any(meanings(b.text.strip()) for row in body for b in row if b.column == column):
            roles[column] = "label"                         # `Dimension` heads lengths as often as units
    deviated = [c for c, r in roles.items() if r in ("plus", "minus", "tolerance")]
    if deviated and not any(r in ("value", "typ") for r in roles.values()) and min(deviated) - 1 not in roles:
        roles[min(deviated) - 1] = "value"                  # the nominal size stands before its deviations
    _label_column(page, body, roles)
    if any(r in ("value", "min", "typ", "max") for r in roles.values()):
        _id_columns(body, roles)
        if "label" not in roles.values():
            _guess_label(page, body, roles)
        spare = "condition" if "condition" not in roles.values() else "remark"
        return {c: spare if r == "remark" else r for c, r in roles.items()}
    free = [c for c, r in roles.items() if r in ("remark", "condition")]
    if len(free) == 1 and "label" in roles.values() and "should" not in roles.values() and not any(
            b.column not in roles for row in body for b in row):
        roles[free[0]] = "value"                           # `Item | Remark` and no other column
        return roles
    wish = next((c for c, r in roles.items() if r == "should"), None)
    if wish is not None and (must := _beside_wish(page, body, roles, wish)) is not None:
        roles[must] = "value"
        if "label" not in roles.values():
            _guess_label(page, body, roles)
        return roles
    if wish is not None:
        roles[wish] = "value"
        if "label" not in roles.values():
            _guess_label(page, body, roles)
        return roles
    return _guess(page, body, roles)


def _beside_wish(page: Page, body: list[list[Block]], roles: Roles, wish: int) -> int | None:
    """The column of demands beside a column of wishes, whatever it is called: it has numbers where that has some."""
    rows = [{b.column: bool(page.blocks[b.index]) for b in row} for row in body]
    wished = [r for r in rows if r.get(wish)]
    free = {b.column for row in body for b in row
            if b.column is not None and roles.get(b.column, "priority") == "priority"}
    counts = {c: sum(bool(r.get(c)) for r in wished) for c in sorted(free)}
    best = max(counts, key=lambda c: (counts[c], -abs(c - wish)), default=None)
    return best if best is not None and wished and counts[best] >= 0.7 * len(wished) else None


def _label_column(page: Page, body: list[list[Block]], roles: Roles) -> None:
    """A column headed like values or groups that holds the names of metrics and no numbers is the label."""
    cells: dict[int, list[Block]] = {}
    for row in body:
        for block in row:
            if block.column is not None and block.text.strip():
                cells.setdefault(block.column, []).append(block)
    named = {c: sum(bool(named_in(page, b)) for b in bs[:60]) / len(bs[:60]) for c, bs in cells.items()}
    plain = {c: sum(bool(re.fullmatch(r"[\d.,±~<>≤≥ +-]+", b.text)) for b in bs[:60]) for c, bs in cells.items()}
    now = next((c for c, r in sorted(roles.items()) if r == "label"), None)
    best = max(named, key=lambda c: (named[c], -c), default=None)
    if best is None or best == now or named[best] < 0.6 or plain[best] or roles.get(best) not in (
            "value", "priority", None):
        return
    if now is None or named.get(now, 0.0) < 0.2:
        others = [c for c, r in roles.items() if r in ("min", "max", "typ") or r == "value" and c != best]
        if others or roles.get(best) is None:
            if now is not None:
                roles[now] = "remark"
            roles[best] = "label"


def _class_column(page: Page, body: list[list[Block]], roles: Roles) -> None:
    """A column that holds nothing but classes of the legend is the priority, whatever its header says."""
    cells: dict[int, list[str]] = {}
    for row in body:
        for block in row:
            if block.column is not None and block.text.strip():
                cells.setdefault(block.column, []).append(normalise(block.text))
    for column, texts in cells.items():
        known = sum(is_code(t, page.codes) for t in texts)
        if known and all(is_code(t, page.codes) or t.strip() in ("-", "–") for t in texts):
            for other in [c for c, r in roles.items() if r == "priority"]:
                del roles[other]
            roles[column] = "priority"
            return


def _guess_label(page: Page, body: list[list[Block]], roles: Roles) -> None:
    scores: Counter[int] = Counter()
    for row in body:
        for block in row:
            if block.column is not None and block.column not in roles:
                scores[block.column] += named_in(page, block)
    if scores:
        roles[scores.most_common(1)[0][0]] = "label"


def _id_columns(body: list[list[Block]], roles: Roles) -> None:
    """Columns without a role that hold nothing but running numbers and such names."""
    cells: dict[int, list[str]] = {}
    for row in body:
        for block in row:
            if block.column is not None and block.column not in roles:
                cells.setdefault(block.column, []).append(block.text.strip())
    for column, texts in cells.items():
        if len(texts) > 1 and all(map(_ID.match, texts)):
            roles[column] = "id"


def _guess(page: Page, body: list[list[Block]], roles: Roles) -> Roles:
    _id_columns(body, roles)
    columns = sorted({b.column for row in body for b in row if b.column is not None})
    cells = {c: [b for row in body for b in row if b.column == c] for c in columns}
    free = [c for c in columns if c not in roles]
    if "label" not in roles.values() and free:
        named = {c: sum(bool(named_in(page, b)) for b in cells[c]) for c in free}
        label = max(free, key=lambda c: (named[c], -c))
        roles[label] = "label"
        free.remove(label)
    place = next((c for c, r in roles.items() if r == "label"), -1)
    after = [c for c in free if c > place] or free
    counts = {c: sum(any(q.units for q in page.blocks[b.index]) for b in cells[c]) for c in after}
    if after:
        value = max(after, key=lambda c: (counts[c] > 0, -c))
        roles[value] = "value"
        for column in after:
            roles.setdefault(column, "condition")
    return roles


def variants(
    page: Page, header: list[list[Block]], body: list[list[Block]], roles: Roles
) -> tuple[dict[int, str], list[list[Block]]]:
    """Value columns of several variants: column → the variant's name, and the rows without their line of names.

    A column without a role beside a value column is a variant where it holds numbers in the rows in which that does.
    """
    main = next((c for c, r in sorted(roles.items()) if r == "value"), None)
    if main is None or not body:
        return {}, body
    names = _names_row(body[0], roles)
    rows = body[1:] if names else body
    spanned = {c for row in header for b in row if b.column is not None and roles.get(b.column) == "value"
               for c in range(b.column, b.column + b.column_span)}
    filled = [{b.column: _dimensions(page, b) for b in row} for row in rows]
    with_main = [r for r in filled if r.get(main)]
    columns = {b.column for row in rows for b in row if b.column is not None}
    for column in sorted(columns):
        if roles.get(column, "condition") not in ("condition", "value") or column < main:
            continue
        headed = any(b.column == column and header_role(b.text) == "condition" for row in header for b in row)
        alike = sum(bool(r.get(column) and r[column] & r[main]) for r in with_main) >= max(2, 0.6 * len(with_main))
        if column in spanned or (alike and not headed and (column in names or _named(header, column))):
            roles[column] = "value"
    values = [c for c, r in sorted(roles.items()) if r == "value"]
    if len(values) < 2:
        return {}, body
    options = {c: names.get(c) or _named(header, c) for c in values}
    return {c: name for c, name in options.items() if name}, rows


def _dimensions(page: Page, block: Block) -> set[str]:
    """What the numbers of a cell measure; a bare number (`number`) may be anything's."""
    return {d for q in page.blocks[block.index] for d in (q.dimensions if q.units else ("number",))}


def _names_row(row: list[Block], roles: Roles) -> dict[int, str]:
    """The names of a first row that stands only above value columns."""
    cells = {b.column: " ".join(b.text.split()) for b in row if b.column is not None and b.text.strip()}
    if len(cells) < 2 or any(roles.get(c) in ("label", "id", "unit") for c in cells):
        return {}
    return {c: t for c, t in cells.items() if len(t) <= 24} if len(set(cells.values())) == len(cells) else {}


def _named(header: list[list[Block]], column: int) -> str:
    """The lowest header cell above a column that is no role's name."""
    for row in reversed(header):
        for block in row:
            if block.column == column and block.text.strip() and header_role(block.text) is None:
                return " ".join(block.text.split())[:40]
    return ""
