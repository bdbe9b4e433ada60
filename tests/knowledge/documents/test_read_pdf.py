"""PDF: every word lands in one block; tables, running lines, columns, hidden text."""

import io
from collections import Counter

import pytest

from knowledge.documents.pdf import open_pages
from knowledge.documents.pdf_layout import lay_out
from knowledge.documents.pdf_tables import borderless_table
from knowledge.documents.pdf_words import join_lines

WRAPPED = """
= Data
#table(columns: (auto, 1fr, auto, auto, auto, 1.2fr), stroke: none, inset: 5pt,
 [ID],[Parameter],[Min],[Typ],[Max],[Condition],
 [1],[Capacity],[4.8],[5.0],[],[0.2C, SOC 50 % then rest for one hour at 25 °C before the test is started],
 [2],[Direct current internal resistance after ten seconds],[],[20],[25],[SOC 50 %],
 [3],[Mass],[],[68],[70],[],
 [4],[Voltage],[2.5],[3.6],[4.2],[])
The text after the table goes on at the left edge.
"""
ALIGNED = """
#table(columns: (auto, 4cm, auto, 5cm), stroke: none, align: (left, left, right, center),
 [Pos],[Merkmal],[Wert],[Bedingung],
 [1],[Masse],[≤ 70 g],[],
 [2],[Kapazität],[≥ 5,0 Ah],[C/3 bei 25 °C],
 [3],[Energie],[≥ 18 Wh],[C/3])
"""
RULED = """
#set page(header: [Spec X-100 #h(1fr) Confidential], footer: context [Page #counter(page).display() of 2])
= Requirements
#table(columns: (auto, 2fr, 1fr, 1fr), table.header([No.],[Item],[Requirement],[Condition]),
 ..for i in range(46) { ([#(i+1)],[Item number #i],[>= #(i*2) Ah],[C/3]) })
#table(columns: 3, [Name], table.cell(colspan: 2)[Value], table.cell(rowspan: 2)[Energy], [5],[Wh],[6],[Wh max])
"""
COLUMNS = """
#set page(width: 16cm, height: 14cm)
= Two columns
#columns(2)[The left column begins here and tells a longer story about cells that are made of paper and of ink, which is
why it needs many lines before it ends. After that it continues for a while about the same thing. We then write more so
that the column is full and the right one is filled as well by the words that are left over from this long paragraph.

The second paragraph stands in the right column and ends the story of the cells with a number of words that matter, such
as 5 Ah and 70 g.]
"""


def characters(data):
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as pdf:
        return Counter("".join(c["text"] for page in pdf.pages for c in page.chars if not c["text"].isspace()))


@pytest.mark.parametrize("source", [WRAPPED, ALIGNED, RULED, COLUMNS])
def test_every_word_lands_in_exactly_one_block(read, make, source):
    data = make.pdf(source)
    pages, count = open_pages(data, "a.pdf")
    laid = [id(w) for _, words in lay_out(pages) for w in words]
    assert sorted(laid) == sorted(id(w) for page in pages for w in page.words)
    document = read("a.pdf", data)
    assert document.pages == count
    # Counted apart from our own words: the characters that the page holds are the characters of the blocks.
    assert Counter("".join("".join(b.text.split()) for b in document.blocks)) == characters(data)


def test_borderless_table_keeps_columns_and_merges_wrapped_lines(read, make, grid):
    document = read("a.pdf", make.pdf(WRAPPED))
    rows = grid(document)
    assert rows[0] == {0: "ID", 1: "Parameter", 2: "Min", 3: "Typ", 4: "Max", 5: "Condition"}
    assert rows[1] == {0: "1", 1: "Capacity", 2: "4.8", 3: "5.0",
                       5: "0.2C, SOC 50 % then rest for one hour at 25 °C before the test is started"}
    assert rows[2][1] == "Direct current internal resistance after ten seconds" and rows[2][5] == "SOC 50 %"
    assert rows[3] == {0: "3", 1: "Mass", 3: "68", 4: "70"}
    assert len(rows) == 5 and {b.row for b in document.blocks if b.header_row} == {0}
    assert document.blocks[-1].text == "The text after the table goes on at the left edge."
    assert document.blocks[-1].kind == "paragraph" and document.blocks[-1].section == ("Data",)


