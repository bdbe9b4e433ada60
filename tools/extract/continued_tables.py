"""Tables without a header whose running numbers go on from table to table: one table with titles between its parts."""

from __future__ import annotations

import re

from knowledge.document import Block

Rows = list[list[Block]]
_NUMBER = re.compile(r"(\d{1,3})[.):]?")


def continued(tables: list[tuple[Rows, Rows]]) -> list[Rows]:
    """For each (header, body) the rows that tell what its columns hold: its own, or those of all parts of one list."""
    found: list[Rows] = []
    group: Rows = []
    last: int | None = None
    for header, body in tables:
        first, end = (_number(body[0]), _number(body[-1])) if body and not header else (None, None)
        if first is None or last is None or first != last + 1:
            group = []
        group += body                                      # the same list for every part, so all see all rows
        last = end
        found.append(group if first is not None else body)
    return found


def _number(row: list[Block]) -> int | None:
    match = _NUMBER.fullmatch(row[0].text.strip()) if len(row) > 1 else None
    return int(match.group(1)) if match else None
