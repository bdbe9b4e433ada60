"""What stands around a number, as names of features: its words by place, its neighbours, its unit, its heading."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from knowledge.document import Block
from tools.extract.comparators import said_about
from tools.extract.page import Page, metric_hits, synonyms
from tools.extract.phrases import Hit
from tools.extract.quantities import Quantity

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*|[<>≤≥±%°?!:;,()/+-]")
_CJK = re.compile(r"[぀-ヿ㐀-鿿가-힣]")
_STEM = 5             # letters of a word that stand for its family
_NEAR, _FAR = 4, 12   # words
_LINE = 60            # words on each side that are looked at
_WIDEST = 600         # characters of a sentence that are looked at on each side
_ROW = 300            # characters of a cell of the same row
_LABELS, _BESIDE = 1, 6     # the first columns, and columns on each side, that are looked at
_LEAD = 160           # characters of the line above
_TELLING = (0, 1, 10, 20, 23, 25, 30, 50, 70, 80, 100)     # values that tell by themselves what a number is


@dataclass(frozen=True)
class Seen:
    """A piece of the text that is looked at: its place, what kind of thing it is, and features of its own."""

    start: int
    end: int
    tag: str
    own: tuple[str, ...]


@dataclass(frozen=True)
class Surroundings:
    """The features of one number, and how near each metric is named: `named[metric]` holds the kinds of nearness."""

    features: tuple[str, ...]
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)


@lru_cache(maxsize=4096)                                   # the same rows, headings and lines stand around many numbers
def words(text: str, most: int = 1_000_000) -> tuple[str, ...]:
    """Lower-case words, signs, numbers as `#`; Chinese, Japanese and Korean by pairs of characters.

    After `most` of them no further word is begun.
    """
    found: list[str] = []
    for match in _WORD.finditer(text):
        if len(found) >= most:
            break
        word = match.group().lower()
        if word[0].isdigit():
            found.append("#")
        elif _CJK.match(word):
            found += [a + b for a, b in zip(word, word[1:], strict=False)] or [word]
        else:
            found.append(word)
    return tuple(found)


class Sight:
    """The page as the second reading looks at it; the metrics that a piece names are looked for once."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._tops: dict[tuple[int, int], Block] = {}
        self._found: dict[tuple[int, int], list[Hit[str]]] = {}
        for block in page.document.blocks:
            if block.table is not None and block.column is not None:
                self._tops.setdefault((block.table, block.column), block)

    def of(self, block: Block, q: Quantity) -> Surroundings:
        """What stands around one number of a block."""
        return self.at(block, Seen(q.start, q.end, "|".join(sorted(q.dimensions)), tuple(_own(q))))

    def at(self, block: Block, seen: Seen) -> Surroundings:
        """What stands around a piece of a block."""
        page, text = self._page, self._page.text
        spans = page.sentences(block)
        place = _span_of(spans, seen.start) or 0
        start, end = spans[place] if spans else (block.start, block.end)
        end = max(end, seen.end)
        lo, hi = max(start, seen.start - _WIDEST), min(end, seen.end + _WIDEST)
        others = [o for o in page.inside(block, lo, hi) if o.units and not (o.start < seen.end
                                                                               and o.end > seen.start)]
        found = [*seen.own, f"kind={block.kind}", f"part={bool(block.part)}", f"lang={page.document.language}"]
        found += _words_around(text, seen, lo, hi)
        found += _neighbours(seen, others)
        found += _between(text, seen, others, start, end)
        before = spans[place - 1] if place else None
        if before:
            found += [f"P={w}" for w in sorted(set(words(text[max(before[0], before[1] - _LEAD):before[1]])))]
        found += [f"L={w}" for w in sorted(set(words(self._lead(block))))]
        for title in block.section[-2:]:
            found += [f"S={w}" for w in words(title)[:12]]
        row, head = self._row(block), self._head(block)
        found += _row_words(row, head)
        found += self._column(block, row)
        named = self._named(block, seen, (start, end), before, row, head)
        found += [f"{seen.tag}^{name}:{kind}" for name, kinds in named.items() for kind in kinds]
        return Surroundings(tuple(dict.fromkeys(found)), named)

    def said(self, block: Block, q: Quantity) -> str:
        """The comparator that stands next to a number, as a feature."""
        return f"said={said_about(self._page.text, q, *self._page.sentence_at(block, q.start)).sign}"

    def _hits(self, start: int, end: int) -> list[Hit[str]]:
        """The metrics that a piece names, looked for once."""
        if (start, end) not in self._found:
            self._found[start, end] = metric_hits(self._page, start, end)
        return self._found[start, end]

    def _lead(self, block: Block) -> str:
        """The end of the block before, where it opens a list, or of a title above."""
        if block.index == 0 or block.table is not None:
            return ""
        above = self._page.document.blocks[block.index - 1]
        return self._page.text[max(above.start, above.end - _LEAD):above.end]

    def _row(self, block: Block) -> list[Block]:
        column = block.column or 0
        return [b for b in self._page.row_of(block)
                if (b.column or 0) <= _LABELS or abs((b.column or 0) - column) <= _BESIDE]

    def _head(self, block: Block) -> list[Block]:
        if block.table is None or block.column is None or block.header_row:
            return []
        top = self._tops[block.table, block.column]
        return self._page.head_of(block) or ([top] if top.row != block.row else [])

    def _column(self, block: Block, row: list[Block]) -> list[str]:
        """Which of the row's cells with numbers this one is, and how many there are."""
        if block.table is None or block.column is None:
            return []
        numbers = [b.column for b in row if b.column is not None and self._page.blocks[b.index]]
        before = sum(c < block.column for c in numbers)
        found = [f"column={block.column}", f"nth={before}", f"nth={before}/{len(numbers)}"]
        title = " ".join(words(" ".join(b.text for b in self._head(block)))[:4])
        return [*found, f"title={title}", f"title={title}@{before}"]

    def _named(
        self, block: Block, seen: Seen, span: tuple[int, int], before: tuple[int, int] | None, row: list[Block],
        head: list[Block],
    ) -> dict[str, tuple[str, ...]]:
        """How near each metric is named, by the vocabulary's synonyms."""
        kinds: dict[str, set[str]] = {}
        hits = [h for h in self._hits(*span) if h.end > seen.start - _WIDEST and h.start < seen.end + _WIDEST]
        left = [h.what for h in hits if h.end <= seen.start][::-1]
        right = [h.what for h in hits if h.start >= seen.end]
        for side, names in (("left", left), ("right", right)):
            for rank, name in enumerate(names[:3]):
                kinds.setdefault(name, set()).add(f"{side}{rank}")
        if len({h.what for h in hits}) == 1:
            kinds.setdefault(hits[0].what, set()).add("only")
        if before:
            for told in self._hits(*before)[-2:]:
                kinds.setdefault(told.what, set()).add("before")
        for name, where in (("row", row), ("head", head)):
            for cell in where:
                for told in self._hits(cell.start, min(cell.end, cell.start + _ROW))[:3]:
                    kinds.setdefault(told.what, set()).add(name)
        for title in _titles(block):
            kinds.setdefault(title, set()).add("title")
        return {name: tuple(sorted(k)) for name, k in kinds.items()}


