"""The second reading of things named: a standard, a substance, a date is asked for, forbidden, or only told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from knowledge.document import Block
from knowledge.requirement import Comparator, Level
from knowledge.vocabulary import named
from tools.extract.clauses import clauses
from tools.extract.learned.named import WORDED, Named, Thing, is_test, name_all, within
from tools.extract.learned.observe import outside
from tools.extract.learned.refused import refused, unrefused
from tools.extract.learned.weights import NAMES, NONE, Weights, load
from tools.extract.page import Draft, Page
from tools.extract.priorities import of_statement
from tools.extract.wording import CHEMICAL, test_drafts

ASKED = 0.5           # probability from which a thing that the rules left over is asked for
OTHERWISE = 0.6       # ... from which it is asked for otherwise than the rules said
DROPPED = 0.65        # ... from which it is not asked for
_SURE = 0.9
_ONLY_TOLD = 0.9      # probability from which a shape or a cathode is none that the whole document looks for
_DENIED = 0.5         # how much less likely a thing that is refused is only told
_GAP = 24             # characters between two things of one list
_PARTS = re.compile(r"[\s,，、・·/]+")


@dataclass(frozen=True)
class JudgedName:
    """A thing named, with its probabilities."""

    seen: Named
    shares: dict[str, float]

    @cached_property
    def decided(self) -> str:
        """`metric comparator` or `none`: the rules' verdict unless the probabilities are clearly against it."""
        verdict = self.seen.verdict
        if outside(self.seen.thing.block) or self.seen.cause in ("injection", "hidden"):
            return verdict
        best = max(self.shares, key=lambda name: self.shares[name])
        least = ASKED if verdict == NONE else DROPPED if best == NONE else OTHERWISE
        return best if self.shares[best] >= least else verdict


def second_names(page: Page, weights: Weights | None = None) -> None:
    """Correct the demands in words of a page where the weights decide against the rules."""
    weights = weights or load(NAMES)
    judged = [JudgedName(seen, weights.shares((*seen.around.features, *seen.rule_features()), seen.kinds(),
                                              (NONE, *seen.thing.may))) for seen in name_all(page)]
    _level(page, judged)
    kept = {id(d) for j in judged if j.decided != NONE and is_test(j.seen.thing.kind) for d in j.seen.drafts}
    page.told |= {j.seen.thing.start for j in judged if j.shares[NONE] >= _ONLY_TOLD}
    changed = [j for j in judged if j.decided != j.seen.verdict]
    for one in changed:
        if one.seen.drafts:
            _taken_off(one, kept)
    added: list[Draft] = []
    for one in changed:
        if one.decided != NONE:
            _added(page, one, added)
    page.drafts += added
    _joined(page)
    _told_once(page, added)


def _level(page: Page, judged: list[JudgedName]) -> None:
    """`UN 38.3, IEC 62133-2 and KC`, `Korea or Japan`: things in one list have one fate, the mean of theirs."""
    lists: list[list[JudgedName]] = []
    for one in judged:
        if lists and _beside(page, lists[-1][-1].seen.thing, one.seen.thing):
            lists[-1].append(one)
        else:
            lists.append([one])
    for place, together in enumerate(lists):
        mean = {name: sum(j.shares.get(name, 0.0) for j in together) / len(together) for name in together[0].shares}
        mean = _turned(page, together, mean, lists[place + 1][0].seen.thing.start if place + 1 < len(lists) else None)
        for one in together:
            one.shares.update(mean)


def _turned(page: Page, together: list[JudgedName], shares: dict[str, float], after: int | None) -> dict[str, float]:
    """`LFP (no NMC)`: the probabilities of a list that the words beside it refuse, or that nothing refuses.

    Words behind the next thing, at `after`, speak of that one.
    """
    first, last = together[0].seen, together[-1].seen.thing
    thing = first.thing
    if is_test(thing.kind) or thing.kind in ("standard", "date", "marking"):
        return shares
    start, end = first.reach[0]
    end = end if after is None else min(end, after)
    away = refused(page, thing.start, last.end, start, end)
    if not away and (thing.kind.split()[0] == "element" or not unrefused(_told_of(page, first))):
        return shares
    found = dict(shares)
    for name, share in shares.items():
        metric, _, comparator = name.partition(" ")
        if away and comparator in ("in", "required") and f"{metric} prohibited" in shares:
            found[f"{metric} prohibited"] += share
            found[name] = 0.0
        elif not away and comparator == "prohibited":
            other = f"{metric} in" if f"{metric} in" in shares else f"{metric} required"
            found[other] += share
            found[name] = 0.0
    if away and thing.kind != "safety_device":           # the cell shall not vent
        found[NONE] *= _DENIED
    whole = sum(found.values())
    return {name: share / whole for name, share in found.items()}


def _told_of(page: Page, seen: Named) -> list[str]:
    """The sentence and the row of a thing, the titles above it, and the line that opens its list."""
    block = seen.thing.block
    above = page.document.blocks[block.index - 1].text if block.index and block.kind == "list_item" else ""
    said = [page.text[a:b] for a, b in seen.reach]
    return [*said, *block.section[-2:], *(b.text for b in page.head_of(block)), above]


