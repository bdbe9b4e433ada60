"""The reading of a document: requirements, findings, and the numbers that are neither."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from knowledge.document import Document
from knowledge.documents.errors import UnreadableDocument
from knowledge.documents.read import read_document
from knowledge.frozen import Frozen
from knowledge.requirement import (
    AsWritten,
    DocumentFacts,
    Finding,
    Reading,
    Requirement,
)
from tools.extract import findings, substances
from tools.extract.accounting import balance
from tools.extract.bounds import within_bounds
from tools.extract.defaults import apply_defaults, share_protocols, share_with_wishes
from tools.extract.learned.second import second_reading
from tools.extract.learned.second_bounds import second_bounds
from tools.extract.learned.second_names import second_names
from tools.extract.learned.slots import second_conditions
from tools.extract.level_tags import read_tags
from tools.extract.margins import margins_told
from tools.extract.owner_lines import others
from tools.extract.page import Draft, Page, lay_out
from tools.extract.phrases import lexicon
from tools.extract.priorities import legend
from tools.extract.references import apply_references, arrows, bracketed_limits, defined_lines
from tools.extract.running import read_running
from tools.extract.said_together import say_once
from tools.extract.sizes import upright
from tools.extract.superseded import settle_notes
from tools.extract.tables import read_tables
from tools.extract.volumes import order_volumes, prices_alike, target_prices
from tools.extract.windows import ends_joined, told_apart
from tools.failures import BadInput, Unreadable
from tools.tool import Context, tool


class ReadRequest(Frozen):
    """Which file to read. The digest makes the answer belong to the content, not to the path."""

    path: str = Field(description="path of the document", examples=["examples/rfx/drone_pouch.eml"])
    sha256: str = Field(description="hex SHA-256 of the file's bytes", min_length=64, max_length=64)


@tool(stage="requirements", version="5", example={"path": "examples/rfx/drone_pouch.eml", "sha256": "0" * 64})
def read_requirements(request: ReadRequest, context: Context) -> Reading:
    """Read a customer's document for its requirements: values, units, conditions, priorities, findings.

    Raises:
        BadInput: the file is missing or its content is not what `sha256` says.
        Unreadable: the file cannot be read as a document.
    """
    path = Path(request.path)
    if not path.is_file():
        raise BadInput(f"{path} is no file; give the path of an RFx document")
    try:
        document = read_document(path)
    except UnreadableDocument as error:
        raise Unreadable(str(error)) from error
    if document.sha256 != request.sha256:
        raise BadInput(
            f"{path} has changed since it was named (SHA-256 {document.sha256[:12]}…); ask again for the new content")
    context.progress("requirements", 0, 1)
    return extract_requirements(document)


def extract_requirements(document: Document, taught: bool = True) -> Reading:
    """Read a document by rules and, unless `taught` is off, a second time by what labelled documents have taught.

    The text is data: an instruction in it is quoted as a finding and never followed.
    """
    page = drafted(document, taught)
    if taught:
        second_conditions(page)
    kept = stated_once(page)
    requirements = tuple(requirement(page, made, number) for number, made in enumerate(kept, 1))
    ids = {id(made): r.id for made, r in zip(kept, requirements, strict=True)}
    flagged = {ids[id(made)] for made in kept if made.up_to}
    found = [*_noted(page, ids), *findings.examine(requirements), *findings.up_to_questions(requirements, flagged)]
    replaced = [(ids[id(n["drafts"][0])], float(n["old"].value), n["old"].unit) for n in page.notes
                if "old" in n and id(n["drafts"][0]) in ids and isinstance(n["old"].value, float | int)]
    found += findings.stale_references(requirements, replaced)
    found += [Finding(kind="unread", text=f"{u.place}: {u.reason}") for u in page.document.unread]
    residual, ignored = balance(page)
    document = page.document
    facts = DocumentFacts(name=document.name, sha256=document.sha256, language=document.language, pages=document.pages)
    return Reading(document=facts, requirements=requirements, findings=tuple(found), residual=residual, ignored=ignored)


def drafted(document: Document, taught: bool = True) -> Page:
    """The page with every requirement, before the conditions that the rules give it are looked at again."""
    page = first_reading(document)
    observed = second_reading(page) if taught else []
    margins_told(page)
    if taught:
        second_bounds(page, observed)
        second_names(page)
    ends_joined(page)
    if taught:
        settle_notes(page)
    page.drafts += substances.document_format(page)
    page.drafts += substances.document_chemistry(page)
    upright(page)
    order_volumes(page)
    prices_alike(page)
    target_prices(page)
    arrows(page)
    bracketed_limits(page)
    apply_references(page)
    say_once(page)
    share_with_wishes(page)
    told_apart(page)
    share_protocols(page)
    apply_defaults(page)
    return page


def first_reading(document: Document) -> Page:
    """The page as the rules alone leave it: each number of the tables and of the text has its fate."""
    page = lay_out(within_bounds(document))
    codes = legend(page)
    read_tags(page)
    page.cells_only = not page.level_tags and _cells_only(page)
    defined_lines(page)
    page.theirs = others(page)
    read_tables(page, codes)
    read_running(page)
    return page


def _cells_only(page: Page) -> bool:
    """Whether the document says that only the cell is asked for."""
    for block in page.document.blocks:
        for start, end in page.sentences(block):
            if lexicon("cells_only").search(page.text, start, end):
                return True
    return False


def stated_once(page: Page) -> list[Draft]:
    """Live drafts in document order, each statement once; a must and an equal wish are both kept."""
    seen: set[str] = set()
    kept = []
    for made in sorted((d for d in page.drafts if not d.dead), key=lambda d: (d.start, d.end)):
        slots = {k: v for k, v in made.conditions.items() if k != "note"}
        key = repr((made.metric, made.level, made.comparator, made.value, made.unit, made.priority, sorted(
            slots.items(), key=str)))
        if key not in seen:
            seen.add(key)
            kept.append(made)
    return kept


def requirement(page: Page, made: Draft, number: int) -> Requirement:
    """A draft as it is told, numbered."""
    start, end = max(made.start, made.block.start), min(made.end, made.block.end)
    written = AsWritten(value=made.written[0], unit=made.written[1] or None) if made.written else None
    return Requirement(
        id=f"R{number:02d}", metric=made.metric, level=made.level, comparator=made.comparator, value=made.value,
        unit=made.unit, as_written=written, conditions=made.conditions, priority=made.priority,
        source=page.span(made.block, start, end), confidence=made.confidence, method=made.method)


def _noted(page: Page, ids: dict[int, str]) -> list[Finding]:
    found = []
    for note in page.notes:
        source = page.span(note["block"], max(note["start"], note["block"].start), min(note["end"], note["block"].end))
        linked = tuple(ids[id(d)] for d in note.get("drafts", ()) if id(d) in ids)
        found.append(Finding(kind=note["kind"], ids=linked, text=note["text"], quote=source.quote, source=source,
                             question=note.get("question")))
    return found


