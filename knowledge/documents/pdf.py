"""PDF to blocks: every word of every page lands in exactly one block."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.document import Unread
from knowledge.documents.assemble import Content, stack
from knowledge.documents.errors import PARSER_FAULTS, UnreadableDocument
from knowledge.documents.limits import MAX_PAGE_WORDS, MAX_PAGES
from knowledge.documents.pdf_chars import lighten
from knowledge.documents.pdf_guards import TooMuch, check_contents, guard, refuse_bombs
from knowledge.documents.pdf_tables import Table, horizontal_rules, ruled_tables
from knowledge.documents.pdf_words import Word, words_of

_PICTURE_SHARE = 0.12  # of the page area, from which on a picture may carry content


@dataclass(slots=True)
class PdfPage:
    """What is kept of a page once the PDF library has let go of it."""

    number: int
    width: float
    height: float
    words: list[Word]
    tables: list[Table]
    rules: list[tuple[float, float, float]]
    pictures: float = 0.0
    notes: list[Unread] = field(default_factory=list)


def read_pdf(data: bytes, name: str) -> Content:
    """Blocks of a PDF with page numbers; tables as cells, running lines as header and footer.

    Raises UnreadableDocument for encrypted, scanned, damaged and exploding files.
    """
    from knowledge.documents.pdf_layout import lay_out

    pages, count = open_pages(data, name)
    unread = [note for page in pages for note in page.notes]
    if count > MAX_PAGES:
        unread.append(Unread(place=f"page {MAX_PAGES + 1} and after", reason=f"the first {MAX_PAGES:,} pages were "
                             "read; send the specification without its appendices"))
    total = sum(len(page.words) for page in pages)
    if not total and any("damaged" in note.reason or "holds" in note.reason for note in unread):
        raise UnreadableDocument(f"{name} is a damaged PDF: no page of it can be read; print it to PDF again or "
                                 "send it again.")
    if not total:
        raise UnreadableDocument(f"{name} has {count} page{'s' if count != 1 else ''} without text: it looks scanned; "
                                 "run text recognition (OCR) on it or send the original file.")
    if sum("(cid:" in w.text for page in pages for w in page.words) > 0.2 * total:
        raise UnreadableDocument(f"{name} does not say which characters its fonts show, so its text cannot be read; "
                                 "print it to PDF again or send the original file.")
    drafts = [draft for draft, _ in lay_out(pages)]
    return stack("pdf", drafts, unread, count)


def open_pages(data: bytes, name: str) -> tuple[list[PdfPage], int]:
    """Words, ruled tables and rules of up to MAX_PAGES pages, and the number of pages there are."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    if b"%%EOF" not in data[-4096:]:
        raise UnreadableDocument(f"{name} is truncated: the end of the PDF is missing; send it again.")
    refuse_bombs(data, name)
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    faults = (*PARSER_FAULTS, PSException, PdfminerException, MalformedPDFException)
    try:
        with pdfplumber.open(io.BytesIO(data), raise_unicode_errors=False) as pdf:
            guard(pdf)
            count = len(pdf.pages)
            pages = [_page(page, faults) for page in pdf.pages[:MAX_PAGES]]
    except faults as fault:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in (fault, *fault.args)):
            raise UnreadableDocument(f"{name} is password-protected; remove the password and send it again.") from fault
        raise UnreadableDocument(f"{name} is a damaged PDF; print it to PDF again or send it again.") from fault
    if not count:
        raise UnreadableDocument(f"{name} is a damaged PDF without pages; send it again.")
    return pages, count


def _page(page: Any, faults: tuple[type[Exception], ...]) -> PdfPage:
    number = int(page.page_number)
    found = PdfPage(number, 612.0, 792.0, [], [], [])
    try:
        page.pdf.rsrcmgr.calls = 0
        check_contents(page)
        lighten(page)
        found.width, found.height = float(page.width), float(page.height)
        found.words = words_of(page)
        area = found.width * found.height
        shares = [max(i["x1"] - i["x0"], 0) * max(i["bottom"] - i["top"], 0) / area for i in page.images]
        found.pictures = max(shares, default=0.0)
        visible = [w for w in found.words if not w.hidden and w.upright]
        found.tables = ruled_tables(page, visible) if visible else []
        found.rules = horizontal_rules(page)
    except TooMuch as fault:
        found.notes.append(Unread(place=f"page {number}", reason=f"the page holds {fault}; print it to PDF again"))
    except faults as fault:
        found.notes.append(Unread(place=f"page {number}", reason=f"the page is damaged ({type(fault).__name__}); "
                                  "print the file to PDF again"))
    finally:
        page.close()
    if len(found.words) > MAX_PAGE_WORDS:
        found.notes.append(Unread(place=f"page {number}", reason=f"the page has {len(found.words):,} words and the "
                                  f"first {MAX_PAGE_WORDS:,} were read"))
        found.words = found.words[:MAX_PAGE_WORDS]
        found.tables = []
    if found.pictures >= _PICTURE_SHARE:
        reason = "a picture on the page was not read" if found.words else "the page is a picture without text"
        found.notes.append(Unread(place=f"page {number}", reason=f"{reason}; send what it shows as text"))
    return found


def known_words(pages: Sequence[PdfPage]) -> frozenset[str]:
    """All unhyphenated words of the document in lower case."""
    found = (re.fullmatch(r"\W*([^\W\d_]{4,})\W*", w.text) for page in pages for w in page.words)
    return frozenset(m.group(1).lower() for m in found if m and not m.group().endswith(("-", "\u2010", "\u00ad")))
