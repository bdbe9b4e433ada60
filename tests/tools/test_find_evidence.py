"""Requirements to evidence, and search, as tools: typed, recorded, asked anew when the store changes."""

import shutil

import pytest

from knowledge.evidence import Passage, Source
from knowledge.literature import library
from knowledge.literature.cards import STARTER
from knowledge.requirement import Requirement, SourceSpan
from tools.failures import BadInput, FailureClass, StoreBroken
from tools.ledger import Ledger
from tools.retrieve.bearing import Bearing, compact, frame_of, question
from tools.retrieve.evidence import _evidence, find_evidence
from tools.retrieve.literature import search_literature
from tools.retrieve.stores import add_paths, list_files, store_digest
from tools.run import Failure, Success, run
from tools.tool import Context

SYSTEMS = ("nmc811_graphite_siox", "nmc532_graphite", "nca_graphite", "lfp_graphite", "lco_graphite")


def asked(number, metric, value, comparator=">=", **more):
    return Requirement(
        id=f"R{number:02d}", metric=metric, value=value, comparator=comparator,
        source=SourceSpan(document="rfx.md", quote=str(value)), **more)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def find(home, *requirements, systems=SYSTEMS, **more):
    request = {"requirements": [r.model_dump(mode="json") for r in requirements], "systems": systems,
               "store_digest": store_digest(home), **more}
    answer = run(find_evidence, request, Context(home=home), Ledger(home / "ledger"))
    assert isinstance(answer, Success), answer
    return answer.result


def cards_for(result, bears_on):
    return [e.passage.id.removeprefix("card:") for e in result.evidence if bears_on in e.bears_on]


def test_musts_get_passages_and_the_rest_is_named(home):
    result = find(
        home,
        asked(1, "fast_charge_time", 20.0, "<="),
        asked(2, "marking", "laser engraved logo", "required"),
        asked(3, "delivery_date", "2027-01-01", "required", priority="should"),
        asked(4, "cycle_life", 4000.0, priority="info"),
    )
    assert cards_for(result, "R01")
    assert result.without_evidence == ("R02",), "a wish without evidence is not listed, a must is"
    assert not cards_for(result, "R04"), "a stated fact asks for no evidence"


def test_every_quote_stands_in_its_passage_and_every_source_can_be_found(home):
    result = find(home, asked(1, "thermal_runaway", 130.0), asked(2, "cycle_life", 1000.0), asked(3, "price", 60.0))
    assert result.evidence
    for item in result.evidence:
        assert item.quote in item.passage.text
        assert item.passage.source.doi or item.passage.source.url or item.passage.source.patent
        assert item.passage.place
        assert 0 < item.score <= 1


def test_a_standard_gets_its_own_card_and_no_other(home):
    result = find(
        home, asked(1, "standard_compliance", "UN38.3", "required"),
        asked(2, "standard_compliance", "IEC 62619:2022", "required"),
        asked(3, "standard_compliance", "Regulation (EU) 2023/1542", "required"),
        asked(4, "standard_compliance", "DNV-RU-SHIP", "required"),
    )
    assert "un383-programme" in cards_for(result, "R01")
    assert all(c.startswith("iec62619") for c in cards_for(result, "R02"))
    assert all(c.startswith("eu-") for c in cards_for(result, "R03"))
    assert "R04" in result.without_evidence


def test_evidence_speaks_for_and_against(home):
    result = find(home, asked(1, "cycle_life", 4000.0), top=3)
    assert {"supports", "cautions"} <= {e.stance for e in result.evidence if "R01" in e.bears_on}


def test_a_demanded_chemistry_keeps_the_others_out(home):
    result = find(
        home, asked(1, "cathode_chemistry", "LFP", "required"), asked(2, "max_voltage", 3.65, "<="),
        asked(3, "cycle_life", 4000.0), asked(4, "thermal_runaway", 130.0),
    )
    for item in result.evidence:
        assert not item.passage.systems or "lfp_graphite" in item.passage.systems
    assert any("lfp_graphite" in e.bears_on for e in result.evidence)
    assert not any("nca_graphite" in e.bears_on for e in result.evidence)


def test_chemistry_words_mean_systems():
    def systems(value, comparator):
        return frame_of([asked(1, "cathode_chemistry", value, comparator)], SYSTEMS).systems

    assert systems("LFP", "required") == {"lfp_graphite"}
    assert systems(["NMC", "NCA"], "in") == {"nmc811_graphite_siox", "nmc532_graphite", "nca_graphite"}
    assert systems("NCM811", "required") == {"nmc811_graphite_siox"}
    assert systems("LCO", "prohibited") == set(SYSTEMS) - {"lco_graphite"}
    assert systems("sodium-ion", "required") == set(SYSTEMS), "an unknown word narrows nothing"


def test_a_format_keeps_the_others_out(home):
    result = find(home, asked(1, "format", "pouch", "="), asked(2, "surface_temperature", 55.0, "<="), top=10)
    assert "tesla-4680-heat" not in cards_for(result, "R02")
    assert "pouch-cooling-route" in cards_for(result, "R02")
    assert frame_of([asked(1, "format", "21700", "=")], SYSTEMS).formats == {"cylindrical"}


