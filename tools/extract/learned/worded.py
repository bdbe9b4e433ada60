"""Conditions in words: a state of life, a full or an empty cell, a direction, by taught weights."""

from __future__ import annotations

from tools.extract.learned.candidates import Field
from tools.extract.learned.surroundings import words
from tools.extract.learned.weights import Weights
from tools.extract.page import Draft
from tools.extract.phrases import lexicon

# Slots that words may fill without a number.
GROUPS = ("life", "kind", "direction", "element", "soc_pct", "soc_from_pct", "soc_to_pct", "dod_pct", "frequency_Hz",
          "temperature_C")
_LISTS = ("life", "charged", "full_depth", "from_empty", "room", "kinds")
_STEM = 5
_SIDE = 160           # characters on each side of a requirement
_ROW = 120


class Wording:
    """Features of a requirement's words; those of the page are made once."""

    def __init__(self, field: Field) -> None:
        self._field = field
        page = field.page
        self._page: list[str] = []
        for block in page.document.blocks:
            for start, end in page.sentences(block):
                if not field.between(start, end):
                    self._page += [f"doc={h.what}" for name in _LISTS
                                   for h in lexicon(name).find(page.text, start, end)]
        self._page = list(dict.fromkeys(self._page))
        self._page += [f"default={slot}:{value}" for slot, value in page.defaults.items()]
        self._known: dict[int, list[str]] = {}

    def features(self, made: Draft) -> list[str]:
        """What is seen without the rules' conditions."""
        if id(made) not in self._known:
            self._known[id(made)] = self._made(made)
        return self._known[id(made)]

    def _made(self, made: Draft) -> list[str]:
        field, page, block = self._field, self._field.page, made.block
        text, metric = page.text, made.metric
        start, end = field.sentence(block, made.start)
        start, end = max(start, made.start - 2 * _SIDE), min(end, made.end + 2 * _SIDE)
        found = [f"W:m={metric}", f"W:m={metric}^{made.comparator}", f"W:lang={page.document.language}",
                 f"W:m={metric}^table={block.table is not None}", f"W:unit={made.unit}"]
        left, right = words(text[start:made.start])[::-1], words(text[made.start:end])
        for side, line in (("B", left), ("A", right)):
            for place, word in enumerate(line[:40]):
                found.append(f"W:s={word[:_STEM]}")
                if place < 8:
                    found += [f"W:{side}={word[:_STEM]}", f"W:{metric}{side}={word[:_STEM]}"]
            found += [f"W:2={a[:_STEM]}_{b[:_STEM]}" for a, b in zip(line[:24], line[1:24], strict=False)]
        spans = page.sentences(block)
        own = next((i for i, (a, b) in enumerate(spans) if a <= made.start < b), 0)
        for name, i in (("P", own - 1), ("N", own + 1)):
            if 0 <= i < len(spans) and not field.between(*spans[i]):
                found += [f"W:{name}={w[:_STEM]}" for w in words(text[spans[i][0]:min(spans[i][1], spans[i][0] + 200)])]
        for place, cell in enumerate((*field.row(block), *page.head_of(block))):
            found += [f"W:R={w[:_STEM]}" for w in words(cell.text[:_ROW])]
            found += self._hits("row", cell.start, cell.end) if place < 8 else []
        for title in block.section[-2:]:
            found += [f"W:S={w[:_STEM]}" for w in words(title)[:10]]
        found += self._hits("own", start, end)
        if own:
            found += self._hits("before", *spans[own - 1])
        found += [f"W:{name}" for name in self._page] + [f"W:{metric}^{name}" for name in self._page]
        return list(dict.fromkeys(found))

    def _hits(self, where: str, start: int, end: int) -> list[str]:
        return [f"W:{where}={name}:{h.what}" for name in _LISTS
                for h in lexicon(name).find(self._field.page.text, start, end)]

    def rule_features(self, made: Draft) -> list[str]:
        """What the rules said."""
        return [f"W:has={slot}" for slot in made.conditions] + [
            f"W:has={slot}:{value}" for slot, value in made.conditions.items() if slot in GROUPS]


def answers(weights: Weights, slot: str) -> tuple[str, ...]:
    """The values of a slot that the weights know, as classes."""
    return tuple(name for name in weights.classes if name.startswith(f"{slot}:"))
