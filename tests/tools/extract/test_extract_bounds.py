"""Large documents: bounded work, and a finding that tells what was not looked at."""

from knowledge.document import Block, Document
from tools.extract import bounds
from tools.extract.findings import contradictions
from tools.extract.requirements import extract_requirements


def table(rows, columns):
    blocks, texts, place = [], [], 0
    for row in range(rows):
        for column in range(columns):
            text = "Mass" if column == 0 else f"<= {70 + row} g"
            blocks.append(Block(index=len(blocks), kind="cell", text=text, start=place, end=place + len(text),
                                sheet="S", cell=f"{column}/{row}", table=0, row=row, column=column))
            texts.append(text)
            place += len(text) + 1
    return Document(name="a.xlsx", sha256="0" * 64, media="xlsx", text="\n".join(texts), blocks=tuple(blocks))


def test_a_small_document_is_left_alone():
    document = table(5, 3)
    assert bounds.within_bounds(document) is document


def test_rows_of_a_table_of_data_are_told_as_unread(monkeypatch):
    monkeypatch.setattr(bounds, "MAX_TABLE_ROWS", 4)
    reading = extract_requirements(table(9, 2), taught=False)
    assert max(r.value for r in reading.requirements) == 73.0
    told, = [f for f in reading.findings if f.kind == "unread"]
    assert "10 cells" in told.text and "from here on" in told.text


def test_columns_of_a_table_of_data_are_told_as_unread(monkeypatch):
    monkeypatch.setattr(bounds, "MAX_TABLE_COLUMNS", 3)
    bounded = bounds.within_bounds(table(2, 9))
    assert {b.column for b in bounded.blocks} == {0, 1, 2} and "columns" in bounded.unread[0].reason
    assert [b.index for b in bounded.blocks] == list(range(6))


def test_text_beyond_the_bound_is_told_as_unread(monkeypatch):
    monkeypatch.setattr(bounds, "MAX_CHARS", 30)
    blocks = tuple(Block(index=k, kind="paragraph", text="The mass is 70 g.", start=18 * k, end=18 * k + 17, line=k + 1)
                   for k in range(4))
    text = "\n".join(b.text for b in blocks)
    document = Document(name="a.txt", sha256="0" * 64, media="text", text=text, blocks=blocks)
    bounded = bounds.within_bounds(document)
    assert len(bounded.blocks) == 1 and "3 blocks of text" in bounded.unread[0].reason


def test_many_requirements_on_one_metric_are_compared_in_part(monkeypatch):
    monkeypatch.setattr("tools.extract.findings._MOST_COMPARED", 3)
    reading = extract_requirements(table(8, 2), taught=False)
    told = [f for f in contradictions(reading.requirements) if f.kind == "unread"]
    assert len(told) == 1 and "first 3" in told[0].text
