"""DOCX to blocks in document order: body, then footnotes, headers, footers and comments."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from knowledge.document import BlockKind, Unread
from knowledge.documents.assemble import Content, Draft, Sections, cell_name, stack
from knowledge.documents.docx_text import ParagraphStyles, W, is_on, pieces
from knowledge.documents.errors import PARSER_FAULTS, UnreadableDocument
from knowledge.documents.header_rows import header_rows
from knowledge.documents.lines import title_like

_WRAPPERS = {f"{W}{tag}" for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")}


def read_docx(data: bytes, name: str) -> Content:
    """Blocks of a Word file: inserted text is read, deleted text is not, hidden text is marked.

    Raises UnreadableDocument for damaged files.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml import etree

    try:
        document = docx.Document(io.BytesIO(data))
        reader = DocxBlocks(document)
        drafts = reader.drafts()
    except (*PARSER_FAULTS, OpcError, etree.LxmlError) as fault:
        raise UnreadableDocument(f"{name} is a damaged or unusual Word file ({type(fault).__name__}); open it in Word "
                                 "and save it again as DOCX, or send a PDF.") from fault
    return stack("docx", drafts, reader.unread)


class DocxBlocks:
    """Walks the XML of the body and of the parts around it."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.styles = ParagraphStyles(document)
        self.found: list[Draft] = []
        self.unread: list[Unread] = []
        self.sections = Sections()
        self.tables = 0
        self.pictures = 0

    def drafts(self) -> list[Draft]:
        """All blocks."""
        self.margins("header")
        self.walk(self.document.element.body, "paragraph", None)
        for kind in ("footnotes", "endnotes"):
            self.notes(kind)
        self.margins("footer")
        self.comments()
        return self.found

    def walk(self, parent: Any, kind: BlockKind, part: str | None) -> None:
        """Paragraphs and tables in order, through content controls and tracked insertions."""
        for child in parent:
            if child.tag == f"{W}p":
                self.paragraph(child, kind, part)
            elif child.tag == f"{W}tbl":
                self.table(child, kind, part)
            elif child.tag in _WRAPPERS:
                self.walk(child, kind, part)
            elif child.tag == f"{W}altChunk":
                self.unread.append(Unread(place=f"block {len(self.found) + 1}", reason="an embedded file was not read; "
                                          "send it as a file of its own"))

    def paragraph(self, node: Any, kind: BlockKind, part: str | None) -> None:
        """One paragraph; hidden runs become blocks of their own, text boxes follow it."""
        whole = "".join(text for text, _ in pieces(node)).strip()
        style = self.styles.of(node)
        if kind == "paragraph":
            level = style.heading
            if not level and whole and self.styles.all_bold(node) and title_like(whole):
                level = 9
            if level and whole:
                above = self.sections.enter(level, whole)
                self.found.append(Draft("heading", whole, section=above, part=part))
                self.boxes(node, part)
                return
            kind = "list_item" if style.listed else "caption" if style.caption else kind
        for text, hidden in _merged(pieces(node)):
            if text.strip():
                self.found.append(Draft(kind, text, section=self.sections.path, part=part, hidden=hidden))
        self.boxes(node, part)

    def boxes(self, node: Any, part: str | None) -> None:
        """Text boxes anchored in a paragraph, and a note for each picture."""
        for box in node.iter(f"{W}txbxContent"):
            inside = [a.tag for a in box.iterancestors()]
            if not any(tag.endswith("}Fallback") for tag in inside) and f"{W}txbxContent" not in inside:
                self.walk(box, "paragraph", part or "text box")
        for drawing in node.iter("{http://schemas.openxmlformats.org/drawingml/2006/picture}pic",
                                 f"{W}object", f"{W}pict"):
            if drawing.tag == f"{W}pict" and not any(el.tag.endswith("}imagedata") for el in drawing.iter()):
                continue
            self.pictures += 1
            self.unread.append(Unread(place=f"picture {self.pictures}, block {len(self.found)}",
                                      reason="a picture or embedded object was not read; send what it shows as text"))

    def table(self, node: Any, kind: BlockKind, part: str | None) -> None:
        """Cells once each, with the rows and columns that they cover; nested tables follow their table."""
        number = self.tables
        self.tables += 1
        rows = list(_rows(node))
        grid: list[dict[int, str]] = [{} for _ in rows]
        made: list[Draft] = []
        above: dict[int, Draft] = {}
        nested: list[Any] = []
        styled = set()
        for r, row in enumerate(rows):
            column = int(_value(row, "trPr/gridBefore") or 0)
            cells = list(_cells(row))
            if cells and all(self.styles.all_bold(p) for c in cells for p in c.iter(f"{W}p") if _text(p)) or \
                    _flag(row, "trPr/tblHeader"):
                styled.add(r)
            for cell in cells:
                across = min(max(int(_value(cell, "tcPr/gridSpan") or 1), 1), 100)
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                if merge is not None and merge.get(f"{W}val", "continue") == "continue" and column in above:
                    above[column].row_span += 1
                else:
                    draft = self.cell(cell, number, r, column, across, part)
                    grid[r][column] = draft.text
                    above[column] = draft
                    made.append(draft)
                nested += list(_direct(cell, f"{W}tbl"))
                column += across
        heads = header_rows(grid, frozenset(styled if len(styled) < len(rows) else ()))
        for draft in made:
            draft.header_row = draft.row in heads
            if kind in ("header", "footer"):
                draft.kind = kind
        self.found += made
        for inner in nested:
            self.table(inner, kind, part)
        for row in rows:
            for paragraph in row.iter(f"{W}p"):
                self.boxes(paragraph, part)

    def cell(self, node: Any, table: int, row: int, column: int, across: int, part: str | None) -> Draft:
        """One cell; its paragraphs are lines of its text."""
        runs = [list(pieces(p)) for p in _direct(node, f"{W}p")]
        text = "\n".join(line for line in ("".join(t for t, _ in run).strip() for run in runs) if line)
        shown = [hidden for run in runs for t, hidden in run if t.strip()]
        return Draft("cell", text, section=self.sections.path, part=part, table=table, row=row, column=column,
                     column_span=across, cell=cell_name(table, row, column), hidden=bool(shown) and all(shown))

    def margins(self, which: BlockKind) -> None:
        """Headers or footers of all sections, each text once."""
        seen: set[str] = set()
        for section in self.document.sections:
            names = [which, f"even_page_{which}", f"first_page_{which}"]
            for margin in (getattr(section, name) for name in names):
                if margin.is_linked_to_previous:
                    continue
                before = len(self.found)
                self.walk(margin._element, which, None)
                text = "\n".join(d.text for d in self.found[before:])
                if text in seen:
                    del self.found[before:]
                seen.add(text)

    def notes(self, kind: str) -> None:
        """Footnotes or endnotes, whose parts python-docx does not know."""
        for element in self.related(kind):
            for note in element:
                if note.get(f"{W}type") in (None, "normal"):
                    self.walk(note, "list_item", f"{kind[:-1]} {note.get(f'{W}id')}")

    def comments(self) -> None:
        """Comments of reviewers."""
        for element in self.related("comments"):
            for comment in element:
                for node in comment.iter(f"{W}p"):
                    self.found.append(Draft("comment", "".join(t for t, _ in pieces(node)),
                                            part=f"comment by {comment.get(f'{W}author') or 'unknown'}"))

    def related(self, kind: str) -> Iterator[Any]:
        """Root elements of the main part's relations whose type ends with `kind`."""
        from docx.oxml import parse_xml  # its parser resolves no entities

        for relation in self.document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
                yield parse_xml(relation.target_part.blob)


def _direct(node: Any, tag: str) -> Iterator[Any]:
    """Children with `tag`, also inside content controls and tracked insertions."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _direct(child, tag)


def _rows(table: Any) -> Iterator[Any]:
    """Rows that are not deleted by a tracked change."""
    return (row for row in _direct(table, f"{W}tr") if row.find(f"{W}trPr/{W}del") is None)


def _cells(row: Any) -> Iterator[Any]:
    return _direct(row, f"{W}tc")


def _text(node: Any) -> str:
    return "".join(text for text, _ in pieces(node)).strip()


def _value(node: Any, path: str) -> str | None:
    found = node.find("/".join(f"{W}{step}" for step in path.split("/")))
    value = found.get(f"{W}val") if found is not None else None
    return value if value and value.isdigit() else None


def _flag(node: Any, path: str) -> bool:
    found = node.find("/".join(f"{W}{step}" for step in path.split("/")))
    return found is not None and is_on(found)


def _merged(parts: Iterator[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Neighbouring pieces of equal visibility as one; white space joins either."""
    merged: list[tuple[str, bool]] = []
    for text, hidden in parts:
        if merged and (merged[-1][1] == hidden or not text.strip()):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        else:
            merged.append((text, hidden))
    return merged
