"""Find many phrases in a text quickly: the longest phrase at each place, whole words, any white space or hyphen."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Generic, TypeVar

from knowledge import vocabulary

Payload = TypeVar("Payload")
_ENDINGS = r"(?:e?s|e|en|n|er|em)?"
_CHUNK = 2048             # characters whose beginnings of words are found and kept together
_SNIPPET = 200            # shorter texts are pieces that are looked at once
_MOST_KEYS = 50_000       # first letters that a lexicon remembers
_MOST_SPANS = 2_000       # pieces of a text of which a lexicon remembers the hits
_MOST_CHUNKS = 160        # chunks of a text of which a lexicon remembers where its phrases may begin
_LETTERS = "0-9A-Za-z\xaa\xb2\xb3\xb5\xb9\xba\xbc-\xbe\xc0-\xd6\xd8-\xf6\xf8-\u024f"
# Latin phrases begin at the beginning of a word, others anywhere.
_BEGINNING = re.compile(rf"(?<![A-Za-zÀ-ÿ0-9_])[{_LETTERS}]|[^\s{_LETTERS}]")
_FIRST = re.compile(r"[^\W_]{1,4}|.", re.DOTALL)  # up to four letters choose the bucket


@dataclass(frozen=True, slots=True)
class Hit(Generic[Payload]):
    """A phrase found at [start, end)."""

    start: int
    end: int
    what: Payload


class _Memory(Generic[Payload]):
    """What a lexicon found in the text that it looked at last; the sentences of a document are looked at many times."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.chunks: dict[int, tuple[list[int], list[tuple[str, ...]]]] = {}
        self.spans: dict[tuple[int, int], tuple[Hit[Payload], ...]] = {}


