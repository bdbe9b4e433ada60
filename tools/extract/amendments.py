"""Notes and amendments that refer to a row: `Note 3 (to 2.13): read 1 500 cycles instead`, `A1 P08: 40 A instead`."""

from __future__ import annotations

import re
from dataclasses import replace

from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract.comparators import Said, said_about
from tools.extract.conditions import Slots, infer, merge, worded
from tools.extract.meaning import draft, metric_for
from tools.extract.old_values import is_old
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.priorities import headed, spoken
from tools.extract.prose import set_aside_old
from tools.extract.quantities import Quantity

_CALL = (r"(?:(?:\bto|\bzu|\brow|\bitem|\brequirement|\bclause|"
         r"\bsection|\bparagraph|\bAbschnitt|\bZiffer|\bPunkt|\barticle|\bexigence|\bAnforderung|\bpoint|\bline|\bserial|\bsl\.|\bligne|#|\bno\.|\bNr\.|\bPos\.|\bZeile|\breq\.?|\bre|\bfor|\bin|\bon|\bconcerning|\bregarding|\bzu|\bsur|\bpour|\bconcernant|[(\[])"
         r"\s*(?:no\.?\s|row\s|Nr\.?\s|item\s)?)")


# Words after which a row is no target but says how something is measured: `>= 80 % of 2.1`, `capacity per 2.1`.
_MEASURED_AS = re.compile(
    r"(?:%\s*(?:of|von|de|des)|\b(?:per|same as|as|under|like|wie|gemäß|selon|comme|after|following|than))"
    r"\s*(?:row|line|item|no\.|nr\.|pos\.)?\s*$", re.IGNORECASE)


def referred_row(page: Page, start: int, end: int) -> str | None:
    """The id of the table row that a statement opens with or refers to."""
    changing = any(lexicon("amend", key).search(page.text, start, end) for key in ("replace", "move"))
    head = page.text[start:min(end, start + (200 if changing else 90))]
    folded = head.lower()
    for name in sorted((n for n in page.rows if n.lower() in folded), key=len, reverse=True):
        plain = re.escape(name)
        loose = not re.search(r"[A-Za-z.]", name)
        lead = _CALL if loose else rf"(?:{_CALL}|^|[\s(])"
        found = re.search(rf"{lead}{plain}(?![A-Za-z0-9_]|\.\d)", head, re.IGNORECASE)
        if found and not _MEASURED_AS.search(head[:found.end() - len(name)]):
            return name
        if re.search(rf"第\s?{plain}\s?(?:项|項|条|款|行)|(?<![\d.]){plain}\s?"
                     r"(?:항|번|项|項|の|行|条|款|を|は|조|절|을|를)", head):
            return name
        if loose and re.match(rf"\s*{plain}\s*[:,]\s", head):
            return name
    return None


_SIGN = "¹²³⁴-⁹①-⑨*†‡"
_MARK = re.compile(rf"\s*(?:(?P<sign>[{_SIGN}])(?=\s|\w)|[(\[]\s?(?P<number>\d{{1,2}}|[a-z])[)\]]\s|"
                   r"[(（]?(?P<note>注|주|Note|Anm\.|Fußnote)\s?(?P<of_note>\d{1,2})[)）]?(?=[\s:：]))")
_BESIDE = 20     # characters between a new value and the old one that it is said beside
_FAR = 14        # characters between a value and the mark of its footnote


def footnote(page: Page, block: Block, start: int, end: int) -> str | None:
    """The key of the requirement that a footnote text[start:end] speaks of: the one that its mark stands behind."""
    found = _MARK.match(page.document.text, start, end)
    if not found:
        return None
    if found["sign"]:
        called = re.compile(re.escape(found["sign"]))
    elif found["number"]:
        called = re.compile(rf"[(\[]{found['number']}[)\]]")
    else:
        called = re.compile(rf"{re.escape(found['note'])}\s?{found['of_note']}(?!\d)")
    text = page.document.text
    marks = [m for b in page.document.blocks if b.index <= block.index
             for m in called.finditer(text, b.start, min(b.end, start))]
    key = found.group().strip()
    behind = [(m.start() - d.end, d) for m in marks for d in page.drafts
              if not d.dead and d.block.start <= m.start() < d.block.end and 0 <= m.start() - d.end <= _FAR]
    nearest = min((gap for gap, _ in behind), default=0)
    live = [d for gap, d in behind if gap == nearest]
    if not live and found["sign"]:
        blocks = [b for b in page.document.blocks if b.index < block.index and any(
            b.start <= m.start() < b.end for m in marks)]
        rows = {(b.table, b.row) for b in blocks if b.table is not None}
        live = [d for d in page.drafts if not d.dead and (d.block in blocks or (d.block.table, d.block.row) in rows)]
    if len(live) != 1:
        return None
    page.rows[key] = live
    page.footnotes.add(key)
    return key


