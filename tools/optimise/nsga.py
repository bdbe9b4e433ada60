"""NSGA-II on the unit box with constraints, for functions that answer many points at once (Deb et al. 2002).

Tournaments and survival by feasibility, then rank, then crowding distance; simulated binary crossover and polynomial
mutation. A population of surrogate predictions costs milliseconds, so nothing here is clever about their number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Evaluate = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
CROSSOVER, MUTATION = 15.0, 20.0  # distribution indices, those of the paper's real-coded runs rounded
CROSSED = 0.9                     # share of pairs that are crossed


@dataclass(frozen=True)
class Population:
    """Points (n, d) in [0, 1], their objectives (n, m), less is better, and violations (n,), 0 where feasible."""

    x: np.ndarray
    values: np.ndarray
    violation: np.ndarray


def evolve(evaluate: Evaluate, start: np.ndarray, generations: int, draw: np.random.Generator) -> Population:
    """The population after some generations, as many points as the start (n, d) has.

    Args:
        evaluate: points (n, d) → objectives (n, m) and violations (n,); both finite.
    """
    size = len(start)
    parents = Population(start, *evaluate(start))
    order = ranks(parents)
    crowd = crowding(parents.values, order)
    for _ in range(generations):
        mothers = _tournament(order, crowd, size, draw)
        fathers = _tournament(order, crowd, size, draw)
        children = _mutated(_crossed(parents.x[mothers], parents.x[fathers], draw), draw)
        values, violation = evaluate(children)
        both = Population(np.concatenate([parents.x, children]), np.concatenate([parents.values, values]),
                          np.concatenate([parents.violation, violation]))
        order = ranks(both)
        crowd = crowding(both.values, order)
        keep = np.lexsort((-crowd, order))[:size]
        parents = Population(both.x[keep], both.values[keep], both.violation[keep])
        order, crowd = order[keep], crowd[keep]
    return parents


def ranks(population: Population) -> np.ndarray:
    """Front number (n,) of every point: feasible ones by domination, the others after them by violation."""
    n = len(population.x)
    found = np.zeros(n, dtype=int)
    feasible = np.flatnonzero(population.violation <= 0)
    values, level = population.values[feasible], 0
    if len(feasible):
        no_worse = (values[:, None, :] <= values[None, :, :]).all(2)
        beats = no_worse & ~no_worse.T
        left = np.ones(len(feasible), dtype=bool)
        while left.any():
            front = left & ~(beats & left[:, None]).any(0)
            found[feasible[front]] = level
            left &= ~front
            level += 1
    rest = np.flatnonzero(population.violation > 0)
    found[rest[np.argsort(population.violation[rest], kind="stable")]] = level + np.arange(len(rest))
    return found


def crowding(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Crowding distance (n,) of objectives (n, m) within each front of an order (n,); ends are infinite."""
    distance = np.zeros(len(order))
    for front in np.unique(order):
        rows = np.flatnonzero(order == front)
        for column in values[rows].T:
            line = rows[np.argsort(column, kind="stable")]
            span = float(np.ptp(column)) or 1.0
            ends = np.sort(column)
            distance[line[[0, -1]]] = np.inf
            distance[line[1:-1]] += (ends[2:] - ends[:-2]) / span
    return distance


def _tournament(order: np.ndarray, crowd: np.ndarray, size: int, draw: np.random.Generator) -> np.ndarray:
    one, other = draw.integers(len(order), size=(2, size))
    first = (order[one] < order[other]) | ((order[one] == order[other]) & (crowd[one] >= crowd[other]))
    return np.asarray(np.where(first, one, other))


def _crossed(a: np.ndarray, b: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    u = draw.random(a.shape)
    beta = np.where(u <= 0.5, (2 * u) ** (1 / (CROSSOVER + 1)), (1 / (2 * (1 - u))) ** (1 / (CROSSOVER + 1)))
    sign = np.where(draw.random(a.shape) < 0.5, 1.0, -1.0)
    child = 0.5 * (a + b + sign * beta * (b - a))
    take = (draw.random(len(a)) < CROSSED)[:, None] & (draw.random(a.shape) < 0.5)
    return np.clip(np.where(take, child, a), 0.0, 1.0)


def _mutated(x: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    u = draw.random(x.shape)
    low, high = (2 * u) ** (1 / (MUTATION + 1)) - 1, 1 - (2 * (1 - u)) ** (1 / (MUTATION + 1))
    step = np.where(u < 0.5, low, high)
    take = draw.random(x.shape) < 1 / x.shape[1]
    return np.clip(np.where(take, x + step, x), 0.0, 1.0)
