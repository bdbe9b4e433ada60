"""How outcomes change with design variables: central differences through the compiled solver, in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.protocol import Protocol
from tools.failures import BadInput
from tools.simulate.batched.history import Accuracy, Array
from tools.simulate.batched.layout import Cells
from tools.simulate.point import Outcome, SimulationPoint
from tools.simulate.pybamm_prepare import Prepared, prepare

STEP = 1e-3            # relative; the solver's own noise is some 1e-5 of the energy at these tolerances
TIGHTER = 5.0
VARIABLES = (
    "positive.coating_thickness_um", "negative.coating_thickness_um", "positive.porosity", "negative.porosity",
    "positive.particle_radius_um", "negative.particle_radius_um", "separator.thickness_um", "separator.porosity",
    "path_resistance_ohm_cm2",
)


def elasticities(
    points: Sequence[SimulationPoint], protocol: Protocol, value: str, variables: Sequence[str] = VARIABLES,
    cells: Cells | None = None,
) -> Array:
    """d ln(value) / d ln(variable), (points, variables): the percentage that a per cent of a variable makes.

    All points are of one system. A point that does not answer has NaN. The rate in C is kept, so the current follows
    the capacity.

    Raises:
        tools.failures.BadInput: a variable that does not exist.
    """
    from tools.simulate.batched.kernel import BatchedKernel
    from tools.simulate.batched.protocols import HEATED, run

    unknown = sorted(set(variables) - set(VARIABLES))
    if unknown:
        raise BadInput(f"there is no variable {unknown[0]!r}; there are {', '.join(VARIABLES)}")
    moved = [changed(p, name, 1 + sign * STEP) for p in points for name in variables for sign in (-1, 1)]
    ready = [prepare(p, protocol) for p in moved]
    able = [p for p in ready if isinstance(p, Prepared)]
    found = np.full(len(moved), np.nan)
    if able:
        kernel = BatchedKernel(able[0].system.key, cells or Cells(20, 7, 12), Accuracy().tighter(TIGHTER),
                               heated=protocol.kind in HEATED)
        answers = iter(run(kernel, able, protocol, False))
        for i, p in enumerate(ready):
            outcome: Outcome = next(answers) if isinstance(p, Prepared) else p
            found[i] = outcome.values.get(value, np.nan) if outcome.status == "ok" else np.nan
    low, high = found.reshape(len(points), len(variables), 2).transpose(2, 0, 1)
    return np.asarray(np.log(high / low) / np.log((1 + STEP) / (1 - STEP)))


def changed(point: SimulationPoint, variable: str, factor: float) -> SimulationPoint:
    """The point with one variable multiplied by a factor."""
    part, _, attribute = variable.partition(".")
    if not attribute:
        return point.model_copy(update={part: getattr(point, part) * factor})
    component: Any = getattr(point.pair, part)
    new = component.model_copy(update={attribute: getattr(component, attribute) * factor})
    return point.model_copy(update={"pair": point.pair.model_copy(update={part: new})})
