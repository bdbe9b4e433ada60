"""Sources as CSL-JSON, the form that reference managers and pandoc read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from knowledge.evidence import Source

_TYPES = {"paper": "article-journal", "patent": "patent", "standard": "standard", "report": "report",
          "dataset": "dataset", "web": "webpage"}


def csl_items(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """One CSL item a source, in order; fields that are not known are left out."""
    return [_item(s) for s in sources]


def _item(source: Source) -> dict[str, Any]:
    item: dict[str, Any] = {"id": source.key, "type": _TYPES[source.kind], "title": source.title}
    authors = [_name(n) for n in re.split(r";\s*| and ", source.authors or "") if n.strip()]
    notes = [f"{source.status}: {source.status_note or 'as its metadata say'}" if source.status else "",
             f"read as restated in: {source.seen_in}" if source.seen == "restated" else ""]
    more = {
        "author": authors, "issued": {"date-parts": [[source.year]]} if source.year else None, "DOI": source.doi,
        "number": source.patent, "URL": source.url, "container-title": source.venue if source.kind == "paper" else None,
        "authority": source.venue if source.kind == "patent" else None, "status": source.status,
        "note": "; ".join(filter(None, notes)),
    }
    return item | {k: v for k, v in more.items() if v}


def _name(text: str) -> dict[str, str]:
    family, comma, given = text.strip().partition(", ")
    return {"family": family, "given": given} if comma and "," not in given else {"literal": text.strip()}
