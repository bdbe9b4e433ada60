"""Demands of running text without a number: standards, dates, chemistries, shapes, tests and devices."""

from __future__ import annotations

import re

from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract import background, dates, wording
from tools.extract.numbered_lines import stands_alone
from tools.extract.page import Draft, Page, metric_hits
from tools.extract.phrases import lexicon
from tools.extract.priorities import of_statement
from tools.extract.walk import Walk

_KEY = re.compile(r"[^\n.]{2,50}:(?:\s|(?=[^\x00-\x7f]))")


def demands_in_words(
    walk: Walk, block: Block, clause: tuple[int, int], sentence: tuple[int, int], beside: list[Draft]
) -> list[Draft]:
    """Demands without a number in a clause; `beside` are its demands with numbers."""
    page, (start, end) = walk.page, clause
    alone = stands_alone(page, block, start)
    listed = bool(alone or block.index in page.stated or background.requirement_section(block)
                  or _KEY.match(page.text[start:end]))
    asked = any(lexicon(words).search(page.text, start, end) for words in (
        "priority", "forbidden", "each_cell", "requesting"))
    strict = not beside or lexicon("strict").search(page.text, start, end)
    made = wording.standard_drafts(page, block, start, end, listed=listed) if strict else wording.beside_numbers(
        page, block, start, end)
    made += dates.delivery_drafts(page, block, start, end)
    tested = any(metric(h.what).test for h in metric_hits(page, start, end))
    asked = asked or equipped(page, start, end) or tested and lexicon("outcome").search(
        page.text, start, end) is not None
    if not re.search(r"\w+\W+\w+\W+\w+|[\u3040-\u9fff\uac00-\ud7a3]{7}", page.text[start:end]) and not made:
        listed = listed and block.kind == "list_item"        # `Marking` alone is a title
    if asked or listed:
        leads = walk.lead_hits if block.kind == "list_item" else []
        named = [h for h in (*metric_hits(page, start, end), *leads) if h.what in wording.CHEMICAL]
        only = lexicon("chem_only").search(page.text, start, end)
        if not beside and (named or only or asked and lexicon("forbidden").search(page.text, start, end)):
            made += wording.chemistry_drafts(page, block, start, end)
        elif stated := wording.stated_chemistry(page, block, start, end):
            made += stated
        elif not beside:
            made += [d for d in wording.chemistry_drafts(page, block, start, end) if d.comparator == "prohibited"]
        made = [d for d in made if not (d.comparator == "prohibited" and d.metric == "chemistry")]
        if not beside and (asked and not made or alone and block.kind != "list_item"):
            made += wording.format_drafts(page, block, start, end)
        made += _tests(page, block, start, end, beside)
    elif not beside:
        made += _chemistries(page, block, start, end)
    else:
        made += wording.stated_chemistry(page, block, start, end)
    if beside:                                             # a 21700, or just as well a pouch of 8.5 mm
        made += [d for d in wording.format_drafts(page, block, start, end) if len(d.value) > 1]
    for new in made:
        new.priority = of_statement(page, block, clause, sentence, walk.lead_priority if block.kind == "list_item"
                                    else None, (new.start, new.end))
    if page.codes:
        return [d for d in made if d.priority != "info"]       # a note asks for no certificate and no test
    for new in made:
        new.priority = "must" if new.priority == "info" else new.priority
    return made


def equipped(page: Page, start: int, end: int) -> bool:
    """`The vent is standard`, `电芯正面贴二维码`: a verb says that the cell has a device or bears a mark."""
    return lexicon("equipped").search(page.text, start, end) is not None and any(
        h.what in ("safety_device", "marking") for h in metric_hits(page, start, end))


def _chemistries(page: Page, block: Block, start: int, end: int) -> list[Draft]:
    """`NMC or NCA as cathode are allowed`, `any cathode except LFP`: an electrode named asks without a modal word."""
    only = lexicon("chem_only").search(page.text, start, end)
    if stated := wording.stated_chemistry(page, block, start, end):
        return stated
    if not any(h.what in wording.CHEMICAL for h in metric_hits(page, start, end)):
        return wording.only_chemistry(page, block, start, end)
    return [d for d in wording.chemistry_drafts(page, block, start, end)
            if d.metric != "chemistry" and (d.comparator == "prohibited" or only)]


def _tests(page: Page, block: Block, start: int, end: int, beside: list[Draft]) -> list[Draft]:
    """Tests, devices and markings of a clause that no number has answered for."""
    taken = {d.metric for d in beside}
    made = [d for d in wording.test_drafts(page, block, start, end) if d.metric not in taken
            and d.metric != "delivery_date"]
    if beside:
        ended = lexicon("outcome").search(page.text, start, end) is not None
        made = [d for d in made if d.metric in ("safety_device", "marking") or d.comparator == "prohibited"
                or ended and metric(d.metric).test]
    elif made:
        for q in page.inside(block, start, end):
            page.settle(q, "requirement", "part of a criterion in words")
    return made