def _adds(page: Page, name: str, start: int, end: int) -> bool:
    """A footnote adds a value (`72 g for the long version`) unless it says that it changes the one above it."""
    mark = _MARK.match(page.document.text, start, end)
    if name not in page.footnotes or mark is None:
        return False
    return lexicon("scope_lead").starting_at(page.text, mark.end(), end) is not None or not lexicon(
        "amend", "replace").search(page.text, start, end)


_SECTION = re.compile(r"\s*(?:Kap\.|Kapitel|Section|Sect\.|Abschnitt|Article|Art\.|Chapter|Clause|Ziffer|§|第)?\s*"
                      r"(\d{1,2}(?:\.\d{1,2})*)\s?(?:章|節|节|절|장)?\s?(?=[,:)の의에]|\s)")


def section_target(page: Page, start: int, end: int, block: Block | None = None) -> str | None:
    """The key of the requirement that a statement names by section and metric (`3.1, masse : lire 5,65 kg`)."""
    lead = _SECTION.match(page.text, start, end)
    if block is not None and not (amending_section(page, block, "") or block.index in page.changed):
        return None
    if not lead:
        return None
    number = lead.group(1)
    headed = re.compile(rf"(?:\D{{0,12}}\s)?{re.escape(number)}(?![\d.]\d)")
    named = {h.what for h in metric_hits(page, start, end)}
    live = [d for d in page.drafts if not d.dead and any(headed.match(t) for t in d.block.section)]
    unit = [q for q in page.inside(page_block(page, start), start, end) if q.units]
    fits = [d for d in live if d.metric in named] or [
        d for d in live if d.quantity is not None and any(metric_for(d.metric, q) == d.metric for q in unit)]
    if len({d.metric for d in fits}) != 1:
        return None
    key = f"§{number} {fits[0].metric}"
    page.rows[key] = fits[:1]
    return key


def page_block(page: Page, place: int) -> Block:
    """The block of a place."""
    return page.block_at(place)


def amending_section(page: Page, block: Block, lead: str) -> bool:
    """Whether what stands here wins over the table: by the heading or the line above the list."""
    return block.index in page.correcting or any(lexicon("amend", "section").search(t) for t in (*block.section, lead))


def read_amendment(
    page: Page, block: Block, start: int, end: int, name: str, lead: str, whole: tuple[int, int]
) -> list[Draft]:
    """Apply one statement about a row: replace its value, move a bound, add conditions, or add a requirement."""
    text = page.text
    live = [d for d in page.rows[name] if not d.dead]
    if live and lexicon("withdraw").search(text, start, end) and not any(
            q.units for q in page.inside(block, start, end)):
        return _withdraw(page, block, live, whole)
    bare = _unitless(page, block, start, end, live)
    set_aside_old(page, block, start, end)
    numbered = [q for q in page.inside(block, start, end) if q.units and id(q) not in page.fates]
    numbered = sorted([*numbered, *bare], key=lambda q: q.start)
    if not live or not numbered:
        return []
    live = _spoken_of(page, live, numbered, start, end)
    if lexicon("amend", "move").search(text, start, end) and (done := _move(page, block, live, numbered, start, end)):
        return done
    said = {id(q): said_about(text, q, start, end) for q in numbered}
    same = [q for q in numbered if metric_for(live[0].metric, q) == live[0].metric]
    replacing = lexicon("amend", "replace").search(text, start, end) or amending_section(page, block, lead)
    fresh = [q for q in same if not _says_again(page, block, q, live)]
    own = (fresh or same)[-1] if same else None
    if own is not None and own.shape == "range" and live[0].quantity is not None and live[0].comparator != "range" \
            and own.values[0] == live[0].quantity.value:
        numbered.remove(own)                               # 70 g から 72 g に変更する
        own = replace(own, shape="single", values=own.values[1:])
        numbered.append(own)
        said[id(own)] = said_about(text, own, start, end)
    if own is not None and _restates(page, block, own, live):
        _settle_rest(page, numbered, own, live[0], start, end)
        return []
    wished = headed(block) == "should"
    if own is None or not (replacing or wished or name in page.footnotes or said[id(own)].sign
                           or lexicon("priority").search(text, *whole)):
        _settle_rest(page, numbered, None, live[0], start, end)
        return []
    return [_replace(page, block, own, said[id(own)], live, numbered, (start, end), bool(replacing), whole,
                     _adds(page, name, start, end))]


