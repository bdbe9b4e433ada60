"""Patents as XML: USPTO grants and applications (2001 on), EPO and WIPO documents; claims apart from description.

The offices' formats since 2004 share WIPO ST.36; the older USPTO ones (`PATDOC`, `patent-application-publication`)
name the same things differently and are mapped here.
"""

from __future__ import annotations

import re
from typing import Any

from knowledge.evidence import Source
from knowledge.literature.errors import UnreadableWork
from knowledge.literature.work import Work, WorkText
from knowledge.literature.xml_parts import children, every, first, local, table_rows, words

TAGS = frozenset({
    "us-patent-grant", "us-patent-application", "PATDOC", "patent-application-publication", "ep-patent-document",
    "exchange-document", "fulltext-document", "wo-published-application", "wo-patent-document", "patent-document",
    "application-body",
})
_HEADINGS = frozenset({"heading", "H", "h1", "h2", "h3"})
_PARAGRAPHS = frozenset({"p", "PARA", "paragraph"})
_TABLES = frozenset({"table", "TABLE"})
_APART = frozenset({"tables", "table", "TABLE", "table-cwu", "maths", "chemistry", "claim", "ul-table"})
_BIBLIOGRAPHIES = ("us-bibliographic-data-grant", "us-bibliographic-data-application", "bibliographic-data",
                   "wo-bibliographic-data", "SDOBI", "subdoc-bibliographic-information")
_OWNERS = frozenset({"assignee", "assignees", "B731", "B730", "applicants", "us-applicants"})
_INVENTORS = frozenset({"inventor", "inventors", "B721", "B720", "first-named-inventor"})
_LANGUAGES = ("en", "de", "fr")


def patent_work(root: Any, name: str) -> Work:
    """One patent document as a work; `name` is the file it came from.

    Raises:
        UnreadableWork: it has no number.
    """
    bibliography = next((b for b in children(root, *_BIBLIOGRAPHIES)), None)
    source = _source(root, bibliography, name)
    text = WorkText()
    for abstract in _in_one_language(_all(root, bibliography, "abstract", "SDOAB", "subdoc-abstract")):
        paragraphs = list(every(abstract, *_PARAGRAPHS)) or [abstract]
        for paragraph in paragraphs:
            text.add("abstract", words(paragraph), "abstract")
    _description(root, text)
    _claims(root, text)
    if not text.pieces:
        text.add("title", source.title, "title")
    return text.work(source)


def _all(root: Any, bibliography: Any, *names: str) -> list[Any]:
    return [*children(root, *names), *(children(bibliography, *names) if bibliography is not None else [])]


def _in_one_language(elements: list[Any]) -> list[Any]:
    """Where a text stands in several languages: the English one, else German, French, else the first."""
    by_language: dict[str, list[Any]] = {}
    for element in elements:
        by_language.setdefault((element.get("lang") or "").lower(), []).append(element)
    return next((by_language[k] for k in (*_LANGUAGES, *by_language) if k in by_language), [])


def _description(root: Any, text: WorkText) -> None:
    section: tuple[str, ...] = ()
    counted = 0
    for part in _in_one_language(children(root, "description", "SDODE", "subdoc-description")):
        for element in part.iter():
            name = local(element)
            if name in _HEADINGS:
                section = (words(element)[:120],)
            elif name in _PARAGRAPHS and not _inside(element, part, _PARAGRAPHS | _TABLES | {"tables"}):
                counted += 1
                number = element.get("num") or words(first(element, "number")).strip("[]") or f"{counted:04d}"
                text.add("text", words(element, _APART | {"number"}), f"description, paragraph [{number}]", section)
            elif name in _TABLES and not _inside(element, part, _TABLES):
                label = element.get("id") or (element.getparent().get("id") if element.getparent() is not None else "")
                text.add_table(_rows(element), f"description, table {label}".rstrip(), section)


def _rows(table: Any) -> list[list[tuple[str, int, int, int, bool]]]:
    """Rows of all groups of a table; the offices set one group for the head and one for the body."""
    return [row for row in table_rows(table) if any(cell[0] for cell in row)]


def _inside(element: Any, top: Any, names: frozenset[str]) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not top:
        if local(parent) in names:
            return True
        parent = parent.getparent()
    return False


