"""Works as passages for the store: every passage is an exact slice of its work's text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.evidence import Passage, PassageKind
from knowledge.frozen import content_digest
from knowledge.literature.words import is_cjk
from knowledge.literature.work import Piece, Work

LONGEST = 900   # characters; a few sentences, so that a quote stays close to its question
_SHORTEST = 25  # letters of running text; a lone page number or running head is no passage
_CJK_LETTERS = 3  # what a Chinese, Japanese or Korean character says, in letters
_SHORT = 300    # a paragraph below this joins the next one of its section
_BREAK = re.compile(r"(?<=[.!?。！？;])\s+|\n+")


def passages_of(work: Work) -> list[Passage]:
    """The passages of a work, in order; their ids come from the work and the place in it."""
    made, document = [], work.id
    for start, end, piece in _slices(work):
        text = work.text[start:end]
        begin = start + len(text) - len(text.lstrip())
        text = text.strip()
        if _says_something(text, piece.kind):
            made.append(Passage(
                id=content_digest([document, begin, text])[:32], text=text, source=work.source, place=piece.place,
                kind=piece.kind, document=document, start=begin, end=begin + len(text),
            ))
    return made


def _says_something(text: str, kind: PassageKind) -> bool:
    """Whether a piece is worth a passage; a short table, title or claim is one, as long as it holds a word."""
    if kind != "text":
        return any(c.isalpha() for c in text)
    return len(text) + (_CJK_LETTERS - 1) * sum(is_cjk(c) for c in text) >= _SHORTEST


def _slices(work: Work) -> Iterator[tuple[int, int, Piece]]:
    """Pieces, short neighbours joined and long ones cut; tables, captions and claims stay by themselves."""
    held: list[Piece] = []
    for piece in work.pieces:
        joins = held and piece.kind == "text" == held[-1].kind and piece.section == held[0].section and \
            held[-1].end - held[0].start < _SHORT and piece.end - held[0].start <= LONGEST and \
            held[0].place.partition(",")[0] == piece.place.partition(",")[0]
        if held and not joins:
            yield from _cut(work.text, held[0], held[-1].end)
            held = []
        held.append(piece)
    if held:
        yield from _cut(work.text, held[0], held[-1].end)


def _cut(text: str, piece: Piece, end: int) -> Iterator[tuple[int, int, Piece]]:
    """A slice of at most `LONGEST` characters at a time, cut after sentences or table rows where there are any."""
    start = piece.start
    while end - start > LONGEST:
        cuts = [m.end() for m in _BREAK.finditer(text, start, start + LONGEST)]
        cut = cuts[-1] if cuts and cuts[-1] > start else start + LONGEST
        yield start, cut, piece
        start = cut
    if start < end:
        yield start, end, piece
