"""The parts of a workbook file: sheets, shared strings, styles, comments and drawings, parsed without entities."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from knowledge.documents.script_digits import raised

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """Name, part path (empty when it is no worksheet) and visibility of a sheet."""

    name: str
    path: str
    hidden: bool


@dataclass(slots=True)
class CellStyles:
    """Number format and boldness by style index."""

    codes: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)


class Package:
    """An opened workbook file."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._names = {name.lower(): name for name in self._archive.namelist()}
        workbook = self.parse("xl/workbook.xml")
        if workbook is None:
            raise ValueError("no workbook part")
        self._workbook = workbook
        self.since_1904 = any(p.get("date1904") in ("1", "true") for p in workbook.iter(f"{S}workbookPr"))
        self.relations = self.related("xl/workbook.xml")
        self.strings = self._strings()
        self.styles = self._styles()

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._archive.close()

    def open(self, path: str) -> bytes:
        """A part's bytes, with the strict namespace put in its usual form."""
        data = self._archive.read(self._names[path.lower()])
        if _STRICT in data[:4000]:
            data = data.replace(_STRICT, S[1:-1].encode()).replace(
                b"http://purl.oclc.org/ooxml/officeDocument/relationships", _R[1:-1].encode())
        return data

    def parse(self, path: str) -> Any:
        """A part's root element, None when there is no such part."""
        from lxml import etree

        if path.lower() not in self._names:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self.open(path), parser)

    def related(self, path: str) -> dict[str, tuple[str, str]]:
        """Relation id to (kind, path of the target inside the package)."""
        folder, base = posixpath.split(path)
        root = self.parse(f"{folder}/_rels/{base}.rels")
        found = {}
        for node in root if root is not None else ():
            target = node.get("Target") or ""
            if node.get("TargetMode") != "External" and target:
                inside = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
                found[node.get("Id") or ""] = ((node.get("Type") or "").rsplit("/", 1)[-1], inside)
        return found

    def sheets(self) -> list[SheetInfo]:
        """Sheets in workbook order."""
        found = []
        for node in self._workbook.iter(f"{S}sheet"):
            kind, path = self.relations.get(node.get(f"{_R}id") or "", ("", ""))
            known = kind == "worksheet" and path.lower() in self._names
            found.append(SheetInfo(node.get("name") or "", path if known else "",
                                   node.get("state", "visible") != "visible"))
        return found

    def _part(self, kind: str, default: str) -> Any:
        return self.parse(next((path for k, path in self.relations.values() if k == kind), default))

    def _strings(self) -> list[str]:
        root = self._part("sharedStrings", "xl/sharedStrings.xml")
        return [rich_text(item) for item in root.findall(f"{S}si")] if root is not None else []

    def _styles(self) -> CellStyles:
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        root = self._part("styles", "xl/styles.xml")
        styles = CellStyles()
        if root is None:
            return styles
        codes = dict(BUILTIN_FORMATS)
        codes.update({int(n.get("numFmtId")): n.get("formatCode") or "General" for n in root.iter(f"{S}numFmt")})
        fonts = [(b := font.find(f"{S}b")) is not None and b.get("val") not in ("0", "false")
                 for font in root.findall(f"{S}fonts/{S}font")]
        for node in root.findall(f"{S}cellXfs/{S}xf"):
            font = int(node.get("fontId") or 0)
            styles.codes.append(codes.get(int(node.get("numFmtId") or 0), "General"))
            styles.bold.append(font < len(fonts) and fonts[font])
        return styles

    def comments(self, info: SheetInfo) -> list[tuple[str, str]]:
        """(cell, text) of a sheet's comments; the text of threaded ones without Excel's own notice."""
        found = []
        for kind, path in self.related(info.path).values():
            root = self.parse(path) if kind == "comments" else None
            for node in root.iter(f"{S}comment") if root is not None else ():
                text = "".join(t.text or "" for t in node.iter(f"{S}t")).strip()
                marker = text.find("Comment:")
                if text.startswith("[Threaded comment]") and marker > 0:
                    text = text[marker + len("Comment:"):].strip()
                found.append((node.get("ref") or "", text))
        return found

    def drawings(self, info: SheetInfo) -> list[tuple[str, str]]:
        """(part, text) of paragraphs in text boxes and shapes of a sheet."""
        found = []
        for kind, path in self.related(info.path).values():
            root = self.parse(path) if kind == "drawing" else None
            for node in root.iter(f"{_A}p") if root is not None else ():
                text = "".join(t.text or "" for t in node.iter(f"{_A}t")).strip()
                if text:
                    found.append((path, text))
        return found


def rich_text(node: Any) -> str:
    """Text of a string item without its phonetic guide; raised digits as superscript characters."""
    text = ""
    for child in node:
        if child.tag == f"{S}t":
            text += child.text or ""
        elif child.tag == f"{S}r":
            part = "".join(t.text or "" for t in child.findall(f"{S}t"))
            lift = child.find(f"{S}rPr/{S}vertAlign")
            text += raised(part) if lift is not None and lift.get("val") == "superscript" else part
    return text
