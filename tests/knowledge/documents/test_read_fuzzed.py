"""Inputs of the coverage-guided fuzzer: its seeds, and every input that once broke a promise."""

import pytest

from evals.fuzz_readers import KINDS, check, seeds

# What a run of `python -m evals.fuzz_readers` found; one line each: kind of file, input.
FAILURES: list[bytes] = []


@pytest.mark.parametrize("data", seeds(), ids=KINDS)
def test_seeds_keep_the_promises(data):
    check(data)


@pytest.mark.parametrize("data", FAILURES)
def test_inputs_that_broke_a_promise_keep_it_now(data):
    check(data)
