"""Demands without a number: standards, chemistries, formats, tests with their criterion, devices, markings."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.requirement import Comparator, ConditionValue
from knowledge.vocabulary import metric
from tools.extract import standards
from tools.extract.comparators import said_about
from tools.extract.conditions import charged, infer, merge
from tools.extract.host_standards import of_host
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import Hit, lexicon
from tools.extract.quantities import Quantity

_IN_TEST = r"\s*(?:in|at|during|bei|im|beim)?\s*(?:the|a|der|einem)?\s*{}(?:\s*test)?"
_CRITERION_END = re.compile(r"[;.|。；]")
CHEMICAL = ("cathode_chemistry", "anode_chemistry", "chemistry")


def standard_drafts(
    page: Page, block: Block, start: int, end: int, row: bool = False, listed: bool = False
) -> list[Draft]:
    """One requirement per standard that the text asks compliance with; a method or an article cited is none."""
    text, spans = page.text, standards.standards_in(page.text, start, end)
    made = []
    for first, last in spans:
        if not row and not _demanded(page, start, end, first, listed):
            continue
        excepted = lexicon("ban_lead").search(text, start, first) is not None      # without UN 38.3 we need not start
        if not row and of_host(text, start, end, first, last):
            continue                                       # the wheelchair is tested to it, and not the cell
        hosted = lexicon("host").search(text, start, first) and not lexicon("level", "cell").search(text, start, end)
        if not row and (_waived(text, last, end) and not excepted or hosted):
            continue                                       # called off, or the machine itself is tested to it
        made.append(Draft("standard_compliance", "required", standards.plain_name(text[first:last]), None, first, last,
                          block))
    return made


def beside_numbers(page: Page, block: Block, start: int, end: int) -> list[Draft]:
    """Standards of a clause whose numbers answer for it: those that a word of compliance right before asks for."""
    text, made = page.text, list[Draft]()
    for first, last in standards.standards_in(text, start, end):
        close = text[max(start, first - 36):first]
        asked = lexicon("qualified").search(close) or _TRANSPORT.match(text, first)
        if asked and not _waived(text, last, end) and not of_host(text, start, end, first, last) and text[
                start:first].count("(") <= text[start:first].count(")"):
            made.append(Draft("standard_compliance", "required", standards.plain_name(text[first:last]), None, first,
                              last, block))
    return made


_TRANSPORT = re.compile(r"UN\s?38")       # a test of transport is asked for, never a method of measuring


def _demanded(page: Page, start: int, end: int, place: int, listed: bool) -> bool:
    text = page.text
    opened = text[start:place].count("(") > text[start:place].count(")")
    close = text[max(start, place - 24):place]
    method = lexicon("measured_by").ending_at(close, 0, len(close))
    spoken = any(lexicon(w).search(text, start, end) for w in ("compliance", "priority", "asserted"))
    asks = listed or spoken or not any(q.units for q in page.inside(page_block(page, place), start, end))
    measured = method and re.search(r"(?:measured|determined|gemessen|ermittelt)", close)
    certified = opened and lexicon("certified").ending_at(text, max(start, place - 30), place - 1)
    return bool(asks) and (not opened or certified is not None) and not measured


def page_block(page: Page, place: int) -> Block:
    """The block of a place."""
    return page.block_at(place)


def chemistry_drafts(page: Page, block: Block, start: int, end: int, label: str | None = None) -> list[Draft]:
    """Chemistries asked for (`in`) or excluded (`prohibited`), per electrode."""
    text = page.text
    hits = standards.chemistry_hits(text, start, end)
    groups: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for hit in hits:
        side, name = hit.what
        own = f"{side}_chemistry" if side != "whole" else "chemistry"
        if label in CHEMICAL and label != "chemistry":
            own = label if side == "whole" or own == label else own
        comparator = "prohibited" if _refused(page, start, end, hit.start, hit.end) else "in"
        value = name if side == "whole" or name not in ("layered oxide",) else " ".join(text[hit.start:hit.end].split())
        groups.setdefault((own, comparator), []).append((hit.start, hit.end, value))
    made = []
    for (own, comparator), found in groups.items():
        values = list(dict.fromkeys(v for _, _, v in found))
        if comparator == "in":
            made.append(Draft(own, "in", values, None, found[0][0], found[-1][1], block, level="material"))
        else:
            for first, last, value in found:
                made.append(Draft(own, "prohibited", value, None, first, last, block, level="material"))
    return made


def stated_chemistry(page: Page, block: Block, start: int, end: int) -> list[Draft]:
    """`正极为高镍三元`, `Kathode: LFP`: a substance right behind the name of its electrode."""
    text = page.text
    names = [h for h in metric_hits(page, start, end) if h.what in CHEMICAL]
    for hit in standards.chemistry_hits(text, start, end):
        lead = next((h for h in names if 0 <= hit.start - h.end <= _JOINED), None)
        if lead is not None and _COPULA.fullmatch(text, lead.end, hit.start) and not _refused(
                page, start, end, hit.start, hit.end):
            stop = _PART_END.search(text, hit.end, end)
            return [d for d in chemistry_drafts(page, block, lead.start, stop.start() if stop else end, lead.what)
                    if d.metric != "chemistry"]
    return []


_JOINED = 12          # characters between an electrode and its substance
_COPULA = re.compile(r"\s*(?:[:：=]|为|是|采用|用|使用|は|には|に|가|이|는|은|로는|ist|is|est)?\s*"
                     r"(?:aus|of|en|de|à base de)?\s*", re.IGNORECASE)
_PART_END = re.compile(r"[,;](?!\d)|[，；。]")


def only_chemistry(page: Page, block: Block, start: int, end: int) -> list[Draft]:
    """`LFP only, please`, `bitte nur LFP`: the word right beside a substance asks for it alone."""
    text = page.text
    beside = [h for h in standards.chemistry_hits(text, start, end)
              if lexicon("only").starting_at(text, h.end, min(end, h.end + 12))
              or lexicon("only").ending_at(text, max(start, h.start - 16), h.start)]
    made = chemistry_drafts(page, block, start, end) if beside else []
    return [d for d in made if d.metric != "chemistry"]


def _refused(page: Page, start: int, end: int, first: int, last: int) -> bool:
    text = page.text
    after = text[last:min(end, last + 60)]
    before = text[max(start, first - 30):first]
    part = re.split(r"[;.；。]", after)[0]
    if (other := standards.chemistry_hits(part, 0, len(part))) and re.search("[,，、]", part[:other[0].start]):
        part = part[:other[0].start]                       # only LFP, NMC is excluded
    if aside := next((h for h in other if re.search("[(（]", part[:h.start])), None):
        part = re.split("[(（]", part[:aside.start])[0]     # LFP or LMFP (NMC is excluded)
    banned = lexicon("forbidden").search(part) or lexicon("refused_value").search(part)
    if banned and not lexicon("priority").search(after, 0, banned.start):    # A or B is required, C is excluded
        return True
    if lexicon("forbidden").ending_at(before, 0, len(before)) or lexicon("ban_lead").ending_at(before, 0, len(before)):
        return True
    hits = [h for h in lexicon("negation").find(before) if before[h.start:h.end] != "Ni"]      # Ni-rich NMC
    return bool(hits) and not re.search(r"[,;，]", before[hits[-1].end:])


def format_drafts(page: Page, block: Block, start: int, end: int) -> list[Draft]:
    """The cell's shape or size code."""
    text, made = page.text, []
    codes = [m for m in standards.size_codes(text, start, end)
             if not _refused(page, start, end, m.start(), m.end())]
    shapes = [h for h in standards.formats().find(text, start, end) if not _refused(page, start, end, h.start, h.end)]
    if codes:
        others = [h for h in shapes if h.what in ("pouch", "prismatic") and lexicon("or_word").search(
            text, min(codes[0].start(), h.start), max(codes[-1].end(), h.end))]    # a 21700, or just as well a pouch
        values = list(dict.fromkeys([*(m.group() for m in codes), *(h.what for h in others)]))
        places = [*(m.span() for m in codes), *((h.start, h.end) for h in others)]
        made.append(Draft("format", "in", values, None, min(places)[0], max(b for _, b in places), block))
    elif shapes:
        values = list(dict.fromkeys(h.what for h in shapes))
        made.append(Draft("format", "in", values, None, shapes[0].start, shapes[-1].end, block))
    return made


