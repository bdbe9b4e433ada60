"""The second reading: where the taught weights are sure that the rules took a number for something else, they win."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from knowledge.document import Block
from knowledge.units import convert
from knowledge.vocabulary import metric, units
from tools.extract.attach import attach
from tools.extract.clause import Clause
from tools.extract.clauses import clauses
from tools.extract.comparators import Said, said_of_all
from tools.extract.conditions import infer, merge
from tools.extract.learned.bare import with_unit
from tools.extract.learned.observe import CONDITION, LEAD_TIME, Observation, observe
from tools.extract.learned.together import Network, load_network, placed
from tools.extract.learned.weights import NONE, Weights, load
from tools.extract.meaning import draft
from tools.extract.page import Draft, Page
from tools.extract.priorities import of_statement
from tools.extract.quantities import Quantity
from tools.extract.sections import section_level

BACKGROUND = "told, not asked, as the second reading takes it"
ADDED = 0.5           # probability from which a number that the rules left over is asked for
ASKED, NAMED = 0.5, 0.3   # ... that it is asked for at all, and then as the likeliest metric
RENAMED = 0.5         # ... from which it is another metric's
DROPPED = 0.5         # ... from which it is not asked for
_SURE = 0.9           # confidence of a requirement of the rules alone; the second reading's is its probability


@dataclass(frozen=True)
class Judged:
    """A number with its probabilities."""

    seen: Observation
    shares: dict[str, float]

    @cached_property
    def best(self) -> str:
        """What the number most probably is."""
        return max(self.shares, key=lambda name: self.shares[name])

    @cached_property
    def decided(self) -> str:
        """What the number is taken for: the rules' verdict unless the probabilities are clearly against it."""
        verdict, best = self.seen.verdict, self.best
        asked = 1.0 - self.shares.get(NONE, 0.0) - self.shares.get(CONDITION, 0.0)
        whole = self.seen.quantity.shape in ("tuple", "tolerance_only") or len(self.seen.drafts) > 1
        used = self.seen.fate == "requirement" and not self.seen.drafts      # the other end of a range
        if whole or used or self.seen.outside:
            return verdict
        if self.seen.drafts:
            if 1.0 - asked >= DROPPED:
                return best if best in (NONE, CONDITION) else NONE
            return best if best not in (NONE, CONDITION) and self.shares[best] >= RENAMED else verdict
        if asked >= ASKED and verdict != CONDITION:
            named = max((n for n in self.shares if n not in (NONE, CONDITION)), key=lambda n: self.shares[n])
            return named if self.shares[named] >= NAMED else verdict
        return best if self.shares[best] >= ADDED else verdict


def judge(page: Page, weights: Weights, network: Network | None = None) -> list[Judged]:
    """The probabilities of every number of a page: by its own words and, with a network, beside the others."""
    observed = observe(page)
    shares = [own_shares(seen, weights) for seen in observed]
    if network is not None:
        alone = shares
        shares = network.judge([placed(seen) for seen in observed], alone, page.document.language)
        _said_again(observed, alone, shares)
    return [Judged(seen, own) for seen, own in zip(observed, shares, strict=True)]


def _said_again(observed: list[Observation], alone: list[dict[str, float]], shares: list[dict[str, float]]) -> None:
    """Of a demand said several times one stays: each was taken for a repetition of the others."""
    groups: dict[tuple[str, tuple[float, ...], str], list[int]] = {}
    for i, (seen, own) in enumerate(zip(observed, alone, strict=True)):
        name = max(own, key=lambda n: own[n])
        if name not in (NONE, CONDITION) and own[name] >= ASKED:
            groups.setdefault((name, seen.quantity.values, seen.quantity.unit_text), []).append(i)
    for (asked, _, _), group in groups.items():
        if len(group) > 1 and all(max(shares[i], key=lambda n: shares[i][n]) == NONE for i in group):
            best = max(group, key=lambda i: alone[i][asked])
            shares[best] = alone[best]


def own_shares(seen: Observation, weights: Weights) -> dict[str, float]:
    """The probabilities of a number by its own words and by what the rules made of it."""
    return weights.shares((*seen.features, *seen.rule_features()), seen.kinds(), (NONE, CONDITION, *seen.fits))


