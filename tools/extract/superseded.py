"""What the second reading makes of the notes: a replaced value stays replaced, a note tells only what holds."""

from __future__ import annotations

from typing import Any

from tools.extract.background import REASONS
from tools.extract.corrections import correcting, replace_metric
from tools.extract.page import Draft, Page

_AGAIN = "replaced by a later statement of the document"


def settle_notes(page: Page) -> None:
    """Bring the notes of the rules in line with the requirements that live after the second reading."""
    _replace_by_taught(page)
    replaced = {id(note["old"]) for note in page.notes if "old" in note}
    for gone in [d for note in page.notes for d in note.get("gone", ())]:
        _stays_withdrawn(page, gone)
    places: dict[tuple[int, int], Draft] = {
        (d.quantity.start, d.quantity.end): d for d in page.drafts if d.quantity is not None and not d.dead}
    page.notes = [note for note in page.notes if _holds(page, note, places, replaced)]


def _stays_withdrawn(page: Page, gone: Draft) -> None:
    """A demand that was called off is not made anew by the second reading."""
    for made in page.drafts:
        if not made.dead and made.block is gone.block and (made.metric, made.value) == (gone.metric, gone.value):
            made.dead = True
            if made.quantity is not None:
                page.reject(made.quantity, "withdrawn by a later statement of the document")


def _replace_by_taught(page: Page) -> None:
    """A value that only the second reading found in a correction replaces the one value that it corrects."""
    for made in [d for d in page.drafts if d.method == "taught" and not d.dead and d.quantity is not None]:
        sentence = next(((a, b) for a, b in page.sentences(made.block) if a <= made.start < b), None)
        if sentence is not None and correcting(page, made.block, *sentence):
            replace_metric(page, made.block, sentence, made)


def _at(places: dict[tuple[int, int], Draft], draft: Draft) -> Draft | None:
    """The live requirement on the number of a draft."""
    q = draft.quantity
    return places.get((q.start, q.end)) if q is not None else None


def _holds(
    page: Page, note: dict[str, Any], places: dict[tuple[int, int], Draft], replaced: set[int]
) -> bool:
    """Whether a note still tells something; its requirements become those that live on the same numbers."""
    if note["kind"] == "distractor":
        return _still_told(page, note, places)
    if note["kind"] != "superseded" or not note.get("drafts"):
        return True
    news = [d if not d.dead else _at(places, d) for d in note["drafts"]]
    live = [d for d in news if d is not None]
    if not live:
        return any(id(d) in replaced for d in note["drafts"])   # replaced once more by a third value
    note["drafts"] = live
    again = _at(places, note["old"]) if "old" in note else None
    if again is not None and again.metric == live[0].metric and again not in live:
        again.dead = True                                  # told as replaced, and asked for anew by mistake
        if again.quantity is not None:
            page.reject(again.quantity, _AGAIN)
    return again is None or again.dead


def _stays_replaced(page: Page, places: dict[tuple[int, int], Draft], again: Draft | None) -> None:
    """An old value of a table of changes is not asked for anew beside the new one."""
    if again is None or again.quantity is None or again.method != "taught" or not any(
            d is not again and (d.metric, d.level) == (again.metric, again.level) for d in places.values()):
        return
    again.dead = True
    page.reject(again.quantity, REASONS["superseded"])
    del places[again.quantity.start, again.quantity.end]


def _still_told(page: Page, note: dict[str, Any], places: dict[tuple[int, int], Draft]) -> bool:
    """A note on numbers that are not asked keeps those of them that are no requirements."""
    told = [q for q in page.inside(note["block"], note["start"], note["end"]) if q.units]
    if note["text"].endswith(REASONS["superseded"]) and note["block"].table is not None:
        for q in told:
            _stays_replaced(page, places, places.get((q.start, q.end)))
    left = [q for q in told if (q.start, q.end) not in places]
    if told and len(left) < len(told):
        words = ", ".join(page.document.text[q.start:q.end].replace("\n", " ") for q in left)
        note["text"] = f"{words}: {note['text'].rpartition(': ')[2]}"
    return bool(left) or not told
