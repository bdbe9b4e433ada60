"""What cannot be read says so in one clear sentence."""

import io
import os
import zipfile
import zlib

import pytest

from knowledge.documents import limits
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.read import document_of, read_document


def refused(name, data):
    with pytest.raises(UnreadableDocument) as caught:
        document_of(name, data)
    message = caught.value.message
    assert message.count(". ") == 0 and message.endswith(".") and ";" in message and "\n" not in message
    return message


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


@pytest.mark.parametrize(("data", "words"), [
    (b"", "empty"), (b" \n\t\r\n", "empty"), (b"\x00" * 64, "empty"), (b"--- === ***\n", "no text"),
    (b"\x00\x01\x02\x03" * 99, "binary"), (b"some \x00 text here", "NUL"),
    (bytes(range(1, 32)) * 20, "binary"), (b"\x89PNG\r\n\x1a\n....", "picture"),
    (b"{\\rtf1 x}", "RTF"), (b"7z\xbc\xaf\x27", "archive"), (b"PK\x03\x04 broken", "truncated"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Word 97"),
    (b"%PDF-1.7\n1 0 obj\n", "truncated"), (b"%PDF-1.7\n\n%%EOF\n", "damaged"), (b"\xff\xfe\x00\xd8x", "UTF-16"),
    (b"<?xml version='1.0'?><order><x/></order>", "XML"), (zipped(a_dot_bin="\x00"), "ZIP"),
    (zipped(word__document_dot_xml="<x/>"), "damaged"), (zipped(xl__workbook_dot_xml="<x"), "damaged"),
    (zipped(ppt__presentation_dot_xml="<x/>"), "presentation"), (zipped(xl__workbook_dot_bin="x"), "XLSB"),
    (zipped(mimetype="application/vnd.oasis.opendocument.text"), "OpenDocument"),
    (b"From: a@b\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime\nSubject: x\n\nMIIB\n", "encrypted")])
def test_bytes_that_are_no_readable_document(data, words):
    assert words in refused("file.pdf", data)


def test_paths_that_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in [(tmp_path / "none.pdf", "does not exist"), (tmp_path, "folder"), (tmp_path / "pipe", "pipe"),
                        (tmp_path / ("x" * 300), "cannot be opened"), (tmp_path / "a\x00b", "cannot be opened")]:
        with pytest.raises(UnreadableDocument, match=words):
            read_document(path)


def test_a_misnamed_file_is_read_by_its_content(tmp_path, make):
    path = tmp_path / "spec.xlsx"
    path.write_bytes(make.docx(lambda d: d.add_paragraph("Mass 70 g")))
    assert read_document(path).media == "docx"
    path.write_bytes(make.pdf("Mass 70 g"))
    assert read_document(path).media == "pdf"
    path.write_text("Mass 70 g")
    assert read_document(path).media == "text"
    assert list(tmp_path.iterdir()) == [path]


def test_file_size_is_capped(tmp_path, monkeypatch):
    monkeypatch.setattr("knowledge.documents.read.MAX_FILE_BYTES", 2_000_000)
    path = tmp_path / "big.txt"
    path.write_bytes(b"5 Ah " * 500_000)
    with pytest.raises(UnreadableDocument, match="larger than the limit of 2 MB"):
        read_document(path)


def test_locked_pdf_and_owner_locked_pdf(make, read):
    import pypdf

    def locked(user):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(make.pdf("Mass 70 g")))
        writer.encrypt(user, "owner", algorithm="AES-256")
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()

    assert "password-protected" in refused("a.pdf", locked("secret"))
    assert read("a.pdf", locked("")).text == "Mass 70 g"


def test_scanned_and_cut_pdf(make):
    assert "looks scanned" in refused("a.pdf", make.pdf("#rect(width: 5cm, height: 5cm, fill: red)"))
    data = make.pdf("Mass 70 g")
    assert "truncated" in refused("a.pdf", data[:len(data) // 2])


def test_page_limit_is_reported(make, read, monkeypatch):
    monkeypatch.setattr("knowledge.documents.pdf.MAX_PAGES", 2)
    document = read("a.pdf", make.pdf("one\n#pagebreak()\ntwo\n#pagebreak()\nthree"))
    assert document.pages == 3 and "three" not in document.text
    assert [u.place for u in document.unread] == ["page 3 and after"]


def test_bombs_are_refused(monkeypatch):
    big = b"0" * 5_000_000
    monkeypatch.setattr("knowledge.documents.sniff.MAX_EXPANDED_BYTES", 2_000_000)
    assert "unpacks" in refused("a.docx", zipped(word__document_dot_xml=big))
    monkeypatch.setattr("knowledge.documents.pdf_guards.MAX_STREAM_BYTES", 1_000_000)
    for packed in (zlib.compress(big), zlib.compress(zlib.compress(big))):
        data = b"%PDF-1.4\n1 0 obj<</Filter/FlateDecode>>stream\n" + packed + b"\nendstream endobj\n%%EOF\n"
        assert "unpacks" in refused("a.pdf", data)


def test_fonts_and_drawings_that_ask_for_too_much_are_not_filled_in(make, read, monkeypatch):
    from pdfminer.pdftypes import PDFStream

    from knowledge.documents.pdf_guards import TooMuch, check_font

    check_font({"W": [1, [500, 600], 20, 65535, 500], "W2": [1, 9, 0, 0, 0]})
    ranges = b"1 beginbfrange\n<0000> <FFFFFFFF> <0041>\nendbfrange\n1 beginbfchar <0001> <D83DDE00> endbfchar"
    for font in ({"W": [1, 10**9, 500]}, {"W": [1, [500], 7, 10**9, 500]}, {"W2": [0, 10**9, 1, 2, 3]},
                 {"ToUnicode": PDFStream({}, ranges)}):
        with pytest.raises(TooMuch):
            check_font(font)
    check_font({"ToUnicode": PDFStream({}, ranges.replace(b"FFFFFFFF", b"00FF"))})
    monkeypatch.setattr("knowledge.documents.pdf_guards.MAX_CONTENT_BYTES", 3000)
    document = read("a.pdf", make.pdf("Mass 70 g\n#pagebreak()\n#lorem(900)"))
    assert "Mass 70 g" in document.text and document.unread[0].place == "page 2"


def test_entities_in_office_files_stay_unexpanded(make, read):
    sheet = zipfile.ZipFile(io.BytesIO(make.xlsx(lambda b: b.active.append(["Mass", "70 g"]))))
    stream = io.BytesIO()
    bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"z" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'
    with zipfile.ZipFile(stream, "w") as target:
        for info in sheet.infolist():
            content = sheet.read(info)
            if info.filename == "xl/sharedStrings.xml":
                content = bomb + content[content.index(b"<sst"):].replace(b"70 g", b"70 g&b;")
            target.writestr(info.filename, content)
    sheet.close()
    document = read("a.xlsx", stream.getvalue())
    assert document.text.startswith("Mass") and "zzz" not in document.text


def test_limits_hold_together():
    assert limits.MAX_STREAM_BYTES <= limits.MAX_EXPANDED_BYTES and limits.MAX_TEXT_CHARS <= limits.MAX_FILE_BYTES
