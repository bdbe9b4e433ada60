"""Running headers and footers of a PDF: lines in the margins that repeat from page to page, and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.documents.pdf_words import TextLine, Word, lines_of

_ZONE = 0.12   # share of the page height that a running header or footer may take
_SHARE = 0.4   # share of the pages on which it must repeat; even and odd pages may differ
_PAGE_NUMBER = re.compile(r"\W*(?:page|seite|p\.|pg\.|页|第|페이지)?\s*\d{1,4}\s*(?:页|頁|ページ|페이지)?"
                          r"(?:\s*(?:of|/|von|de|共|sur)\s*\d{1,4}\s*(?:页|頁)?)?\W*$", re.IGNORECASE)


def running_lines(pages: Sequence[Sequence[Word]], heights: Sequence[float]) -> list[list[tuple[str, TextLine]]]:
    """For each page its running lines as ("header" or "footer", line)."""
    zones = []
    for words, height in zip(pages, heights, strict=True):
        lines = lines_of(w for w in words if not w.hidden and w.upright)
        upper = [("header", line) for line in lines[:4] if line.bottom < _ZONE * height]
        lower = [("footer", line) for line in lines[-4:] if line.top > (1 - _ZONE) * height]
        zones.append(upper + lower)
    seen = Counter(key for zone in zones for key in {_key(kind, line) for kind, line in zone})
    needed = max(2, _SHARE * len(pages))
    return [[(kind, line) for kind, line in zone
             if seen[_key(kind, line)] >= needed or kind == "footer" and _PAGE_NUMBER.match(line.text)]
            for zone in zones]


def _key(kind: str, line: TextLine) -> tuple[str, str, int]:
    """The line without its digits and about where it stands."""
    return kind, re.sub(r"\d+", "#", line.text), round(line.top / 12)
