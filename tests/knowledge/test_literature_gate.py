"""The gate: what nothing bears on is left empty, in small stores and in large ones."""

import numpy as np
import pytest

from evals.retrieval_gate import fitted, gathered, unseen
from evals.retrieval_set import Question
from knowledge.literature.gate import BEARS, Signs, bears
from knowledge.literature.library import open_library
from knowledge.literature.query import parse

SURE = Signs(held=1.0, terms=2, cosine=0.4, missing=0.0, translated=0.0, size=2.1)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return open_library(tmp_path_factory.mktemp("home"))


def test_each_sign_moves_the_gate_the_way_it_should():
    assert bears(SURE) > 0.9
    for change in ({"held": 0.3}, {"terms": 0}, {"cosine": 0.0}, {"missing": 0.5}, {"size": 4.0}):
        assert bears(Signs(**{**SURE.__dict__, **change})) < bears(SURE), change
    assert bears(Signs(**{**SURE.__dict__, "translated": 1.0})) > bears(SURE)


@pytest.mark.parametrize(("question", "answered"), [
    ("lithium plating in the cold", True), ("低温析锂的原因", True), ("are the fumes of a burning pack toxic", True),
    ("growth of bacteria in warm milk", False), ("tax rate for small companies", False), ("서울 날씨 예보", False)])
def test_the_gate_on_questions(library, question, answered):
    assert (bears(library.signs(question)) >= BEARS) is answered
    assert bool(library.search(question)) is answered


def test_a_form_that_stop_words_reduce_to_a_term_of_its_own_is_that_term_only():
    group, = parse("cell").groups
    assert group.general and ("thermal", "propagation") not in group.alternatives


def test_known_english_words_are_not_respelt(library):
    assert library._respelt("bacteria paint lithum") == "bacteria paint lithium"


def test_german_without_umlauts_is_understood(library):
    assert library._respelt("Waermeleitfaehigkeit bei Kaelte") == "wärmeleitfähigkeit bei kälte"


def test_the_fit_finds_what_separates_and_judges_the_unseen():
    draw = np.random.default_rng(1)
    answerable = np.arange(80) % 2 == 0
    table = np.column_stack((answerable + 0.3 * draw.normal(size=80), draw.normal(size=80)))
    bias, first, second = fitted(table, answerable)
    assert first > 5 * abs(second) and bias < 0
    sure = unseen([str(i) for i in range(80)], table, answerable)
    assert np.mean((sure > 0.5) == answerable) > 0.9


def test_questions_become_signs(library):
    asked = [Question(kind="plain", text="lithium plating", targets=("plating-triggers",)),
             Question(kind="plain", text="a paper only", targets=("10.1/x",)),
             Question(kind="unanswerable", text="rules of cricket", targets=())]
    texts, table, answerable = gathered(library, asked)
    assert texts == ["lithium plating", "rules of cricket"] and table.shape == (2, 6)
    assert answerable.tolist() == [True, False]