def _span_of(spans: list[tuple[int, int]], place: int) -> int | None:
    """Which of ordered spans a place lies in."""
    at = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return at if at >= 0 and place < spans[at][1] else None


def _titles(block: Block) -> Iterator[str]:
    for title in block.section[-1:]:
        for hit in synonyms().find(title):
            if hit.what:
                yield hit.what


def _own(q: Quantity) -> list[str]:
    """The number itself: its dimensions, unit, size and shape."""
    dims = "|".join(sorted(q.dimensions))
    size = abs(q.values[0])
    order = round(2 * math.log10(size)) if size > 0 else "zero"
    found = [f"D={dims}", f"U={q.unit_text.lower()}", f"shape={q.shape}", f"{dims}:size={order}",
             f"negative={any(v < 0 for v in q.values)}", f"{dims}:shape={q.shape}"]
    if size in _TELLING:
        found.append(f"{dims}:is={size:g}")
    return found


def _words_around(text: str, seen: Seen, start: int, end: int) -> list[str]:
    dims = seen.tag
    left, right = words(text[start:seen.start])[::-1], words(text[seen.end:end], _LINE)
    found: list[str] = []
    for side, line in (("B", left), ("A", right)):
        for place, word in enumerate(line[:_LINE]):
            found.append(f"s={word}")
            if place < _FAR:
                found += [f"{side}={word}", f"{dims}~{word}"]
                if len(word) > _STEM:
                    found += [f"{side}={word[:_STEM]}*", f"{dims}~{word[:_STEM]}*"]
            if place < _NEAR:
                found += [f"{side}n={word}", f"{dims}{side}n={word}"]
        for a, b in zip(line[:_FAR], line[1:_FAR], strict=False):
            found.append(f"{side}2={a}_{b}")
        for a, b, c in zip(line[:_NEAR], line[1:_NEAR], line[2:_NEAR], strict=False):
            found.append(f"{side}3={a}_{b}_{c}")
        if line:
            found.append(f"{side}0={line[0]}")
    return found


def _neighbours(seen: Seen, others: list[Quantity]) -> list[str]:
    """The dimensions of the numbers before and behind, and of all in the sentence."""
    names = ["|".join(sorted(o.dimensions)) for o in others]
    before = sum(o.start < seen.start for o in others)
    own = seen.tag
    left = names[before - 1] if before else "-"
    right = names[before] if before < len(names) else "-"
    found = [f"{own}<{left}", f"{own}>{right}", f"{left}<{own}>{right}", f"numbers={min(len(others), 6)}"]
    return found + [f"{own}&{name}" for name in names]


def _between(text: str, seen: Seen, others: list[Quantity], start: int, end: int) -> list[str]:
    """The words between the number and its neighbours: its own part of the sentence."""
    lo = max([o.end for o in others if o.end <= seen.start] + [start])
    hi = min([o.start for o in others if o.start >= seen.end] + [end])
    found = []
    for side, part in (("l", words(text[max(lo, seen.start - _WIDEST):seen.start])[-20:]),
                       ("r", words(text[seen.end:min(hi, seen.end + _WIDEST)])[:20])):
        found += [f"{side}:{w}" for w in part] + [f"{seen.tag}{side}:{w}" for w in part]
        found.append(f"{side}:{'_'.join(part) if len(part) < 4 else '…'}")
    return found


def _row_words(row: list[Block], head: list[Block]) -> list[str]:
    found = []
    for cell in row:
        own = words(cell.text[:_ROW])
        found += [f"R={w}" for w in own[:40]] + [f"R2={a}_{b}" for a, b in zip(own[:20], own[1:20], strict=False)]
        if cell.column is not None and cell.column <= _LABELS:
            found += [f"R0={w}" for w in own[:12]]
    for cell in head:
        found += [f"H={w}" for w in words(cell.text[:80])]
    return found
