"""Exit codes of every command, and which failure leads to which."""

from __future__ import annotations

from tools.failures import FailureClass

DONE, CHECK_FAILED, WRONG_USAGE, NOT_FEASIBLE, UNREADABLE, NO_REQUIREMENT, STORE_BROKEN = range(7)
STOPPED = 130

BY_CLASS: dict[FailureClass, int] = {
    FailureClass.BAD_INPUT: WRONG_USAGE,
    FailureClass.INFEASIBLE: NOT_FEASIBLE,
    FailureClass.NOT_CONVERGED: CHECK_FAILED,
    FailureClass.BACKEND_MISSING: STORE_BROKEN,
    FailureClass.OUT_OF_VALIDITY: CHECK_FAILED,
    FailureClass.UNREADABLE: UNREADABLE,
    FailureClass.STORE_BROKEN: STORE_BROKEN,
    FailureClass.UNEXPECTED: CHECK_FAILED,
}
