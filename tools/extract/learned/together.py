"""Numbers judged together: each is looked at again beside what the other numbers of its page were taken for.

A first model judges every number by its own words. Here a small network corrects its probabilities by those of the
numbers of the same sentence, row, column, section and document: the second price of a mail is not a second price list,
and a column of which nothing is asked is somebody else's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tools.extract.learned.observe import CONDITION, Observation
from tools.extract.learned.weights import KINDS, NONE

TOGETHER = Path(__file__).parent / "together.npz"
ALWAYS = (NONE, CONDITION)
CANDIDATES = 8                  # of each number: nothing, a condition, and the likeliest metrics
_LIKELY = 0.02                  # a metric of less is no candidate to its neighbours
_LEAST = 1e-4
EDGE = "-"                     # the class of no neighbour
_LANGUAGES = ("en", "de", "fr", "ja", "ko", "zh")
_BLOCKS = ("paragraph", "list_item", "heading", "cell", "row")
_SAME_SENTENCE, _SAME_BLOCK, _ELSEWHERE = 1.0, 0.6, 0.1     # how near the number before or behind is
_MANY, _LONG = 8, 80
_USUAL_ASKED, _USUAL_CONDITION = 0.3, 0.2                   # where there is no other number to look at

Shares = dict[str, float]
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True)
class Placed:
    """A number by its place and by what the rules made of it.

    `groups` are its sentence, block, row, column, section and document; None where it has none.
    """

    groups: tuple[Hashable | None, ...]
    value: float
    kind: str
    header: bool
    unit: bool
    verdict: str
    fate: str
    several: bool
    kinds: dict[str, tuple[str, ...]]

    @property
    def in_table(self) -> bool:
        """Whether it stands in a table."""
        return self.groups[2] is not None


def placed(seen: Observation) -> Placed:
    """A number's place; the groups are those of one document."""
    block = seen.block
    row = column = None
    if block.table is not None:
        row, column = (block.table, "row", block.row), (block.table, "column", block.column)
    section = block.section[-1] if block.section else None
    groups = ((block.index, seen.sentence), block.index, row, column, section, "document")
    return Placed(groups, seen.quantity.values[0], block.kind, block.header_row, bool(seen.quantity.units),
                  seen.verdict, seen.fate, len(seen.drafts) > 1, seen.kinds())


class _Tops(Generic[_Key]):
    """The two greatest values under each key, so that one's own can be left out."""

    def __init__(self) -> None:
        self._found: dict[_Key, tuple[float, int, float]] = {}

    def add(self, key: _Key, value: float, owner: int) -> None:
        top, who, second = self._found.get(key, (0.0, -1, 0.0))
        if value > top:
            self._found[key] = (value, owner, top)
        elif value > second:
            self._found[key] = (top, who, value)

    def other(self, key: _Key, owner: int) -> float:
        """The greatest value under a key that is not the owner's."""
        top, who, second = self._found.get(key, (0.0, -1, 0.0))
        return second if who == owner else top


