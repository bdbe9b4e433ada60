"""XML files of any size, record by record: one document, a collection, or many documents one behind the other.

Nothing outside the file is ever loaded, and a file that declares entities of its own is refused.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from knowledge.literature.errors import UnreadableWork

LARGEST_RECORD = 100_000_000  # bytes of one paper or patent; the largest real ones are some 30 MB
_CHUNK = 1 << 18
_DECLARATION = b"<?xml"
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Broken:
    """A document inside the file that could not be parsed, and why."""

    reason: str


class _Documents:
    """A file as a row of documents, each beginning with its XML declaration; reads like a file up to the next one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._held = b""
        self._ended = False
        self._at_start = True
        self._begun = False
        self.since_record = 0

    def advance(self) -> bool:
        """Go to the next document; False at the end of the file."""
        while self._begun and self.read(_CHUNK):
            self.since_record = 0
        self._begun, self._at_start, self.since_record = True, True, 0
        self._fill(_CHUNK)
        return bool(self._held.strip())

    def read(self, size: int = -1) -> bytes:
        """Bytes of the present document; empty at its end."""
        self._fill(max(size, _CHUNK))
        begin = len(_DECLARATION) if self._at_start else 0
        end = self._held.find(_DECLARATION, begin)
        if end < 0:  # the last bytes may be the beginning of a declaration
            end = len(self._held) if self._ended else max(len(self._held) - len(_DECLARATION) + 1, 0)
        out, self._held = self._held[:end], self._held[end:]
        self._at_start = self._at_start and not out
        self.since_record += len(out)
        if self.since_record > LARGEST_RECORD:
            raise UnreadableWork(f"a single record in it is larger than {LARGEST_RECORD // 10**6} MB")
        return out

    def _fill(self, wanted: int) -> None:
        while not self._ended and len(self._held) < wanted:
            more = self._stream.read(_CHUNK)
            self._ended = not more
            self._held += more


def records(path: Path, tags: frozenset[str]) -> Iterator[Any]:
    """Every element with one of these local names, or `Broken` for a document that is not well-formed.

    An element is valid until the next one is asked for: its memory is given back then.

    Raises:
        UnreadableWork: the file declares entities, is no XML, or holds a record that is too large.
    """
    with path.open("rb") as stream:
        documents = _Documents(stream)
        while documents.advance():
            yield from _document(documents, tags)


def _document(documents: _Documents, tags: frozenset[str]) -> Iterator[Any]:
    from lxml import etree

    parse = etree.iterparse(documents, events=("start", "end"), resolve_entities=False, load_dtd=False,
                            no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    checked, inside = False, 0
    try:
        for event, element in parse:
            if not checked:
                _refuse_entities(element)
                checked = True
            if not isinstance(element.tag, str):
                continue
            wanted = local(element) in tags
            if event == "start":
                inside += wanted
                continue
            inside -= wanted
            if wanted and not inside:
                yield element
                documents.since_record = 0
            if not inside:
                _release(element)
    except etree.XMLSyntaxError as error:
        yield Broken(f"it is not well-formed XML ({str(error.msg)[:160]})")


def _refuse_entities(root: Any) -> None:
    dtd = root.getroottree().docinfo.internalDTD
    for entity in dtd.iterentities() if dtd is not None else ():
        if entity.system_url is None or entity.content is None:  # pictures (NDATA) have both and are never opened
            raise UnreadableWork(f"it declares the entity {entity.name!r}; files with entities of their own are not "
                                 "read, because they can grow without limit or reach for other files")


def _release(element: Any) -> None:
    """Give back what was read: the element's content and its earlier siblings."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def local(element: Any) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Any, *names: str) -> list[Any]:
    """Children with one of these local names, in order; all elements where no name is given."""
    return [c for c in element if isinstance(c.tag, str) and (not names or local(c) in names)]


def first(element: Any, *path: str) -> Any:
    """The first element down a path of local names, or None."""
    for name in path:
        if element is None:
            return None
        element = next(iter(children(element, name)), None)
    return element


def every(element: Any, *names: str) -> Iterator[Any]:
    """All descendants with one of these local names, in document order."""
    if element is not None:
        yield from (e for e in element.iter() if isinstance(e.tag, str) and local(e) in names)


def words(element: Any, without: frozenset[str] = frozenset()) -> str:
    """The text of an element with single spaces; the content of `without` (local names) is left out."""
    return _SPACE.sub(" ", "".join(_texts(element, without))).strip() if element is not None else ""


def _texts(element: Any, without: frozenset[str]) -> Iterator[str]:
    if element.text and isinstance(element.tag, str):
        yield element.text
    for child in element:
        if not isinstance(child.tag, str):  # a named character such as &nbsp; of a DTD that is not loaded
            if getattr(child, "name", None):
                yield html.unescape(f"&{child.name};")
        elif local(child) not in without:
            yield from (" ",) if local(child) in _BREAKS else ()
            yield from _texts(child, without)
            yield from (" ",) if local(child) in _BREAKS else ()
        if child.tail:
            yield child.tail


_BREAKS = frozenset({"p", "title", "list-item", "li", "br", "break", "claim-text", "sec", "tr", "row", "td", "th",
                     "entry", "disp-formula", "label"})


def table_rows(table: Any) -> list[list[tuple[str, int, int, int, bool]]]:
    """The rows of an HTML-like (tr, td, th) or CALS (row, entry) table: text, column, spans, header."""
    rows: list[list[tuple[str, int, int, int, bool]]] = []
    taken: dict[tuple[int, int], bool] = {}
    for row in every(table, "tr", "row"):
        column, cells = 0, []
        in_head = any(local(a) == "thead" for a in row.iterancestors())
        for cell in children(row, "td", "th", "entry"):
            while taken.get((len(rows), column)):
                column += 1
            column = _cals_column(cell, "namest", column) or _cals_column(cell, "colname", column) or column
            down = _number(cell.get("rowspan")) or (_number(cell.get("morerows")) + 1)
            last = _cals_column(cell, "nameend", column)
            across = _number(cell.get("colspan")) or (last - column + 1 if last > column else 1)
            for r in range(down):
                for c in range(across):
                    taken[len(rows) + r, column + c] = True
            cells.append((words(cell), column, down, across, in_head or local(cell) == "th"))
            column += across
        rows.append(cells)
    return rows


def _cals_column(cell: Any, attribute: str, _column: int) -> int:
    """0-based column out of CALS names such as `col3`; 0 where there is no number in it."""
    found = re.search(r"\d+", cell.get(attribute) or "")
    return max(int(found.group()) - 1, 0) if found else 0


def _number(text: str | None) -> int:
    return min(int(text), 200) if text and text.isdigit() else 0
