"""Lines of one column to headings, paragraphs and list items."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.document import BlockKind
from knowledge.documents.lines import NUMBERING, list_marker, title_like
from knowledge.documents.pdf_words import TextLine, Word, join_lines

_CAPTION = re.compile(r"(?:Table|Tab\.|Tabelle|Tableau|Figure|Fig\.|Abb\.|Abbildung|Bild|表|图|図|그림|표)\s*\d+", re.I)


@dataclass(slots=True)
class Passage:
    """A block of running text with the words that it is made of."""

    kind: BlockKind
    text: str
    words: list[Word]
    top: float
    level: int = 0   # of a heading; 1 is outermost


@dataclass(slots=True)
class TypeSizes:
    """Type sizes of the document in points: of most of the text, and the larger ones from the largest down."""

    body: float
    larger: list[float]

    @classmethod
    def of(cls, words: Sequence[Word]) -> TypeSizes:
        """Sizes weighted by characters."""
        counts: dict[float, int] = {}
        for word in words:
            size = round(2 * word.size) / 2
            counts[size] = counts.get(size, 0) + len(word.text)
        body = max(counts, key=lambda s: (counts[s], -s), default=10.0)
        return cls(body, sorted((s for s in counts if s >= 1.1 * body), reverse=True))


def passages(lines: Sequence[TextLine], sizes: TypeSizes, known: frozenset[str]) -> list[Passage]:
    """Headings, list items and paragraphs of consecutive lines."""
    found: list[Passage] = []
    group: list[TextLine] = []
    width = max((line.x1 for line in lines), default=0.0)
    leading = _leading(lines)
    for line in lines:
        if group and not _goes_on(group, line, leading, width):
            found.append(_passage(group, sizes, known))
            group = []
        group.append(line)
    if group:
        found.append(_passage(group, sizes, known))
    return found


def _leading(lines: Sequence[TextLine]) -> float:
    """The usual distance of two lines in a paragraph, in type sizes."""
    pitches = [(b.top - a.top) / max(a.size, 1) for a, b in zip(lines, lines[1:], strict=False)]
    close = [p for p in pitches if 0.7 < p < 2.2]
    return min(max(statistics.quantiles(close, n=4)[0] if len(close) > 1 else 1.35, 1.0), 1.8)


def _goes_on(group: Sequence[TextLine], line: TextLine, leading: float, width: float) -> bool:
    above = group[-1]
    pitch = (line.top - above.top) / max(above.size, 1)
    if pitch > 1.22 * leading + 0.12 or pitch < 0:
        return False
    if abs(line.size - above.size) > 0.12 * above.size or (line.bold != above.bold and _ends(above, line, width)):
        return False
    mark = list_marker(line.text)
    if mark and (not mark[1] or line.x0 <= group[0].x0 + 1 or list_marker(group[0].text)):
        return not mark[1] and _reads_as_sign(above, line)
    if list_marker(group[0].text) and line.x0 < group[0].x0 - 3:
        return False
    if NUMBERING.match(line.text) and _ends(above, line, width) and line.x0 <= group[0].x0 + 1:
        return False
    # An outdented or indented line after a short, finished one opens a new paragraph.
    return not (line.x0 > group[0].x0 + above.size and len(group) > 1 and above.x1 < 0.85 * width
                and above.text[-1:] in ".:;")


def _reads_as_sign(above: TextLine, line: TextLine) -> bool:
    """A wrapped sentence may put a minus first: "… down to / - 20 °C"."""
    return bool(re.match(r"[-–]\s*\d", line.text)) and above.text[-1:] not in ".:;" and \
        not list_marker(above.text) and abs(line.x0 - above.x0) < 1


def _ends(above: TextLine, line: TextLine, width: float) -> bool:
    """The first word of `line` had room on the line above, or the sentence is finished."""
    room = width - above.x1
    return above.text[-1:] in ".:;!?" or room > line.words[0].x1 - line.words[0].x0 + above.size


def _passage(group: Sequence[TextLine], sizes: TypeSizes, known: frozenset[str]) -> Passage:
    words = [w for line in group for w in line.words]
    text = join_lines([line.text for line in group], known)
    level = _heading_level(group, text, sizes)
    if level:
        return Passage("heading", text, words, group[0].top, level)
    if _CAPTION.match(text) and len(group) <= 3:
        return Passage("caption", text, words, group[0].top)
    mark = list_marker(text)
    if mark:
        return Passage("list_item", text if mark[1] else text[mark[0]:], words, group[0].top)
    return Passage("paragraph", text, words, group[0].top)


def _heading_level(group: Sequence[TextLine], text: str, sizes: TypeSizes) -> int:
    """0 for no heading; numbered ones by their depth, others by type size."""
    if len(group) > 3 or len(text.split()) > 18 or text[-1:] in ".;:,。；" or not any(ch.isalpha() for ch in text):
        return 0
    size = round(2 * group[0].size) / 2
    larger = size >= 1.1 * sizes.body
    bold = all(line.bold for line in group)
    numbered = NUMBERING.match(text)
    # In the type of the text, "3 Title" and "3.1 Title" are headings and "3. Title" is an item of a list.
    plain = numbered and len(group) == 1 and title_like(text[numbered.end():]) and \
        not re.match(r"\s*\w+\.\s", text)
    if numbered and (larger or bold or plain):
        return 2 + numbered.group(1).count(".")
    if larger:
        return 1 + sum(s > size for s in sizes.larger[:6])
    return 8 if bold and title_like(text) else 0
