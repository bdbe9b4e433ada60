"""Every fact card of the starter library is complete, filed under known names, and its source can be found."""

import re
from pathlib import Path

import pytest

from knowledge.literature.cards import STARTER, asked_of, card_passages, load_cards
from knowledge.literature.errors import CardError
from knowledge.literature.index import indexed_text
from knowledge.literature.library import open_store
from knowledge.parameters import SYSTEMS
from knowledge.vocabulary import metrics

CARDS, SOURCES = load_cards()
BY_ID = pytest.mark.parametrize("card", CARDS, ids=[c.id for c in CARDS])


def test_there_are_enough_cards_on_every_topic():
    assert len(CARDS) >= 36
    topics = {t for c in CARDS for t in c.topics}
    wanted = {"cathode", "anode", "electrolyte", "fast charging", "lithium plating", "resistance", "power", "cold",
              "ageing", "heat", "standard", "law", "cost", "tabless", "blade", "pouch", "N/P ratio", "porosity",
              "areal loading", "self-discharge", "thermal runaway"}
    assert wanted <= topics


@BY_ID
def test_a_card_can_be_checked(card):
    source = SOURCES[card.source]
    assert source.resolvable
    assert card.place and card.seen_in
    assert card.reopened is None or card.reopened[:4] >= "2026"
    assert source.kind != "paper" or source.doi or source.url
    if card.seen == "source":
        assert "restat" not in card.seen_in


@BY_ID
def test_a_card_is_filed_under_canonical_names(card):
    known = set(metrics())
    assert card.metrics, f"{card.id} bears on nothing"
    assert set(card.metrics) <= known, set(card.metrics) - known
    assert set(card.systems) <= set(SYSTEMS)


@BY_ID
def test_a_card_is_one_or_two_sentences(card):
    ends = re.findall(r"[.!?](?:\s|$)", re.sub(r"\b(?:T|Art|e\.g|No)\.", "", card.fact))
    assert 1 <= len(ends) <= 3
    assert card.fact[0].isupper() and card.fact.endswith(".")


def test_cards_have_been_opened_again_and_every_system_has_some():
    assert sum(c.reopened is not None for c in CARDS) >= 20
    assert {s for c in CARDS for s in c.systems} >= {"lnmo_graphite"}


def test_no_fact_stands_twice():
    facts = [c.fact for c in CARDS]
    assert len(set(facts)) == len(facts)


def test_every_source_is_cited_and_no_doi_has_two_entries():
    assert {c.source for c in CARDS} == set(SOURCES)
    dois = [s.doi.lower() for s in SOURCES.values() if s.doi]
    assert len(dois) == len(set(dois))


def test_every_card_arrives_in_the_store(tmp_path):
    store = open_store(tmp_path)
    assert {p.id for p in store.of_origin("starter")} == {f"card:{c.id}" for c in CARDS}
    assert all(p.source.seen_in for p in store.of_origin("starter"))


def test_a_card_without_a_reachable_source_is_refused(tmp_path):
    for path in STARTER.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("only: {kind: paper, title: 'Nowhere to be found'}", encoding="utf-8")
    with pytest.raises(CardError, match="no DOI, patent number or address"):
        load_cards(tmp_path)


def test_a_card_id_used_twice_is_refused(tmp_path):
    (tmp_path / "sources.yaml").write_text((STARTER / "sources.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    ageing = (STARTER / "ageing.yaml").read_text(encoding="utf-8")
    for name in ("a.yaml", "b.yaml"):
        Path(tmp_path / name).write_text(ageing, encoding="utf-8")
    with pytest.raises(CardError, match="used twice"):
        load_cards(tmp_path)


def test_every_card_has_questions_that_are_searched_and_never_quoted():
    passages = card_passages()
    assert all(len(set(p.asked)) == 5 for p in passages)
    asked = [q for p in passages for q in p.asked]
    assert len(set(asked)) == len(asked)
    assert not any(q in indexed_text(p) or q in p.text for p in passages for q in p.asked)


def test_questions_are_of_cards_that_are_there_and_must_be_texts(tmp_path):
    assert set(asked_of(STARTER)) == {c.id for c in CARDS}
    (tmp_path / "asked.yaml").write_text("somewhere: how long?", encoding="utf-8")
    with pytest.raises(CardError, match="no list of texts"):
        asked_of(tmp_path)
    (tmp_path / "asked.yaml").unlink()
    assert asked_of(tmp_path) == {}
