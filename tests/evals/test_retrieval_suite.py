"""The retrieval set and its measures; the suite itself is run on a sample of its questions."""

import hashlib
import math

import pytest
import yaml

from evals.literature_tasks import cite
from evals.retrieval import SYSTEMS, Outcome, interval, measures, outcomes, prepared
from evals.retrieval_set import (
    AMENDED,
    FIFTH,
    FIFTH_SHA256,
    SECOND,
    SECOND_SHA256,
    SIXTH,
    SIXTH_SHA256,
    THIRD,
    THIRD_SHA256,
    Question,
    questions,
)
from evals.scorers import citations, retrieval
from evals.suites import SuiteCase, load_suite
from knowledge.literature.cards import load_cards


def test_the_set_is_large_balanced_and_names_cards_that_exist():
    every = questions()
    cards = {c.id for c in load_cards()[0]}
    assert len(every) >= 150 and len({q.text for q in every}) == len(every)
    assert {t for q in every for t in q.targets if "/" not in t} <= cards
    for split in ("dev", "test", "second", "third"):
        half = [q for q in every if q.split == split]
        assert len(half) >= 75 and sum(not q.targets for q in half) >= 10
        assert {"plain", "paraphrase", "typo", "acronym", "numeric", "german", "korean", "chinese"} <= \
            {q.kind for q in half}


def test_the_judging_sets_are_frozen():
    assert hashlib.sha256(SIXTH.read_bytes()).hexdigest() == SIXTH_SHA256
    assert hashlib.sha256(FIFTH.read_bytes()).hexdigest() == FIFTH_SHA256
    assert hashlib.sha256(THIRD.read_bytes()).hexdigest() == THIRD_SHA256
    assert hashlib.sha256(SECOND.read_bytes()).hexdigest() == SECOND_SHA256
    for split in ("second", "fifth", "sixth"):
        judging = [q for q in questions() if q.split == split]
        assert len(judging) >= 80 and sum(not q.targets for q in judging) >= 20


def test_later_answers_stand_on_questions_that_exist():
    texts = {q.text: q for q in questions()}
    for text, targets in yaml.safe_load(AMENDED.read_text(encoding="utf-8")).items():
        assert set(targets) <= set(texts[text].targets) and texts[text].split != "sixth", text


def test_the_split_never_moves():
    assert [q.split for q in questions()[:6]] == ["test", "dev", "test", "test", "dev", "test"]


def test_measures_by_hand():
    question = Question(kind="plain", text="q", targets=("a", "b"))
    first = Outcome(question, ("a", "x", "b"), frozenset({"a", "b"}))
    assert first.ndcg == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)))
    assert (first.recall, first.reciprocal_rank) == (1.0, 1.0)
    assert Outcome(question, ("x", "b"), frozenset({"a", "b"})).reciprocal_rank == 0.5
    assert interval([1.0] * 9) == (1.0, 1.0, 1.0) and math.isnan(interval([])[0])


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    sample = [q for q in questions() if q.split == "dev"][::4]
    return outcomes(prepared(tmp_path_factory.mktemp("home")), sample)


def test_search_is_ahead_of_plain_rankings_and_abstains(found):
    table = measures(found)
    assert set(table) == set(SYSTEMS)
    assert table["search"]["ndcg"][0] > max(table[n]["ndcg"][0] for n in ("bm25", "dense", "fusion"))
    assert table["search"]["abstained"][0] > 0.5 > table["fusion"]["abstained"][0]
    scores = {s.name: s(retrieval.RetrievalCase(found), None) for s in retrieval.SCORERS}
    assert "beside bm25" in scores["ndcg"].reason and scores["lead"].value > 0


def test_every_citation_of_an_example_holds():
    case = cite(SuiteCase(name="titan", document="evals/cases/documents/titan_power_tool.txt"))
    assert len(case.evidence) >= 5
    assert [s(case, None).value for s in citations.SCORERS] == [1.0, 1.0, 1.0]


def test_the_suites_load():
    assert load_suite("retrieval").task == "search" and load_suite("citations").task == "cite"
