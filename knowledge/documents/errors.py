"""Why a document cannot be read, as one sentence for the person who sent it."""

from __future__ import annotations

import struct
import zipfile
import zlib


class UnreadableDocument(Exception):
    """The document cannot be read; the message says what is wrong and what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# What format libraries raise on damaged input besides their own error classes.
PARSER_FAULTS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,  # lxml's XMLSyntaxError derives from it
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)
