"""Taught weights: what a number, a name, a bound or a condition is, as probabilities."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NUMBERS, NAMES, BOUNDS, SLOTS = (
    Path(__file__).parent / f"{name}.npz" for name in ("numbers", "names", "bounds", "slots"))
NONE = "none"    # the class of what asks for nothing
# How near a metric is named, and what the rules said of it: weights that all metrics share, and one of each metric.
KINDS = ("left0", "left1", "left2", "right0", "right1", "right2", "only", "before", "row", "head", "title",
         "rule", "rule_sure", "rule_table", "rule_more")
SCALE = 3.0      # the sum of n weights is divided by the root of n and multiplied by this


def bucket(feature: str) -> int:
    """A feature's number: CRC-32 of its name."""
    return zlib.crc32(feature.encode("utf-8", "replace"))


@dataclass(frozen=True)
class Weights:
    """A log-linear model: `table[f, c]` for feature `keys[f]` and class `classes[c]`, in steps of `step[c]`."""

    classes: tuple[str, ...]
    keys: NDArray[np.uint32]          # sorted
    table: NDArray[np.int8]           # (features, classes)
    step: NDArray[np.float32]         # (classes,)
    bias: NDArray[np.float32]         # (classes,)
    kinds: NDArray[np.float32]        # (classes, KINDS)

    @cached_property
    def _places(self) -> dict[int, int]:
        return dict(zip(self.keys.tolist(), range(len(self.keys)), strict=True))

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.classes)}

    def shares(self, features: Iterable[str], kinds: dict[str, tuple[str, ...]], allowed: Iterable[str]
               ) -> dict[str, float]:
        """The probability of each allowed class.

        Args:
            features: names of features, each once; unknown ones count for nothing.
            kinds: the kinds of nearness of each class, out of `KINDS`.
            allowed: names of classes; those that the model does not know are left out.
        """
        return self.shares_at(self.places(features), kinds, allowed)

    def places(self, features: Iterable[str]) -> list[int]:
        """The rows of the table of the features that the model knows."""
        names = list(features)
        try:
            keys = list(map(zlib.crc32, map(str.encode, names)))
        except UnicodeEncodeError:                         # a lone surrogate
            keys = list(map(bucket, names))
        return [at for at in map(self._places.get, keys) if at is not None]

    def shares_at(self, known: list[int], kinds: dict[str, tuple[str, ...]], allowed: Iterable[str]
                  ) -> dict[str, float]:
        """The probability of each allowed class, by the rows of the features."""
        columns = self._columns
        open_ = [columns[name] for name in allowed if name in columns]
        score = self.bias.astype(np.float64)
        if known:
            total = self.table[known].sum(axis=0, dtype=np.int64) * self.step
            score = score + total * (SCALE / np.sqrt(len(known)))
        for name, near in kinds.items():
            if name in columns:
                score[columns[name]] += sum(self.kinds[columns[name], KINDS.index(k)] for k in near)
        open_score = score[open_]
        share = np.exp(open_score - open_score.max())
        share /= share.sum()
        return {self.classes[c]: float(p) for c, p in zip(open_, share, strict=True)}


@lru_cache(maxsize=4)
def load(path: Path = NUMBERS) -> Weights:
    """The weights of a file; by default those of numbers."""
    with np.load(path) as stored:
        return Weights(tuple(str(stored["classes"]).split("\n")), stored["keys"], stored["table"], stored["step"],
                       stored["bias"], stored["kinds"])
