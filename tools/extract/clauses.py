"""Cut a block into sentences and clauses without breaking numbers, abbreviations or quotes' positions."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary

_ABBREVIATIONS = re.compile(
    r"(?:\b(?:max|min|approx|ca|no|nr|fig|rev|art|abs|incl|excl|resp|bzw|ggf|inkl|exkl|typ|nom|temp|vol|pos|lfd|mind|"
    r"vs|e\.g|i\.e|z\.\s?b|d\.\s?h|u\.\s?a|o\.\s?g|cf|eq|éq|äq|ed|sup|inf|dept|ltd|co|inc|gmbh|st|std|sek|cont|acc|zul|rel|spez)|(?<!\d)\s[A-Z])$",
    re.IGNORECASE)
_STOP = re.compile(r"[?？](?=\s*[\[【])|[.!?](?=\s+[\"'(\[]?[A-ZÄÖÜÀ-Þ0-9]|\s*$)|[。！？]|(?<=[가-힣])\.(?=\s)"
                   r"|(?<=[)\]%℃°ΩA-Za-z])\.(?=\s+[가-힣])|\n\s*\n")
_ROW_START = re.compile(
    r"\n(?=\s*(?:[A-Z]{1,3}[- ]?\d{1,3}[:.)\s]|\d{1,2}(?:\.\d{1,2}){1,3}[.)]?\s+[A-ZÀ-Þ\"“]|"
    r"[-*•]\s|\(?[a-z0-9]{1,2}\)\s|[^\W\d_](?:(?!\.\s)[^\n:]){1,40}:\s|"
    r"(?:>\s*)*(?:【[^】\n]{1,16}】|\[\d{1,2}[:.]\d{2}\]|\*\*[^*\n]{2,30}\*\*)))")          # who says it in a chat

# A wide semicolon needs no space behind it.
_CUT = re.compile(r"[;；](?:\s+|(?=[^\x00-\x7f]))|(?<=[^\x00-\x7f])[;；]"
                  r"|(?<=\S)[ \t]{4,}(?=\S)")


def _ordinal(text: str, dot: int) -> bool:
    """`15. April`: the point belongs to a date."""
    return bool(re.search(r"(?<!\d)\d{1,2}$", text[max(0, dot - 3):dot]) and _month().match(text, dot + 1))


@lru_cache(maxsize=1)
def _month() -> re.Pattern[str]:
    names = sorted((str(n) for group in vocabulary.words()["months"].values() for n in group), key=len, reverse=True)
    return re.compile(rf"\s+(?:{'|'.join(map(re.escape, names))})(?!\w)")


_LONGEST = 3000       # characters


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of text[start:end]; a line that opens like a list row begins a new one."""
    cuts = []
    for match in _STOP.finditer(text, start, end):
        before = text[max(start, match.start() - 6):match.start()]
        unit = re.search(r"\d\s?(?:min|max|sek|std|temp|vol)$", text[max(start, match.start() - 8):match.start()])
        if match.group() == "." and _ABBREVIATIONS.search(before) and not unit:
            continue
        if match.group() == "." and _ordinal(text, match.start()):
            continue
        cuts.append(match.end())
    cuts += [m.start() for m in _ROW_START.finditer(text, start, end)]
    edges = [start, *sorted(set(cuts)), end]
    found = []
    for first, last in zip(edges, edges[1:], strict=False):
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        while last - first > _LONGEST:                     # no sentence is that long; work in one is more than linear
            cut = text.rfind(" ", first + 1, first + _LONGEST)
            cut = cut if cut > first else first + _LONGEST
            found.append((first, cut))
            first = cut + (text[cut] == " ")
        if last > first:
            found.append((first, last))
    return found


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence cut at semicolons and at wide gaps between columns of running text."""
    edges = [start]
    edges += [m.end() for m in _CUT.finditer(text[start:end])]
    points = [edges[0], *(start + e for e in edges[1:]), end]
    return [(a, b) for a, b in zip(points, points[1:], strict=False) if text[a:b].strip()]
