"""Walk over the text outside of tables: sentence by sentence, what is background, a default, an amendment, a demand."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.documents.mail_in_force import IN_FORCE
from tools.extract import amendments, answers, background, corrections, sizes, substances, wording
from tools.extract.attach import joined_windows
from tools.extract.clause import Clause
from tools.extract.clauses import clauses
from tools.extract.conditions import infer, merge
from tools.extract.defaults import ends_life, general_defaults, heading_defaults, read_defaults
from tools.extract.labelled_sizes import at_most
from tools.extract.level_tags import Tag, cause_of, give_level, tag_at
from tools.extract.list_titles import leads, turn, way_of
from tools.extract.meaning import final_metric
from tools.extract.minutes import discussed, label_of, take_back
from tools.extract.numbered_lines import number_paragraph, stands_alone
from tools.extract.old_values import then_and_now
from tools.extract.owner_lines import inside
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import Hit, lexicon
from tools.extract.priorities import marked, of_statement, spoken
from tools.extract.prose import read_clause
from tools.extract.restated import settle_restated
from tools.extract.said_together import (
    after_these_cycles,
    closes_with_all,
    holds_for_all,
    holds_for_paragraph,
    taken_back,
    under_load,
)
from tools.extract.sections import section_level, title_background
from tools.extract.sentence_rows import as_row
from tools.extract.turned import forbidden_ranges, permitted
from tools.extract.unnumbered import demands_in_words
from tools.extract.walk import Walk

_EARLIER = ("predecessor", "superseded")
_TOPIC = 40           # characters of a heading that names what the text below is about
_SILENT = {"header": "in a page header", "footer": "in a page footer", "metadata": "in the document's metadata",
           "caption": "in a caption"}


def read_running(page: Page) -> None:
    """Read all blocks that are no table cells."""
    walk = Walk(page)
    corrections.postscripts(page)
    walk.headed = any(background.requirement_section(b) for b in page.document.blocks)
    walk.told = discussed(page)
    for number, block in _in_turn(page):
        if block.table is not None and block.index not in page.loose:
            walk.lead = ""
            continue
        if block.kind in _SILENT:
            for q in page.blocks[block.index]:
                page.settle(q, "ignored", _SILENT[block.kind])
            if injected_any(page, block):
                background.ignore_span(page, block, block.start, block.end, "injection", "injection")
        elif block.kind == "heading":
            _heading(walk, block, number)
        else:
            _prose(walk, block, number)


def _in_turn(page: Page) -> list[tuple[int, Block]]:
    """The blocks with their places; an older message that is still in force comes first and the newer one amends it."""
    numbered = list(enumerate(page.document.blocks))
    older = [(n, b) for n, b in numbered if b.part == IN_FORCE]
    if not older:
        return numbered
    page.correcting |= {b.index for _, b in numbered if b.part != IN_FORCE and b.kind in ("paragraph", "list_item")}
    return [*older, *((n, b) for n, b in numbered if b.part != IN_FORCE)]


def injected_any(page: Page, block: Block) -> bool:
    """Whether any sentence of a block tries to instruct the reader."""
    return any(background.injected(page, a, b) for a, b in page.sentences(block))


def _heading(walk: Walk, block: Block, place: int) -> None:
    page = walk.page
    heading_defaults(page, block)
    for q in page.blocks[block.index]:
        page.settle(q, "ignored", "in a heading")
    walk.lead, walk.lead_priority, walk.lead_hits = "", None, []
    walk.title_hits = metric_hits(page, block.start, block.end) if len(block.text) <= _TOPIC else []
    if place == 0 and not background.section_background(page, block):
        _title(page, block)


def _title(page: Page, block: Block) -> None:
    """A title names what is asked for: the chemistry and the shape."""
    page.drafts += wording.format_drafts(page, block, block.start, block.end)
    page.drafts += [d for d in wording.chemistry_drafts(page, block, block.start, block.end) if d.comparator == "in"]


def _prose(walk: Walk, block: Block, number: int) -> None:
    page = walk.page
    spans = page.sentences(block)
    if block.hidden or block.kind in ("quoted", "comment"):
        _aside(page, block, spans)
        return
    whole = _opened(walk, block, number)
    row = _row_of(page, block)
    running: str | None = None
    if block.kind == "list_item" and walk.lead and whole is None:
        whole = title_background(walk.lead)
    asked, kept = page.asks.get(block.index), len(page.drafts)
    for place, (start, end) in enumerate(spans):
        if background.injected(page, start, end):
            background.ignore_span(page, block, start, block.end, "injection", "injection")
            break                                          # what follows in the paragraph belongs to the order
        if question := answers.question(page, spans, place, asked):
            asked = question
            _set_aside(page, block, start, end, answers.IN_A_QUESTION)
            continue
        if _agreed(walk, block, asked or walk.asked, start, end):
            asked = walk.asked = None
            continue
        if corrections.withdrawn(page, block, start, end) or taken_back(page, block, (start, end), spans[:place]):
            continue
        note = amendments.footnote(page, block, start, end) or row
        tag = tag_at(page, block, start)
        cause = cause_of(tag, _cause(page, block, (start, end), whole, note, running, walk.decided))
        renewed = then_and_now(page, block, start, end)
        cause = "competitor" if inside(page, start, end) else None if renewed and cause in _EARLIER else cause
        if cause and general_defaults(page, start, end) and read_defaults(page, block, start, end):
            continue                                       # an introduction states what holds for every value
        running = cause
        if cause:
            take_back(page, block, (start, end), cause, spans[:place])
            _set_apart(walk, block, (start, end), cause, asked, whole is None)
            continue
        if walk.last is not None and ends_life(page, block, start, end, walk.last):
            continue
        if holds_for_paragraph(page, block, (start, end)) or not closes_with_all(
                page, block, (start, end)) and read_defaults(page, block, start, end):
            continue
        if not renewed:
            _set_beside_apart(page, block, start, end, tag)
        if block.index in page.changed and row is None and amendments.section_target(page, start, end) is None:
            if not lexicon("old_lead").search(page.text, start, end):
                background.ignore_span(page, block, start, end, "superseded")
                continue
            page.correcting.add(block.index)               # 5.000 instead of 4.000: the old value finds what is meant
        _sentence(walk, block, start, end, amendments.referred_row(page, start, end) or note, asked or walk.asked)
    walk.asked = asked if asked and not spans[-1][1] > asked[1] else None
    _lead(walk, block)
    number_paragraph(page, block, page.drafts[kept:])
    as_row(page, block, page.drafts[kept:])


def _set_beside_apart(page: Page, block: Block, start: int, end: int, tag: Tag | None) -> None:
    """What a sentence that asks tells beside it, and what it says again; a tag says already whose its numbers are."""
    if tag is None and not (page.level_tags and amendments.amending_section(page, block, "")):
        background.ignore_told(page, block, start, end)
    settle_restated(page, block, start, end)


def _opened(walk: Walk, block: Block, number: int) -> str | None:
    """Begin a paragraph; why the whole of it asks for nothing, if it does."""
    if number == 0:
        _title(walk.page, block)
    if block.kind != "list_item":
        walk.lead, walk.lead_priority, walk.lead_hits, walk.item = "", None, [], None
    walk.topic = []
    walk.decided = bool(walk.told) and (label_of(walk.page, block) == "decided" or block.kind == "list_item")
    return _whole(walk.page, block) or ("informative" if block.index in walk.told else None)


def _whole(page: Page, block: Block) -> str | None:
    """Why a whole paragraph asks for nothing; a list of changes changes, whatever its heading."""
    if block.index in page.changed or block.index in page.correcting:
        return None
    return background.paragraph_background(page, block.start, block.end) or background.section_background(page, block)


def _agreed(walk: Walk, block: Block, asked: tuple[int, int] | None, start: int, end: int) -> bool:
    """A yes makes a question's proposal a demand; what the answer adds are its conditions."""
    page = walk.page
    if asked is None or not answers.agreed(page, asked, start, end):
        return False
    answers.reopen(page, asked)
    kept = len(page.drafts)
    _sentence(walk, page.block_at(asked[0]), *asked, None)
    page.drafts += [] if page.drafts[kept:] else answers.in_words(page, asked)
    made = page.drafts[kept:]
    for new in made:
        new.priority = spoken(page, start, end, end) or "must"
        if answers.loosens(page, asked) and not new.dead:
            corrections.loosen(page, block, (start, end), new)
    _set_aside(page, page.block_at(asked[0]), *asked, answers.IN_A_QUESTION)
    kept = len(page.drafts)
    walk.last = made[-1] if made else walk.last
    _sentence(walk, block, start, end, None)
    if made and len(page.drafts) == kept:
        walk.last = made[-1]
        _measured(walk, block, start, end)
    return True


