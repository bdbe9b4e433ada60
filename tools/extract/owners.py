"""Whose numbers the columns of a table hold, and columns that say only which way the number beside is bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from knowledge.document import Block
from tools.extract.phrases import Hit, lexicon
from tools.extract.quantities import Quantity

Roles = dict[int, str]
_HEAD = 48                 # characters of a cell that heads a column
_SIDE = 24                 # characters of a cell that says a side
_VALUED = ("value", "should", "typ", "remark", "condition", "label", "background", None)
_ISSUE = re.compile(r"(.*?)(\d{1,3}|(?<![A-Za-z])[A-Z])(\W*)$", re.DOTALL)
_COVER = 0.5               # share of a head's letters that words of an owner fill, at least


def by_owner(header: list[list[Block]], body: list[list[Block]], roles: Roles) -> Roles:
    """The roles, where columns of what others have stand beside what is asked for: those are background.

    `Current | Target | Stretch`, `EP230, as measured | Yours`, `Issue 2 | Issue 3`, `was | now`.
    """
    heads = {b.column: b.text for row in header for b in row
             if b.column is not None and len(b.text) <= _HEAD and roles.get(b.column) in _VALUED}
    if len(heads) < 2:
        return roles
    said = {c: owner_of(t) for c, t in heads.items()}
    numbered = _filled(body)
    ours = {c for c, r in roles.items() if r in ("value", "should") and said.get(c) is None}
    ours |= {c for c, owner in said.items() if owner in ("ours", "now") and numbered.get(c)}
    theirs = {c for c, owner in said.items() if owner == "theirs"}
    wanted = {c for c in ours if said.get(c) == "ours" or roles.get(c) == "should"}
    told = "present" in said.values()                      # beside `was`, `now` is what is asked for
    theirs |= {c for c, owner in said.items() if owner == "present" and (wanted or ours & {
        o for o, other in said.items() if other == "now"}) or owner == "now" and wanted and not told}
    theirs |= _earlier_issues(heads)
    theirs = {c for c in theirs if numbered.get(c)}
    left = [c for c in numbered if c in heads and c not in theirs and roles.get(c) != "label" and numbered[c]]
    if not theirs or not left:
        return roles
    found: Roles = {**roles, **dict.fromkeys(theirs, "background")}
    if not any(r in ("value", "should", "min", "max", "typ", "statement") for r in found.values()):
        found[max(left, key=lambda c: (said.get(c) is not None, numbered[c], c))] = "value"
    return found


def owner_of(head: str) -> str | None:
    """`theirs`, `present`, `now` or `ours`, as the words that fill most of a head say; else None."""
    word = " ".join(re.sub(r"[*_]", " ", head).split())
    inner = re.search(r"[(（\[](.*?)[)）\]]", word)
    bare = re.sub(r"[(（\[].*?[)）\]]", " ", word)
    told = [_owner(piece) for piece in (inner.group(1) if inner else "", bare) if piece.strip()]
    return "theirs" if "theirs" in told else next((t for t in reversed(told) if t), None)


def _owner(text: str) -> str | None:
    letters = len(re.findall(r"\w", text))
    hits = lexicon("owners").find(text)
    if not hits or not letters:
        return None
    theirs = [h for h in hits if h.what == "theirs"]
    if theirs:
        return "theirs"
    if sum(len(re.findall(r"\w", text[h.start:h.end])) for h in hits) < _COVER * letters and len(text.split()) > 2:
        return None
    last = hits[-1]
    if text[last.start:last.end].lower() in ("now", "jetzt", "désormais"):
        return "now" if len(hits) == 1 else hits[0].what
    present = any(h.what == "present" for h in hits)
    return "present" if present and hits[0].what == "present" else hits[-1].what


def _earlier_issues(heads: dict[int, str]) -> set[int]:
    """Of heads that differ only in the number of an issue all but the last (`Issue 2 | Issue 3`, `Rev. A | Rev. B`)."""
    parted = {c: m for c, t in heads.items() if (m := _ISSUE.match(t.strip())) and m.group(1).strip()}
    versions = {c: m for c, m in parted.items() if lexicon("version_column").search(m.group(1))}
    stems = {m.group(1).strip().lower() for m in versions.values()}
    if len(versions) < 2 or len(stems) != 1:
        return set()
    newest = max(versions, key=lambda c: (len(versions[c].group(2)), versions[c].group(2)))
    return set(versions) - {newest}


def _filled(body: list[list[Block]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for row in body:
        for block in row:
            if block.column is not None and re.search(r"\w", block.text):
                counts[block.column] = counts.get(block.column, 0) + 1
    return counts


def targets(header: list[list[Block]], roles: Roles) -> Roles:
    """`Target | Stretch`: a target beside a wish that goes beyond it is what must be reached."""
    wished = [b for row in header for b in row if b.column is not None and roles.get(b.column) == "should"]
    if len(wished) < 2 or any(r == "value" for r in roles.values()):
        return roles
    aims = [b for b in wished if _whole("target_words", b.text)]
    beyond = [b for b in wished if _whole("beyond", b.text)]
    if len(aims) == 1 and beyond and aims[0].column is not None:
        return {**roles, aims[0].column: "value"}
    return roles


def _whole(words: str, text: str) -> bool:
    return lexicon(words).search(text) is not None and len(text) <= _HEAD


def side_of(text: str) -> str | None:
    """The sign that a short cell says and nothing else (`not above`, `between`); None where it says more."""
    bare = text.strip(" .:*_")
    if not bare or len(bare) > _SIDE:
        return None
    hit: Hit[str] | None = lexicon("sides").starting_at(bare, 0, len(bare))
    return hit.what if hit is not None and hit.end == len(bare) else None


def side_columns(body: list[list[Block]], roles: Roles) -> Roles:
    """The roles with a column of nothing but sides marked as such."""
    cells: dict[int, list[str]] = {}
    for row in body if len(body) > 1 else ():
        for block in row:
            if block.column is not None and re.search(r"[^\W_]|[<>=≤≥~≈]", block.text):
                cells.setdefault(block.column, []).append(block.text)
    found = dict(roles)
    for column, texts in cells.items():
        said = [s for t in texts if (s := side_of(t))]
        if len(texts) > 1 and len(said) >= 0.6 * len(texts) and found.get(column) not in ("label", "unit"):
            found[column] = "side"
    return found


def paired(numbers: Iterable[Quantity]) -> list[Quantity]:
    """Two numbers of a kind as the ends of a range, the second with its end; the others as they are."""
    found: list[Quantity] = []
    for q in numbers:
        last = found[-1] if found else None
        if last is not None and last.shape == q.shape == "single" and last.dimensions & q.dimensions:
            low, high = sorted((last.value, q.value))
            found[-1] = replace(last, shape="range", values=(low, high), end=q.end)
        else:
            found.append(q)
    return found