class Phrases(Generic[Payload]):
    """A lexicon that maps phrases to what they mean."""

    def __init__(self, entries: Iterable[tuple[str, Payload]], inflect: bool = True) -> None:
        plain: dict[str, list[tuple[str, Payload]]] = {}
        compound: list[tuple[str, Payload]] = []
        for phrase, what in entries:
            if phrase.startswith("*"):
                compound.append((phrase[1:], what))
            else:
                plain.setdefault(_key(phrase), []).append((phrase, what))
        self._inflect = inflect
        self._plain = plain
        self._firsts = frozenset(plain)
        self._buckets: dict[str, tuple[re.Pattern[str], list[Payload]]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        self._memory: _Memory[Payload] = _Memory("")
        self._compound = _compiled(compound, inflect, r"(?<![^\W\d_])[^\W\d_]*") if compound else None

    def find(self, text: str, start: int = 0, end: int | None = None) -> list[Hit[Payload]]:
        """All hits in text[start:end], the longest where they overlap, in order."""
        end = len(text) if end is None else end
        if len(text) < _SNIPPET:
            return self._longest(text, start, end)
        spans = self._of_text(text).spans
        hits = spans.get((start, end))
        if hits is None:
            if len(spans) >= _MOST_SPANS:
                spans.clear()
            hits = spans[start, end] = tuple(self._longest(text, start, end))
        return list(hits)

    def _longest(self, text: str, start: int, end: int) -> list[Hit[Payload]]:
        hits = sorted(self._raw(text, start, end), key=lambda h: (h.start - h.end, h.start))
        if len(hits) < 2:
            return hits
        kept: list[Hit[Payload]] = []
        for hit in hits:
            if all(hit.end <= other.start or hit.start >= other.end for other in kept):
                kept.append(hit)
        return sorted(kept, key=lambda h: h.start)

    def search(self, text: str, start: int = 0, end: int | None = None) -> Hit[Payload] | None:
        """The first hit, or None."""
        end = len(text) if end is None else end
        if self._compound:
            return min(self._raw(text, start, end), key=lambda h: (h.start, -h.end), default=None)
        first: Hit[Payload] | None = None
        for hit in self._raw(text, start, end):
            if first is not None and hit.start > first.start:
                break
            if first is None or hit.end > first.end:
                first = hit
        return first

    def ending_at(self, text: str, start: int, end: int) -> Hit[Payload] | None:
        """The longest hit in text[start:end] after which only white space follows."""
        stop = start + len(text[start:end].rstrip())
        found = [h for h in self._raw(text, start, end) if h.end == stop]
        return max(found, key=lambda h: h.end - h.start, default=None)

    def starting_at(self, text: str, start: int, end: int) -> Hit[Payload] | None:
        """The longest hit that begins at the first character after white space."""
        end = min(end, len(text))
        while start < end and text[start].isspace():
            start += 1
        return max(self._at(text, start, end), key=lambda h: h.end, default=None)

    def _at(self, text: str, place: int, end: int) -> Iterator[Hit[Payload]]:
        return self._of(self._buckets_of(_key(text, place)), text, place, end)

    def _of(self, buckets: tuple[str, ...], text: str, place: int, end: int) -> Iterator[Hit[Payload]]:
        for known in buckets:
            pattern, payloads = self._bucket(known)
            match = pattern.match(text, place, end)
            if match and match.end() > place:
                yield Hit(place, match.end(), payloads[int(str(match.lastgroup)[1:])])

    def _buckets_of(self, key: str) -> tuple[str, ...]:
        """The beginnings of phrases that a text with these first letters may hold, the longest first."""
        found = self._known.get(key)
        if found is None:
            found = tuple(key[:n] for n in range(len(key), 0, -1) if key[:n] in self._plain)
            if len(self._known) < _MOST_KEYS:
                self._known[key] = found
        return found

    def _bucket(self, key: str) -> tuple[re.Pattern[str], list[Payload]]:
        """The compiled phrases of a beginning; compiled when a text first holds it, since most never occur."""
        if key not in self._buckets:
            self._buckets[key] = _compiled(self._plain[key], self._inflect)
        return self._buckets[key]

    def _of_text(self, text: str) -> _Memory[Payload]:
        if self._memory.text is not text:
            self._memory = _Memory(text)
        return self._memory

    def _openings(self, text: str, start: int, end: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(place, beginnings of phrases) of whatever may begin a phrase of this lexicon in text[start:end]."""
        if len(text) < _SNIPPET:
            for match in _BEGINNING.finditer(text, start, end):
                if buckets := self._buckets_of(_key(text, match.start())):
                    yield match.start(), buckets
            return
        chunks = self._of_text(text).chunks
        for number in range(start // _CHUNK, (max(start, end - 1)) // _CHUNK + 1):
            chunk = chunks.get(number)
            if chunk is None:
                if len(chunks) >= _MOST_CHUNKS:
                    chunks.clear()
                chunk = chunks[number] = self._chunk(text, number)
            places, buckets_at = chunk
            first, last = bisect_left(places, start), bisect_left(places, end)
            yield from zip(places[first:last], buckets_at[first:last], strict=True)

    def _chunk(self, text: str, number: int) -> tuple[list[int], list[tuple[str, ...]]]:
        kept = _kept_chunk(text, number)
        found: dict[int, tuple[str, ...]] = {}
        for beginning in sorted(self._firsts & kept.keys(), key=len, reverse=True):
            for place in kept[beginning]:
                found[place] = (*found.get(place, ()), beginning)
        places = sorted(found)
        return places, [found[place] for place in places]

    def _raw(self, text: str, start: int, end: int) -> Iterator[Hit[Payload]]:
        for place, buckets in self._openings(text, start, end) if self._plain else ():
            yield from self._of(buckets, text, place, end)
        if self._compound:
            for match in self._compound[0].finditer(text, start, end):
                yield Hit(match.start(), match.end(), self._compound[1][int(str(match.lastgroup)[1:])])


@lru_cache(maxsize=_MOST_CHUNKS)
def _kept_chunk(text: str, number: int) -> dict[str, list[int]]:
    """Where the words of a chunk begin, by their first one to four letters; some hundred word lists look there."""
    found: dict[str, list[int]] = {}
    for match in _BEGINNING.finditer(text, number * _CHUNK, (number + 1) * _CHUNK):
        key = _key(text, match.start())
        for length in range(1, len(key) + 1):
            found.setdefault(key[:length], []).append(match.start())
    return found


def _key(text: str, place: int = 0) -> str:
    """The first letters of a word at `place`, or its first character where that is none."""
    match = _FIRST.match(text, place)
    return match.group().lower() if match else ""


def _compiled(
    entries: list[tuple[str, Payload]], inflect: bool, lead: str = ""
) -> tuple[re.Pattern[str], list[Payload]]:
    entries = sorted(entries, key=lambda e: -len(e[0]))
    parts = [f"(?P<g{i}>{_pattern(phrase, inflect)})" for i, (phrase, _) in enumerate(entries)]
    pattern = "|".join(parts)
    return re.compile(f"{lead}(?:{pattern})", re.IGNORECASE), [what for _, what in entries]


def _pattern(phrase: str, inflect: bool) -> str:
    if phrase.endswith("|"):
        phrase, inflect = phrase[:-1], False               # `must|` is never `Muster`
    if len(phrase) <= 2 and phrase.isascii() and phrase.isupper():
        return rf"(?-i:(?<![A-Za-z0-9_]){phrase}(?![A-Za-z0-9_]))"    # LE is an end of life, Le an article
    open_end = phrase.endswith("*")
    words = re.split(r"[\s\-]+", phrase.rstrip("*")) if re.search(r"\w[\s\-]+\w", phrase) else [phrase.rstrip("*")]
    joint = r"[\s\-]+" if phrase.isascii() or _latin(words[0][0]) else r"[\s\-]*"   # Korean writes both
    body = joint.join(re.escape(w) for w in words)
    first, last = phrase[0], phrase.rstrip("*")[-1]
    before = r"(?<![A-Za-zÀ-ÿ0-9_])" if _latin(first) else ""
    if open_end:
        return before + body + r"\w*"
    if not _latin(last):
        return before + body
    ending = _ENDINGS if inflect and last.isalpha() and len(phrase) > 3 and not phrase.isupper() else ""
    return before + body + ending + r"(?![A-Za-zÀ-ÿ0-9_])"


def _latin(character: str) -> bool:
    return character.isalnum() and ord(character) < 0x250


@cache  # as many as the code names
def lexicon(*path: str) -> Phrases[str]:
    """The merged word list at a path of the language files; the payload is the phrase's own key.

    A mapping (comparator → phrases) gives the key as payload, a list gives the last path element.
    """
    node = vocabulary.words()
    for step in path:
        node = node.get(step, {})
    if isinstance(node, dict):
        entries = [(str(p), str(key)) for key, phrases in node.items() for p in phrases]
    else:
        entries = [(str(p), path[-1]) for p in node]
    return Phrases(entries, inflect=path[0] not in ("columns", "comparators_before", "comparators_after", "axes"))
