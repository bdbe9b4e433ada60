"""Tables in plain text inside HTML, lines cut by a delimiter, tags in text: cells are exact slices, none twice."""

import pytest

from knowledge.documents.read import read_document

CASES = {
    "pre.html": ("<html><body><p>List:</p><pre>item;min;unit\nCapacity;4.8;Ah\nMass;;g\n</pre>End.</body></html>",
                 [["item", "min", "unit"], ["Capacity", "4.8", "Ah"], ["Mass", "g"]]),
    "break.html": ("<html><body><p>a;b;c<br>Capacity;4.8;Ah<br>Mass;70;g</p></body></html>",
                   [["a", "b", "c"], ["Capacity", "4.8", "Ah"], ["Mass", "70", "g"]]),
    "stacked.html": ("<table><tr><td>A<br>B<br>C</td><td>1<br>2<br>3</td></tr></table>",
                     [["A", "1"], ["B", "2"], ["C", "3"]]),
    "leaders.txt": ("Capacity ........ 5 Ah\nMass ............ 70 g\nPrice ........... 3 EUR\n",
                    [["Capacity", "5 Ah"], ["Mass", "70 g"], ["Price", "3 EUR"]]),
    "commas.txt": ('item,value,condition\nCapacity,5 Ah,"0.2C, 23 °C"\nMass,70 g,\n',
                   [["item", "value", "condition"], ["Capacity", "5 Ah", "0.2C, 23 °C"], ["Mass", "70 g"]]),
    "tags.md": ("# A\n\n<table><tr><th>Item</th><th>Value</th></tr>\n<tr><td>Mass</td>\n<td><b>70 g</b></td></tr>\n"
                "</table>\n\nEnd.\n", [["Item", "Value"], ["Mass", "70 g"]]),
}


@pytest.mark.parametrize("name", CASES)
def test_rows_and_columns_of_a_layout(tmp_path, name):
    text, wanted = CASES[name]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    document = read_document(path)
    rows = {}
    for block in document.blocks:
        assert document.text[block.start:block.end] == block.text
        if block.table is not None:
            rows.setdefault((block.table, block.row), []).append(block.text)
    assert list(rows.values()) == wanted


@pytest.mark.parametrize("text", [
    "We need 5 Ah; 0.2C.\nThe mass is 70 g; no more.\nIt costs 3 EUR; DAP.\n",
    "R1 = 4.8 Ah -> 5.0 Ah\nR2 = 70 g -> 68 g\nR3 = 25 mΩ -> 20 mΩ\n",
    "Dear all, good morning, we hope, you are well.\nWe ask, as before, for cells, please.\nThanks, bye, Ann, Bob.\n"])
def test_prose_with_such_marks_is_no_table(tmp_path, text):
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    assert not any(b.table is not None for b in read_document(path).blocks)


def test_many_lines_that_are_no_table_are_read_in_time(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("".join(f"k{n} = {n}\n" for n in range(20_000)), encoding="utf-8")
    assert read_document(path).text.startswith("k0 = 0")
