"""Words and lines of a PDF page, with what is not meant to be seen told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.documents.script_digits import raised

_BOLD = re.compile(r"bold|black|heavy|semibd|demi|-bd\b", re.IGNORECASE)
_MIN_SIZE = 3.0  # points; smaller type is not read by people


@dataclass(slots=True, eq=False)
class Word:
    """One word with its box in points from the top left; compared by identity."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    hidden: bool = False
    upright: bool = True

    @property
    def x(self) -> float:
        """Middle of the box."""
        return 0.5 * (self.x0 + self.x1)

    @property
    def y(self) -> float:
        """Middle of the box."""
        return 0.5 * (self.top + self.bottom)


@dataclass(slots=True)
class TextLine:
    """Words on one baseline, left to right."""

    words: list[Word] = field(default_factory=list)

    @property
    def top(self) -> float:
        """Upper edge."""
        return min(w.top for w in self.words)

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return max(w.bottom for w in self.words)

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right edge."""
        return max(w.x1 for w in self.words)

    @property
    def size(self) -> float:
        """Type size of most of the line, in points."""
        sizes = sorted(w.size for w in self.words for _ in w.text)
        return sizes[len(sizes) // 2]

    @property
    def bold(self) -> bool:
        """Every word is bold."""
        return all(w.bold for w in self.words)

    @property
    def text(self) -> str:
        """Words with spaces between, none between East Asian characters that touch."""
        return join_words(self.words)


def words_of(page: Any) -> list[Word]:
    """All words of a pdfplumber page in its order; a word is split where a space or a clear gap is."""
    page_chars = page.chars
    if _doubled(page_chars):
        page = page.dedupe_chars()
    fills = [(r["x0"], r["top"], r["x1"], r["bottom"]) for r in page.rects
             if r.get("fill") and not _white(r.get("non_stroking_color"))]
    words = []
    for raw in page.extract_words(x_tolerance_ratio=0.15, y_tolerance_ratio=0.35, return_chars=True):
        chars = raw["chars"]
        size = max(c["size"] for c in chars)
        word = Word(_with_exponents(raw["text"], chars, size), raw["x0"], raw["x1"], raw["top"], raw["bottom"], size,
                    sum(bool(_BOLD.search(c["fontname"] or "")) for c in chars) > 0.5 * len(chars),
                    upright=bool(raw["upright"]))
        outside = word.x < 0 or word.y < 0 or word.x > page.width or word.y > page.height
        white = all(_white(c.get("non_stroking_color")) for c in chars) and not any(
            x0 <= word.x <= x1 and top <= word.y <= bottom for x0, top, x1, bottom in fills)
        word.hidden = outside or white or size < _MIN_SIZE
        words.append(word)
    return words


def _with_exponents(text: str, chars: Sequence[dict[str, Any]], size: float) -> str:
    """Small raised digits as superscript characters, so that 10 to the 3rd does not read as 103."""
    small = [c["size"] < 0.82 * size for c in chars]
    if not any(small) or len(text) != len(chars):
        return text
    base = max(c["bottom"] for c, s in zip(chars, small, strict=True) if not s)
    return "".join(raised(ch) if s and c["bottom"] < base - 0.12 * size else ch
                   for ch, c, s in zip(text, chars, small, strict=True))


def _white(colour: Any) -> bool:
    if colour is None:
        return False
    parts = [colour] if isinstance(colour, int | float) else list(colour)
    if not parts or not all(isinstance(p, int | float) for p in parts):
        return False
    return all(p < 0.02 for p in parts) if len(parts) == 4 else all(p > 0.98 for p in parts)


def _doubled(chars: Sequence[dict[str, Any]]) -> bool:
    """Type set twice with a small shift to look bold."""
    places = {(c["text"], round(c["x0"]), round(c["top"])) for c in chars}
    return len(chars) > 20 and len(places) < 0.9 * len(chars)


def lines_of(words: Iterable[Word]) -> list[TextLine]:
    """Words grouped by overlapping height, top to bottom."""
    lines: list[TextLine] = []
    bounds: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda w: (w.y, w.x0)):
        best = -1
        for k in range(len(lines) - 1, max(len(lines) - 4, -1), -1):
            top, bottom = bounds[k]
            overlap = min(bottom, word.bottom) - max(top, word.top)
            if overlap > 0.5 * min(bottom - top, word.bottom - word.top):
                best = k
                break
        if best < 0:
            lines.append(TextLine([word]))
            bounds.append((word.top, word.bottom))
        else:
            lines[best].words.append(word)
    for line in lines:
        line.words.sort(key=lambda w: w.x0)
    return sorted(lines, key=lambda line: line.top)


def segments(line: TextLine, gap_em: float = 0.75) -> list[list[Word]]:
    """The line cut where the space between two words is wider than `gap_em` type sizes."""
    parts = [[line.words[0]]]
    for left, right in zip(line.words, line.words[1:], strict=False):
        if right.x0 - max(w.x1 for w in parts[-1]) > gap_em * min(left.size, right.size):
            parts.append([right])
        else:
            parts[-1].append(right)
    return parts


def _dense(ch: str) -> bool:
    return "\u2e80" <= ch <= "\u9fff" or "\uff00" <= ch <= "\uffef"


def join_words(words: Sequence[Word]) -> str:
    """Words joined by single spaces; East Asian words that touch are joined without."""
    text = ""
    last: Word | None = None
    for word in words:
        if last is not None:
            touching = word.x0 - last.x1 < 0.1 * word.size and abs(word.y - last.y) < 0.5 * word.size
            text += "" if touching and _dense(last.text[-1]) and _dense(word.text[0]) else " "
        text += word.text
        last = word
    return text


_KEPT_PREFIXES = frozenset(["lithium", "li", "high", "low", "fast", "non", "open", "short", "long", "first", "end",
                            "state", "cell", "pre", "post", "multi", "single", "self", "full", "half", "on", "off"])
_JOINING_WORDS = frozenset(["und", "oder", "bzw", "and", "or", "to", "bis", "et", "ou"])


def join_lines(lines: Sequence[str], known: frozenset[str] = frozenset()) -> str:
    """Lines of one paragraph as running text; a word hyphenated at a line end is put together again.

    `known` holds the document's unhyphenated words in lower case: they decide between "lithium-ion" and "elec-trode".
    """
    text = ""
    for line in lines:
        if not text:
            text = line
            continue
        if not line:
            continue
        match = re.search(r"([^\W\d_]{2,})[-\u2010\u00ad]$", text)
        after = re.match(r"[^\W\d_]+", line)
        if match and after and (line[0].islower() or text.endswith("\u00ad")):
            before, rest = match.group(1).lower(), after.group().lower()
            if rest in _JOINING_WORDS:
                text += " " + line
            elif before + rest not in known and before in _KEPT_PREFIXES and not text.endswith("\u00ad"):
                text += line
            else:
                text = text[:-1] + line
        elif re.search(r"[^\W\d_]-$", text) and line[0].isupper() or text.endswith("/") and not text.endswith(" /"):
            text += line
        else:
            text += ("" if _dense(text[-1]) and _dense(line[0]) else " ") + line
    return text