def _row_of(page: Page, block: Block) -> str | None:
    """The key of the requirements that a whole paragraph speaks of: a row it names."""
    row = amendments.referred_row(page, block.start, block.end) if page.rows else None
    if block.index in page.changed:
        named = page.changed[block.index]
        row = named if named in page.rows else row
    return row


def _set_apart(
    walk: Walk, block: Block, span: tuple[int, int], cause: str, asked: tuple[int, int] | None, parted: bool
) -> None:
    """Set a sentence aside but for the parts of it that ask in words of their own."""
    live = background.live_parts(walk.page, *span) if parted and cause in ("predecessor", "competitor", "level") else []
    for first, last in background.between(live, *span):
        background.ignore_span(walk.page, block, first, last, cause)
    for first, last in live:
        _sentence(walk, block, first, last, None, asked)


def _cause(
    page: Page, block: Block, span: tuple[int, int], whole: str | None, row: str | None, running: str | None,
    decided: bool = False,
) -> str | None:
    """Why a sentence asks for nothing: by its own words, its paragraph, or the sentence before that it goes on from."""
    start, end = span
    listed = block.kind == "list_item" and block.index not in page.correcting
    cause = background.sentence_background(page, start, end, listed)
    called_off = lexicon("withdraw").search(page.text, start, end) and (
        row or amendments.referred_row(page, start, end))
    if decided and whole is None and cause not in ("competitor", "superseded", "informative"):
        cause = None
    if cause == "superseded" and (block.index in page.correcting or called_off):
        cause = None
    cause = cause or whole
    goes_on = running and lexicon("pronoun").starting_at(page.text, start, end)
    if cause is None and goes_on and not lexicon("priority").search(page.text, start, end):
        cause = running
    return cause


