"""A question as groups of words: every group is one thing asked for, with the forms that may stand for it in a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.literature.words import STOP, forms, is_cjk, normal, tokens, word_runs

GLOSSARY = Path(__file__).parent / "glossary.yaml"
_MIN_COMPOUND = 6  # a German form this long is also found inside a compound
_LATIN = ("en", "de")


@dataclass(frozen=True)
class Group:
    """One thing that is asked for; a text has it if it holds all tokens of any alternative."""

    shown: str
    alternatives: tuple[tuple[str, ...], ...]
    in_glossary: bool = False


@dataclass(frozen=True)
class Query:
    """A question taken apart. `translated` says that a non-English form was recognised in it."""

    text: str
    groups: tuple[Group, ...]
    translated: bool = False


@dataclass(frozen=True)
class _Entry:
    shown: str
    alternatives: tuple[tuple[str, ...], ...]
    latin: tuple[tuple[tuple[str, ...], bool], ...]  # forms as index tokens, and whether they are German only
    compounds: tuple[str, ...]              # German one-word forms that may be part of a longer word
    cjk: tuple[str, ...]


@lru_cache(maxsize=1)
def _entries() -> tuple[_Entry, ...]:
    raw = yaml.load(GLOSSARY.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    made = []
    for row in raw:
        every = [form for language in row.values() for form in language]
        english = {tuple(tokens(form)) for form in row["en"]}
        latin = dict.fromkeys(tuple(tokens(form)) for language in _LATIN for form in row[language])
        made.append(_Entry(
            shown=row["en"][0],
            alternatives=tuple(dict.fromkeys(tuple(tokens(form)) for form in every if tokens(form))),
            latin=tuple((form, form not in english) for form in latin if form),
            compounds=tuple(normal(f) for f in row["de"] if " " not in f and len(f) >= _MIN_COMPOUND),
            cjk=tuple(normal(f) for f in every if is_cjk(normal(f)[:1]) or any(is_cjk(c) for c in f)),
        ))
    return tuple(made)


def glossary_size() -> int:
    """How many terms the glossary holds."""
    return len(_entries())


def parse(text: str) -> Query:
    """Take a question apart: glossary terms first, longest first, then the words that are left."""
    lowered = normal(text)
    words = [w for w in word_runs(text) if w not in STOP]
    stems = [forms(w)[0] for w in words]
    used: set[int] = set()
    groups: list[Group] = []
    lowered, cjk_groups = _take_cjk(lowered)
    groups += cjk_groups
    translated = bool(cjk_groups)
    phrases = sorted(
        ((form, german, entry) for entry in _entries() for form, german in entry.latin), key=lambda row: -len(row[0])
    )
    for form, german, entry in phrases:
        for start in range(len(stems) - len(form) + 1):
            span = range(start, start + len(form))
            if tuple(stems[start : start + len(form)]) == form and not used.intersection(span):
                used.update(span)
                groups.append(_group(entry))
                translated = translated or german
                break
    for position, word in enumerate(words):
        if position in used or is_cjk(word):
            continue
        within = _compound(word)
        translated = translated or bool(within)
        groups += [_group(entry) for entry in within] or [_plain(word)]
    groups += [_plain(word) for word in word_runs(lowered) if is_cjk(word) and not cjk_groups]
    return Query(text=text, groups=tuple(dict.fromkeys(groups)), translated=translated)


def _take_cjk(lowered: str) -> tuple[str, list[Group]]:
    """Glossary terms in Chinese, Japanese or Korean, longest first; what was recognised is taken out of the text."""
    if not any(is_cjk(c) for c in lowered):
        return lowered, []
    found = []
    pairs = sorted(((form, entry) for entry in _entries() for form in entry.cjk), key=lambda pair: -len(pair[0]))
    for form, entry in pairs:
        if form in lowered:
            lowered = lowered.replace(form, " ")
            found.append(_group(entry))
    return lowered, found


def _compound(word: str) -> list[_Entry]:
    """Glossary entries one of whose German forms is part of this longer word, the longest form only."""
    hits = [(len(c), entry) for entry in _entries() for c in entry.compounds if c in word and c != word]
    longest = max((size for size, _ in hits), default=0)
    return [entry for size, entry in hits if size == longest]


def _group(entry: _Entry) -> Group:
    return Group(shown=entry.shown, alternatives=entry.alternatives, in_glossary=True)


def _plain(word: str) -> Group:
    parts = forms(word)
    if len(parts) > 1 and not is_cjk(word):
        return Group(shown=word, alternatives=((parts[0],), parts[1:]))
    return Group(shown=word, alternatives=(parts,))
