"""Any supported file to a `Document`; the format is found by content, not by suffix."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path, PurePath

from knowledge.document import Document
from knowledge.documents import assemble
from knowledge.documents.assemble import Content, Media
from knowledge.documents.decode import decode
from knowledge.documents.enclosed import Allowance
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.limits import MAX_FILE_BYTES
from knowledge.documents.sniff import SUPPORTED, container, text_media


def read_document(path: Path) -> Document:
    """The blocks of a PDF, DOCX, XLSX, EML, MSG, HTML, Markdown or text file, or of a ZIP archive of these.

    Raises UnreadableDocument with one sentence that says what is wrong and what to do.
    """
    data = _bytes_of(Path(path))
    return document_of(Path(path).name, data)


def document_of(name: str, data: bytes) -> Document:
    """The same for bytes that are already in memory; `name` is used in messages and for the suffix only."""
    return assemble.finish(name, data, content_of(name, data))


def content_of(name: str, data: bytes, depth: int = 0, allowance: Allowance | None = None) -> Content:
    """What the right reader makes of the bytes; `depth` counts the messages and archives around a file."""
    allowance = allowance or Allowance()
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UnreadableDocument(f"{name} is empty; send the file again.")
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableDocument(f"{name} is larger than the limit of {MAX_FILE_BYTES // 1_000_000} MB; send the "
                                 "specification without its appendices.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # format libraries warn about details of files, not about our code
        media = container(data, name)
        if media in ("msg", "zip"):
            content = _packed_content(media, name, data, depth, allowance)
        else:
            content = _office_content(media, name, data) if media else _text_content(name, data, depth, allowance)
    if not content.drafts:
        if content.unread:
            raise UnreadableDocument(f"{name} holds no text that can be read: {content.unread[0].reason}")
        raise UnreadableDocument(f"{name} holds no text; send the document with its text.")
    return content


def _office_content(media: Media, name: str, data: bytes) -> Content:
    # Each reader brings its library; it is imported when such a file comes.
    if media == "pdf":
        from knowledge.documents.pdf import read_pdf
        return read_pdf(data, name)
    if media == "docx":
        from knowledge.documents.docx import read_docx
        return read_docx(data, name)
    from knowledge.documents.xlsx import read_xlsx
    return read_xlsx(data, name)


def _packed_content(media: Media, name: str, data: bytes, depth: int, allowance: Allowance) -> Content:
    if media == "msg":
        from knowledge.documents.outlook import read_outlook
        return read_outlook(data, name, depth, allowance)
    from knowledge.documents.archive import read_archive
    return read_archive(data, name, depth, allowance)


def _text_content(name: str, data: bytes, depth: int, allowance: Allowance) -> Content:
    suffix = PurePath(name).suffix.lower()
    if text_media(data[:8000].decode("latin-1"), suffix) == "eml":
        from knowledge.documents.mail import read_mail
        return read_mail(data, name, depth, allowance)
    text, notes = decode(data, name)
    media = text_media(text, suffix)
    if media == "html":
        from knowledge.documents.html import read_html
        content = read_html(text, name)
    elif media == "markdown":
        from knowledge.documents.markdown import read_markdown
        content = read_markdown(text)
    elif media == "text":
        from knowledge.documents.text import read_text
        content = read_text(text)
    else:
        raise UnreadableDocument(f"{name} is an XML file, which cannot be read; export {SUPPORTED}.")
    content.unread[:0] = notes
    return content


def _bytes_of(path: Path) -> bytes:
    name = path.name or str(path)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as fault:
        raise UnreadableDocument(f"{path} does not exist; check the path.") from fault
    except IsADirectoryError as fault:
        raise UnreadableDocument(f"{path} is a folder; name one file in it, or use the batch command.") from fault
    except PermissionError as fault:
        reason = "is a folder; name one file in it" if path.is_dir() else "may not be read; change its permissions"
        raise UnreadableDocument(f"{path} {reason}.") from fault
    except (OSError, ValueError) as fault:
        raise UnreadableDocument(f"{name!r} cannot be opened ({fault}); check the path.") from fault
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        what = "a folder; name one file in it, or use the batch command" if stat.S_ISDIR(mode) else (
            "a device or a pipe and no file; save the document to a file")
        raise UnreadableDocument(f"{path} is {what}.")
    with os.fdopen(handle, "rb") as stream:
        try:
            return stream.read(MAX_FILE_BYTES + 1)
        except OSError as fault:
            raise UnreadableDocument(f"{path} cannot be read ({fault}); copy it and try again.") from fault