def _set_aside(page: Page, block: Block, start: int, end: int, reason: str) -> None:
    for q in page.inside(block, start, end):
        if q.units:
            page.settle(q, "ignored", reason)


def _aside(page: Page, block: Block, spans: list[tuple[int, int]]) -> None:
    """Hidden text, old messages and comments: read only for what must be reported."""
    cause = "hidden" if block.hidden else "quoted" if block.kind == "quoted" else "informative"
    for start, end in spans:
        if background.injected(page, start, end):
            background.ignore_span(page, block, start, end, "injection", "injection")
        else:
            background.ignore_span(page, block, start, end, background.sentence_background(page, start, end) or cause)


def _lead(walk: Walk, block: Block) -> None:
    text = walk.page.text[block.start:block.end]
    title = len(text.split()) <= 5 and len(text) < 48 and not re.search(r"[\d.;,。；]", text)
    if block.kind == "list_item" and title:
        walk.item = block if metric_hits(walk.page, block.start, block.end) or way_of(walk.page, block) else None
    if block.kind != "list_item" and (title or text.rstrip().endswith((":", "："))):
        walk.lead = text
        walk.lead_priority = spoken(walk.page, block.start, block.end, block.end)
        walk.lead_hits = metric_hits(walk.page, block.start, block.end)


