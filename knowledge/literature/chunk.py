"""A document as passages: whole blocks of one section and page, every passage an exact slice of the document's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.document import Block, Document
from knowledge.evidence import Passage, Source
from knowledge.frozen import content_digest

LONGEST = 900   # characters; a few sentences, so that a quote stays close to its question
_SHORTEST = 25  # a lone page number or running head is no passage
_BREAK = re.compile(r"(?<=[.!?。！？])\s+|\n+")


@dataclass(frozen=True)
class Chunk:
    """A slice of a document with its place in words."""

    start: int
    end: int
    place: str


def chunks(document: Document) -> Iterator[Chunk]:
    """Slices of at most `LONGEST` characters that do not cross a section, a page, a sheet or the edge of a table."""
    run: list[Block] = []
    for block in document.blocks:
        if block.hidden or not block.text.strip():
            continue
        if run and (_group(run[0]) != _group(block) or block.end - run[0].start > LONGEST):
            yield from _split(document, run)
            run = []
        run.append(block)
    if run:
        yield from _split(document, run)


def _group(block: Block) -> tuple[object, ...]:
    return block.page, block.sheet, block.part, block.section, block.table


def _split(document: Document, run: list[Block]) -> Iterator[Chunk]:
    """The run as one chunk, or cut after sentences where a single block is longer than a passage may be."""
    start, end, place = run[0].start, run[-1].end, _place(run)
    while end - start > LONGEST:
        cuts = [m.end() for m in _BREAK.finditer(document.text, start, start + LONGEST)]
        cut = cuts[-1] if cuts and cuts[-1] > start else start + LONGEST
        yield Chunk(start, cut, place)
        start = cut
    if start < end:
        yield Chunk(start, end, place)


def _place(run: list[Block]) -> str:
    first = run[0]
    words = [
        f"p. {first.page}" if first.page is not None else "",
        f"sheet '{first.sheet}' {first.cell or ''}".strip() if first.sheet is not None else "",
        f"section '{first.section[-1][:80]}'" if first.section else "",
        f"table {first.table + 1}" if first.table is not None and first.sheet is None else "",
    ]
    if first.page is None and first.sheet is None and first.line is not None:
        words.append(f"line {first.line}")
    return ", ".join(w for w in words if w) or "document"


def document_passages(document: Document, source: Source) -> list[Passage]:
    """The passages of a document; each text is `document.text[start:end]` without the white space at its ends."""
    made = []
    for chunk in chunks(document):
        text = document.text[chunk.start : chunk.end].strip()
        if len(text) >= _SHORTEST:
            identity = content_digest([document.sha256, chunk.start, text])[:32]
            made.append(Passage(id=identity, text=text, source=source, place=chunk.place))
    return made
