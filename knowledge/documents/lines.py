"""Lines of a text with their places, and what a line looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BREAK = re.compile(r"\r\n|\n|\r|\f")
_BULLET = re.compile(r"\s*(?:[-*+•–—‣▪■□▫◦○●◆◇►▶➢➤✓✔·・※]|\uf0b7|\uf0a7|o(?=\s\s?\S))\s+(?=\S)"
                     r"|\s*[・･·•※■□▪◆◇●○◎▲△▼▶☆★](?=[^\W\d_])")
_NUMBER = re.compile(
    r"\s*(?:\(?\d{1,3}[.)](?=\s)|\(?[a-zA-Z][.)](?=\s)|\([ivx]{1,4}\)|[ivx]{1,4}[.)](?=\s)|[（(]\d{1,2}[）)]"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}[.)]?(?=\s{2,}\S|\s+[\"“„(]?[A-ZÀ-Þ][a-zà-ÿ]{2,})"
    r"|[①-⑳]|\d{1,2}、|第\d+[条項]|[A-Z]{1,3}-?\d{1,3}[:.)]?(?=\s\s|\t)|\[\w{1,8}\](?=\s))\s*(?=\S)")
_TITLE = re.compile(r"\s*(?:[■□◆◇●○◎▼▶◼]\s?(?P<marked>\S.{0,22})"
                    r"|[【〔［](?P<bracketed>[^】〕］]{1,22})[】〕］])\s*$")
NUMBERING = re.compile(r"\s*(?:(?:§|Chapter|Section|Kapitel|Abschnitt|Annex|Anhang|Appendix)\s*)?"
                       r"((?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,4})\.?\s+(?=[^\W\d_])")
_TOPIC = re.compile(r"[（(]?\d{1,2}[)）]\s*(?=[^\W\d_])")
_SHORT = 36                # characters of a line that names a topic
LABEL = re.compile(r"\s*[^\W\d_][^:：\n]{0,50}?[:：]\s*\S")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line break; `start` counts in the whole text."""

    number: int
    start: int
    text: str

    @property
    def end(self) -> int:
        """Place after the last character."""
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        """Nothing but white space."""
        return not self.text.strip()

    @property
    def indent(self) -> int:
        """Leading white space in characters."""
        return len(self.text) - len(self.text.lstrip())

    @property
    def decoration(self) -> bool:
        """No letter and no digit, only rules and frames."""
        return bool(self.text.strip()) and not any(ch.isalnum() for ch in self.text) \
            and all(ch in "-=_*~#+|.:─━═ \t│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬" for ch in self.text)


def lines_of(text: str) -> list[Line]:
    """The lines of a text, numbered from 1."""
    lines = []
    start = 0
    for number, match in enumerate(_BREAK.finditer(text), 1):
        lines.append(Line(number, start, text[start:match.start()]))
        start = match.end()
    lines.append(Line(len(lines) + 1, start, text[start:]))
    return lines


def list_marker(text: str) -> tuple[int, bool] | None:
    """Length of a list marker with its spaces, and whether it is a number or letter that belongs to the text."""
    if match := _BULLET.match(text):
        return match.end(), False
    if match := _NUMBER.match(text):
        return match.end(), True
    return None


def marked_title(text: str, below: str) -> tuple[int, int] | None:
    """Where the words of `■ 基本仕様` or `【安全】` stand, a short line above another kind of line; else None."""
    match = _TITLE.match(text)
    if match is None or not below.strip():
        return None
    place = match.span(match.lastgroup or 0)
    marker, other = text.strip()[0], below.strip()[0]
    return place if title_like(text[slice(*place)].strip("】〕］ ")) and marker != other else None


def numbered_title(text: str) -> int | None:
    """Depth of the numbering when a lone line reads as a numbered heading: short, no figures, no full stop."""
    match = NUMBERING.match(text)
    if not match or not title_like(text[match.end():]):
        return None
    return match.group(1).count(".") + 1


def topic_title(text: str) -> int | None:
    """3 where a short line such as `4) 저항` or `(2) Cold` names what the lines right below it are about."""
    match = _TOPIC.match(text)
    return 3 if match and title_like(text[match.end():]) and len(text.strip()) <= _SHORT else None


def title_like(text: str) -> bool:
    """Short, without figures, comparisons and closing punctuation."""
    text = text.strip()
    return (0 < len(text) <= 90 and len(text.split()) <= 12 and not any(ch.isdigit() for ch in text)
            and not re.search(r"[<>≤≥=±|]", text) and text[-1] not in ".;:,?!。；：，")