def _spoken_of(
    page: Page, live: list[Draft], numbered: list[Quantity], start: int, end: int
) -> list[Draft]:
    """The requirements of a row, those first that the statement means: by its old value, its units, its words."""
    named = {h.what for h in metric_hits(page, start, end)}
    values = {q.value for q in numbered}

    def distance(d: Draft) -> tuple[bool, bool, bool]:
        fits = any(metric_for(d.metric, q) == d.metric for q in numbered)
        return not fits, d.quantity is None or d.quantity.value not in values, d.metric not in named

    return sorted(live, key=distance)


def _unitless(page: Page, block: Block, start: int, end: int, live: list[Draft]) -> list[Quantity]:
    """`5.000 statt 4.000 Vollzyklen`, `read 40 and not 35`: the new value has the unit of the one that it replaces."""
    inside, found = page.inside(block, start, end), list[Quantity]()
    stood = {d.quantity.value: d.quantity for d in live if d.quantity is not None and d.quantity.units}
    for old in inside:
        row = stood.get(old.value) if not old.units and is_old(page.text, old, start, end) else None
        beside = [q for q in inside if q.end <= old.start < q.end + _BESIDE and not q.units and q.shape == "single"]
        if row is not None and beside:
            return [replace(beside[-1], units=row.units, unit_text=row.unit_text)]
    for new, old in zip(inside, inside[1:], strict=False):
        gap = page.text[new.end:old.start]
        plain = not new.units and new.shape == "single" and not gap.startswith(",")            # item 5, delete 2.5 A
        if old.units and plain and lexicon("old_lead").ending_at(gap, 0, len(gap)):
            found.append(replace(new, units=old.units, unit_text=old.unit_text))
    return found


def _withdraw(page: Page, block: Block, live: list[Draft], whole: tuple[int, int]) -> list[Draft]:
    """The row asks for nothing any more, or loses what is named of its several demands."""
    said = page.text[whole[0]:whole[1]].lower()
    named = [d for d in live if isinstance(d.value, str) and d.value.lower() in said]
    for old in (d for d in named or live if d.block is not block):
        old.dead = True
        if old.quantity is not None:
            page.reject(old.quantity, "withdrawn by a later statement of the document")
        said = " ".join(page.document.text[old.start:old.end].split())
        page.note("superseded", f"{old.metric}: {said} is withdrawn by a later statement", block, *whole, gone=[old])
    return []


def _says_again(page: Page, block: Block, q: Quantity, live: list[Draft]) -> bool:
    made = draft(page, block, q, live[0].metric, Said(None, q.start, q.end))
    return made is not None and any(d.value == made.value and d.metric == made.metric for d in live)


def _restates(page: Page, block: Block, q: Quantity, live: list[Draft]) -> bool:
    if _says_again(page, block, q, live):
        page.settle(q, "condition", "says a table value again")
        return True
    return False


def _settle_rest(
    page: Page, numbered: list[Quantity], own: Quantity | None, target: Draft, start: int, end: int
) -> None:
    """What a note says beside the value are further conditions of the row."""
    for q in numbered:
        if q is own:
            continue
        slots = infer(page.text, q, start, end, target.metric, said_about(page.text, q, start, end).sign)
        if slots is not None:
            page.settle(q, "condition", "")
            for key, value in slots.items():
                target.conditions[key] = value


