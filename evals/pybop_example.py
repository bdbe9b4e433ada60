"""PyBOP's design example as a small service: its optimiser, and its objective at given points. Needs only PyBOP.

The example maximises the gravimetric energy of Chen2020 over both electrode thicknesses, an SPM at 3C, with PyBOP's own
cell mass. A process reads one JSON line a request: {"optimise": budget, "seed": n, "by": "PSO"} or
{"score": [[µm, µm], …]}.
"""

from __future__ import annotations

import json
import sys
from typing import Any

BOUNDS_UM = ((65.0, 120.0), (50.0, 120.0))
NAMES = ("Positive electrode thickness [m]", "Negative electrode thickness [m]")
TARGET = "Gravimetric energy density [W.h.kg-1]"


def problem() -> Any:
    """The example as a PyBOP problem."""
    import pybamm
    import pybop
    from pybop.pybamm.parameter_utils import set_formation_concentrations

    model = pybamm.lithium_ion.SPM()
    pybop.pybamm.add_variable_to_model(model, TARGET)
    values = pybamm.ParameterValues("Chen2020")
    set_formation_concentrations(values)
    same = {"Electrolyte density [kg.m-3]": pybamm.Parameter("Separator density [kg.m-3]")}
    for side in ("Negative", "Positive"):
        for part in ("active material", "carbon-binder"):
            same[f"{side} electrode {part} density [kg.m-3]"] = pybamm.Parameter(f"{side} electrode density [kg.m-3]")
    values.update({**same, "Cell mass [kg]": pybop.pybamm.cell_mass()}, check_already_exists=False)
    values.update({name: pybop.Parameter(initial_value=90e-6, bounds=[low * 1e-6, high * 1e-6])
                   for name, (low, high) in zip(NAMES, BOUNDS_UM, strict=True)})
    simulator = pybop.pybamm.Simulator(
        model, parameter_values=values, protocol=pybamm.Experiment(["Discharge at 3C until 2.5 V (2 minute period)"]),
        initial_state={"Initial SoC": 1.0}, output_variables=[TARGET])
    return pybop.Problem(simulator, pybop.DesignCost(target=TARGET))


def score(asked: Any, points_um: list[list[float]]) -> list[float]:
    """The objective [Wh/kg] at thicknesses in µm; NaN where it could not be solved."""
    import numpy as np

    found = []
    for point in points_um:
        value = asked.evaluate(np.array(point) * 1e-6).values
        found.append(float(np.ravel(value)[0]))
    return found


def optimise(asked: Any, budget: int, seed: int, by: str) -> list[float]:
    """The thicknesses [µm] that one of PyBOP's optimisers ends with after so many evaluations."""
    import numpy as np
    import pybop

    np.random.seed(seed)  # PINTS draws from the global generator
    options = pybop.PintsOptions(max_evaluations=budget, max_iterations=budget, max_unchanged_iterations=budget)
    result = getattr(pybop, by)(asked, options=options).run()
    return [float(v) * 1e6 for v in np.ravel(result.x)]


def main() -> None:
    """Answer requests until the input ends."""
    asked = problem()
    for line in sys.stdin:
        request = json.loads(line)
        answer = ({"x": optimise(asked, request["optimise"], request["seed"], request["by"])} if "optimise" in request
                  else {"values": score(asked, request["score"])})
        print("@" + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
