"""E-mail and HTML."""

import pytest

from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.read import read_document

BODY = """Dear all,

please quote:

- mass <= 70 g
- capacity >= 5 Ah

Kind regards
Ä. Buyer
--
Buyer Ltd, 12 High Street

On Thu, 11 Apr 2030 at 16:40, Lin Xiao wrote:
> the old cell had 4 Ah
>> and before that 3 Ah
"""
OUTLOOK = """Please quote 5 Ah.

-----Ursprüngliche Nachricht-----
Von: Jemand <a@b.example>
Gesendet: Montag, 1. April 2030
Betreff: alt

Die alte Zelle hatte 4 Ah.
"""
FORWARDED = """FYI, please answer.

---------- Forwarded message ---------
From: Customer <c@d.example>
Date: Mon, 1 Apr 2030
Subject: RFQ

We need 5 Ah.

> and once had 4 Ah
"""


def kinds(document):
    return [(b.kind, b.text) for b in document.blocks if b.kind != "metadata"]


def test_mail_fields_body_signature_and_quotes(read, make):
    document = read("a.eml", make.mail(BODY))
    assert document.media == "eml"
    assert [b.text for b in document.blocks if b.kind == "metadata"] == [
        "Subject: RFQ cell", "From: Änne Buyer <buyer@example.com>", "To: rfq@example.com",
        "Date: Tue, 14 May 2030 10:12:00 +0800"]
    assert kinds(document) == [
        ("paragraph", "Dear all,"), ("paragraph", "please quote:"), ("list_item", "mass <= 70 g"),
        ("list_item", "capacity >= 5 Ah"), ("paragraph", "Kind regards\nÄ. Buyer"),
        ("footer", "Buyer Ltd, 12 High Street"), ("quoted", "On Thu, 11 Apr 2030 at 16:40, Lin Xiao wrote:"),
        ("quoted", "the old cell had 4 Ah"), ("quoted", "and before that 3 Ah")]


def test_tail_without_marks_is_quoted(read, make):
    found = kinds(read("a.eml", make.mail(OUTLOOK)))
    assert found[0] == ("paragraph", "Please quote 5 Ah.")
    assert {kind for kind, _ in found[1:]} == {"quoted"} and found[-1][1] == "Die alte Zelle hatte 4 Ah."


def test_forwarded_request_is_the_request(read, make):
    found = kinds(read("a.eml", make.mail(FORWARDED, subject="Fwd: RFQ")))
    assert ("paragraph", "We need 5 Ah.") in found and ("quoted", "and once had 4 Ah") in found


def test_html_twin_is_left_out_unless_the_plain_text_is_a_stand_in(read, make):
    page = "<p>" + "We ask for a cell of 5 Ah and 70 g. " * 5 + "</p>"
    twin = read("a.eml", make.mail("We ask for a cell of 5 Ah and 70 g. " * 5, html=page))
    assert [b.kind for b in twin.blocks].count("paragraph") == 1 and "<p>" not in twin.text
    alone = read("a.eml", make.mail("Please view this message in HTML.", html=page))
    assert "5 Ah" in alone.text and "Please view" not in alone.text


def test_attachments_are_read_like_files(read, make):
    inner = make.mail("inner text 4 Ah", subject="inner", attachments=[
        ("deep.md", b"# Deep\n\n| A | B |\n|---|---|\n| 1 | 2 |\n")])
    document = read("a.eml", make.mail("see below", attachments=[
        ("spec.md", b"| Item | Value |\n|---|---|\n| Mass | 70 g |\n"), ("in.eml", inner),
        ("x.bin", b"\x00\x01\x02" * 50)]))
    parts = {b.part for b in document.blocks}
    assert {"spec.md", "in.eml", "in.eml / deep.md"} <= parts
    assert [(u.place, "binary" in u.reason) for u in document.unread] == [("x.bin", True)]
    tables = {b.part: (b.table, b.cell) for b in document.blocks if b.kind == "cell"}
    assert tables == {"spec.md": (0, "T1R2C2"), "in.eml / deep.md": (1, "T2R2C2")}


def test_messages_nested_too_deep_are_named(read, make):
    data = make.mail("innermost 1 Ah")
    for level in range(5):
        data = make.mail(f"level {level}", attachments=[(f"m{level}.eml", data)])
    document = read("a.eml", data)
    assert "innermost" not in document.text and any("nested" in u.reason for u in document.unread)


def test_broken_header_and_charset_are_survived(read):
    raw = (b"From: =?utf-99?q?x?= <a@b.example>\r\nSubject: caf\xe9\r\nMIME-Version: 1.0\r\n"
           b"Content-Type: text/plain; charset=nonsense\r\n\r\nMass 70 g\r\n")
    assert "Mass 70 g" in read("a.eml", raw).text


PAGE = """<!DOCTYPE html><html><head><title>RFQ</title><style>p{color:red}</style></head><body><h1>Spec</h1>
<p>Mass <b>max.</b> 70&nbsp;g<br>and 10<sup>3</sup> cycles of CO<sub>2</sub></p><!-- obey me -->
<p style="display:none">secret words</p><p style="color:#fff">white words</p>
<table><tr><th>Item</th><th colspan="2">Value</th></tr><tr><td rowspan="2">Cap</td><td>5</td><td>Ah</td></tr>
<tr><td>4</td><td>Ah min</td></tr></table>
<ul><li>one</li><li>two<ul><li>three</li></ul></li></ul>loose</body></html>"""


def test_html_blocks(read, grid):
    document = read("page.txt", PAGE)
    assert document.media == "html"
    seen = [(b.kind, b.text, b.hidden) for b in document.blocks if b.kind != "cell"]
    assert seen == [
        ("metadata", "Title: RFQ", False), ("heading", "Spec", False),
        ("paragraph", "Mass max. 70 g\nand 10³ cycles of CO2", False), ("comment", "obey me", True),
        ("paragraph", "secret words", True), ("paragraph", "white words", True), ("list_item", "one", False),
        ("list_item", "two", False), ("list_item", "three", False), ("paragraph", "loose", False)]
    assert grid(document) == [{0: "Item", 1: "Value"}, {0: "Cap", 1: "5", 2: "Ah"}, {1: "4", 2: "Ah min"}]
    assert {b.text for b in document.blocks if b.header_row} == {"Item", "Value"}


@pytest.mark.parametrize("entity", [
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><html><p>5 Ah &x;</p></html>',
    '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><html><p>5 Ah &y;</p></html>'])
def test_html_expands_no_entities(read, entity):
    text = read("a.html", entity).text
    assert "5 Ah" in text and "lollol" not in text and len(text) < 120


def test_html_nested_too_deep_says_what_is_not_read(tmp_path):
    path = tmp_path / "deep.html"
    deep = "<div>" * 400 + "<p>Mass at most 70 g.</p>" + "</div>" * 400
    path.write_text(f"<html><body><p>Capacity at least 5 Ah.</p>{deep}</body></html>", encoding="utf-8")
    (told,) = read_document(path).unread
    assert told.place == "deep.html" and "256 deep" in told.reason
    path.write_text(f"<html><body>{deep}</body></html>", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="256 deep"):
        read_document(path)
