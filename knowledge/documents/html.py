"""HTML to blocks as a reader would see them; what a style hides is kept and marked hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from knowledge.document import Unread
from knowledge.documents.assemble import Content, Draft, Sections, cell_name, stack
from knowledge.documents.errors import PARSER_FAULTS, UnreadableDocument
from knowledge.documents.header_rows import header_rows
from knowledge.documents.lines import lines_of
from knowledge.documents.script_digits import raised
from knowledge.documents.text import TextBlocks, holds_table

_SKIPPED = frozenset({"script", "style", "template", "noscript", "head", "svg", "math", "object", "iframe", "select"})
_INLINE = frozenset({"a", "abbr", "b", "bdi", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
                     "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "tt", "u", "var",
                     "wbr", "img", "input", "o:p"})
_TOO_DEEP = "its elements are nested more than 256 deep; what stands further in is not read."
_LEAST_LINES = 3           # lines of all cells of a row that are rows of their own
_PLAIN = frozenset({"pre", "listing", "xmp", "plaintext"})
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|$)|"
                     r"opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)", re.IGNORECASE)
_WHITE = re.compile(r"(?<!-)color\s*:\s*(?:#fff(?:fff)?\b|white\b)", re.IGNORECASE)


def read_html(text: str, name: str) -> Content:
    """Blocks of an HTML page; the document's text is the block texts joined by newlines.

    Raises UnreadableDocument when nothing can be parsed.
    """
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(no_network=True, huge_tree=False, remove_pis=True, encoding="utf-8")
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
        drafts = HtmlBlocks().drafts(root)
    except (*PARSER_FAULTS, etree.LxmlError) as fault:
        raise UnreadableDocument(f"{name} is damaged HTML and cannot be read; save it again or send a PDF.") from fault
    cut = any(fault.type_name == "ERR_RESOURCE_LIMIT" for fault in parser.error_log)
    return stack("html", drafts, [Unread(place=name, reason=_TOO_DEEP)] if cut else [])


class HtmlBlocks:
    """Walks the tree and closes a block at every block-level boundary."""

    def __init__(self) -> None:
        self.found: list[Draft] = []
        self.sections = Sections()
        self.tables = 0
        self.pending: list[str] = []

    def drafts(self, root: Any) -> list[Draft]:
        """All blocks in document order."""
        title = root.find("head/title")
        if title is not None and (title.text or "").strip():
            self.found.append(Draft("metadata", f"Title: {' '.join(title.text.split())}"))
        body = root.find("body")
        self.walk(root if body is None else body, "paragraph", False)
        self.flush("paragraph", False)
        return self.found

    def walk(self, node: Any, kind: Any, hidden: bool) -> None:
        """Children of a node, with the text between them."""
        self.pending.append(node.text or "")
        for child in node:
            self.child(child, kind, hidden)
            self.pending.append(child.tail or "")

    def child(self, node: Any, kind: Any, hidden: bool) -> None:
        """One child element or comment."""
        if not isinstance(node.tag, str):
            comment = " ".join((node.text or "").split())
            if any(ch.isalnum() for ch in comment) and not comment.startswith("[if"):
                self.flush(kind, hidden)
                self.found.append(Draft("comment", comment, section=self.sections.path, hidden=True))
            return
        tag = node.tag.lower()
        unseen = hidden or is_unseen(node)
        if tag in _SKIPPED:
            return
        if tag == "br":
            self.pending.append("\v")
        elif tag in _INLINE and unseen == hidden:
            if tag in ("sup", "sub"):
                words = "".join(node.itertext())
                self.pending.append(raised(words) if tag == "sup" else words)
            else:
                self.walk(node, kind, hidden)
        elif tag in _PLAIN:
            self.flush(kind, hidden)
            self.plain("".join(pieces(node)).replace("\v", "\n"), unseen)
        elif tag == "table":
            self.flush(kind, hidden)
            self.table(node, unseen)
        elif re.fullmatch("h[1-6]", tag):
            self.flush(kind, hidden)
            self.heading(node, int(tag[1]), unseen)
        else:
            self.flush(kind, hidden)
            own = {"li": "list_item", "dd": "list_item", "caption": "caption", "figcaption": "caption",
                   "header": kind, "footer": "footer", "blockquote": "quoted" if _mail_quote(node) else kind}
            inner = own.get(tag, kind)
            self.walk(node, inner, unseen)
            self.flush(inner, unseen)

    def flush(self, kind: Any, hidden: bool) -> None:
        """Close the block whose text has been gathered."""
        raw = "".join(self.pending)
        text, spaced = readable(raw), _spaced(raw)
        self.pending = []
        if kind == "paragraph" and "\n" in text and (holds_table(text) or holds_table(spaced, aligned=True)):
            self.plain(text if holds_table(text) else spaced, hidden)
        elif text:
            self.found.append(Draft(kind, text, section=self.sections.path, hidden=hidden))

    def plain(self, text: str, hidden: bool) -> None:
        """Text whose line ends and spaces count: its tables, items and paragraphs as in a file of plain text."""
        tables, end = self.tables, 0
        for draft in TextBlocks(text, lines_of(text)).drafts():
            if end:
                draft.glue = text[end:draft.start] or "\n"    # delimiters and spaces stay where they stood
            end = draft.start + len(draft.text)
            draft.section = (*self.sections.path, *draft.section)
            draft.hidden = hidden
            if draft.table is not None and draft.row is not None and draft.column is not None:
                draft.table += tables
                draft.cell = cell_name(draft.table, draft.row, draft.column)
                self.tables = max(self.tables, draft.table + 1)
            self.found.append(draft)

    def heading(self, node: Any, level: int, hidden: bool) -> None:
        """A heading and the section that it opens."""
        text = readable("".join(pieces(node))).replace("\n", " ")
        if text:
            above = self.sections.path if hidden else self.sections.enter(level, text)
            self.found.append(Draft("heading", text, section=above, hidden=hidden))

    def table(self, node: Any, hidden: bool) -> None:
        """A data table gives cells; a table that only lays out the page gives its content."""
        rows = [row for row in node.iter("tr") if next(row.iterancestors("table")) is node]
        cells = [[c for c in row if c.tag in ("td", "th")] for row in rows]
        nested = _lays_out(cells)
        if nested or sum(map(len, cells)) < 2 or max(map(len, cells), default=0) < 2:
            for caption in node.findall("caption"):
                self.child(caption, "caption", hidden)
            for cell in (c for row in cells for c in row):
                self.walk(cell, "paragraph", hidden or is_unseen(cell))
                self.flush("paragraph", hidden)
            return
        for caption in node.findall("caption"):
            self.child(caption, "caption", hidden)
        self.cells(rows, cells, hidden)

    def cells(self, rows: list[Any], cells: list[list[Any]], hidden: bool) -> None:
        """Cells at their grid places, with row and column spans."""
        taken: set[tuple[int, int]] = set()
        deep = [_lines_of_row(row) for row in cells]
        places = [sum(deep[:r]) for r in range(len(rows))]
        grid: list[dict[int, str]] = [{} for _ in range(sum(deep))]
        styled = frozenset(places[i] for i, row in enumerate(cells) if row and all(c.tag == "th" for c in row))
        made: list[Draft] = []
        for r, row in enumerate(cells):
            column = 0
            for cell in row:
                while (r, column) in taken:
                    column += 1
                down, across = _span(cell, "rowspan"), _span(cell, "colspan")
                taken.update((r + i, column + j) for i in range(down) for j in range(across))
                text = readable("".join(pieces(cell)))
                for place, part in enumerate(text.split("\n") if deep[r] > 1 else [text] if text else [], places[r]):
                    grid[place][column] = part
                    made.append(Draft("cell", part, section=self.sections.path, table=self.tables, row=place,
                                      column=column, cell=cell_name(self.tables, place, column), row_span=down,
                                      column_span=across,
                                      hidden=hidden or is_unseen(cell) or is_unseen(rows[r])))
                column += across
        heads = header_rows(grid, styled) | {i for i in styled if i <= 2}
        for draft in made:
            draft.header_row = draft.row in heads
        self.found += sorted(made, key=lambda d: d.row or 0)
        self.tables += 1


def is_unseen(node: Any) -> bool:
    """Hidden by its own attribute or inline style, or white where nothing around it sets a background."""
    style = node.get("style") or ""
    if node.get("hidden") is not None or _UNSEEN.search(style):
        return True
    return bool(_WHITE.search(style)) and not any(
        "background" in (n.get("style") or "") or n.get("bgcolor") or n.get("class")
        for n in (node, *node.iterancestors()))


def pieces(node: Any) -> Iterator[str]:
    """Text of an element with line ends at block boundaries; vertical tabs stand for them until `readable`."""
    yield node.text or ""
    for child in node:
        if isinstance(child.tag, str) and child.tag.lower() not in _SKIPPED:
            tag = child.tag.lower()
            block = tag not in _INLINE
            yield "\v" if block else ""
            if tag == "sup":
                yield raised("".join(child.itertext()))
            else:
                yield from pieces(child)
            yield "\v" if block else ""
        yield child.tail or ""


def readable(text: str) -> str:
    """White space collapsed as a browser does; kept line ends become newlines."""
    lines = [" ".join(line.split()) for line in text.split("\v")]
    return "\n".join(line for line in lines if line)


def _spaced(text: str) -> str:
    """White space as a browser shows it, with the spaces that are kept; empty where no line has a run of them."""
    if "\xa0\xa0" not in text:
        return ""
    lines = [re.sub(r"[ \t\r\n]+", " ", line).strip(" ") for line in text.split("\v")]
    shown = "\n".join(lines).replace("\xa0", " ")
    return shown if holds_table(shown, aligned=True) else re.sub(" {2,}", "\t", shown)


def _lines_of_row(cells: list[Any]) -> int:
    """How many rows a row is: its filled cells hold as many lines each, three or more (names beside their values)."""
    if len(cells) < 2 or any(_span(c, "rowspan") > 1 for c in cells):
        return 1
    counts = {text.count("\n") + 1 for c in cells if (text := readable("".join(pieces(c))))}
    filled = sum(bool(readable("".join(pieces(c)))) for c in cells)
    lines = max(counts, default=1)
    return lines if len(counts) == 1 and filled > 1 and lines >= _LEAST_LINES else 1


def _lays_out(cells: list[list[Any]]) -> bool:
    """Whether tables inside make a table one of layout; a few small ones in the cells of a data table are its text."""
    inner = [c for row in cells for c in row if c.find(".//table") is not None]
    plain = sum(len(row) > 1 and not any(c in inner for c in row) for row in cells)
    small = all(len(c.findall(".//td")) + len(c.findall(".//th")) <= 8 for c in inner)
    return bool(inner) and not (small and plain >= 2 and plain > sum(any(c in inner for c in row) for row in cells))


def _span(cell: Any, attribute: str) -> int:
    value = cell.get(attribute) or "1"
    return min(max(int(value), 1), 100) if value.isascii() and value.isdigit() else 1


def _mail_quote(node: Any) -> bool:
    return node.get("type") == "cite" or "gmail_quote" in (node.get("class") or "")
