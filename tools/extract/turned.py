"""Limits said the other way round: what is forbidden, refused or only allowed."""

from __future__ import annotations

import re

from knowledge.vocabulary import MetricRow
from tools.extract.clause import Clause
from tools.extract.comparators import Said, said_about
from tools.extract.meaning import draft
from tools.extract.page import Draft
from tools.extract.phrases import lexicon
from tools.extract.quantities import Quantity
from tools.extract.unnamed import temperature_window

_OPPOSITE = {"<": ">=", "<=": ">=", ">": "<=", ">=": "<="}
_BEHIND = 12          # characters behind a bound in which a modal word may follow
_SIGN = re.compile(r"[<>≤≥]")
_PART = re.compile(r"[;；。、，]|,(?!\d)")


def against_habit(text: str, row: MetricRow, q: Quantity, said: Said, span: tuple[int, int]) -> Said:
    """`Below 4.8 Ah the product makes no sense`: a strict bound that no one asks of this metric is the limit itself.

    `The energy must be below 100 Wh` keeps its direction: a modal word leads it or follows (`未満であること`).
    """
    wrong = {">=": "<", "<=": ">", "=": ">" if q.is_a("length") else ""}.get(row.comparator)
    if said.sign not in ("<", ">") or said.sign != wrong or q.shape != "single" or meant(text, q, said, span):
        return said
    return Said(_OPPOSITE[said.sign], said.start, said.end)


def meant(text: str, q: Quantity, said: Said, span: tuple[int, int]) -> bool:
    """Whether a modal word leads or follows a bound: it is asked as it stands (`must be below 100 Wh`)."""
    if said.end > q.end:
        return lexicon("priority").search(text, said.end, min(span[1], said.end + _BEHIND)) is not None
    return lexicon("priority").search(_PART.split(text[span[0]:said.start])[-1]) is not None


def refused(text: str, q: Quantity, span: tuple[int, int]) -> bool:
    """Whether a word says a strict bound on a number and none that it is asked as it stands.

    A sign (`< 100 Wh`) stays; `must not drop under` is negated and no bound that is asked.
    """
    said = said_about(text, q, *span)
    if said.sign not in ("<", ">") or _SIGN.search(text, said.start, said.end):
        return False
    ahead = _PART.split(text[span[0]:said.start])[-1] if said.end <= q.end else ""
    if lexicon("negator").search(ahead):
        return True
    musts = [h for h in lexicon("priority").find(ahead) if h.what == "must"]       # happy about = über: no order
    return not musts and (said.end <= q.end or not meant(text, q, said, span))


def forbidden_ranges(clause: Clause) -> list[Draft]:
    """`Charging below -20 °C is prohibited`, `nobody charges above 45 °C`: limits of a window, turned round."""
    page, text, made = clause.page, clause.text, list[Draft]()
    banned = lexicon("forbidden").find(text, clause.start, clause.end)
    for q in page.inside(clause.block, clause.start, clause.end):
        said = said_about(text, q, clause.start, clause.end)
        if not q.is_a("temperature") or q.shape != "single" or said.sign not in _OPPOSITE or id(q) in page.fates:
            continue
        if lexicon("warmer").search(text, said.start, q.end):
            continue                                       # never gets hotter than: a surface
        outside = [h for h in banned if not said.start <= h.start < said.end]   # `never above 65 °C` is a bound
        if not outside and not _never_done(clause, q, said):
            continue
        name = temperature_window(text, q, clause.start, clause.end) or "operating_temperature"
        new = draft(page, clause.block, q, name, Said(_OPPOSITE[said.sign], said.start, said.end))
        if new:
            page.settle(q, "requirement")
            made.append(new)
    return made


def _never_done(clause: Clause, q: Quantity, said: Said) -> bool:
    """Whether the part of the sentence around a strict bound says that charging or working there does not happen."""
    text = clause.text
    edges = [clause.start, *(m.end() for m in _PART.finditer(text, clause.start, clause.end)), clause.end]
    lo = max(e for e in edges if e <= said.start)
    hi = min(e for e in edges if e >= said.end)
    inclusive = said.sign in ("<=", ">=")
    first = said.end if inclusive else lo
    if inclusive and said.end <= q.end or any(lexicon(*path).search(text, lo, hi) for path in (
            ("slots", "surface_limit"), ("warmer",))):
        return False
    kinds = ("charge", "discharge", "operating")
    return any(h.end <= said.start or h.start >= said.end for h in lexicon("never_done").find(text, first, hi)) and any(
        lexicon("slots", kind).search(text, clause.start, clause.end) for kind in kinds)


def permitted(clause: Clause) -> bool:
    """A clause that allows something asks for nothing; its numbers are set aside with a question."""
    page = clause.page
    hit = lexicon("permission").search(clause.text, clause.start, clause.end)
    numbers = [q for q in page.inside(clause.block, clause.start, clause.end) if q.units and id(q) not in page.fates]
    if not hit or not numbers or any(
            said_about(clause.text, q, clause.start, clause.end).sign in (">=", "<=") for q in numbers):
        return False
    for q in numbers:
        page.settle(q, "ignored", "a permission, not a requirement")
    quote = page.document.text[clause.start:clause.end]
    page.note("ambiguity", "a permission with numbers, read as no requirement", clause.block, clause.start, clause.end,
              question=f"Is this only allowed, or must the cell reach it: “{' '.join(quote.split())}”?")
    return True
