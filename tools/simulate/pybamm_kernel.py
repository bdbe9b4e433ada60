"""Batched integration of one built DFN: many inputs, many start states, one outcome each.

`pybamm.IDAKLUSolver.solve` raises for the whole batch when one design starts beyond a limit, cannot start from given
states, and an integration that failed leaves its compiled solver in a state that changes later results. So PyBaMM sets
the solver up once, and every design gets a fresh copy of the compiled solver (0.2 ms): results cannot depend on the
order of a batch. That reaches into private attributes: PyBaMM is pinned exactly, and tests compare with plain PyBaMM.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pybamm
from pybamm.solvers import idaklu_solver
from pybamm.solvers.base_solver import flatten_inputs

from tools.simulate.compiler import compiler_available
from tools.simulate.pybamm_mesh import MeshSize
from tools.simulate.segment import Segment

ROOT_RETURN = 2  # IDA_ROOT_RETURN of SUNDIALS: an event was located
COMPILE_AFTER = 1500  # designs in one process
# A discharge takes some 300 steps. PyBaMM steps one at a time, so IDA's own limit on steps never acts: a design that
# gains less than 5 s in 500 steps is a failure, not a wait.
CREEPING = {"num_steps_no_progress": 500, "t_no_progress": 5.0}
SOLVER_ERRORS = (pybamm.SolverError, ValueError, RuntimeError)  # no consistent start, or IDA gave up


class Tolerance(NamedTuple):
    """Relative and absolute tolerance (states are scaled to about 1) and the highest order of the BDF method."""

    rtol: float
    atol: float
    order: int = 5


LADDER: tuple[Tolerance, ...] = (Tolerance(1e-3, 1e-4), Tolerance(1e-4, 1e-4, order=2), Tolerance(1e-6, 1e-7))
AGEING_LADDER: tuple[Tolerance, ...] = (Tolerance(1e-4, 1e-5), Tolerance(1e-5, 1e-6, order=2), Tolerance(1e-6, 1e-8))
FINE_LADDER: tuple[Tolerance, ...] = (Tolerance(1e-4, 1e-5), Tolerance(1e-5, 1e-6, order=2), Tolerance(1e-6, 1e-7))


@dataclass
class Kernel:
    """A built model with its solvers, one a rung of the tolerance ladder, each made when it is first needed."""

    model: Any
    outputs: tuple[str, ...]
    size: MeshSize
    ladder: tuple[Tolerance, ...] = LADDER
    compilable: bool = False
    served: int = 0
    retries: int = 0
    _solvers: dict[tuple[Tolerance, bool], tuple[Any, Callable[[], Any]]] = field(default_factory=dict)
    _input_names: list[str] = field(default_factory=list)

    def run(
        self, inputs: Sequence[Mapping[str, float]], end_s: float, states: Sequence[np.ndarray | None] | None = None,
        retry: bool = True, first_rung: int = 0,
    ) -> list[Segment]:
        """Integrate each design from its state (None: equilibrium) to `end_s` or its first event, in order.

        A design that fails climbs the ladder alone: a lower order, then tight tolerances; unless `retry` is off,
        where a failure is an answer (a trial power that cannot be held). `first_rung` begins higher up the ladder.
        """
        states = list(states) if states is not None else [None] * len(inputs)
        self.served += len(inputs)
        segments = self._attempt(self.ladder[first_rung], inputs, end_s, states)
        for tolerance in self.ladder[first_rung + 1:] if retry else ():
            again = [i for i, segment in enumerate(segments) if segment.failed]
            self.retries += len(again)
            for i in again:
                segments[i] = self._attempt(tolerance, [inputs[i]], end_s, [states[i]])[0]
        return segments

    def _attempt(
        self, tolerance: Tolerance, inputs: Sequence[Mapping[str, float]], end_s: float,
        states: Sequence[np.ndarray | None],
    ) -> list[Segment]:
        if not inputs:
            return []
        times = np.array([0.0, end_s])
        solver, make_group = self._solver(tolerance, inputs[0], times)
        ordered = [{name: float(given[name]) for name in self._input_names} for given in inputs]
        solver._set_initial_conditions(self.model, 0.0, ordered)
        for i, state in enumerate(states):
            if state is not None:
                self.model.y0_list[i] = state
        solver._set_consistent_initialization(self.model, 0.0, ordered)
        starts = zip(ordered, list(self.model.y0full), list(self.model.ydot0full), strict=True)
        with silent_stderr():
            return [self._integrate(solver, make_group(), times, *start) for start in starts]

    def _integrate(
        self, solver: Any, group: Any, times: np.ndarray, given: Mapping[str, float], y0: np.ndarray, ydot0: np.ndarray
    ) -> Segment:
        row = flatten_inputs(given)
        try:
            solution = group.solve(times, np.empty(0), y0[None, :], ydot0[None, :], row[None, :], logger=None,
                                   pbar=np.empty((0, 0)))[0]
        except SOLVER_ERRORS as error:
            nothing = np.zeros(0)
            return Segment(nothing, {}, nothing, failed=str(error).splitlines()[0][:200])
        return self._segment(solver, solution, row)

    def _segment(self, solver: Any, solution: Any, inputs: np.ndarray) -> Segment:
        time_s = np.array(solution.t, dtype=float)
        columns = np.asarray(solution.y).reshape(len(time_s), -1)
        outputs = {name: columns[:, i].copy() for i, name in enumerate(self.outputs)}
        state = np.array(solution.y_term, dtype=float)
        if solution.flag < 0:
            return Segment(time_s, outputs, state, failed=f"the integrator stopped (IDA flag {solution.flag})")
        if not np.all(np.isfinite(columns)):
            return Segment(time_s, outputs, state, failed="the integrator returned numbers that are not finite")
        event = None
        if solution.flag == ROOT_RETURN:
            values = np.asarray(solver._setup["rootfn_casadi"](float(time_s[-1]), state, inputs)).reshape(-1)
            broken = values if len(time_s) == 1 else np.abs(values)
            event = self.event_names[int(np.argmin(broken))]
        return Segment(time_s, outputs, state, event=event)

    @property
    def compiled(self) -> bool:
        """Compiled code is a third faster and takes some 15 s to make: worth it once many designs have come."""
        return self.compilable and self.served > COMPILE_AFTER and compiler_available()

    @property
    def event_names(self) -> list[str]:
        """Names of the termination events in the solver's order."""
        kind = pybamm.EventType.TERMINATION
        return [event.name for event in self.model.events if event.event_type == kind]

    def _solver(
        self, tolerance: Tolerance, example: Mapping[str, float], times: np.ndarray
    ) -> tuple[Any, Callable[[], Any]]:
        """PyBaMM's solver, set up for the model, and a function that makes a fresh copy of its compiled group."""
        compiled = tolerance == self.ladder[0] and self.compiled
        if (tolerance, compiled) in self._solvers:
            return self._solvers[tolerance, compiled]
        solver = pybamm.IDAKLUSolver(
            rtol=tolerance.rtol, atol=tolerance.atol, output_variables=list(self.outputs),
            on_extrapolation="ignore", on_failure="ignore",
            options={"compile": compiled, "max_order_bdf": tolerance.order, "silence_sundials_errors": True,
                     **CREEPING},
        )
        first = solver._set_up_model_inputs(self.model, dict(example))
        self._input_names = list(first)
        make = idaklu_solver.idaklu.create_casadi_solver_group
        recipe: dict[str, Any] = {}

        def remember(**arguments: Any) -> Any:
            recipe.update(arguments)
            return make(**arguments)

        with silent_stderr(), mock.patch.object(idaklu_solver.idaklu, "create_casadi_solver_group", remember):
            solver.set_up(self.model, [first], times)
        found = self._solvers[tolerance, compiled] = (solver, lambda: make(**recipe))
        return found


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Keep SUNDIALS and the C compiler, which write to the file descriptor itself, off the user's terminal."""
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
