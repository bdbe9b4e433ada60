"""Papers as JATS XML: front matter, abstract, sections, tables with cells, captions; and notices about other papers."""

from __future__ import annotations

import re
from typing import Any

from knowledge.evidence import Source, SourceStatus
from knowledge.frozen import content_digest
from knowledge.literature.work import Flag, Work, WorkText, status_from_title
from knowledge.literature.xml_parts import children, every, first, local, table_rows, words

TAGS = frozenset({"article"})
_APART = frozenset({"table-wrap", "fig", "fig-group", "table-wrap-group", "boxed-text", "sec", "supplementary-material",
                    "tex-math", "annotation"})
_NOTICES: dict[str, SourceStatus] = {
    "retracted-article": "retracted", "corrected-article": "corrected", "object-of-concern": "concern",
}
_RECEIVED: dict[str, SourceStatus] = {
    "retraction-forward": "retracted", "correction-forward": "corrected", "expression-of-concern": "concern",
}
_DOI = re.compile(r"10\.\d{4,9}/\S+")


def article_work(article: Any, name: str) -> Work:
    """One `<article>` as a work; `name` is the file it came from."""
    meta = first(article, "front", "article-meta")
    if meta is None:
        meta = first(article, "front-stub")
    title = words(first(meta, "title-group", "article-title"), frozenset({"xref", "fn"})) or name
    text = WorkText()
    for abstract in children(meta, "abstract") if meta is not None else []:
        kind = abstract.get("abstract-type")
        if kind in (None, "summary", "executive-summary", "key-points"):
            for paragraph in every(abstract, "p"):
                text.add("abstract", words(paragraph, _APART), "abstract")
    body = _Body(text)
    for part in children(article, "body"):
        body.section(part, ())
    for part in children(article, "floats-group"):
        body.section(part, ())
    source = _source(article, meta, title, name)
    if not text.pieces:
        text.add("title", title, "title")
    return text.work(source, _notices(article, meta, title))


class _Body:
    """Walks sections in order and numbers paragraphs as a reader would count them."""

    def __init__(self, text: WorkText) -> None:
        self._text = text
        self._paragraphs = 0
        self._tables = 0

    def section(self, element: Any, above: tuple[str, ...]) -> None:
        """Add everything of a section, deeper sections with their own headings."""
        here = above
        for child in children(element):
            name = local(child)
            if name == "title":
                here = (*above, words(child)[:120]) if words(child) else above
            elif name == "sec":
                self.section(child, here)
            elif name in ("p", "list", "disp-quote", "statement", "def-list"):
                self._paragraph(child, here)
            elif name in ("table-wrap", "fig"):
                self._float(child, here)
            elif name in ("fig-group", "table-wrap-group", "boxed-text", "supplementary-material"):
                self.section(child, here)

    def _paragraph(self, element: Any, section: tuple[str, ...]) -> None:
        self._paragraphs += 1
        inside = f"section '{section[-1]}', " if section else ""
        self._text.add("text", words(element, _APART), f"{inside}paragraph {self._paragraphs}", section)
        for nested in every(element, "table-wrap", "fig"):
            if not any(local(a) in ("table-wrap", "fig") for a in nested.iterancestors()):
                self._float(nested, section)

    def _float(self, element: Any, section: tuple[str, ...]) -> None:
        label = words(first(element, "label")).rstrip(".:") or ("table" if local(element) == "table-wrap" else "figure")
        caption = words(first(element, "caption"))
        self._text.add("caption", caption, f"caption of {label}", section)
        for table in every(element, "table"):
            self._tables += 1
            self._text.add_table(table_rows(table), label if label != "table" else f"table {self._tables}", section)
        self._text.add("text", words(first(element, "table-wrap-foot")), f"foot of {label}", section)


def _source(article: Any, meta: Any, title: str, name: str) -> Source:
    ids = {i.get("pub-id-type"): words(i) for i in children(meta, "article-id")} if meta is not None else {}
    doi = _doi(ids.get("doi", ""))
    years = [int(words(y)) for d in every(meta, "pub-date") for y in children(d, "year") if words(y).isdigit()]
    authors = []
    groups = children(meta, "contrib-group") if meta is not None else []
    for one in (c for group in groups for c in every(group, "contrib")):
        person = first(one, "name")
        if person is None:
            person = first(one, "name-alternatives", "name")
        if one.get("contrib-type") in (None, "author") and person is not None:
            authors.append(", ".join(filter(None, (words(first(person, n)) for n in ("surname", "given-names")))))
    status, note = _own_status(article, meta, title)
    return Source(
        key=f"doi:{doi.lower()}" if doi else f"file:{content_digest([name, title])[:12]}", kind="paper",
        title=title[:400], authors="; ".join(authors[:60]) or None, year=min(years) if years else None, doi=doi,
        venue=words(first(article, "front", "journal-meta", "journal-title-group", "journal-title")) or None,
        status=status, status_note=note, seen="user file", seen_in=name,
    )


def _own_status(article: Any, meta: Any, title: str) -> tuple[SourceStatus | None, str | None]:
    for related in every(meta, "related-article"):
        status = _RECEIVED.get(related.get("related-article-type") or "")
        if status:
            return status, f"a {related.get('related-article-type')} link in its own record"
    status = status_from_title(title)
    return status, "its title says so" if status else None


def _notices(article: Any, meta: Any, title: str) -> tuple[Flag, ...]:
    found = []
    for related in every(meta, "related-article"):
        status = _NOTICES.get(related.get("related-article-type") or "")
        target = next((v for k, v in related.attrib.items() if k.rpartition("}")[2] == "href"), "") or words(related)
        doi = _doi(str(target))
        if status and doi:
            found.append(Flag(doi=doi.lower(), status=status, note=f"notice: {title[:160]}"))
    return tuple(found)


def _doi(text: str) -> str | None:
    found = _DOI.search(text)
    return found.group().rstrip(".") if found else None
