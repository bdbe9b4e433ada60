"""The blind documents are the ones that were frozen before a rule met them, and their suite tells aggregates only."""

import hashlib

from evals.suites import REPO, load_suite

BLIND = REPO / "evals" / "cases" / "blind"


def test_the_blind_set_is_the_one_that_was_frozen():
    rows = [line.split("  ", 1) for line in (BLIND / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()]
    for digest, name in rows:
        assert hashlib.sha256((BLIND / name).read_bytes()).hexdigest() == digest, name
    on_disk = {p for p in BLIND.rglob("*") if p.is_file() and p.name != "MANIFEST.sha256"}
    assert {(BLIND / name).resolve() for _, name in rows} == on_disk
    suite = load_suite("requirements_blind")
    assert suite.sealed and len(suite.cases) == 16
