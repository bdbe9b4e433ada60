"""Which passages bear on a requirement, and how strongly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge.evidence import Passage
from knowledge.requirement import Requirement

if TYPE_CHECKING:
    from knowledge.literature.search import Hit, Library

FILED = 0.6        # score of a card that is filed under the requirement's metric
OWN_SYSTEM = 0.1   # added where the document leaves few systems and the passage is about one of them
FREE_GATE = 0.65   # share of the question that a passage not filed anywhere must hold
_POOL = 40
_BY_NAME = frozenset({"standard_compliance", "chemistry", "cathode_chemistry", "anode_chemistry", "format", "marking"})
_CHEMISTRY = frozenset({"chemistry", "cathode_chemistry"})
_PLAIN_SIZE = frozenset({
    "mass", "length", "width", "thickness", "height", "diameter", "volume", "cell_count", "order_quantity",
    "delivery_date", "sample_quantity", "origin", "price",
})
_FORMATS = {
    "cylindrical": "cylindrical", "tabless": "cylindrical", "pouch": "pouch", "prismatic": "prismatic",
    "blade": "prismatic",
}
_COLD_C, _HOT_C = 5.0, 45.0
_FEW = 2


@dataclass(frozen=True)
class Frame:
    """What the whole document says about chemistry and format; passages about others do not bear on it."""

    systems: frozenset[str]
    formats: frozenset[str]


@dataclass(frozen=True)
class Bearing:
    """A passage with the score and the quote it has for one requirement."""

    passage: Passage
    quote: str
    score: float


def value_words(requirement: Requirement) -> tuple[str, ...]:
    """The words of a requirement's value; empty where it is a number."""
    value = requirement.value
    if isinstance(value, str):
        return (value,)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def compact(name: str) -> str:
    """A name without spaces, marks and case, so that `UN 38.3` and `UN38.3` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def frame_of(requirements: Iterable[Requirement], systems: Iterable[str]) -> Frame:
    """Narrow the systems and formats to what the document demands or allows."""
    allowed, formats = set(systems), set()
    for r in requirements:
        if r.metric in _CHEMISTRY and r.comparator in ("required", "in", "=", "prohibited"):
            named = {s for s in allowed if any(_names(word, s) for word in value_words(r))}
            if r.comparator == "prohibited":
                allowed -= named
            elif named and r.priority == "must":
                allowed &= named
        if r.metric == "format" and r.comparator != "prohibited":
            for word in value_words(r):
                found = {_FORMATS[f] for f in _FORMATS if f in word.lower()}
                formats |= found or ({"cylindrical"} if re.search(r"\b\d{4,5}\b", word) else set())
    return Frame(frozenset(allowed), frozenset(formats))


def _names(word: str, system: str) -> bool:
    """Whether a chemistry word of the document means this system, e.g. `NMC` every nmc, `LFP` the lfp."""
    said = re.sub("^ncm", "nmc", compact(word))
    cathode = system.split("_")[0]
    family = cathode.rstrip("0123456789")
    if family == "lfp" and "lifepo4" in said:
        return True
    return bool(said) and (said in (cathode, family) or said.startswith(cathode))


def fits(passage: Passage, frame: Frame) -> bool:
    """Whether a passage is about a system and a format that are in question, or about none; never a retracted one."""
    if passage.source.status == "retracted":
        return False
    if passage.systems and not frame.systems.intersection(passage.systems):
        return False
    about = {_FORMATS[t] for t in passage.topic if t in _FORMATS}
    return not (about and frame.formats) or bool(about & frame.formats)


def question(requirement: Requirement) -> str:
    """A requirement as a question in words: its metric, what it names, and the conditions that change its meaning."""
    words = [requirement.metric.replace("_", " "), *value_words(requirement)]
    conditions = requirement.conditions
    for name in ("temperature_C", "ambient_temperature_C", "start_temperature_C"):
        degrees = requirement.number(name)
        if degrees is not None and degrees <= _COLD_C:
            words.append("low temperature")
        elif degrees is not None and degrees >= _HOT_C:
            words.append("high temperature")
    words += [str(conditions[k]) for k in ("chemistry", "element") if isinstance(conditions.get(k), str)]
    if conditions.get("life") == "EOL":
        words.append("ageing")
    return " ".join(dict.fromkeys(words))


def bearings(requirement: Requirement, library: Library, frame: Frame, top: int) -> list[Bearing]:
    """The passages for one requirement, best first, at most `top`; both for and against where there is either."""
    text = question(requirement)
    hits = {h.passage.id: h for h in library.search(text, top=_POOL, gate=0.0, enough=0.2)}
    found = [
        Bearing(card, card.text, FILED + (1.0 - FILED) * (hits[card.id].score if card.id in hits else 0.0))
        for card in library.cards if _filed_under(card, requirement)
    ]
    filed = {b.passage.id for b in found}
    found += [
        Bearing(h.passage, h.quote, FILED * h.score) for h in hits.values()
        if h.passage.id not in filed and _free(requirement, h)
    ]
    found = [_weighed(b, frame) for b in found if fits(b.passage, frame)]
    return _both_sides(sorted(found, key=lambda b: (-round(b.score, 6), b.passage.id)), top)


def _weighed(bearing: Bearing, frame: Frame) -> Bearing:
    own = bool(bearing.passage.systems) and len(frame.systems) <= _FEW
    return replace(bearing, score=bearing.score + OWN_SYSTEM) if own else bearing


def _filed_under(card: Passage, requirement: Requirement) -> bool:
    if requirement.metric not in card.metrics:
        return False
    if requirement.metric not in _BY_NAME:
        return True
    said = [compact(w) for w in value_words(requirement)]
    return any(len(name) > 2 and (name in s or s in name) for name in map(compact, card.topic) for s in said if s)


def _free(requirement: Requirement, hit: Hit) -> bool:
    """Whether a passage that is not filed under anything bears on a requirement by its words alone."""
    return not hit.passage.metrics and requirement.metric not in _PLAIN_SIZE and hit.coverage >= FREE_GATE


def _both_sides(found: list[Bearing], top: int) -> list[Bearing]:
    chosen, rest = found[:top], found[top:]
    if top > 1 and rest and len({b.passage.stance for b in chosen} & {"supports", "cautions"}) == 1:
        missing = "cautions" if any(b.passage.stance == "supports" for b in chosen) else "supports"
        other = next((b for b in rest if b.passage.stance == missing), None)
        if other is not None:
            chosen = [*chosen[:-1], other] if chosen[-1].passage.stance != missing else chosen
    return chosen
