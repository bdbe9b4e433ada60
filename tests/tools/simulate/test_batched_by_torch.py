"""The torch reference against the compiled solver: voltages and gradients of the same equations written twice."""

import numpy as np
import pytest
import torch

from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge
from tools.failures import BadInput
from tools.simulate.batched.by_torch import DESIGN, discharge
from tools.simulate.batched.history import Accuracy
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.batched.layout import Cells
from tools.simulate.batched.tables import tables
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_prepare import prepare
from tools.simulate.segment import CHARGE, IDLE_CONTROL, NO_LIMITS, VOLTAGE

pytestmark = pytest.mark.timeout(900)
CELLS = Cells(6, 3, 8)
KEY = "nmc532_graphite"


def inputs(path=2.0):
    ready = prepare(SimulationPoint(pair=SYSTEMS[KEY].reference, path_resistance_ohm_cm2=path), Discharge(rate_C=1.0))
    return {**IDLE_CONTROL, **NO_LIMITS, **ready.inputs(1.0), "by current": 1.0, "current": ready.load_A_m2,
            "voltage floor": 0.0}


def as_tensors(designs):
    return {name: torch.tensor([d[name] for d in designs], dtype=torch.float64) for name in DESIGN}


def times(end_s, steps, count):
    # From short steps to long ones, as the particles' surfaces want it.
    return torch.tensor(end_s * (np.arange(1, steps + 1) / steps) ** 3).expand(count, -1)


def test_both_solvers_find_the_same_voltages():
    designs = [inputs(), {**inputs(5.0), "positive porosity": 0.25, "negative radius": 8e-6}]
    found = discharge(as_tensors(designs), tables(KEY, 25.0), CELLS, times(1800.0, 60, 2))
    segments = BatchedKernel(KEY, CELLS, Accuracy().tighter(10)).run(designs, 1800.0)
    for volts, segment in zip(found.numpy(), segments, strict=True):
        assert volts[-1] == pytest.approx(segment.outputs[VOLTAGE][-1], abs=5e-4)
        middle = np.interp(float(times(1800.0, 60, 1)[0, 45]), segment.time_s, segment.outputs[VOLTAGE])
        assert volts[45] == pytest.approx(middle, abs=1e-3) and segment.last(CHARGE) > 0


def test_gradients_are_those_of_differences():
    names, h = ("positive thickness", "negative porosity", "positive radius", "path resistance"), 1e-4
    tensors = as_tensors([inputs()])
    for name in names:
        tensors[name].requires_grad_()
    grid = times(900.0, 16, 1)
    discharge(tensors, tables(KEY, 25.0), CELLS, grid)[0, -1].backward()
    for name in names:
        moved = [{**inputs(), name: inputs()[name] * (1 + sign * h)} for sign in (-1, 1)]
        low, high = discharge(as_tensors(moved), tables(KEY, 25.0), CELLS, grid.expand(2, -1))[:, -1]
        slope = float(high - low) / (2 * h * inputs()[name])
        assert float(tensors[name].grad) == pytest.approx(slope, rel=1e-3)


def test_gradients_agree_with_the_compiled_solver():
    tensors, h = as_tensors([inputs()]), 1e-3
    names = ("positive thickness", "negative porosity", "path resistance")
    for name in names:
        tensors[name].requires_grad_()
    discharge(tensors, tables(KEY, 25.0), CELLS, times(900.0, 60, 1))[0, -1].backward()
    for name in names:
        moved = [{**inputs(), name: inputs()[name] * (1 + sign * h)} for sign in (-1, 1)]
        segments = BatchedKernel(KEY, CELLS, Accuracy().tighter(10)).run(moved, 900.0)
        low, high = (segment.outputs[VOLTAGE][-1] for segment in segments)
        slope = (high - low) / (2 * h * inputs()[name])
        assert float(tensors[name].grad) == pytest.approx(slope, rel=0.02)


def test_bad_input_is_named():
    tensors = as_tensors([inputs()])
    with pytest.raises(BadInput, match="rise"):
        discharge(tensors, tables(KEY, 25.0), CELLS, torch.tensor([[2.0, 1.0]], dtype=torch.float64))
    del tensors["positive radius"]
    with pytest.raises(BadInput, match="positive radius"):
        discharge(tensors, tables(KEY, 25.0), CELLS, times(10.0, 2, 1))
