"""The task of the suite `inverse_design`: a frozen requirement set → searched designs → verified by PyBaMM → judged."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import yaml

from agent.services import Services
from evals.held_back import requirements_of
from evals.scorers.inverse import Inverted
from evals.suites import REPO, SuiteCase
from knowledge.figure import Verdict
from knowledge.parameters import USUAL
from tools.optimise.search import search_designs
from tools.simulate.evaluate import evaluate_designs
from tools.verify.asks import asks_for
from tools.verify.judge import judge
from tools.verify.rank import meets_all


@lru_cache(maxsize=4)
def frozen_sets(document: str) -> dict[str, dict[str, Any]]:
    """The sets of a file by their names; paths are relative to the repository."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((REPO / document).read_text(encoding="utf-8"))
    return loaded


def answered(case: SuiteCase, services: Services) -> Inverted:
    """Search and verify one set. A feasible set is searched in every system, one beyond a front in the front's own."""
    entry = frozen_sets(case.document)[case.name]
    requirements = requirements_of(entry["requirements"])
    feasible = bool(case.expected["feasible"])
    asked = [r.model_dump(mode="json") for r in requirements]
    systems = list(USUAL) if feasible else [entry["system"]]
    clock = time.perf_counter()
    found = services.call(search_designs, {
        "requirements": asked, "systems": systems, "formats": [entry["format"]],
        "designs": services.settings.designs, "simulations": services.settings.simulations}).result
    searched_s = time.perf_counter() - clock
    asks = [a.model_dump(mode="json") for a in asks_for(requirements)[0]]
    designs = [c.design for c in found.candidates]
    rows: list[tuple[Verdict, ...]] = []
    if designs:
        verified = services.call(evaluate_designs, {
            "designs": [d.model_dump(mode="json") for d in designs], "asks": asks, "mesh": "verify"}).result
        rows = [judge(requirements, e.figures) for e in verified.evaluations]
    keeping = [meets_all(row) for row in rows]
    distinct = sum(k and c.distance.kind != "not distinct"
                   for k, c in zip(keeping, found.candidates, strict=True))
    return Inverted(feasible=feasible, level=str(entry["level"]), wanted=services.settings.designs,
                    offered=len(designs), keeping=sum(keeping), distinct=distinct, simulated=len(found.simulated),
                    labels=found.labels_fresh, searched_s=searched_s, wall_s=time.perf_counter() - clock,
                    systems=tuple(sorted({d.pair.system for d, k in zip(designs, keeping, strict=True) if k})))
