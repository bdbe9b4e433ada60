"""An older message of the same sender that the newer one leaves in force: `the rest of my mail stands as written`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from knowledge import vocabulary
from knowledge.documents.lines import Line
from knowledge.documents.mail_marks import ATTRIBUTION

IN_FORCE = "earlier message in force"
_MARKS = re.compile(r"\s{0,3}((?:>+[ \t]*)+)")
_NAME = re.compile(r"[^\W\d_]{3,}")
_TITLES = frozenset({"herr", "frau", "mail", "info", "sales", "com", "example", "purchasing", "from"})


@lru_cache(maxsize=1)
def _stands() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary.words()["still_stands"]), re.IGNORECASE)


def lines_in_force(lines: Sequence[Line], kinds: Sequence[str], sender: str) -> list[Line]:
    """All lines, blank but for the quoted ones that `sender` wrote and now leaves in force; their marks are cut off.

    Lines that are marked once belong to the attribution above them, lines marked twice to the one inside, and so on.
    """
    own = " ".join(line.text for line, kind in zip(lines, kinds, strict=True) if kind == "own")
    names = {n.lower() for n in _NAME.findall(sender.split("<")[0])} - _TITLES
    nothing = [replace(line, text="") for line in lines]
    if not names or not _stands().search(" ".join(own.split())):
        return nothing
    author: dict[int, bool] = {}
    kept = []
    for at, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        match = _MARKS.match(line.text) if kind == "quoted" else None
        depth = match.group(1).count(">") if match else 0
        body = line.text[match.end():] if match else line.text
        if kind in ("quoted", "old") and ATTRIBUTION.match(" ".join((body, *(
                ln.text.lstrip("> \t") for ln in lines[at + 1:at + 2])))):
            author[depth + 1] = bool(names & {n.lower() for n in _NAME.findall(body)})
            kept.append(replace(line, text=""))
            continue
        live = kind == "quoted" and author.get(depth, False) and match is not None
        kept.append(replace(line, text=body, start=line.start + len(line.text) - len(body)) if live else replace(
            line, text=""))
    return kept
