"""Which format some bytes are, by what is in them."""

from __future__ import annotations

import io
import re
import zipfile

from knowledge.documents.assemble import Media
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.limits import MAX_EXPANDED_BYTES, MAX_MEMBERS

_OTHER = (
    (b"{\\rtf", "an RTF text", "save it as DOCX or PDF"),
    (b"\x89PNG", "a PNG picture", "send the text it shows, or a PDF with a text layer"),
    (b"\xff\xd8\xff", "a JPEG picture", "send the text it shows, or a PDF with a text layer"),
    (b"GIF8", "a GIF picture", "send the text it shows, or a PDF with a text layer"),
    (b"II*\x00", "a TIFF picture", "send the text it shows, or a PDF with a text layer"),
    (b"MM\x00*", "a TIFF picture", "send the text it shows, or a PDF with a text layer"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and send the document inside"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it and send the document inside"),
    (b"Rar!", "a RAR archive", "unpack it and send the document inside"),
    (b"BZh", "a bzip2 archive", "unpack it and send the document inside"),
    (b"%!PS", "a PostScript file", "save it as PDF"),
    (b"\x7fELF", "a program", "send the document instead"),
    (b"MZ\x90", "a program", "send the document instead"),
    (b"SQLite format 3", "a database", "export it as XLSX"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIL_FIELDS = re.compile(r"^(From|To|Subject|Date|Message-ID|MIME-Version|Content-Type|Received|Return-Path|"
                          r"Delivered-To|X-[\w-]+)[ \t]*:", re.MULTILINE | re.IGNORECASE)
SUPPORTED = "PDF, DOCX, XLSX, EML, MSG, HTML, Markdown, plain text or a ZIP of these"


def container(data: bytes, name: str) -> Media | None:
    """PDF, DOCX, XLSX, MSG or ZIP by their own marks, None for what may be text.

    Raises UnreadableDocument for formats that are known and not read, and for archives that would unpack too far.
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _office(data, name)
    if data.startswith(_OLE) and "__properties_version1.0".encode("utf-16-le") in data:
        return "msg"
    if data.startswith(_OLE):
        raise UnreadableDocument(_ole_reason(data, name))
    for mark, what, advice in _OTHER:
        if data.startswith(mark):
            raise UnreadableDocument(f"{name} is {what}, which cannot be read; {advice}.")
    if data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        raise UnreadableDocument(f"{name} is a picture or a film, which cannot be read; send the document instead.")
    return None


def _office(data: bytes, name: str) -> Media:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            mimetype = archive.read("mimetype")[:80] if "mimetype" in archive.namelist() else b""
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError, OSError, KeyError) as fault:
        raise UnreadableDocument(
            f"{name} is a truncated or damaged DOCX, XLSX or ZIP file; send it again.") from fault
    if len(infos) > MAX_MEMBERS or sum(i.file_size for i in infos) > MAX_EXPANDED_BYTES:
        raise UnreadableDocument(
            f"{name} unpacks to more than {MAX_EXPANDED_BYTES // 1_000_000} MB or {MAX_MEMBERS:,} members, which is "
            "refused; send the specification without its data or pictures.")
    members = {i.filename for i in infos}
    if "word/document.xml" in members:
        return "docx"
    if "xl/workbook.xml" in members:
        return "xlsx"
    if infos and all(i.flag_bits & 1 for i in infos if not i.is_dir()):
        raise UnreadableDocument(f"{name} is a password-protected archive; send the document inside without password.")
    if "xl/workbook.bin" in members:
        raise UnreadableDocument(f"{name} is a binary workbook (XLSB), which cannot be read; save it as XLSX.")
    if "ppt/presentation.xml" in members:
        raise UnreadableDocument(f"{name} is a presentation, which cannot be read; save it as PDF.")
    if b"opendocument" in mimetype:
        raise UnreadableDocument(f"{name} is an OpenDocument file, which cannot be read; save it as DOCX, XLSX or PDF.")
    return "zip"


def _ole_reason(data: bytes, name: str) -> str:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return f"{name} is password-protected; remove the password and send it again."
    if holds("WordDocument"):
        return f"{name} is a Word 97-2003 file, which cannot be read; save it as DOCX or PDF."
    if holds("Workbook") or holds("Book"):
        return f"{name} is an Excel 97-2003 file, which cannot be read; save it as XLSX."
    return f"{name} is an old Office file, which cannot be read; save it as DOCX, XLSX or PDF."


def text_media(text: str, suffix: str) -> Media | None:
    """EML, HTML, Markdown or plain text by the shape of the text; the suffix decides only between close cases.

    None stands for markup that is none of these.
    """
    head = text[:4000].lstrip("\ufeff \t\r\n")
    start = head[:600].lower()
    if _is_mail(head, suffix):
        return "eml"
    if re.match(r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", start, re.DOTALL):
        return "html"
    tags = re.findall(r"<(p|table|tr|td|div|body|h[1-6]|ul|li|br)\b[^<>]*>", text[:50_000], re.IGNORECASE)
    if start.startswith("<") and (len(tags) >= 2 or suffix in (".html", ".htm") and tags):
        return "html"
    if suffix in (".html", ".htm") and len(tags) >= 4:
        return "html"
    if start.startswith("<?xml"):
        return None
    if suffix in (".md", ".markdown", ".mdown") or _is_markdown(text[:200_000]):
        return "markdown"
    return "text"


def _is_mail(head: str, suffix: str) -> bool:
    top = re.split(r"\r?\n[ \t]*\r?\n", head, maxsplit=1)[0]
    fields = {name.lower() for name in _MAIL_FIELDS.findall(top)}
    if not fields or not re.match(r"(From [^\n]*\n)?[\w-]+[ \t]*:", head):
        return False
    carried = fields & {"message-id", "mime-version", "received", "return-path", "delivered-to", "content-type"}
    named = fields & {"from", "subject", "date", "to"}
    return len(named | carried) >= (1 if suffix == ".eml" else 3) and bool(carried or suffix == ".eml")


def _is_markdown(text: str) -> bool:
    table = re.search(r"^\s*\|?(\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$", text, re.MULTILINE)
    headings = re.findall(r"^#{1,6} \S", text, re.MULTILINE)
    return bool(headings) and bool(table or len(headings) >= 2)
