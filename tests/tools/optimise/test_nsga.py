"""NSGA-II on functions whose front is known (ZDT1: f2 = 1 − √f1), with a constraint, and beside pymoo's."""

import numpy as np
import pytest

from tools.optimise.hypervolume import hypervolume
from tools.optimise.nsga import Population, crowding, evolve, ranks

REFERENCE = np.array([1.1, 1.1])
WHOLE = 0.21 + 2 / 3   # below (1.1, 1.1), of the true front


def zdt1(x):
    g = 1 + 9 * x[:, 1:].mean(1)
    return np.column_stack([x[:, 0], g * (1 - np.sqrt(x[:, 0] / g))])


def free(x):
    return zdt1(x), np.zeros(len(x))


def start(size=64, seed=0):
    return np.random.default_rng(seed).random((size, 10))


def test_it_finds_a_known_front():
    found = evolve(free, start(), 100, np.random.default_rng(0))
    assert hypervolume(found.values, REFERENCE) > 0.96 * WHOLE


def test_it_is_as_good_as_pymoos_at_as_many_evaluations():
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.optimize import minimize
    from pymoo.problems import get_problem

    theirs = minimize(get_problem("zdt1", n_var=10), NSGA2(pop_size=64), ("n_gen", 100), seed=1).F
    ours = [hypervolume(evolve(free, start(seed=s), 99, np.random.default_rng(s)).values, REFERENCE) for s in range(3)]
    assert min(ours) > 0.97 * hypervolume(theirs, REFERENCE)


def test_a_constraint_is_kept_and_its_edge_reached():
    found = evolve(lambda x: (zdt1(x), np.clip(0.5 - x[:, 0], 0, None)), start(), 60, np.random.default_rng(0))
    assert (found.violation <= 0).all() and found.values[:, 0].min() == pytest.approx(0.5, abs=0.02)


def test_where_nothing_is_feasible_the_least_violation_survives():
    found = evolve(lambda x: (zdt1(x), 1 + x[:, 0]), start(16), 40, np.random.default_rng(0))
    assert found.violation.max() < 1.05


def test_same_draws_same_population():
    one, other = (evolve(free, start(16), 5, np.random.default_rng(3)) for _ in range(2))
    assert (one.x == other.x).all()


def test_ranks_and_crowding_by_hand():
    values = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    population = Population(np.zeros((5, 1)), values, np.array([0, 0, 0, 0, 0.3]))
    order = ranks(population)
    assert order.tolist() == [0, 0, 0, 1, 2]
    assert crowding(values[:3], order[:3]).tolist() == [np.inf, 2.0, np.inf]
