"""Substances that a document bans by name, and the shape of cell that it looks for."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge import vocabulary
from knowledge.document import Block
from tools.extract import background, standards
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import Hit, Phrases, lexicon

_GAP = r"[\s,、，·・/&()]*"
_JOIN = ("and|or|nor|und|oder|noch|et|ou|ni|no|kein\\w*|pas de|aucune?|compounds?|the use of|is|are|"
         "和|或|及|与|や|および|及び|または|과|와|및|또는|은|는|을|를|의|は|の")
_LIST = re.compile(rf"{_GAP}(?:{_JOIN})?{_GAP}(?:any\s|de\s|du\s|le\s|la\s|les\s)?", re.IGNORECASE)
_OTHER_LEAD = re.compile(r"(?:[-\s](?:time|times|wires?|cables?|tabs?|to|the|customer|free)|期)\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _substances() -> Phrases[tuple[str, str]]:
    data = vocabulary.chemistry()
    return Phrases([
        (phrase, (side, name)) for side in ("cathode", "anode", "whole", "element")
        for name, phrases in data[side].items() for phrase in phrases
    ], inflect=False)


def substance_hits(text: str, start: int, end: int) -> list[Hit[tuple[str, str]]]:
    """Every substance named in text[start:end] with its side: cathode, anode, whole cell or element."""
    return [h for h in _substances().find(text, start, end)
            if not (h.what[1] == "lead" and _OTHER_LEAD.match(text, h.end))]


def ban_drafts(page: Page, block: Block, start: int, end: int) -> list[Draft]:
    """One requirement per substance that text[start:end] bans; substances in a row share the ban's words."""
    hits = [h for h in substance_hits(page.text, start, end) if h.what[0] in ("element", "whole")]
    made = []
    side = _electrode(page, start, end)
    for group in _groups(page.text, hits):
        if not _banned(page.text, start, end, group[0].start, group[-1].end):
            continue
        for hit in group:
            first = hit.start
            made.append(Draft(side, "prohibited", hit.what[1], None, first, hit.end, block, level="material"))
    return made


_CATHODE = re.compile(r"[ck]athode|正极|正極|양극", re.IGNORECASE)


def _electrode(page: Page, start: int, end: int) -> str:
    """`Cathodes with cobalt are not accepted`: a ban that names an electrode is one of that electrode."""
    sides = {"cathode_chemistry": "cathode_chemistry", "cathode_cobalt_fraction": "cathode_chemistry",
             "anode_chemistry": "anode_chemistry"}
    named = {sides[h.what] for h in metric_hits(page, start, end) if h.what in sides and (
        h.what != "cathode_cobalt_fraction" or _CATHODE.search(page.text, h.start, h.end))}
    return named.pop() if len(named) == 1 else "chemistry"


def _groups(text: str, hits: list[Hit[tuple[str, str]]]) -> list[list[Hit[tuple[str, str]]]]:
    groups: list[list[Hit[tuple[str, str]]]] = []
    for hit in hits:
        if groups and _LIST.fullmatch(text[groups[-1][-1].end:hit.start]):
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups


def _banned(text: str, start: int, end: int, first: int, last: int) -> bool:
    """A ban right before the list, or a word that forbids behind it before the next part of the sentence."""
    before = re.split(r"[;；:。]", text[max(start, first - 50):first])[-1]
    for stop in (before, re.sub(r"(?:the\s+)?(?:use\s+of\s+)?(?:any\s+)?$", "", before, flags=re.IGNORECASE)):
        if lexicon("ban_lead").ending_at(stop, 0, len(stop)):
            follows = text[last:min(end, last + 30)]
            return not re.match(r"[-\s]*(?:free|claims?|frei|limit|restriction)", follows, re.IGNORECASE)
    before_verb = re.search(r"(?:cannot|can not|not|nicht|n'?)\s*(?:accept|acceptons|akzeptier\w*|tolerate)\s*"
                            r"(?:is|are|:)?\s*$", before, re.IGNORECASE)
    after = re.split(r"[;；.。]", text[last:min(end, last + 70)])[0]
    hit = lexicon("forbidden").search(after)
    other = re.compile(r"\d|,\s*\w+\s+(?:is|are|ist|sind)\b")
    return bool(before_verb) or hit is not None and not other.search(after[:hit.start])


