"""Which way the numbers of a table cell are bounded: by the words of the cell, then by the column of sides."""

from __future__ import annotations

from knowledge.document import Block
from knowledge.vocabulary import metric
from tools.extract.comparators import Said, demanded, said_of_all
from tools.extract.owners import paired
from tools.extract.page import Page
from tools.extract.quantities import Quantity
from tools.extract.sentence_rows import is_sentence
from tools.extract.table_row import Row
from tools.extract.turned import against_habit


def pair_ends(row: Row, block: Block) -> None:
    """`between | -20 °C and 50 °C`: two numbers beside a side that says a range are its ends."""
    if row.side == "range":
        row.page.blocks[block.index] = paired(row.page.blocks[block.index])


def signs(row: Row, block: Block, numbered: list[Quantity]) -> dict[int, Said]:
    """The comparator of each number of a cell."""
    text = row.page.text
    said = said_of_all(text, numbered, block.start, block.end)
    for q in numbered:
        asked = demanded(text, q, block.start, block.end)
        if said[id(q)].sign in ("<", ">") and asked.sign in ("<=", ">="):
            said[id(q)] = asked
    if row.side in (None, "range"):
        return said
    return {i: s if s.sign else Said(row.side, s.start, s.end) for i, s in said.items()}


def meant(page: Page, block: Block, q: Quantity, name: str, said: Said) -> Said:
    """`Anything above 42 g is useless`: a cell that says in a sentence which values are refused asks for the others."""
    if not is_sentence(block.text):
        return said
    return against_habit(page.text, metric(name), q, said, (block.start, block.end))
