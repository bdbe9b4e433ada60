"""Bytes to text: UTF-8 first, then UTF-16, then older encodings by the evidence of the characters they give."""

from __future__ import annotations

import codecs
import re

from knowledge.document import Unread
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.limits import MAX_TEXT_CHARS

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_JUNK = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_FREQUENT = {
    "shift_jis": "のにをはがとでたるしすれなもい電池容量以上下",
    "euc_jp": "のにをはがとでたるしすれなもい電池容量以上下",
    "cp949": "이다의는을에한하가로고지전용량배터리상온도",
    "gb18030": "的不在是和电池容量应为大小于电压温度要求以上",
    "big5": "的不在是和電池容量應為大小於電壓溫度要求以上",
}


def decode(data: bytes, name: str) -> tuple[str, list[Unread]]:
    """The text, and a note when its encoding had to be guessed.

    Raises UnreadableDocument for binary content and for more text than the limit.
    """
    text, note = _decoded(data, name)
    if len(text) > MAX_TEXT_CHARS:
        raise UnreadableDocument(f"{name} holds {len(text):,} characters of text; the limit is {MAX_TEXT_CHARS:,}; "
                                 "send the specification without its data.")
    junk = len(_JUNK.findall(text[:100_000]))
    if "\x00" in text or junk > 0.02 * min(len(text), 100_000) + 3:
        raise UnreadableDocument(f"{name} holds binary data and is no text; send PDF, DOCX, XLSX, EML, HTML, Markdown "
                                 "or plain text.")
    return text, [Unread(place=name, reason=note)] if note else []


def _decoded(data: bytes, name: str) -> tuple[str, str | None]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), None
            except UnicodeDecodeError as fault:
                raise UnreadableDocument(f"{name} says it is {encoding.upper()} and is not, or is cut short; save it "
                                         "as UTF-8 and send it again.") from fault
    if b"\x00" in data:
        return _wide(data, name), None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    lenient = data.decode("utf-8", errors="replace")
    broken = lenient.count("\ufffd")
    sound = sum(1 for ch in lenient if ch > "\x7f" and ch != "\ufffd")
    if sound >= 3 * broken:
        return lenient, f"{broken} characters are damaged (not UTF-8) and stand as \ufffd; check figures beside them"
    text, encoding = _legacy(data)
    return text, f"the text is not UTF-8 and was read as {encoding}; check characters such as \u00b5, \u2265 and \u00b0"


def _wide(data: bytes, name: str) -> str:
    """UTF-16 without its mark: every second byte of Latin text is zero."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = len(data) / 2
    encoding = "utf-16-le" if odd > 0.3 * half and even < 0.02 * half else (
        "utf-16-be" if even > 0.3 * half and odd < 0.02 * half else None)
    try:
        if encoding:
            return data.decode(encoding)
    except UnicodeDecodeError:
        pass
    raise UnreadableDocument(f"{name} contains NUL bytes and is no text: it is binary or damaged; send PDF, DOCX, "
                             "XLSX, EML, HTML, Markdown or UTF-8 text.")


def _legacy(data: bytes) -> tuple[str, str]:
    """In Western text bytes above 127 stand alone between letters; in East Asian text they come in runs."""
    high = re.findall(rb"[\x80-\xff]+", data)
    in_runs = sum(len(run) for run in high if len(run) > 1) / max(sum(map(len, high)), 1)
    if in_runs > 0.6:
        best: tuple[float, str, str] | None = None
        for encoding, frequent in _FREQUENT.items():
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            wide = [ch for ch in text if ch > "\u2e80"]
            score = sum(ch in frequent for ch in wide) / max(len(wide), 1)
            if best is None or score > best[0]:
                best = (score, text, encoding)
        if best and best[0] > 0.02:
            return best[1], best[2]
    return data.decode("cp1252", errors="replace"), "windows-1252"
