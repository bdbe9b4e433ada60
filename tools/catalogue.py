"""Every tool, in pipeline order. The command line, an LLM and MCP see exactly these."""

from __future__ import annotations

from typing import Any

from tools.extract.requirements import read_requirements
from tools.failures import BadInput
from tools.optimise.front import find_front
from tools.optimise.search import search_designs
from tools.optimise.tables import build_database
from tools.retrieve.evidence import find_evidence
from tools.retrieve.literature import search_literature
from tools.screen.systems import choose_systems
from tools.simulate.age import age_design, age_designs
from tools.simulate.calibrate import calibrate_design
from tools.simulate.characterise import characterise_design
from tools.simulate.evaluate import evaluate_design, evaluate_designs
from tools.simulate.impedance import find_impedance
from tools.simulate.pack import build_pack, build_packs, pack_to_cell
from tools.simulate.profile import follow_profile
from tools.tool import Tool
from tools.verify.production import estimate_yields

CATALOGUE: tuple[Tool[Any, Any], ...] = (
    read_requirements,
    find_evidence,
    search_literature,
    choose_systems,
    build_database,
    search_designs,
    find_front,
    evaluate_design,
    evaluate_designs,
    age_design,
    age_designs,
    estimate_yields,
    characterise_design,
    follow_profile,
    find_impedance,
    calibrate_design,
    build_pack,
    build_packs,
    pack_to_cell,
)


def tool_named(name: str) -> Tool[Any, Any]:
    """The tool of that name.

    Raises:
        BadInput: there is none; the message lists those there are.
    """
    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    raise BadInput(f"there is no tool {name!r}; there are {', '.join(t.name for t in CATALOGUE)}")