def _beside(page: Page, one: Thing, other: Thing) -> bool:
    """Whether two things of one kind stand in one list."""
    return one.block is other.block and one.kind.split()[0] == other.kind.split()[0] and not is_test(
        one.kind) and _one_list(page.text[one.end:other.start])


def _one_list(gap: str) -> bool:
    """Whether only commas, slashes and words for and, or, in stand between two things."""
    return len(gap) <= _GAP and all(word.lower() in _between() for word in _PARTS.split(gap) if word)


def _joins(gap: str) -> bool:
    """`Marking: QR code`, `a protective device (CID)`: two names beside each other without a word for and, are one."""
    return len(gap) <= _GAP and not any(word.lower() in _between() for word in _PARTS.split(gap) if word) and not (
        _PARTS.fullmatch(gap) and gap.strip())


@lru_cache(maxsize=1)
def _between() -> frozenset[str]:
    return frozenset(str(word).lower() for word in named()["between"])


def _told_once(page: Page, added: list[Draft]) -> None:
    """An added choice that a longer one of the document holds is not asked twice."""
    for new in added:
        if isinstance(new.value, list) and not new.dead and any(
                d is not new and not d.dead and d.metric == new.metric and d.comparator == new.comparator
                and isinstance(d.value, list) and set(new.value) <= set(d.value)
                and (len(new.value) < len(d.value) or d not in added or added.index(d) < added.index(new))
                for d in page.drafts):
            new.dead = True


def _joined(page: Page) -> None:
    """`LFP. LMFP is also accepted`: what one paragraph, list item or cell allows of one kind is one choice."""
    choices: dict[tuple[int, str], Draft] = {}
    for draft in page.drafts:
        if draft.dead or draft.comparator != "in" or not isinstance(draft.value, list):
            continue
        first = choices.setdefault((draft.block.index, draft.metric), draft)
        if first is draft or first.priority != draft.priority:
            continue
        first.value = list(dict.fromkeys([*first.value, *draft.value]))
        first.start, first.end = min(first.start, draft.start), max(first.end, draft.end)
        draft.dead = True
    for draft in choices.values():
        if draft.metric == "format" and any(str(v)[-1:].isdigit() for v in draft.value):
            draft.value = [v for v in draft.value if v != "cylindrical"]      # a size of round cells says it


def _taken_off(one: JudgedName, kept: set[int]) -> None:
    """A demand loses the thing that is none of it, and ends with the last one; `kept` are tests named twice."""
    for draft in one.seen.drafts:
        if id(draft) in kept:
            continue
        if isinstance(draft.value, list) and len(draft.value) > 1:
            draft.value = [v for v in draft.value if str(v).lower() != one.seen.thing.value.lower()]
        else:
            draft.dead = True


def _added(page: Page, one: JudgedName, added: list[Draft]) -> None:
    thing = one.seen.thing
    name, comparator = one.decided.split()
    block = thing.block
    sentence = page.sentence_at(block, thing.start)
    span = next(((a, b) for a, b in clauses(page.text, *sentence) if a <= thing.start < b), sentence)
    if comparator == "in" and (same := _same(page, added, name, block, sentence)):
        if thing.value not in same.value:
            same.value = [*same.value, thing.value]
            same.start, same.end = min(same.start, thing.start), max(same.end, thing.end)
        return
    if is_test(thing.kind) and any(d.metric == name and not d.dead and within(one.seen.reach, d.start, d.end)
                                   for d in (*page.drafts, *added)):
        return
    if thing.kind in ("marking", "safety_device") and any(
            d.metric == name and not d.dead and sentence[0] <= d.end <= thing.start and _joins(
                page.text[d.end:thing.start]) for d in (*page.drafts, *added)):
        return
    new = _draft(page, thing.block, span, one, name, comparator)
    new.priority = of_statement(page, block, span, sentence, None, (thing.start, thing.end))
    if comparator == "in" or not any(d.metric == name and d.value == new.value and d.comparator == new.comparator
                                     and not d.dead for d in (*page.drafts, *added)):
        added.append(new)


def _same(page: Page, added: list[Draft], name: str, block: Block, sentence: tuple[int, int]) -> Draft | None:
    """A choice of the same sentence that a further substance or shape belongs to."""
    return next((d for d in (*added, *page.drafts) if not d.dead and d.metric == name and d.comparator == "in"
                 and d.block is block and sentence[0] <= d.start < sentence[1] and isinstance(d.value, list)), None)


def _draft(page: Page, block: Block, span: tuple[int, int], one: JudgedName, name: str, comparator: str) -> Draft:
    thing = one.seen.thing
    sure = min(_SURE, round(one.shares[one.decided], 2))
    level: Level = "material" if name in CHEMICAL else "cell"
    bound: Comparator = comparator  # type: ignore[assignment]
    value: object = [thing.value] if comparator == "in" else thing.value
    start, end = thing.start, thing.end
    conditions = {}
    if thing.kind in WORDED:
        like = next((d for d in test_drafts(page, block, *span) if d.metric == name), None)
        if like is not None:
            value, start, end, conditions = like.value, like.start, like.end, dict(like.conditions)
            bound = like.comparator if is_test(thing.kind) else bound     # `no fire` is a fire that is forbidden
    return Draft(name, bound, value, None, start, end, block, level=level, conditions=conditions, confidence=sure,
                 method="taught")
