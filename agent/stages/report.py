"""Simulated designs → the report: assembled from what the ledger holds, then written in every form."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from agent.offers import ranked, sheets
from agent.report.write import write_report
from agent.services import Services
from agent.stages.requirements import current_reading
from agent.state import RunState, house_of
from knowledge.evidence import Source
from knowledge.front import Front
from knowledge.offer import Feasibility, Offer
from knowledge.report import FailureRecord, Report, RunFacts, StageRecord
from knowledge.requirement import Reading
from knowledge.sources import source
from tools.optimise.search import SearchResult
from tools.retrieve.citations import standing
from tools.retrieve.evidence import EvidenceResult
from tools.screen.systems import SystemsChosen
from tools.simulate.evaluate import Curves
from tools.verify.asks import asks_for
from tools.verify.bounds import physical_bounds
from tools.verify.judge import judge
from tools.verify.offers import feasibility
from tools.verify.rank import weights_with

VERSIONED = ("cellwright", "pybamm", "numba", "pymatgen", "torch", "botorch", "langgraph", "chromadb")
EXIT_FEASIBLE, EXIT_NOT_FEASIBLE = 0, 3


def run(state: RunState, services: Services) -> dict[str, Any]:
    """Assemble and write; the exit code says whether a design keeps every evaluated must."""
    report = assemble(state, services)
    areas = {o.id: o.build_up.electrode_area_cm2 for o in report.offers}
    curves = {design: discharges(found[1], areas[design])
              for design, found in sheets(state, services).items() if design in areas}
    files = write_report(report, Path(state["folder"]), curves)
    return {
        "report": {
            "files": files,
            "exit_code": EXIT_FEASIBLE if report.feasibility.feasible else EXIT_NOT_FEASIBLE,
        },
        "summary": files["report.html"],
    }


def discharges(curves: Curves, area_cm2: float) -> Curves:
    """The isothermal discharge curves of a design with the discharged capacity [Ah] of its whole electrode area."""
    drawn: Curves = {}
    for name, curve in curves.items():
        if not name.startswith("discharge") or "current_mA_cm2" not in curve:
            continue
        charge, time_s, current = [0.0], curve["time_s"], curve["current_mA_cm2"]
        for k in range(1, len(time_s)):
            mean_A = (current[k] + current[k - 1]) / 2 * area_cm2 / 1000
            charge.append(charge[-1] + mean_A * (time_s[k] - time_s[k - 1]) / 3600)
        drawn[name] = {"capacity_Ah": charge, "voltage_V": curve["voltage_V"]}
    return drawn


def assemble(state: RunState, services: Services) -> Report:
    """The report as data, out of the ledger rows that the state names."""
    reading = current_reading(state, services)
    evidence = services.load(state["evidence"]["key"], EvidenceResult)
    quoted, lost = standing(services.settings.home, evidence.evidence)
    chosen = services.load(state["materials"]["key"], SystemsChosen)
    search_key = state["candidates"]["key"]
    search = services.load(search_key, SearchResult) if search_key else None
    _, unanswerable = asks_for(reading.requirements)
    offers = _with_sheets(ranked(state, services)[: state["options"]["designs"]], state, services)
    front_key = state["designs"].get("front")
    front = services.load(front_key, Front) if front_key else None
    keys = {*(k for c in (*chosen.systems, *chosen.formats) for k in c.sources)}
    return Report(
        run=_facts(state, search, front),
        reading=reading,
        evidence=quoted,
        without_evidence=evidence.without_evidence,
        reported=evidence.reported,
        systems=chosen.systems,
        formats=chosen.formats,
        unanswerable=unanswerable,
        search=search.log if search else (),
        feasibility=_feasibility(state, reading, offers, search),
        offers=offers,
        front=front,
        failures=(*(FailureRecord.model_validate(f) for f in state.get("failures", [])),
                  *(FailureRecord(tool="find_evidence", failure_class="store broken", message=m,
                                  ledger_key=state["evidence"]["key"]) for m in lost)),
        stages=tuple(StageRecord.model_validate(s) for s in state["stages"]),
        sources=_sources(keys, [e.passage.source for e in quoted]),
    )


def _with_sheets(offers: tuple[Offer, ...], state: RunState, services: Services) -> tuple[Offer, ...]:
    """The best offers with the data-sheet figures that the document did not ask for."""
    known = sheets(state, services)
    result = []
    for offer in offers:
        figures, curves = known.get(offer.id, ((), {}))
        asked = {(f.metric, str(sorted(f.conditions.items()))) for f in offer.figures}
        new = tuple(f for f in figures if (f.metric, str(sorted(f.conditions.items()))) not in asked)
        names = {name: str(state["designs"]["sheet"]) for name in curves}
        result.append(offer.model_copy(update={"figures": (*offer.figures, *new), "curves": names}))
    return tuple(result)


def _feasibility(
    state: RunState, reading: Reading, offers: tuple[Offer, ...], search: SearchResult | None
) -> Feasibility:
    materials = state["materials"]
    if search is None:
        why = state["candidates"].get("why") or "no system or format can serve: see the reasons under materials"
        return Feasibility(feasible=False, proof="physical bound" if not materials["systems"] else "no evaluable must",
                           text=why)
    bounds = physical_bounds(reading.requirements, materials["systems"])
    _, unanswerable = asks_for(reading.requirements)
    simulated = {s.design.id: judge(reading.requirements, s.figures, unanswerable) for s in search.simulated}
    return feasibility(offers, reading.requirements, bounds, search.log, simulated, search.prices)


def _sources(keys: set[str], cited: list[Source]) -> tuple[Source, ...]:
    found = {key: source(key) for key in keys}
    found.update({s.key: s for s in cited})
    return tuple(found[key] for key in sorted(found))


def _facts(state: RunState, search: SearchResult | None, front: Front | None) -> RunFacts:
    options = state["options"]
    house = house_of(state)
    ended = [name for name, found in (("search", search), ("front", front)) if found and found.stopped_by_time]
    return RunFacts(
        run_id=state["run_id"], started=state["started"], seed=options["seed"], designs_asked=options["designs"],
        simulations_budget=options["simulations"], database_digest=search.database_digest if search else None,
        reproducible=not ended,
        irreproducible_because=f"the time limit ended the {' and the '.join(ended)}" if ended else None,
        house=house.name if house else None, cost_basis=house.costs.in_words() if house and house.costs else None,
        weights=weights_with(options.get("weights")),
        versions={name: _version(name) for name in VERSIONED}, commit=_commit(),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "run from the checkout"


def _commit() -> str | None:
    here = Path(__file__).resolve().parents[2]
    if not (here / ".git").exists():
        return None
    done = subprocess.run(
        ["git", "-C", str(here), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None
