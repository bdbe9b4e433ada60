"""A question as groups of words: every group is one thing asked for, with the forms that may stand for it in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.literature.words import STOP, forms, is_cjk, normal, tokens, word_runs

GLOSSARY = Path(__file__).parent / "glossary.yaml"
_BELOW_ZERO = re.compile(r"(?<![\w.,])(?:[-−–]|minus )\s?\d{1,2}(?![\w.,]*[-–%\d])", re.IGNORECASE)
_COLD = "low temperature"
_MIN_COMPOUND = 6  # a German form this long is also found inside a compound
_LATIN = ("de", "fr")
LANGUAGES = ("en", "de", "ko", "zh", "ja", "fr")


@dataclass(frozen=True)
class Group:
    """One thing that is asked for; a text has it if it holds all tokens of any alternative."""

    shown: str
    alternatives: tuple[tuple[str, ...], ...]
    in_glossary: bool = False
    general: bool = False   # every text of the field holds it


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
    latin: tuple[tuple[tuple[str, ...], bool, bool], ...]  # index tokens; foreign; all but one were stop words
    stopped: tuple[tuple[str, ...], ...]    # the words of forms that are made of stop words: "how long does it last"
    compounds: tuple[str, ...]              # German one-word forms that may be part of a longer word
    cjk: tuple[str, ...]
    general: bool


@lru_cache(maxsize=1)
def _entries() -> tuple[_Entry, ...]:
    return tuple(_entry(row) for row in _glossary())


@lru_cache(maxsize=1)
def _glossary() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.load(GLOSSARY.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _entry(row: dict[str, Any]) -> _Entry:
    texts = [form for language in LANGUAGES for form in row.get(language, [])]
    everyday = [*row["en"], *row.get("also", [])]
    english = {tuple(tokens(form)) for form in everyday}
    asked = [*everyday, *(form for language in _LATIN for form in row.get(language, []))]
    latin: dict[tuple[str, ...], bool] = {}
    for form in asked:
        left = tuple(tokens(form))
        latin[left] = latin.get(left, True) and len(left) == 1 < len(word_runs(form))
    return _Entry(
        shown=row["en"][0],
        alternatives=tuple(dict.fromkeys(tuple(tokens(form)) for form in texts if tokens(form))),
        latin=tuple((form, form not in english, reduced) for form, reduced in latin.items() if form),
        stopped=tuple(tuple(word_runs(form)) for form in asked if word_runs(form) and not tokens(form)),
        compounds=tuple(normal(f) for f in row["de"] if " " not in f and len(f) >= _MIN_COMPOUND),
        cjk=tuple(normal(f) for f in texts if any(is_cjk(c) for c in f)),
        general=bool(row.get("general")),
    )


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[tuple[str, ...], bool, tuple[_Entry, ...]], ...]:
    """Every form in Latin script with its entries and whether it is foreign, longest first.

    Stop words reduce "next cell" to "cell": such a rest does not stand for its term where it is a term of its own.
    """
    by_form: dict[tuple[str, ...], list[tuple[bool, _Entry]]] = {}
    whole = {form for entry in _entries() for form, _, reduced in entry.latin if not reduced}
    for entry in _entries():
        for form, foreign, reduced in entry.latin:
            if not (reduced and form in whole):
                by_form.setdefault(form, []).append((foreign, entry))
    return tuple((form, all(f for f, _ in by_form[form]), tuple(e for _, e in by_form[form]))
                 for form in sorted(by_form, key=lambda form: -len(form)))


@lru_cache(maxsize=1)
def _phrases_by_word() -> dict[str, list[int]]:
    """Numbers of the phrases that begin with a word."""
    found: dict[str, list[int]] = {}
    for number, (form, _, _) in enumerate(_phrases()):
        found.setdefault(form[0], []).append(number)
    return found


@lru_cache(maxsize=1)
def _cjk_forms() -> tuple[tuple[str, _Entry], ...]:
    """Every form in CJK script, longest first."""
    return tuple(sorted(((form, e) for e in _entries() for form in e.cjk), key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=1)
def _stopped_forms() -> tuple[tuple[str, _Entry], ...]:
    """Every form that is made of stop words, which are left out everywhere else."""
    return tuple((" ".join(form), entry) for entry in _entries() for form in entry.stopped)


@lru_cache(maxsize=1)
def _compound_forms() -> tuple[tuple[str, _Entry], ...]:
    """Every German form that may be part of a longer word, longest first."""
    return tuple(sorted(((form, e) for e in _entries() for form in e.compounds), key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=1)
def glossary_words() -> frozenset[str]:
    """The single words of every English, German and French form, as they are written."""
    return frozenset(w for row in _glossary() for language in ("en", "also", *_LATIN) for form in row.get(language, [])
                     for w in word_runs(str(form)))


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
    possible = sorted({number for stem in stems for number in _phrases_by_word().get(stem, ())})
    for form, foreign, entries in (_phrases()[number] for number in possible):
        for start in range(len(stems) - len(form) + 1):
            span = range(start, start + len(form))
            if tuple(stems[start : start + len(form)]) == form and not used.intersection(span):
                used.update(span)
                groups.append(_group(*entries))
                translated = translated or foreign
                break
    groups += [_group(entry) for form, entry in _stopped_forms() if f" {form} " in f" {' '.join(word_runs(text))} "]
    if _BELOW_ZERO.search(text):
        groups += [_group(e) for e in _entries() if e.shown == _COLD]
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
    for form, entry in _cjk_forms():
        if form in lowered:
            lowered = lowered.replace(form, " ")
            found.append(_group(entry))
    return lowered, found


def _compound(word: str) -> list[_Entry]:
    """Glossary entries whose German forms are parts of this longer word, longest first, none over another."""
    hits = [(form, entry) for form, entry in _compound_forms() if form in word and form != word]
    found: dict[str, list[_Entry]] = {}
    for part, entry in hits:
        if part in word:
            found.setdefault(part, [])
            word = word.replace(part, " ") if part not in found or not found[part] else word
        if part in found:
            found[part].append(entry)
    return list(dict.fromkeys(entry for entries in found.values() for entry in entries))


def _group(*entries: _Entry) -> Group:
    """The group of a form; a form of several terms means any of them."""
    return Group(shown=entries[0].shown, alternatives=tuple(dict.fromkeys(a for e in entries for a in e.alternatives)),
                 in_glossary=True, general=all(e.general for e in entries))


def _plain(word: str) -> Group:
    parts = forms(word)
    if len(parts) > 1 and not is_cjk(word):
        return Group(shown=word, alternatives=((parts[0],), parts[1:]))
    return Group(shown=word, alternatives=(parts,))
