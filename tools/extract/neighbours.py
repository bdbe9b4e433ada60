"""What a number is by the numbers and words right beside it: ends of windows, shares of charge, lots, lives, loads."""

from __future__ import annotations

import re

from tools.extract.clause import Clause
from tools.extract.comparators import Said
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.unnamed import chunk_around, seconds_of

LONGEST_CHARGE_S = 2e5       # two days: longer times are storage or life
_MANY = 5.0           # times as many cells as samples are a lot


def lot_beside(text: str, q: Quantity, numbered: list[Quantity]) -> bool:
    """`40 samples by March and 3,600 cells by November`: the other count is called samples, and this far more."""
    return any(o is not q and o.is_a("count") and q.value >= _MANY * o.value and not _sampled(text, q)
               and _sampled(text, o) for o in numbered)


_A_YEAR = re.compile(r"\s*(?:/\s?(?:年|년|a\b|Jahr|an\b|yr|year)|(?:per|a|each)\s+(?:year|annum)|p\.\s?a\."
                     r"|pro Jahr|im Jahr|je Jahr|"
                     r"jährlich|par an\b|l'an\b|每年|年間|毎年)", re.IGNORECASE)


def each_year(text: str, q: Quantity) -> bool:
    """`9 万只/年`, `24 000 pièces par an`: a count a year is an order."""
    return q.is_a("count") and _A_YEAR.match(text, q.end) is not None


def _sampled(text: str, q: Quantity) -> bool:
    return lexicon("cues", "sample_quantity").search(text, q.start, q.end + 24) is not None and not re.search(
        r"[,;]|\b(?:and|und|et)\b", text[q.end:q.end + 6])


_FOR = re.compile(r"\b(?:for|over|during|für|über|pendant|durant)\s+(?:at least |mindestens |au moins )?$",
                  re.IGNORECASE)


def for_years(clause: Clause, q: Quantity, numbered: list[Quantity]) -> bool:
    """`Keep 80 % of its initial capacity for 7 years`: how long a share of the capacity is kept is a life."""
    years = any(u.name == "year" for u in q.units)
    shares = [o for o in numbered if o.is_a("percent") and 50 <= o.value < 100 and o.end <= q.start]
    return years and bool(shares) and _FOR.search(clause.text, max(clause.start, q.start - 24), q.start) is not None \
        and lexicon("slots", "eol").search(clause.text, shares[-1].end, q.start) is not None


_TWINS = {a: b for x in ("rate", "current") for a, b in (
    (f"discharge_{x}_pulse", f"discharge_{x}_continuous"), (f"discharge_{x}_continuous", f"discharge_{x}_pulse"))}


def steady_or_short(clause: Clause, q: Quantity, name: str) -> str:
    """The word of its own part tells a lasting load from a short one: `60 A at the start, then 15 A continuous`."""
    if name not in _TWINS:
        return name
    lo, hi = chunk_around(clause.text, q, clause.start, clause.end)
    steady = lexicon("continuous").search(clause.text, lo, hi) is not None
    short = lexicon("pulse_word").search(clause.text, lo, hi) is not None
    return _TWINS[name] if steady != short and steady == name.endswith("pulse") else name


_PAIR = re.compile(r"[^\d;.。；]{0,32}")


_COLD_C, _WARM_C = 12.0, 30.0
_ENDS_APART = 60      # characters between the cold and the warm end of a store


def seasons(clause: Clause, numbered: list[Quantity], said: dict[int, Said]) -> tuple[Quantity, Quantity] | None:
    """`-20 °C in winter, 50 °C in summer` of a store: its two ends, the cold one first; None where there are others."""
    temperatures = [q for q in numbered if q.is_a("temperature")]
    if len(temperatures) != 2 or len(numbered) != 2 or any(q.shape != "single" for q in temperatures):
        return None
    cold, warm = sorted(temperatures, key=lambda q: q.value)
    apart = max(cold.start - warm.end, warm.start - cold.end)
    stored = lexicon("slots", "storage").search(clause.text, clause.start, clause.end)
    other = any(lexicon("slots", k).search(clause.text, clause.start, clause.end) for k in ("charge", "discharge"))
    return (cold, warm) if stored and not other and apart < _ENDS_APART and cold.value <= _COLD_C and (
        warm.value >= _WARM_C) else None


def window_pairs(
    text: str, numbered: list[Quantity], said: dict[int, Said], passed: set[int]
) -> dict[int, int]:
    """`Above 0 °C and up to 45 °C`: a least and a most side by side are the two ends of one window."""
    found = {}
    for low, high in zip(numbered, numbered[1:], strict=False):
        single = all(q.is_a("temperature") and q.shape == "single" and id(q) not in passed for q in (low, high))
        if single and low.value < high.value and said[id(low)].sign in (">=", ">") and said[id(high)].sign in (
                "<=", "<", "up_to") and _PAIR.fullmatch(text, low.end, high.start):
            found[id(high)] = id(low)
    return found


def full_here(clause: Clause, q: Quantity) -> bool:
    """Whether the part of a time says that the cell is full after it, and names no share of charge."""
    lo, hi = chunk_around(clause.text, q, clause.start, clause.end)
    said = lexicon("full_words").search(clause.text, lo, hi)
    return said is not None and not _PERCENT.search(clause.text, lo, hi) and seconds_of(q) < LONGEST_CHARGE_S


_PERCENT = re.compile(r"[%％]")


def charged_to(clause: Clause, q: Quantity, quantities: list[Quantity]) -> Quantity | None:
    """`30分钟充到60%`: the share of charge that a time right before it reaches."""
    share = next((o for o in quantities if o.is_a("percent") and 0 <= o.start - q.end <= 16), None)
    if share is None or not q.is_a("time") or share.shape != "single" or seconds_of(q) > LONGEST_CHARGE_S:
        return None
    gap = clause.text[q.end:share.start]
    return share if lexicon("slots", "charge").search(gap) and not lexicon("slots", "discharge").search(gap) else None


_IN = re.compile(r"\s*(?:SOC\s*|charge\s*)?(?:in|within|after|nach|innerhalb von|in unter|en|sous|を|まで)\s*"
                 r"(?:(?:under|less than|weniger als|unter|moins de|about|etwa)\s*)?", re.IGNORECASE)


def charged_in(clause: Clause, q: Quantity, quantities: list[Quantity]) -> Quantity | None:
    """`80 % in 40 minutes`: the share of charge right before a time, where nothing speaks of life or storage."""
    share = next((o for o in quantities if o.is_a("percent") and o.shape == "single" and _IN.fullmatch(
        clause.text, o.end, q.start)), None)
    if share is None or not q.is_a("time") or not 60 <= seconds_of(q) <= LONGEST_CHARGE_S / 8 or share.value < 30:
        return None
    other = any(lexicon(*path).search(clause.text, clause.start, clause.end) for path in (
        ("slots", "storage"), ("loss",), ("slots", "discharge")))
    return None if other else share


def charge_window(quantities: list[Quantity]) -> Quantity | None:
    """The states of charge that a time leads from and to: two rising percentages, whatever the verb is."""
    rising = [o for o in quantities if o.shape == "range" and o.is_a("percent") and o.values[0] < o.values[1]]
    return rising[0] if rising else None
