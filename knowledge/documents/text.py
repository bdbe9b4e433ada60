"""Plain text: paragraphs, lists, headings and drawn tables as slices of the file's own text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.document import BlockKind
from knowledge.documents import aligned_table, ascii_table, delimited_table, tagged_table
from knowledge.documents.assemble import Content, Draft, Sections
from knowledge.documents.lines import (
    LABEL,
    Line,
    lines_of,
    list_marker,
    marked_title,
    numbered_title,
    title_like,
    topic_title,
)

_ANNEX = re.compile(r"\s*(?:(?:ANNEXE?|Annexe?|ANHANG|Anhang|APPENDIX|Appendix|PART|TEIL)\s+\w+|附[录錄件]\s*\w?|"
                    r"付録\s*\w?|부록\s*\w?)(?=[\s(:（])[^.;]*$")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,})\s*$")


def read_text(text: str) -> Content:
    """Blocks of a plain text; every word lies in exactly one of them."""
    return Content("text", text, TextBlocks(text, lines_of(text)).drafts())


def holds_table(text: str, aligned: bool = False) -> bool:
    """Whether lines of a text are a drawn or a delimited table, or an aligned one."""
    lines = lines_of(text)
    return any(ascii_table.table_length(lines, at) or delimited_table.table_length(lines, at)
               or aligned and aligned_table.table_length(lines, at) for at, line in enumerate(lines) if not line.blank)


class TextBlocks:
    """Walks over lines and cuts them into drafts; Markdown derives from it."""

    markdown = False
    fenced = False             # inside a fence of Markdown, where spaces count

    def __init__(self, text: str, lines: Sequence[Line]) -> None:
        self.text = text
        self.lines = lines
        self.sections = Sections()
        self.tables = 0
        self.found: list[Draft] = []
        filled = sorted(len(line.text.rstrip()) for line in lines if not line.blank and "|" not in line.text)
        self.width = max(filled[int(0.95 * (len(filled) - 1))], 50) if filled else 50

    def drafts(self) -> list[Draft]:
        """All blocks, in order."""
        at = 0
        while at < len(self.lines):
            at = self.step(at)
        return self.found

    def step(self, at: int) -> int:
        """Read what begins at line `at`; returns the line after it."""
        line = self.lines[at]
        if line.blank or line.decoration and not self.table_length(at):
            return at + 1
        if length := self.table_length(at):
            return self.take_table(at, length)
        if taken := self.take_heading(at):
            return taken
        if marker := list_marker(line.text):
            return self.take_item(at, *marker)
        return self.take_paragraph(at)

    def table_length(self, at: int) -> int:
        """Lines of the table that begins here, 0 if none does."""
        return tagged_table.table_length(self.lines, at) or ascii_table.table_length(
            self.lines, at) or delimited_table.table_length(self.lines, at) or (
            0 if self.markdown and not self.fenced else aligned_table.table_length(self.lines, at))

    def take_table(self, at: int, length: int) -> int:
        """A drawn, delimited or aligned table."""
        part = self.lines[at:at + length]
        readers = (tagged_table, ascii_table, delimited_table)
        make = next((r.table_drafts for r in readers if r.table_length(self.lines, at)), aligned_table.table_drafts)
        self.found += make(part, self.tables, self.sections.path, self.markdown)
        self.tables += 1
        return at + length

    def take_heading(self, at: int) -> int:
        """An underlined title, a lone numbered title or a lone line in capitals; 0 when there is none."""
        line = self.lines[at]
        below = self.lines[at + 1] if at + 1 < len(self.lines) else None
        if below and (match := _UNDERLINE.match(below.text)) and len(line.text.split()) <= 24 \
                and abs(len(below.text.strip()) - len(line.text.strip())) <= max(4, 0.5 * len(line.text)):
            self.heading(line, 1 if match.group(1)[0] == "=" else 2)
            return at + 2
        if below and (at == 0 or self.lines[at - 1].blank) and (place := marked_title(line.text, below.text)):
            self.heading(line, 3, *place)
            return at + 1
        if below and (at == 0 or self.lines[at - 1].blank) and not list_marker(below.text) and (
                depth := topic_title(line.text)) and not below.decoration:
            self.heading(line, depth)
            return at + 1
        lone = (at == 0 or self.lines[at - 1].blank) and (below is None or below.blank or below.decoration)
        depth = numbered_title(line.text)
        if depth is None and _ANNEX.match(line.text) and len(line.text.strip()) <= 100 and (
                at == 0 or self.lines[at - 1].blank):
            self.heading(line, 1)
            return at + 1
        if depth is None and lone and title_like(line.text) and line.text.strip().isupper():
            depth = 1
        if depth is None or not (lone or (at == 0 or self.lines[at - 1].blank) and line.indent == 0):
            return 0
        self.heading(line, depth)
        return at + 1

    def heading(self, line: Line, level: int, skip: int = 0, cut: int | None = None) -> None:
        """Add a heading made of one line, without `skip` leading characters."""
        raw = line.text[skip:cut]
        title = raw.strip()
        above = self.sections.enter(level, title)
        self.found.append(Draft("heading", title, line.start + skip + raw.index(title), line=line.number,
                                section=above))

    def take_item(self, at: int, length: int, part_of_text: bool) -> int:
        """A list item with the lines that go on with it; a bullet is left out, a number is kept."""
        line = self.lines[at]
        first = line.start + (line.indent if part_of_text else length)
        end = at + 1
        while end < len(self.lines) and self.goes_on(end) and (
                self.lines[end].indent > line.indent or self.markdown or self.wrapped(end)):
            end += 1
        self.add("list_item", first, self.lines[at:end])
        return end

    def take_paragraph(self, at: int) -> int:
        """Consecutive lines of prose are one block; lines of `label: value` are one block each."""
        end = at + 1
        while end < len(self.lines) and self.goes_on(end) and not self.deliberate_break(end):
            end += 1
        self.add("paragraph", self.lines[at].start + self.lines[at].indent, self.lines[at:end])
        return end

    def goes_on(self, at: int) -> bool:
        """Whether line `at` can belong to the block of the line above it."""
        line = self.lines[at]
        return not (line.blank or line.decoration or self.table_length(at) or self.begins_item(at))

    def begins_item(self, at: int) -> bool:
        """A list marker, except a dash or number that a wrapped sentence happens to put first."""
        marker = list_marker(self.lines[at].text)
        if marker is None:
            return False
        before = self.lines[at - 1]
        sign = re.match(r"\s*[-+–]\s+\d", self.lines[at].text)
        open_sentence = bool(re.search(r"[^\W\d_,]$|[,(]$", before.text.rstrip())) and self.wrapped(at)
        return not ((sign or marker[1]) and open_sentence and list_marker(before.text) is None)

    def wrapped(self, at: int) -> bool:
        """Whether the first word of line `at` had no room on the line above."""
        words = self.lines[at].text.split(maxsplit=1)
        return len(self.lines[at - 1].text.rstrip()) + 1 + len(words[0] if words else "") > self.width

    def deliberate_break(self, at: int) -> bool:
        """A new `label: value` line after a finished line that had room left."""
        before = self.lines[at - 1].text.rstrip()
        label = LABEL.match(self.lines[at].text)
        return bool(label) and not self.wrapped(at) and bool(LABEL.match(before) or before[-1:] in ".;:!?。；：")

    def add(self, kind: BlockKind, start: int, lines: Sequence[Line]) -> None:
        """Add a block that ends with the last of `lines`."""
        end = lines[-1].start + len(lines[-1].text.rstrip())
        self.found.append(Draft(kind, self.text[start:end], start, line=lines[0].number, section=self.sections.path))
