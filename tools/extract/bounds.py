"""How much of a document is looked at for requirements; what lies beyond is told as unread, never passed over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from knowledge.document import Block, Document, Unread

MAX_TABLE_ROWS = 2_000     # rows of one table; a longer one is a table of data
MAX_TABLE_COLUMNS = 120    # columns of one table, from its first
MAX_CELLS = 20_000         # cells of all tables
MAX_CHARS = 1_200_000      # characters outside of tables: some 400 pages
MAX_NUMBERS = 30_000       # numbers outside of tables
_LONG = 4_000              # characters of a block that is looked at in part where a bound lies in it
_MAX_NOTES = 40            # tables that are named one by one
_NUMBER = re.compile(r"\d+")


@dataclass
class _Skipped:
    """What of one table was left out."""

    first: Block
    cells: int = 0
    rows: bool = False


def within_bounds(document: Document) -> Document:
    """The document without what lies beyond the bounds, and with a note of it in `unread`.

    The text stays whole, so that every quote keeps its place.
    """
    rows: dict[int, dict[int, int]] = {}
    left: dict[int, int] = {}
    skipped: dict[int, _Skipped] = {}
    kept: list[Block] = []
    cells = chars = numbers = lost = 0
    first_lost: Block | None = None
    for block in document.blocks:
        if block.table is None or block.row is None:
            part = None if first_lost else _within(block, MAX_CHARS - chars, MAX_NUMBERS - numbers)
            if part is not None:
                kept.append(part)
            if part is block:
                chars += block.end - block.start
                numbers += sum(1 for _ in _NUMBER.finditer(block.text))
            else:
                lost += 1
                first_lost = first_lost or block
            continue
        known = rows.setdefault(block.table, {})
        place = known.setdefault(block.row, len(known))
        column = block.column or 0
        edge = left[block.table] = min(left.get(block.table, column), column)
        narrow, short = column - edge < MAX_TABLE_COLUMNS, place < MAX_TABLE_ROWS
        if narrow and short and cells < MAX_CELLS:
            cells += 1
            kept.append(block)
            continue
        note = skipped.setdefault(block.table, _Skipped(block))
        note.cells += 1
        note.rows = note.rows or narrow
    if not skipped and first_lost is None:
        return document
    found = [_note(n) for n in list(skipped.values())[:_MAX_NOTES]]
    if more := list(skipped.values())[_MAX_NOTES:]:
        found.append(Unread(place="further tables", reason=f"{sum(n.cells for n in more):,} cells of {len(more):,} "
                            "tables were not looked at for requirements"))
    if first_lost is not None:
        found.append(Unread(place=_place(first_lost) + " and after", reason=f"{lost:,} blocks of text beyond "
                            f"{MAX_CHARS:,} characters or {MAX_NUMBERS:,} numbers were not, or only in part, looked at "
                            "for requirements; send the specification by itself"))
    blocks = tuple(b.model_copy(update={"index": k}) for k, b in enumerate(kept))
    return document.model_copy(update={"blocks": blocks, "unread": (*document.unread, *found)})


def _within(block: Block, chars: int, numbers: int) -> Block | None:
    """A block as far as so many characters and numbers; of a short one all or nothing."""
    size = block.end - block.start
    beyond = next(islice(_NUMBER.finditer(block.text), max(0, numbers), None), None)
    edge = min(chars, beyond.start() if beyond else size)
    if edge >= size:
        return block
    cut = len(block.text[:edge].rstrip()) if size > _LONG and edge > 0 else 0
    space = block.text.rfind(" ", 0, cut)
    text = block.text[:space if space > cut // 2 else cut].rstrip()
    return block.model_copy(update={"text": text, "end": block.start + len(text)}) if text else None


def _note(skipped: _Skipped) -> Unread:
    what = "from here on" if skipped.rows else "in the columns from here on"
    return Unread(place=_place(skipped.first), reason=f"{skipped.cells:,} cells {what} were not looked at for "
                  f"requirements: a table of data (more than {MAX_TABLE_ROWS:,} rows, {MAX_TABLE_COLUMNS} columns or "
                  f"{MAX_CELLS:,} cells in all); send the specification without its data")


def _place(block: Block) -> str:
    if block.sheet is not None:
        return f"sheet {block.sheet}, {block.cell}"
    return f"page {block.page}" if block.page is not None else f"line {block.line}" if block.line else f"{block.cell}"
