"""Numbers judged together: what is seen of the others, and what a network that knows one thing makes of it."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.fit_weights import Example
from evals.teach_together import Numbers, fit_together, judged_by_others, write_network
from tools.extract.learned.observe import CONDITION
from tools.extract.learned.together import EDGE, Beside, Network, Placed, load_network
from tools.extract.learned.weights import NONE

CLASSES = (EDGE, CONDITION, "capacity", "mass", NONE)


def number(sentence=0, row=None, column=None, value=1.0, verdict=NONE):
    table = (None, None) if row is None else ((0, "row", row), (0, "column", column))
    return Placed(((0, sentence), 0, *table, "Cell", "document"), value, "paragraph", False, True, verdict, "residual",
                  False, {})


def network(**parts):
    """A network that changes nothing but for the parts that are given."""
    seen, classes = len(Beside([number()], [{NONE: 1.0}], "en").features(0)[0]), len(CLASSES)
    empty = {"mean": np.zeros(seen), "scale": np.ones(seen), "own": np.zeros((classes, 2)),
             "before": np.zeros((classes, 2)), "behind": np.zeros((classes, 2)), "bias": np.zeros(classes),
             "hidden": np.zeros((seen + 2, 3)), "hidden_bias": np.zeros(3), "out": np.zeros(3)}
    return Network(CLASSES, **{k: np.asarray(v, dtype=np.float32) for k, v in (empty | parts).items()})


SHARES = st.fixed_dictionaries({name: st.floats(0.01, 1.0) for name in CLASSES[1:]})


@given(st.lists(SHARES, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_an_empty_network_changes_nothing(drawn):
    shares = [{k: v / sum(p.values()) for k, v in p.items()} for p in drawn]
    for own, judged in zip(shares, network().judge([number(i // 2) for i in range(len(shares))], shares, "en"),
                           strict=True):
        assert judged == pytest.approx(own, abs=1e-3)


def test_what_stands_before_a_number_counts():
    before, own = np.zeros((5, 2)), np.zeros((5, 2))
    own[CLASSES.index("mass"), 0], before[CLASSES.index("capacity"), 0] = 1.0, -5.0
    shares = [{"capacity": 0.9, NONE: 0.1}, {"mass": 0.6, NONE: 0.4}]
    one = network(own=own, before=before)
    near = one.judge([number(), number()], shares, "en")
    assert near[1]["mass"] < 0.05 and near[0]["capacity"] == pytest.approx(0.9, abs=1e-3)


def test_a_number_is_left_out_of_what_is_seen_of_the_others():
    shares = [{"mass": 0.9, NONE: 0.1}, {"mass": 0.3, NONE: 0.7}, {"mass": 0.2, NONE: 0.8}]
    beside = Beside([number(value=v) for v in (70.0, 70.0, 80.0)], shares, "en")
    anywhere = [dict(zip(beside.candidates(i), beside.features(i), strict=True))["mass"][8] for i in range(3)]
    same_value = [dict(zip(beside.candidates(i), beside.features(i), strict=True))["mass"][12] for i in range(3)]
    assert anywhere == pytest.approx([0.3, 0.9, 0.9]) and same_value == pytest.approx([0.3, 0.9, 0.0])


def test_a_thousand_numbers_cost_ten_times_a_hundred():
    def seconds(n):
        numbers = [number(i, row=i // 4, column=i % 4) for i in range(n)]
        shares = [{"mass": 0.5, "capacity": 0.3, NONE: 0.2}] * n
        return min(_timed(lambda: network().judge(numbers, shares, "en")) for _ in range(3))
    assert seconds(1600) < 40 * seconds(100)      # 16 times the numbers; all pairs would be 256


def _timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_it_learns_that_a_second_mass_in_a_document_is_none(tmp_path):
    def document(k):
        first, second = number(0, value=70.0 + k), number(3, value=90.0 + k)
        examples = tuple(Example("d", (f"w={a}",), {}, (NONE, CONDITION, "mass"), a) for a in ("mass", NONE))
        return Numbers(f"author {k}", "en", (first, second), (), examples)
    shares = [{"mass": 0.6, NONE: 0.3, CONDITION: 0.1}, {"mass": 0.55, NONE: 0.35, CONDITION: 0.1}]
    taught = fit_together([(document(k), shares) for k in range(200)])
    write_network(taught, tmp_path / "together.npz")
    first, second = load_network(tmp_path / "together.npz").judge(document(7).placed, shares, "en")
    assert first["mass"] > 0.8 and second[NONE] > 0.8


def test_an_author_is_judged_by_models_of_the_others():
    def document(author, word):
        examples = tuple(Example("d", (f"w={word}",), {}, (NONE, "mass"), answer) for answer in ("mass", NONE) * 4)
        return Numbers(author, "en", (number(),) * 8, examples, examples)
    found = judged_by_others([document(f"author {k}", k) for k in range(5)])
    assert sorted(d.author for d, _ in found) == [f"author {k}" for k in range(5)]
    assert all(len(shares) == 8 for _, shares in found)
