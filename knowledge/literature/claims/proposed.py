"""Claims that a language model proposes: it points at words of a passage, and code reads material, value and unit.

Nothing of the model's own reaches a claim: a quote that does not stand in the passage, a figure that does not stand
once in the quote, a unit that the property is not written in, a bound, a change or a hope is refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from knowledge.evidence import Claim, Passage
from knowledge.frozen import Frozen
from knowledge.literature.claims.mine import claim_in, doubtful
from knowledge.literature.claims.reading import (
    Property,
    Quantity,
    bare_fractions,
    limits,
    materials,
    properties,
    quantities,
)

_LONGEST_NAME = 60
_ROLES = frozenset({  # words beside a name that leave it the same material
    "the", "pristine", "bare", "commercial", "cathode", "cathodes", "anode", "anodes", "electrode", "electrodes",
    "material", "materials", "powder", "powders", "particles"})
KINDS = frozenset({"abstract", "text", "claim"})  # what a model is asked about; a fact card is the project's own words


class Proposal(Frozen):
    """What the model points at; every field but `property` is copied from the passage."""

    quote: str = Field(min_length=20, max_length=700)
    material: str = Field(min_length=1, max_length=_LONGEST_NAME)
    property: str
    figure: str = Field(min_length=1, max_length=60)


def worth_asking(passage: Passage) -> bool:
    """Whether a passage holds a figure in a unit that some property is written in."""
    units = {unit for known in properties() for unit in known.units}
    return passage.kind in KINDS and passage.source.status != "retracted" and \
        any(q.unit in units for q in quantities(passage.text))


def claim_of(passage: Passage, proposal: Proposal) -> Claim | str:
    """The claim that a proposal makes, or why it is refused."""
    known = next((p for p in properties() if p.name == proposal.property), None)
    if known is None:
        return f"{proposal.property!r} is no property that is mined"
    start = passage.text.find(proposal.quote)
    if start < 0:
        return "the quote does not stand in the passage"
    if proposal.material not in proposal.quote:
        return "the material does not stand in the quote"
    every = [q for q in quantities(proposal.quote) if q.unit in known.units] if known.units \
        else bare_fractions(proposal.quote)
    quantity = _pointed_at(proposal, every)
    if isinstance(quantity, str):
        return quantity
    doubt = doubtful(proposal.quote, quantity)
    if doubt:
        return doubt
    name = _material(proposal.material, known)
    if name is None:
        return f"{known.name} is not taken of {proposal.material!r}"
    value = quantity.value * known.units.get(quantity.unit, 1.0)
    low, high = limits(name, known)
    if not low <= value <= high:
        return f"{value:g} {known.unit} is no plausible {known.name}"
    return claim_in(passage, proposal.quote, start, known, value, name, quantity, every).model_copy(
        update={"read_by": "llm"})


def _pointed_at(proposal: Proposal, every: list[Quantity]) -> Quantity | str:
    if proposal.quote.count(proposal.figure) != 1:
        return "the figure does not stand once in the quote"
    begin = proposal.quote.index(proposal.figure)
    inside = [q for q in every if begin <= q.start < begin + len(proposal.figure)]
    return inside[0] if len(inside) == 1 else "the figure is not one number in a unit of the property"


def _material(words: str, known: Property) -> str | None:
    """The canonical name; a mixture and a material that no list holds keep their own words."""
    found = materials(words)
    if len(found) != 1 or found[0].sort == "composite" or \
            not _ROLES.issuperset((words[:found[0].start] + " " + words[found[0].end:]).lower().split()):
        return " ".join(words.split())
    return found[0].name if found[0].sort in known.sorts else None


def joined(by_rules: Iterable[Claim], by_model: Iterable[Claim], asked: frozenset[str]) -> list[Claim]:
    """The claims of both: agreement is `both`; a figure that the two read differently keeps the rules' reading.

    Args:
        asked: ids of the passages that the model has read; a claim there that it does not confirm is marked too.
    """
    proposed = list(dict.fromkeys(by_model))
    kept = []
    for claim in by_rules:
        same = [p for p in proposed if _same_figure(claim, p)]
        agreeing = [p for p in same if (p.composition, p.property) == (claim.composition, claim.property)]
        proposed = [p for p in proposed if p not in same]
        if agreeing:
            claim = claim.model_copy(update={"read_by": "both"})
        elif same:
            told = f"{same[0].property.replace('_', ' ')} of {same[0].composition}"
            claim = claim.model_copy(update={"disputed": f"a language model reads it as {told}"})
        elif claim.passage in asked:
            claim = claim.model_copy(update={"disputed": "a language model does not take this figure"})
        kept.append(claim)
    return [*kept, *proposed]


def _same_figure(one: Claim, other: Claim) -> bool:
    return one.passage == other.passage and (one.value, one.unit) == (other.value, other.unit) and \
        (one.start or 0) < (other.end or 0) and (other.start or 0) < (one.end or 0)
