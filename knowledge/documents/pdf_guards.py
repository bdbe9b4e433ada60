"""What keeps a hostile PDF from taking the machine: bounds on streams, fonts and tables before they are unpacked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any

from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.limits import MAX_CONTENT_BYTES, MAX_EXPANDED_BYTES, MAX_STREAM_BYTES

_MAX_CODES = 70_000        # codes of one font; a CID has 16 bits
_MAX_FONT_CALLS = 20_000   # uses of fonts on one page, counting forms inside forms
_MAX_OBJECTS = 5_000_000


class TooMuch(ValueError):
    """A part of the file asks for more than a document needs."""


def refuse_bombs(data: bytes, name: str) -> None:
    """Unpack each compressed stream that is no picture up to a bound.

    Raises UnreadableDocument when one stream, or all together, pass it.
    """
    total = 0
    for match in re.finditer(rb"stream\r?\n", data):
        if data[match.start() - 3:match.start()] == b"end":
            continue
        head = data[max(match.start() - 600, 0):match.start()]
        head = head[head.rfind(b"obj"):]
        if b"FlateDecode" not in head and b"/Fl" not in head or b"/Image" in head:
            continue
        total += _unpacked(data[match.end():match.end() + MAX_STREAM_BYTES], 3)
        if total > MAX_EXPANDED_BYTES:
            raise UnreadableDocument(f"{name} unpacks to more than {MAX_EXPANDED_BYTES // 1_000_000} MB, which is "
                                     "refused; print it to PDF again.")


def _unpacked(packed: bytes, depth: int) -> int:
    """Bytes of a stream after unpacking; more than any bound when it is too large."""
    machine = zlib.decompressobj()
    try:
        plain = machine.decompress(packed, MAX_STREAM_BYTES)
    except zlib.error:
        return 0
    if len(plain) >= MAX_STREAM_BYTES:
        return 2 * MAX_EXPANDED_BYTES
    nested = depth > 1 and plain[:1] == b"x"
    return len(plain) + (_unpacked(plain, depth - 1) if nested else 0)


def guard(pdf: Any) -> None:
    """Put bounds into an opened pdfplumber file; raises TooMuch when its object table claims too many objects."""
    from pdfminer.pdfinterp import PDFResourceManager

    for table in pdf.doc.xrefs:
        if sum(int(count) for _, count in getattr(table, "ranges", [])) > _MAX_OBJECTS:
            raise TooMuch("too many objects")

    class Resources(PDFResourceManager):  # type: ignore[misc]
        """Checks a font before its tables are filled."""

        calls = 0

        def get_font(self, objid: object, spec: Mapping[str, object]) -> Any:
            self.calls += 1
            if self.calls > _MAX_FONT_CALLS:
                raise TooMuch("forms inside forms")
            if not (objid and objid in self._cached_fonts):
                check_font(spec)
            return super().get_font(objid, spec)

    pdf.rsrcmgr = Resources()


def check_font(spec: Mapping[str, Any]) -> None:
    """Raises TooMuch when a font's width ranges or character maps span more codes than fonts have."""
    from pdfminer.pdftypes import PDFStream, resolve1

    for key, size in (("W", 3), ("W2", 5)):
        run: list[float] = []
        for item in resolve1(spec.get(key)) or ():
            value = resolve1(item)
            run = [*run, value] if isinstance(value, int | float) else []
            if len(run) == size:
                if run[1] - run[0] > _MAX_CODES:
                    raise TooMuch("a font with too many widths")
                run = []
    for key in ("ToUnicode", "Encoding"):
        stream = resolve1(spec.get(key))
        if isinstance(stream, PDFStream) and _mapped(stream.get_data()) > 10 * _MAX_CODES:
            raise TooMuch("a font with too many characters")


def _mapped(cmap: bytes) -> int:
    """Codes that the ranges of a character map cover."""
    total = 0
    for block in re.findall(rb"begin\w*range(.*?)end\w*range", cmap, re.DOTALL):
        for low, high in re.findall(rb"<\s*([0-9A-Fa-f]{1,16})\s*>\s*<\s*([0-9A-Fa-f]{1,16})\s*>\s*[<\[\d]", block):
            total += max(int(high, 16) - int(low, 16), 0)
    return total


def check_contents(page: Any) -> None:
    """Raises TooMuch when the drawing of a pdfplumber page, or a form in it, is longer than pages of text are."""
    from pdfminer.pdftypes import PDFStream, resolve1

    total = sum(len(part.get_data()) for part in map(resolve1, page.page_obj.contents) if isinstance(part, PDFStream))
    forms = resolve1((resolve1(page.page_obj.resources) or {}).get("XObject")) or {}
    for form in map(resolve1, forms.values() if isinstance(forms, dict) else ()):
        if isinstance(form, PDFStream) and getattr(form.get("Subtype"), "name", "") == "Form":
            total += len(form.get_data())
    if total > MAX_CONTENT_BYTES:
        raise TooMuch("a drawing that is too large")
