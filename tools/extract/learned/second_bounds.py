"""The second reading of bounds: whether a number is a least, a most, or the value itself."""

from __future__ import annotations

from knowledge.requirement import Comparator
from knowledge.vocabulary import metric
from tools.extract.learned.observe import Observation
from tools.extract.learned.weights import BOUNDS, Weights, load
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon
from tools.extract.turned import refused

CHOICES: tuple[Comparator, ...] = (">=", "<=", "=")
_DIRECTION: dict[Comparator, Comparator] = {">": ">=", "<": "<=", "about": "="}
CLEARLY = 0.75        # probability from which a bound is turned that no word says, or that looks like a refusal
UNSAID = "said=None"
_BEFORE, _BEHIND = 24, 14    # characters beside a number in which it is called typical


def bounded(draft: Draft) -> bool:
    """Whether a requirement is one number with a bound that can be told."""
    return plain(draft.comparator) in CHOICES and isinstance(draft.value, int | float)


def plain(comparator: Comparator) -> Comparator:
    """The bound without its shades: `>` as `>=`, `about` as `=`."""
    return _DIRECTION.get(comparator, comparator)


def bound_features(seen: Observation, name: str, said_by_rules: Comparator | None) -> tuple[str, ...]:
    """What tells the bound of a number on a metric."""
    usual = metric(name).comparator
    own = [f"m={name}", f"m={name}|{seen.said}", f"usual={usual}", f"usual={usual}|{seen.said}"]
    if said_by_rules is not None:
        bound = plain(said_by_rules)
        own += [f"rule={bound}", f"rule={bound}|m={name}", f"rule={bound}|{seen.said}",
                f"rule={bound}|usual={usual}"]
    return (*seen.features, *own)


def second_bounds(page: Page, observed: list[Observation], weights: Weights | None = None) -> None:
    """Turn the bounds of a page that the weights are sure are others; `observed` are the page's numbers."""
    weights = weights or load(BOUNDS)
    places = {(seen.quantity.start, seen.quantity.end): seen for seen in observed}
    for draft in page.drafts:
        q = draft.quantity
        seen = places.get((q.start, q.end)) if q is not None and not draft.dead and bounded(draft) else None
        if draft.comparator == "=" and q is not None and _typical(page, draft):
            continue
        if seen is not None and (seen.said == UNSAID or _against(page, draft, seen)):
            shares = weights.shares(bound_features(seen, draft.metric, draft.comparator), {}, CHOICES)
            best = max(CHOICES, key=lambda c: shares.get(c, 0.0))
            if best != plain(draft.comparator) and shares.get(best, 0.0) >= CLEARLY:
                draft.comparator, draft.method = best, "taught"


def _against(page: Page, draft: Draft, seen: Observation) -> bool:
    """Whether a strict bound that a word says runs against the metric's habit: `anything above 42 g` is a refusal.

    What else a word says stands: shall not exceed 3.5 Ah, must be below 100 Wh.
    """
    wrong = {">=": "<", "<=": ">"}.get(metric(draft.metric).comparator)
    q = seen.quantity
    return draft.comparator == wrong and refused(page.text, q, page.sentence_at(draft.block, q.start))


def _typical(page: Page, draft: Draft) -> bool:
    """Whether the words right at a number call it typical: it is the value itself."""
    q = draft.quantity
    if q is None or draft.conditions.get("kind") != "typical":
        return False
    words = lexicon("typical_words")
    return (words.search(page.text, max(draft.block.start, q.start - _BEFORE), q.start) is not None
            or words.search(page.text, q.end, min(draft.block.end, q.end + _BEHIND)) is not None)
