"""Forward models against functions with known answers."""

import numpy as np
import pytest
import torch
from scipy.stats import qmc

from tools.failures import BadInput
from tools.optimise.networks import fit_ensemble
from tools.optimise.surrogate import arrays_of, extended, fit_outcomes, refitted, surrogate_from

NAMES = ("capacity_mAh_cm2", "mean_voltage_V")


def truth(x):
    """A power-law capacity with a gentle knee, and a voltage that falls with the first feature."""
    capacity = (1 + 4 * x[:, 0] * (1.2 - x[:, 1])) / (1 + np.exp(3 * (x[:, 0] + x[:, 1] - 1.6)))
    return np.stack([capacity, 3.7 - 0.3 * x[:, 0] + 0.05 * np.sin(4 * x[:, 2])], axis=1)


X = qmc.Sobol(5, seed=7).random(256)
TEST = np.random.default_rng(11).random((400, 5))


@pytest.fixture(scope="module", params=["gp", "mlp"])
def fitted(request):
    return fit_outcomes(X, truth(X), NAMES, seed=0, method=request.param)


def test_held_out_error_of_a_known_function(fitted):
    limit = {"gp": (0.002, 0.002), "mlp": (0.02, 0.01)}[fitted.model.kind]
    values, _ = fitted.predict(torch.as_tensor(TEST))
    expected = truth(TEST)
    assert np.median(np.abs(values[NAMES[0]].numpy() / expected[:, 0] - 1)) < limit[0]
    assert np.median(np.abs(values[NAMES[1]].numpy() - expected[:, 1])) < limit[1]


def test_reported_error_is_honest(fitted):
    values, _ = fitted.predict(torch.as_tensor(TEST))
    real = np.median(np.abs(values[NAMES[0]].numpy() / truth(TEST)[:, 0] - 1))
    assert real / 3 < fitted.errors[NAMES[0]] < 4 * real


def test_ninety_percent_intervals_hold_about_as_many_errors(fitted):
    values, above = fitted.predict(torch.as_tensor(TEST))
    logs = {NAMES[0]: np.log, NAMES[1]: lambda v: v}
    for i, name in enumerate(NAMES):
        mean, sigma_up, real = (logs[name](v) for v in (values[name].numpy(), above[name].numpy(), truth(TEST)[:, i]))
        assert 0.8 < (np.abs(mean - real) <= 1.645 * (sigma_up - mean)).mean() <= 1.0


def test_few_labels_ask_for_a_larger_share_of_left_out_errors():
    y = np.random.default_rng(3).normal(size=(24, 1))  # nothing to learn: errors are the labels themselves
    model = fit_outcomes(X[:24], y, ("mean_voltage_V",), method="gp")
    error, sigma = (v.numpy() for v in model.model.left_out())
    inside = np.abs(error) <= 1.645 * model.scale * sigma * (1 + 1e-9)
    assert inside.sum() >= 23  # of 25 with the one to come, 90 % are 22.5


def test_labels_of_a_corner_change_what_is_held_to_matter():
    def bent(x):
        return (1 + x[:, :1] + 4 * np.clip(x[:, :1] - 0.8, 0, None) * np.sin(6 * x[:, 1:2])) + 0 * x[:, 2:3]

    draw = np.random.default_rng(5)
    plain, corner, unseen = draw.random((3, 96, 3))
    plain[:, 0] *= 0.8
    corner[:, 0], unseen[:, 0] = 0.9 + 0.1 * corner[:, 0], 0.9 + 0.1 * unseen[:, 0]
    taught = extended(fit_outcomes(plain, bent(plain), NAMES[:1], method="gp"), corner[:16], bent(corner[:16]))
    fresh = refitted(taught)

    def error(model):
        return np.median(np.abs(model.predict(torch.as_tensor(unseen))[0][NAMES[0]].numpy() / bent(unseen)[:, 0] - 1))

    assert error(fresh) < 0.5 * error(taught)
    assert fresh.rows == taught.rows and torch.allclose(fresh.model.labels(), taught.model.labels(), atol=1e-4)


def test_networks_have_no_hyperparameters_to_fit_anew(fitted):
    assert (refitted(fitted) is fitted) == (fitted.model.kind == "mlp")


def test_predictions_have_gradients(fitted):
    x = torch.as_tensor(TEST[:4]).requires_grad_()
    fitted.predict(x)[0][NAMES[0]].sum().backward()
    assert x.grad is not None and bool((x.grad[:, 0].abs() > 0).all())


def test_stored_and_loaded_it_predicts_the_same(fitted):
    again = surrogate_from(arrays_of(fitted))
    before, after = fitted.predict(torch.as_tensor(TEST))[0], again.predict(torch.as_tensor(TEST))[0]
    assert all(torch.allclose(before[n], after[n], rtol=1e-5, atol=1e-8) for n in NAMES)
    assert again.errors == fitted.errors


def test_new_labels_mend_a_region_that_had_none():
    known, new = X[X[:, 0] < 0.6], TEST[TEST[:, 0] > 0.7]
    learnt, asked = new[:40], new[40:]
    for method in ("gp", "mlp"):
        fitted = fit_outcomes(known, truth(known), NAMES, method=method)
        grown = extended(extended(fitted, learnt[:30], truth(learnt[:30])), learnt[30:], truth(learnt[30:]))
        assert grown.rows == len(known) + 40
        before, after = (np.abs(m.predict(torch.as_tensor(asked))[0][NAMES[0]].numpy() / truth(asked)[:, 0] - 1).mean()
                         for m in (fitted, grown))
        assert after < 0.5 * before


def test_rows_without_an_answer_are_left_out_when_learning(fitted):
    assert extended(fitted, TEST[:2], np.array([[np.nan, 3.0], [-1.0, 3.0]])) is fitted


def test_the_same_seed_gives_the_same_model():
    one, other = (fit_outcomes(X, truth(X), NAMES, seed=3, method="mlp") for _ in range(2))
    x = torch.as_tensor(TEST)
    assert all(torch.equal(one.predict(x)[0][n], other.predict(x)[0][n]) for n in NAMES)


def test_automatic_choice_is_a_process_where_it_is_good():
    assert fit_outcomes(X, truth(X), NAMES).model.kind == "gp"


@pytest.mark.parametrize(("rows", "words"), [(10, "at least 24 labels"), (64, "NaN")])
def test_too_few_or_broken_labels_are_refused(rows, words):
    y = truth(X)[:rows].copy()
    y[3, 0] = np.nan
    with pytest.raises(BadInput, match=words):
        fit_outcomes(X[:rows], y, NAMES)


def test_a_head_with_few_labels_is_learnt_from_those_it_has():
    draw = torch.Generator().manual_seed(0)
    x = torch.rand(200, 2, generator=draw, dtype=torch.float64)
    y = torch.stack([x[:, 0] - 0.5, x[:, 1] - 0.5], 1)
    sparse = y.clone()
    sparse[60:, 1] = float("nan")
    mean, _ = fit_ensemble(x, sparse, seed=0, steps=200).predict(x)
    assert (mean - y).abs().median(0).values.max() < 0.03
