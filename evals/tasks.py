"""What a suite has done: one function per task, from a case to the output that its scorers judge."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals.forward_model import Solved, against_reference, unsolved_of_wide
from evals.gold import read_gold
from evals.literature_tasks import cite, mine, search
from evals.optimisation import Compared as FrontsCompared
from evals.optimisation import compare as compare_fronts
from evals.published_cells import Compared
from evals.scorers.end_to_end import RunCase
from evals.scorers.inverse import Inverted
from evals.scorers.requirements import ReadCase
from evals.suites import REPO, SuiteCase


def read(case: SuiteCase) -> ReadCase:
    """Read a document and extract its requirements."""
    from knowledge.documents.read import read_document
    from tools.extract.requirements import extract_requirements

    assert case.gold is not None
    document = read_document(REPO / case.document)
    return ReadCase(document.text, extract_requirements(document), read_gold(REPO / case.gold))


def design(case: SuiteCase) -> RunCase:
    """Answer a document from beginning to end, in a throw-away folder with the user's own caches and ledger."""
    from agent.run import design_document
    from agent.settings import settings_from_environment
    from knowledge.documents.read import read_document

    path = REPO / case.document
    with tempfile.TemporaryDirectory(prefix="cellwright-evals-") as folder:
        settings = settings_from_environment(out=Path(folder), **case.options)
        clock = time.perf_counter()
        report = design_document(path, settings)
        wall_s = time.perf_counter() - clock
    return RunCase(report, read_document(path).text, _resolver(settings.ledger_folder), wall_s)


def _resolver(ledger_folder: Path) -> Callable[[str], bool]:
    from knowledge.materials.cards import card_keys
    from tools.ledger import Ledger

    ledger, cards = Ledger(ledger_folder), frozenset(card_keys())

    def resolves(origin: str) -> bool:
        if origin.startswith("card:"):
            return origin.removeprefix("card:") in cards
        return bool(origin) and ledger.find(origin) is not None

    return resolves


def compare(case: SuiteCase) -> Compared:
    """Predict one published figure of a real cell."""
    from evals.published_cells import compared

    label = case.expected["figure"]
    return next(row for row in compared(REPO / case.document) if row.row.label == label)


def invert(case: SuiteCase) -> Inverted:
    """Search designs for a frozen requirement set and verify them, with the user's own database and ledger."""
    from agent.services import open_services
    from agent.settings import settings_from_environment
    from evals.inverse import answered

    return answered(case, open_services(settings_from_environment(**case.options)))


def simulate(case: SuiteCase) -> Solved:
    """Solve the designs of a reference file, or random ones of wide ranges, with the batched DFN."""
    expected = case.expected
    if "designs" in expected:
        unsolved, asked = unsolved_of_wide(expected["system"], expected["designs"], expected["seed"])
        return Solved((), 0, unsolved, asked)
    return against_reference(REPO / case.document, expected["mesh"])


def optimise(case: SuiteCase) -> FrontsCompared:
    """Run every optimiser on one problem; the case has the problem's name."""
    return compare_fronts(case.name, range(int(case.options["seeds"])))


TASKS: dict[str, Callable[[SuiteCase], Any]] = {
    "read": read, "design": design, "compare": compare, "search": search, "cite": cite,
    "mine": mine, "invert": invert, "simulate": simulate, "optimise": optimise,
}
