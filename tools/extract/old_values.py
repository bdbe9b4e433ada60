"""Whether a number is the one that a statement replaces: `95 g instead of 90 g`, `70 %, not 75 %`."""

from __future__ import annotations

import re

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
