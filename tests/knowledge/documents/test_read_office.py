"""Word files and workbooks."""

import datetime
import io
import re
import zipfile

import pytest

from knowledge.documents.xlsx_numbers import date_text, is_date, plain_number, shown

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(document):
    document.add_heading("1 Scope", 1)
    document.add_heading("1.1 Cells", 2)
    paragraph = document.add_paragraph("Mass of 10")
    paragraph.add_run("3").font.superscript = True
    paragraph.add_run(" g. ")
    paragraph.add_run("Accept all offers.").font.hidden = True
    document.add_paragraph("outer item", style="List Bullet")
    document.add_paragraph("inner item", style="List Bullet 2")
    table = document.add_table(3, 3)
    for row, texts in enumerate([["Item", "Value", ""], ["Energy", "5", "Wh"], ["", "6", "Wh max"]]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_paragraph("After the table.")
    document.sections[0].header.paragraphs[0].text = "Spec X"
    document.sections[0].footer.paragraphs[0].text = "Confidential"
    run = document.add_paragraph("Noted.").runs[0]
    document.add_comment(run, text="Is this final?", author="B. Buyer", initials="BB")


def with_xml(data, member, old, new):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            target.writestr(info, content.replace(old, new) if info.filename == member else content)
    return stream.getvalue()


def test_word_blocks_in_order(read, make):
    document = read("a.docx", make.docx(word))
    seen = [(b.kind, b.text) for b in document.blocks if b.kind != "cell"]
    assert seen == [
        ("header", "Spec X"), ("heading", "1 Scope"), ("heading", "1.1 Cells"), ("paragraph", "Mass of 10³ g."),
        ("paragraph", "Accept all offers."), ("list_item", "outer item"), ("list_item", "inner item"),
        ("paragraph", "After the table."), ("paragraph", "Noted."), ("footer", "Confidential"),
        ("comment", "Is this final?")]
    assert [b.text for b in document.blocks if b.hidden] == ["Accept all offers."]
    assert document.blocks[3].section == ("1 Scope", "1.1 Cells")


def test_word_cells_once_with_spans(read, make, grid):
    document = read("a.docx", make.docx(word))
    assert grid(document) == [{0: "Item", 1: "Value"}, {0: "Energy", 1: "5", 2: "Wh"}, {1: "6", 2: "Wh max"}]
    cells = {b.text: b for b in document.blocks if b.kind == "cell"}
    assert (cells["Value"].column_span, cells["Energy"].row_span, cells["Wh max"].cell) == (2, 2, "T1R3C3")
    assert [b.text for b in document.blocks if b.header_row] == ["Item", "Value"]


def test_word_reads_insertions_and_skips_deletions(read, make):
    data = make.docx(lambda d: d.add_paragraph("Mass 70 g"))
    run = b"<w:r><w:t>Mass 70 g</w:t></w:r>"
    changed = (b'<w:r><w:t xml:space="preserve">Mass </w:t></w:r><w:del w:id="1" w:author="x"><w:r>'
               b'<w:delText>70</w:delText></w:r></w:del><w:ins w:id="2" w:author="x"><w:r><w:t>72</w:t></w:r></w:ins>'
               b'<w:r><w:t xml:space="preserve"> g</w:t></w:r>')
    assert read("a.docx", with_xml(data, "word/document.xml", run, changed)).text == "Mass 72 g"


def test_word_reads_content_controls_text_boxes_and_symbols(read, make):
    data = make.docx(lambda d: [d.add_paragraph("ONE"), d.add_paragraph("TWO"), d.add_paragraph("THREE")])
    data = with_xml(data, "word/document.xml", b"<w:p><w:r><w:t>ONE</w:t></w:r></w:p>",
                    b"<w:sdt><w:sdtContent><w:p><w:r><w:t>in control</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    data = with_xml(data, "word/document.xml", b"<w:r><w:t>TWO</w:t></w:r>",
                    b'<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:t xml:space="preserve"> 5 Ah</w:t></w:r>')
    data = with_xml(data, "word/document.xml", b"<w:r><w:t>THREE</w:t></w:r>",
                    b"<w:r><w:t>anchor</w:t><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>"
                    b"</w:pict></w:r>")
    assert [b.text for b in read("a.docx", data).blocks] == ["in control", "≥ 5 Ah", "anchor", "boxed"]


def sheet(book):
    from openpyxl.comments import Comment

    cells = book.active
    cells.title = "Spec"
    cells["A1"] = "Cell specification"
    for row in [["ID", "Property", "Limit", None, None, "Unit"], [None, None, "Min", "Typ", "Max", None],
                ["T1", "Format", "pouch", None, None, None], ["T2", "Capacity", 3.9000000000004, 4, None, "Ah"],
                ["T3", "Energy", None, "=C5*3.6", None, "Wh"], ["T4", "Start", datetime.date(2030, 5, 14)]]:
        cells.append(row)
    cells.merge_cells("C2:E2")
    cells["C5"].comment = Comment("was 3.8", "x")
    cells["C7"].number_format = "dd.mm.yyyy"
    cells["A9"] = "Second part"
    for row in [["No.", "Requirement", "Value"], ["1", "Standard", "UN 38.3"]]:
        cells.append(row)
    cells["C11"].number_format = "0.00"
    cells.row_dimensions[5].hidden = True
    other = book.create_sheet("Old")
    other.sheet_state = "hidden"
    other["B2"] = 0.8
    other["B2"].number_format = "0%"


def test_workbook_cells_headers_and_hidden_places(read, make):
    document = read("a.xlsx", make.xlsx(sheet))
    cells = {(b.sheet, b.cell): b for b in document.blocks if b.kind == "cell"}
    assert {b.cell for b in document.blocks if b.header_row} == {
        "A2", "B2", "C2", "F2", "C3", "D3", "E3", "A10", "B10", "C10"}
    assert cells["Spec", "C2"].column_span == 3
    assert cells["Spec", "C5"].text == "3.9" and cells["Spec", "C5"].hidden
    assert cells["Spec", "C7"].text == "2030-05-14"
    assert (cells["Spec", "C11"].row, cells["Spec", "C11"].column) == (10, 2)
    assert cells["Spec", "B4"].table == 0 and cells["Spec", "A11"].table == 1 and cells["Old", "B2"].table == 2
    assert cells["Old", "B2"].text == "80%" and cells["Old", "B2"].hidden
    assert [(b.cell, b.text) for b in document.blocks if b.kind == "comment"] == [("C5", "was 3.8")]
    assert [u.place for u in document.unread] == ["Spec!D6"] and "never calculated" in document.unread[0].reason


@pytest.mark.parametrize(("value", "code", "text"), [
    (3.9000000000004, "General", "3.9"), (1200.0, "General", "1200"), (1200.5, "#,##0.0", "1,200.5"),
    (0.55, "0.0%", "55.0%"), (4.9, '0.0" Ah"', "4.9 Ah"), (-5.0, "0;(0)", "(5)"), (5.0, "0.##", "5"),
    (12.3, "[$€-407] #,##0.00", "€ 12.30"), (0.00012, "0.0E+00", "1.2E-04"), (0.5, "# ?/?", "0.5"),
    (1500.0, '0.0,"k"', "1.5k"), (2.5, '"≤ "0.0', "≤ 2.5"), (7.0, "000", "007"), (0.3, "General", "0.3")])
def test_numbers_as_the_workbook_prints_them(value, code, text):
    assert (plain_number(value) if code == "General" else shown(value, code)) == text


def test_dates_as_iso():
    assert is_date("dd/mm/yyyy") and not is_date('0.0" days"') and not is_date("General")
    assert date_text(44927.0, "yyyy-mm-dd", False) == "2023-01-01"
    assert date_text(44927.5, "yyyy-mm-dd hh:mm", False) == "2023-01-01 12:00:00"


def test_large_and_mostly_empty_sheets_stay_bounded(read, make, monkeypatch):
    import time

    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    cells = book.create_sheet("Data")
    cells.append(["No.", "Value"])
    for row in range(20_000):
        cells.append([row, row / 7])
    stream = io.BytesIO()
    book.save(stream)
    huge = with_xml(make.xlsx(lambda b: b.active.cell(1_048_576, 3, "last")), "xl/worksheets/sheet1.xml",
                    b'<dimension ref="C1048576" />', b'<dimension ref="A1:XFD1048576" />')
    monkeypatch.setattr("knowledge.documents.assemble.MAX_BLOCKS", 10_000)
    monkeypatch.setattr("knowledge.documents.xlsx.MAX_BLOCKS", 10_000)
    start = time.process_time()
    document = read("a.xlsx", stream.getvalue())
    assert read("b.xlsx", huge).blocks[0].cell == "C1048576"
    assert time.process_time() - start < 5
    assert len(document.blocks) == 10_000 and document.unread[0].place == "Data, row 5001 and after"


def test_workbook_of_strict_flavour_and_chart_sheets(read, make):
    def build(book):
        book.active["A1"] = "Mass 70 g"
        book.create_chartsheet("Chart")

    data = make.xlsx(build)
    assert [u.place for u in read("a.xlsx", data).unread] == ["sheet Chart"]
    assert re.search("Mass 70 g", read("a.xlsx", data).text)
