"""Things that a document names: substances, shapes, standards, dates, devices, markings, tests; what the rules made."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract import standards
from tools.extract.background import sentence_background
from tools.extract.days import dates_in
from tools.extract.learned.surroundings import Seen, Sight, Surroundings
from tools.extract.learned.weights import NONE
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import Phrases, lexicon
from tools.extract.substances import format_hits, substance_hits
from tools.extract.wording import CHEMICAL

WORDED = ("safety_device", "marking", "origin", "ingress_protection", "environmental_test", "nail_penetration",
          "crush_test", "overcharge_test", "short_circuit_test", "hot_box_test", "immersion", "drop_test",
          "thermal_propagation", "random_vibration", "shock")
_BOTH = ("required", "prohibited")
_LISTED = ("safety_device", "marking", "origin", "ingress_protection")     # each one named is a demand of its own
_TELLING = ("forbidden", "refused_value", "ban_lead", "negation", "not_asked", "only", "or_word", "chem_only",
            "equipped")
_PART = 60            # characters beside a thing whose words are taken for its own
_STOP = re.compile(r"[;.|。；\n]")


@dataclass(frozen=True)
class Thing:
    """A thing named at [start, end): what it may ask for as `metric comparator`, and its value in a requirement."""

    block: Block
    start: int
    end: int
    kind: str
    value: str
    may: tuple[str, ...]
    words: str = ""


@dataclass
class Named:
    """A thing with what stands around it and what the rules made of it."""

    thing: Thing
    around: Surroundings
    cause: str
    reach: tuple[tuple[int, int], ...] = ()
    drafts: list[Draft] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """What the rules took the thing for: `metric comparator`, or `none`."""
        return f"{self.drafts[0].metric} {self.drafts[0].comparator}" if self.drafts else NONE

    def kinds(self) -> dict[str, tuple[str, ...]]:
        """What the rules said, as a kind of nearness of their verdict."""
        return {self.verdict: ("rule", "rule_table") if self.thing.block.table is not None else ("rule",)}

    def rule_features(self) -> list[str]:
        """What the rules said, as names of features."""
        found = [f"verdict={self.verdict}", f"cause={self.cause}"]
        found += [f"of={len(d.value) if isinstance(d.value, list) else 1}" for d in self.drafts]
        return [*found, f"{self.verdict}|{self.cause}", f"{self.thing.kind}|{self.verdict}"]


def things(page: Page, block: Block) -> list[Thing]:
    """The things that a block names, in order; of two at one place the longer one."""
    text, found = page.text, list[Thing]()
    for start, end in standards.standards_in(text, block.start, block.end):
        found.append(Thing(block, start, end, "standard", standards.plain_name(text[start:end]), _may("standard")))
    for hit in substance_hits(text, block.start, block.end):
        side, name = hit.what
        found.append(Thing(block, hit.start, hit.end, f"{side} {name}", name, _may(f"{side} {name}")))
    for start, end, value in format_hits(page, block.start, block.end):
        kind = "format" if value[0].isdigit() else "shape"
        found.append(Thing(block, start, end, kind, value, _may(kind)))
    found += [Thing(block, m.start(), m.end(), "format", " ".join(m.group().split()), _may("format"))
              for m in _sizes().finditer(text, block.start, block.end)]
    for day in dates_in(text, block.start, block.end):
        found.append(Thing(block, day.start, day.end, "date", day.text, ("delivery_date <=", "delivery_date <",
                                                                         "delivery_date =")))
    for hit in _more().find(text, block.start, block.end):
        kind, value = hit.what
        own = value or " ".join(text[hit.start:hit.end].split())
        found.append(Thing(block, hit.start, hit.end, kind, own, _may(kind)))
    for named in metric_hits(page, block.start, block.end):
        if named.what in WORDED:
            found.append(Thing(block, named.start, named.end, named.what, text[named.start:named.end],
                               _may(named.what)))
    return _apart([replace(t, words=text[t.start:t.end]) for t in found])


@lru_cache(maxsize=1)
def _more() -> Phrases[tuple[str, str]]:
    """Further names: the kind of thing and its value, where that is not the words themselves."""
    data = vocabulary.named()
    entries = [(phrase, (metric_name, "")) for metric_name, phrases in data["tests"].items() for phrase in phrases]
    entries += [(phrase, ("country", "")) for phrases in data["countries"].values() for phrase in phrases]
    entries += [(phrase, (f"{side} {name}", name)) for side, names in data["chemistry"].items()
                for name, phrases in names.items() for phrase in phrases]
    entries += [(phrase, ("shape", name)) for name, phrases in data["formats"].items() for phrase in phrases]
    entries += [(phrase, ("standard", "")) for phrase in data["standards"]]
    return Phrases(entries)


@lru_cache(maxsize=1)
def _sizes() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary.named()["sizes"]))


def _may(kind: str) -> tuple[str, ...]:
    """What a thing of a kind may ask for."""
    if kind == "country":
        return tuple(f"origin {c}" for c in ("in", *_BOTH))
    if kind == "standard":
        return ("standard_compliance required",)
    if kind in ("format", "shape"):
        return ("format in", "format prohibited")
    if kind in WORDED:
        return tuple(f"{kind} {c}" for c in _BOTH)
    names = CHEMICAL if not kind.startswith("anode ") else ("anode_chemistry", "chemistry")
    return tuple(f"{m} {c}" for m in names for c in ("in", "prohibited", "required"))


def _apart(found: list[Thing]) -> list[Thing]:
    kept: list[Thing] = []      # in order, none over another
    for thing in sorted(found, key=lambda t: (t.start - t.end, t.start)):
        place = bisect_right(kept, thing.start, key=lambda t: t.start)
        before, behind = kept[place - 1:place], kept[place:place + 1]
        if all(thing.start >= other.end for other in before) and all(thing.end <= other.start for other in behind):
            kept.insert(place, thing)
    return [t for i, t in enumerate(kept) if not any(_same_mark(t, o) for o in kept[max(0, i - 1):i + 2] if o is not t)]


def _same_mark(thing: Thing, other: Thing) -> bool:
    """`PSE(電気用品安全法)`: what stands in the brackets beside a shorter name is that name once more."""
    if not (thing.kind == other.kind == "standard") or thing.words.isascii() or not other.words.isascii():
        return False
    return max(thing.start, other.start) - min(thing.end, other.end) <= 1


class _Placed:
    """Drafts by place, to find those over a span without looking at all."""

    def __init__(self, drafts: list[Draft]) -> None:
        self._drafts = sorted(drafts, key=lambda d: d.start)
        self._longest = max((d.end - d.start for d in drafts), default=0)

    def touching(self, start: int, end: int) -> list[Draft]:
        """The drafts over [start, end)."""
        first = bisect_left(self._drafts, start - self._longest, key=lambda d: d.start)
        last = bisect_left(self._drafts, end, key=lambda d: d.start)
        return [d for d in self._drafts[first:last] if d.end > start]


def name_all(page: Page) -> list[Named]:
    """Every thing that a page names, in document order."""
    sight, found = Sight(page), list[Named]()
    made = _Placed([d for d in page.drafts if not d.dead and (d.metric in WORDED or d.metric in CHEMICAL or metric(
        d.metric).dimension in ("text", "date"))])
    for block in page.document.blocks:
        inside = things(page, block)
        if not inside:
            continue
        spans = page.sentences(block)
        starts = [a for a, _ in spans]
        causes = [sentence_background(page, a, b) for a, b in spans]
        row = tuple((cell.start, cell.end) for cell in page.row_of(block))
        drafts = [d for a, b in ((block.start, block.end), *row) for d in made.touching(a, b)]
        tests = [d for d in drafts if is_test(d.metric)]
        for place, thing in enumerate(inside):
            own = (*_own(thing, inside, place), *_said(page, inside, place))
            at = bisect_right(starts, thing.start) - 1
            inner = at >= 0 and thing.start < spans[at][1]
            around, cause = (spans[at], causes[at]) if inner else ((block.start, block.end), None)
            seen = Seen(thing.start, thing.end, thing.kind.split()[0], own)
            reach = (around, *row)
            found.append(Named(thing, sight.at(block, seen), cause or "-", reach,
                               [d for d in (tests if is_test(thing.kind) else made.touching(thing.start, thing.end))
                                if _of(d, thing, reach)]))
    return found


def is_test(kind: str) -> bool:
    """Whether a thing is a test: what its sentence or row tells of it is one demand."""
    return kind in WORDED and kind not in _LISTED


def within(reach: tuple[tuple[int, int], ...], start: int, end: int) -> bool:
    """Whether [start, end) lies in the sentence of a thing, or in a cell of its row."""
    return any(start < b and end > a for a, b in reach)


def _of(draft: Draft, thing: Thing, reach: tuple[tuple[int, int], ...]) -> bool:
    """Whether a draft speaks of a thing: it stands in it, and its value or its metric is the thing's."""
    if is_test(thing.kind):
        return draft.metric == thing.kind and within(reach, draft.start, draft.end)
    if not (draft.start < thing.end and draft.end > thing.start):
        return False
    if thing.kind in WORDED:
        return draft.metric == thing.kind
    if draft.metric in CHEMICAL or draft.metric == "format":
        values = draft.value if isinstance(draft.value, list) else [draft.value]
        return draft.metric in {name.split()[0] for name in thing.may} and any(
            thing.value.lower() in str(v).lower() for v in values)
    return any(name.startswith(draft.metric) for name in thing.may)


