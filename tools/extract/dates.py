"""Dates by which something is to be delivered: `no later than March 2, 2026` is delivery_date <= 2026-03-02."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.requirement import Comparator
from tools.extract.days import Day, dates_in
from tools.extract.page import Draft, Page
from tools.extract.phrases import lexicon


def delivery_drafts(page: Page, block: Block, start: int, end: int, row: bool = False) -> list[Draft]:
    """One requirement per date that text[start:end] sets for samples, deliveries or the start of production.

    `row` says that a label beside names the delivery. The closing date of the bids is no delivery.
    """
    text, made = page.text, list[Draft]()
    if of_bids(text, start, end):
        return []
    counted = any(q.is_a("count", "energy_per_year") or q.unit_text in ("MWh", "kWh", "GWh")      # 24 cells, by 1 March
                  for q in page.inside(block, start, end) if q.units)
    if not row and not counted and not lexicon("delivered").search(text, start, end):
        return []
    for day in dates_in(text, start, end):
        opened = text[start:day.start].count("(") > text[start:day.start].count(")")
        sign = _sign(text, start, end, day)
        if opened and sign is None or lexicon("bid_date").search(text, max(start, day.start - 40), day.start):
            continue
        if sign is None and not row and not lexicon("priority").search(text, start, end):
            continue
        if counted and sign not in ("<", "<=") and not row and not lexicon("delivered").search(text, start, end):
            continue
        comparator: Comparator = sign if sign in ("<", "<=", ">=") else "=" if sign == "=" else "<="  # type: ignore[assignment]
        made.append(Draft("delivery_date", comparator, day.text, None, day.start, day.end, block))
        kind = _samples(text, start, end)
        if kind:
            made[-1].conditions["kind"] = kind
        for q in page.inside(block, day.start - 1, day.end + 1):
            page.settle(q, "requirement", "part of a date")
    return made


_SAMPLES = re.compile(r"\b(?:([A-D])[- ])?(?:samples?|prototypes?|Muster|échantillons?)\b|"
                      r"サンプル|样品|樣品|样件|샘플|시료", re.IGNORECASE)


def _samples(text: str, start: int, end: int) -> str | None:
    """What is delivered, where it is samples: `A-samples` or `samples`."""
    found = _SAMPLES.search(text, start, end)
    return None if found is None else f"{found.group(1).upper()}-samples" if found.group(1) else "samples"


def of_bids(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] speaks of bids and of no delivery: `date limite de remise des offres`."""
    bids = lexicon("bid_date").find(text, start, end)
    delivered = [h for h in lexicon("delivered").find(text, start, end)
                 if not any(b.start <= h.start and h.end <= b.end for b in bids)]
    return bool(bids) and not delivered


_ARTICLE = re.compile(r"(?<!\w)(?:the|den|dem|le)\s+$")


def _sign(text: str, start: int, end: int, day: Day) -> str | None:
    """`by` and `until` are an upper bound, `before` a strict one."""
    article = _ARTICLE.search(text, max(start, day.start - 8), day.start)
    places = (day.start, article.start()) if article else (day.start,)
    before = next((h for p in places if (h := lexicon("date_before").ending_at(text, max(start, day.start - 30), p))),
                  None)
    behind = lexicon("date_after").starting_at(text, day.end, min(end, day.end + 12))
    hit = before or behind
    return hit.what if hit else None
