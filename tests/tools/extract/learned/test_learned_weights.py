"""The log-linear weights: probabilities, stored and read again, and what fitting learns."""

from __future__ import annotations

import numpy as np
import pytest

from evals.fit_weights import Example, fit, write
from tools.extract.learned.weights import BOUNDS, KINDS, NAMES, NUMBERS, SLOTS, Weights, bucket, load


@pytest.fixture
def two_classes() -> Weights:
    keys = np.array(sorted(bucket(f) for f in ("A=kg", "A=cycles")), dtype=np.uint32)
    table = np.zeros((2, 2), dtype=np.int8)
    table[list(keys).index(bucket("A=kg"))] = (100, -100)
    table[list(keys).index(bucket("A=cycles"))] = (-100, 100)
    kinds = np.zeros((2, len(KINDS)), dtype=np.float32)
    kinds[1, KINDS.index("left0")] = 50.0
    return Weights(("mass", "none"), keys, table, np.full(2, 0.01, np.float32), np.zeros(2, np.float32), kinds)


def test_shares_are_probabilities_of_what_is_allowed(two_classes):
    shares = two_classes.shares(["A=kg"], {}, ("mass", "none"))
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["mass"] > 0.95
    assert two_classes.shares(["A=kg"], {}, ("none", "unheard of")) == {"none": 1.0}


def test_an_unknown_feature_counts_for_nothing(two_classes):
    assert two_classes.shares(["A=never seen"], {}, ("mass", "none")) == {"mass": 0.5, "none": 0.5}
    assert two_classes.shares(["A=kg", "A=never seen"], {}, ("mass", "none")) == two_classes.shares(
        ["A=kg"], {}, ("mass", "none"))


def test_nearness_of_a_name_counts(two_classes):
    assert two_classes.shares([], {"none": ("left0",), "height": ("left0",)}, ("mass", "none"))["none"] > 0.99


def test_fitting_learns_and_is_the_same_twice(tmp_path):
    allowed = ("mass", "none")
    taught = [Example("d", (f"w={i % 7}", "A=kg"), {}, allowed, "mass") for i in range(2000)]
    taught += [Example("d", (f"w={i % 7}", "A=yesterday"), {}, allowed, "none") for i in range(2000)]
    first, second = fit(taught), fit(taught)
    assert np.array_equal(first.table, second.table) and np.array_equal(first.keys, second.keys)
    write(first, tmp_path / "weights.npz")
    again = load(tmp_path / "weights.npz")
    assert again.shares(["A=kg"], {}, allowed) == first.shares(["A=kg"], {}, allowed)
    assert again.shares(["A=kg"], {}, allowed)["mass"] > 0.9
    assert again.shares(["A=yesterday"], {}, allowed)["none"] > 0.9


@pytest.mark.parametrize(("path", "wanted"), [(NUMBERS, "capacity"), (NAMES, "cathode_chemistry in"), (BOUNDS, ">="),
                                              (SLOTS, "temperature_C")])
def test_the_weights_that_ship_can_be_read(path, wanted):
    weights = load(path)
    assert wanted in weights.classes
    assert weights.table.shape == (len(weights.keys), len(weights.classes))
    assert (np.diff(weights.keys.astype(np.int64)) > 0).all()
