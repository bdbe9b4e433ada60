"""Text to search tokens: Unicode-normalised, lightly stemmed words; character pairs where a script has no spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CJK = "\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_RUN = re.compile(rf"[{_CJK}]+|(?:(?![{_CJK}])[^\W_])+(?:[.,]\d+)*")
_ASCII_RUN = re.compile(r"[^\W_]+(?:[.,]\d+)*")  # the same where no letter is outside ASCII, four times as fast
_IS_CJK = re.compile(rf"[{_CJK}]")
_PIECES = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
STOP = frozenset(re.findall(
    r"\S+",
    "a an and are as at be been but by can could do does for from had has have how i if in into is it its me my no not"
    " of on or our shall should so than that the their them then there these they this those to under was we were what"
    " when where which who whom whose why will with would you your about all also any between both each most much only"
    " other some such very over per out up more less during after before above below while against without"
    " happens happen get gets make makes know about need use used using"
    " der die das den dem des ein eine einer eines einem einen und oder"
    " ist sind im in am an auf bei mit von vom zu zum zur wie was welche welcher welches warum wann für aus nach sich"
    " nicht wird werden hat haben beim durch oder stark viel gehören gehört wenn"
    " de la le les du des un une et en dans pour par sur avec est sont que qui au aux quel quelle quels quelles à"
    # common English words that say nothing about the subject
    " minus degree degrees degres grad celsius"
    " again almost already always another anything around away back become becomes before being best better big"
    " bring brings came care carefully cause certain clearly come comes compare compared considered could describe"
    " different done easily else enough even ever every everything explain far few find first follow found gain gains"
    " gave general give given gives go goes going good got great happens hard harder help helps her here him his itself"
    " just keep keeps kind know known last late later least less let like likely little long longer look lot made"
    " main mainly many matter matters maybe mean means might must nearly never new next nothing now often one ones once"
    " others ought own part perhaps please possible problem question quite rather really reason reasons right said same"
    " say says see seem seems seen show shows since someone something sometimes still take taken takes tell thing"
    " things think three thus together too took towards true trust try two until upon us usually very want way"
    " well went whether within worry worth would yes yet bad cheapest drawback drawbacks advantage advantages"
    " drawn pull pulling suit suits serve serves trustworthy reliable limits important importance effect effects"
    " influence impact role comparison review overview study studies",
))
_SAME = {"aging": "age", "ageing": "age", "aged": "age", "temp": "temperature"}


def normal(text: str) -> str:
    """The text in NFKC and lower case, so that full-width and ligature forms compare equal."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def is_cjk(token: str) -> bool:
    """Whether a token is written in Chinese, Japanese or Korean script."""
    return bool(_IS_CJK.match(token))


def stem(word: str) -> str:
    """Strip English inflection, so that charge, charged and charging meet.

    >>> [stem(w) for w in ("charging", "charges", "batteries", "cells", "plated")]
    ['charg', 'charg', 'battery', 'cell', 'plat']
    """
    word = _SAME.get(word, word)
    if not word.isalpha() or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def word_runs(text: str) -> list[str]:
    """The words of a text before stemming, in order; a run of CJK characters is one word."""
    return (_ASCII_RUN if text.isascii() else _RUN).findall(normal(text))


def forms(word: str) -> tuple[str, ...]:
    """The index tokens of one word: its stem and its letter and digit pieces, or its character pairs.

    >>> forms("nmc811")
    ('nmc811', 'nmc', '811')
    """
    if is_cjk(word):
        return tuple(word[i : i + 2] for i in range(len(word) - 1)) or (word,)
    pieces = _PIECES.findall(word)
    if len(pieces) < 2:
        return (stem(word),)
    return (word, *(stem(p) for p in pieces if len(p) > 1 or p.isdigit()))


def tokens(text: str) -> list[str]:
    """All index tokens of a text, stop words left out."""
    return [form for word in word_runs(text) for form in _forms_unless_stop(word)]


@lru_cache(maxsize=100_000)
def _forms_unless_stop(word: str) -> tuple[str, ...]:
    return () if word in STOP else forms(word)
