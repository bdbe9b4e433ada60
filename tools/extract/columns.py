"""What each column of a table holds, by its header in any language, or by what stands in it."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from tools.extract.characters import normalise
from tools.extract.page import Page, metric_hits

Roles = dict[int, str]
_ID = re.compile(r"^(?:[A-Z]{0,4}[-.]?\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?\)?\.?)$")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    table: dict[str, str] = {}
    for role in ("remark", "should", "id", "condition", "label", "priority", "unit", "min", "typ", "max", "value"):
        for name in vocabulary.words()["columns"].get(role, []):
            if role == "value" and table.get(name.lower()) == "should":
                continue
            table[str(name).lower()] = role
    for name in vocabulary.words()["background_column"]:
        table.setdefault(str(name).lower(), "background")
    return table


def header_role(text: str) -> str | None:
    """The role a header cell names."""
    word = re.sub(r"\s+", " ", normalise(text)).strip().lower().rstrip(":")
    bare = re.sub(r"\s*[(\[].*?[)\]]\s*", "", word).strip()
    for candidate in (word, bare, bare.rstrip(".")):
        if candidate in _names():
            return _names()[candidate]
    for part in sorted(_names(), key=len, reverse=True):
        whole = len(part) > 3 and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", bare)
        if whole or (len(part) > 1 and not part[0].isascii() and part in bare):
            return _names()[part]
    return None


def split_header(rows: list[list[Block]]) -> tuple[list[list[Block]], list[list[Block]]]:
    """Header rows and body rows; a first row whose cells name roles is a header though nobody marked it."""
    marked = [r for r in rows if any(b.header_row for b in r)]
    if marked:
        return marked, [r for r in rows if r not in marked]
    for place, row in enumerate(rows[:4]):
        roles = [header_role(b.text) for b in row]
        if len(row) >= 2 and sum(r is not None for r in roles) >= max(2, len(row) - 1):
            return rows[:place + 1], rows[place + 1:]
    return [], rows


def column_roles(page: Page, header: list[list[Block]], body: list[list[Block]]) -> Roles:
    """Role by column: id, label, value, should, min, typ, max, unit, condition, priority, remark, background."""
    roles: Roles = {}
    for row in header:
        for block in row:
            role = header_role(block.text)
            if role and block.column is not None:
                roles[block.column] = role
    if any(r in ("value", "min", "typ", "max") for r in roles.values()):
        if "label" not in roles.values():
            _guess_label(page, body, roles)
        spare = "condition" if "condition" not in roles.values() else "remark"
        return {c: spare if r == "remark" else r for c, r in roles.items()}
    wish = next((c for c, r in roles.items() if r == "should"), None)
    if wish is not None:
        roles[wish] = "value"
        if "label" not in roles.values():
            _guess_label(page, body, roles)
        return roles
    return _guess(page, body, roles)


def _guess_label(page: Page, body: list[list[Block]], roles: Roles) -> None:
    scores: Counter[int] = Counter()
    for row in body:
        for block in row:
            if block.column is not None and block.column not in roles:
                scores[block.column] += len(metric_hits(page, block.start, block.end))
    if scores:
        roles[scores.most_common(1)[0][0]] = "label"


def _guess(page: Page, body: list[list[Block]], roles: Roles) -> Roles:
    columns = sorted({b.column for row in body for b in row if b.column is not None})
    cells = {c: [b for row in body for b in row if b.column == c] for c in columns}
    for column in columns:
        if column not in roles and all(_ID.match(b.text.strip()) for b in cells[column]) and len(cells[column]) > 1:
            roles[column] = "id"
    free = [c for c in columns if c not in roles]
    if "label" not in roles.values() and free:
        named = {c: sum(bool(metric_hits(page, b.start, b.end)) for b in cells[c]) for c in free}
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
