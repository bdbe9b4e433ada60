"""Bibliographies as JSON lines: one paper a line with title and, where there is one, abstract, DOI, authors, year."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.evidence import Passage, Source
from knowledge.frozen import content_digest

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:]*(?:\s[^<>]*)?>")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


class NoRecord(ValueError):
    """A line is no record of a paper; the message names the line."""


def record_passages(path: Path) -> list[Passage]:
    """One passage a record: the abstract, or the title alone where the abstract only repeats the citation.

    Raises:
        NoRecord: a line is not JSON or has no title.
        UnicodeDecodeError: the file is not UTF-8.
    """
    return list(_records(path))


def _records(path: Path) -> Iterator[Passage]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise NoRecord(f"line {number} is not JSON ({error.msg})") from error
            title = _clean(record.get("title")) if isinstance(record, dict) else ""
            if not title:
                raise NoRecord(f"line {number} has no title")
            yield _passage(record, title)


def _passage(record: dict[str, Any], title: str) -> Passage:
    abstract = _clean(record.get("abstract")).removeprefix("Abstract ").strip()
    real = len(abstract) > len(title) + 200 or (len(abstract) > 120 and title.lower() not in abstract.lower())
    text, place = (abstract, "abstract") if real else (title, "title")
    found = _DOI.search(str(record.get("doi") or ""))
    doi = found.group() if found else None
    year = str(record.get("year") or "")
    source = Source(
        key=f"doi:{doi.lower()}" if doi else f"record:{content_digest(title)[:12]}", kind="paper", title=title,
        authors=_authors(record.get("authors")), year=int(year) if year.isdigit() else None, doi=doi,
        url=record.get("url"), seen="user file", seen_in="bibliography record",
    )
    return Passage(id=content_digest([source.key, text])[:32], text=text, source=source, place=place)


def _clean(value: object) -> str:
    """Plain text of a field: entities decoded (they are often encoded twice), tags dropped, spaces made single."""
    text = html.unescape(html.unescape(str(value or "")))
    return " ".join(_TAG.sub(" ", text).split())


def _authors(value: object) -> str | None:
    names = [str(n) for n in value] if isinstance(value, list) else [str(value)] if value else []
    return "; ".join(names) or None
