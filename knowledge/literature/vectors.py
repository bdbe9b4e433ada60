"""A copy of a store's vectors that a search reads straight from disk: Chroma keeps them, and takes seconds to open."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_FOLDER = "vectors"
_FORMAT = 1
_STEP = 5_000  # passages written at a time


class Vectors(Protocol):
    """What finds the passages nearest to a question."""

    def nearest(self, vector: NDArray[np.float32], count: int) -> dict[str, float]:
        """Ids of the nearest passages with their cosines, nearest first; `vector` of shape (dimension,)."""


class VectorCopy:
    """Unit vectors column by column, memory-mapped: a question of few n-grams reads a few of the columns only."""

    def __init__(self, folder: Path, ids: list[str]) -> None:
        """Open the copy in a folder; `ids` are those of its rows.

        Raises:
            OSError, ValueError: the file is missing, damaged, or has not one row an id.
        """
        self.ids = ids
        self._columns = np.asarray(np.load(folder / "columns.npy", mmap_mode="r"))  # (dimension, n_passages), mapped
        if self._columns.ndim != 2 or self._columns.shape[1] != len(ids):
            raise ValueError(f"{folder} holds {self._columns.shape}, not one vector for each of {len(ids)} passages")

    def nearest(self, vector: NDArray[np.float32], count: int) -> dict[str, float]:
        """Ids of the nearest passages with their cosines, nearest first; exact.

        Args:
            vector: the question's unit vector, shape (dimension,).
        """
        asked = np.flatnonzero(vector)
        cosine, part = np.zeros((2, len(self.ids)), dtype=np.float32)
        for column in asked:
            np.multiply(self._columns[column], vector[column], out=part)
            cosine += part
        count = min(count, len(self.ids))
        rows = np.argpartition(-cosine, count - 1)[:count] if count else np.empty(0, dtype=np.int64)
        ordered = sorted(rows.tolist(), key=lambda row: (-float(cosine[row]), row))
        return {self.ids[row]: float(cosine[row]) for row in ordered}


def open_copy(folder: Path, ids: list[str], digest: str, embedder: str) -> VectorCopy | None:
    """The copy beside a store, or None where it is missing, damaged, or not of this content and embedder."""
    try:
        stamp = json.loads((folder / _FOLDER / "stamp.json").read_text(encoding="utf-8"))
        if stamp == _stamp(digest, embedder):
            return VectorCopy(folder / _FOLDER, ids)
    except (OSError, ValueError):
        pass  # derived data: the caller makes it anew
    return None


def write_copy(
    folder: Path, ids: list[str], dimension: int, read: Callable[[list[str]], NDArray[np.float32]], digest: str,
    embedder: str,
) -> VectorCopy:
    """Write the copy; it replaces the earlier one when it is complete.

    Args:
        read: gives the vectors of ids, shape (n_ids, dimension), in their order.
    """
    fresh = folder / f"{_FOLDER}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    columns = np.zeros((dimension, len(ids)), dtype=np.float32)
    for start in range(0, len(ids), _STEP):
        columns[:, start : start + _STEP] = read(ids[start : start + _STEP]).T
    np.save(fresh / "columns.npy", columns)
    (fresh / "stamp.json").write_text(json.dumps(_stamp(digest, embedder)), encoding="utf-8")
    discard_copy(folder)
    fresh.replace(folder / _FOLDER)
    return VectorCopy(folder / _FOLDER, ids)


def discard_copy(folder: Path) -> None:
    """Take the copy away."""
    shutil.rmtree(folder / _FOLDER, ignore_errors=True)


def _stamp(digest: str, embedder: str) -> dict[str, str | int]:
    return {"digest": digest, "embedder": embedder, "format": _FORMAT}
