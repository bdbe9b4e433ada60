"""Typed claims out of passages: a figure is taken only where its material and its property are beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from knowledge.evidence import Claim, Passage
from knowledge.literature.claims.reading import (
    Found,
    Property,
    Quantity,
    bare_fractions,
    materials,
    named,
    named_otherwise,
    properties,
    quantities,
)

_SENTENCE = re.compile(
    r"(?<!\bvs\.)(?<!\bal\.)(?<!\bca\.)(?<!\bFig\.)(?<!\bRef\.)(?<=[.!?])\s+(?=[A-Z(\[])|\n+")
_NEAR = 110        # characters between a property's name and its figure
_NEAR_PERCENT = 45  # the same where the unit is per cent, which may be of anything
_NEAR_NAME = 160   # characters between a material's name and the figure
_UNSURE = re.compile(
    r"\b(?:should|would|could|might|may|must|expected|target(?:s|ed)?|goal|require[sd]?|aim(?:s|ed)?|assum\w+|if|"
    r"predict\w*|estimat\w+|ideal|commercial\w* requir\w+|suppose\w*|hypothe\w+|needs?|ideally|whether|"
    r"unless|not)\b|\?", re.IGNORECASE)
_CHANGE = re.compile(r"\b(?:by|increase[sd]?\s+of|decrease[sd]?\s+of|loss\s+of|drop\s+of|gain\s+of|difference\s+of|"
                     r"reduction\s+of|rise\s+of|lower\s+by|higher\s+by|fade\s+of|improvement\s+of)\s*(?:about|"
                     r"around|roughly|nearly|almost|over|up to|~)?\s*$", re.IGNORECASE)
_BOUND = re.compile(r"(?:[<>≤≥]|\b(?:less|more|lower|higher|greater|smaller|larger) than|\bat (?:least|most)|\bup to|"
                    r"\bas (?:high|low) as|\bbelow|\babove|\bover|\bunder|\bexceed\w*|\b1\s?C\s?[=≈])\s*"
                    r"(?:about|~)?\s*$",
                    re.IGNORECASE)
_CONDITION = re.compile(r"\bat\s*(?:about|~)?\s*$", re.IGNORECASE)  # "cycled at 2 mAh/cm2" says how, not what
_OTHER_NAME = re.compile(r"\b(?:current|current densit(?:y|ies)|power densit(?:y|ies)|rate|throughput)\s+"
                         r"(?:of|is|was|=)\s*(?:about|~)?\s*$", re.IGNORECASE)  # the sentence itself names it otherwise
_FOLLOWS = re.compile(r"^[\s)]*(?:for|of|in|by)\s+(?:the\s+|a\s+|an\s+)?(?:\w+\s+){0,2}$", re.IGNORECASE)
_MIXED = re.compile(r"\b(?:composites?|hybrids?|hybridi[sz]\w+|nanowires?|framework|network|fillers?|dispersed|blends?|"
                    r"membranes?|separators?|coated|coatings?|decorated|wrapped|doped|doping|modified|mixture|"
                    r"hydrogenated|SCE|CPE|added|additives?)\b",
                    re.IGNORECASE)  # then the figure may be of the mixture and not of the material
_BRACKET = re.compile(r"^\)?(?:\s(?:powders?|cathodes?|anodes?|electrodes?|particles)){0,2}\s?\([^()]*$")
_BEFORE = re.compile(r"^\s*(?:for (?:the )?)?$")
_NEAR_CHANGE = 25  # characters beside a name in which a word such as "coated" makes it another material
_LIST = re.compile(r"^\s*(?:,|and|, and|or)\s*(?:the\s+)?$")
_OTHERS = re.compile(r"\b(?:than|compared|versus|vs\.?|whereas|while|instead|unlike|contrast|respectively|relative to)"
                     r"\b", re.IGNORECASE)
_CONDITIONS = tuple(re.compile(p) for p in (
    r"(?:\bat|\bwith|\bof|@)\s+(C/\d+(?:\.\d+)?|\d+(?:\.\d+)?\s?C)(?![\w°/])",
    r"\bat\s+((?:room temperature|[-−–]?\d+(?:\.\d+)?\s?(?:°\s?C|℃|K)(?!\w)))",
    r"\b(?:after|over|for|through|in)\s+((?:\d{1,3}(?:,\d{3})+|\d+)(?:th)?\s+cycles?)\b",
    r"\b(?:at|of|@)\s+(\d+(?:\.\d+)?\s?m?A\s?(?:/\s?(?:g|cm[2²])|[·\s]?(?:g|cm)\s?[-−–]\s?[12]))",
    r"\b(?:between|from|within)\s+(\d+(?:\.\d+)?\s?(?:V\s?)?(?:and|to|[-–−])\s?\d+(?:\.\d+)?\s?V)\b",
))
_METHODS = {
    "impedance spectroscopy": r"\b(?:EIS|impedance)\b", "GITT": r"\bGITT\b", "NMR": r"\bNMR\b", "BET": r"\bBET\b",
    "calorimetry": r"\b(?:calorimet\w+|DSC|ARC)\b", "theory": r"\b(?:theoretical\w*|DFT|calculated|simulat\w+)\b",
    "cyclic voltammetry": r"\b(?:CV|cyclic voltammetry)\b", "four-probe": r"\bfour-(?:point|probe)\b",
}


def mine(passages: Iterable[Passage]) -> Iterator[Claim]:
    """The claims of passages, in order. Tables are read by `mine_tables`."""
    for passage in passages:
        if passage.kind in ("fact", "abstract", "text", "claim") and passage.source.status != "retracted":
            yield from mine_text(passage)


def mine_text(passage: Passage) -> Iterator[Claim]:
    """The claims of one passage, sentence by sentence."""
    start = 0
    for cut in [*_SENTENCE.finditer(passage.text), None]:
        end = cut.start() if cut is not None else len(passage.text)
        yield from _sentence(passage, start, end)
        start = cut.end() if cut is not None else end


def _sentence(passage: Passage, start: int, end: int) -> Iterator[Claim]:
    text = passage.text[start:end].strip()
    start += len(passage.text[start:end]) - len(passage.text[start:end].lstrip())
    if not 20 <= len(text) <= 700 or _UNSURE.search(text):
        return
    about = materials(text)
    if not about:
        return
    plain = not any(f.sort == "composite" for f in about) and not _MIXED.search(text)
    every = quantities(text)
    for known in properties():
        mentions = named(text, known)
        fitting = [q for q in every if q.unit in known.units] if known.units else bare_fractions(text)
        taken = [q for q in fitting if _belongs(q, known, mentions, text)]
        if not taken:
            continue
        fit = [f for f in about if f.sort in known.sorts]
        beside = {q: m for q in taken if (m := _beside(q, fit, known, text)) is not None}
        rest = [q for q in taken if q not in beside] if plain else []
        for quantity, material in (*beside.items(), *_matched(rest, fit, about, text)):
            value = quantity.value * known.units.get(quantity.unit, 1.0)
            if known.range[0] <= value <= known.range[1]:
                yield claim_in(passage, text, start, known, value, material.name, quantity, taken)


def _belongs(quantity: Quantity, known: Property, mentions: list[Found], text: str) -> bool:
    """Whether the figure is of this property: its words are near, no other's are nearer, and it is no change."""
    before = text[:quantity.start]
    if _CHANGE.search(before) or _BOUND.search(before):
        return False
    if known.not_before and text[quantity.end:].lower().lstrip().startswith(known.not_before):
        return False
    limit = _NEAR_PERCENT if known.unit == "%" else _NEAR
    own = min((_distance(m, quantity) for m in mentions), default=None)
    if own is None or own > limit:
        if _CONDITION.search(before) or _OTHER_NAME.search(before):
            return False
        return known.implied and not _rival(quantity, known, text, _NEAR)
    return not _rival(quantity, known, text, own)


