"""Requirements → questions to the models; what no model answers keeps its row with the reason and what settles it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge.ask import Ask, Unanswerable
from knowledge.frozen import Frozen, content_digest
from knowledge.protocol import AGEING
from knowledge.requirement import Requirement
from tools.verify.ask_rules import RULES
from tools.verify.conditions import NoAsk

CHEMISTRY = frozenset({
    "cathode_chemistry", "anode_chemistry", "chemistry", "anode_silicon_fraction", "cathode_cobalt_fraction",
    "cathode_specific_capacity", "cobalt_mass",
})
# At end of life by definition: what is left of charge and energy is the end-of-life fraction.
SCALES_WITH_LIFE = frozenset({"capacity", "energy", "usable_energy", "specific_energy", "energy_density"})
AGED_BY_RUN = frozenset({
    "cycle_life", "capacity_retention", "resistance_growth", "energy_retention", "energy_throughput", "calendar_life",
    "capacity_loss", "storage_recovery",
})
# What `cellwright pack build` estimates of a pack, once the counts of its cells are given.
PACK_BUILT = frozenset({
    "mass", "volume", "energy", "usable_energy", "capacity", "nominal_voltage", "dcir", "discharge_power_pulse",
    "specific_energy", "energy_density", "specific_power",
})


class SettledBy(Frozen):
    """Why no model here answers a metric, and what would."""

    reason: str
    settled_by: str


@lru_cache(maxsize=1)
def settled_by() -> dict[str, SettledBy]:
    """The data table of everything that is not computed, by metric; levels stand under `level:<name>`."""
    text = (Path(__file__).parent / "settled_by.yaml").read_text(encoding="utf-8")
    return {metric: SettledBy.model_validate(row) for metric, row in yaml.safe_load(text).items()}


def asks_for(requirements: Sequence[Requirement]) -> tuple[tuple[Ask, ...], tuple[Unanswerable, ...]]:
    """Every requirement becomes part of one ask, or an unanswerable one; none is lost.

    Requirements that ask the same thing under the same conditions share one ask.
    """
    asked_sides = sides(requirements)
    merged: dict[str, Ask] = {}
    unanswerable = []
    for requirement in requirements:
        answer = ask_of(requirement, asked_sides)
        if isinstance(answer, Unanswerable):
            unanswerable.append(answer)
            continue
        key = ask_key(answer)
        if key in merged:
            ids = dict.fromkeys((*merged[key].requirement_ids, *answer.requirement_ids))
            answer = answer.model_copy(update={"requirement_ids": tuple(ids)})
        merged[key] = answer
    return tuple(merged.values()), tuple(unanswerable)


def sides(requirements: Sequence[Requirement]) -> frozenset[str]:
    """Which outer lengths of the cell the document names; their meaning depends on each other."""
    return frozenset(r.metric for r in requirements
                     if r.level == "cell" and r.metric in {"length", "width", "thickness", "height", "diameter"})


def ask_key(ask: Ask) -> str:
    """Identity of a question, whoever asks it."""
    return content_digest(ask.model_dump(mode="json", exclude={"requirement_ids"}))


def ask_of(requirement: Requirement, asked_sides: frozenset[str] = frozenset()) -> Ask | Unanswerable:
    """The question that one requirement poses, or why there is none."""
    no = _not_asked(requirement)
    if no is not None:
        return Unanswerable(requirement_id=requirement.id, reason=no.reason, settled_by=no.settled_by)
    try:
        return RULES[requirement.metric].rule(requirement, asked_sides | sides([requirement]))
    except NoAsk as error:
        return Unanswerable(requirement_id=requirement.id, reason=error.reason, settled_by=error.settled_by)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        return Unanswerable(
            requirement_id=requirement.id,
            reason=f"the condition {place} = {first.get('input')!r} is outside what the models can represent",
            settled_by="a clarification by the customer, or a test of the cell",
        )


def is_ageing(ask: Ask) -> bool:
    """Whether the ask needs an ageing run, in use or at rest."""
    return isinstance(ask.protocol, AGEING)


def _not_asked(r: Requirement) -> SettledBy | None:
    table = settled_by()
    if r.level not in {"cell", "material"} or (r.level == "material" and r.metric not in CHEMISTRY):
        return table["level:pack_built" if r.level == "pack" and r.metric in PACK_BUILT else f"level:{r.level}"]
    if r.metric not in RULES:
        return table.get(r.metric, table["unknown"])
    words = isinstance(r.value, str) or (isinstance(r.value, list) and any(isinstance(v, str) for v in r.value))
    textual = RULES[r.metric].unit is None
    if words and not textual:
        return table["words"]
    aged = str(r.conditions.get("life", "")).upper() == "EOL"
    if aged and r.metric not in SCALES_WITH_LIFE | AGED_BY_RUN and RULES[r.metric].unit not in {None, "mm", "g", "L"}:
        return table["aged"]
    return None
