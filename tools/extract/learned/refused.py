"""What the words right beside a thing say against it: `NMC prohibited`, `no 21700`, `China-made is excluded`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from knowledge import vocabulary
from tools.extract.page import Page
from tools.extract.phrases import Phrases, lexicon

_BEFORE, _BEHIND = 40, 60      # characters on each side whose words are a thing's own
_PART = re.compile(r"[,;:|，；：。、()（）\[\]【】\n]|\.\s|\s[-–—]\s")
_ARTICLE = re.compile(r"(?:\b(?:an?|any|the|more|of|(?:the )?use of|des?|du|l[ae]s?|der|die|das|eine?n?)|d'|l')\s*$",
                      re.IGNORECASE)
_OPEN, _CLOSED = ("(", "（", "["), re.compile(r"\s?[)）\]]")
_TELL = ("forbidden", "refused_value", "ban_lead", "negation")


@lru_cache(maxsize=3)
def _words(where: str) -> Phrases[str]:
    return Phrases([(str(word), where) for word in vocabulary.named()["refused"][where]], inflect=False)


def refused(page: Page, first: int, last: int, start: int, end: int) -> bool:
    """Whether what is named in [first, last) is refused by its own part of the sentence [start, end).

    `A cell without a vent is excluded` refuses twice, and `other than LFP` nothing.
    """
    text = page.text
    before = _PART.split(text[max(start, first - _BEFORE):first])[-1].rstrip()
    inside = _CLOSED.match(text, last) if before == "" and text[max(start, first - 1):first] in _OPEN else None
    behind = _PART.split(text[inside.end() if inside else last:min(end, last + _BEHIND)])[0]
    bare = _ARTICLE.sub("", before).rstrip()
    leads = any(_words("before").ending_at(part, 0, len(part)) for part in {before, bare} if part)
    told = _words("behind").search(behind) is not None
    if _words("only").search(behind[:_CLOSE]) or _words("only").ending_at(before, 0, len(before)):
        return False
    return leads != told


_CLOSE = 6            # characters behind a thing in which `以外` turns a refusal round


def unrefused(texts: Iterable[str]) -> bool:
    """Whether no word of the texts refuses or denies anything."""
    lists = (*(lexicon(name) for name in _TELL), _words("before"), _words("behind"))
    return not any(words.search(text) for text in texts for words in lists)
