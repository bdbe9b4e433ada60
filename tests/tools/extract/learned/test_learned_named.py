"""What a document names is seen in six languages, a list has one fate, and words beside a name refuse it."""

from __future__ import annotations

import pytest

from evals.gold import GoldRequirement
from evals.matching import same_demand
from knowledge.documents.read import read_document
from knowledge.requirement import Requirement
from tests.tools.extract.learned.test_learned_second import alive, weights
from tools.extract.days import dates_in
from tools.extract.learned.named import name_all
from tools.extract.learned.refused import refused
from tools.extract.learned.second_names import second_names
from tools.extract.learned.weights import NONE
from tools.extract.requirements import extract_requirements
from tools.extract.standards import plain_name, standards_in

MAIL = "Date: Fri, 21 Mar 2031 10:00:00 +0800\n\n"


def seen(page):
    return [(n.thing.kind, n.thing.value) for n in name_all(page)]


@pytest.mark.parametrize(("text", "kind", "value"), [
    ("Size CR17450, diameter 17 mm", "format", "CR17450"), ("CR123A-size, please", "format", "CR123A"),
    ("a bobbin cell in C size", "format", "C"), ("of size 1/2AA", "format", "1/2AA"),
    ("Gabarit 32140, chimie LFP", "format", "32140"), ("La cellule est une poche", "shape", "pouch"),
    ("形はパウチ、6.8 g", "shape", "pouch"), ("每顆軟包電芯", "shape", "pouch"), ("파우치형 셀", "shape", "pouch"),
    ("26650 li-ion", "whole lithium-ion", "lithium-ion"), ("软包锂离子电芯", "whole lithium-ion", "lithium-ion"),
    ("リチウムイオン電池", "whole lithium-ion", "lithium-ion"),
    ("Lithium-Ionen-Zelle", "whole lithium-ion", "lithium-ion"),
    ("Aiguille traversante", "nail_penetration", "Aiguille traversante"), ("過充試驗", "overcharge_test", "過充試驗"),
    ("外短路後不起火", "short_circuit_test", "外短路"), ("1 m から落とし", "drop_test", "落とし"),
    ("每顆雷刻批號", "marking", "批號"), ("crossed-out wheeled bin", "marking", "crossed-out wheeled bin"),
    ("PSE(電気用品安全法)", "standard", "PSE"),
])
def test_a_name_is_seen_in_each_language(page_of, text, kind, value):
    assert (kind, value) in seen(page_of(text))


@pytest.mark.parametrize(("text", "name"), [
    ("rapport ONU 38.3 daté", "UN 38.3"), ("la CEI 62133-2.", "IEC 62133-2"),
    ("CEE-ONU R100 Rev. 3", "UN ECE R100 Rev. 3"),
    ("2023/1542 is the EU regulation", "Regulation (EU) 2023/1542"),
    ("法规(EU) 2023/1542", "Regulation (EU) 2023/1542"),
    ("IS 16046 Part 2 is", "IS 16046 Part 2"), ("ANSI C18.3M Part 2.", "ANSI C18.3M Part 2"), ("un38.3报告", "UN38.3"),
    ("KMVSS Article 18-3, GB", "KMVSS Article 18-3"), ("MIL-STD-810H method 514.8", "MIL-STD-810H method 514.8"),
    ("KC 인증이", "KC"), ("NASA JSC-20793", "NASA JSC-20793"),
])
def test_a_standard_is_cited_by_one_name(text, name):
    assert [plain_name(text[a:b]) for a, b in standards_in(text, 0, len(text))] == [name]


@pytest.mark.parametrize(("text", "day"), [
    ("here by 3/28/2031", "2031-03-28"), ("here by 4-4-2031", "2031-04-04"), ("pour le 2 déc. 2030", "2030-12-02"),
    ("pour le 28 mai,", "2031-05-28"), ("11月15号前寄到", "2031-11-15"), ("8월 29일(2031년)까지", "2031-08-29"),
    ("5 月 30 日前(2031-05-30)", "2031-05-30"), ("二〇三一年九月三十日", "2031-09-30"), ("by 3 March", "2032-03-03"),
])
def test_a_date_without_a_year_is_the_next_one_after_the_mail(text, day):
    assert [d.text for d in dates_in(MAIL + text, len(MAIL), len(MAIL + text))] == [day]


