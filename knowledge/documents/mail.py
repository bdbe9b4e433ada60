"""E-mail to blocks: header fields, the message, the quoted thread below it, and attachments read like files."""

from __future__ import annotations

import email
import email.header
import re
from collections.abc import Iterator, Sequence
from email.errors import HeaderParseError, MessageError
from email.message import Message

from knowledge.document import Unread
from knowledge.documents.assemble import Content, Draft, chain, stack
from knowledge.documents.decode import decode
from knowledge.documents.enclosed import Allowance, enclosed, label
from knowledge.documents.errors import PARSER_FAULTS, UnreadableDocument
from knowledge.documents.limits import MAX_PARTS
from knowledge.documents.mail_text import read_body

_FIELDS = ("Subject", "From", "To", "Cc", "Date")
_NO_CONTENT = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_FAULTS: tuple[type[Exception], ...] = (*PARSER_FAULTS, MessageError)
_SMALL_PICTURE = 6_000  # bytes; a logo in a signature


def read_mail(data: bytes, name: str, depth: int, allowance: Allowance) -> Content:
    """Blocks of a message and of all that is attached to it, down to MAX_NESTING messages inside messages.

    Raises UnreadableDocument for encrypted messages and for files that are no message.
    """
    try:
        message = email.message_from_bytes(data)
        return MailReader(name, depth, allowance).read(message)
    except _FAULTS as fault:
        raise UnreadableDocument(f"{name} is a damaged e-mail ({type(fault).__name__}); save it again as EML or send "
                                 "its text.") from fault


class MailReader:
    """Reads one message; attachments come back through the reader for files."""

    def __init__(self, name: str, depth: int, allowance: Allowance) -> None:
        self.name = name
        self.depth = depth
        self.allowance = allowance
        self.unread: list[Unread] = []
        self.parts = 0

    def read(self, message: Message) -> Content:
        """Header fields, body, attachments."""
        if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
            raise UnreadableDocument(f"{self.name} is an encrypted e-mail; decrypt it and save it without encryption.")
        fields = [(field, header_text(message, field)) for field in _FIELDS]
        head = stack("eml", [Draft("metadata", f"{field}: {text}") for field, text in fields if text])
        forwarded = bool(re.match(r"\s*(?:fwd?|wg|tr|i)\s*:|转发|転送|전달", dict(fields)["Subject"], re.IGNORECASE))
        contents = [head]
        for body in self.bodies(message):
            contents.append(self.body(body, forwarded, dict(fields)["From"]))
        for part in self.attachments(message):
            contents += self.attachment(part)
        whole = chain("eml", [c for c in contents if c.drafts or c.unread])
        whole.unread += self.unread
        return whole

    def bodies(self, part: Message) -> Iterator[Message]:
        """Text parts that are shown; of alternatives the plain text unless it is only a stand-in."""
        if part.get_content_type() == "multipart/alternative":
            choices = [list(self.bodies(p)) for p in subparts(part)]
            choices = [c for c in choices if c]
            plain = next((c for c in choices if c[0].get_content_type() == "text/plain"), None)
            if plain and any(_much_longer(c, plain) for c in choices):
                plain = None
            yield from plain or (choices[-1] if choices else [])
        elif part.get_content_maintype() == "multipart":
            for inner in subparts(part):
                yield from self.bodies(inner)
        elif part.get_content_type() in ("text/plain", "text/html") and not _attached(part):
            yield part

    def attachments(self, part: Message) -> Iterator[Message]:
        """Parts that are files or messages, in order."""
        if part.get_content_maintype() == "multipart":
            for inner in subparts(part):
                yield from self.attachments(inner)
        elif part.get_content_type() not in ("text/plain", "text/html") or _attached(part):
            self.parts += 1
            if self.parts <= MAX_PARTS:
                yield part
            elif self.parts == MAX_PARTS + 1:
                self.unread.append(Unread(place=f"attachment {self.parts} and after", reason="there are too many "
                                          "attachments; send them as files of their own"))

    def body(self, part: Message, forwarded: bool, sender: str) -> Content:
        """The message's own text, with its positions."""
        text, notes = decode(*_charset_first(part, self.name))
        self.unread += notes
        if part.get_content_type() == "text/html":
            from knowledge.documents.html import read_html
            from knowledge.documents.mail_marks import mark_quoted_tail
            content = read_html(text, self.name)
            mark_quoted_tail(content.drafts)
            return content
        return read_body(text, forwarded, sender)

    def attachment(self, part: Message) -> list[Content]:
        """The attached file's content with its name as part, or a note why it was not read."""
        kind = part.get_content_type()
        if kind in _NO_CONTENT:
            return []
        if kind == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            name = _file_name(part) or f"{header_text(inner, 'Subject') or 'message'}.eml"
            data = inner.as_bytes() if isinstance(inner, Message) else b""
        else:
            name = _file_name(part) or f"unnamed {kind}"
            data = payload(part)
        if part.get_content_maintype() == "image":
            if _attached(part) or len(data) > _SMALL_PICTURE:
                self.unread.append(Unread(place=name, reason="an attached picture was not read; send what it shows as "
                                          "text"))
            return []
        return [enclosed(name, data, self.depth, self.allowance)]


def subparts(part: Message) -> Sequence[Message]:
    """Direct parts of a multipart message."""
    inner = part.get_payload()
    return [p for p in inner if isinstance(p, Message)] if isinstance(inner, list) else []


def payload(part: Message) -> bytes:
    """A part's bytes with its transfer encoding undone."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def header_text(message: object, field: str) -> str:
    """A header field in plain characters on one line; undecodable pieces stay as they were sent."""
    raw = message.get(field) if isinstance(message, Message) else None
    if raw is None:
        return ""
    try:
        text = str(email.header.make_header(email.header.decode_header(raw)))
    except (LookupError, ValueError, HeaderParseError):
        text = str(raw)
    return " ".join(text.split())


def _charset_first(part: Message, name: str) -> tuple[bytes, str]:
    """The body as UTF-8 bytes when its declared charset holds, else as it is."""
    data = payload(part)
    try:
        return data.decode(part.get_content_charset("utf-8")).encode(), name
    except (LookupError, ValueError):
        return data, name


def _file_name(part: Message) -> str:
    raw = part.get_filename() or ""
    try:
        text = str(email.header.make_header(email.header.decode_header(raw)))
    except (LookupError, ValueError, HeaderParseError):
        text = raw
    return label(text) if text.strip() else ""      # a name is a label here; folders in it mean nothing


def _attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _much_longer(choice: Sequence[Message], plain: Sequence[Message]) -> bool:
    """The HTML version has far more words than a plain stand-in ("please view this in HTML")."""
    if choice[0].get_content_type() != "text/html":
        return False
    words = len(re.sub(rb"<style.*?</style>|<[^>]*>|&nbsp;", b" ", b" ".join(map(payload, choice)), flags=re.S).split())
    return words > 5 * len(b" ".join(map(payload, plain)).split()) + 20