def _said(page: Page, inside: list[Thing], place: int) -> list[str]:
    """What the words between a thing and its neighbours say: forbidden, not asked, alone, or another one."""
    thing, text = inside[place], page.text
    left = inside[place - 1].end if place else thing.block.start
    right = inside[place + 1].start if place + 1 < len(inside) else thing.block.end
    before = _STOP.split(text[max(left, thing.start - _PART):thing.start])[-1]
    behind = _STOP.split(text[thing.end:min(right, thing.end + _PART)])[0]
    found = []
    for side, part in (("<", before), (">", behind)):
        heard = [name for name in _TELLING if lexicon(name).search(part)]
        found += [f"says{side}{name}" for name in heard] + [f"{thing.kind.split()[0]}{side}{name}" for name in heard]
        found.append(f"gap{side}{' '.join(part.split())[:12].lower()}")
    return found


def _own(thing: Thing, inside: list[Thing], place: int) -> tuple[str, ...]:
    kind = thing.kind
    before = inside[place - 1].kind if place else "-"
    behind = inside[place + 1].kind if place + 1 < len(inside) else "-"
    value = thing.value if kind != "date" else "date"
    return (f"T={kind}", f"V={value.lower()[:24]}", f"T<{before}", f"T>{behind}", f"{kind}<{before}",
            f"{kind}>{behind}", f"things={min(len(inside), 5)}", f"{kind.split()[0]}:things={min(len(inside), 5)}",
            f"F={value.split()[0].lower()[:12]}")