def _rival(quantity: Quantity, known: Property, text: str, distance: int) -> bool:
    """Whether another property that is written in this unit is named nearer to the figure."""
    others = [mention for other in properties() if other.name != known.name and quantity.unit in other.units
              for mention in named(text, other)]
    return any(_distance(mention, quantity) < distance for mention in (*others, *named_otherwise(text, known)))


def _distance(found: Found, quantity: Quantity) -> int:
    """Characters between a name and a figure; a name just behind the figure is nearest of all."""
    if found.end <= quantity.start:
        return quantity.start - found.end
    if found.start >= quantity.end:
        gap = found.start - quantity.end
        return 0 if gap <= 4 else gap + 15
    return 0


def _beside(quantity: Quantity, fit: list[Found], known: Property, text: str) -> Found | None:
    """The material that a figure stands at: in a bracket right behind it, right before it, or before "for" it.

    What stands before a material must be said by its unit.

    Such a figure is the material's own, whatever else the sentence names, unless the material is called a changed one.
    """
    for material in sorted(fit, key=lambda f: -f.end):
        behind = material.end <= quantity.start and _BRACKET.match(text[material.end:quantity.start])
        before = known.implied and quantity.end <= material.start and _BEFORE.match(text[quantity.end:material.start])
        if behind or before:
            around = text[max(material.start - _NEAR_CHANGE, 0):material.start]
            around += text[material.end:material.end + _NEAR_CHANGE // 2] if before else ""
            return None if _MIXED.search(around) else material
    return None


def _matched(taken: list[Quantity], fit: list[Found], about: list[Found], text: str
             ) -> Iterator[tuple[Quantity, Found]]:
    """Figures with their materials: all of one, or one each of two lists; anything else is left out."""
    names = list(dict.fromkeys(f.name for f in fit))
    if len(names) == 1:
        if len({f.name for f in about if f.sort in ("active", "ion_conductor")}) > 1:
            return
        near = [q for q in taken if any(_said_of(f, q, text) for f in fit)]
        if len(near) == 1 or not _OTHERS.search(text):
            yield from ((q, fit[0]) for q in near)
        return
    order = [next(f for f in fit if f.name == n) for n in names]
    listed = all(_LIST.match(text[a.end:b.start]) for a, b in zip(order, order[1:], strict=False))
    if names and len(taken) == len(names) and listed and "respectively" in text:
        yield from zip(taken, order, strict=True)


def _said_of(material: Found, quantity: Quantity, text: str) -> bool:
    """The material stands before the figure, or right behind it after 'for' or 'of'."""
    if material.end <= quantity.start:
        return quantity.start - material.end <= _NEAR_NAME
    return bool(_FOLLOWS.match(text[quantity.end:material.start]))


def doubtful(text: str, quantity: Quantity) -> str | None:
    """Why a figure is no plain report of a value: the sentence hopes or denies, or it is a bound or a change."""
    before = text[:quantity.start]
    if _UNSURE.search(text):
        return "the sentence does not report what was found"
    return "the figure is a change" if _CHANGE.search(before) else "the figure is a bound" if _BOUND.search(before) \
        else None


def claim_in(passage: Passage, text: str, start: int, known: Property, value: float, material: str,
             quantity: Quantity, taken: list[Quantity]) -> Claim:
    """The claim of a figure, with the conditions and the method that its sentence states.

    Args:
        text: the sentence, which is the quote.
        start: where it begins in the passage's text.
        taken: the figures of the same property in the sentence; conditions go with the one they stand behind.
    """
    begin = (passage.start or 0) + start
    since = max((q.end for q in taken if q.end < quantity.start), default=0)
    until = min((q.start for q in taken if q.start > quantity.start and q.end != quantity.end), default=len(text))
    conditions = tuple(dict.fromkeys(
        m.group(1).strip() for p in _CONDITIONS for m in p.finditer(text)
        if since <= m.start(1) < until and not m.start(1) <= quantity.start < m.end(1)
        and (since == 0 or m.start(1) > quantity.start)))
    method = next((name for name, pattern in _METHODS.items() if re.search(pattern, text)), None)
    return Claim(
        composition=material, property=known.name, value=float(f"{value:.6g}"), unit=known.unit, conditions=conditions,
        method=method, quote=text, passage=passage.id, place=passage.place, source=passage.source.key, start=begin,
        end=begin + len(text))
