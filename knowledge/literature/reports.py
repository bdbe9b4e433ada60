"""A user's document (PDF, DOCX, XLSX, …) as a work: runs of blocks of one page and section, tables with their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from knowledge.document import Block, Document
from knowledge.evidence import Source, SourceKind
from knowledge.literature.passages import LONGEST
from knowledge.literature.work import Cell, Piece, Work, status_from_title

_HEAD = 3_000
_DOI = re.compile(r"(?:doi\.org/|\bdoi:?\s*)(10\.\d{4,9}/[^\s\"<>,;]+)", re.IGNORECASE)
_PATENT = re.compile(
    r"\bUS\s?(\d{1,2},\d{3},\d{3}|\d{4}/\d{7})\b"
    r"|\b(EP|WO)\s?(\d{1,4}\s?\d{3}\s?\d{3}|\d{4}/\d{6})\s?[AB]\d\b"
)


def document_work(document: Document, sha: str) -> Work:
    """A document that has been read, as a work whose text is the document's own."""
    return Work(source=source_of(document, sha), text=document.text, pieces=tuple(_pieces(document)))


def _pieces(document: Document) -> Iterator[Piece]:
    """Runs of blocks that do not cross a section, a page, a sheet or the edge of a table."""
    run: list[Block] = []
    for block in document.blocks:
        if block.hidden or not block.text.strip():
            continue
        if run and (_group(run[0]) != _group(block) or block.end - run[0].start > LONGEST):
            yield _piece(run)
            run = []
        run.append(block)
    if run:
        yield _piece(run)


def _piece(run: list[Block]) -> Piece:
    first = run[0]
    cells = tuple(
        Cell(row=b.row, column=b.column or 0, start=b.start, end=b.end, row_span=b.row_span,
             column_span=b.column_span, header=b.header_row)
        for b in run if b.row is not None
    )
    kind = "table" if first.table is not None else "caption" if first.kind == "caption" else "text"
    return Piece(kind=kind, start=first.start, end=run[-1].end, place=_place(run), section=first.section, cells=cells)


def _group(block: Block) -> tuple[object, ...]:
    return block.page, block.sheet, block.part, block.section, block.table


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


def source_of(document: Document, sha: str) -> Source:
    """A user's document as a source: its title, and a DOI or patent number where its first page states just one."""
    head = document.text[:_HEAD]
    dois = {m.rstrip(".)") for m in _DOI.findall(head)}
    patents = {f"US {us}" if us else f"{office} {number}" for us, office, number in _PATENT.findall(head)}
    doi = dois.pop() if len(dois) == 1 else None
    patent = patents.pop() if len(patents) == 1 and doi is None else None
    kind: SourceKind = "paper" if doi else "patent" if patent else "report"
    heading = next((b.text.strip() for b in document.blocks if b.kind == "heading" and b.text.strip()), "")
    title = heading[:200] or Path(document.name).stem
    return Source(
        key=f"file:{sha[:12]}", kind=kind, title=title, doi=doi, patent=patent, status=status_from_title(title),
        seen="user file", seen_in=document.name,
    )
