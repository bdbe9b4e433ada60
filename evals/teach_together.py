"""Teach the network that judges the numbers of a page together (`tools.extract.learned.together`).

It learns from what models of other authors' documents make of each number, since its own document is unknown to the
first model when a reading is made: the authors are dealt into four hands, and each hand is judged by the other three.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from evals.fit_weights import Example, fit
from tools.extract.learned.together import CANDIDATES, EDGE, Beside, Network, Placed, Shares
from tools.extract.learned.weights import Weights

HANDS = 4
HIDDEN, EMBEDDED = 48, 6
EPOCHS, BATCH, RATE, DECAY = 10, 128, 3e-3, 2e-2
_PIECE = 8           # numbers of a piece of a document
UNSEEN, THINNED = 0.2, 0.15      # shares of the features and of the hidden units that a step leaves out


@dataclass(frozen=True)
class Numbers:
    """The numbers of one document: where they stand, and each as an example with and without the rules' verdict."""

    author: str
    language: str | None
    placed: tuple[Placed, ...]
    plain: tuple[Example, ...]
    ruled: tuple[Example, ...]        # none where the rules were made on the document


def judged_by_others(taught: Sequence[Numbers]) -> list[tuple[Numbers, list[Shares]]]:
    """What models that have not seen an author make of his numbers."""
    authors = sorted({d.author for d in taught if d.ruled})
    hand = {author: k % HANDS for k, author in enumerate(authors)}
    found = []
    for k in range(HANDS):
        others = [d for d in taught if hand.get(d.author, -1) != k]
        weights = fit([e for d in others for e in (*d.plain, *d.ruled)])
        found += [(d, shares_of(weights, d)) for d in taught if hand.get(d.author, -1) == k]
    return found


def shares_of(weights: Weights, document: Numbers) -> list[Shares]:
    """What weights make of the numbers of a document."""
    return [weights.shares(e.features, e.kinds, e.allowed) for e in document.ruled]


def in_pieces(judged: Sequence[tuple[Numbers, list[Shares]]], seed: int = 0) -> list[tuple[Numbers, list[Shares]]]:
    """The documents cut into pieces of one to eight numbers: a mail of two lines has no others to look at."""
    draw = random.Random(seed)
    found = []
    for document, shares in judged:
        place = 0
        while place < len(shares):
            end = place + draw.randint(1, _PIECE)
            found.append((replace(document, placed=document.placed[place:end], plain=document.plain[place:end],
                                  ruled=document.ruled[place:end]), shares[place:end]))
            place = end
    return found


class _Net(torch.nn.Module):  # type: ignore[misc]
    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.own, self.before, self.behind = (torch.nn.Embedding(classes, EMBEDDED) for _ in range(3))
        self.bias = torch.nn.Embedding(classes, 1)
        self.hidden = torch.nn.Linear(features + EMBEDDED, HIDDEN)
        self.out = torch.nn.Linear(HIDDEN, 1, bias=False)
        for table in (self.own, self.before, self.behind):
            torch.nn.init.normal_(table.weight, std=0.1)
        torch.nn.init.zeros_(self.bias.weight)
        torch.nn.init.zeros_(self.out.weight)
        self.unseen, self.thinned = torch.nn.Dropout(UNSEEN), torch.nn.Dropout(THINNED)

    def forward(self, seen: torch.Tensor, which: torch.Tensor, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        own = self.own(which)
        inside = self.thinned(torch.relu(self.hidden(torch.cat([self.unseen(seen), own], -1))))
        beside = (own * (self.before(left) + self.behind(right))[:, None]).sum(-1)
        score: torch.Tensor = self.out(inside).squeeze(-1) + self.bias(which).squeeze(-1) + beside
        return score


def fit_together(judged: Sequence[tuple[Numbers, list[Shares]]], seed: int = 0) -> Network:
    """The network that tells best what numbers are, from what others' models make of all numbers of their pages."""
    torch.manual_seed(seed)
    classes = tuple(sorted({name for d, _ in judged for e in d.ruled for name in (*e.allowed, e.answer)} | {EDGE}))
    place = {name: k for k, name in enumerate(classes)}
    rows: list[np.ndarray] = []
    which, left, right, answers = [], [], [], []
    for document, shares in (*judged, *in_pieces(judged)):
        beside = Beside(document.placed, shares, document.language)
        for i, example in enumerate(document.ruled):
            names = beside.candidates(i)
            rows.append(np.array(beside.features(i), dtype=np.float32))
            which.append([place[name] for name in names] + [-1] * (CANDIDATES - len(names)))
            before, behind = beside.neighbours(i)
            left.append(place[before])
            right.append(place[behind])
            answers.append(names.index(example.answer) if example.answer in names else -1)
    seen = np.zeros((len(rows), CANDIDATES, rows[0].shape[1]), dtype=np.float32)
    for n, row in enumerate(rows):
        seen[n, :len(row)] = row
    known = np.array(which) >= 0
    mean, scale = seen[known].mean(0), seen[known].std(0) + 1e-3
    whole = [torch.tensor(x) for x in ((seen - mean) / scale, np.maximum(which, 0), np.array(left), np.array(right))]
    net = _taught(whole, torch.tensor(seen[:, :, 0]), torch.tensor(known), torch.tensor(answers), len(classes))
    parts = {name: p.detach().numpy().astype(np.float32) for name, p in net.named_parameters()}
    return Network(classes, mean, scale, parts["own.weight"], parts["before.weight"], parts["behind.weight"],
                   parts["bias.weight"][:, 0], parts["hidden.weight"].T.copy(), parts["hidden.bias"],
                   parts["out.weight"][0])


def _taught(
    whole: list[torch.Tensor], first: torch.Tensor, known: torch.Tensor, answers: torch.Tensor, classes: int
) -> _Net:
    net = _Net(whole[0].shape[2], classes)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    told = torch.nonzero(answers >= 0)[:, 0]
    steps = EPOCHS * -(-len(told) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for batch in told[torch.randperm(len(told))].split(BATCH):
            score = first[batch] + net(*(x[batch] for x in whole))
            loss = torch.nn.functional.cross_entropy(score.masked_fill(~known[batch], -1e9), answers[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    net.eval()
    return net


def write_network(network: Network, path: Path) -> None:
    """Store a network as one compressed file."""
    parts = {k: v for k, v in vars(network).items() if k != "classes"}
    with path.open("wb") as sink:
        np.savez_compressed(sink, classes=np.array("\n".join(network.classes)), **parts)
