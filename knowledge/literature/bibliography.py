"""Bibliographies: BibTeX, RIS, CSL-JSON and JSON lines, one work a record, with its abstract where there is one."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.evidence import Source, SourceKind, SourceStatus
from knowledge.frozen import content_digest
from knowledge.literature.errors import UnreadableWork
from knowledge.literature.work import Work, WorkText, status_from_title

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:]*(?:\s[^<>]*)?>")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_YEAR = re.compile(r"\b(?:1[89]|20|21)\d\d\b")
_KINDS: dict[str, SourceKind] = {
    "patent": "patent", "pat": "patent", "standard": "standard", "stand": "standard", "report": "report",
    "techreport": "report", "rprt": "report", "dataset": "dataset", "data": "dataset", "webpage": "web", "elec": "web",
    "online": "web",
}
_RIS = re.compile(r"^([A-Z][A-Z0-9])  ?-(?: (.*))?$")
_BIB_HEAD = re.compile(r"@(\w+)\s*[{(]\s*([^,\s{}]*)\s*,", re.UNICODE)
_BIB_FIELD = re.compile(r"\s*,?\s*([\w-]+)\s*=\s*")
_ACCENT = re.compile(r"\\([`'\"^~=.uvHcdbk])\s*\{?\\?([A-Za-z])\}?")
_COMBINING = dict(zip("`'\"^~=.uvHcdbk", "\u0300\u0301\u0308\u0302\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0323"
                      "\u0331\u0328", strict=True))


def bibliography_works(path: Path) -> Iterator[Work | str]:
    """One work a record; a string says which record cannot be read.

    Raises:
        UnreadableWork: no record can be read; the message says where.
        UnicodeDecodeError: the file is not UTF-8.
    """
    records = {".jsonl": _json_lines, ".json": _csl, ".bib": _bibtex, ".ris": _ris}[path.suffix.lower()]
    count, broken = 0, []
    for place, record in records(path):
        if isinstance(record, str):
            broken.append(record)
            continue
        given = record.get("title")
        title = _clean(given) if isinstance(given, (str, list)) else ""
        if not title:
            broken.append(f"{place} has no title")
            continue
        count += 1
        yield _work(record, title, path.name)
    if not count:
        raise UnreadableWork(broken[0] if broken else "it holds no record")
    yield from broken


def _work(record: dict[str, Any], title: str, name: str) -> Work:
    abstract = _clean(record.get("abstract")).removeprefix("Abstract ").strip()
    real = len(abstract) > len(title) + 200 or (len(abstract) > 40 and title.lower() not in abstract.lower())
    text = WorkText()
    text.add("abstract" if real else "title", abstract if real else title, "abstract" if real else "title")
    found = _DOI.search(str(record.get("doi") or record.get("DOI") or ""))
    doi = found.group().rstrip(".,}") if found else None
    kind = _KINDS.get(str(record.get("type") or "").lower(), "paper")
    patent = str(record.get("number") or "") or None if kind == "patent" else None
    status, note = _status(record, title)
    return text.work(Source(
        key=f"doi:{doi.lower()}" if doi else f"record:{content_digest(title)[:12]}", kind=kind, title=title[:400],
        authors=_authors(record.get("authors") or record.get("author")), year=_year(record), doi=doi, patent=patent,
        venue=_clean(_one(record.get("container-title") or record.get("journal"))) or None, status=status,
        status_note=note, url=record.get("url") or record.get("URL"), seen="user file", seen_in=f"bibliography {name}",
    ))


def _status(record: dict[str, Any], title: str) -> tuple[SourceStatus | None, str | None]:
    """Retraction and correction as CSL (`status`), OpenAlex (`is_retracted`) and Crossref (`updated-by`) say it."""
    said = str(record.get("status") or "").lower()
    kinds = " ".join(str(u.get("type", "")) for u in record.get("updated-by") or [] if isinstance(u, dict)).lower()
    if record.get("is_retracted") or "retract" in said or "retract" in kinds or "withdraw" in kinds:
        return "retracted", "its metadata say so"
    if "concern" in kinds or "concern" in said:
        return "concern", "its metadata say so"
    if "correct" in kinds or "erratum" in kinds or "correct" in said:
        return "corrected", "its metadata say so"
    status = status_from_title(title)
    return status, "its title says so" if status else None


def _json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                record = f"line {number} is not JSON ({error.msg})"
            yield f"line {number}", record if isinstance(record, (dict, str)) else {}


def _csl(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise UnreadableWork(f"it is not JSON ({error.msg}, line {error.lineno})") from error
    items = data if isinstance(data, list) else data.get("items", [data]) if isinstance(data, dict) else []
    for number, record in enumerate(items, start=1):
        yield f"item {number}", record if isinstance(record, dict) else {}


def _ris(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    record: dict[str, Any] = {}
    last, begun = "", 0
    names = {"TI": "title", "T1": "title", "AB": "abstract", "N2": "abstract", "DO": "doi", "UR": "url",
             "PY": "year", "Y1": "year", "DA": "year", "JO": "journal", "JF": "journal", "T2": "journal",
             "M1": "number", "PN": "number"}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        match = _RIS.match(line.strip())
        if match is None:
            if line.strip() and last:
                record[last] = f"{record[last]} {line.strip()}"
            continue
        tag, value = match.group(1), (match.group(2) or "").strip()
        last = ""
        if tag == "TY":
            if record:
                yield f"the record at line {begun}", record  # its end is missing, but another one begins
            record, begun = {"type": value}, number
        elif tag == "ER":
            yield f"the record at line {begun}", record
            record = {}
        elif tag in ("AU", "A1"):
            record.setdefault("authors", []).append(value)
        elif names.get(tag) and names[tag] not in record:
            last = names[tag]
            record[last] = value
    if record:
        yield f"the record at line {begun}", f"the record at line {begun} has no end (ER)"


def _bibtex(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    text = path.read_text(encoding="utf-8-sig")
    for head in _BIB_HEAD.finditer(text):
        kind = head.group(1).lower()
        if kind in ("comment", "string", "preamble"):
            continue
        place = f"the entry {head.group(2) or '?'} at line {text.count(chr(10), 0, head.start()) + 1}"
        try:
            fields = dict(_bib_fields(text, head.end(), place))
        except UnreadableWork as error:
            yield place, str(error)
            continue
        names = [_latex(a) for a in re.split(r"\s+and\s+", fields.get("author", "")) if a.strip()]
        yield place, {**{k: _latex(v) for k, v in fields.items()}, "authors": names, "type": kind}


def _bib_fields(text: str, at: int, place: str) -> Iterator[tuple[str, str]]:
    while (match := _BIB_FIELD.match(text, at)) is not None:
        at = match.end()
        begin, depth, quoted = at, 0, text[at:at + 1] == '"'
        at += quoted
        while at < len(text):
            sign = text[at]
            if sign == "\\":
                at += 1
            elif sign == "{":
                depth += 1
            elif sign == "}":
                depth -= 1
            if depth < 0 or (depth == 0 and (sign == '"' if quoted else sign == ",")):
                break
            at += 1
        else:
            raise UnreadableWork(f"{place} does not end")
        value = text[begin + quoted:at]
        at += quoted
        yield match.group(1).lower(), value.strip()


def _latex(value: str) -> str:
    """TeX accents and braces as plain text."""
    import unicodedata

    text = _ACCENT.sub(lambda m: m.group(2) + _COMBINING[m.group(1)], value)
    text = text.replace(r"\ss", "ß").replace(r"\&", "&").replace(r"\%", "%").replace(r"\_", "_").replace("--", "–")
    return unicodedata.normalize("NFC", " ".join(text.replace("{", "").replace("}", "").split()))


def _one(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _clean(value: object) -> str:
    """Plain text of a field: entities decoded (they are often encoded twice), tags dropped, spaces made single."""
    text = html.unescape(html.unescape(str(_one(value) or "")))
    return " ".join(_TAG.sub(" ", text).split())


def _authors(value: object) -> str | None:
    if isinstance(value, list):
        names = [_name(n) for n in value]
    else:
        names = re.split(r"\s+and\s+|;\s*", str(value)) if value else []
    return "; ".join(n for n in names[:60] if n) or None


def _name(value: object) -> str:
    if isinstance(value, dict):
        parts = (str(value.get(k) or "") for k in ("family", "given"))
        return ", ".join(p for p in parts if p) or str(value.get("literal") or "")
    return str(value)


def _year(record: dict[str, Any]) -> int | None:
    issued = record.get("issued") or record.get("year") or record.get("date")
    found = _YEAR.search(json.dumps(issued) if issued else "")
    return int(found.group()) if found else None
