"""Whether a number is the one that a statement replaces: `95 g instead of 90 g`, `70 %, not 75 %`."""

from __future__ import annotations

import re

from knowledge.document import Block
from tools.extract.comparators import said_about
from tools.extract.page import Page
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity

_NEW = re.compile(r"\s*(?:to\b|auf\b|à\b|→|->)", re.IGNORECASE)
_BEFORE, _BEHIND = 28, 12   # characters in which the word stands


def is_old(text: str, q: Quantity, start: int, end: int) -> bool:
    """By a word right before the number (`instead of`, `, not`) or right behind it."""
    floor = max(start, q.start - _BEFORE)
    if lexicon("amend", "from").ending_at(text, floor, q.start) and not _NEW.match(text, q.end, end):
        return True                                        # relaxed from 5.2 mΩ
    return any(lexicon(words).ending_at(text, floor, q.start) for words in ("old_lead", "not_lead")) or lexicon(
        "old_tail").starting_at(text, q.end, min(end, q.end + _BEHIND)) is not None


_NEAR = 44                 # characters between `formerly` or `at present` and its number
_REASON = "the value that is replaced"


def then_and_now(page: Page, block: Block, start: int, end: int) -> bool:
    """`Formerly 140 A, at present 200 A is requested`: sets the old value aside; whether there was such a pair."""
    numbers = [q for q in page.inside(block, start, end) if q.units]
    if len(numbers) < 2:
        return False
    found = False
    for old, new in zip(numbers, numbers[1:], strict=False):
        if not old.dimensions & new.dimensions:
            continue
        if _led(page.text, new, "then_words", max(start, old.end)) and page.text[old.end:new.start].count("(") > \
                page.text[old.end:new.start].count(")"):
            page.reject(new, _REASON)                      # 2.9 mm at most (was 3.3 mm)
            found = True
        elif _led(page.text, new, "now_words", old.end) and _asked(page, new, old.end, end) and (
                _led(page.text, old, "then_words", start) or lexicon("then_tail").search(
                    page.text, old.end, min(new.start, old.end + _NEAR))):
            page.reject(old, _REASON)
            found = True
    return found


def _led(text: str, q: Quantity, words: str, floor: int) -> bool:
    """Whether the last such word before a number stands near it, without a number between."""
    hits = lexicon(words).find(text, max(floor, q.start - _NEAR), q.start)
    return bool(hits) and not re.search(r"\d", text[hits[-1].end:q.start])


def _asked(page: Page, new: Quantity, first: int, end: int) -> bool:
    """Whether what stands behind the old value asks: a bound, a modal word, a request, a change."""
    paths = (("priority",), ("requesting",), ("amend", "replace"), ("now_asks",))
    return said_about(page.text, new, first, end).sign is not None or any(
        lexicon(*path).search(page.text, first, min(end, new.end + _NEAR)) for path in paths)
