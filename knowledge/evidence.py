"""What has been read elsewhere: sources, passages with exact quotes, and the claims they support."""

from __future__ import annotations

from typing import Literal

from knowledge.frozen import Frozen

SourceKind = Literal["paper", "patent", "standard", "report", "dataset", "web"]
Stance = Literal["supports", "cautions", "context"]
SourceStatus = Literal["retracted", "concern", "corrected"]
PassageKind = Literal["fact", "title", "abstract", "text", "table", "caption", "claim"]


class Source(Frozen):
    """A published source. `seen` says how the fact was read: in the source itself or in a text that restates it."""

    key: str
    kind: SourceKind
    title: str
    authors: str | None = None
    year: int | None = None
    doi: str | None = None
    patent: str | None = None
    family: str | None = None         # patent family or application number, so that one invention counts once
    venue: str | None = None          # journal, office or publisher
    status: SourceStatus | None = None    # as the metadata say; None where they say nothing
    status_note: str | None = None
    url: str | None = None
    seen: Literal["source", "restated", "user file"] = "source"
    seen_in: str | None = None


class Passage(Frozen):
    """A stored piece of text with its place; `text` is exactly what the store holds.

    Where `document` names a stored work, `text` is its characters `start` to `end`; a fact card stands for itself.
    """

    id: str
    text: str
    source: Source
    place: str
    kind: PassageKind = "text"
    document: str | None = None
    start: int | None = None
    end: int | None = None
    topic: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()     # canonical requirement names it bears on
    systems: tuple[str, ...] = ()     # parameter-set keys or chemistry classes it bears on
    stance: Stance = "context"
    asked: tuple[str, ...] = ()       # questions as people ask them whose answer it holds: searched, never shown


class Claim(Frozen):
    """A figure that a source reports of a material, with the words that say so."""

    composition: str                  # canonical name of the material, or its formula
    property: str
    value: float                      # in `unit`
    unit: str
    conditions: tuple[str, ...] = ()  # as written: a rate, a temperature, a number of cycles, a voltage window
    method: str | None = None
    quote: str                        # an exact piece of the passage's text
    passage: str                      # id of the stored passage
    place: str
    source: str                       # key of the source
    start: int | None = None          # the quote's characters in the passage's document
    end: int | None = None
    read_by: Literal["rules", "llm", "both"] = "rules"
    disputed: str | None = None       # how a language model reads the same figure otherwise; the rules' reading stands


class Reported(Frozen):
    """What all sources report of one property of one material, with its spread."""

    composition: str
    property: str
    unit: str
    count: int
    sources: int
    median: float
    low: float
    high: float
    quartiles: tuple[float, float] | None = None    # None for fewer than four values
    claims: tuple[Claim, ...] = ()
    by_model: int = 0                 # values that a language model alone has found, in quotes that stand
    disputed: int = 0                 # values that a language model reads otherwise

    def in_words(self) -> str:
        """The summary in words."""
        values = "1 reported value" if self.count == 1 else f"{self.count} reported values"
        spread = "" if self.count == 1 else f", {self.low:g} to {self.high:g}"
        origin = f"{self.sources} source{'s' if self.sources > 1 else ''}"
        model = f"; {self.by_model} found by a language model alone" if self.by_model else ""
        model += f"; {self.disputed} read otherwise by a language model" if self.disputed else ""
        return f"{values}, median {self.median:g} {self.unit}{spread} ({origin}{model})"


class Evidence(Frozen):
    """A passage that bears on a requirement or a system, with how strongly and in which direction."""

    id: str
    passage: Passage
    quote: str                        # an exact piece of the passage's text
    start: int | None = None          # the quote's characters in the passage's document, or in the card's text
    end: int | None = None
    score: float
    bears_on: tuple[str, ...]         # requirement ids or system keys
    stance: Stance = "context"