def _replace(
    page: Page, block: Block, own: Quantity, said: Said, live: list[Draft], numbered: list[Quantity],
    span: tuple[int, int], replacing: bool, whole: tuple[int, int], adds: bool = False,
) -> Draft:
    old = next((d for d in live if d.quantity is not None and metric(d.metric).dimension == metric(
        live[0].metric).dimension), live[0])
    sign = said.sign or (old.comparator if old.comparator in (">=", "<=", ">", "<") else None)
    if sign in (">=", "<=") and old.comparator in (">=", "<=") and page.changed.get(block.index) and metric(
            old.metric).comparator == old.comparator:
        sign = old.comparator                              # reads: … within 60 minutes …: the rest of its words stay
    quote = (said.start, said.end)
    new = draft(page, block, own, old.metric, Said(sign, said.start, said.end), quote=quote)
    assert new is not None
    if not lexicon("amend", "replace").search(page.text, *span):
        replacing = replacing and not _elsewhere(page, block, span, own, numbered, old)
    extra: list[Slots] = [worded(page.text, *span, new.metric)]
    for q in numbered:
        if q is not own and (slots := infer(page.text, q, *span, new.metric, None)) is not None:
            page.settle(q, "condition", "")
            extra.append(slots)
    other_life = any(s.get("life") == "EOL" for s in extra)
    if other_life and not any("eol_pct" in s for s in extra):
        extra += _eol(page, block, span)
    page.settle(own, "requirement")
    merge(new.conditions, extra)
    kept = {k: v for k, v in old.conditions.items() if not (other_life and k in ("life", "kind"))}
    merge(new.conditions, [kept])
    new.level, new.priority, new.row_id = old.level, old.priority, old.row_id
    wish = old.priority == "must" and (spoken(page, *span, own.start) or headed(block)) == "should"
    if wish:
        new.priority = "should"                            # `12 years; 15 score extra` leaves the must as it is
    elif not adds and (not other_life or replacing) and not (_colder(extra, old) and not replacing):
        bury(page, old, new, block, whole)
    if new.row_id is not None:
        page.rows.setdefault(new.row_id, []).append(new)
    page.drafts.append(new)
    return new


def _elsewhere(
    page: Page, block: Block, span: tuple[int, int], own: Quantity, numbered: list[Quantity], old: Draft
) -> bool:
    """Whether a statement gives the same metric at another temperature than the row: it adds, and replaces nothing."""
    others = [infer(page.text, q, *span, old.metric, None) for q in numbered if q is not own]
    return _colder([s for s in others if s], old)


def _colder(extra: list[Slots], old: Draft) -> bool:
    stated = next((s["temperature_C"] for s in extra if "temperature_C" in s), None)
    return stated is not None and stated != old.conditions.get("temperature_C", 25.0)


def _eol(page: Page, block: Block, span: tuple[int, int]) -> list[Slots]:
    """The percentage beside `end of life` is its threshold."""
    found = [q for q in page.inside(block, *span) if q.is_a("percent")][:1]
    for q in found:
        page.settle(q, "condition")
    return [{"eol_pct": q.value} for q in found]


def bury(page: Page, old: Draft, new: Draft, block: Block, whole: tuple[int, int]) -> None:
    """The old value is no requirement any more; both values are told in a finding."""
    old.dead = True
    if old.quantity is not None:
        page.reject(old.quantity, "replaced by a later statement of the document")
    before = " ".join(page.document.text[old.start:old.end].split())
    after = " ".join(page.document.text[new.start:new.end].split())
    page.note("superseded", f"{old.metric}: {before} is replaced by {after}; the later statement holds", block, *whole,
              drafts=[new], old=old)


def _move(page: Page, block: Block, live: list[Draft], numbered: list[Quantity], start: int, end: int) -> list[Draft]:
    """`moves from 10 °C to 15 °C`: the old bound is found among the row's values and conditions and replaced."""
    pair = next((q for q in numbered if q.shape == "range"), None)
    if pair is None:
        return []
    before, after = pair.values
    done = []
    for made in live:
        for slot, value in list(made.conditions.items()):
            if isinstance(value, list) and before in value:
                made.conditions[slot] = [after if v == before else v for v in value]
                done.append((made, slot))
            elif value == before:
                made.conditions[slot] = after
                done.append((made, slot))
        if isinstance(made.value, list) and before in made.value and made.comparator == "range":
            made.value = [after if v == before else v for v in made.value]
            done.append((made, "value"))
    if not done:
        return []
    page.settle(pair, "condition", "changes a bound of a table row")
    page.note("superseded", f"{done[0][0].metric}: {before:g} becomes {after:g} ({done[0][1]})", block, start, end,
              drafts=[d for d, _ in done])
    return [d for d, _ in done]