def test_drafts(page: Page, block: Block, start: int, end: int, label: tuple[int, int] | None = None) -> list[Draft]:
    """Tests, devices and markings with their criterion; `label` is the row's label where there is one."""
    text = page.text
    names = [h for h in (metric_hits(page, *label) if label else []) if _worded(h.what)]
    inside = [h for h in metric_hits(page, start, end) if _worded(h.what)] + _vents(page, start, end, bool(label))
    made = []
    inside.sort(key=lambda h: h.what != "thermal_propagation")
    if any(h.what == "thermal_propagation" for h in inside) or names and names[0].what == "safety_device" and any(
            h.what == "safety_device" for h in inside):
        names = [h for h in inside if h.what in ("thermal_propagation", "safety_device")]
    chosen = [h for h in names or inside if not _waived(text, h.end, end)]
    devices = list({page.text[h.start:h.end].lower(): h for h in chosen if h.what == "safety_device"}.values())
    if len(devices) > 1 or devices and _refused(page, start, end, devices[0].start, devices[0].end):
        made += [Draft(h.what, "prohibited" if _refused(page, start, end, h.start, h.end) else "required",
                       page.text[h.start:h.end], None, h.start, h.end, block) for h in devices]
        chosen = [h for h in chosen if metric(h.what).test]
        if not chosen or not lexicon("outcome").search(text, start, end):
            return made
    tests = list({h.what: h for h in chosen if metric(h.what).test}.values())
    both = [*devices[:1], *tests] if not made and devices and tests and lexicon("outcome").search(
        text, start, end) else []
    kinds = list({h.what: h for h in reversed(chosen) if h.what in ("safety_device", "marking")}.values())
    for hit in both or (tests if len(tests) > 1 else kinds[::-1] if len(kinds) > 1 else chosen[:1]):
        sentence = text[start:end].strip()
        comparator, value, first, last = _criterion(page, start, end, hit.start, hit.end)
        if sentence:
            made.append(Draft(hit.what, comparator, value, None, first, last, block,
                              conditions=_test_slots(page, block, label or (start, end), (start, end), hit.what)))
    return made


