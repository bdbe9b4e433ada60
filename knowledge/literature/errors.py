"""What can go wrong with a literature store; each message says what to do."""

from __future__ import annotations


class LiteratureError(Exception):
    """The base: the message is one clear sentence with the way out."""


class StoreDamaged(LiteratureError):
    """The passages themselves cannot be read; derived indexes are rebuilt and never raise this."""


class EmbedderMismatch(LiteratureError):
    """The vectors of a store were made by another embedder than the one in use."""


class CardError(LiteratureError):
    """A fact card of the starter library is incomplete or cites an unknown source."""


class NothingToAdd(LiteratureError):
    """None of the given paths exists or holds a supported file."""


class UnreadableWork(LiteratureError):
    """A paper, patent or bibliography cannot be read; it is skipped and the message says why."""


class EmbedderUnavailable(LiteratureError):
    """The embedder that a store names cannot be opened or does not answer."""


class ServerUnavailable(LiteratureError):
    """The Chroma server that a store names does not answer."""
