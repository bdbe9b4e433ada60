"""The corpus that teaches: every document has labels of the right shape, and none of them judges."""

from __future__ import annotations

import hashlib

import pytest

from evals.gold import Gold
from evals.make_development import read_labels
from evals.suites import CASES, load_suite
from evals.teach_reader import CORPUS, EXAMPLES, TUNED

JUDGED = ("blind", "authors_kept", "strangers")


def test_no_judged_document_teaches():
    frozen = {line.split("  ", 1)[0] for name in JUDGED
              for line in (CASES / name / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()}
    teaching = {hashlib.sha256(p.read_bytes()).hexdigest() for p in CORPUS.rglob("*") if p.is_file()}
    assert not frozen & teaching
    examples = {part for case in load_suite(EXAMPLES).cases for part in case.document.split("/")}
    assert not set(JUDGED) & {*TUNED, *examples}


@pytest.mark.parametrize("folder", sorted(p.name for p in CORPUS.iterdir()))
def test_the_documents_of_an_author_are_labelled(folder):
    found = sorted((CORPUS / folder).glob("*.labels"))
    assert len(found) == 14
    for labels in found:
        gold = Gold.model_validate(read_labels(labels.read_text(encoding="utf-8")))
        assert gold.requirements, labels.name
        assert (CORPUS / folder / gold.document).is_file(), labels.name
