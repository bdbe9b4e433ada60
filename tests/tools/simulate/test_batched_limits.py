"""The batched DFN where it must be something simpler: without any resistance in electrolyte and solid, the SPM."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from knowledge.parameters import SYSTEMS
from knowledge.protocol import Discharge
from tools.simulate.batched.history import Accuracy
from tools.simulate.batched.kernel import BatchedKernel
from tools.simulate.batched.layout import FARADAY, GAS, Cells
from tools.simulate.batched.tables import evaluate, tables
from tools.simulate.point import SimulationPoint
from tools.simulate.pybamm_prepare import prepare
from tools.simulate.segment import IDLE_CONTROL, NO_LIMITS, VOLTAGE

pytestmark = pytest.mark.timeout(900)
KEY, KELVIN = "nmc532_graphite", 298.15


def surface(mean_start, flux, time):
    """Stoichiometry at the surface of a sphere under a constant flux, by separation of variables.

    `flux` is R j/(F D c_max), outwards; `time` is D t/R².
    """
    roots = np.array([brentq(lambda s: np.tan(s) - s, (k + 1e-9) * np.pi, (k + 0.5) * np.pi - 1e-9)
                      for k in range(1, 200)])
    return mean_start - flux * (3 * time + 0.2 - 2 * (np.exp(-roots**2 * time) / roots**2).sum())


def test_without_resistances_it_is_the_single_particle_model(monkeypatch):
    known = tables(KEY, 25.0)
    arrays = dict(known.arrays)
    for name in ("conductivity", "diffusivity"):
        arrays[name] = known.arrays[name] * np.array([1e6, 1e6, 1e6, 1e6])
    ideal = replace(known, arrays=arrays, constants={**known.constants, "sigma_n": 1e9, "sigma_p": 1e9})
    monkeypatch.setattr("tools.simulate.batched.kernel.tables", lambda *_: ideal)
    ready = prepare(SimulationPoint(pair=SYSTEMS[KEY].reference, path_resistance_ohm_cm2=2.0), Discharge(rate_C=1.0))
    given, current = ready.inputs(1.0), ready.load_A_m2
    segment = BatchedKernel(KEY, Cells(2, 1, 14), Accuracy().tighter(20)).run(
        [{**IDLE_CONTROL, **NO_LIMITS, **given, "by current": 1.0, "current": current}], 2400.0)[0]
    for seconds in (60.0, 600.0, 2400.0):
        voltage = -current * given["path resistance"]
        for side, sign, name in (("n", -1, "negative"), ("p", 1, "positive")):
            start = given[f"{name} concentration"]
            radius, sites = given[f"{name} radius"], known.constants[f"sites_{side}"]
            area = 3 * given[f"{name} active fraction"] / radius * given[f"{name} thickness"]
            j = -sign * current / area
            k, solid = known.arrays["kinetics"][0][[0, 2] if side == "n" else [1, 3]]
            x = surface(start / sites, radius * j / (FARADAY * solid * sites), solid * seconds / radius**2)
            table = known.arrays[f"u_{side}"]
            rest = evaluate(table, np.array([x * len(table)]))[0]
            exchange = k * np.sqrt(known.constants["c_start"] * x * (1 - x))
            voltage += sign * (rest + 2 * GAS * KELVIN / FARADAY * np.arcsinh(j / (2 * exchange)))
        found = np.interp(seconds, segment.time_s, segment.outputs[VOLTAGE])
        assert found == pytest.approx(voltage, abs=3e-4), seconds
