"""How much of a document is read: bounds that keep a hostile or oversized file from taking the machine."""

from __future__ import annotations

MAX_FILE_BYTES = 50_000_000        # the file as sent
MAX_EXPANDED_BYTES = 400_000_000   # all members of an Office file, unpacked
MAX_MEMBERS = 10_000               # members of an Office file
MAX_STREAM_BYTES = 80_000_000      # one page-content stream of a PDF, unpacked
MAX_CONTENT_BYTES = 8_000_000      # what draws one PDF page, with the forms it uses
MAX_TEXT_CHARS = 10_000_000        # plain text, Markdown, HTML
MAX_PAGES = 1_000                  # pages of a PDF; the rest is reported as unread
MAX_BLOCKS = 200_000               # blocks of a document; the rest is reported as unread
MAX_PAGE_WORDS = 20_000            # words on one PDF page; the rest is reported as unread
MAX_NESTING = 3                    # messages and archives inside each other
MAX_PARTS = 200                    # files inside one e-mail or archive, at any depth
MAX_ENCLOSED_BYTES = 400_000_000   # all files inside one e-mail or archive, unpacked, at any depth
MAX_NOTES = 50                     # unread notes of one kind before they are summed up