class Beside:
    """The numbers of one page beside each other; `features` gives what is seen of each."""

    def __init__(self, numbers: Sequence[Placed], shares: Sequence[Shares], language: str | None) -> None:
        self._numbers, self._shares = numbers, shares
        self._language = [float(language == known) for known in _LANGUAGES]
        self._asked = [1.0 - p.get(NONE, 0.0) - p.get(CONDITION, 0.0) for p in shares]
        self._condition = [p.get(CONDITION, 0.0) for p in shares]
        self._ruled = [float(n.verdict not in ALWAYS) for n in numbers]
        self._best = [max(p, key=lambda name: p[name]) for p in shares]
        self._sums: dict[tuple[int, Hashable], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        self._anywhere, self._same_value = _Tops[str](), _Tops[tuple[str, float]]()
        self._grouped, self._by_rules = _Tops[tuple[int, Hashable, str]](), _Tops[tuple[int, Hashable, str]]()
        self._sure: dict[str, int] = defaultdict(int)
        self._columns: dict[Hashable, list[int]] = defaultdict(list)
        for i, number in enumerate(numbers):
            self._add(i, number)
        self._above, self._below = self._stacked()
        self._before = self._running(range(len(numbers)))
        self._behind = self._running(range(len(numbers) - 1, -1, -1))

    def _add(self, i: int, number: Placed) -> None:
        for place, group in enumerate(number.groups):
            if group is None:
                continue
            sums = self._sums[place, group]
            for k, value in enumerate((self._asked[i], self._condition[i], self._ruled[i], 1.0)):
                sums[k] += value
            self._by_rules.add((place, group, number.verdict), 1.0, i)
        if number.groups[3] is not None:
            self._columns[number.groups[3]].append(i)
        for name, share in self._shares[i].items():
            if share <= _LIKELY or name in ALWAYS:
                continue
            self._anywhere.add(name, share, i)
            self._same_value.add((name, number.value), share, i)
            self._sure[name] += share > 0.5
            for place, group in enumerate(number.groups[:5]):
                if group is not None:
                    self._grouped.add((place, group, name), share, i)

    def _stacked(self) -> tuple[dict[int, int], dict[int, int]]:
        above, below = {}, {}
        for column in self._columns.values():
            for upper, lower in zip(column, column[1:], strict=False):
                above[lower], below[upper] = upper, lower
        return above, below

    def _running(self, order: range) -> list[Shares]:
        """For each number and candidate, the greatest share of the numbers passed before it."""
        passed: Shares = {}
        found: list[Shares] = [{}] * len(order)
        for i in order:
            found[i] = {name: passed.get(name, 0.0) for name in self.candidates(i)}
            for name, share in self._shares[i].items():
                if share > _LIKELY and name not in ALWAYS and share > passed.get(name, 0.0):
                    passed[name] = share
        return found

    def candidates(self, i: int) -> list[str]:
        """Nothing, a condition, and the likeliest metrics of a number."""
        shares = self._shares[i]
        metrics = sorted((name for name in shares if name not in ALWAYS), key=lambda name: -shares[name])
        return [*ALWAYS, *metrics[:CANDIDATES - len(ALWAYS)]]

    def neighbours(self, i: int) -> tuple[str, str]:
        """What the numbers before and behind are taken for, where they stand near."""
        found = [self._best[j] if near >= _SAME_BLOCK else EDGE for j, near in self._around(i)[:2]]
        return found[0], found[1]

    def _around(self, i: int) -> list[tuple[int, float]]:
        return [(j, self._near(i, j)) for j in (i - 1, i + 1, i - 2, i + 2)]

    def _near(self, i: int, j: int) -> float:
        if not 0 <= j < len(self._numbers):
            return 0.0
        own, other = self._numbers[i].groups, self._numbers[j].groups
        if own[0] == other[0]:
            return _SAME_SENTENCE
        return _SAME_BLOCK if own[1] == other[1] or own[2] is not None and own[2] == other[2] else _ELSEWHERE

    def features(self, i: int) -> list[list[float]]:
        """What is seen of a number, a line for each candidate."""
        common, around = self._common(i), self._around(i)
        return [self._of(i, rank, name, around) + common for rank, name in enumerate(self.candidates(i))]

    def _of(self, i: int, place: int, name: str, around: list[tuple[int, float]]) -> list[float]:
        number, shares = self._numbers[i], self._shares[i]
        share = shares.get(name, 0.0)
        found = [float(np.log(max(share, _LEAST))), share, name == NONE, name == CONDITION, name not in ALWAYS,
                 number.verdict == name, name == self._best[i], max(0, place - len(ALWAYS)) / 6]
        if name in ALWAYS:
            found += [0.0] * 10
        else:
            sure = self._sure[name] - (share > 0.5)
            found += [self._anywhere.other(name, i), min(sure, 4) / 4, self._before[i][name], self._behind[i][name],
                      self._same_value.other((name, number.value), i)]
            found += [self._grouped.other((k, group, name), i) if group is not None else 0.0
                      for k, group in enumerate(number.groups[:5])]
        for k in (0, 2):
            group = number.groups[k]
            told = group is not None and self._by_rules.other((k, group, name), i) > 0
            found.append(float(told and name not in ALWAYS))
        found += [self._shares[j].get(name, 0.0) * near if near else 0.0 for j, near in around]
        found += [self._shares[j].get(name, 0.0) if j is not None else 0.0
                  for j in (self._above.get(i), self._below.get(i))]
        near_kinds = number.kinds.get(name, ())
        return [float(x) for x in found] + [float(kind in near_kinds) for kind in KINDS]

    def _common(self, i: int) -> list[float]:
        number, n = self._numbers[i], len(self._numbers)
        found: list[float] = []
        for place, group in enumerate(number.groups):
            sums = self._sums[place, group] if group is not None else [0.0] * 4
            others = sums[3] - (group is not None)
            if others > 0:
                own = (self._asked[i], self._condition[i], self._ruled[i])
                found += [(whole - mine) / others for whole, mine in zip(sums, own, strict=False)]
            else:
                found += [_USUAL_ASKED, _USUAL_CONDITION, _USUAL_ASKED]
            found += [min(others, _MANY) / _MANY if others > 0 else 0.0, float(others <= 0)]
        around = self._around(i)
        found += [near for _, near in around]
        found += [self._asked[j] if near else 0.0 for j, near in around]
        found += [self._condition[j] if near else 0.0 for j, near in around]
        found += [self._asked[j] if j is not None else _USUAL_ASKED for j in (self._above.get(i), self._below.get(i))]
        found += [number.in_table, not number.unit, self._asked[i], self._condition[i], i / n, min(n, _LONG) / _LONG,
                  number.verdict == NONE, number.verdict == CONDITION, number.fate == "ignored",
                  number.fate == "residual", number.header, number.several, *self._language]
        return [float(x) for x in found] + [float(number.kind == known) for known in _BLOCKS]


@dataclass(frozen=True)
class Network:
    """One hidden layer over what is seen of a candidate, and weights of what stands beside what.

    `classes` (C names); `mean`, `scale` (F,); `own`, `before`, `behind` (C, e) embeddings; `bias` (C,);
    `hidden` (F + e, H) with `hidden_bias` (H,); `out` (H,).
    """

    classes: tuple[str, ...]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    own: NDArray[np.float32]
    before: NDArray[np.float32]
    behind: NDArray[np.float32]
    bias: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    out: NDArray[np.float32]

    def judge(self, numbers: Sequence[Placed], shares: Sequence[Shares], language: str | None) -> list[Shares]:
        """The probabilities of each number's candidates, corrected by the others of its page; other metrics get 0."""
        beside = Beside(numbers, shares, language)
        places = {name: k for k, name in enumerate(self.classes)}
        found = []
        for i in range(len(numbers)):
            names = beside.candidates(i)
            seen = np.array(beside.features(i), dtype=np.float32)
            which = [places.get(name, places[EDGE]) for name in names]
            left, right = (places.get(name, places[EDGE]) for name in beside.neighbours(i))
            own = self.own[which]
            inside = np.concatenate([(seen - self.mean) / self.scale, own], axis=1) @ self.hidden + self.hidden_bias
            score = seen[:, 0] + np.maximum(inside, 0.0) @ self.out + self.bias[which] + own @ (
                self.before[left] + self.behind[right])
            share = np.exp(score - score.max())
            share /= share.sum()
            found.append(dict(zip(names, (float(p) for p in share), strict=True)))
        return found


@lru_cache(maxsize=2)
def load_network(path: Path = TOGETHER) -> Network:
    """The network of a file."""
    with np.load(path) as stored:
        names = tuple(str(stored["classes"]).split("\n"))
        return Network(names, *(stored[k] for k in ("mean", "scale", "own", "before", "behind", "bias", "hidden",
                                                    "hidden_bias", "out")))
