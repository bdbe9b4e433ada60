"""Outlook messages and archives: read like their files, within one allowance, never outside the file."""

import io
import zipfile

import pytest

from evals.make_msg import make_msg
from knowledge.documents import enclosed, limits
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.read import document_of

SPEC = "Cell specification\n\nThe mass shall not exceed 70 g.\n"


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_dot_", "."), content)
    return stream.getvalue()


def test_an_outlook_message_is_read_with_its_thread_and_attachments(read):
    body = "Hello,\r\n\r\nthe cell shall have 5 Ah.\r\n\r\nFrom: B\r\nSent: Monday\r\n\r\nWe asked for 4 Ah.\r\n"
    document = read("rfq.msg", make_msg("RFQ", "A <a@x.example>", body, [("spec.txt", SPEC.encode()),
                                                                        ("logo.png", b"\x89PNG" + bytes(9000))]))
    assert document.media == "msg"
    kinds = {b.text: b.kind for b in document.blocks}
    assert kinds["Subject: RFQ"] == "metadata"
    assert any(b.kind == "quoted" and "4 Ah" in b.text for b in document.blocks)
    assert any(b.part == "spec.txt" and "70 g" in b.text for b in document.blocks)
    assert [u.place for u in document.unread] == ["logo.png"]


def test_a_large_outlook_message_is_read(read):
    text = "\r\n\r\n".join(f"Line {i}: capacity {i + 1} Ah." for i in range(900))
    document = read("long.msg", make_msg("RFQ", "A", text, [("big.txt", text.encode())]))
    assert sum("900 Ah" in b.text for b in document.blocks) == 2


@pytest.mark.parametrize("cut", [600, 1500, 2600, 4000])
def test_a_damaged_outlook_message_is_refused_in_one_sentence(cut):
    data = make_msg("RFQ", "A", "text " * 400, [("a.txt", b"x" * 5000)])
    with pytest.raises(UnreadableDocument) as caught:
        document_of("rfq.msg", data[:cut])
    assert caught.value.message.count(". ") == 0


def test_an_archive_is_one_document_with_amendments_last(read):
    document = read("rfq.zip", zipped(addendum_1_dot_txt="To 1: 71 g.", z_spec_dot_txt=SPEC))
    assert document.media == "zip"
    assert [b.part for b in document.blocks][-1] == "addendum_1.txt"
    assert {b.part for b in document.blocks} == {"addendum_1.txt", "z_spec.txt"}


def test_what_an_archive_holds_and_nobody_can_read_is_said(read):
    document = read("rfq.zip", zipped(spec_dot_txt=SPEC, photo_dot_png=b"\x89PNG", data_dot_bin=b"\x00\x01" * 50))
    assert sorted(u.place for u in document.unread) == ["data.bin", "photo.png"]


@pytest.mark.parametrize("name", [
    "../../etc/passwd.txt", "C:\\temp\\a.txt", "/abs/a.txt", "a\u202etxt.exe.txt", "\x07a.txt"])
def test_hostile_names_are_labels_only(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, SPEC)
    document = document_of("rfq.zip", stream.getvalue())
    parts = {b.part for b in document.blocks}
    assert all(p and "/" not in p and ".." not in p and p.isprintable() for p in parts)
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_bounded_and_reported(monkeypatch):
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1_000_000)
    monkeypatch.setattr("knowledge.documents.archive.MAX_FILE_BYTES", 1_000_000)
    document = document_of("rfq.zip", zipped(spec_dot_txt=SPEC, bomb_dot_txt="0" * 5_000_000))
    assert [u.place for u in document.unread] == ["bomb.txt"]
    assert "unpacks to more" in document.unread[0].reason


def test_archives_inside_archives_share_one_allowance(monkeypatch):
    inner = zipped(**{f"f{i}_dot_txt": SPEC for i in range(6)})
    monkeypatch.setattr(enclosed.Allowance.__init__, "__defaults__", (10_000_000, 8))
    document = document_of("rfq.zip", zipped(a_dot_zip=inner, b_dot_zip=inner))
    assert len({b.part for b in document.blocks}) <= 8
    assert any("beyond the limit" in u.reason for u in document.unread)


def test_too_many_layers_are_not_unpacked():
    data = zipped(spec_dot_txt=SPEC)
    for _ in range(limits.MAX_NESTING + 2):
        data = zipped(inner_dot_zip=data)
    with pytest.raises(UnreadableDocument, match="nested"):
        document_of("rfq.zip", data)


def test_an_archive_without_documents_is_refused():
    for data in (zipped(), zipped(a_dot_bin=b"\x00\x01\x02" * 30)):
        with pytest.raises(UnreadableDocument, match="without a document"):
            document_of("rfq.zip", data)
