"""Fits the gate of the search on the questions to tune on: `python -m evals.retrieval_gate [--corpus PATH…]`.

Each question is asked of the starter library alone and, where papers are given, of both together, because a larger
store holds something of every question. Printed are the weights for `knowledge/literature/gate.py` and, for some gates,
the shares of unanswerable and answerable questions that are left empty by fits that have not seen them (ten folds,
five times).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evals.retrieval import prepared
from evals.retrieval_set import Question, questions

if TYPE_CHECKING:
    from knowledge.literature.search import Library

_PRIOR = 1.0   # weight decay on standardised signs
_FOLDS, _REPEATS = 10, 5
_GATES = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)


def gathered(library: Library, asked: Iterable[Question]) -> tuple[list[str], NDArray[np.float64], NDArray[np.bool_]]:
    """The texts, their signs of shape (n_questions, n_signs), and whether they have an answer."""
    texts, rows, answerable = [], [], []
    for question in asked:
        if question.targets and not question.on_cards:
            continue
        texts.append(question.text)
        rows.append([sign for sign in astuple(library.signs(question.text)) if sign is not None])
        answerable.append(bool(question.targets))
    return texts, np.array(rows, dtype=float), np.array(answerable)


def fitted(signs: NDArray[np.float64], answerable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Bias and weights, shape (1 + n_signs,), by Newton's method."""
    middle, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-9
    x = np.column_stack((np.ones(len(signs)), (signs - middle) / spread))
    decay = np.diag([0.0, *([_PRIOR] * signs.shape[1])])
    w = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-x @ w))
        w += np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + decay, x.T @ (answerable - p) - decay @ w)
    slopes = w[1:] / spread
    return np.concatenate(([w[0] - slopes @ middle], slopes))


def unseen(texts: list[str], signs: NDArray[np.float64], answerable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How surely each question is answered by fits that have not seen its text, shape (n_questions,)."""
    draw, names = np.random.default_rng(0), sorted(set(texts))
    total = np.zeros(len(texts))
    for _ in range(_REPEATS):
        fold = dict(zip(names, draw.permutation(len(names)) % _FOLDS, strict=True))
        of = np.array([fold[t] for t in texts])
        for number in range(_FOLDS):
            w = fitted(signs[of != number], answerable[of != number])
            total[of == number] += 1.0 / (1.0 + np.exp(-(w[0] + signs[of == number] @ w[1:])))
    return total / _REPEATS


def main(arguments: list[str] | None = None) -> None:
    """Print the weights, and for some gates what is left empty of unseen questions."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--corpus", type=Path, nargs="*", default=[])
    parser.add_argument("--embedder", default="hashed", help="as `cellwright knowledge configure` takes it")
    options = parser.parse_args(arguments)
    asked = [q for q in questions() if q.split == "dev"]
    parts = []
    corpora: list[list[Path]] = [[], options.corpus] if options.corpus else [[]]
    for corpus in corpora:
        with tempfile.TemporaryDirectory() as folder:
            parts.append(gathered(prepared(Path(folder), corpus, options.embedder), asked))
    texts = [t for part in parts for t in part[0]]
    signs, answerable = np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts])
    bias, *weights = fitted(signs, answerable)
    print(f"_WEIGHTS = ({', '.join(f'{w:.3f}' for w in weights)})\n_BIAS = {bias:.3f}")
    sure, start = unseen(texts, signs, answerable), 0
    for _, own, _ in parts:
        p, y = sure[start : start + len(own)], answerable[start : start + len(own)]
        start += len(own)
        print("  ".join(f"{g:.2f}: {np.mean(p[~y] < g):.3f} {np.mean(p[y] < g):.3f}" for g in _GATES))


if __name__ == "__main__":
    main()