def second_reading(
    page: Page, weights: Weights | None = None, network: Network | None = None
) -> list[Observation]:
    """Correct the drafts of a page, clause by clause, where the weights decide against the rules; the numbers seen.

    Other weights than the shipped ones judge each number alone unless a network is given too.
    """
    if weights is None:
        weights, network = load(), network or load_network()
    judged = judge(page, weights, network)
    for block, group in _by_block(judged):
        if not any(j.decided != j.seen.verdict for j in group):
            continue
        starts = [j.seen.quantity.start for j in group]
        for sentence in page.sentences(block):
            for span in clauses(page.text, *sentence):
                inside = group[bisect_left(starts, span[0]):bisect_left(starts, span[1])]
                if any(j.decided != j.seen.verdict for j in inside):
                    _clause(page, block, sentence, span, inside)
    return [j.seen for j in judged]


def _by_block(judged: list[Judged]) -> Iterable[tuple[Block, list[Judged]]]:
    groups: dict[int, list[Judged]] = {}
    for one in judged:
        groups.setdefault(one.seen.block.index, []).append(one)
    return [(group[0].seen.block, group) for group in groups.values()]


def _clause(
    page: Page, block: Block, sentence: tuple[int, int], span: tuple[int, int], group: list[Judged]
) -> None:
    clause = Clause(page, block, *span)
    said = said_of_all(page.text, [j.seen.quantity for j in group], *span)
    live, added, free = list[Draft](), list[Draft](), list[Quantity]()
    for one in group:
        q, decided = one.seen.quantity, one.decided
        old = one.seen.drafts[0] if one.seen.drafts else None
        if decided == one.seen.verdict:
            live += one.seen.drafts
            continue
        if decided in (NONE, CONDITION):
            if old is not None:
                old.dead = True
            if decided == CONDITION:
                page.fates.pop(id(q), None)
                free.append(q)
            elif old is not None:
                page.reject(q, BACKGROUND)
            continue
        new = _made(page, block, sentence, span, one, said[id(q)])
        if new is None:
            live += one.seen.drafts
        elif old is not None:
            old.dead = True
            new.conditions, new.priority, new.level = dict(old.conditions), old.priority, old.level
            live.append(new)
            page.drafts.append(new)
        else:
            added.append(new)
    if added:
        names = [(new, new.metric) for new in added]
        attach(clause, added, free + _open(page, group, free), said)
        for new, name in names:
            new.metric = name
            if new.level != metric(name).level and not section_level(page, block):
                new.level = metric(name).level             # what is asked among other levels' words is the cell's
        page.drafts += added
    else:
        _given(page, live, free, span, said)


def _open(page: Page, group: list[Judged], free: list[Quantity]) -> list[Quantity]:
    """The conditions that nothing has taken yet."""
    return [j.seen.quantity for j in group if j.decided == CONDITION and id(j.seen.quantity) not in page.fates
            and not any(j.seen.quantity is q for q in free)]


def _made(
    page: Page, block: Block, sentence: tuple[int, int], span: tuple[int, int], one: Judged, said: Said
) -> Draft | None:
    """A requirement on the metric that the weights name."""
    q: Quantity | None = one.seen.quantity
    if q is not None and not q.units:
        q = with_unit(page, q, one.decided)
    if q is not None and one.decided == LEAD_TIME:
        new: Draft | None = _lead_time(block, q)
    else:
        new = draft(page, block, q, one.decided, said) if q else None
    if new is None:
        return None
    new.method = "taught"
    new.confidence = min(new.confidence, _SURE, round(one.shares[one.decided], 2))
    new.priority = of_statement(page, block, span, sentence, None, (new.start, new.end))
    page.settle(one.seen.quantity, "requirement")
    return new


def _lead_time(block: Block, q: Quantity) -> Draft:
    """`Delivery within 8 weeks of the order`: an upper bound in weeks."""
    weeks = convert(q.value, q.units[0], units()["week"])
    return Draft(LEAD_TIME, "<=", weeks, "week", q.start, q.end, block, written=(q.value, q.unit_text), quantity=q)


def _given(page: Page, live: list[Draft], free: list[Quantity], span: tuple[int, int], said: dict[int, Said]) -> None:
    """Numbers that turned out to be conditions go to the requirement next to them."""
    for q in free:
        nearest = min(live, key=lambda d: min(abs(d.start - q.end), abs(q.start - d.end)), default=None)
        slots = infer(page.text, q, *span, nearest.metric, said[id(q)].sign) if nearest else None
        if nearest and slots:
            merge(nearest.conditions, [slots])
        page.settle(q, "condition", "" if slots else "a remark beside a requirement")
