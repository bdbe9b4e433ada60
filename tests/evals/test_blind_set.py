"""The blind documents are the ones that were frozen before a rule met them, and their suite tells aggregates only."""

import hashlib

import pytest

from evals.suites import REPO, load_suite

CASES = REPO / "evals" / "cases"


@pytest.mark.parametrize(("folder", "suite", "documents"), [
    ("blind", "requirements_blind", 16), ("authors_kept", "requirements_authors_kept", 15),
    ("strangers", "requirements_strangers", 50)])
def test_a_blind_set_is_the_one_that_was_frozen(folder, suite, documents):
    root = CASES / folder
    rows = [line.split("  ", 1) for line in (root / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()]
    for digest, name in rows:
        assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest, name
    on_disk = {p for p in root.rglob("*") if p.is_file() and p.name != "MANIFEST.sha256"}
    assert {(root / name).resolve() for _, name in rows} == on_disk
    assert load_suite(suite).sealed and len(load_suite(suite).cases) == documents
