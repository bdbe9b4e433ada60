"""The language of a text by its script and its most frequent small words."""

from __future__ import annotations

import re
from collections import Counter

_SAMPLE = 200_000
_ENGLISH = "the of and to in is for be shall with at by or from not are will must this that no on as"
_GERMAN = ("der die das und ist in von den mit bei für zu auf eine ein nicht muss werden nach oder im dem des bis "
           "mindestens höchstens wird sind darf")
_FRENCH = "le la les des et est de du à en pour une un dans par sur au aux doit avec ou ne pas être cellule"
_OTHERS = ("el los las una que del con por se och att det som är på il di che della per het een van voor met niet op "
           "jest nie dla oraz")
_SMALL_WORDS = {code: frozenset(words.split()) for code, words in (("en", _ENGLISH), ("de", _GERMAN), ("fr", _FRENCH))}
_OTHER_SMALL_WORDS = frozenset(_OTHERS.split())


def language_of(text: str) -> str | None:
    """ISO 639-1 code out of en, de, fr, ko, zh, ja, or None without enough evidence."""
    sample = text[:_SAMPLE]
    kana = len(re.findall(r"[\u3041-\u30ff]", sample))
    hangul = len(re.findall(r"[\uac00-\ud7a3]", sample))
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    letters = len(re.findall(r"[^\W\d_]", sample)) or 1
    # One ideograph says about as much as two and a half Latin letters.
    if 2.5 * (kana + hangul + han) / letters > 0.25:
        if hangul > kana + han:
            return "ko"
        return "ja" if kana > 0.05 * (kana + han) else "zh" if han > hangul else "ko"
    counts = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    scores = {code: sum(counts[word] for word in words) for code, words in _SMALL_WORDS.items()}
    best = max(scores, key=lambda code: scores[code])
    others = sum(counts[word] for word in _OTHER_SMALL_WORDS)
    if scores[best] < 3 or scores[best] < others or sorted(scores.values())[-2] == scores[best]:
        return None
    return best
