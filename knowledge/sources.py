"""The sources that cards, parameter sets and equations cite: a small reader of the BibTeX that `sources.bib` uses."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from knowledge.evidence import Source, SourceKind

FILE = Path(__file__).with_name("sources.bib")
_KINDS: dict[str, SourceKind] = {
    "article": "paper", "patent": "patent", "standard": "standard", "report": "report", "dataset": "dataset",
    "web": "web",
}
_SEEN = {"source", "restated"}
_ENTRY = re.compile(r"@(\w+)\{([^,\s]+),(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"(\w+)\s*=\s*\{((?:[^{}]|\{[^{}]*\})*)\}", re.DOTALL)


class UnknownSource(KeyError):
    """No source of that key."""

    def __str__(self) -> str:
        return str(self.args[0])


def _read(text: str) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for kind, key, body in _ENTRY.findall(text):
        if key in found:
            raise ValueError(f"sources.bib: {key} stands twice")
        fields = {name: " ".join(value.replace("{", "").replace("}", "").split()) for name, value in
                  _FIELD.findall(body)}
        if kind not in _KINDS or fields.get("seen", "source") not in _SEEN:
            raise ValueError(f"sources.bib: {key} has an unknown kind {kind!r} or an unknown 'seen'")
        found[key] = Source(
            key=key, kind=_KINDS[kind], title=fields["title"], authors=fields.get("author"),
            year=int(fields["year"]) if "year" in fields else None, doi=fields.get("doi"),
            patent=fields.get("number"), url=fields.get("url"),
            seen="restated" if fields.get("seen") == "restated" else "source", seen_in=fields.get("seenin"),
        )
    return found


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """Every source by key.

    Raises:
        ValueError: `sources.bib` holds a key twice, or an entry of unknown kind.
    """
    return _read(FILE.read_text(encoding="utf-8"))


def source(key: str) -> Source:
    """The source of that key.

    Raises:
        UnknownSource: there is none.
    """
    found = sources().get(key)
    if found is None:
        raise UnknownSource(f"there is no source {key!r} in sources.bib")
    return found
