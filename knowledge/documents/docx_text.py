"""The text of a Word paragraph and what its style says about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.documents.script_digits import raised

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DELETED = {f"{W}del", f"{W}moveFrom", f"{W}txbxContent", f"{W}instrText", f"{W}delText", f"{W}rPr", f"{W}pPr",
            f"{W}tbl", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
# Code points of the Symbol font as Word stores them.
_SYMBOLS = {0xB3: "≥", 0xA3: "≤", 0xB1: "±", 0xB0: "°", 0x6D: "μ", 0x57: "Ω", 0xB4: "×", 0xD7: "·", 0xB9: "≠",
            0xBB: "≈", 0x44: "Δ", 0xB7: "•", 0xA5: "∞", 0xAE: "→", 0x2D: "−", 0x68: "η", 0x72: "ρ", 0x73: "σ",
            0x61: "α", 0x62: "β"}


def is_on(element: Any) -> bool:
    """Whether an on/off element of WordprocessingML is on; without a value it is."""
    return element.get(f"{W}val") not in ("0", "false", "off", "none")


def pieces(paragraph: Any) -> Iterator[tuple[str, bool]]:
    """Text of a paragraph in order as (text, hidden); deleted text and text boxes are left out."""
    for node in paragraph:
        if node.tag == f"{W}r":
            yield from _run(node)
        elif node.tag == f"{_M}t":
            yield node.text or "", False
        elif isinstance(node.tag, str) and node.tag not in _DELETED:
            yield from pieces(node)


def _run(run: Any) -> Iterator[tuple[str, bool]]:
    properties = run.find(f"{W}rPr")
    hidden = lifted = False
    if properties is not None:
        for tag in ("vanish", "webHidden"):
            found = properties.find(f"{W}{tag}")
            hidden = hidden or found is not None and is_on(found)
        size = properties.find(f"{W}sz")
        hidden = hidden or size is not None and (size.get(f"{W}val") or "22").isdigit() \
            and int(size.get(f"{W}val") or "22") <= 4  # half points
        colour = properties.find(f"{W}color")
        hidden = hidden or colour is not None and (colour.get(f"{W}val") or "").upper() == "FFFFFF" \
            and not _shaded(run)
        align = properties.find(f"{W}vertAlign")
        lifted = align is not None and align.get(f"{W}val") == "superscript"
    for node in run:
        text = _character(node)
        if text:
            yield raised(text) if lifted else text, hidden


def _character(node: Any) -> str:
    tag = node.tag
    if tag == f"{W}t":
        return node.text or ""
    if tag in (f"{W}tab", f"{W}ptab"):
        return "\t"
    if tag in (f"{W}br", f"{W}cr"):
        return "\n"
    if tag == f"{W}noBreakHyphen":
        return "-"
    if tag == f"{W}sym":
        code = int(node.get(f"{W}char") or "0", 16) & 0xFF
        return _SYMBOLS.get(code, "") if "symbol" in (node.get(f"{W}font") or "").lower() else ""
    return ""


def _shaded(run: Any) -> bool:
    """A fill behind white text: on the run, its paragraph, its cell or its table's style."""
    if run.find(f"{W}rPr/{W}shd") is not None or run.find(f"{W}rPr/{W}highlight") is not None:
        return True
    return any(a.find(f"{W}{p}/{W}shd") is not None for a in run.iterancestors()
               for p in ("pPr", "tcPr", "tblPr")) or any(a.tag == f"{W}tbl" for a in run.iterancestors())


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style stands for."""

    heading: int = 0    # level, 1 is outermost
    listed: bool = False
    caption: bool = False
    bold: bool = False


class ParagraphStyles:
    """Looks up styles with their bases, by name, outline level and numbering."""

    def __init__(self, document: Any) -> None:
        self._known: dict[str, Style] = {}
        self._default = ""
        root = document.styles.element
        self._nodes = {node.get(f"{W}styleId"): node for node in root.findall(f"{W}style")}
        for key, node in self._nodes.items():
            if node.get(f"{W}type") == "paragraph" and node.get(f"{W}default") in ("1", "true"):
                self._default = key

    def of(self, paragraph: Any) -> Style:
        """Style of a paragraph, its own settings first."""
        own = paragraph.find(f"{W}pPr/{W}pStyle")
        style = self._style(own.get(f"{W}val") if own is not None else self._default, 0)
        level = _outline(paragraph.find(f"{W}pPr/{W}outlineLvl"))
        number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        listed = style.listed if number is None else number.get(f"{W}val") != "0"
        return Style(level or style.heading, listed, style.caption, style.bold)

    def all_bold(self, paragraph: Any) -> bool:
        """Every run with text is bold."""
        runs = [r for r in paragraph.iter(f"{W}r") if any((t.text or "").strip() for t in r.findall(f"{W}t"))]
        return bool(runs) and all(
            (b := r.find(f"{W}rPr/{W}b")) is not None and is_on(b)
            or b is None and self._run_style_bold(r) or b is None and self.of(paragraph).bold for r in runs)

    def _run_style_bold(self, run: Any) -> bool:
        style = run.find(f"{W}rPr/{W}rStyle")
        return style is not None and self._style(style.get(f"{W}val"), 0).bold

    def _style(self, key: str | None, depth: int) -> Style:
        if key in self._known:
            return self._known[key]
        node = self._nodes.get(key)
        if node is None or depth > 20 or key is None:
            return Style()
        based = node.find(f"{W}basedOn")
        base = self._style(based.get(f"{W}val"), depth + 1) if based is not None else Style()
        label = node.find(f"{W}name")
        name = (label.get(f"{W}val") or "" if label is not None else "").lower()
        titled = re.match(r"(?:heading|überschrift|titre|标题|見出し|제목) ?(\d)", name)
        level = int(titled.group(1)) if titled else 1 if name in ("title", "titel", "titre") else 0
        level = level or _outline(node.find(f"{W}pPr/{W}outlineLvl")) or base.heading
        number = node.find(f"{W}pPr/{W}numPr")
        bold = node.find(f"{W}rPr/{W}b")
        style = Style(level, not level and (name.startswith("list ") or number is not None or base.listed),
                      name == "caption" or base.caption, base.bold if bold is None else is_on(bold))
        self._known[key] = style
        return style


def _outline(node: Any) -> int:
    value = node.get(f"{W}val") if node is not None else None
    return int(value) + 1 if value and value.isdigit() and int(value) < 9 else 0
