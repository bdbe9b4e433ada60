"""An Outlook message (MSG) to blocks: subject, sender, body with its quoted thread, attachments read like files."""

from __future__ import annotations

import re
from typing import Any

from knowledge.document import Unread
from knowledge.documents.assemble import Content, Draft, chain, stack
from knowledge.documents.enclosed import Allowance, enclosed, label, nothing
from knowledge.documents.errors import PARSER_FAULTS, UnreadableDocument
from knowledge.documents.limits import MAX_NESTING
from knowledge.documents.mail_text import read_body

_FAULTS: tuple[type[Exception], ...] = (*PARSER_FAULTS, RecursionError)
_RTF_BODY, _TO, _CC, _EMBEDDED = 0x1009, 0x0E04, 0x0E03, "__substg1.0_3701000D"
_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|i)\s*:|转发|転送|전달", re.IGNORECASE)


def read_outlook(data: bytes, name: str, depth: int, allowance: Allowance) -> Content:
    """Blocks of a message and of what is attached to it.

    Raises UnreadableDocument for damaged files.
    """
    from oxmsg import Message

    try:
        return _message(Message.load(data), name, depth, allowance)
    except _FAULTS as fault:
        raise UnreadableDocument(f"{name} is a damaged Outlook message ({type(fault).__name__}); save it again as MSG "
                                 "or EML.") from fault


def _message(message: Any, name: str, depth: int, allowance: Allowance) -> Content:
    properties = message.properties
    subject = message.subject
    fields = (("Subject", subject), ("From", message.sender), ("To", properties.str_prop_value(_TO)),
              ("Cc", properties.str_prop_value(_CC)), ("Date", message.sent_date))
    drafts = [Draft("metadata", f"{field}: {' '.join(str(text).split())}") for field, text in fields if text]
    contents = [stack("msg", drafts), _body(message, name, subject)]
    contents += [_attachment(part, depth, allowance) for part in message.attachments]
    return chain("msg", [c for c in contents if c.drafts or c.unread])


def _body(message: Any, name: str, subject: str) -> Content:
    plain = (message.body or "").replace("\r\n", "\n").replace("\x00", "")
    if plain.strip():
        return read_body(plain, bool(_FORWARDED.match(subject)))
    markup = message.html_body
    if markup:
        from knowledge.documents.html import read_html
        from knowledge.documents.mail_marks import mark_quoted_tail
        content = read_html(markup.replace("\x00", ""), name)
        mark_quoted_tail(content.drafts)
        return content
    if message.properties.binary_prop_value(_RTF_BODY):
        return nothing("body", "the message has its text as RTF only; save it as EML or plain text")
    return Content("msg", "", [])


def _attachment(part: Any, depth: int, allowance: Allowance) -> Content:
    name = label(part.file_name or "unnamed attachment")
    data = part.file_bytes
    if data is not None:
        return enclosed(name, data, depth, allowance)
    storage = getattr(part, "_storage", None)
    inner = next((s for s in getattr(storage, "storages", ()) if s.name == _EMBEDDED), None)
    if inner is None:
        return nothing(name, "the attachment is a link or an object and no file; send the file")
    if depth >= MAX_NESTING or not allowance.take(0):
        return nothing(name, f"it is nested in more than {MAX_NESTING} files; send it by itself")
    from oxmsg import Message

    content = _message(Message(inner), name, depth + 1, allowance)
    for draft in content.drafts:
        draft.part = f"{name} / {draft.part}" if draft.part else name
    content.unread = [Unread(place=f"{name}: {u.place}", reason=u.reason) for u in content.unread]
    return content
