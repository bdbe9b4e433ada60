"""The plain text of a message: its own words, its signature, and the older messages quoted in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.documents.assemble import Content, Draft
from knowledge.documents.lines import Line, lines_of
from knowledge.documents.mail_in_force import IN_FORCE, lines_in_force
from knowledge.documents.mail_marks import FORWARDED, begins_old_thread
from knowledge.documents.text import TextBlocks

_QUOTE = re.compile(r"\s{0,3}(?:>+[ \t]*)+|\s{0,3}\|[ \t](?=>)")
_SIGNATURE = re.compile(r"--[ \t]?$")


def read_body(text: str, forwarded: bool, sender: str = "") -> Content:
    """Blocks of a message body as slices of it; `forwarded` keeps the first older message as the message itself.

    What `sender` wrote in an older message and now leaves in force is kept as such.
    """
    lines = lines_of(text)
    kinds = _kinds(lines, forwarded)
    drafts: list[Draft] = []
    for kind in ("own", "forwarded", "signature", "old"):
        if kind not in kinds:
            continue
        masked = [line if k == kind else replace(line, text="") for line, k in zip(lines, kinds, strict=True)]
        found = TextBlocks(text, masked).drafts()
        if kind in ("signature", "old"):
            found = [Draft("footer" if kind == "signature" else "quoted", d.text, d.start, line=d.line) for d in found]
        elif kind == "forwarded":
            found = [replace(d, part="forwarded message") for d in found]
        tables = 1 + max((d.table for d in drafts if d.table is not None), default=-1)
        drafts += [d if d.table is None else replace(d, table=d.table + tables) for d in found]
    force = lines_in_force(lines, kinds, sender)
    drafts += [replace(d, part=IN_FORCE) for d in TextBlocks(text, force).drafts() if d.table is None]
    drafts += [draft for line, kind, kept in zip(lines, kinds, force, strict=True) if kind == "quoted" and kept.blank
               for draft in _quoted(line)]
    return Content("eml", text, drafts)


def _kinds(lines: Sequence[Line], forwarded: bool) -> list[str]:
    """What each line belongs to: own, forwarded, signature, old (a thread without marks), quoted (marked with >)."""
    texts = [line.text for line in lines]
    kinds = []
    state = "own"
    for at, text in enumerate(texts):
        if _QUOTE.match(text):
            kinds.append("quoted")
            continue
        if state != "old" and text.strip() and (FORWARDED.match(text) or begins_old_thread(texts, at)):
            next_text = next((t for t in texts[at + 1:at + 5] if t.strip()), "")
            attributed = bool(_QUOTE.match(next_text)) or any(_QUOTE.match(t) for t in texts[at + 1:at + 4])
            own_words = sum(len(t.split()) for t, k in zip(texts, kinds, strict=False) if k == "own")
            if attributed:
                kinds.append("old")  # only the line that introduces marked lines
                continue
            keep = state == "own" and (forwarded or FORWARDED.match(text)) and own_words < 120
            state = "forwarded" if keep else "forwarded" if state == "forwarded" and _still_head(texts, at) else "old"
        elif state == "own" and _SIGNATURE.match(text):
            state = "signature"
        kinds.append(state)
    return kinds


def _still_head(texts: Sequence[str], at: int) -> bool:
    """The From line right below the separator belongs to the same forwarded message."""
    return any(FORWARDED.match(t) or re.match(r"\s*[-_]{2,}.*[-_]{2,}\s*$", t) for t in texts[max(at - 3, 0):at])


def _quoted(line: Line) -> list[Draft]:
    """One marked line; its marks would read as comparators and stay outside."""
    match = _QUOTE.match(line.text)
    body = line.text[match.end():] if match else line.text
    text = body.strip()
    if not any(ch.isalnum() for ch in text):
        return []
    return [Draft("quoted", text, line.start + len(line.text) - len(body) + body.index(text), line=line.number)]
