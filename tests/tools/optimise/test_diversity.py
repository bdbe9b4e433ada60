"""Distinct means another system, format or layer count, or at least two variables 10 % of their range apart."""

import numpy as np
import pytest

from tools.optimise.diversity import Place, distance, distinct, kind_of, pick, separation

NAMES = ("a", "b", "c")


def place(vector, id="x", system="s", format="pouch", layers=None):
    return Place(id, system, format, layers, NAMES, np.array(vector, dtype=float))


@pytest.mark.parametrize(("other", "kind"), [
    (place([0.5, 0.5, 0.5]), "not distinct"),
    (place([0.9, 0.5, 0.5]), "not distinct"),           # one variable, however far
    (place([0.59, 0.59, 0.59]), "not distinct"),        # three, each less than 10 %
    (place([0.6, 0.6, 0.5]), "variables"),              # two, exactly 10 %
    (place([0.5, 0.5, 0.5], layers=12), "layers"),
    (place([0.5, 0.5, 0.5], format="prismatic"), "format"),
    (place([0.5, 0.5, 0.5], system="t"), "system"),
])
def test_definition_of_distinct(other, kind):
    assert kind_of(place([0.5, 0.5, 0.5], layers=11), other) == kind
    assert kind_of(other, place([0.5, 0.5, 0.5], layers=11)) == kind


def test_unknown_layer_counts_do_not_make_designs_distinct():
    assert kind_of(place([0.5] * 3, layers=None), place([0.5] * 3, layers=11)) == "not distinct"


def test_only_shared_variables_are_compared():
    other = Place("y", "s", "pouch", None, ("a", "z"), np.array([0.9, 0.1]))
    assert place([0.1, 0.5, 0.5]).differences(other) == pytest.approx({"a": 0.8})


def test_pick_spreads_where_the_first_ones_crowd():
    rng = np.random.default_rng(0)
    crowd = [place(0.5 + 0.01 * rng.random(3), id=f"c{i}") for i in range(50)]
    corners = [place(v, id=f"k{i}") for i, v in enumerate([[0, 0, 0], [1, 1, 0], [0, 1, 1], [1, 0, 1]])]
    chosen = pick(crowd + corners, 5)
    assert {50, 51, 52, 53} <= set(chosen)


def test_pick_begins_with_the_best_and_respects_what_is_taken():
    places = [place([0, 0, 0]), place([0.5, 0.5, 0.5]), place([1, 1, 1])]
    assert pick(places, 1, merit=[0, 5, 1]) == [1]
    assert pick(places, 1, merit=[0, 0, 0], taken=[place([0, 0, 0.02])]) == [2]
    assert pick([], 3) == []


def test_distinct_keeps_the_first_of_each_group():
    places = [place([0, 0, 0]), place([0.05, 0.05, 0]), place([0.3, 0.3, 0]), place([0.3, 0.9, 0])]
    assert distinct(places) == [0, 2]


def test_distance_names_the_nearest_fellow_and_why():
    me, near, far = place([0, 0, 0], "me"), place([0.2, 0.15, 0], "near"), place([1, 1, 1], "far")
    found = distance(me, [me, far, near])
    assert (found.nearest_id, found.kind) == ("near", "variables")
    assert found.variables == pytest.approx({"a": 0.2, "b": 0.15, "c": 0.0})
    assert distance(me, [me]).kind == "only one"


def test_separation_is_symmetric_and_larger_across_systems():
    one, other = place([0.1, 0.4, 0.9]), place([0.7, 0.2, 0.8])
    assert separation(one, other) == separation(other, one) == pytest.approx(0.2)
    assert separation(one, place([0.1, 0.4, 0.9], system="t")) > 1
