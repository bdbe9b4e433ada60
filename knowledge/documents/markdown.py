"""Markdown as slices of its own source; what a rendering would not show is marked hidden."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.documents import tagged_table
from knowledge.documents.assemble import Content, Draft
from knowledge.documents.lines import Line, lines_of
from knowledge.documents.text import TextBlocks

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_SMALL = re.compile(r"<(sub|sup|small|font)\b[^>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_UNSEEN = re.compile(r"<(span|div|p|td|li)\b[^>]*(?:display:\s*none|visibility:\s*hidden|font-size:\s*0|"
                     r"opacity:\s*0(?![.\d])|\bhidden\b)[^>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_ATX = re.compile(r"\s{0,3}(#{1,6})\s+(?=\S)")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_TAG_LINE = re.compile(r"\s*</?[a-zA-Z][^<>]*>\s*$")
# A subscript in a formula is short; a sentence in small type is not meant for a human reader.
_SMALL_WORDS = 4


def read_markdown(text: str) -> Content:
    """Blocks of a Markdown text; every visible or hidden word lies in exactly one of them."""
    hidden = _hidden_spans(text)
    masked = text
    for outer, _ in hidden:
        masked = masked[:outer[0]] + re.sub(r"[^\r\n\f]", " ", text[outer[0]:outer[1]]) + masked[outer[1]:]
    found = MarkdownBlocks(masked, lines_of(masked)).drafts()
    drafts = [piece for draft in found for piece in _around(draft, text, [outer for outer, _ in hidden])]
    for _, (start, end) in hidden:
        inner = text[start:end].strip()
        if inner:
            at = start + text[start:end].index(inner)
            line = 1 + text.count("\n", 0, at)
            drafts.append(Draft("paragraph", inner, at, line=line, hidden=True))
    return Content("markdown", text, drafts)


def _hidden_spans(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans that are not shown, in order: the whole span and the text inside it."""
    found = [((m.start(), m.end()), m.span(1)) for m in _COMMENT.finditer(text)]
    for pattern in (_SMALL, _UNSEEN):
        found += [((m.start(), m.end()), m.span(2)) for m in pattern.finditer(text)
                  if pattern is _UNSEEN or len(m.group(2).split()) >= _SMALL_WORDS]
    kept: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for outer, inner in sorted(found):
        if not kept or outer[0] >= kept[-1][0][1]:
            kept.append((outer, inner))
    return kept


def _around(draft: Draft, text: str, spans: list[tuple[int, int]]) -> list[Draft]:
    """The parts of a draft that lie outside hidden spans, as slices of the true text."""
    pieces = []
    at, end = draft.start, draft.start + len(draft.text)
    for start, stop in [*[s for s in spans if s[0] < end and s[1] > at], (end, end)]:
        raw = text[at:max(start, at)]
        if raw.strip():
            pieces.append(replace(draft, text=raw.strip(), start=at + raw.index(raw.strip())))
        at = max(stop, at)
    return pieces


class MarkdownBlocks(TextBlocks):
    """Adds ATX headings, fences, block quotes and tag-only lines to the text walker."""

    markdown = True

    def step(self, at: int) -> int:
        """Read what begins at line `at`; returns the line after it."""
        line = self.lines[at]
        if fence := _FENCE.match(line.text):
            self.fenced = not self.fenced
            info = line.text[fence.end():].strip()
            if info:
                start = line.start + line.text.index(info, fence.end())
                self.found.append(Draft("caption", info, start, line=line.number, section=self.sections.path,
                                        hidden=True))
            return at + 1
        if length := tagged_table.table_length(self.lines, at):
            return self.take_table(at, length)
        if line.text.lstrip().startswith(">") or _TAG_LINE.match(line.text):
            self.quote(line)
            return at + 1
        return super().step(at)

    def quote(self, line: Line) -> None:
        """One line of a block quote or a lone tag: the signs before it would read as comparators."""
        body = line.text.lstrip("> \t")
        if any(ch.isalnum() for ch in body):
            start = line.start + len(line.text) - len(body)
            self.found.append(Draft("paragraph", body.rstrip(), start, line=line.number, section=self.sections.path))

    def take_heading(self, at: int) -> int:
        """An ATX heading, or what plain text also knows."""
        line = self.lines[at]
        if match := _ATX.match(line.text):
            closing = re.search(r"\s+#+\s*$", line.text[match.end():])
            self.heading(line, len(match.group(1)), match.end(), closing and match.end() + closing.start() or None)
            return at + 1
        return super().take_heading(at)

    def goes_on(self, at: int) -> bool:
        """Whether line `at` can belong to the block of the line above it."""
        text = self.lines[at].text
        return super().goes_on(at) and not (
            _ATX.match(text) or _FENCE.match(text) or text.lstrip().startswith(">") or _TAG_LINE.match(text))
