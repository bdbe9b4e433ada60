"""Sentences about other products by two words near each other: `our present lithium supplier`, `a second bidder`."""

from __future__ import annotations

import re

from tools.extract.page import Page
from tools.extract.phrases import lexicon

_WITHIN = 26          # characters between the two words
_BROKEN = re.compile(r"[\d,;:.!?()、，。；]")
_WE = re.compile(r"\b(?:we|I|wir|ich|nous|je|on)\b[^,;.]{0,24}$", re.IGNORECASE)
_NOUN = re.compile(r"\s+[^\W\d_]{3,}")
_BODY = ("mass", "length", "energy", "charge", "voltage", "volume")
_KINDS = ("predecessor", "competitor", "level")


def other_product(page: Page, start: int, end: int) -> str | None:
    """Which other product text[start:end] tells of: an earlier one, another maker's, the whole device; else None."""
    text = page.text
    places = [q.start for q in page.inside(page.block_at(start), start, end) if q.units]
    if not places:
        return None
    for kind in _KINDS:
        nouns = lexicon("other_noun", kind).find(text, start, end)
        for word in lexicon("other_word", kind).find(text, start, end) if nouns else ():
            for noun in nouns:
                gap = text[word.end:noun.start] if word.end <= noun.start else text[noun.end:word.start]
                apart = max(noun.start - word.end, word.start - noun.end)
                if 0 < apart <= _WITHIN and len(gap.split()) <= 2 and not _BROKEN.search(gap) and (
                        min(word.start, noun.start) < places[-1]):
                    return kind
    for word in lexicon("other_word", "level").find(text, start, end):
        after = _NOUN.match(text, word.end, end)
        if after and word.start < places[-1] and not lexicon("cell_noun").search(after.group()) and any(
                q.is_a(*_BODY) for q in page.inside(page.block_at(start), word.end, end)):
            return "level"
    told = lexicon("reported").search(text, start, end)
    return "competitor" if told and not _WE.search(text[start:told.start]) else None
