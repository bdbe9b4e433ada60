"""A work as it is stored: its whole readable text, and the pieces of it (abstract, paragraphs, tables, claims)."""

from __future__ import annotations

import re
import unicodedata

from knowledge.evidence import PassageKind, Source, SourceStatus
from knowledge.frozen import Frozen, content_digest

TITLE_SIGNS: tuple[tuple[re.Pattern[str], SourceStatus], ...] = (
    (re.compile(r"^\W*(?:retracted(?: article)?|retraction)\s*[:\-]", re.IGNORECASE), "retracted"),
    (re.compile(r"^\W*expression of concern\s*[:\-]", re.IGNORECASE), "concern"),
)
_GARBLED = re.compile("[\u00c2\u00c3][\u00a1-\u00bf\u0080-\u009f]|\u00e2\u20ac.")  # UTF-8 read as Latin-1 or cp1252
_GARBLED_EVERY = 400  # characters; a stray pair may be meant
_SPACE = re.compile(r"\s+")


class Cell(Frozen):
    """One cell of a table: where it stands (0-based) and which characters of the work's text it is."""

    row: int
    column: int
    start: int
    end: int
    row_span: int = 1
    column_span: int = 1
    header: bool = False


class Piece(Frozen):
    """A slice of a work's text that is one thing: an abstract, a paragraph, a table, a caption, a claim."""

    kind: PassageKind
    start: int
    end: int
    place: str
    section: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()


class Flag(Frozen):
    """What a notice says of another work: its DOI and what has become of it."""

    doi: str
    status: SourceStatus
    note: str


class Work(Frozen):
    """A paper, patent or report with its text. Every piece is a slice of `text`, in order."""

    source: Source
    text: str
    pieces: tuple[Piece, ...]
    flags: tuple[Flag, ...] = ()

    @property
    def identity(self) -> str:
        """What makes it the same work: patent family, DOI, patent number, else its words."""
        s = self.source
        if s.family:
            return f"family:{s.family}"
        if s.doi:
            return f"doi:{s.doi.lower()}"
        if s.patent:
            return f"patent:{s.patent}"
        return f"text:{self.words_digest}"

    @property
    def words_digest(self) -> str:
        """Digest of the words alone, so that another layout of the same text is the same text."""
        return content_digest(_SPACE.sub(" ", unicodedata.normalize("NFKC", self.text)).strip().lower())[:32]

    @property
    def id(self) -> str:
        """Identity of this text of the work."""
        return content_digest([self.identity, self.text])[:32]


class WorkText:
    """Collects a work's text piece by piece, and keeps where each begins."""

    def __init__(self) -> None:
        self.text = ""
        self.pieces: list[Piece] = []
        self._parts: list[str] = []
        self._length = 0

    def add(self, kind: PassageKind, text: str, place: str, section: tuple[str, ...] = ()) -> None:
        """Append a paragraph; an empty one is left out."""
        if text := text.strip():
            start = self._append(text)
            self.pieces.append(Piece(kind=kind, start=start, end=start + len(text), place=place, section=section))

    def add_table(self, rows: list[list[tuple[str, int, int, int, bool]]], place: str,
                  section: tuple[str, ...] = ()) -> None:
        """Append a table; a row is a list of (text, column, row span, column span, whether it is a header)."""
        begin, cells, text = self._length, [], ""
        for number, row in enumerate(rows):
            for index, (words, column, row_span, column_span, header) in enumerate(row):
                text += " | " if index else ""
                start = begin + len(text)
                cells.append(Cell(row=number, column=column, start=start, end=start + len(words), row_span=row_span,
                                  column_span=column_span, header=header))
                text += words
            text += "\n" if number + 1 < len(rows) else ""
        if text.strip(" |\n"):
            self._append(text)
            self.pieces.append(Piece(kind="table", start=begin, end=begin + len(text), place=place, section=section,
                                     cells=tuple(cells)))

    def work(self, source: Source, flags: tuple[Flag, ...] = ()) -> Work:
        """The finished work."""
        return Work(source=source, text="".join(self._parts), pieces=tuple(self.pieces), flags=flags)

    def _append(self, text: str) -> int:
        start = self._length
        self._parts.append(text + "\n\n")
        self._length += len(text) + 2
        return start


def status_from_title(title: str) -> SourceStatus | None:
    """What publishers write before the title of a withdrawn paper."""
    return next((status for pattern, status in TITLE_SIGNS if pattern.search(title)), None)


def garbled(text: str) -> str | None:
    """An example of wrongly decoded characters where a text is full of them, so that it cannot be quoted."""
    found = _GARBLED.findall(text)
    return found[0] if len(found) >= 2 and len(found) * _GARBLED_EVERY >= len(text) else None
