"""A file inside another: an attachment of a message, a member of an archive. Read like a file, within one allowance."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.document import Unread
from knowledge.documents.assemble import Content
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.limits import MAX_ENCLOSED_BYTES, MAX_NESTING, MAX_PARTS

_LABEL = 120  # characters of a file name that are shown
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".svg", ".heic")


@dataclass
class Allowance:
    """What may still be unpacked from one file, however deeply its messages and archives are nested."""

    bytes_left: int = MAX_ENCLOSED_BYTES
    files_left: int = MAX_PARTS

    def take(self, size: int) -> bool:
        """Whether one more file of this size is within the allowance; it is counted if so."""
        if self.files_left < 1 or size > self.bytes_left:
            return False
        self.files_left -= 1
        self.bytes_left -= size
        return True


def enclosed(name: str, data: bytes, depth: int, allowance: Allowance) -> Content:
    """The content of an enclosed file with its name as part; no drafts and a note where it could not be read."""
    from knowledge.documents.read import content_of

    name = label(name)
    if name.lower().endswith(_PICTURES):
        return nothing(name, "a picture was not read; send what it shows as text")
    try:
        if depth >= MAX_NESTING:
            raise UnreadableDocument(f"{name} is nested in more than {MAX_NESTING} files; send it by itself.")
        if not allowance.take(len(data)):
            raise UnreadableDocument(f"{name} is beyond the limit of {MAX_PARTS} enclosed files or "
                                     f"{MAX_ENCLOSED_BYTES // 1_000_000} MB in all; send it by itself.")
        content = content_of(name, data, depth + 1, allowance)
    except UnreadableDocument as reason:
        return nothing(name, reason.message)
    for draft in content.drafts:
        draft.part = f"{name} / {draft.part}" if draft.part else name
    content.unread = [Unread(place=f"{name}: {u.place}", reason=u.reason) for u in content.unread]
    return content


def nothing(place: str, reason: str) -> Content:
    """No text, but a note why."""
    return Content("text", "", [], [Unread(place=place, reason=reason)])


def label(name: str) -> str:
    """A file name as a label: no control or direction characters, no way up or out, of bounded length."""
    plain = "".join(c for c in name.replace("\\", "/") if c.isprintable() and not "\u202a" <= c <= "\u2069")
    steps = [s.strip() for s in plain.split("/") if s.strip() not in ("", ".", "..") and not re.fullmatch(
        r"[A-Za-z]:", s.strip())]
    shown = " ".join((steps[-1] if steps else "unnamed").split())
    return shown if len(shown) <= _LABEL else f"{shown[:_LABEL // 2]}…{shown[-_LABEL // 2 + 1:]}"