def test_a_cold_condition_is_part_of_the_question():
    assert "low temperature" in question(asked(1, "dcir", 5.0, "<=", conditions={"temperature_C": -20}))
    assert "low temperature" not in question(asked(1, "dcir", 5.0, "<=", conditions={"temperature_C": 25}))
    assert compact("UN 38.3") == compact("un38.3")


def test_a_removed_card_is_no_longer_cited_and_the_ledger_is_not_in_the_way(tmp_path, monkeypatch):
    overhang = asked(1, "self_discharge", 2.0, "<=")
    assert {"self-discharge-overhang", "self-discharge-low"} <= set(cards_for(find(tmp_path, overhang), "R01"))
    fewer = tmp_path / "cards"
    shutil.copytree(STARTER, fewer)
    for path in fewer.glob("*.yaml"):
        kept = [line for line in path.read_text(encoding="utf-8").splitlines()
                if "self_discharge" not in line and "self-discharge" not in line]
        path.write_text("\n".join(kept), encoding="utf-8")
    monkeypatch.setattr(library, "STARTER", fewer)
    after = find(tmp_path, overhang)
    assert after.without_evidence == ("R01",) and not cards_for(after, "R01")


def test_the_same_question_is_answered_from_the_ledger(home):
    request = {"query": "fast charging", "store_digest": store_digest(home)}
    first = run(search_literature, request, Context(home=home), Ledger(home / "ledger"))
    again = run(search_literature, request, Context(home=home), Ledger(home / "ledger"))
    assert isinstance(first, Success) and isinstance(again, Success)
    assert again.cached and again.result == first.result


def test_a_stale_digest_is_refused(home):
    answer = run(search_literature, {"query": "fast charging", "store_digest": "0" * 64}, Context(home=home),
                 Ledger(home / "ledger"))
    assert isinstance(answer, Failure)
    assert answer.failure_class is FailureClass.BAD_INPUT and "has changed" in answer.message


def test_own_papers_bear_on_requirements_and_change_the_digest(tmp_path):
    before = store_digest(tmp_path)
    paper = tmp_path / "torque.md"
    text = "# Leak tests\n\nThe insulation resistance of the coated can stayed above 800 Mohm after damp heat."
    paper.write_text(text, encoding="utf-8")
    report = add_paths(tmp_path, [paper])
    assert report.store_digest == store_digest(tmp_path) != before
    assert list_files(tmp_path)[0]["status"] == "read"
    result = find(tmp_path, asked(1, "insulation_resistance", 500.0))
    item, = [e for e in result.evidence if "R01" in e.bears_on]
    assert "800 Mohm" in item.quote and item.passage.source.seen == "user file"


def test_search_in_a_store_of_ones_own(tmp_path):
    own = tmp_path / "own"
    paper = tmp_path / "note.md"
    paper.write_text("# Note\n\nThe drone pack was flown at 4000 m without icing of the vents.", encoding="utf-8")
    add_paths(tmp_path, [paper], store=own)
    request = {"query": "drone pack icing", "store": str(own), "store_digest": store_digest(tmp_path, own)}
    answer = run(search_literature, request, Context(home=tmp_path), Ledger(tmp_path / "ledger"))
    assert isinstance(answer, Success)
    hit, = answer.result.results
    assert hit.quote == "The drone pack was flown at 4000 m without icing of the vents."
    assert hit.place and hit.source.title == "Note"
    nothing = run(search_literature, {**request, "query": "stock market"}, Context(home=tmp_path),
                  Ledger(tmp_path / "ledger"))
    assert isinstance(nothing, Success) and nothing.result.results == () and nothing.result.passed_over is None


def test_where_nothing_bears_on_a_question_the_nearest_passage_is_told_apart(tmp_path):
    request = {"query": "vitamins against a cold in children", "store_digest": store_digest(tmp_path)}
    answer = run(search_literature, request, Context(home=tmp_path), Ledger(tmp_path / "ledger"))
    assert isinstance(answer, Success) and answer.result.results == ()
    near = answer.result.passed_over
    assert near is not None and near.quote and near.title and near.place
    assert "low temperature" in near.holds and {"vitamins", "children"} <= set(near.lacks)
    assert not hasattr(near, "passage_id")  # without an id nothing can cite it


def test_trouble_has_its_class(tmp_path):
    with pytest.raises(BadInput, match="does not exist"):
        add_paths(tmp_path, [tmp_path / "nowhere"])
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "passages.sqlite").write_bytes(b"no database at all, only the name of one" * 50)
    with pytest.raises(StoreBroken, match="damaged"):
        store_digest(tmp_path, broken)


def test_a_quote_that_is_not_in_its_passage_is_refused():
    passage = Passage(id="p", text="What was read.", place="p. 1",
                      source=Source(key="k", kind="web", title="A title"))
    with pytest.raises(StoreBroken, match="not in its stored passage"):
        _evidence(1, Bearing(passage, "What was never read.", 0.5), ["R01"])