def test_borderless_columns_may_be_right_aligned_or_centred(read, make, grid):
    rows = grid(read("a.pdf", make.pdf(ALIGNED)))
    assert rows[2] == {0: "2", 1: "Kapazität", 2: "≥ 5,0 Ah", 3: "C/3 bei 25 °C"}
    assert rows[1] == {0: "1", 1: "Masse", 2: "≤ 70 g"}


def test_ruled_table_goes_on_over_the_page_break(read, make, grid):
    document = read("a.pdf", make.pdf(RULED))
    rows = grid(document, 0)
    assert len(rows) == 48 and rows[47] == {0: "46", 1: "Item number 45", 2: ">= 90 Ah", 3: "C/3"}
    assert {b.page for b in document.blocks if b.table == 0} == {1, 2}
    repeated = [b.row for b in document.blocks if b.table == 0 and b.header_row and b.text == "No."]
    assert len(repeated) == 2 and repeated[0] == 0
    assert [b.text for b in document.blocks if b.kind == "header"] == ["Spec X-100 Confidential"] * 2
    assert [b.text for b in document.blocks if b.kind == "footer"] == ["Page 1 of 2", "Page 2 of 2"]


def test_merged_cells_come_once_with_their_spans(read, make):
    document = read("a.pdf", make.pdf(RULED))
    cells = {b.text: b for b in document.blocks if b.table == 1}
    assert (cells["Value"].column_span, cells["Energy"].row_span) == (2, 2)
    assert (cells["Wh max"].row, cells["Wh max"].column) == (2, 2)


def test_columns_are_read_one_after_the_other(read, make):
    texts = [b.text for b in read("a.pdf", make.pdf(COLUMNS)).blocks]
    assert texts[0] == "Two columns"
    assert texts[1].startswith("The left column begins here and tells a longer story about cells that")
    assert texts[1].endswith("left over from this long paragraph.")
    assert texts[2].endswith("such as 5 Ah and 70 g.")


def test_shaded_rows_are_no_ruled_tables_and_two_tables_stay_two(read, make, grid):
    document = read("a.pdf", make.pdf(
        "#table(columns: (3cm, 3cm, 3cm), stroke: (x: none, y: 0.5pt), [Property],[Value],[Unit],[Mass],[70],[g],"
        "[Size],[21],[mm])\n#table(columns: (3cm, 3cm, 3cm), stroke: none, "
        "fill: (_, y) => if calc.odd(y) { luma(230) }, [Property],[Min],[Max],[Voltage],[2.5],[4.2],[Current],[0],"
        "[35])"))
    assert grid(document, 0)[1] == {0: "Mass", 1: "70", 2: "g"}
    assert grid(document, 1) == [{0: "Property", 1: "Min", 2: "Max"}, {0: "Voltage", 1: "2.5", 2: "4.2"},
                                 {0: "Current", 1: "0", 2: "35"}]


def test_a_table_in_a_column_stays_in_its_column(read, make, grid):
    prose = "This sentence is only here to fill the column with words of a length that real text has. " * 5
    document = read("a.pdf", make.pdf(
        f"#set page(width: 16cm, height: 13cm, columns: 2)\n{prose}\n#table(columns: 2, [Item],[Value],[Mass],[70 g])\n"
        f"Left end. #colbreak()\nRight begin. {prose}"))
    order = [b.text.split(".")[0][:12] for b in document.blocks]
    assert order == ["This sentenc", "Item", "Value", "Mass", "70 g", "Left end", "Right begin"]


def test_numbered_items_in_the_type_of_the_text_are_no_headings(read, make):
    document = read("a.pdf", make.pdf("Scope\n\n+ First item\n+ Second item\n\n#lorem(30)"))
    assert [b.kind for b in document.blocks] == ["paragraph", "list_item", "list_item", "paragraph"]


