"""One table row by role: its units, its conditions, its note, and the rows it refers to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from knowledge.document import Block
from knowledge.requirement import Priority
from knowledge.units import meanings
from knowledge.vocabulary import metric
from tools.extract.comparators import said_about
from tools.extract.conditions import Slots, infer
from tools.extract.owners import side_of
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import Hit, lexicon
from tools.extract.quantities import Quantity

VALUES = ("value", "should", "min", "typ", "max", "plus", "minus", "tolerance")
_MOST_C = 30.0     # a window of rates ends below
_COUNTED_MIN = 100.0       # a count of that many and more is followed by `min` for a least, never by minutes
_AS_ROW = re.compile(r"(?:\b(?:as|see|like|same as|wie|siehe|comme|cf\.|idem)\s+(?:row\s|item\s|no\.\s|point\s|Nr\.\s|"
                     r"Pos\.\s|in\s)?|同(?:序号|第|项|条|项目)?\s?|(?:항목\s)?(?=\d+\s?번과 동일))"
                     r"([A-Za-z]{0,4}[.-]?\d[\d.-]*)", re.IGNORECASE)

_LABEL_ID = re.compile(r"\(?([A-Z]{1,4}[-.]?\d{1,3}(?:\.\d+)*|\d{1,2}(?:\.\d{1,2})+)[):]?\s+(?=[^\W\d])")


@dataclass
class Row:
    """One table row by role."""

    page: Page
    cells: list[Block]
    roles: dict[int, str]
    codes: dict[str, Priority]
    named: list[Hit[str]] = field(default_factory=list)
    options: dict[int, str] = field(default_factory=dict)
    heads: dict[int | None, Block] = field(default_factory=dict)
    parts: dict[str, list[Block]] = field(default_factory=dict)
    row_id: str | None = None
    side: str | None = None

    def __post_init__(self) -> None:
        for block in self.cells:
            role = self.roles.get(block.column if block.column is not None else -1, "condition")
            self.parts.setdefault(role, []).append(block)
        self.side = next((s for b in self.parts.get("side", []) if (s := side_of(b.text))), None)
        ids = self.parts.get("id", [])
        if ids:
            self.row_id = ids[0].text.strip().rstrip(".):")
        elif self.label and (lead := _LABEL_ID.match(self.label[0].text)):
            self.row_id = lead.group(1)

    def blocks(self, *roles: str) -> list[Block]:
        """The cells of these roles, in column order."""
        chosen = {id(b) for r in roles for b in self.parts.get(r, [])}
        return [b for b in self.cells if id(b) in chosen]

    @property
    def label(self) -> list[Block]:
        """The label cells."""
        return self.parts.get("label", [])


def give_units(row: Row, units: dict[int, str]) -> None:
    """Bare numbers in value cells take the unit of the unit column, the label's bracket or the column's header."""
    page = row.page
    written = next((known_unit(b.text) for b in row.parts.get("unit", []) if b.text.strip()), None)
    if written is None:
        for block in row.label:
            match = re.search(r"[(\[,，]\s*([^()\[\],，]{1,14})\s*[)\]]?\s*$", block.text)
            if match and meanings(match.group(1)):
                written = match.group(1).strip()
    if written is not None and not meanings(written):
        written = None
    counted = _counted(row) if written is None else None
    if least := _counted(row):
        _least(row, least)
    for block in row.blocks(*VALUES):
        unit = written or counted or units.get(block.column if block.column is not None else -1)
        found = meanings(unit) if unit else ()
        if not found or not unit:
            continue
        if any(not q.units for q in page.blocks[block.index]):
            page.blocks[block.index] = page.scan(block, (found, unit))


def _least(row: Row, unit: str) -> None:
    """`3000 min.` of cycles is a least and no time."""
    page = row.page
    for block in row.blocks(*VALUES):
        page.blocks[block.index] = [_without_minutes(page, q, unit) for q in page.blocks[block.index]]


def _without_minutes(page: Page, q: Quantity, unit: str) -> Quantity:
    stopped = page.text[q.end - 1:q.end + 1].endswith(".") or q.value >= _COUNTED_MIN
    if q.unit_text not in ("min", "min.", "Min") or q.shape != "single" or not stopped:
        return q
    return replace(q, units=meanings(unit), unit_text=unit, end=q.start + len(page.text[q.start:q.end].rstrip("min. ")))


def known_unit(text: str) -> str:
    """The unit of a unit cell that says more beside it: `% of CR-5`, `mΩ (10 s)`, `Ah/cell`; as it is where unknown."""
    whole = " ".join(text.split())
    if meanings(whole):
        return whole
    pieces = (*(whole.split(mark)[0] for mark in ("(", "（")), whole.rsplit("/", 1)[0],
              *(whole.split(mark)[0] for mark in (" ", ",")))
    return next((p.strip() for p in pieces if p.strip() and meanings(p.strip())), whole)


def _counted(row: Row) -> str | None:
    """Cycles and pieces need no unit where the label names them (`Cycles to 70 % | 8,000`)."""
    for block in row.label:
        for hit in metric_hits(row.page, block.start, block.end):
            dimension = metric(hit.what).dimension
            if dimension in ("cycle", "count"):
                return "cycles" if dimension == "cycle" else "pcs"
    return None


def row_slots(row: Row, first: Draft) -> list[Slots]:
    """Conditions of a row: what the value cell left over, the condition column, the label; then rows referred to."""
    page, found = row.page, list[Slots]()
    for role in ("condition", "value", "should", "label", "remark"):
        for block in row.parts.get(role, []):
            for q in page.blocks[block.index]:
                if id(q) in page.fates or not (q.units or _repeats(page, q)):
                    continue
                said = said_about(page.text, q, block.start, block.end)
                if _repeats(page, q):
                    page.settle(q, "condition")
                    found.append({"repeats": q.value})
                    continue
                slots = infer(page.text, q, block.start, block.end, first.metric, said.sign)
                if slots is None and role == "condition":
                    slots = {}
                if slots is not None:
                    page.settle(q, "condition", "" if slots else "a remark beside a requirement")
                    found.append(slots)
    for block in row.blocks("condition", "value", "remark"):
        for match in _AS_ROW.finditer(page.text, block.start, block.end):
            drafts = page.rows.get(match.group(1).rstrip("."))
            if drafts:
                found.append({k: v for k, v in drafts[0].conditions.items() if k not in ("kind", "note", "basis")})
    return found


def _repeats(page: Page, q: Quantity) -> bool:
    return not q.units and page.text[q.start - 1:q.start] in ("x", "×")


def above(row: Row, new: Draft) -> Slots:
    """The conditions that the header above a value names: `-20 °C | 25 °C | 45 °C`, `BOL | EOL`."""
    page, head = row.page, row.heads.get(new.block.column)
    if head is None or metric(new.metric).dimension in ("text", "temperature"):
        return {}
    found: Slots = {}
    for q in page.blocks[head.index]:
        slots = infer(page.text, q, head.start, head.end, new.metric, None) if q.units else None
        if slots:
            page.settle(q, "condition")
            found.update(slots)
    life = lexicon("life").search(page.text, head.start, head.end)
    return {**found, "life": life.what} if life else found


def add_note(row: Row, new: Draft) -> None:
    """A condition in words only is kept as the requirement's note."""
    texts = [" ".join(row.page.document.text[b.start:b.end].split()) for b in row.parts["condition"]
             if not any(q.units for q in row.page.blocks[b.index])]
    words = "; ".join(t for t in texts if t and t not in ("-", "–", "—"))
    if words and not _AS_ROW.fullmatch(words):
        new.conditions["note"] = words[:200]


def retune(row: Row, hits: list[Hit[str]]) -> None:
    """A bare C is a rate under a label that speaks of rates, and Celsius under one that speaks of temperature."""
    wanted = next((d for h in hits for d in (metric(h.what).dimension, *metric(h.what).by_dimension)
                   if d in ("rate", "temperature")), None)
    if wanted is None:
        return
    for block in row.blocks(*VALUES):
        row.page.blocks[block.index] = [
            replace(q, units=tuple(u for u in meanings("C") if u.dimension == wanted))
            if q.unit_text == "C" and not q.rate and not (wanted == "rate" and _celsius(q)) else q
            for q in row.page.blocks[block.index]]


def _celsius(q: Quantity) -> bool:
    """A load is never below zero, and no window of loads ends above 30C."""
    return min(q.values) < 0 or q.shape == "range" and max(q.values) > _MOST_C
