"""Chemistries and formats in words: does what a design is match what a customer wrote?"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.vocabulary import chemistry

_SIZE = re.compile(r"(?<!\d)(\d{4,5})(?!\d)")
_SERIES = re.compile(r"\b(\d{2})\s?(?:xx|xxx|series)\b")
_FREE_OF = re.compile(r"^(.+?)[\s-]*(?:free|frei)$", re.IGNORECASE)
_ALTERNATIVES = re.compile(r"\s*(?:/|,|;|\bor\b|\boder\b|\bou\b|或)\s*")


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, str]:
    """Normalised words → class: the vocabulary's chemistries and formats, then the finer ones of `words.yaml`."""
    text = (Path(__file__).parent / "words.yaml").read_text(encoding="utf-8")
    finer: dict[str, list[str]] = yaml.safe_load(text)
    known = chemistry()
    found = {}
    for rows in (*(known[group] for group in ("cathode", "anode", "whole", "formats")), finer):
        found.update({_plain(word): name for name, words in rows.items() for word in (*words, name)})
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^0-9a-z\u00c0-\u024f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]+", " ",
                           text.casefold()).split())


def classes(words: str) -> frozenset[str]:
    """The known classes and size codes that words name, the longest reading first; empty where none is known.

    >>> sorted(classes("NCM 811 on graphite + SiOx"))
    ['NMC811', 'graphite', 'silicon']
    >>> sorted(classes("21700"))
    ['21700']
    """
    rest = f" {_plain(words)} "
    found = set(_SIZE.findall(rest)) | {f"{s}xx" for s in _SERIES.findall(rest)}
    for word in sorted(_synonyms(), key=len, reverse=True):
        wide = word if re.search(r"[\u3040-\uffff]", word) else f" {word} "
        if wide in rest:
            found.add(_synonyms()[word])
            rest = rest.replace(wide, " | ")
    return frozenset(found)


def matches(asked: str, text: str) -> bool | None:
    """Whether a design described by `text` (classes joined by `; `) is one of the alternatives `asked`.

    None where no alternative is understood.
    """
    have = frozenset(part.strip() for part in text.split(";"))
    free = _FREE_OF.match(asked.strip())
    if free is not None:
        barred = classes(free[1])
        return not (barred & have) if barred else None
    understood = [wanted for wanted in map(classes, _ALTERNATIVES.split(asked)) if wanted]
    whole = classes(asked)
    if not understood and not whole:
        return None
    return any(wanted <= have for wanted in understood) or bool(whole and whole <= have)
