"""Hypervolume against boxes that can be counted by hand, against BoTorch, and its properties."""

import warnings

import numpy as np
import pytest

from tools.optimise.hypervolume import hypervolume, non_dominated, pick_by_gain


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_one_point_dominates_its_box(m):
    assert hypervolume(np.full((1, m), 0.25), np.ones(m)) == pytest.approx(0.75**m)


def test_two_boxes_that_overlap_are_counted_once():
    corner = np.array([[0.0, 0.5, 0.5], [0.5, 0.0, 0.0]])
    assert hypervolume(corner, np.ones(3)) == pytest.approx(0.25 + 0.5 - 0.125)


def test_what_does_not_lie_below_the_reference_counts_nothing():
    assert hypervolume(np.array([[0.5, 1.2], [1.0, 0.2]]), np.ones(2)) == 0.0
    assert hypervolume(np.empty((0, 2)), np.ones(2)) == 0.0


@pytest.mark.parametrize("m", [2, 3, 4])
def test_it_is_botorchs(m):
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # BoTorch's own, at its import
        from botorch.utils.multi_objective.hypervolume import Hypervolume

    points = np.random.default_rng(m).random((25, m))
    front = points[non_dominated(points)]
    theirs = Hypervolume(-torch.ones(m, dtype=torch.float64)).compute(-torch.as_tensor(front))
    assert hypervolume(points, np.ones(m)) == pytest.approx(theirs)


def test_more_points_never_dominate_less_and_order_does_not_matter():
    points = np.random.default_rng(0).random((30, 3))
    volumes = [hypervolume(points[:k], np.ones(3)) for k in range(1, 31)]
    assert all(b >= a - 1e-12 for a, b in zip(volumes, volumes[1:], strict=False))
    assert hypervolume(points[::-1], np.ones(3)) == pytest.approx(volumes[-1])


def test_the_pick_takes_the_largest_gain_first_and_stops_where_none_is_left():
    values = np.array([[0.9, 0.9], [0.1, 0.6], [0.6, 0.1], [0.95, 0.95]])
    held = np.array([[0.05, 0.9]])
    assert pick_by_gain(values, held, np.zeros(2), np.ones(2), 4)[:2] in ([1, 2], [2, 1])
    assert 3 not in pick_by_gain(values, held, np.zeros(2), np.ones(2), 4)
    assert pick_by_gain(np.empty((0, 2)), held, np.zeros(2), np.ones(2), 4) == []