def _vents(page: Page, start: int, end: int, row: bool) -> list[Hit[str]]:
    """`Every cell must have a burst vent`: the name of an opening pressure without a pressure is a device."""
    inside = page.inside(page_block(page, start), start, end)
    if row or any(q.is_a("pressure") for q in inside if q.units):
        return []
    return [Hit(h.start, h.end, "safety_device") for h in metric_hits(page, start, end) if h.what == "vent_pressure"
            and lexicon("cues", "vent_pressure").search(page.text, h.start, h.end) and not _VENTS.search(
                page.text[h.start:h.end])]


_VENTS = re.compile(r"\b(?:shall|must|vents|venting|open\w*|begin\w*|muss|pressure)\b", re.IGNORECASE)


def _waived(text: str, place: int, end: int) -> bool:
    """`Nail test is not requested`: the words before the next comma call the demand off."""
    part = re.split(r"[,，;；。.]", text[place:end])[0]
    return lexicon("not_asked").search(part) is not None


def _test_slots(
    page: Page, block: Block, label: tuple[int, int], span: tuple[int, int], name: str
) -> dict[str, ConditionValue]:
    """What a test is run at: rate, voltage, temperature, duration, state of charge."""
    text, found = page.text, dict[str, ConditionValue]()
    for start, end in dict.fromkeys((label, span)):
        for q in _inside(page, start, end):
            said = said_about(text, q, start, end)
            if q.is_a("temperature") and (said.sign in ("<", "<=") or q.is_a("rate") and not q.is_a("temperature")):
                continue
            for key, value in (infer(text, q, start, end, name, said.sign) or {}).items():
                if key == "hours" and isinstance(value, float | int) and value < 24:
                    key, value = "duration_s", value * 3600
                found.setdefault(key, value)
        merge(found, [charged(text, start, end)])
    return found


def _inside(page: Page, start: int, end: int) -> list[Quantity]:
    """The numbers with a unit of text[start:end], in whichever block they lie."""
    return [q for q in page.inside(page_block(page, start), start, end) if q.units]


def _worded(name: str) -> bool:
    row = metric(name)
    return row.test or name in ("safety_device", "marking", "ingress_protection", "origin", "thermal_propagation",
                                "thermal_runaway", "delivery_date")


def _criterion(page: Page, start: int, end: int, hit_start: int, hit_end: int) -> tuple[Comparator, str, int, int]:
    """`no fire …` forbids; anything else is what the test requires, in the document's words."""
    text = page.text
    none = next((h for h in lexicon("none_of").find(text, start, end)
                 if not lexicon("none_of_more").starting_at(text, h.end, end)), None)
    if none and (none.start == start or not re.search("[,，]", text[start:none.start])):
        first = none.end + len(text[none.end:end]) - len(text[none.end:end].lstrip())
        stop = _CRITERION_END.search(text, first, end)
        last = first + len(text[first:stop.start() if stop else end].rstrip())
        what = text[first:last]
        if first <= hit_start < last:
            name = text[hit_start:hit_end]
            what = re.sub(_IN_TEST.format(re.escape(name)), "", what)
        return "prohibited", " ".join(what.split()), none.start, last
    first, last = start, end
    while last > first and text[last - 1] in " .;\n":
        last -= 1
    return "required", " ".join(text[first:last].split()), first, last