def _claims(root: Any, text: WorkText) -> None:
    lists = _in_one_language(children(root, "claims", "SDOCL", "subdoc-claims", "us-claim-statement-claims"))
    if lists and lists[0].get("lang") is None:  # the language may stand on the single claims
        every_claim = _in_one_language(list(every(lists[0], "claim", "CLM")))
    else:
        every_claim = [c for part in lists for c in every(part, "claim", "CLM")]
    for position, claim in enumerate(every_claim, start=1):
        number = re.sub(r"^0+(?=\d)", "", re.sub(r"\D", "", claim.get("num") or claim.get("id") or "")) or str(position)
        upon = next((words(r) for r in every(claim, "claim-ref", "dependent-claim-reference", "CLREF")), "")
        text.add("claim", words(claim, _APART), f"claim {number}" + (f" (after {upon})" if upon else ""))


def _source(root: Any, bibliography: Any, name: str) -> Source:
    country, number, kind, date = _publication(root, bibliography)
    if not number:
        raise UnreadableWork("a patent in it has no publication number")
    number = re.sub(r"^(?:US|EP|WO)?0*(?=\d)", "", number) if number[-1:].isdigit() else number
    patent = f"{country} {number} {kind}".strip()
    title = _title(root, bibliography) or patent
    people = _people(bibliography)
    return Source(
        key=f"patent:{patent.replace(' ', '')}", kind="patent", title=title[:400],
        authors="; ".join(dict.fromkeys(filter(None, people)))[:300] or None,
        year=int(date[:4]) if date[:4].isdigit() else None, patent=patent, family=_family(root, bibliography, country),
        venue={"US": "USPTO", "EP": "EPO", "WO": "WIPO"}.get(country), seen="user file", seen_in=name,
    )


def _people(bibliography: Any) -> list[str]:
    """Owners where they are named, else inventors; never the attorneys."""
    for roles in (_OWNERS, _INVENTORS):
        named = [e for e in every(bibliography, "orgname", "last-name", "family-name", "snm", "SNM", "name")
                 if any(local(a) in roles for a in e.iterancestors())]
        found = [words(e) for e in named if local(e) == "orgname"] or [words(e) for e in named]
        if found:
            return found
    return []


def _publication(root: Any, bibliography: Any) -> tuple[str, str, str, str]:
    """Country, number, kind and date of publication, wherever the format keeps them."""
    if local(root) == "PATDOC":
        return ("US", words(next(every(bibliography, "B110"), None)), words(next(every(bibliography, "B130"), None)),
                words(next(every(bibliography, "B140"), None)))
    if root.get("doc-number"):
        return (root.get("country") or "", root.get("doc-number"), root.get("kind") or "", root.get("date-publ") or
                root.get("date") or _first_date(bibliography))
    reference = first(bibliography, "publication-reference")
    one = first(reference, "document-id")
    if one is None:
        one = first(bibliography, "document-id")
    return (words(first(one, "country")) or words(first(one, "country-code")) or root.get("country") or "US",
            words(first(one, "doc-number")), words(first(one, "kind")) or words(first(one, "kind-code")),
            words(first(one, "date")) or words(first(one, "document-date")))


def _first_date(bibliography: Any) -> str:
    reference = first(bibliography, "publication-reference") if bibliography is not None else None
    return next((words(d) for d in every(reference, "date")), "") if reference is not None else ""


def _family(root: Any, bibliography: Any, country: str) -> str | None:
    """The DOCDB family where it is given, else the application number, so that grant and application are one."""
    if root.get("family-id"):
        return f"docdb {root.get('family-id')}"
    one = first(bibliography, "application-reference", "document-id")
    number = words(first(one, "doc-number")) if one is not None else ""
    if not number and bibliography is not None:
        number = words(next(every(bibliography, "B210"), None))
        for sub in every(bibliography, "domestic-filing-data"):
            number = number or words(next(every(sub, "doc-number"), None))
    return f"{country} application {re.sub(r'[^0-9A-Z]', '', number)}" if number else None


def _title(root: Any, bibliography: Any) -> str:
    titles = _in_one_language([*every(bibliography, "invention-title")]) or \
        [*every(bibliography, "title-of-invention")]
    if titles:
        return words(titles[0])
    both = [*every(bibliography, "B541", "B542")] if bibliography is not None else []
    by_language = {words(a).lower(): words(b) for a, b in zip(both, both[1:], strict=False)
                   if local(a) == "B541" and local(b) == "B542"}
    return next((by_language[k] for k in _LANGUAGES if k in by_language), "") or \
        words(next(every(bibliography, "B540"), None))