def test_no_year_is_guessed_without_a_mail_and_may_is_a_verb():
    assert dates_in("pour le 28 mai", 0, 14) == []
    assert dates_in(MAIL + "cells may 12 be", len(MAIL), len(MAIL) + 15) == []


@pytest.mark.parametrize(("text", "name", "away"), [
    ("LFP (NMC prohibited)", "NMC", True), ("LFP (NMC prohibited)", "LFP", False), ("18650 (no 21700)", "21700", True),
    ("磷酸铁锂(三元免谈)", "三元", True), ("方壳(不收软包)", "软包", True), ("三元は無しで", "三元", True),
    ("LFP以外を認めない", "LFP", False), ("a cell without a vent is excluded", "vent", False),
    ("LFP cells must not exceed 90 g", "LFP", False), ("Cathode NMC refusée", "NMC", True),
])
def test_the_words_beside_a_name_refuse_it(page_of, text, name, away):
    page = page_of(text)
    first = page.text.index(name)
    assert refused(page, first, first + len(name), 0, len(page.text)) is away


def test_a_refused_substance_leaves_the_choice_whatever_the_weights_say(page_of):
    page = page_of("Chemistry: LFP or LMFP (NMC not wanted).")
    second_names(page, weights(**{"T=cathode LFP": {"cathode_chemistry in": 9.0, NONE: 0.0},
                                  "T=cathode LMFP": {"cathode_chemistry in": 9.0, NONE: 0.0},
                                  "T=cathode NMC": {"cathode_chemistry in": 9.0, "cathode_chemistry prohibited": 0.0,
                                                    NONE: 0.0}}))
    assert ("cathode_chemistry", "in", ["LFP", "LMFP"]) in alive(page)
    assert ("cathode_chemistry", "prohibited", "NMC") in alive(page)


def test_things_in_one_list_have_one_fate(page_of):
    page = page_of("They come out of Hungary or Spain as a rule.")
    second_names(page, weights(**{"V=hungary": {"origin in": 9.0, NONE: 0.0}}))
    assert ("origin", "in", ["Hungary", "Spain"]) in alive(page)


def test_a_test_named_twice_in_a_sentence_is_one_demand(page_of):
    page = page_of("Drop: a fall of one metre onto concrete, and no leak.")
    second_names(page, weights(**{"T=drop_test": {"drop_test required": 9.0, NONE: 0.0}}))
    assert [m for m, _, _ in alive(page)].count("drop_test") == 1


@pytest.mark.parametrize("text", ["Cathode: LFP (NMC prohibited).", "The cathode must be LFP (NMC is prohibited)."])
def test_the_rules_too_part_what_is_asked_from_what_is_refused_in_brackets(tmp_path, text):
    path = tmp_path / "ask.txt"
    path.write_text(text, encoding="utf-8")
    made = extract_requirements(read_document(path), taught=False).requirements
    assert [(r.comparator, r.value) for r in made] == [("in", ["LFP"]), ("prohibited", "NMC")]


@pytest.mark.parametrize(("metric", "label", "read", "same"), [
    ("chemistry", ["Li-ion"], ["lithium-ion"], True), ("chemistry", ["thionyl chloride"], ["Li-SOCl2"], True),
    ("chemistry", ["Li-ion"], ["NiMH"], False), ("origin", ["South Korea", "Japan"], ["Corée du Sud", "Japon"], True),
    ("origin", ["Japan"], ["China"], False),
])
def test_two_spellings_of_a_substance_or_a_country_are_the_same(metric, label, read, same):
    source = {"document": "a", "quote": "x"}
    gold = GoldRequirement(metric=metric, comparator="in", value=label, level="cell", source={"quote": "x"})
    made = Requirement(id="R01", metric=metric, comparator="in", value=read, level="cell", source=source)
    assert same_demand(gold, made) is same
