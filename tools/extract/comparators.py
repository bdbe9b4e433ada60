"""Which way a bound points: words and signs before or after the number, the label, and the metric's own habit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.requirement import Comparator
from knowledge.vocabulary import MetricRow
from tools.extract.compared import compared_ones
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Said:
    """A comparator as the text says it: the sign or `up_to`, and the whole span with its words."""

    sign: str | None
    start: int
    end: int


_EACH = re.compile(r"(?:\s*(?:per cell|a cell|je Zelle|pro Zelle|par cellule|la cellule))?[\s,)]{0,3}")
_FINAL = 48           # characters behind a number in which the end of its part bounds it
_REFUSAL = 14         # characters behind a bound in which it is refused
_REFUSED = {">=": "<=", "<=": ">="}
_NEXT = re.compile(r"\d|[,;:.!?、，；。]")
_CUT = re.compile(r"\d|[(（,;:.!?、，；。]")
_OR = re.compile(r"\s*(?:,|or\b|nor\b|and\b|oder\b|und\b|noch\b|ou\b|ni\b|et\b|、|，|或)")


def said_about(text: str, q: Quantity, lo: int, hi: int) -> Said:
    """The comparator next to a quantity, looked for in text[lo:hi]."""
    floor = max(lo, q.start - 60)
    found = [hit for stop in _stops(text, floor, q.start)
             if (hit := lexicon("comparators_before").ending_at(text, floor, stop))]
    if found:
        hit = max(found, key=lambda h: h.end - h.start)
        return Said(hit.what, hit.start, q.end)
    after = _EACH.match(text[q.end:hi])
    place = q.end + (after.end() if after else 0)
    behind = lexicon("comparators_after").starting_at(text, place, min(hi, place + 40))
    own = behind and not re.match(r"\s*[(]?[+-]?[\d.$€]", text[behind.end:hi])     # else it belongs to the next number
    if behind and own and behind.start <= place + 1 and not re.search("[,，]", text[q.end:behind.start]):
        return Said(behind.what, q.start, behind.end)
    noun = re.match(r"\s+[^\W\d]{3,14}\s+(?=[^\W\d])", text[q.end:hi]) if q.is_a("length", "mass") else None
    word = lexicon("comparators_after").starting_at(text, q.end + noun.end(), min(hi, q.end + 56)) if noun else None
    if word and noun and lexicon("size_nouns").starting_at(text, q.end + 1, q.end + noun.end()) and not re.match(
            r"\s*[+-]?\d", text[word.end:hi]):
        return Said(word.what, q.start, word.end)          # 70.2 mm height or less
    last = None if q.is_a("count") else lexicon("bound_final").search(text, q.end, min(hi, q.end + _FINAL))
    if last and not _NEXT.search(text, q.end, last.start):
        return Said(last.what, q.start, last.end)
    return Said(None, q.start, q.end)


def said_of_all(text: str, quantities: Sequence[Quantity], lo: int, hi: int) -> dict[int, Said]:
    """The comparators of all quantities of a clause: what is negated is turned, what is said once is shared."""
    said = {id(q): demanded(text, q, lo, hi) for q in quantities}
    for reference, share in compared_ones(text, quantities):               # no less than 78 % of that at 23 °C
        first, second = said[id(reference)], said[id(share)]
        if first.sign and not second.sign:
            said[id(share)] = Said(first.sign, share.start, second.end)
        said[id(reference)] = Said(None, reference.start, reference.end)
    for before, after in zip(quantities, quantities[1:], strict=False):    # nothing thicker than A, wider than B
        first, second = said[id(before)], said[id(after)]
        raw = said_about(text, before, lo, hi).sign
        joined = second.start - before.end < 16 and _OR.match(text[before.end:second.start + 1])
        same = raw != first.sign and raw == second.sign and raw in ("<", ">")
        against = before.is_a("length") and {"<=": ">", ">=": "<"}.get(first.sign or "") == second.sign is not None
        if (same or against) and joined:
            said[id(after)] = Said(first.sign, second.start, second.end)
    lengths = [q for q in quantities if q.is_a("length") and q.shape == "single"]
    for before, after in zip(lengths, lengths[1:], strict=False):          # at most 9.5 mm thick, 65 mm wide
        first, second = said[id(before)], said[id(after)]
        if first.sign and second.sign is None and len(text[before.end:after.start]) < 40:
            said[id(after)] = Said(first.sign, after.start, after.end)
    behind = False
    for before, after in zip(lengths[-2::-1], lengths[:0:-1], strict=False):  # 9.4 mm and 5.4 mm may not be exceeded
        second = said[id(after)]
        behind = behind or second.end > after.end
        if second.sign and said[id(before)].sign is None and behind and len(text[before.end:after.start]) < 40:
            said[id(before)] = Said(second.sign, before.start, before.end)
    return said


def demanded(text: str, q: Quantity, lo: int, hi: int) -> Said:
    """The comparator next to a quantity; `must not get hotter than`, `below 4.8 Ah is no use` ask for the opposite."""
    said = said_about(text, q, lo, hi)
    if said.end > q.end and said.sign in _REFUSED and _refused_here(text, said.end, hi):
        return Said(_REFUSED[said.sign], said.start, said.end)
    turned = {"<": ">=", ">": "<="}.get(said.sign or "")
    if turned is None:
        return said
    ahead = re.split(r"(?:[,;:.](?!\d)|[。，、])", text[max(lo, said.start - 34):said.start])[-1]
    contrast = lexicon("contrast").find(ahead)
    ahead = ahead[contrast[-1].end:] if contrast else ahead
    negated = lexicon("negator").find(ahead)
    if negated and said.end <= q.end:
        return Said(turned, said.start - len(ahead) + negated[-1].start, said.end)
    hit = lexicon("refused_value").search(text, q.end, min(hi, q.end + 60))
    if hit is None or re.search(r"\d", text[q.end:hit.start]):
        return said
    return Said(turned, said.start, hit.end)


def _refused_here(text: str, start: int, hi: int) -> bool:
    """`1.95 kg 以上的没用`: what is refused stands right behind the bound, with nothing that negates it between."""
    stop = min(hi, start + _REFUSAL)
    cut = _CUT.search(text, start, stop)
    hit = lexicon("refused_value").search(text, start, cut.start() if cut else stop)
    return hit is not None and not lexicon("negator").search(text, start, hit.start)


def _stops(text: str, floor: int, stop: int) -> list[int]:
    """Where a comparator may end: right before the number, or before filler words such as `of` or `von`."""
    found = []
    for _ in range(3):
        stop = floor + len(text[floor:stop].rstrip(" \n\t:"))
        found.append(stop)
        hit = lexicon("filler").ending_at(text, floor, stop)
        if not hit:
            break
        stop = hit.start
    return found


def label_bound(text: str, start: int, end: int) -> str | None:
    """`>=` or `<=` where a label says minimum or maximum."""
    hits = lexicon("label_bounds").find(text, start, end)
    return hits[0].what if hits else None


def resolve(row: MetricRow, q: Quantity, sign: str | None, bound: str | None = None) -> Comparator:
    """The comparator of a requirement on this metric."""
    if q.shape == "tolerance":
        return "tolerance"
    if q.shape == "range":
        return "range"
    if row.name == "altitude" and sign in ("<=", "<", "up_to"):
        return ">="                                        # `≤ 4000 m`: the cell works up to there
    if sign in (">=", "<=", ">", "<", "about", "="):
        return sign  # type: ignore[return-value]
    if sign == "better":
        return row.comparator if row.comparator in (">=", "<=") else "="
    if sign == "enough" and row.dimension == "length":
        return "<="                                        # we can live with 5 mm
    if row.comparator == "range":
        return "<=" if sign == "up_to" or q.value >= 25 else ">="
    if sign == "up_to":
        return row.comparator if row.comparator in (">=", "<=") else "<="
    if bound in (">=", "<=") and row.comparator not in (">=", "<="):
        return bound  # type: ignore[return-value]
    return row.comparator if row.comparator in (">=", "<=", "=") else "="
