"""Kindred words: what they are, and what they do to questions in everyday words."""

import numpy as np
import pytest

from knowledge.literature.kin import TABLE, Kin, standing
from knowledge.literature.library import open_library
from knowledge.literature.words import stem


def test_the_table_is_small_and_of_unit_vectors():
    from knowledge.literature.kin import _table

    words, ranks, vectors = _table()
    assert TABLE.stat().st_size < 1_500_000 and len(words) == len(ranks) == len(vectors) > 20_000
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_kindred_words_are_of_the_store_and_never_the_word_itself():
    kin = Kin({stem(w) for w in ("toxic", "electrode", "expensive", "burning")})
    assert dict(kin.of("poisonous", 0.6)).keys() == {stem("toxic")}
    assert kin.of("burning", 0.99) == () and kin.of("qwrtz", 0.0) == ()
    assert all(a >= b for (_, a), (_, b) in zip(kin.of("costly", 0.0), kin.of("costly", 0.0)[1:], strict=False))


def test_standing_tells_common_words_and_words_of_the_field():
    assert standing("president")[0] < 500 < standing("cathode")[0]
    assert standing("electrode")[1] > 0.5 > 0.2 > standing("vaccine")[1]
    assert standing("qwrtz") is None


@pytest.mark.parametrize(("question", "card"), [
    ("are nickel prices too jumpy to plan with", "card:cost-metal-prices"),
    ("why does a silicon electrode crumble", "card:patent-silicon-volume"),
])
def test_everyday_words_find_their_card(tmp_path, question, card):
    assert card in [h.passage.id for h in open_library(tmp_path).search(question)]
