"""Words, vectors, spelling and questions: the parts below the search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.literature.embed import DIMENSION, embed
from knowledge.literature.query import glossary_size, parse
from knowledge.literature.search import best_quote
from knowledge.literature.spelling import Speller
from knowledge.literature.words import forms, stem, tokens


def test_inflections_meet():
    assert len({stem(w) for w in ("charge", "charges", "charged", "charging")}) == 1
    assert stem("batteries") == stem("battery")


def test_mixed_names_are_found_by_their_parts():
    assert forms("un38.3") == ("un38.3", "un", "38.3")
    assert set(tokens("UN 38.3")) <= set(forms("un38.3"))


def test_scripts_without_spaces_become_pairs():
    assert tokens("内部抵抗") == ["内部", "部抵", "抵抗"]


def test_vectors_are_unit_and_an_empty_text_is_zero():
    vectors = embed(["lithium plating", ""])
    assert vectors.shape == (2, DIMENSION)
    assert np.linalg.norm(vectors[0]) == pytest.approx(1.0, abs=1e-6)
    assert not vectors[1].any()


def test_vectors_are_the_same_everywhere():
    # Regression: stored vectors would become useless if the hash depended on process, platform or version.
    assert [int(i) for i in np.flatnonzero(embed(["lithium plating"])[0])[:3]] == [15, 19, 36]


def test_a_typo_stays_near_and_another_topic_does_not():
    right, typo, other = embed(["thermal runaway of cells", "thermel runawy of cells", "recycled cobalt content"])
    assert float(right @ typo) > 0.5 > 0.2 > float(right @ other)


@settings(deadline=None)  # the first call reads the glossary
@given(st.text(max_size=200))
def test_any_text_can_be_asked(text):
    parse(text)
    assert np.isfinite(embed([text])).all()


def test_unknown_words_go_to_the_nearest_known_one():
    speller = Speller({"plat", "temperature", "runaway"})
    assert speller.corrected(("temperatur",)) == ("temperature",)
    assert speller.corrected(("runawy",)) == ("runaway",)
    assert speller.corrected(("chocolate",)) == ()


@pytest.mark.parametrize(("text", "concept"), [
    ("Innenwiderstand", "internal resistance"), ("내부저항", "internal resistance"), ("内阻", "internal resistance"),
    ("内部抵抗", "internal resistance"), ("DCIR", "internal resistance"), ("Schnellladezeit", "fast charging"),
    ("급속 충전", "fast charging"), ("析锂", "lithium plating"), ("열폭주", "thermal runaway"),
    ("thermisches Durchgehen", "thermal runaway"), ("カレンダー寿命", "calendar life"),
])
def test_terms_of_five_languages_mean_the_same(text, concept):
    assert concept in {g.shown for g in parse(text).groups}


def test_a_foreign_question_is_known_as_one():
    assert parse("Innenwiderstand bei Kälte").translated
    assert not parse("internal resistance in the cold").translated


def test_the_glossary_has_about_a_hundred_terms():
    assert glossary_size() >= 100


@given(st.text(alphabet="ab .!?\n", min_size=500, max_size=1500), st.sets(st.sampled_from(["a", "b", "ab", "ba"])))
def test_a_quote_is_always_a_piece_of_the_text(text, wanted):
    if text.strip():
        assert best_quote(text, wanted) in text


def test_the_quote_is_the_sentence_that_answers():
    filler = "Nothing of interest is said here about other things. " * 12
    text = filler + "Plating begins below 10 °C at 2C. " + filler
    assert "Plating begins below 10 °C at 2C." in best_quote(text, {"plat"})


def test_a_form_of_stop_words_alone_is_found_as_a_whole():
    assert [g.shown for g in parse("how long does it last").groups] == ["ageing"]
    assert parse("how does it").groups == () and parse("die Zelle").groups == parse("Zelle").groups


@pytest.mark.parametrize(("asked", "term"), [
    ("ruined by supercharging", "fast charging"), ("it gets frosty in january", "low temperature"),
    ("it went up in flames", "thermal runaway"), ("akkubrand", "thermal runaway"), ("电池鼓包", "swelling"),
    ("lead acid", "lead-acid"), ("겨울철", "low temperature")])
def test_everyday_and_neighbouring_words_are_terms(asked, term):
    assert term in [g.shown for g in parse(asked).groups]
