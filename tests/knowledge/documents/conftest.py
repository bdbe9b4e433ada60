"""Small documents made by code, and the promises that every document keeps."""

import email.message
import io
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TYPST_HEAD = '#set text(font: "Libertinus Serif", size: 10pt)\n'


def make_pdf(source):
    import typst

    return typst.compile((TYPST_HEAD + source).encode())


def make_docx(build):
    import docx

    document = docx.Document()
    build(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def make_xlsx(build):
    import openpyxl

    book = openpyxl.Workbook()
    build(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_mail(body, subject="RFQ cell", attachments=(), html=None):
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Änne Buyer <buyer@example.com>", "rfq@example.com"
    message["Date"], message["Message-ID"] = "Tue, 14 May 2030 10:12:00 +0800", "<1@example.com>"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def words_in(text):
    return Counter(re.findall(r"[^\W_]+", text))


def check(document):
    """Blocks are slices that do not overlap, and no word of the text lies outside them."""
    position = 0
    outside = ""
    for number, block in enumerate(document.blocks):
        assert block.index == number
        assert document.text[block.start:block.end] == block.text
        assert block.text.strip() == block.text != ""
        assert block.start >= position
        outside += " " + document.text[position:block.start]
        position = block.end
        assert (block.kind == "cell") <= (block.table is not None and block.row is not None)
    outside += " " + document.text[position:]
    if document.media in ("markdown", "html"):
        outside = re.sub(r"<[^>]*>", " ", outside)
    assert not re.search(r"[^\W_]", outside), outside
    return document


@pytest.fixture
def make():
    """Builders of small documents."""
    from types import SimpleNamespace

    return SimpleNamespace(pdf=make_pdf, docx=make_docx, xlsx=make_xlsx, mail=make_mail, words_in=words_in)


@pytest.fixture
def read():
    """Read bytes under a name and check the promises."""
    from knowledge.documents.read import document_of

    def reader(name, data):
        return check(document_of(name, data.encode() if isinstance(data, str) else data))

    return reader


@pytest.fixture
def grid():
    """Rows of a table as lists of texts by column."""

    def of(document, table=0):
        return [{b.column: b.text for b in row} for row in document.table_rows(table)]

    return of


@pytest.fixture(scope="session")
def make_once():
    """Builders for fixtures that live longer than a test."""
    from types import SimpleNamespace

    return SimpleNamespace(pdf=make_pdf, docx=make_docx, xlsx=make_xlsx, mail=make_mail)


@pytest.fixture(scope="session")
def checker():
    """The promises as a function; `words=False` leaves out that no word lies outside the blocks."""

    def checked(document, words=False):
        if words:
            return check(document)
        position = 0
        for block in document.blocks:
            assert document.text[block.start:block.end] == block.text and block.start >= position
            position = block.end
        return document

    return checked
