"""The generator: its splines invert, it starts uniform, and it answers bounds that few random designs keep."""

import numpy as np
import pytest
import torch

from evals.flow import BINS, fit_generator, inverse_spline, spline
from tools.failures import BadInput

BOUNDS = np.array([-0.1, 0.3, np.nan])


def qualities(category, x):
    """A ridge that lies at 0.2 in one category and at 0.8 in the other, a product, and its rival."""
    ridge = -np.abs(x[:, 0] - np.where(category == 0, 0.2, 0.8))
    return np.stack([ridge, x[:, 1] * x[:, 2], 1 - x[:, 1]], axis=1)


@pytest.fixture(scope="module")
def fitted():
    draw = np.random.default_rng(0)
    category, x = draw.integers(0, 2, 4000), draw.random((4000, 3))
    return fit_generator(category, x, qualities(category, x), seed=0, steps=250)


def test_raw_outputs_of_zero_are_the_uniform_distribution():
    x = torch.linspace(0, 1, 21)
    y, slope = spline(x, torch.zeros(21, 3 * BINS + 1))
    assert torch.allclose(y, x, atol=1e-5) and torch.allclose(slope, torch.ones(21), atol=1e-4)


def test_splines_invert_rise_and_end_at_their_corners():
    draw = torch.Generator().manual_seed(1)
    raw = torch.randn(200, 3 * BINS + 1, generator=draw, dtype=torch.float64)
    x = torch.rand(200, generator=draw, dtype=torch.float64)
    y, slope = spline(x, raw)
    assert torch.allclose(inverse_spline(y, raw), x, atol=1e-8) and bool((slope > 0).all())
    step = 1e-6
    assert torch.allclose((spline(x + step, raw)[0] - y) / step, slope, rtol=1e-2, atol=1e-3)
    for end in (0.0, 1.0):
        assert torch.allclose(spline(torch.full_like(x, end), raw)[0], torch.full_like(x, end), atol=1e-9)


def test_samples_keep_bounds_that_few_random_designs_keep(fitted):
    category, x = fitted.sample(BOUNDS, 400, seed=3)
    kept = (np.nan_to_num(qualities(category, x) - BOUNDS, nan=0.0) >= 0).all(1)
    draw = np.random.default_rng(5)
    at_random = qualities(draw.integers(0, 2, 4000), draw.random((4000, 3)))
    assert (np.nan_to_num(at_random - BOUNDS, nan=0.0) >= 0).all(1).mean() < 0.15
    assert kept.mean() > 0.4
    assert x.min() >= 0 and x.max() <= 1


def test_both_categories_answer_and_none_takes_the_mean_of_the_two(fitted):
    category, x = fitted.sample(BOUNDS, 400, seed=3)
    assert 0.3 < category.mean() < 0.7
    assert abs(np.median(x[category == 0, 0]) - 0.2) < 0.1 and abs(np.median(x[category == 1, 0]) - 0.8) < 0.1


def test_the_same_seed_gives_the_same_designs(fitted):
    one, other = fitted.sample(BOUNDS, 10, seed=4), fitted.sample(BOUNDS, 10, seed=4)
    assert np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])


def test_the_density_is_higher_where_the_bounds_are_kept(fitted):
    category = np.zeros(2, dtype=int)
    near, far = fitted.log_density(BOUNDS, category, np.array([[0.2, 0.8, 0.8], [0.8, 0.2, 0.2]]))
    assert near > far + 1


def test_designs_that_are_not_numbers_are_refused():
    x = np.random.default_rng(0).random((8, 2))
    with pytest.raises(BadInput, match="NaN"):
        fit_generator(np.zeros(8, dtype=int), x, np.full((8, 1), np.nan))
    with pytest.raises(BadInput, match="as many"):
        fit_generator(np.zeros(7, dtype=int), x, x)
