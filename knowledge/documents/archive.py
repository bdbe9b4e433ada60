"""A ZIP archive as one RFx: its members read like files, in the order of their names, amendments last."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from knowledge.document import Unread
from knowledge.documents.assemble import Content, chain
from knowledge.documents.enclosed import Allowance, enclosed, label, nothing
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.limits import MAX_FILE_BYTES, MAX_MEMBERS

_SYSTEM = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
# What amends a specification is read after it, however the files are named.
_AMENDING = re.compile(r"addend|amend|corrig|errat|clarif|q\s?[&+]\s?a|questions|answers|nachtrag|bieterfrage|"
                       r"avenant|변경|정정|更正|补充|答疑|訂正|質疑", re.IGNORECASE)
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError,
           LookupError)


def read_archive(data: bytes, name: str, depth: int, allowance: Allowance) -> Content:
    """The blocks of all members; `part` says which. Sizes that an archive declares are not believed.

    Raises UnreadableDocument where no member gives a text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir() and not _SYSTEM.search(i.filename)]
            infos = sorted(infos, key=lambda i: (bool(_AMENDING.search(i.filename)), i.filename))
            contents = [_member(archive, info, depth, allowance) for info in infos[:MAX_MEMBERS]]
    except _FAULTS as fault:
        raise UnreadableDocument(f"{name} is a damaged ZIP archive ({type(fault).__name__}); pack it again.") from fault
    whole = chain("zip", contents)
    if not whole.drafts:
        first = whole.unread[0] if whole.unread else Unread(place=name, reason="it is empty.")
        raise UnreadableDocument(f"{name} is a ZIP archive without a document that can be read ({first.place}: "
                                 f"{first.reason.rstrip('.')}); send the documents themselves.")
    return whole


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, depth: int, allowance: Allowance) -> Content:
    shown = label(info.filename)
    if info.flag_bits & 1:
        return nothing(shown, "it is password-protected; send it without password")
    if allowance.files_left < 1 or allowance.bytes_left < 1:
        return enclosed(shown, b"", depth, allowance)
    most = min(MAX_FILE_BYTES, allowance.bytes_left)
    try:
        with archive.open(info) as stream:
            data = stream.read(most + 1)
    except _FAULTS as fault:
        return nothing(shown, f"it is damaged in the archive ({type(fault).__name__}); pack it again")
    if len(data) > most:
        allowance.bytes_left -= most
        return nothing(shown, f"it unpacks to more than {most // 1_000_000} MB, which is refused; send the "
                              "specification without its data")
    return enclosed(shown, data, depth, allowance)
