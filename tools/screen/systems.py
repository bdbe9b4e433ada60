"""Which electrochemical systems and cell formats can serve a document, from sourced cards."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from knowledge.frozen import Frozen
from knowledge.house import HouseProfile
from knowledge.materials.cards import card
from knowledge.offer import SystemChoice
from knowledge.parameters.registry import SYSTEMS
from knowledge.parameters.system import System
from knowledge.requirement import Requirement
from tools.screen.checks import CHEMISTRY, Broken, Noted, check
from tools.screen.formats import format_choices
from tools.tool import Context, tool
from tools.verify.words import classes


class ChooseSystems(Frozen):
    """The requirements of a document."""

    requirements: tuple[Requirement, ...]
    house: HouseProfile | None = Field(default=None, description="a maker's own limits; none: the public default")


class SystemsChosen(Frozen):
    """Every system and every format, each with whether it can serve and why."""

    systems: tuple[SystemChoice, ...]
    formats: tuple[SystemChoice, ...]


EXAMPLE = {"requirements": [{
    "id": "R01", "metric": "cathode_chemistry", "level": "material", "comparator": "in", "value": ["LFP"],
    "source": {"document": "example", "quote": "LFP"},
}]}


def _sources(system: System) -> tuple[str, ...]:
    cards = (card(system.reference.positive.active_material), card(system.reference.negative.active_material))
    return tuple(dict.fromkeys([*system.sources, *(s for c in cards for s in c.sources)]))


def _answers(system: System, requirements: Sequence[Requirement]) -> tuple[list[Broken], list[Noted]]:
    broken, noted = [], []
    for requirement in requirements:
        if requirement.level not in ("cell", "material"):
            continue
        answer = check(system, requirement)
        if isinstance(answer, Broken) and requirement.priority == "should":
            noted.append(Noted(answer.requirement, f"a wish is not kept: {answer.reason}"))
        elif isinstance(answer, Broken):
            broken.append(answer)
        elif answer is not None:
            noted.append(answer)
    return broken, noted


def _choice(system: System, broken: list[Broken], noted: list[Noted], nearest: bool) -> SystemChoice:
    checks = {b.requirement: b.reason for b in broken}
    checks |= {n.requirement: n.text for n in noted if n.requirement not in checks}
    if not broken:
        reason = "nothing in the document rules it out" + (f"; note: {noted[0].text}" if noted else "")
    else:
        reason = "; ".join(dict.fromkeys(b.reason for b in broken))
        if nearest:
            reason = f"no system keeps every must; the nearest are searched. Not kept: {reason}"
    return SystemChoice(key=system.key, label=system.label, serves=not broken or nearest, reason=reason, checks=checks,
                        sources=_sources(system))


def system_choices(requirements: Sequence[Requirement]) -> tuple[SystemChoice, ...]:
    """Every system with whether it can serve.

    Where no system keeps every must, those that break only physical limits, and the fewest of them, are still searched
    so that the nearest offers can be shown; what the customer rules out by name stays out.
    """
    answers = {key: _answers(system, requirements) for key, system in SYSTEMS.items() if _named(system, requirements)}
    nearest: set[str] = set()
    if all(broken for broken, _ in answers.values()):
        open_keys = {key: len(b) for key, (b, _) in answers.items() if not any(x.strict for x in b)}
        fewest = min(open_keys.values(), default=0)
        nearest = {key for key, count in open_keys.items() if count == fewest}
    return tuple(_choice(system, *answers[key], key in nearest) if key in answers else _unnamed(system)
                 for key, system in SYSTEMS.items())


def _named(system: System, requirements: Sequence[Requirement]) -> bool:
    """Whether a document asks for what this system is searched for; always where it is searched anyway."""
    if not system.named_by:
        return True
    asked = (r for r in requirements if r.metric in CHEMISTRY and r.comparator != "prohibited")
    words = (str(v) for r in asked for v in (r.value if isinstance(r.value, list) else [r.value]))
    return any(classes(word) & set(system.named_by) for word in words)


def _unnamed(system: System) -> SystemChoice:
    return SystemChoice(key=system.key, label=system.label, serves=False, sources=_sources(system),
                        reason=f"searched only where a document asks for {' or '.join(system.named_by)}")


@tool(stage="materials", version="1", backends=("pybamm", "pymatgen"), example=EXAMPLE)
def choose_systems(request: ChooseSystems, context: Context) -> SystemsChosen:
    """Which electrochemical systems and formats can serve the requirements, each with its reason.

    Chemistry words, element bans (pymatgen), silicon, voltage window and the theoretical energy of the active
    materials rule systems out; size codes, words and dimensions rule formats out.
    """
    systems, formats = system_choices(request.requirements), format_choices(request.requirements)
    if request.house is not None:
        systems = _approved(systems, request.house.systems, request.house.name)
        formats = _approved(formats, request.house.formats, request.house.name)
    return SystemsChosen(systems=systems, formats=formats)


def _approved(choices: tuple[SystemChoice, ...], keys: Sequence[str] | None, house: str) -> tuple[SystemChoice, ...]:
    """The choices with those that the house does not approve ruled out."""
    if keys is None:
        return choices
    why = f"house profile {house!r} does not approve it"
    return tuple(c if c.key in keys or not c.serves else c.model_copy(update={"serves": False, "reason": why})
                 for c in choices)