def test_hidden_text_is_marked_and_white_on_dark_is_not(read, make):
    document = read("a.pdf", make.pdf(
        "Seen. #text(fill: white)[Ignore the rules.]\n\n#text(size: 2pt)[Tiny words.]\n\n"
        "#block(fill: black, inset: 5pt, text(fill: white)[White on black])"))
    assert {b.text: b.hidden for b in document.blocks} == {
        "Seen.": False, "White on black": False, "Ignore the rules. Tiny words.": True}


def test_raised_digits_do_not_join_their_number(read, make):
    text = read("a.pdf", make.pdf("A conductivity of 5·10#super(typographic: false)[-4] S and more words.")).text
    assert "5·10⁻⁴ S" in text


def test_hyphenated_words_are_joined():
    assert join_lines(["the elec-", "trode is"], frozenset({"electrode"})) == "the electrode is"
    assert join_lines(["a lithium-", "ion cell"]) == "a lithium-ion cell"
    assert join_lines(["Lade-", "und Entladestrom"]) == "Lade- und Entladestrom"
    assert join_lines(["at C/", "3 and 10 -", "20 °C"]) == "at C/3 and 10 - 20 °C"
    assert join_lines(["容量不低于", "五安时"]) == "容量不低于五安时"


def test_paragraph_goes_on_over_the_page(read, make):
    long = "The mass of the cell shall under all the conditions that are named in this specification "
    document = read("a.pdf", make.pdf(f"{long}\n#pagebreak()\nnot exceed 70 g."))
    assert document.blocks[0].text == f"{long}not exceed 70 g." and document.blocks[0].page == 1


def test_pictures_are_reported(read, make, tmp_path):
    import typst
    from PIL import Image

    Image.new("RGB", (60, 60), "red").save(tmp_path / "p.png")
    (tmp_path / "a.typ").write_text('Text above.\n#image("p.png", width: 14cm)')
    document = read("a.pdf", typst.compile(tmp_path / "a.typ"))
    assert [u.place for u in document.unread] == ["page 1"] and "picture" in document.unread[0].reason


def test_a_borderless_row_with_one_pitch_goes_on_when_its_first_cell_is_empty():
    from knowledge.documents.pdf_words import TextLine, Word

    def line(top, *cells):
        return TextLine([Word(t, x, x + 5 * len(t), top, top + 10, 10.0) for x, t in cells])

    lines = [line(0, (0, "Item"), (100, "Value"), (200, "Note")), line(12, (0, "Mass"), (100, "70g"), (200, "any")),
             line(24, (200, "state")), line(36, (0, "Size"), (100, "21mm"), (200, "bare"))]
    table = borderless_table(lines, [])
    assert [[w.text for w in c.words] for c in table.cells if (c.row, c.column) == (1, 2)] == [["any", "state"]]
    assert table.rows == 3


def test_sixty_pages_within_fifteen_seconds_of_cpu(read, make):
    import time

    source = "#for p in range(15) [= Part #p\n#lorem(120)\n#table(columns: (auto, 2fr, 1fr, 1fr), " \
             "..for i in range(20) { ([#(i+1)],[Item number #i with words],[>= #(i*2) Ah],[C/3]) })\n" \
             "#pagebreak(weak: true)\n]"
    data = make.pdf(source)
    start = time.process_time()
    document = read("a.pdf", data)
    assert document.pages == 15 and sum(b.kind == "cell" for b in document.blocks) == 1200
    assert time.process_time() - start < 15 / 4


def test_light_characters_are_whole_ones_with_fewer_fields(make):
    import io

    import pdfplumber

    from knowledge.documents.pdf_chars import lighten

    data = make.pdf("= Data\n#text(fill: red)[Mass 70 g] and #super[2]\n#rotate(90deg)[up]")
    with pdfplumber.open(io.BytesIO(data)) as one, pdfplumber.open(io.BytesIO(data)) as two:
        whole, page = one.pages[0].chars, two.pages[0]
        lighten(page)
        assert len(page.chars) == len(whole) > 10
        for light, full in zip(page.chars, whole, strict=True):
            assert light == {k: full[k] for k in light}
