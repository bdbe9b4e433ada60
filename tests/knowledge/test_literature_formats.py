"""Papers and patents in the formats they come in. The samples are written for the tests: nothing in them is real."""

from pathlib import Path

import pytest

from knowledge.literature.bibliography import bibliography_works
from knowledge.literature.ingest import add_files, works_in
from knowledge.literature.passages import passages_of
from knowledge.literature.store import PassageStore

SAMPLES = Path(__file__).parent / "literature"


def quiet(_message, _done, _total):
    pass


def read(name):
    return list(works_in(SAMPLES / name, "0" * 64))


def texts(work, kind):
    return [work.text[p.start:p.end] for p in work.pieces if p.kind == kind]


def add(store, *names):
    return add_files(store, [SAMPLES / n for n in names], quiet)


@pytest.fixture
def store(tmp_path):
    return PassageStore(tmp_path / "own")


def test_a_jats_paper_has_sections_captions_and_table_cells():
    work, = read("article.nxml")
    source = work.source
    assert (source.doi, source.year, source.venue) == ("10.5555/invented.2021.7", 2021, "Journal of Invented Cells")
    assert source.title == "Dry-pressed LiNi0.8Mn0.1Co0.1O2 cathodes"
    assert source.authors == "Muster, Erika; Beispiel, Jan"
    assert texts(work, "abstract") == ["Dry-pressed cathodes of 120 µm keep 91 % of their capacity after 300 cycles."]
    assert [p.place for p in work.pieces if p.kind == "text"] == [
        "section '1. Methods', paragraph 1", "section '1.1 Cells', paragraph 2", "section '2. Results', paragraph 3"]
    assert texts(work, "caption") == ["Capacity by press temperature.", "Cross-section of the pressed cathode."]
    table, = [p for p in work.pieces if p.kind == "table"]
    cells = {(c.row, c.column): work.text[c.start:c.end] for c in table.cells}
    assert cells[0, 0] == "Press temperature (°C)" and cells[0, 1] == "Capacity (mAh g−1)"
    assert (cells[1, 1], cells[1, 2], cells[3, 0], cells[3, 2]) == ("C/10", "1C", "160", "183")
    assert [(c.row_span, c.column_span, c.header) for c in table.cells][:2] == [(2, 1, True), (1, 2, True)]


def test_a_us_grant_has_numbered_paragraphs_and_claims_apart():
    work, = read("grant.xml")
    source = work.source
    assert (source.kind, source.patent, source.year) == ("patent", "US 9999991 B2", 2015)
    assert source.authors == "Invented Cells, Inc.", "the owner, not the attorney"
    assert [p.place for p in work.pieces if p.kind == "claim"] == ["claim 1", "claim 2 (after claim 1)"]
    assert "ribs of at least 0.4 mm" in texts(work, "claim")[0]
    assert [(p.place, p.section) for p in work.pieces if p.kind == "text"] == [
        ("description, paragraph [0001]", ("BACKGROUND",)), ("description, paragraph [0002]", ("EXAMPLES",))]
    table, = [p for p in work.pieces if p.kind == "table"]
    assert {(c.row, c.column): work.text[c.start:c.end] for c in table.cells}[2, 1] == "2.9"
    assert "2.9" not in "".join(texts(work, "text")), "a table's figures stand in the table only"


@pytest.mark.parametrize(("name", "patent", "title", "claim"), [
    ("old_grant.xml", "US 6999991 B1", "Separator with a shutdown layer", "melts at 130 degrees"),
    ("european.xml", "EP 9999991 B1", "Battery cell with a fuse", "fuse rated at 40 A"),
    ("international.xml", "WO 2021999992 A1", "Stack with compliant pads", "pads between them"),
])
def test_other_offices(name, patent, title, claim):
    work, = read(name)
    assert (work.source.patent, work.source.title) == (patent, title)
    assert claim in texts(work, "claim")[0]
    assert texts(work, "text")


