"""A quote that no longer stands in the store is not printed; sources leave as a CSL bibliography."""

import pytest

from knowledge.evidence import Evidence, Source
from knowledge.literature.csl import csl_items
from knowledge.literature.library import open_library
from tools.retrieve.citations import reported_standing, standing
from tools.retrieve.stores import add_paths, reported_values

PAPER = "# Damp heat\n\nThe insulation resistance of the coated can stayed above 800 Mohm after damp heat."


@pytest.fixture
def cited(tmp_path):
    paper = tmp_path / "paper.md"
    paper.write_text(PAPER, encoding="utf-8")
    add_paths(tmp_path, [paper])
    found = []
    for question in ("insulation resistance damp heat", "lithium plating in the cold"):
        hit = open_library(tmp_path).search(question, top=1)[0]
        start = (hit.passage.start or 0) + hit.passage.text.index(hit.quote)
        found.append(Evidence(id=f"E{len(found)}", passage=hit.passage, quote=hit.quote, start=start,
                              end=start + len(hit.quote), score=0.9, bears_on=("R01",)))
    return found


def test_quotes_of_papers_and_cards_stand(tmp_path, cited):
    assert standing(tmp_path, cited) == (tuple(cited), ())


def test_what_has_changed_is_not_printed(tmp_path, cited):
    paper, card = cited
    moved = paper.model_copy(update={"start": paper.start + 3})
    altered = card.model_copy(update={"quote": card.quote.replace("lithium", "sodium")})
    gone = card.model_copy(update={"passage": card.passage.model_copy(update={"id": "card:gone"})})
    bare = card.model_copy(update={"start": None})
    kept, lost = standing(tmp_path, [moved, altered, gone, bare, card])
    assert kept == (card,)
    for word, reason in zip(("not at characters", "not at characters", "no longer", "nothing"), lost, strict=True):
        assert word in reason


def test_reported_figures_stand_with_their_sources_or_are_not_printed(tmp_path):
    paper = tmp_path / "paper.md"
    paper.write_text("# Cathodes\n\nThe LiFePO4 cathode delivered a discharge capacity of 157 mAh/g at C/10.\n\n"
                     "| material | discharge capacity (mAh/g) |\n|---|---|\n| LiCoO2 | 145 |\n", encoding="utf-8")
    add_paths(tmp_path, [paper])
    every = reported_values(tmp_path, ["lfp", "lco"])
    kept, sources, lost = reported_standing(tmp_path, every)
    assert {(r.composition, r.median) for r in every} >= {("lfp", 157.0), ("lco", 145.0)}
    assert kept == tuple(every) and not lost
    assert {c.source for r in kept for c in r.claims} == {s.key for s in sources}
    changed = [r.model_copy(update={"claims": tuple(c.model_copy(update={"quote": c.quote + "!"}) for c in r.claims)})
               for r in every]
    assert reported_standing(tmp_path, changed)[0] == () and len(reported_standing(tmp_path, changed)[2]) == len(every)


def test_a_bibliography_in_csl():
    items = csl_items([
        Source(key="a", kind="paper", title="On cells", authors="Muster, Erika; Beispiel, Jan", year=2020,
               doi="10.5555/a", venue="Journal of Invented Cells", status="retracted"),
        Source(key="b", kind="patent", title="A can", patent="US 1 B2", venue="USPTO", seen="restated",
               seen_in="a page"),
    ])
    assert items[0] == {
        "id": "a", "type": "article-journal", "title": "On cells", "issued": {"date-parts": [[2020]]},
        "author": [{"family": "Muster", "given": "Erika"}, {"family": "Beispiel", "given": "Jan"}], "DOI": "10.5555/a",
        "container-title": "Journal of Invented Cells", "status": "retracted",
        "note": "retracted: as its metadata say"}
    assert (items[1]["number"], items[1]["authority"]) == ("US 1 B2", "USPTO") and "restated" in items[1]["note"]
