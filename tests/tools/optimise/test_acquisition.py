"""BoTorch's proposals on a problem whose answer is known: f1 = x1, f2 = 1 − x1 + x2, so the front is x2 = 0."""

import numpy as np
import pytest

from tools.optimise.acquisition import propose

pytestmark = pytest.mark.slow  # BoTorch compiles C++ the first time


def asked(x):
    return np.column_stack([x[:, 0], 1 - x[:, 0] + x[:, 1]]), 0.3 - x[:, 0]


def test_proposals_lie_on_the_front_and_inside_the_constraint():
    x = np.random.default_rng(0).random((16, 2))
    found = propose(x, *asked(x), np.array([1.1, 1.1]), 2, seed=1)
    values, violation = asked(found)
    assert found.shape == (2, 2) and (found >= 0).all() and (found <= 1).all()
    assert found[:, 1].max() < 0.05 and violation.max() < 0.05


def test_a_forward_model_that_is_right_needs_few_points():
    import torch

    x = np.random.default_rng(0).random((4, 2))

    def means(points):
        return torch.stack([points[..., 0], 1 - points[..., 0] + points[..., 1], 0.3 - points[..., 0]], dim=-1)

    found = propose(x, *asked(x), np.array([1.1, 1.1]), 2, seed=1, means=means, starts=x[:1])
    assert found[:, 1].max() < 0.05 and asked(found)[1].max() < 0.05
