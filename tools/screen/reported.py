"""What papers report of a system's materials, put beside the sourced cards that the choice rests on."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.evidence import Reported
from knowledge.literature.claims.shelf import SYSTEM_MATERIALS
from knowledge.materials.cards import Card, card
from knowledge.offer import SystemChoice
from knowledge.parameters.system import System

_SHOWN = 3          # properties per system
_CAPACITY = "specific_capacity"


def with_reported(choice: SystemChoice, system: System, reported: Sequence[Reported]) -> SystemChoice:
    """The choice with what sources report of its active materials, capacities first, then what most sources tell.

    A reported capacity that lies wholly outside the card's range is said in the reason: one of the two is about another
    material or another use, and the reader should look.
    """
    wanted = SYSTEM_MATERIALS.get(system.key, ())
    own = sorted((r for r in reported if r.composition in wanted),
                 key=lambda r: (r.property != _CAPACITY, -r.sources, -r.count, r.composition, r.property))
    if not own:
        return choice
    said = "; ".join(f"{r.composition} {r.property.replace('_', ' ')}: {r.in_words()}" for r in own[:_SHOWN])
    electrodes = (system.reference.positive, system.reference.negative)
    doubts = [d for r in own if r.property == _CAPACITY for e in electrodes
              if (d := _doubt(r, card(e.active_material), e.active_material))]
    reason = "; ".join((choice.reason, *doubts))
    return choice.model_copy(update={"reason": reason, "checks": {**choice.checks, "reported": said}})


def _doubt(reported: Reported, material: Card, key: str) -> str | None:
    """Why a reported capacity and the card's reversible one do not fit; None where they do, or are not comparable."""
    own = material.properties.get("reversible_capacity_mAh_g")
    if reported.composition != key or own is None or own.low is None or own.high is None:
        return None
    if reported.low <= own.high and reported.high >= own.low:
        return None
    return (f"papers report {reported.median:g} {reported.unit} for {reported.composition}, outside the card's "
            f"{own.low:g} to {own.high:g}")