def _sentence(
    walk: Walk, block: Block, start: int, end: int, row: str | None, asked: tuple[int, int] | None = None
) -> None:
    page = walk.page
    if asked and row is None and page.rows:
        row = amendments.referred_row(page, *asked)
    row = row or amendments.section_target(page, start, end, block)
    if row and (row not in page.paragraphs or lexicon("amend", "replace").search(page.text, start, end)
                or lexicon("withdraw").search(page.text, start, end) or amendments.amending_section(page, block, "")):
        amended = amendments.read_amendment(page, block, start, end, row, walk.lead, (start, end))
        if amended or all(id(q) in page.fates for q in page.inside(block, start, end) if q.units):
            return
    found: list[Draft] = []
    hits: list[Hit[str]] = []
    apart: list[sizes.Deviation] = []
    for a, b in clauses(page.text, start, end):
        own = metric_hits(page, a, b)
        lead = metric_hits(page, *asked) if asked else leads(walk) if block.kind == "list_item" else (
            [] if own else walk.title_hits)
        if holds_for_all(page, block, (a, b), found):
            continue
        clause = Clause(page, block, a, b, lead_hits=lead if own else hits or lead, before=walk.last,
                        topic=walk.topic, listed=walk.decided or stands_alone(page, block, a))
        hits = own or hits
        if permitted(clause):
            continue
        apart += sizes.deviations(clause)
        new: list[Draft] = forbidden_ranges(clause)
        new += read_clause(clause)
        joined_windows(new)
        turn(walk, block, (a, b), new)
        _carry(walk, block, a, b, new)
        new += substances.ban_drafts(page, block, a, b)
        for made in new:
            if made.priority != "info":
                made.priority = of_statement(page, block, (a, b), (start, end), walk.lead_priority if block.kind
                                             == "list_item" else None, (made.start, made.end))
        new = [d for d in new if not _elsewhere(page, block, d, (start, end))]
        found += new
        walk.last = new[-1] if new else walk.last
        found += demands_in_words(walk, block, (a, b), (start, end), new)
    walk.topic = metric_hits(page, start, end)
    of_last = walk.last is not None and walk.last.block is block
    if not found and walk.last is not None and (lexicon("measured_with").search(page.text, start, end) or (
            of_last and (lexicon("pronoun").starting_at(page.text, start, end) or under_load(
                page, block, (start, end), walk.last)))):
        _measured(walk, block, start, end)
    sizes.in_space(page.text, start, end, found)
    sizes.all_bounded(page.text, start, end, found)
    at_most(page, start, end, found)
    after_these_cycles(page, block, (start, end), found)
    sizes.tolerate(page, block, found, apart)
    answers.conditions(page, asked, found)
    give_level(page, found, tag_at(page, block, start))
    corrections.correct(page, block, start, end, found)
    _keep(page, block, found)


_GIVEN = ("time", "temperature", "percent", "rate", "cycle")


def _carry(walk: Walk, block: Block, start: int, end: int, found: list[Draft]) -> None:
    """`In winter the cells stand at -30 °C for six months. Then …`: conditions said in the part before.

    Only of a part that asked for nothing itself, whose numbers are all of the kind that conditions are.
    """
    page, given = walk.page, walk.given
    walk.given = None
    if not found:
        open_ = [q for q in page.inside(block, start, end) if q.units and id(q) not in page.fates]
        if open_ and all(q.is_a(*_GIVEN) for q in open_):
            walk.given = (block, start, end)
        return
    if given is None or given[0] is not block:
        return
    first = found[0]
    for q in page.inside(block, given[1], given[2]):
        slots = infer(page.text, q, given[1], given[2], first.metric, None) if q.units and id(q) not in page.fates \
            else None
        if slots:
            page.settle(q, "condition")
            merge(first.conditions, [slots])
    if first.metric == "capacity_retention":
        first.metric = final_metric(first, page.text, given[1], end)


def _elsewhere(page: Page, block: Block, made: Draft, sentence: tuple[int, int]) -> bool:
    """A number of the pack or the vehicle that no word asks for is a description."""
    if made.level not in ("module", "pack", "system") or section_level(page, block) or made.quantity is None or tag_at(
            page, block, made.start) or page.top_level and corrections.correcting(page, block, *sentence):
        return False
    if lexicon("priority").search(page.text, *sentence) or marked(page, *sentence, made.start, made.end):
        return False
    background.ignore_span(page, block, made.quantity.start, made.quantity.end, "level")
    return True


def _measured(walk: Walk, block: Block, start: int, end: int) -> None:
    """`Measured at 50 % SOC for 10 s` completes the requirement before it, in all its bounds."""
    page, last = walk.page, walk.last
    assert last is not None
    same = [d for d in page.drafts[-4:] if d.metric == last.metric]
    for q in page.inside(block, start, end):
        slots = infer(page.text, q, start, end, last.metric, None) if q.units and id(q) not in page.fates else None
        if slots:
            page.settle(q, "condition")
            for made in same:
                merge(made.conditions, [slots])


def _keep(page: Page, block: Block, found: list[Draft]) -> None:
    """Numbers of the pack or system are kept as such where they are asked for, and set aside where cells alone are."""
    for new in found:
        if new.level in ("module", "pack", "system") and page.cells_only and new.quantity is not None:
            background.ignore_span(page, block, new.quantity.start, new.quantity.end, "level")
        else:
            page.drafts.append(new)