def test_one_invention_counts_once(store):
    report = add(store, "application.xml", "grant.xml")
    assert [f.status for f in report.files] == ["added", "added"]
    assert "replaces" in report.files[1].reason
    assert [w.source.patent for w in store.works()] == ["US 9999991 B2"], "the grant, whatever came first"
    again = add(PassageStore(store.folder.with_name("other")), "grant.xml", "application.xml")
    assert again.files[1].status == "already there" and "stays" in again.files[1].reason
    assert len(read("exchange.xml")) == 2
    family = PassageStore(store.folder.with_name("family"))
    add(family, "exchange.xml")
    assert [w.source.patent for w in family.works()] == ["WO 2019999991 A1"]


def test_bibliographies_of_every_kind():
    (paper, patent), (retracted,), (csl,) = read("library.bib"), read("library.ris"), read("library.json")
    assert paper.source.title == "Drücke in Pouch-Zellen" and paper.source.authors == "Muster, Erika; Beispiel, Jan"
    assert "93 % after 500 cycles" in texts(paper, "abstract")[0]
    assert (patent.source.kind, patent.source.patent) == ("patent", "US 9,999,991 B2")
    assert retracted.source.status == "retracted" and retracted.source.year == 2019
    assert (csl.source.year, csl.source.status, csl.source.venue) == (2022, "corrected", "Journal of Invented Cells")


def test_a_record_that_does_not_end_is_reported_and_the_others_are_read(tmp_path):
    bib, ris = tmp_path / "open.bib", tmp_path / "open.ris"
    bib.write_text("@article{x, title={An open brace, year=2020\n@article{ok, title={A good record}, year={2021}}",
                   encoding="utf-8")
    ris.write_text("TY  - JOUR\nTI  - Without an end\nTY  - JOUR\nTI  - With one\nER  - \nTY  - JOUR\nTI  - Cut off",
                   encoding="utf-8")
    good, broken = bibliography_works(bib)
    assert good.source.title == "A good record" and broken == "the entry x at line 1 does not end"
    first, second, cut = bibliography_works(ris)
    assert [first.source.title, second.source.title] == ["Without an end", "With one"]
    assert cut == "the record at line 6 has no end (ER)"


def test_short_tables_titles_and_cjk_sentences_are_passages_and_page_numbers_are_not(tmp_path):
    listing = tmp_path / "short.jsonl"
    listing.write_text('{"title": "Zellen im Frost"}\n{"title": "低温析锂"}', encoding="utf-8")
    note = tmp_path / "note.md"
    table = "| Cell | kN |\n|---|---|\n| P1 | 38 |"
    note.write_text(f"{table}\n\n电池在低温下容量衰减很快。\n\n# Page\n\n12", encoding="utf-8")
    report, = works_in(note, "0" * 64)
    titles = [p.text for work in bibliography_works(listing) for p in passages_of(work)]
    assert titles == ["Zellen im Frost", "低温析锂"]
    kinds = [(p.kind, p.text) for p in passages_of(report)]
    assert [kind for kind, _ in kinds] == ["table", "text"] and "38" in kinds[0][1] and "低温" in kinds[1][1]


@pytest.mark.parametrize("order", [("article.nxml", "notice.xml"), ("notice.xml", "article.nxml")])
def test_a_retraction_notice_marks_the_paper_whichever_comes_first(store, order):
    add(store, *order)
    marked, = [w for w in store.works() if w.source.doi == "10.5555/invented.2021.7"]
    assert marked.source.status == "retracted" and "Retraction" in marked.source.status_note
    passages = [p for p in store.get(row[0] for row in store.rows()).values() if p.document == marked.id]
    assert passages and all(p.source.status == "retracted" for p in passages)


def test_passages_are_slices_of_their_work(store):
    add(store, "article.nxml", "grant.xml", "library.bib")
    passages = store.get(row[0] for row in store.rows())
    assert len(passages) >= 10
    for passage in passages.values():
        assert store.work(passage.document).text[passage.start:passage.end] == passage.text
        assert passage.place


