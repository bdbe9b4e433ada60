"""Standards, size codes and chemistries by name, and digits that are no numbers."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from tools.extract.phrases import Hit, Phrases, lexicon


@lru_cache(maxsize=1)
def _standard() -> re.Pattern[str]:
    data = vocabulary.standards()
    families = "|".join(data["families"])
    return re.compile(rf"(?<![A-Za-z0-9_-])(?:{families})(?:{data['clause']})")


@lru_cache(maxsize=1)
def size_code() -> re.Pattern[str]:
    """Cell size codes such as 21700 or 4680."""
    return re.compile(vocabulary.chemistry()["size_code"])


def standards_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the standards named in text[start:end]."""
    return [m.span() for m in _standard().finditer(text, start, end)]


_TESTS = re.compile(
    r"\d{4}\s?[年년]\s?\d{1,2}\s?[月월](?:\s?\d{1,2}\s?[日일])?|\bT\.\d(?:\s?-\s?T\.\d)?|\b\d{1,2}:\d{2}\b|\b\d{4}-\d{2}-\d{2}\b|\bQ[1-4]/\d{4}|\b(?:19|20)\d{2}/\d{2,4}\b")


_ID = re.compile(r"(?!\s*R\d+\s(?:per|a|each)\b)"      # R62 per cell is a price
                 r"\s*[\[(]?(?:[A-Z]{1,6}[-_./])*[A-Z]{1,6}[-_.]?\d{1,4}(?:[.-]\d{1,3})*[\])]?(?=[\s:.)]{1,3}[^\W\d])")


_AMPERE = ("min|max|typ|nom|con|peak|puls|for\\b|and\\b|per\\b|with|shall|must|should|will|during|accepted|chrg|"
           "allowed|chg|dischg|dchg|from|until|through|when|either|sustained|steady")      # 3.3 A shall be sustained
CLAUSE_NUMBER = re.compile(r"\s*\d{1,2}(?:\.\d{1,2}){1,3}[.)]?(?:\s{2,}|\s+(?="
                           rf"[\"“„(]?[A-ZÀ-Þ][a-zà-ÿ]{{2,}}|A\s(?!{_AMPERE})[a-z]{{3,}}|"
                           r"[\u3040-\u9fff\uac00-\ud7a3]{2}))")


def masks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans whose digits are names, times or dates and no quantities."""
    found = standards_in(text, start, end)
    found += [m.span() for m in _TESTS.finditer(text, start, end)]
    lead = _ID.match(text, start, end)
    if lead:
        found.append(lead.span())
    if (clause := CLAUSE_NUMBER.match(text, start, end)) and not lexicon("comparators_after").starting_at(
            text, clause.end(), end):                      # `72.0 이하` is a value
        found.append(clause.span())
    if re.compile(r"\s*\d{1,2}\.\d{1,2}[.)]?\s").match(text, start, end):
        found += [m.span() for line in re.finditer(r"\n", text[start:end])
                  if (m := CLAUSE_NUMBER.match(text, start + line.end(), end))]
    found += ternary(text, start, end)
    return found + [m.span() for m in size_codes(text, start, end)
                    if not _COUNTED.match(text[m.end():m.end() + 12])]


_COUNTED = re.compile(r"\s?(?:mAh|m?Ohm|mΩ|W|V|A|cycles|Zyklen|pcs|cells|USD|g\b|mm)")
_MEASURED = re.compile(r"[ \t]?(?:m|ft|metres|meters|feet|hours|h|kg|g|mAh|Wh|W|V|A|mm|cycles|Zyklen|Stück|pcs)\b")


def size_codes(text: str, start: int, end: int) -> list[re.Match[str]]:
    """The size codes of text[start:end]; 4600 m is a height."""
    return [m for m in size_code().finditer(text, start, end) if not _MEASURED.match(text[m.end():m.end() + 12])]


_MANUAL = re.compile(r"UN\s(?:Manual|Tests).*38\.3", re.DOTALL)
_AMENDED = re.compile(r",?\s(?:including|incl\.?|with|as amended by)\s(?=Am)")
_BATTERIES = "2023/1542"      # the regulation on batteries, by whatever words stand before it
# How a name is cited that is written in another language, in small letters or with a word for a certificate behind.
_CITED = tuple((re.compile(pattern), cited) for pattern, cited in (
    (r"^CEE[- ]ONU\s?", "UN ECE "), (r"^(?:ONU|[uU]n)(?=\s?(?:38|R))", "UN"), (r"\(UE\)", "(EU)"),
    (r"(?<![A-Za-z])(?:CEI|iec)(?=\s?\d)", "IEC"), (r"^(K-?B?C)\s?(?:인증|마크|mark)$", r"\1")))


def plain_name(name: str) -> str:
    """How a standard is cited, on one line: `UN 38.3` for the manual's section, `… + Amendment 1`, (EU) for (UE)."""
    if _MANUAL.fullmatch(name):
        return "UN 38.3"
    if _BATTERIES in name:
        return f"Regulation (EU) {_BATTERIES}"
    name = _AMENDED.sub(" + ", " ".join(name.split()))
    for pattern, cited in _CITED:
        name = pattern.sub(cited, name)
    return name


_TERNARY = re.compile(r"三元(?!\s?[/每一])(?=系|体系|材料|电芯|锂|正极|软包|电池|路线|免谈|不|$|"
                      r"[\s，,。;；、或和及（()）])")
_PRICED = re.compile(r"(?:[价費费钱]|不超过|低于|不到|约|≤|<)[^，。;；]{0,10}$")


def ternary(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where 三元 is a cathode of three metals and no price of three yuan."""
    return [m.span() for m in _TERNARY.finditer(text, start, end)
            if not _PRICED.search(text, max(start, m.start() - 16), m.start())]


@lru_cache(maxsize=1)
def chemistries() -> Phrases[tuple[str, str]]:
    """Chemistry phrases; the payload is (electrode or whole, canonical name)."""
    data = vocabulary.chemistry()
    return Phrases([
        (phrase, (side, name)) for side in ("cathode", "anode", "whole") for name, phrases in data[side].items()
        for phrase in phrases
    ], inflect=False)


@lru_cache(maxsize=1)
def formats() -> Phrases[str]:
    """Words for cell formats; the payload is the canonical format."""
    data = vocabulary.chemistry()["formats"]
    return Phrases([(p, name) for name, phrases in data.items() for p in phrases])


def chemistry_hits(text: str, start: int, end: int) -> list[Hit[tuple[str, str]]]:
    """The chemistries named in text[start:end]."""
    return chemistries().find(text, start, end)