def document_format(page: Page) -> list[Draft]:
    """The shape or size of cell that a document looks for, where no row or sentence has asked for one yet."""
    if any(d.metric == "format" and not d.dead for d in page.drafts):
        return []
    for place, block in enumerate(page.document.blocks):
        if block.hidden or block.kind in ("quoted", "comment", "metadata", "header", "footer", "caption"):
            continue
        for start, end in page.sentences(block):
            found = [hit for hit in format_hits(page, start, end) if hit[0] not in page.told]
            sought = found and (place < 12 or lexicon("seeking").search(page.text, start, end))
            if sought and (not _set_aside(page, block, start, end) or _sought(page.text, start, end, found[0])):
                values = list(dict.fromkeys(value for _, _, value in found))
                return [Draft("format", "in", values, None, found[0][0], found[-1][1], block, confidence=0.7)]
    return []


def _sought(text: str, start: int, end: int, found: tuple[int, int, str]) -> bool:
    """`角形セルの選定を進めております`: the verb right beside the shape says that it is looked for."""
    first, last, _ = found
    verb_last = ord(text[first]) > 0x2e7f
    lo, hi = (last, min(end, last + 12)) if verb_last else (max(start, first - 40), first)
    return lexicon("seeking").search(text, lo, hi) is not None


def _set_aside(page: Page, block: Block, start: int, end: int) -> bool:
    return bool(background.sentence_background(page, start, end) or background.section_background(page, block))


def document_chemistry(page: Page) -> list[Draft]:
    """The cathode of the cell that a document looks for (`an LFP cell`), where no sentence has asked for one."""
    if any(d.metric in ("cathode_chemistry", "chemistry") and d.comparator == "in" and not d.dead for d in page.drafts):
        return []
    for place, block in enumerate(page.document.blocks):
        if block.hidden or block.kind in ("quoted", "comment", "metadata", "header", "footer", "caption") or place > 60:
            continue
        for start, end in page.sentences(block):
            hits = standards.chemistry_hits(page.text, start, end)
            if not hits or _set_aside(page, block, start, end):
                continue
            for hit in hits:
                side, name = hit.what
                near = page.text[max(start, hit.start - 6):hit.start], page.text[hit.end:min(end, hit.end + 14)]
                if side == "cathode" and hit.start not in page.told and name != "layered oxide" and (
                        lexicon("cell_noun").starting_at(near[1], 0, len(near[1])) or lexicon("cell_noun").ending_at(
                        near[0], 0, len(near[0]))) and not _banned(
                        page.text, start, end, hit.start, hit.end) and not _refused(page.text, hit.end, end):
                    return [Draft("cathode_chemistry", "in", [name], None, hit.start, hit.end, block, level="material",
                                  confidence=0.7)]
    return []


def _refused(text: str, place: int, end: int) -> bool:
    """A word that refuses stands behind a substance in its part of the sentence."""
    part = re.split(r"[,;，、；。]", text[place:end])[0]
    return lexicon("refused_value").search(part) is not None


def format_hits(page: Page, start: int, end: int) -> list[tuple[int, int, str]]:
    """Size codes of text[start:end], else its words for a shape."""
    codes = [(m.start(), m.end(), m.group()) for m in standards.size_codes(page.text, start, end)
             if not re.search(r"\b(?:no|not|kein\w*|nicht|pas)\s+$", page.text[max(start, m.start() - 8):m.start()])]
    shapes = [(h.start, h.end, h.what) for h in standards.formats().find(page.text, start, end)]
    joined = [s for s in shapes if codes and s[2] != "cylindrical" and lexicon("or_word").search(
        page.text, min(s[1], codes[0][1]), max(s[0], codes[-1][0]))]      # a 21700 or a pouch
    return sorted([*codes, *joined]) or shapes
