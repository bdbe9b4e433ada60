"""From what a reader found to a `Document`: non-overlapping blocks that are slices of one text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from knowledge.document import Block, BlockKind, Document, Unread
from knowledge.documents.language import language_of
from knowledge.documents.limits import MAX_BLOCKS, MAX_NOTES

Media = Literal["pdf", "docx", "xlsx", "eml", "msg", "zip", "html", "markdown", "text"]


@dataclass(slots=True)
class Draft:
    """A block before its place in the document is fixed; `start` counts in the text of its own content."""

    kind: BlockKind
    text: str
    start: int = -1
    page: int | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    part: str | None = None
    section: tuple[str, ...] = ()
    table: int | None = None
    row: int | None = None
    column: int | None = None
    row_span: int = 1
    column_span: int = 1
    header_row: bool = False
    hidden: bool = False
    glue: str = "\n"          # what stands between it and the draft before, where drafts are stacked


@dataclass(slots=True)
class Content:
    """What a reader made of one file or one part: its text and the drafts, each a slice of that text."""

    media: Media
    text: str
    drafts: list[Draft]
    unread: list[Unread] = field(default_factory=list)
    pages: int | None = None


class Sections:
    """The path of headings above a block; a heading closes all of its own level and below."""

    def __init__(self) -> None:
        self._stack: list[tuple[int, str]] = []

    @property
    def path(self) -> tuple[str, ...]:
        """Headings above, outermost first."""
        return tuple(title for _, title in self._stack)

    def enter(self, level: int, title: str) -> tuple[str, ...]:
        """Open a heading of `level` (1 is outermost); returns the path above it."""
        while self._stack and self._stack[-1][0] >= level:
            self._stack.pop()
        above = self.path
        self._stack.append((level, " ".join(title.split())))
        return above


def cell_name(table: int, row: int, column: int) -> str:
    """The 1-based name of a table cell, `T2R3C1`, from 0-based places."""
    return f"T{table + 1}R{row + 1}C{column + 1}"


def stack(media: Media, drafts: Iterable[Draft], unread: list[Unread] | None = None,
          pages: int | None = None) -> Content:
    """Content whose text is the draft texts joined by their glue; empty drafts fall away, running numbers are lines."""
    kept: list[Draft] = []
    texts: list[str] = []
    position = 0
    for draft in drafts:
        if not draft.text.strip():
            continue
        draft.text = draft.text.strip()
        texts += [draft.glue if kept else "", draft.text]
        draft.start = position + len(texts[-2])
        position = draft.start + len(draft.text)
        kept.append(draft)
        draft.line = len(kept)
    return Content(media, "".join(texts), kept, unread or [], pages)


def chain(media: Media, parts: Iterable[Content]) -> Content:
    """Several contents one after another, joined by newlines, with table numbers made distinct."""
    whole = Content(media, "", [])
    tables = 0
    texts: list[str] = []
    position = 0
    for part in parts:
        highest = -1
        for draft in part.drafts:
            moved = replace(draft, start=draft.start + position)
            if moved.table is not None:
                highest = max(highest, moved.table)
                moved.table += tables
                if moved.sheet is None and moved.row is not None and moved.column is not None:
                    moved.cell = cell_name(moved.table, moved.row, moved.column)
            whole.drafts.append(moved)
        tables += highest + 1
        texts.append(part.text)
        position += len(part.text) + 1
        whole.unread.extend(part.unread)
        if part.pages is not None:
            whole.pages = (whole.pages or 0) + part.pages
    whole.text = "\n".join(texts)
    return whole


def finish(name: str, data: bytes, content: Content) -> Document:
    """The document: blocks in text order, numbered, checked to be slices that do not overlap.

    Raises ValueError when a reader broke that promise.
    """
    drafts = sorted(content.drafts, key=lambda d: d.start)
    unread = _summed(content.unread)
    if len(drafts) > MAX_BLOCKS:
        first = drafts[MAX_BLOCKS]
        unread.append(Unread(place=_place(first), reason=f"the document has {len(drafts):,} blocks and the first "
                             f"{MAX_BLOCKS:,} were read; send the specification without its data tables"))
        drafts = drafts[:MAX_BLOCKS]
    blocks = []
    position = 0
    for index, draft in enumerate(drafts):
        end = draft.start + len(draft.text)
        if draft.start < position or content.text[draft.start:end] != draft.text:
            raise ValueError(f"block {index} of {name} is no slice of the text: {draft.text[:60]!r}")
        position = end
        blocks.append(Block(
            index=index, kind=draft.kind, text=draft.text, start=draft.start, end=end, page=draft.page,
            sheet=draft.sheet, cell=draft.cell, line=draft.line, part=draft.part, section=draft.section,
            table=draft.table, row=draft.row, column=draft.column, row_span=draft.row_span,
            column_span=draft.column_span, header_row=draft.header_row, hidden=draft.hidden))
    return Document(name=name, sha256=hashlib.sha256(data).hexdigest(), media=content.media, text=content.text,
                    blocks=tuple(blocks), language=language_of(content.text), pages=content.pages,
                    unread=tuple(unread))


def _place(draft: Draft) -> str:
    if draft.sheet:
        return f"{draft.sheet}!{draft.cell} and after"
    if draft.page:
        return f"page {draft.page} and after"
    return f"line {draft.line} and after" if draft.line else "the rest of the document"


def _summed(notes: list[Unread]) -> list[Unread]:
    """At most MAX_NOTES notes; the others as one that gives their number."""
    if len(notes) <= MAX_NOTES:
        return list(notes)
    rest = len(notes) - MAX_NOTES
    return [*notes[:MAX_NOTES], Unread(place=f"{rest} more places", reason=notes[MAX_NOTES].reason)]
