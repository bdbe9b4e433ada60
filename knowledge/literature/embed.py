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
_CHUNK = 64  # texts hashed in one pass: their codes stay in the processor's cache
_MARK = ord(" ")


def ngram_hashes(texts: list[str]) -> list[NDArray[np.uint64]]:
    """64-bit hashes of the character 3- to 5-grams of the words of each text, each of shape (n_grams,)."""
    marked = [f" {' '.join(w for w in word_runs(text) if w not in STOP)} " for text in texts]
    codes = np.frombuffer("".join(marked).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    ends = np.cumsum([len(m) for m in marked])
    space = codes == _MARK
    parts: list[list[NDArray[np.uint64]]] = [[] for _ in texts]
    for size in _SIZES:
        if len(codes) < size:
            continue
        count = len(codes) - size + 1
        across = np.zeros(count, dtype=bool)  # a gram with a mark inside lies across two words or two texts
        for inner in range(1, size - 1):
            across |= space[inner : inner + count]
        starts = np.flatnonzero(~across)
        value = np.full(len(starts), size, dtype=np.uint64)
        for column in range(size):
            value = (value ^ codes[starts + column]) * _PRIME
            value ^= value >> np.uint64(29)
        for part, piece in zip(parts, np.split(value, np.searchsorted(starts, ends)), strict=False):
            part.append(piece)
    return [np.concatenate(part) if part else np.empty(0, dtype=np.uint64) for part in parts]


def embed(texts: list[str]) -> NDArray[np.float32]:
    """Unit vectors, shape (n_texts, DIMENSION); a text without words gets the zero vector."""
    vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    for begin in range(0, len(texts), _CHUNK):
        for row, hashes in enumerate(ngram_hashes(texts[begin : begin + _CHUNK]), start=begin):
            if len(hashes):
                vectors[row] = _vector(np.sort(hashes))
    return vectors


def _vector(hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The unit vector of sorted hashes, shape (DIMENSION,)."""
    first = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
    counts, hashes = np.diff(first, append=len(hashes)), hashes[first]
    bucket = (hashes % np.uint64(DIMENSION)).astype(np.int64)
    sign = np.where((hashes >> np.uint64(61)) & np.uint64(1), 1.0, -1.0)
    vector = np.bincount(bucket, weights=sign * np.sqrt(counts), minlength=DIMENSION)
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))
