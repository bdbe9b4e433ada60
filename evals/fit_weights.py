"""Fit a log-linear model by stochastic gradients and store it in whole numbers."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from tools.extract.learned.weights import KINDS, SCALE, Weights, bucket

LEAST = 4             # a feature of fewer examples is left out
EPOCHS, BATCH, RATE = 8, 256, 0.02
DROPPED = 0.5         # share of the features that a pass leaves out
WEIGHT = 4e-6         # of the weights of nearness, squared
DECAY = 1e-6          # of the weights of features
LEVELS = 15           # steps on each side of nothing in which a weight is stored; more tell no better


@dataclass(frozen=True)
class Example:
    """One thing to tell: its features, the kinds of nearness of each class, the classes it may be, what it is."""

    document: str
    features: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]
    allowed: tuple[str, ...]
    answer: str


class _Model(torch.nn.Module):  # type: ignore[misc]
    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.table = torch.nn.EmbeddingBag(features, classes, mode="sum", sparse=True)
        torch.nn.init.zeros_(self.table.weight)
        self.bias = torch.nn.Parameter(torch.zeros(classes))
        self.shared = torch.nn.Parameter(torch.zeros(len(KINDS)))
        self.own = torch.nn.Parameter(torch.zeros(classes, len(KINDS)))

    def forward(self, bags: list[torch.Tensor], kinds: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        counts = torch.tensor([max(1, len(b)) for b in bags], dtype=torch.float32)
        starts = torch.tensor([0, *np.cumsum([len(b) for b in bags])[:-1]])
        score: torch.Tensor = self.table(torch.cat(bags), starts) * (SCALE / counts.sqrt())[:, None]
        return (score + self.bias + (kinds * (self.shared + self.own)).sum(-1)).masked_fill(~mask, -1e4)


def fit(
    examples: list[Example], seed: int = 0, least: int = LEAST, epochs: int = EPOCHS, size: int = BATCH,
    dropped: float = DROPPED, decay: float = DECAY,
) -> Weights:
    """The weights that tell these examples best; the same examples and seed give the same weights.

    Args:
        examples: what to learn.
        seed: of the order and of what is left out.
        least: a feature of fewer examples is left out.
        epochs: passes over the examples.
        size: examples a step.
        dropped: share of the features that a step leaves out.
        decay: pull of a feature's weight towards zero, at each step that has the feature.
    """
    torch.manual_seed(seed)
    counts = Counter(f for e in examples for f in set(e.features))
    keys = np.array(sorted({bucket(f) for f, n in counts.items() if n >= least}), dtype=np.uint32)
    place = {int(key): i for i, key in enumerate(keys)}
    classes = tuple(sorted({e.answer for e in examples}))
    where = {name: i for i, name in enumerate(classes)}
    bags = [torch.tensor([place[b] for f in e.features if (b := bucket(f)) in place]) for e in examples]
    kinds = torch.zeros(len(examples), len(classes), len(KINDS), dtype=torch.uint8)
    mask = torch.zeros(len(examples), len(classes), dtype=torch.bool)
    for n, example in enumerate(examples):
        mask[n, [where[name] for name in (*example.allowed, example.answer) if name in where]] = True
        for name, near in example.kinds.items():
            if name in where:
                kinds[n, where[name], [KINDS.index(k) for k in near]] = 1
    answers = torch.tensor([where[e.answer] for e in examples])
    model = _Model(len(keys), len(classes))
    rows = torch.optim.SparseAdam([model.table.weight], lr=RATE)
    rest = torch.optim.Adam([model.bias, model.shared, model.own], lr=RATE)
    steps = math.ceil(len(examples) / size) * epochs
    schedules = [torch.optim.lr_scheduler.OneCycleLR(o, RATE, total_steps=steps, cycle_momentum=False)
                 for o in (rows, rest)]
    for _ in range(epochs):
        order = torch.randperm(len(examples)).tolist()
        for first in range(0, len(order), size):
            batch = order[first:first + size]
            thinned = [bags[n][torch.rand(len(bags[n])) > dropped] for n in batch]
            score = model(thinned, kinds[batch].float(), mask[batch])
            loss = torch.nn.functional.cross_entropy(score, answers[batch]) + WEIGHT * (model.own ** 2).sum()
            rows.zero_grad()
            rest.zero_grad()
            loss.backward()
            touched = model.table.weight.grad.coalesce()
            weights = model.table.weight.detach()[touched.indices()[0]]
            model.table.weight.grad = torch.sparse_coo_tensor(
                touched.indices(), touched.values() + decay * weights, touched.shape,
                check_invariants=False)
            rows.step()
            rest.step()
            for schedule in schedules:
                schedule.step()
    return _stored(model, classes, keys)


def _stored(model: _Model, classes: tuple[str, ...], keys: np.ndarray) -> Weights:
    table = model.table.weight.detach().numpy()
    step = np.maximum(np.abs(table).max(axis=0), 1e-6).astype(np.float32) / LEVELS
    whole = np.rint(table / step).astype(np.int8)
    used = np.abs(whole).sum(axis=1) > 0
    kinds = (model.shared + model.own).detach().numpy().astype(np.float32)
    return Weights(classes, keys[used], whole[used], step, model.bias.detach().numpy().astype(np.float32), kinds)


def write(weights: Weights, path: Path) -> None:
    """Store weights as one compressed file."""
    with path.open("wb") as sink:
        np.savez_compressed(sink, classes=np.array("\n".join(weights.classes)), keys=weights.keys, table=weights.table,
                            step=weights.step, bias=weights.bias, kinds=weights.kinds)