@pytest.mark.parametrize(("body", "told"), [
    ('<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><article>&y;</article>', "entity"),
    ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><article>&x;</article>', "entity"),
    ("<article><front>", "well-formed"),
    ("<html><body>nothing</body></html>", "neither"),
    ("", "neither"),
    ("no xml at all", "well-formed"),
    ("<us-patent-grant><description><p>No number.</p></description></us-patent-grant>", "no publication number"),
])
def test_bad_xml_is_reported_and_leaves_nothing(store, tmp_path, body, told):
    bad = tmp_path / "bad.xml"
    bad.write_text(body, encoding="utf-8")
    failed, = add_files(store, [bad], quiet).files
    assert failed.status == "failed" and told in failed.reason
    assert not store.rows() and store.files()[0]["status"] == "failed"


def bulk(folder, count, broken=()):
    one = (SAMPLES / "grant.xml").read_text(encoding="utf-8")
    parts = [one.replace("99999", f"{k:05d}").replace("Cans without", f"Cans number {k} without") for k in range(count)]
    parts = [p[: len(p) // 2] + "\n" if k in broken else p for k, p in enumerate(parts)]
    path = folder / "bulk.xml"
    path.write_text("".join(parts), encoding="utf-8")
    return path


def test_many_patents_in_one_file_and_a_broken_one_among_them(store, tmp_path):
    added, = add_files(store, [bulk(tmp_path, 5, broken=(2,))], quiet).files
    assert (added.status, added.works) == ("added", 4)
    assert "before number 3" in added.reason and "well-formed" in added.reason


def test_a_stopped_file_goes_on_where_it_was(store, tmp_path, monkeypatch):
    from knowledge.literature import shelve

    monkeypatch.setattr(shelve, "BATCH", 2)
    path, real, calls = bulk(tmp_path, 7), shelve._shelve_one, []

    def stopped(*arguments):
        calls.append(arguments)
        if len(calls) == 6:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(shelve, "_shelve_one", stopped)
    with pytest.raises(KeyboardInterrupt):
        add_files(store, [path], quiet)
    assert store.files()[0] | {"path": ""} == {
        "path": "", "status": "reading", "reason": None, "passages": 24, "works": 4}
    monkeypatch.setattr(shelve, "_shelve_one", lambda *a: (calls.append(a), real(*a)))
    added, = add_files(store, [path], quiet).files
    assert (added.works, len(list(store.works()))) == (7, 7)
    assert len(calls) == 6 + 3, "the four that were stored are not stored again"


def test_a_large_file_is_streamed(store, tmp_path):
    """Memory does not grow with the file: 40 MB of records are read within a few."""
    import tracemalloc

    from knowledge.literature.jats import TAGS
    from knowledge.literature.xml_parts import records

    path = tmp_path / "large.xml"
    one = f"<article><front/><body><p>{'word ' * 2000}</p></body></article>"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("<?xml version='1.0'?><collection>")
        for _ in range(4000):
            stream.write(one)
        stream.write("</collection>")
    tracemalloc.start()
    count = sum(1 for _ in records(path, TAGS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4000 and peak < 5_000_000


def test_a_record_that_is_too_large_is_refused(store, tmp_path, monkeypatch):
    from knowledge.literature import xml_parts

    monkeypatch.setattr(xml_parts, "LARGEST_RECORD", 300_000)
    path = tmp_path / "huge.xml"
    path.write_text(f"<article><body>{'<p>word</p>' * 60_000}</body></article>", encoding="utf-8")
    failed, = add_files(store, [path], quiet).files
    assert failed.status == "failed" and "larger than" in failed.reason


def test_the_same_paper_from_two_places_counts_once(store, tmp_path):
    record = tmp_path / "one.jsonl"
    record.write_text('{"title": "Dry-pressed cathodes", "doi": "10.5555/INVENTED.2021.7"}', encoding="utf-8")
    add_files(store, [record], quiet)
    add(store, "article.nxml")
    only, = store.works()
    assert len(only.pieces) > 3, "the full text stays, not the title"
    late, = add_files(PassageStore(store.folder), [record], quiet).files
    assert late.status == "already there"
