"""Hashed character n-gram vectors: deterministic, no download, tolerant of typos, compounds and inflections.

The n-grams of each word (with a mark at either end) are hashed into `DIMENSION` signed buckets, damped by the square
root of their count and normalised; the cosine of two vectors estimates the overlap of their n-grams.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowledge.literature.words import STOP, word_runs

EMBEDDER_ID = "hashed-ngrams-3-5-v2"
DIMENSION = 512
_SIZES = (3, 4, 5)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def ngram_hashes(text: str) -> NDArray[np.uint64]:
    """64-bit hashes of the character 3- to 5-grams of the words of a text, shape (n_grams,)."""
    words = [w for w in word_runs(text) if w not in STOP]
    codes = np.frombuffer((" " + " ".join(words) + " ").encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    found = []
    for size in _SIZES:
        if len(codes) < size:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(codes, size)
        inside = ~(windows[:, 1:-1] == ord(" ")).any(axis=1)
        value = np.full(int(inside.sum()), size, dtype=np.uint64)
        for column in range(size):
            value = (value ^ windows[inside, column]) * _PRIME
            value ^= value >> np.uint64(29)
        found.append(value)
    return np.concatenate(found) if found else np.empty(0, dtype=np.uint64)


def embed(texts: list[str]) -> NDArray[np.float32]:
    """Unit vectors, shape (n_texts, DIMENSION); a text without words gets the zero vector."""
    vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    for row, text in enumerate(texts):
        hashes, counts = np.unique(ngram_hashes(text), return_counts=True)
        bucket = (hashes % np.uint64(DIMENSION)).astype(np.int64)
        sign = np.where((hashes >> np.uint64(61)) & np.uint64(1), 1.0, -1.0)
        vector = np.bincount(bucket, weights=sign * np.sqrt(counts), minlength=DIMENSION)
        norm = float(np.linalg.norm(vector))
        if norm > 0:
            vectors[row] = vector / norm
    return vectors
