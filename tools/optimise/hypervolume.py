"""Which points dominate, how much they dominate together, and which of many new ones would add most.

Everything is minimised; hypervolume is exact, by slicing along the last objective (meant for a few hundred points of
two to four objectives); the greedy pick counts quasi-random sample points, which is quick and repeatable.
"""

from __future__ import annotations

import warnings

import numpy as np

SAMPLES = 8192


def non_dominated(values: np.ndarray) -> np.ndarray:
    """Rows (n,) of bool of values (n, m) that no other row beats everywhere; of equal rows the first is kept.

    >>> non_dominated(np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0]])).tolist()
    [True, True, False, False]
    """
    n = len(values)
    keep = np.ones(n, dtype=bool)
    for i in range(n):
        beats = (values <= values[i]).all(1)
        better = beats & (values < values[i]).any(1)
        twin = beats & ~better & (np.arange(n) < i)
        keep[i] = not (better.any() or twin.any())
    return keep


def hypervolume(values: np.ndarray, reference: np.ndarray) -> float:
    """Volume that rows (n, m) dominate below the reference point (m,); 0 where none lies below it.

    >>> hypervolume(np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([3.0, 3.0]))
    3.0
    """
    reference = np.asarray(reference, dtype=float)
    values = np.asarray(values, dtype=float).reshape(-1, len(reference))
    values = values[(values < reference).all(1)]
    return _volume(values[non_dominated(values)], reference)


def _volume(values: np.ndarray, reference: np.ndarray) -> float:
    if not len(values):
        return 0.0
    if values.shape[1] == 1:
        return float(reference[0] - values.min())
    values = values[np.argsort(values[:, -1], kind="stable")]
    if values.shape[1] == 2:
        best = np.minimum.accumulate(values[:, 0])
        heights = np.diff(np.append(values[:, 1], reference[1]))
        return float(((reference[0] - best) * heights).sum())
    depths = np.diff(np.append(values[:, -1], reference[-1]))
    total = 0.0
    for k, depth in enumerate(depths, 1):
        if depth > 0:
            slab = values[:k, :-1]
            total += float(depth) * _volume(slab[non_dominated(slab)], reference[:-1])
    return total


def pick_by_gain(values: np.ndarray, held: np.ndarray, ideal: np.ndarray, reference: np.ndarray, count: int
                 ) -> list[int]:
    """Greedy pick of `count` rows of values (n, m): each adds most volume to the held (k, m) and those picked before.

    Rows that add nothing any more are left out, so fewer may come back.
    """
    if not len(values):
        return []
    span = np.maximum(reference - ideal, 1e-12)
    low = np.minimum(ideal, values.min(0))
    samples = low + _samples(values.shape[1]) * (low + np.maximum(reference - low, span) - low)
    free = np.ones(len(samples), dtype=bool)
    for row in held:
        free &= ~(row <= samples).all(1)
    covers = np.array([(row <= samples).all(1) for row in values])
    chosen: list[int] = []
    while len(chosen) < count:
        gains = (covers & free).sum(1)
        best = int(np.argmax(gains))
        if not gains[best]:
            break
        chosen.append(best)
        free &= ~covers[best]
    return chosen


def _samples(dimensions: int) -> np.ndarray:
    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(qmc.Sobol(dimensions, seed=0).random(SAMPLES))
