"""The second reading of conditions: which number fills which slot of a requirement, by taught weights.

Every number near a requirement (`candidates`) gets a probability for each slot that its unit allows; where the weights
are sure, a slot that the rules left open is filled, one that they filled wrongly is corrected or emptied.
"""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.requirement import ConditionValue
from tools.extract.conditions import CHARGE_TIMES
from tools.extract.learned.candidates import WINDOWS, Candidate, Field
from tools.extract.learned.pairs import Pairs, holds, same
from tools.extract.learned.weights import NONE, SLOTS, Weights, load
from tools.extract.learned.worded import GROUPS, Wording, answers
from tools.extract.page import Draft, Page
from tools.extract.quantities import Quantity

ADDED = 0.4           # probability from which a slot that the rules left open is filled
CORRECTED = 0.6       # ... from which another number than the rules' fills it
MOVED = 0.6           # ... from which a number goes to another slot than the rules'
DROPPED = 0.08        # ... below which a number leaves its slot
WORDED = 0.4          # ... from which words say a condition
NO_CONDITION = "beside a requirement, no condition of it as the second reading takes it"
_ALIKE = (("temperature_C", "ambient_temperature_C", "start_temperature_C", "inlet_temperature_C"),
          ("rate_C", "charge_C"), ("rate_C", "discharge_C"), ("current_A", "charge_A"), ("current_A", "discharge_A"),
          ("soc_pct", "soc_from_pct"), ("soc_pct", "soc_to_pct"),
          ("hours", "days", "months", "years", "duration_s"))


@dataclass(frozen=True)
class Judged:
    """A number beside a requirement with its probabilities by slot."""

    seen: Candidate
    shares: dict[str, float]
    values: dict[str, ConditionValue | tuple[float, float]]

    @property
    def best(self) -> str:
        """The slot that the number most probably fills, or `none`."""
        return max(self.shares, key=lambda name: self.shares[name])

    def has(self, slot: str, value: object) -> bool:
        """Whether the number in this slot is this value."""
        return slot in self.values and same(self.values[slot], value)


def judge(made: Draft, field: Field, pairs: Pairs, weights: Weights) -> list[Judged]:
    """The probabilities of every number that may be a condition of a requirement."""
    around, found = field.of(made), list[Judged]()
    for one in around:
        fit = field.values(one.quantity)
        seen = (*pairs.features(made, one, around), *pairs.rule_features(made, one))
        found.append(Judged(one, weights.shares(seen, {}, (NONE, *fit)), fit))
    return found


def second_conditions(page: Page, weights: Weights | None = None) -> None:
    """Complete and correct the conditions of the live requirements of a page."""
    weights = weights or load(SLOTS)
    field = Field(page)
    pairs, wording = Pairs(field), Wording(field)
    judged = [(made, judge(made, field, pairs, weights)) for made in field.live]
    decided = [(made, around, _decided(made, around)) for made, around in judged]
    _booked(page, decided)
    for made, _, conditions in decided:
        made.conditions = conditions
    for made in field.live:
        _worded(made, wording, weights)


def _booked(page: Page, decided: list[tuple[Draft, list[Judged], dict[str, ConditionValue]]]) -> None:
    """What was added to conditions is one in the books too; what no requirement has any more is set aside."""
    kept = set[int]()
    left: dict[int, Quantity] = {}
    for made, around, conditions in decided:
        for one in around:
            q = one.seen.quantity
            before, now = (any(holds(c, slot, value) for slot, value in one.values.items())
                           for c in (made.conditions, conditions))
            if now:
                kept.add(id(q))
            elif before:
                left[id(q)] = q
            if one.best != NONE and not before and holds(conditions, one.best, one.values[one.best]):
                page.resettle(q, "condition")
    for key, q in left.items():
        if key not in kept and page.fate_of(q) == "condition":
            page.resettle(q, "ignored", NO_CONDITION)


def _decided(made: Draft, judged: list[Judged]) -> dict[str, ConditionValue]:
    found = dict(made.conditions)
    for slot, value in made.conditions.items():
        mine = [j for j in judged if j.has(slot, value)]
        windows = [w for w, pair in WINDOWS.items() if slot in pair]
        held = [j for j in judged for w in windows if w in j.values and holds(made.conditions, w, j.values[w])]
        if mine and not held and max(j.shares.get(slot, 0.0) for j in mine) < DROPPED:
            del found[slot]
    for share, slot, one in sorted(((j.shares[j.best], j.best, j) for j in judged if j.best != NONE),
                                   key=lambda p: -p[0]):
        whole = one.values[slot]
        if isinstance(whole, tuple):
            for name, part in zip(WINDOWS[slot], whole, strict=True):
                _fill(made, found, name, part, share, judged)
        else:
            _move(found, slot, share, one)
            _fill(made, found, slot, whole, share, judged)
    return found


def _move(found: dict[str, ConditionValue], slot: str, share: float, one: Judged) -> None:
    """The number leaves the slot of the same kind in which the rules put it."""
    if share < MOVED:
        return
    for alike in _ALIKE:
        for other in alike if slot in alike else ():
            if other != slot and other in found and one.has(other, found[other]):
                del found[other]


def _fill(
    made: Draft, found: dict[str, ConditionValue], slot: str, value: ConditionValue, share: float, judged: list[Judged]
) -> None:
    if slot not in found:
        if share >= ADDED and not (slot == "soc_pct" and made.metric in CHARGE_TIMES):
            found[slot] = value
        return
    if same(found[slot], value) or share < CORRECTED:
        return
    support = max((j.shares.get(slot, 0.0) for j in judged if j.has(slot, found[slot])), default=0.0)
    if share > support and slot in made.conditions and same(found[slot], made.conditions[slot]):
        found[slot] = value


def _worded(made: Draft, wording: Wording, weights: Weights) -> None:
    """Fill the slots that words fill; what is seen of a requirement is looked up once for all of them."""
    own = weights.places(wording.features(made))
    for slot in GROUPS:
        known = answers(weights, slot)
        if not known or slot in made.conditions:
            continue
        seen = [*own, *weights.places([*wording.rule_features(made), f"W:slot={slot}"])]
        shares = weights.shares_at(seen, {}, (NONE, *known))
        best = max(shares, key=lambda name: shares[name])
        if best == NONE or shares[best] < WORDED:
            continue
        word = best.split(":", 1)[1]
        try:
            made.conditions[slot] = float(word)
        except ValueError:
            made.conditions[slot] = word
