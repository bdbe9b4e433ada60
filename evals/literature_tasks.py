"""Tasks of the suites that judge the evidence store: questions, citations, claims."""

from __future__ import annotations

import tempfile
from pathlib import Path

from evals.scorers.citations import AuditCase
from evals.scorers.claims import MinedCase
from evals.scorers.retrieval import RetrievalCase
from evals.suites import REPO, SuiteCase


def search(case: SuiteCase) -> RetrievalCase:
    """Ask one half of the questions in a fresh starter library; `corpus` may name papers of your own beside it."""
    from evals.retrieval import outcomes, prepared
    from evals.retrieval_set import questions

    asked = [q for q in questions() if q.split == case.options["split"]]
    with tempfile.TemporaryDirectory(prefix="cellwright-evals-") as folder:
        library = prepared(Path(folder), [Path(p) for p in case.options.get("corpus", [])])
        return RetrievalCase(outcomes(library, asked))


def cite(case: SuiteCase) -> AuditCase:
    """Read a document, gather evidence for it, and look every quote up in the store."""
    from knowledge.documents.read import read_document
    from knowledge.parameters.registry import SYSTEMS
    from tools.extract.requirements import extract_requirements
    from tools.ledger import Ledger
    from tools.retrieve.citations import standing
    from tools.retrieve.evidence import find_evidence
    from tools.retrieve.stores import store_digest
    from tools.run import Failure, run
    from tools.tool import Context

    requirements = extract_requirements(read_document(REPO / case.document)).requirements
    with tempfile.TemporaryDirectory(prefix="cellwright-evals-") as folder:
        home = Path(folder)
        answer = run(find_evidence, {
            "requirements": [r.model_dump(mode="json") for r in requirements if r.priority != "info"],
            "systems": list(SYSTEMS), "store_digest": store_digest(home)}, Context(home=home), Ledger(home / "ledger"))
        if isinstance(answer, Failure):
            raise RuntimeError(answer.message)
        _, lost = standing(home, answer.result.evidence)
    return AuditCase(answer.result.evidence, lost)


def mine(case: SuiteCase) -> MinedCase:
    """Take claims out of labelled sentences."""
    import yaml

    from knowledge.evidence import Passage, Source
    from knowledge.literature.claims.mine import mine_text

    source = Source(key="labelled", kind="paper", title="labelled sentences")
    rows = []
    for number, (sentence, gold, *_) in enumerate(yaml.safe_load((REPO / case.document).read_text(encoding="utf-8"))):
        passage = Passage(id=str(number), text=sentence, source=source, place="sentence")
        found = {(c.composition, c.property, c.value, c.unit) for c in mine_text(passage)}
        rows.append((sentence, frozenset(found), frozenset((m, p, float(v), u) for m, p, v, u in gold)))
    return MinedCase(tuple(rows))
