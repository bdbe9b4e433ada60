"""Lines and pieces that open with whose numbers they hold: `K사: …` above `우리 요구: …`, `[T] 18 A  [C] 15 A`."""

from __future__ import annotations

import re

from tools.extract.owners import owner_of
from tools.extract.page import Page, metric_hits
from tools.extract.phrases import lexicon

_LABEL = re.compile(r"(?:^|\n|[/;|]\s|[.。]\s+)[ \t]*(?:[-*•·・]\s+)?\**"
                    r"(?P<name>[^\W\d_][^\n:：.;,|/]{0,30}?)\**[:：](?=\s|\D)")
_LEGEND = re.compile(r"[\[(](?P<tag>[A-Z]{1,3})[\])]\s*(?:=|:|：|means|is|steht für|désigne|は|为|은|는|[-–]\s)\s*"
                     r"(?P<words>[^\W\d][^\[\]\n]{2,120})")
_FEWEST = 2                # lines of each owner
_FOLLOWED = 0.6            # share of the other's lines right below which ours stands


def others(page: Page) -> list[tuple[int, int]]:
    """The spans of what others have or offer, in order."""
    return sorted([*_by_label(page), *_by_tag(page)])


def _by_label(page: Page) -> list[tuple[int, int]]:
    """Labels that come by turns: where one says that it is asked for, the one above it holds the other's numbers."""
    found: list[tuple[str, int, int]] = []
    for block in page.document.blocks:
        if block.table is not None or block.kind == "heading":
            continue
        marks = list(_LABEL.finditer(page.text[block.start:block.end]))
        for mark, after in zip(marks, [*marks[1:], None], strict=False):
            stop = block.start + after.start() if after else block.end
            found.append((" ".join(mark.group("name").split()).lower(), block.start + mark.start("name"), stop))
    owners = {name: owner_of(name) for name, _, _ in found}
    ours = {n for n, o in owners.items() if o in ("ours", "now")}
    if sum(name in ours for name, _, _ in found) < _FEWEST:
        return []
    count: dict[str, int] = {}
    below: dict[str, int] = {}
    for (name, _, _), next_name in zip(found, [*(n for n, _, _ in found[1:]), ""], strict=False):
        count[name] = count.get(name, 0) + 1
        below[name] = below.get(name, 0) + (next_name in ours)
    theirs = {n for n in count if count[n] >= _FEWEST and n not in ours and below[n] >= _FOLLOWED * count[n]
              and (owners[n] in ("theirs", "present") or count[n] >= 3 and not _names_metric(page, found, n))}
    return [(start, end) for name, start, end in found if name in theirs]


def _names_metric(page: Page, found: list[tuple[str, int, int]], name: str) -> bool:
    start = next(start for n, start, _ in found if n == name)
    return bool(metric_hits(page, start, start + len(name)))


def _by_tag(page: Page) -> list[tuple[int, int]]:
    """Tags that a legend gives to what others have, and to what is asked for."""
    meant: dict[str, str] = {}
    for match in _LEGEND.finditer(page.text):
        words = match.group("words")
        if lexicon("owners").search(words) or lexicon("background").search(words):
            first = lexicon("owners").search(words)
            ours = first is not None and first.what == "ours" and not lexicon("background").search(words)
            meant.setdefault(match.group("tag"), "ours" if ours else "theirs")
    if set(meant.values()) != {"ours", "theirs"}:
        return []
    tags = re.compile(rf"[\[(]({'|'.join(meant)})[\])]")
    found = []
    for block in page.document.blocks:
        marks = list(tags.finditer(page.text, block.start, block.end))
        for mark, after in zip(marks, [*marks[1:], None], strict=False):
            if meant[mark.group(1)] == "theirs" and not _LEGEND.match(page.text, mark.start(), block.end):
                found.append((mark.start(), after.start() if after else block.end))
    return found


def inside(page: Page, start: int, end: int) -> bool:
    """Whether text[start:end] begins in what others have or offer."""
    return any(a <= start < b or start <= a < end and a - start < 4 for a, b in page.theirs)
