"""Refinement finds what a random screen misses, keeps different answers apart, and says what cannot be kept."""

import numpy as np
import torch

from tools.optimise.refine import refine, screen

DIM = 8
CENTRE = torch.tensor([0.2, 0.8, 0.3, 0.6, 0.7, 0.4, 0.9, 0.1], dtype=torch.float64)


def needle(x):
    """Two margins that are both positive only within 0.18 of one point in eight dimensions."""
    return torch.stack([0.18 - ((x - CENTRE) ** 2).sum(1).sqrt(), 0.2 + x[:, 0] - x[:, 2] + 0.3], dim=1)


def test_gradients_find_a_region_that_a_random_screen_misses():
    rng = np.random.default_rng(1)
    random = rng.random((20_000, DIM))
    assert not bool((needle(torch.as_tensor(random)) > 0).all(1).any())
    starts = screen(needle, random[:2000], np.zeros(2), np.ones(2), 32)
    found = refine(needle, starts, need=[0.02, 0.02], weight=[1, 1], steps=200)
    assert (found.loss <= 0).mean() > 0.9
    assert (found.margins[found.loss <= 0] >= 0.02 - 1e-12).all()


def test_points_stay_in_the_box_and_good_starts_stay_where_they_are():
    def margins(x):
        return (x[:, :1] - 0.5)

    starts = np.array([[0.9, 0.3], [0.1, 0.3], [0.499, 1.0]])
    found = refine(margins, starts, need=[0.0], weight=[1.0])
    assert ((found.x >= 0) & (found.x <= 1)).all()
    assert np.allclose(found.x[0], starts[0])
    assert (found.x[:, 0] >= 0.5).all()


def test_contradicting_requirements_leave_a_loss_and_the_least_violation():
    def margins(x):
        return torch.stack([x[:, 0] - 0.8, 0.4 - x[:, 0]], dim=1)

    found = refine(margins, np.random.default_rng(0).random((16, 2)), need=[0, 0], weight=[1, 1], steps=300)
    assert (found.loss > 0).all()
    assert np.allclose(found.x[:, 0], 0.6, atol=0.05)


def test_answers_from_many_starts_stay_different():
    def margins(x):
        return x[:, :1] - 0.7

    starts = np.random.default_rng(3).random((32, 4))
    found = refine(margins, starts, need=[0.0], weight=[1.0])
    assert np.std(found.x[:, 1:], axis=0).min() > 0.2


def test_screen_keeps_the_best_and_some_others():
    x = np.linspace(0, 1, 400)[:, None]
    kept = screen(lambda t: t - 0.9, x, np.zeros(1), np.ones(1), 20)
    assert len(kept) == 20
    assert (kept >= 0.9).sum() >= 10 and kept.min() < 0.9
